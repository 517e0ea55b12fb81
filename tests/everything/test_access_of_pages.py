"""Every address, opened as every role, inside and outside its scope (地址权限矩阵).

The list of addresses is read from the URL map: an address without a line here fails the test.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern

from lianfang.domain.roles import Role
from lianfang.interfaces.web.urls import urlpatterns
from lianfang.kernel.actions import registry
from tests import make
from tests.everything.places import entered

pytestmark = pytest.mark.django_db
OPEN = {
    "",
    "sign-in",
    "sign-out",
    "first/<str:secret>",
    "demo",
    "demo/<str:handle>",
    "check-in/shell",
    "incidents/shell",
    "round/shell",
    "sw.js",
}
"""Addresses that show nothing about anybody; their own tests say what they do."""
OWN = {
    "me",
    "today",
    "search",
    "check-in",
    "check-in/done",
    "check-in/records",
    "import",
    "forms",
    "forms/propose",
    "me/requests",
    "me/statuses",
    "objections",
    "areas",
    "verification",
    "verification/agree",
    "cases",
    "cases/open",
    "cases/kpis",
    "cases/chains.csv",
    "site",
    "incidents",
    "incidents/new",
    "incidents/own",
    "alerts/clusters",
    "list/<str:name>",
    "do/<str:kind>",
    "import/template/<str:what>.csv",
}
"""Addresses whose content is the visitor's own; no object is named in them, or only a kind of object."""


def patterns() -> list[str]:
    return [str(p.pattern) for p in urlpatterns if isinstance(p, URLPattern)]


def test_every_address_is_in_the_matrix(reached):
    assert set(patterns()) == OPEN | OWN | set(reached.addresses)


@pytest.mark.parametrize("role", list(Role))
def test_an_outsider_gets_the_answer_of_a_thing_that_does_not_exist(reached, role):
    w = reached
    client = entered(make.account(w.far[0].parent, role))
    for address in w.addresses.values():
        absent = address.replace("S1", "S9")
        for known in (w.pupil.pk, w.doubtful.pk, w.asked.pk, w.asked_people.pk, w.exchange.agreement.pk):
            absent = absent.replace(str(known), "0195541e-5a00-7000-8000-000000000001")
        for method in (client.get, client.post):
            foreign, nowhere = method(address), method(absent)
            assert foreign.status_code in (404, 405), (address, foreign.status_code)
            assert foreign.status_code == nowhere.status_code, address


@pytest.mark.parametrize("role", list(Role))
def test_an_insider_never_meets_a_failure(reached, role):
    w = reached
    client = entered(make.account(w.school, role))
    for address in [
        *w.addresses.values(),
        "/",
        "/me",
        "/today",
        "/search?q=S1",
        "/check-in",
        "/import",
        "/forms",
        "/forms/propose",
        "/list/forms",
        "/list/form-fields",
        "/list/form-fillings",
        "/list/units",
        "/verification",
        "/verification/agree",
        "/list/differences",
        "/list/persons",
        "/list/dues",
        *(f"/do/{kind}" for kind in registry),
    ]:
        for method in (client.get, client.post):
            answer = method(address)
            assert answer.status_code < 500, (role, address)


NAMES_OF_FILTERS = ("unit", "day", "page", "place", "item", "queue", "show", "search", "rows", "columns", "next")


def test_an_address_that_asks_for_a_nul_names_nothing_and_breaks_nothing(reached):
    w = reached
    client = entered(make.account(w.school, Role.DUTY_OFFICER))
    asked = "&".join(f"{name}=%00" for name in NAMES_OF_FILTERS)
    for address in [*w.addresses.values(), "/today", "/search?q=S1", "/list/units", "/verification"]:
        status = client.get(f"{address}{'&' if '?' in address else '?'}{asked}").status_code
        assert status in (404, 405), (address, status)


def test_a_stranger_is_led_to_signing_in(reached):
    w = reached
    for address in w.addresses.values():
        answer = Client().get(address)
        assert answer.status_code in (302, 405), address
        assert answer.status_code == 405 or answer["Location"].startswith("/sign-in?next=")


def test_a_page_about_people_is_never_kept_by_caches(reached):
    w = reached
    answer = entered(make.account(w.klass, Role.CLASS_HEAD)).get(f"/classes/{w.klass.code}")
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert w.pupil.name in answer.content.decode()

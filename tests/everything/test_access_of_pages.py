"""Every address, opened as every role, inside and outside its scope (地址权限矩阵).

The list of addresses is read from the URL map: an address without a line here fails the test.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern

from lianfang.domain.roles import Role
from lianfang.interfaces.web.urls import urlpatterns
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import registry
from tests import make
from tests.everything.arguments_briefings import addresses_of_briefings
from tests.everything.arguments_cases import addresses_of_cases
from tests.everything.arguments_command import addresses_of_command
from tests.everything.arguments_incidents import addresses_of_incidents
from tests.everything.arguments_risks import addresses_of_risks
from tests.everything.arguments_rules import addresses_of_rules
from tests.everything.arguments_site import addresses_of_site
from tests.everything.arguments_stays import addresses_of_stays
from tests.everything.arguments_supplies import addresses_of_supplies
from tests.everything.arguments_surveillance import addresses_of_surveillance
from tests.everything.arguments_training import addresses_of_training
from tests.everything.test_access_of_actions import World
from tests.make import DAY, at

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


def addresses(w: World) -> dict[str, str]:
    """Every address that names an object, made concrete for the near school."""
    return {
        **_of_units(w), **_of_forms(w), **_of_verification(w), **addresses_of_site(w), **addresses_of_supplies(w),
        **addresses_of_cases(w),
        **addresses_of_briefings(w),
        **addresses_of_command(w),
        **addresses_of_risks(w),
        **addresses_of_rules(w),
        **addresses_of_surveillance(w),
        **addresses_of_training(w),
        **addresses_of_incidents(w),
        **addresses_of_stays(w),
    }  # fmt: skip


def _of_units(w: World) -> dict[str, str]:
    s, k, p, d = w.school.code, w.klass.code, w.pupil.pk, DAY
    return {
        "board/<str:code>": f"/board/{s}",
        "board/<str:code>/nudge": f"/board/{s}/nudge",
        "wall/<str:code>": f"/wall/{s}",
        "what-if/<str:code>": f"/what-if/{s}",
        "quality/<str:code>": f"/quality/{s}",
        "classes/<str:code>": f"/classes/{k}",
        "classes/<str:code>/check": f"/classes/{k}/check",
        "classes/<str:code>/remind": f"/classes/{k}/remind",
        "classes/<str:code>/reached/<uuid:person>": f"/classes/{k}/reached/{p}",
        "reports/<str:code>/<str:day>/entry": f"/reports/{s}/{d}/entry",
        "reports/<str:code>/<str:day>/zero": f"/reports/{s}/{d}/zero",
        "reports/<str:code>/<str:day>/explain": f"/reports/{s}/{d}/explain",
        "reports/<str:code>/<str:day>/<str:form>": f"/reports/{s}/{d}/daily_counts",
        "reports/<str:code>/<str:day>/<str:form>/send-back": f"/reports/{s}/{d}/daily_counts/send-back",
        "reports/<str:code>/<str:day>/<str:form>/<int:revision>": f"/reports/{s}/{d}/daily_counts/1",
        "receipts/<str:code>": f"/receipts/{s}",
        "missing/<str:code>": f"/missing/{s}",
        "desk/<str:code>": f"/desk/{s}",
        "responsibility/<str:code>": f"/responsibility/{s}",
        "units/<str:code>": f"/units/{s}",
        "people/<uuid:number>": f"/people/{p}",
        "people/<uuid:number>/reveal": f"/people/{p}/reveal",
        "people/<uuid:number>/call": f"/people/{p}/call",
        "import/<uuid:number>": f"/import/{p}",
        "import/<uuid:number>/problems.<str:kind>": f"/import/{p}/problems.csv",
        "upward/<str:code>": f"/upward/{s}",
        "upward/<str:code>/hand-over": f"/upward/{s}/hand-over",
        "upward/<str:code>/copies/<uuid:number>.<str:file>": f"/upward/{s}/copies/{p}.xlsx",
    }


def _of_forms(w: World) -> dict[str, str]:
    s, k, p = w.school.code, w.klass.code, w.pupil.pk
    f, field = w.doubtful.pk, w.doubtful_field
    return {
        "burden/<str:code>": f"/burden/{s}",
        "dictionary/<str:code>": f"/dictionary/{s}",
        "forms/<uuid:number>": f"/forms/{f}",
        "forms/<uuid:number>/revise": f"/forms/{f}/revise",
        "forms/<uuid:number>/fields/<uuid:field>": f"/forms/{f}/fields/{field}",
        "forms/<uuid:number>/<str:name>": f"/forms/{f}/publish",
        "forms/<uuid:number>/extend": f"/forms/{w.asked.pk}/extend",
        "forms/<uuid:number>/cross": f"/forms/{w.asked.pk}/cross",
        "forms/<uuid:number>/fill/<str:code>": f"/forms/{w.asked.pk}/fill/{s}",
        "forms/<uuid:number>/answer/<uuid:person>": f"/forms/{w.asked_people.pk}/answer/{p}",
        "forms/<uuid:number>/people/<str:code>": f"/forms/{w.asked_people.pk}/people/{k}",
    }


def _of_verification(w: World) -> dict[str, str]:
    s, v = w.school.code, f"/verification/{w.exchange.agreement.pk}"
    return {
        "verification/<uuid:number>": v,
        "verification/<uuid:number>/answer": f"{v}/answer",
        "verification/<uuid:number>/undo": f"{v}/undo",
        "verification/<uuid:number>/reopen": f"{v}/reopen",
        "verification/<uuid:number>/compare": f"{v}/compare",
        "verification/<uuid:number>/items/<uuid:item>/reveal": f"{v}/items/{w.exchange.open.pk}/reveal",
        "verification/<uuid:number>/import": f"{v}/import",
        "verification/<uuid:number>/lists/<uuid:received>": f"{v}/lists/{w.exchange.ours.pk}",
        "verification/<uuid:number>/runs/<int:run>": f"{v}/runs/1",
        "verification/<uuid:number>/runs/<int:run>/sign": f"{v}/runs/1/sign",
        "verification/<uuid:number>/runs/<int:run>/units/<str:code>": f"{v}/runs/1/units/{s}",
        "verification/<uuid:number>/differences.<str:kind>": f"{v}/differences.xlsx",
    }


def patterns() -> list[str]:
    return [str(p.pattern) for p in urlpatterns if isinstance(p, URLPattern)]


def entered(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_address_is_in_the_matrix():
    with clock.at(at(12)):
        assert set(patterns()) == OPEN | OWN | set(addresses(World()))


@pytest.mark.parametrize("role", list(Role))
def test_an_outsider_gets_the_answer_of_a_thing_that_does_not_exist(role):
    with clock.at(at(12)):
        w = World()
        client = entered(make.account(w.far[0].parent, role))
        for address in addresses(w).values():
            absent = address.replace("S1", "S9")
            for known in (w.pupil.pk, w.doubtful.pk, w.asked.pk, w.asked_people.pk, w.exchange.agreement.pk):
                absent = absent.replace(str(known), "0195541e-5a00-7000-8000-000000000001")
            for method in (client.get, client.post):
                foreign, nowhere = method(address), method(absent)
                assert foreign.status_code in (404, 405), (address, foreign.status_code)
                assert foreign.status_code == nowhere.status_code, address


@pytest.mark.parametrize("role", list(Role))
def test_an_insider_never_meets_a_failure(role):
    with clock.at(at(12)):
        w = World()
        client = entered(make.account(w.school, role))
        for address in [
            *addresses(w).values(),
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


def test_an_address_that_asks_for_a_nul_names_nothing_and_breaks_nothing():
    with clock.at(at(12)):
        w = World()
        client = entered(make.account(w.school, Role.DUTY_OFFICER))
        asked = "&".join(f"{name}=%00" for name in NAMES_OF_FILTERS)
        for address in [*addresses(w).values(), "/today", "/search?q=S1", "/list/units", "/verification"]:
            status = client.get(f"{address}{'&' if '?' in address else '?'}{asked}").status_code
            assert status in (404, 405), (address, status)


def test_a_stranger_is_led_to_signing_in():
    with clock.at(at(12)):
        w = World()
        for address in addresses(w).values():
            answer = Client().get(address)
            assert answer.status_code in (302, 405), address
            assert answer.status_code == 405 or answer["Location"].startswith("/sign-in?next=")


def test_a_page_about_people_is_never_kept_by_caches():
    with clock.at(at(12)):
        w = World()
        answer = entered(make.account(w.klass, Role.CLASS_HEAD)).get(f"/classes/{w.klass.code}")
        assert answer["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert w.pupil.name in answer.content.decode()

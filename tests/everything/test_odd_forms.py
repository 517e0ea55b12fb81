"""Every page's own form, filled in with what nobody means (异常填写): an answer with a reason, never a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from lianfang.domain.roles import Role
from tests import make
from tests.everything.action_world import World
from tests.everything.places import entered

pytestmark = pytest.mark.django_db
HANDS = (Role.DOCTOR, Role.SITE_MANAGER, Role.ADMINISTRATOR, Role.DUTY_OFFICER)
"""Between them they may do nearly everything; the others are refused before a value is looked at."""
ODD = ("x\x00y", "9999-12-31", "0001-01-01", "-1", "1e400", "9" * 40, "💥" * 3000, "{}", " ")
NAMES = ("day", "from", "to", "since", "until", "on")
DAYS = ("0001-01-01", "9999-12-31", "2200-01-01", "x", "")
FAILURE = 500
_NAME = re.compile(r"<(?:input|select|textarea|button)[^>]*?\sname=\"([^\"]{1,60})\"")
_KEPT = ("csrfmiddlewaretoken", "language")


def _fields(client: Client, address: str) -> set[str]:
    """What the page asks for, by the names of its fields."""
    page = client.get(address)
    body = page.content.decode("utf-8", "replace") if page["Content-Type"].startswith("text/html") else ""
    return set(_NAME.findall(body)) - set(_KEPT)


def _failures(client: Client, asked: Iterable[tuple[str, str]], method: Callable[..., Any]) -> list[tuple[str, str]]:
    return [(place, odd[:12]) for place, odd in asked if method(place, odd).status_code >= FAILURE]


def _inside(w: World, role: Role) -> tuple[Client, list[str]]:
    client = entered(make.account(w.school, role))
    client.raise_request_exception = False
    return client, sorted(set(w.addresses.values()))


@pytest.mark.parametrize("role", HANDS)
def test_a_form_filled_in_with_anything_is_never_a_failure(reached: World, role: Role) -> None:
    client, places = _inside(reached, role)
    names = {place: _fields(client, place) for place in places}
    shared = {name for found in names.values() for name in found if not re.search(r"\d|-", name)}
    given = [(place, odd) for place in places for odd in ODD]
    assert _failures(client, given, lambda p, odd: client.post(p, dict.fromkeys(names[p] or shared, odd))) == []


@pytest.mark.parametrize("role", HANDS)
def test_a_day_outside_the_calendar_is_never_a_failure(reached: World, role: Role) -> None:
    client, places = _inside(reached, role)
    given = [(place, day) for place in places for day in DAYS]
    assert _failures(client, given, lambda p, day: client.get(p, dict.fromkeys(NAMES, day))) == []

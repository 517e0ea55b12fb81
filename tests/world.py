"""The small world in which the catalogue of bad inputs plays (坏输入的小世界), built through the actions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from lianfang.capabilities.access.actions import end_role, open_account
from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.persons.actions import register_person
from lianfang.capabilities.units.actions import close_unit, found_root, merge_unit, move_unit, open_unit
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import parse_identity
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.accounts.ops import new_account, new_token
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests.domain.reading import CATALOGUE, NOW, TODAY, WORLD, put

SINCE = date(2025, 9, 1)  # the school year began
DAYS = [TODAY - timedelta(days=n) for n in range(7)]
JSON = "application/json"
BASE: dict[str, Any] = WORLD["base_report"]
SAMPLE_OF_D = "SMP-D-0001"

# Actor of the world -> role and unit; one more for whoever signs the school's daily count.
ROLES = {
    "class_head": ("class_head", "S1-K1"),
    "head_K2": ("class_head", "S1-K2"),
    "head_S2": ("class_head", "S2-K1"),
    "school_admin_S1": ("administrator", "S1"),
    "duty_S1": ("duty_officer", "S1"),
    "county_N1": ("officer", "N1"),
    "county_N2": ("officer", "N2"),
    "city_officer": ("officer", "C1"),
    "former_head": ("class_head", "S1-K1"),
}


@dataclass(slots=True)
class World:
    """Persons by their letter, tokens by actor, and how a request is sent as one of them."""

    persons: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def send(self, actor: str, method: str, path: str, body: Any = None, **more: Any) -> HttpResponse:
        """A request as this actor; `body` is JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        more.setdefault("content_type", JSON)
        headers = {"Authorization": f"Bearer {self.tokens[actor]}", **more.pop("headers", {})}
        sent: HttpResponse = Client().generic(method, f"/api/v1/{path}", data, headers=headers, **more)
        return sent

    def report(self, body: Any, *, actor: str = "class_head", **more: Any) -> HttpResponse:
        """A report sent by the class head, unless said otherwise."""
        return self.send(actor, "POST", "reports", body, **more)

    def number(self, letter: str) -> str:
        """The identity number of a person of the world."""
        return next(str(one["id_number"]) for one in WORLD["persons"] if one["ref"] == letter)


def report(**changes: Any) -> dict[str, Any]:
    """The valid report with members replaced; `person__name` reaches inside, None takes a member away."""
    raw: dict[str, Any] = json.loads(json.dumps(BASE))
    for path, value in changes.items():
        put(raw, path.replace("__", "."), value)
    return raw


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of one file of the catalogue; none where only the trimmed copy is at hand."""
    path = CATALOGUE / name
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@contextmanager
def built() -> Iterator[World]:
    """The world at its day and moment, in one transaction that is undone afterwards."""
    with transaction.atomic():
        with within(EVERYTHING), clock.at(datetime.combine(SINCE, NOW.timetz())):
            _grow_units()
        world = World()
        with within(EVERYTHING):
            _enter_people(world)
            _open_days(DAYS[1:])
            _open_accounts(world)
            _change_units()
            _open_days(DAYS[:1])
        _answer_for_d(world)
        yield world
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside the block is undone, and the clock stands at the world's moment."""
    with clock.at(NOW), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


def _grow_units() -> None:
    for one in WORLD["units"]:
        what = {"code": one["id"], "name": one["name"], "kind": one["kind"], "opened_on": SINCE}
        if "parent" not in one:
            found_root(SYSTEM, **what)
            continue
        # This morning the school was moved from one county to the other.
        parent = "N2" if one["id"] == "S1" else one["parent"]
        open_unit(SYSTEM, parent=_unit(parent), **what)


def _change_units() -> None:
    with clock.at(NOW.replace(hour=5)):
        move_unit(SYSTEM, unit=_unit("S1"), new_parent=_unit("N1"), since=TODAY)
        for one in WORLD["units"]:
            if "merged_into" in one:
                since = date.fromisoformat(one["until"]) + timedelta(days=1)
                merge_unit(SYSTEM, unit=_unit(one["id"]), into=_unit(one["merged_into"]), since=since)
            elif "until" in one:
                close_unit(SYSTEM, unit=_unit(one["id"]), last_day=date.fromisoformat(one["until"]))


def _enter_people(world: World) -> None:
    for one in WORLD["persons"]:
        identity = parse_identity("resident", one["id_number"], "", [], today=TODAY)
        who = PersonRef("resident", identity, "", one["name"], "", identity.birth_date, None, "")
        with clock.at(datetime.combine(SINCE, NOW.timetz())):
            entered = register_person(SYSTEM, unit=_unit(one["unit"]), who=who, kind="learner", since=SINCE)
        world.persons[one["ref"]] = entered.person


def _open_days(days: list[date]) -> None:
    for day in sorted(days):
        with clock.at(datetime.combine(day, NOW.replace(hour=6, minute=0).timetz())):
            open_day(day)
            open_tallies(day)


def _open_accounts(world: World) -> None:
    with clock.at(NOW - timedelta(days=30)):
        for handle, (role, code) in ROLES.items():
            world.accounts[handle] = open_account(SYSTEM, unit=_unit(code), handle=handle, name=handle, role=role)
        world.accounts["person_A"] = new_account("person_A", "A")
        world.accounts["person_A"].person_id = world.persons["A"].pk
        world.accounts["person_A"].save()
        for handle, account in world.accounts.items():
            world.tokens[handle] = new_token(account)[1]
    with clock.at(NOW - timedelta(hours=1)):
        ended = Grant.objects.get(account=world.accounts["former_head"])
        end_role(SYSTEM, unit=ended.unit, grant=ended)


def _answer_for_d(world: World) -> None:
    given = report(key="answer-of-d", unit="S2-K1", person={"ref": str(world.persons["D"].pk)})
    given["test"]["sample_no"] = SAMPLE_OF_D
    with clock.at(NOW), within(EVERYTHING):
        receive_answer(SYSTEM, given, channel="json")

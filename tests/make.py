"""Builders for tests (测试搭建): the smallest world a story needs, made through the product's own actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from lianfang.capabilities.access.actions import open_account
from lianfang.capabilities.persons.actions import register_person
from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.units.actions import found_root, open_unit
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor, actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.scope import EVERYTHING, within

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)
_numbers = count(1)


def at(hour: int, minute: int = 0, second: int = 0, *, day: date = DAY) -> datetime:
    """A moment of the day, local time."""
    return datetime.combine(day, time(hour, minute, second), SHANGHAI)


def root(code: str = "P", kind: str = "province", name: str = "示例省", *, opened_on: date = date(2020, 1, 1)) -> Unit:
    """The root of a tree."""
    with within(EVERYTHING):
        return found_root(
            SYSTEM, code=code, name=name, kind=kind, name_en=f"Example {kind} {code}", opened_on=opened_on
        )


def unit(parent: Unit, code: str, kind: str = "division", name: str = "", **more: Any) -> Unit:
    """A unit under another."""
    with within(EVERYTHING):
        return open_unit(
            SYSTEM,
            parent=parent,
            code=code,
            name=name or f"单位{code}",
            name_en=f"Unit {code}",
            kind=kind,
            opened_on=more.pop("opened_on", date(2020, 1, 1)),
            **more,
        )


def account(where: Unit, role: str, handle: str = "") -> Account:
    """An account with one role over a unit."""
    with within(EVERYTHING):
        handle = handle or f"{role}-{where.code}-{next(_numbers)}".lower()
        return open_account(SYSTEM, unit=where, handle=handle, name=f"{role} {where.code}", role=role)


def actor(where: Unit, role: str) -> Actor:
    """Somebody who holds a role over a unit, at this moment."""
    who = account(where, role)
    with within(EVERYTHING):
        return actor_for(who)


def member(
    where: Unit,
    name: str = "",
    *,
    kind: str = "learner",
    number: str = "",
    since: date = date(2020, 1, 1),
    born: date | None = None,
    **more: Any,
) -> Person:
    """A person on a unit's roster."""
    n = next(_numbers)
    identity = (
        Identity(kind="resident", number=number, birth_date=born, sex=None)
        if number
        else Identity(kind="passport", number=f"E{n:08d}", birth_date=born, sex=None)
    )
    who = PersonRef(
        id_type=identity.kind,
        identity=identity,
        id_reason="",
        name=name or f"学生{n}",
        phone="",
        birth_date=born,
        guardian_notice=None,
        ref="",
    )
    entered = more.pop("entered", None) or datetime.combine(since, time(0), SHANGHAI)
    with clock.at(entered), within(EVERYTHING):
        return register_person(SYSTEM, unit=where, who=who, kind=kind, since=since, **more).person


def members(where: Unit, how_many: int, **more: Any) -> list[Person]:
    """Several people on a unit's roster."""
    return [member(where, **more) for _ in range(how_many)]


def rules(where: Unit, **parameters: Any) -> None:
    """Rules of one's own for a part of the tree."""
    with within(EVERYTHING):
        adopt_rules(
            SYSTEM,
            unit=where,
            code=f"test-{next(_numbers)}",
            title="测试规则",
            basis="test",
            valid_from=date(2020, 1, 1),
            parameters=parameters,
        )


@contextmanager
def acting(who: Actor) -> Iterator[Actor]:
    """Inside the block, rows are seen as this actor sees them."""
    with within(who.scope):
        yield who


def answer(who: Person, where: Unit, **more: Any) -> dict[str, Any]:
    """A raw answer by a person, well unless said otherwise."""
    return {
        "key": f"answer-{next(_numbers):08d}",
        "unit": where.code,
        "day": str(DAY),
        "slot": "am",
        "person": {"ref": str(who.pk)},
        "state": "well",
        **more,
    }


__all__ = ["DAY", "UTC", "Membership", "clock", "timedelta"]

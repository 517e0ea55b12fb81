"""What is going to be used, and why (计划用量): each capability says it of its own plans; forecasts ask them all.

Stock therefore knows of meals without importing the kitchen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from lianfang.kernel.orgs.models import Unit

PRESENT, AWAITED = "present", "awaited"


@dataclass(frozen=True, slots=True)
class PlannedUse:
    """So much of an item on one day, for those who are there (`present`) or for those who are to come (`awaited`).

    `heads` are the people of one `source` (everybody there, one batch that is awaited): the same on all its days.
    """

    item_code: str
    day: date
    quantity: Decimal
    because: str
    heads: int = 0
    source: str = ""


class Plan(Protocol):
    """Uses from `since` to `until`, both counted, that have not been made at the moment `at`."""

    def __call__(self, unit: Unit, since: date, until: date, *, at: datetime) -> Iterable[PlannedUse]: ...


_plans: list[Plan] = []


def planned_use(plan: Plan) -> Plan:
    """Register a function that says what will be used."""
    if plan not in _plans:
        _plans.append(plan)
    return plan


def uses(unit: Unit, since: date, until: date, *, at: datetime) -> Iterator[PlannedUse]:
    """What every capability plans to use in the unit."""
    for plan in _plans:
        yield from plan(unit, since, until, at=at)

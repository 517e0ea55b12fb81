"""The sittings of a day (开餐): their times from the rule pack, the list fixed at the cut-off, what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lianfang.capabilities.catering.guests import Span, drop_named, eaters, portions, rule_of, staff_portions
from lianfang.capabilities.catering.models import Delivery, MealOrder, Sitting
from lianfang.domain.meals.lists import Change, Portion, Portions, by_drop, changes
from lianfang.domain.meals.sittings import MEALS
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import owe_all

DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Times:
    """When a sitting is served, when its list is fixed, and when it is due at the drop points."""

    served_from: datetime
    served_until: datetime
    cut_off: datetime
    due_at: datetime


def times_of(unit: Unit, day: date, meal: str) -> Times:
    """The times of one meal in the unit on the day; another word than breakfast, lunch or dinner is refused."""
    return times_in(policy_of(unit, on=day), unit, day, meal)


def times_in(policy: Policy, unit: Unit, day: date, meal: str) -> Times:
    """The same by rules that are at hand."""
    if meal not in MEALS:
        raise Refused("choice.unknown", "meal")
    found = (policy.meal_from, policy.meal_until, policy.meal_cutoff, policy.meal_by)
    return Times(*(datetime.combine(day, one[meal], unit.zone) for one in found))


def list_at(unit: Unit, day: date, meal: str, *, at: datetime, policy: Policy | None = None) -> dict[Portion, int]:
    """The kitchen's list as far as it is known at a moment: portions by drop point, room and diet."""
    rules = policy or policy_of(unit, on=day)
    times = times_in(rules, unit, day, meal)
    span = Span(times.served_from, times.served_until, at)
    guests = portions(unit, eaters(unit, day=day, meal=meal, span=span, rule=rule_of(rules)), at=at)
    return guests | staff_portions(unit, meal, at=min(at, times.served_until))


def sitting_of(unit: Unit, day: date, meal: str) -> Sitting | None:
    """The sitting, once its list is fixed."""
    return Sitting.objects.filter(unit=unit, day=day, meal=meal).first()


def fixed(unit: Unit, day: date, meal: str, *, by: str, policy: Policy | None = None) -> Sitting:
    """The sitting with its list fixed as it was at the cut-off; a list that is fixed stays as it is.

    Refused `meal.too_early` (cut_off) before the cut-off.
    """
    rules = policy or policy_of(unit, on=day)
    times = times_in(rules, unit, day, meal)
    if clock.now() < times.cut_off:
        raise Refused("meal.too_early", "meal", cut_off=times.cut_off.strftime("%H:%M"))
    row, fresh = Sitting.objects.get_or_create(
        unit=unit, day=day, meal=meal,
        defaults={
            "served_from": times.served_from, "served_until": times.served_until, "cut_off": times.cut_off,
            "due_at": times.due_at, "fixed_by": by[:60],
        },
    )  # fmt: skip
    if fresh:
        _write(row, list_at(unit, day, meal, at=times.cut_off, policy=rules))
    return row


def _write(sitting: Sitting, listed: Portions) -> None:
    lines: dict[tuple[str, str], dict[str, int]] = {}
    for one, number in listed.items():
        rooms = lines.setdefault((one.drop, one.diet), {})
        rooms[one.room] = rooms.get(one.room, 0) + number
    MealOrder.objects.bulk_create(
        MealOrder(unit=sitting.unit, sitting=sitting, drop=drop, diet=diet, quantity=sum(rooms.values()), rooms=rooms)
        for (drop, diet), rooms in sorted(lines.items())
    )
    _owe_deliveries(sitting, {drop: sum(diets.values()) for drop, diets in by_drop(listed).items()})


def _owe_deliveries(sitting: Sitting, drops: dict[str, int]) -> None:
    rows = Delivery.objects.bulk_create(
        Delivery(unit=sitting.unit, sitting=sitting, drop=drop, quantity=quantity, due_at=sitting.due_at)
        for drop, quantity in drops.items()
    )
    owe_all(_owed(sitting, row, number) for number, row in enumerate(rows, start=1))


def _owed(sitting: Sitting, row: Delivery, number: int) -> Task:
    zh, en = drop_named(row.drop)
    return Task(
        unit=sitting.unit, kind=DELIVERY, subject=ref(row), name=f"送餐至{zh}", name_en=f"Meals to {en}",
        opens_at=sitting.cut_off, due_at=sitting.due_at, number=number, day=sitting.day, role=Role.KITCHEN,
    )  # fmt: skip


def ordered(sitting: Sitting) -> dict[Portion, int]:
    """The list as it was fixed."""
    return {
        Portion(line.drop, room, line.diet): number
        for line in sitting.orders.order_by("drop", "diet")
        for room, number in line.rooms.items()
    }


def late_changes(sitting: Sitting, *, at: datetime) -> Sequence[Change]:
    """What differs from the fixed list at a moment, room by room; nothing changes once the meal is over."""
    now = list_at(sitting.unit, sitting.day, sitting.meal, at=min(at, sitting.served_until))
    return changes(ordered(sitting), now)

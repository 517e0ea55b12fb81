"""What the meals to come will use (餐食计划): those who are there until they leave, and arrivals that are awaited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Sum

from lianfang.capabilities.catering.guests import Placed, assumed_end, placed, rule_of, staff_portions
from lianfang.capabilities.catering.models import MealItem, Sitting
from lianfang.domain.meals.sittings import MEALS, Guest, MealRule, meals_by_day, meals_on
from lianfang.domain.policy import Policy
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers.plans import AWAITED, PRESENT, PlannedUse, planned_use
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Expected
from lianfang.kernel.policies.ops import policy_of

ByDay = dict[date, int]


@planned_use
def planned_meals(unit: Unit, since: date, until: date, *, at: datetime) -> Iterator[PlannedUse]:
    """What each coming meal takes, of every item that meals take; meals that were served are not planned any more."""
    items = list(MealItem.objects.filter(unit=unit, in_use=True).select_related("item"))
    if not items:
        return
    policy = policy_of(unit, on=since)
    groups = [_present(unit, since, until, at, policy), *_awaited(unit, since, until, at, policy)]
    groups.append(_staff(unit, since, max((day for *_, meals in groups for day in meals), default=None), at))
    for because, source, heads, meals in groups:
        for used in items:
            for day, number in sorted(meals.items()):
                yield PlannedUse(used.item.code, day, number * used.per_meal, because, heads, source)


def _present(unit: Unit, since: date, until: date, at: datetime, policy: Policy) -> tuple[str, str, int, ByDay]:
    rule, served = rule_of(policy), _served(unit, since)
    here = [one for one in placed(unit, day=since, at=at) if one.left_at is None]
    meals: ByDay = {}
    for one in here:
        _add(meals, _until_end(one, policy), rule, since, until, served)
    return PRESENT, PRESENT, len(here), {day: number for day, number in meals.items() if number}


def _staff(unit: Unit, since: date, until: date | None, at: datetime) -> tuple[str, str, int, ByDay]:
    """Staff eat as long as guests are there: after the last has left nothing is known. They are no guests: 0 heads."""
    a_day = {meal: sum(staff_portions(unit, meal, at=at).values()) for meal in MEALS}
    ahead = range((until - since).days + 1) if until and any(a_day.values()) else range(0)
    days = [since + timedelta(days=n) for n in ahead]
    served = _served(unit, since)
    meals = {day: sum(n for meal, n in a_day.items() if day > since or meal not in served) for day in days}
    return PRESENT, "staff", 0, {day: number for day, number in meals.items() if number}


def _until_end(one: Placed, policy: Policy) -> Guest:
    return Guest(one.guest.arrived_at, assumed_end(one.guest, policy))


def _awaited(
    unit: Unit, since: date, until: date, at: datetime, policy: Policy
) -> Iterator[tuple[str, str, int, ByDay]]:
    """Each batch that is awaited and has not come, as if it came at its hour."""
    rule, served = rule_of(policy), _served(unit, since)
    for batch in Expected.objects.filter(unit=unit, settled_at__isnull=True, day__range=(since, until)).order_by("at"):
        arrived = batch.at.astimezone(unit.zone)
        last = batch.leaves_on or arrived.date() + timedelta(days=policy.observation_days)
        meals: ByDay = {}
        _add(meals, Guest(arrived, last), rule, since, until, served)
        yield AWAITED, ref(batch), batch.count, {day: number * batch.count for day, number in meals.items() if number}


def _add(meals: ByDay, guest: Guest, rule: MealRule, since: date, until: date, served: set[str]) -> None:
    for day, number in meals_by_day(guest, rule, since=since, until=until):
        left = len(set(meals_on(guest, day, rule)) - served) if day == since else number
        meals[day] = meals.get(day, 0) + left


def _served(unit: Unit, day: date) -> set[str]:
    """The meals of the day that need no more boxes."""
    done = Sitting.objects.filter(unit=unit, day=day, served_at__isnull=False).values_list("meal", flat=True)
    return set(done) & set(MEALS)


def meals_served(unit: Unit, *, since: date | None = None, until: date | None = None) -> int:
    """How many guest meals were served in all, by the records of the sittings."""
    found = Sitting.objects.filter(unit=unit, served__isnull=False)
    found = found.filter(day__gte=since) if since else found
    found = found.filter(day__lte=until) if until else found
    return found.aggregate(meals=Sum("served"))["meals"] or 0

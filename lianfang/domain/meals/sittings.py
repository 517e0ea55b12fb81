"""Which sittings a guest eats (开餐): all of a full day, the last of the day of arrival, the first of the last day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

BREAKFAST, LUNCH, DINNER = "breakfast", "lunch", "dinner"
MEALS = (BREAKFAST, LUNCH, DINNER)


@dataclass(frozen=True, slots=True)
class MealRule:
    """Numbers of a rule pack: how many last meals who arrives before a time gets, how many first ones at the end."""

    arrival_before: time
    arrival_meals: int
    release_meals: int


@dataclass(frozen=True, slots=True)
class Guest:
    """One stay without a break: local moment of arrival and last day (planned or real); `None`: nobody knows yet."""

    arrived_at: datetime
    last_day: date | None


def meals_on(guest: Guest, day: date, rule: MealRule) -> tuple[str, ...]:
    """The sittings the guest eats on that day, in order. Who comes and goes on one day eats nothing here."""
    arrived = guest.arrived_at.date()
    if day < arrived or (guest.last_day is not None and day > guest.last_day):
        return ()
    meals: tuple[str, ...] = MEALS
    if day == arrived:
        due = rule.arrival_meals if guest.arrived_at.time().replace(tzinfo=None) < rule.arrival_before else 0
        meals = meals[len(MEALS) - due :]
    if day == guest.last_day:
        meals = tuple(meal for meal in meals if meal in MEALS[: rule.release_meals])
    return meals


def eats(guest: Guest, day: date, meal: str, rule: MealRule) -> bool:
    """Whether the guest is served at this sitting."""
    return meal in meals_on(guest, day, rule)


def meals_by_day(guest: Guest, rule: MealRule, *, since: date, until: date) -> Iterator[tuple[date, int]]:
    """How many meals on each day of the span, both ends counted; days without any are left out."""
    day = max(since, guest.arrived_at.date())
    last = min(until, guest.last_day or until)
    while day <= last:
        if meals := meals_on(guest, day, rule):
            yield day, len(meals)
        day += timedelta(days=1)

"""The kitchen's list (供餐单): portions by drop point and diet, what changed once it was fixed, how late food came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

NORMAL, HALAL, DIABETIC, CHILD, VEGETARIAN = "normal", "halal", "diabetic", "child", "vegetarian"
DIETS = (NORMAL, HALAL, DIABETIC, CHILD, VEGETARIAN)


@dataclass(frozen=True, slots=True, order=True)
class Portion:
    """One kind of meal for one room: where it is put down, the room, the diet; no name."""

    drop: str
    room: str
    diet: str


Portions = Mapping[Portion, int]


def by_diet(portions: Portions) -> dict[str, int]:
    """How many of each diet, in the order diets are listed; diets that nobody eats are left out."""
    counted: Counter[str] = Counter()
    for one, number in portions.items():
        counted[one.diet] += number
    return {diet: counted[diet] for diet in DIETS if counted[diet]}


def by_drop(portions: Portions) -> dict[str, dict[str, int]]:
    """How many of each diet at each drop point."""
    drops: dict[str, dict[Portion, int]] = {}
    for one, number in portions.items():
        drops.setdefault(one.drop, {})[one] = number
    return {drop: by_diet(drops[drop]) for drop in sorted(drops)}


@dataclass(frozen=True, slots=True)
class Change:
    """After the list was fixed: so many more (or fewer, below zero) of a diet for a room."""

    portion: Portion
    number: int


def changes(fixed: Portions, now: Portions) -> list[Change]:
    """What differs from the fixed list, room by room."""
    keys = sorted({*fixed, *now})
    found = [Change(one, now.get(one, 0) - fixed.get(one, 0)) for one in keys]
    return [one for one in found if one.number]


def minutes_late(arrived: datetime, due: datetime) -> int:
    """Whole minutes after the time it was due, begun ones counted; 0 when in time."""
    late = arrived - due
    return -(-late // timedelta(minutes=1)) if late > timedelta(0) else 0


def median_minutes(spans: Iterable[timedelta]) -> int | None:
    """The middle of how long things took, in whole minutes; unknown when nothing has been done yet."""
    minutes = [span / timedelta(minutes=1) for span in spans]
    return round(median(minutes)) if minutes else None

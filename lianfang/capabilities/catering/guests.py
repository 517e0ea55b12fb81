"""Who eats, from the records (用餐人员): beds taken under the unit, moves being one stay, staff, and diets.

Rooms and ids only: whoever counts meals needs no name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from lianfang.capabilities.catering.drops import COMMON, STAFF
from lianfang.capabilities.catering.models import Diet, StaffDiner
from lianfang.domain.meals.lists import NORMAL, Portion
from lianfang.domain.meals.sittings import Guest, MealRule, eats
from lianfang.domain.policy import Policy
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import BED, ISOLATION, VISIT, Occupancy, Place

IN_ISOLATION = Q(layer=VISIT, place__kind=ISOLATION)


@dataclass(frozen=True, slots=True)
class Span:
    """When a sitting is served, and the moment whose knowledge is asked for."""

    served_from: datetime
    served_until: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A guest in a room: the whole stay, moves included, and where the guest is at the last known moment."""

    person_id: UUID
    guest: Guest
    left_at: datetime | None
    place: Place


def rule_of(policy: Policy) -> MealRule:
    """Which meals the first and the last day have, as the rule pack says."""
    return MealRule(policy.arrival_meal_before, policy.arrival_meals, policy.release_meals)


def placed(unit: Unit, *, day: date, at: datetime) -> list[Placed]:
    """Everybody who has a bed under the unit on the day, as far as was known at the moment.

    Who is in an isolation room eats there, and not where their own bed waits for them (I09).
    """
    low, high = below(unit.path)
    midnight = datetime.combine(day, time(0), unit.zone)
    rows = Occupancy.objects.filter(
        Q(until__isnull=True) | Q(until__gte=midnight), Q(layer=BED) | IN_ISOLATION, since__lte=at,
        unit__path__gte=low, unit__path__lt=high,
    ).select_related("place").order_by("person_id", "since")  # fmt: skip
    apart = {row.person_id for row in rows if row.layer == VISIT and (row.until is None or row.until > at)}
    eating = [row for row in rows if (row.layer == VISIT) == (row.person_id in apart)]
    return [_stay(rows_of_one, unit, day, at) for rows_of_one in _stays(eating)]


def _stays(rows: Iterable[Occupancy]) -> list[list[Occupancy]]:
    """Rows of one person that follow each other without a gap are one stay."""
    found: list[list[Occupancy]] = []
    for row in rows:
        before = found[-1][-1] if found else None
        if before is not None and before.person_id == row.person_id and before.until == row.since:
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _stay(rows: list[Occupancy], unit: Unit, day: date, at: datetime) -> Placed:
    last, arrived = rows[-1], rows[0].since.astimezone(unit.zone)
    left = last.until if last.until is not None and last.until <= at else None  # a later end was not known then
    return Placed(last.person_id, Guest(arrived, _last_day(last, left, unit, day)), left, last.place)


def _last_day(row: Occupancy, left: datetime | None, unit: Unit, day: date) -> date | None:
    """The day somebody left, or is to leave; who is still here after that day goes on eating."""
    if left is not None:
        return left.astimezone(unit.zone).date()
    planned = row.expected_until
    return planned if planned is not None and planned >= day else None


def drop_of(place: Place) -> str:
    """Where a room's food is put down: building and floor."""
    parts = [place.building, "" if place.floor is None else f"F{place.floor}"]
    return " ".join(part for part in parts if part) or COMMON


def drop_named(drop: str) -> tuple[str, str]:
    """A drop point in words, in Chinese and in English: `A F2` is the second floor of building A."""
    if drop == STAFF:
        return "员工用餐点", "the staff"
    building, _space, floor = drop.rpartition(" F")
    if not building or not floor.lstrip("-").isdigit():
        return drop, drop
    return f" {building} 栋 {floor} 层", f"building {building}, floor {floor}"


def eaters(unit: Unit, *, day: date, meal: str, span: Span, rule: MealRule) -> list[Placed]:
    """Who eats at a sitting: there during it as far as is known, and served by the rule of first and last days."""
    known = min(span.known_at, span.served_until)
    return [
        one for one in placed(unit, day=day, at=known)
        if (one.left_at is None or one.left_at > span.served_from) and eats(one.guest, day, meal, rule)
    ]  # fmt: skip


def diets_of(unit: Unit, persons: Iterable[UUID], *, at: datetime) -> dict[UUID, Diet]:
    """The diets in force at a moment, by person."""
    low, high = below(unit.path)
    held = Diet.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), since__lte=at, person_id__in=list(persons),
        unit__path__gte=low, unit__path__lt=high,
    )  # fmt: skip
    return {one.person_id: one for one in held}


def portions(unit: Unit, guests: list[Placed], *, at: datetime) -> dict[Portion, int]:
    """How many of each diet for each room."""
    diets: dict[UUID, Any] = diets_of(unit, [one.person_id for one in guests], at=at)
    found: dict[Portion, int] = {}
    for one in guests:
        diet = diets[one.person_id].diet if one.person_id in diets else NORMAL
        key = Portion(drop_of(one.place), one.place.code, diet)
        found[key] = found.get(key, 0) + 1
    return found


def staff_portions(unit: Unit, meal: str, *, at: datetime) -> dict[Portion, int]:
    """How many of each diet for each post of those who work here and eat this meal, as known at a moment."""
    low, high = below(unit.path)
    rows = StaffDiner.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), since__lte=at, meal=meal, unit__path__gte=low, unit__path__lt=high,
    ).values_list("person_id", "post")  # fmt: skip
    posts: dict[UUID, str] = dict(rows)
    diets = diets_of(unit, posts, at=at) if posts else {}
    found: dict[Portion, int] = {}
    for person, post in posts.items():
        key = Portion(STAFF, post, diets[person].diet if person in diets else NORMAL)
        found[key] = found.get(key, 0) + 1
    return found


def assumed_end(guest: Guest, policy: Policy) -> date:
    """The last day of a stay for a forecast: as planned, else as long as the rule pack has people observed."""
    return guest.last_day or guest.arrived_at.date() + timedelta(days=policy.observation_days)

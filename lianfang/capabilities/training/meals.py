"""Sittings of a class (分批就餐): who eats in which group and sitting, and whether somebody came out of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.db.models import Sum

from lianfang.capabilities.training.layout import Spot
from lianfang.capabilities.training.models import ClassRun, ClassSitting, Enrolment
from lianfang.domain.classes import dining as rule
from lianfang.domain.classes.rooms import places_under
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.kernel.places.models import Place


def seats_of(place: Place, policy: Policy) -> int:
    """Seats of a dining room under the policy."""
    return places_under(furniture=place.furniture, ordinary=place.capacity, per_piece=policy.diners_per_table)


def regroup(people: Sequence[Enrolment], seats: int, policy: Policy) -> int:
    """Give everybody a group and a sitting; groups that stand stay whole. How many sittings there are.

    Refused: `dining.no_seats`, `dining.group_too_large`.
    """
    if seats < 1:
        raise Refused("dining.no_seats", "place")
    if all(one.group for one in people) and people:
        return _keep_groups(people, seats)
    count, at = 0, iter(people)
    parted = rule.groups_of(len(people), seats=seats, largest=policy.dining_group)
    for sitting, sizes in enumerate(parted, start=1):
        for size in sizes:
            count += 1
            for one in [next(at) for _ in range(size)]:
                one.group, one.sitting = count, sitting
    return len(parted)


def _keep_groups(people: Sequence[Enrolment], seats: int) -> int:
    groups: dict[int, list[Enrolment]] = {}
    for one in people:
        groups.setdefault(one.group or 0, []).append(one)
    members = list(groups.values())
    try:
        parted = rule.sittings_of([len(group) for group in members], seats)
    except ValueError:
        raise Refused("dining.group_too_large", "place", seats=seats) from None
    for sitting, indexes in enumerate(parted, start=1):
        for one in [one for index in indexes for one in members[index]]:
            one.sitting = sitting
    return len(parted)


def times_of(first: time, count: int, minutes: int) -> list[tuple[time, time]]:
    """When the sittings are; refused `dining.too_late` when they run past midnight."""
    try:
        return rule.starts(first, count, minutes)
    except ValueError:
        raise Refused("dining.too_late", "first_sitting") from None


def refuse_full(run: ClassRun, place: Place, seats: int, wanted: Iterable[tuple[time, time, int]]) -> None:
    """Refused `dining.taken` when other classes of these days have so many of the seats that a sitting does not fit."""
    others = ClassSitting.objects.filter(
        place=place, replaced_at=None, run__first_day__lte=run.last_day, run__last_day__gte=run.first_day
    ).exclude(run=run)
    for starts, ends, people in wanted:
        taken = others.filter(starts__lt=ends, ends__gt=starts).aggregate(people=Sum("people"))["people"] or 0
        if taken + people > seats:
            raise Refused(
                "dining.taken", "first_sitting", at=f"{starts:%H:%M}", free=max(0, seats - taken), people=people
            )


def tables(run: ClassRun, people: Sequence[Enrolment], place: Place) -> list[Spot]:
    """Everybody at the dining room in their group; who eats in another group is no contact of theirs."""
    return [(one, place, "", f"{run.unit.code}/{one.group}") for one in people]


def sitting_at(run: ClassRun, meal: str, at: datetime) -> int | None:
    """The sitting of a class that is under way at a moment."""
    local = at.astimezone(run.unit.zone).time()
    now = run.sittings.filter(meal=meal, replaced_at=None, starts__lte=local, ends__gt=local)
    return now.values_list("number", flat=True).first()

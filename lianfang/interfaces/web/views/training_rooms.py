"""Rooms of a class on its page (座位表、住宿): seats as a grid that stands as the desks do, beds and their shortage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lianfang.capabilities.training.layout import beds_of, places_of
from lianfang.capabilities.training.layout import seats_of as classroom_seats
from lianfang.capabilities.training.meals import seats_of as dining_seats
from lianfang.capabilities.training.models import ClassRun, RoomPlan
from lianfang.capabilities.training.moments import ends, since_now
from lianfang.capabilities.training.standing import newest_lodging
from lianfang.domain.classes.seats import LETTERS
from lianfang.kernel.places.models import CLASSROOM, DINING, DORMITORY, SEAT, Occupancy, Place
from lianfang.kernel.policies.ops import policy_of

MOST_ROOMS = 300  # of one kind that are offered to choose from


def seats_of(run: ClassRun) -> list[Occupancy]:
    """The seats of a class that stand: those of its last plan."""
    held = Occupancy.objects.filter(unit=run.unit, layer=SEAT, until__gte=min(ends(run), since_now(run)))
    return list(held.exclude(ended_because="planned anew").order_by("spot"))


def plans_of(run: ClassRun, seats: Sequence[Occupancy], *, sees: bool) -> list[dict[str, Any]]:
    """Each room of a class as a grid of desks, with a number and, for who sees people, a name at each."""
    who = _who(run, sees=sees)
    by_room: dict[UUID, dict[str, Occupancy]] = {}
    for seat in seats:
        by_room.setdefault(seat.place_id, {})[seat.spot] = seat
    plans = RoomPlan.objects.filter(run=run, replaced_at=None).select_related("place").order_by("place__walk")
    return [_plan(plan, by_room.get(plan.place_id, {}), who) for plan in plans]


def _who(run: ClassRun, *, sees: bool) -> Mapping[UUID, dict[str, Any]]:
    if not sees:
        return {}
    rows = run.enrolments.select_related("person").only("number", "group", "person__name", "run_id", "unit_id")
    return {one.person_id: {"number": one.number, "name": one.person.name} for one in rows}


def _plan(plan: RoomPlan, seats: Mapping[str, Occupancy], who: Mapping[UUID, dict[str, Any]]) -> dict[str, Any]:
    rows = -(-plan.desks // plan.across)
    return {
        "key": str(plan.pk), "name": str(plan.place), "code": plan.place.code, "desks": plan.desks,
        "ordinary": plan.ordinary, "seats": plan.seats, "seated": plan.seated, "per_desk": plan.per_desk,
        "columns": list(range(1, plan.across + 1)),
        "rows": [{"n": n, "cells": list(_row(plan, n, seats, who))} for n in range(1, rows + 1)],
    }  # fmt: skip


def _row(
    plan: RoomPlan, n: int, seats: Mapping[str, Occupancy], who: Mapping[UUID, dict[str, Any]]
) -> Iterable[dict[str, Any] | None]:
    """The desks of a row; None where the last row has no desk any more."""
    for column in range(1, plan.across + 1):
        if (n - 1) * plan.across + column > plan.desks:
            yield None
            continue
        named = [f"{n}-{column}", *(f"{n}-{column}{letter}" for letter in LETTERS[: plan.per_desk])]
        yield {
            "people": [who.get(seats[spot].person_id, {"number": "", "name": ""}) for spot in named if spot in seats]
        }


def lodging_of(run: ClassRun) -> dict[str, Any] | None:
    """The bed plan that counts."""
    plan = newest_lodging(run)
    if plan is None:
        return None
    return {
        "rooms": plan.rooms, "ordinary": plan.ordinary, "beds": plan.beds, "needed": plan.needed, "short": plan.short,
        "accepted": plan.accepted, "by": plan.by, "at": plan.at,
    }  # fmt: skip


def room_choices(run: ClassRun) -> dict[str, Any]:
    """The rooms that a class may be given, with what each holds under the policy."""
    policy = policy_of(run.unit, on=run.first_day)
    classrooms, halls = places_of(run.host, CLASSROOM)[:MOST_ROOMS], places_of(run.host, DINING)[:MOST_ROOMS]
    dormitory = list(places_of(run.host, DORMITORY)[: MOST_ROOMS + 1])
    return {
        "classrooms": [_choice(one, classroom_seats(one, policy)) for one in classrooms],
        "halls": [_choice(one, dining_seats(one, policy)) for one in halls],
        "dormitory": {
            "rooms": len(dormitory), "ordinary": sum(one.capacity for one in dormitory),
            "beds": sum(beds_of(one, policy) for one in dormitory),
        },
    }  # fmt: skip


def _choice(place: Place, seats: int) -> dict[str, Any]:
    words = str(_("{name}: {seats} of {ordinary}")).format(name=place, seats=seats, ordinary=place.capacity)
    return {"value": str(place.pk), "label": words}

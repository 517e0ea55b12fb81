"""Rooms, beds and tables for a class (座位、住宿、就餐编排): who is where, written as occupancies for its days.

A plan that has not begun is no record of anything: it is replaced. What has begun ends, and the new plan begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from lianfang.capabilities.training.models import ClassRun, Enrolment, RoomPlan
from lianfang.capabilities.training.moments import ends, since_now
from lianfang.domain.classes import rooms as rule
from lianfang.domain.classes.seats import desks_of, shared_out, spots
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import BED, CLASSROOM, SEAT, Occupancy, Place
from lianfang.kernel.scope import EVERYTHING, within

Spot = tuple[Enrolment, Place, str, str]
"""Who, where, which bed or seat ("" for none in particular), in which group."""


def held_by(run: ClassRun, places: Sequence[Place], kinds: Iterable[str], field: str) -> list[Place]:
    """The places, held so that nobody else plans them meanwhile; refused when one is not of the host or kind."""
    low, high = below(run.host.path)
    held = Place.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in places])
    found = {one.pk: one for one in held.filter(unit__path__gte=low, unit__path__lt=high).order_by("pk")}
    if not places or len(found) < len({one.pk for one in places}):
        raise Refused("scope" if places else "required", field)
    if wrong := [one.code for one in found.values() if one.kind not in set(kinds)]:
        raise Refused("place.wrong_kind", field, places=wrong)
    return [found[one.pk] for one in dict.fromkeys(places)]


def overlapping(run: ClassRun) -> Q:
    """The condition that an occupancy meets what is left of the class."""
    return Q(since__lt=ends(run)) & (Q(until__isnull=True) | Q(until__gt=since_now(run)))


def seats_of(place: Place, policy: Policy) -> int:
    """Seats of a classroom under the policy."""
    return rule.places_under(furniture=place.furniture, ordinary=place.capacity, per_piece=policy.seats_per_desk)


def seats_here(run: ClassRun, policy: Policy) -> list[rule.Room]:
    """The classrooms of the host that no other class has on these days, with their seats under the policy."""
    taken = Occupancy.objects.filter(overlapping(run), layer=SEAT).exclude(unit=run.unit).values("place_id")
    return [
        rule.Room(place.code, seats_of(place, policy)) for place in places_of(run.host, CLASSROOM).exclude(pk__in=taken)
    ]


def places_of(unit: Unit, kind: str) -> QuerySet[Place]:
    """Every place of a kind under a unit that has not been closed, in walking order."""
    low, high = below(unit.path)
    found = Place.objects.filter(kind=kind, unit__path__gte=low, unit__path__lt=high, closed_on=None)
    return found.order_by("walk", "code")


def seat_everybody(
    run: ClassRun, places: Sequence[Place], people: Sequence[Enrolment], policy: Policy, across: int
) -> list[tuple[RoomPlan, list[Spot]]]:
    """A seat for each, room by room. Refused `class.too_large`, naming what would do."""
    seats = [seats_of(place, policy) for place in places]
    if sum(seats) < len(people):
        raise _too_large(run, places, sum(seats), len(people), policy)
    parts = shared_out(people, seats)
    return [_room(run, *one, policy, across) for one in zip(places, seats, parts, strict=True)]


def _too_large(run: ClassRun, places: Sequence[Place], seats: int, learners: int, policy: Policy) -> Refused:
    found = rule.options(learners, seats_here(run, policy), per_desk=policy.seats_per_desk)
    facts = {"place": [one.code for one in places], "seats": seats, "learners": learners, "desks": found.desks}
    facts |= {"one": found.one or None, "rooms": len(found.together) or None, "together": list(found.together) or None}
    return Refused("class.too_large", "rooms", **facts)


def _room(
    run: ClassRun, place: Place, seats: int, people: Sequence[Enrolment], policy: Policy, across: int
) -> tuple[RoomPlan, list[Spot]]:
    desks = desks_of(place.furniture or seats, across)
    named = spots(desks, per_desk=policy.seats_per_desk if place.furniture else 1, people=len(people))
    plan = RoomPlan(
        unit=run.unit, run=run, place=place, desks=desks.count, across=desks.across, ordinary=place.capacity,
        seats=seats, per_desk=policy.seats_per_desk, seated=len(people),
    )  # fmt: skip
    return plan, [(who, place, spot, "") for who, spot in zip(people, named, strict=True)]  # a class is no small group


def beds_free(run: ClassRun, places: Sequence[Place], policy: Policy) -> list[tuple[Place, str]]:
    """The beds of these rooms that nobody else has on these days, under the policy, in the order of the rooms."""
    taken = Occupancy.objects.filter(overlapping(run), layer=BED, place__in=places).exclude(unit=run.unit)
    by_place: dict[object, int] = {}
    for place_id in taken.values_list("place_id", flat=True):
        by_place[place_id] = by_place.get(place_id, 0) + 1
    return [
        (place, str(n)) for place in places for n in range(1 + by_place.get(place.pk, 0), 1 + beds_of(place, policy))
    ]


def beds_of(place: Place, policy: Policy) -> int:
    """Beds of a dormitory room under the policy."""
    return rule.beds_under(ordinary=place.capacity, per_room=policy.beds_per_room)


def write(run: ClassRun, layer: str, placed: Sequence[Spot]) -> None:
    """Put the plan of a layer in the place of the one before. The database refuses what two classes want at once."""
    since, until = since_now(run), ends(run)
    with within(EVERYTHING):
        clear(run, layer, clock.now())
        Occupancy.objects.bulk_create(
            Occupancy(
                unit=run.unit,
                place=place,
                layer=layer,
                spot=spot,
                person_id=who.person_id,
                party=party,
                since=since,
                until=until,
                expected_until=run.last_day,
                subject=ref(who),
            )
            for who, place, spot, party in placed
        )


def clear(run: ClassRun, layer: str, at: datetime) -> None:
    """End what has begun of a layer, and drop what has not."""
    rows = Occupancy.objects.filter(unit=run.unit, layer=layer, subject__startswith=Enrolment._meta.label_lower)
    rows.filter(since__gte=at).delete()
    rows.filter(since__lt=at, until__gt=at).update(until=at, ended_because="planned anew")

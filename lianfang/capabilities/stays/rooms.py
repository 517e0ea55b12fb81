"""Rooms of stays (房间): which are free, who is in one, beds, and putting somebody into one or out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.capabilities.stays.owed import subject_of
from lianfang.domain.observation.sharing import Guest, check_room
from lianfang.domain.observation.terms import Terms
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import BED, SITE_ROOM, Occupancy, Place, Premises
from lianfang.kernel.places.ops import here, vacate_all
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import owe_all

IN_THE_WAY = ("disinfection", "repair")
"""Kinds of work about a room that must be done before anybody is put into it."""


def check_premises(unit: Unit, day: date) -> Premises:
    """Refuse a site that takes nobody in on that day: `site.not_open`, `site.draining` (until)."""
    found = _at_work(unit)
    until = found.accepts_until
    if (until is not None and day > until) or (until is None and found.state == "draining"):
        raise Refused("site.draining", "admitted_at", until=until)
    return found


def check_return(unit: Unit, ends_on: date | None) -> None:
    """Refuse to take somebody back who began here and whose stay the site does not see the end of: `site.not_open`,
    `site.closing` (closing, until). That nobody new is taken in any more does not concern them (I01)."""
    closing = _at_work(unit).closing_on
    if closing is not None and ends_on is not None and ends_on > closing:
        raise Refused("site.closing", "room", closing=closing, until=ends_on)


def _at_work(unit: Unit) -> Premises:
    found = Premises.objects.filter(unit=unit).first()
    if found is None or found.state not in ("open", "draining"):
        raise Refused("site.not_open", "unit")
    return found


def usable(unit: Unit, day: date) -> Q:
    """The condition on places that they are rooms of the site, and open on that day."""
    ready = Q(unit=unit, kind=SITE_ROOM, opened_on__lte=day)  # a room opens when it is ready for the first time
    return ready & (Q(closed_on__isnull=True) | Q(closed_on__gt=day))


def being_worked_on(unit: Unit) -> Q:
    """The condition on tasks that they keep somebody out of a room of the site."""
    return Q(unit=unit, kind__in=IN_THE_WAY, settled_at=None, excused="", place__isnull=False)


def free_rooms(unit: Unit, at: datetime) -> list[Place]:
    """The rooms somebody can be put into at a moment, in walking order."""
    day = at.astimezone(unit.zone).date()
    taken = Occupancy.objects.filter(here(at), unit=unit, layer=BED).values("place_id")
    busy = Task.objects.filter(being_worked_on(unit)).values("place_id")
    rooms = Place.objects.filter(usable(unit, day)).exclude(pk__in=taken).exclude(pk__in=busy)
    return list(rooms.order_by("walk", "code"))


class HeldRooms:
    """Some rooms of a site at a moment, held until the end of the transaction: who is in them, and who is put there."""

    def __init__(self, unit: Unit, rooms: Iterable[Place], at: datetime) -> None:
        self.unit, self.at, self.day = unit, at, at.astimezone(unit.zone).date()
        keys = {room.pk for room in rooms}
        # Always in the same order, so that two who want several rooms do not wait for each other.
        list(Place.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        self._usable = set(Place.objects.filter(usable(unit, self.day), pk__in=keys).values_list("pk", flat=True))
        busy = Task.objects.filter(being_worked_on(unit), place_id__in=keys)
        self._busy = set(busy.values_list("place_id", flat=True))
        beds = list(Occupancy.objects.filter(Q(until__isnull=True) | Q(until__gt=at), place_id__in=keys, layer=BED))
        self._later = {one.place_id for one in beds if one.since > at}
        self._beds: dict[UUID, list[Occupancy]] = {}
        for one in beds:
            self._beds.setdefault(one.place_id, []).append(one)
        self._guests = _guests(beds)
        self._new: list[Occupancy] = []

    def put(self, stay: Stay, room: Place, *, terms: Terms, reason: str) -> None:
        """Put somebody into one of them by the rules of sharing; refused with why not."""
        self._check(room)
        present = self._beds.get(room.pk, [])
        guests = [self._guests.get(one.person_id, Guest(str(one.person_id))) for one in present]
        check_room(guest_of(stay), guests, day=self.day, terms=terms, reason=reason)
        bed = Occupancy(
            unit=self.unit, place=room, layer=BED, person=stay.person, spot=_bed(present), since=self.at,
            expected_until=stay.ends_on, party=stay.party, subject=subject_of(stay),
        )  # fmt: skip
        self._beds.setdefault(room.pk, []).append(bed)
        self._guests[stay.person_id] = guest_of(stay)
        self._new.append(bed)

    def _check(self, room: Place) -> None:
        if room.unit_id != self.unit.pk or room.kind != SITE_ROOM:
            raise Refused("room.of_another", "room")
        if room.pk not in self._usable:
            raise Refused("room.closed", "room", room=room.code)
        if room.pk in self._busy:
            raise Refused("room.not_ready", "room", room=room.code)
        if room.pk in self._later:
            raise Refused("place.taken", "room", place=room.code)

    def keep(self) -> None:
        """Write down who was put where; the database has the last word on every bed."""
        still = Q(until__isnull=True) | Q(until__gt=self.at)
        if Occupancy.objects.filter(still, layer=BED, person__in=[one.person_id for one in self._new]).exists():
            raise Refused("person.placed_already", "person")
        Occupancy.objects.bulk_create(self._new)


def _bed(present: Sequence[Occupancy]) -> str:
    """The first bed nobody has; in a room to oneself it is bed 1, so that two at once want the same one."""
    taken = {one.spot for one in present}
    return next(str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)


def _guests(beds: Sequence[Occupancy]) -> dict[UUID, Guest]:
    stays = Stay.objects.filter(person_id__in=[one.person_id for one in beds], state=HERE).select_related("person")
    return {stay.person_id: guest_of(stay) for stay in stays}


def guest_of(stay: Stay) -> Guest:
    """What decides on a room, of one stay."""
    companion = str(stay.companion_id) if stay.companion_id else ""
    return Guest(str(stay.person_id), stay.person.birth_date, _party(stay), frozenset(stay.needs), companion)


def _party(stay: Stay) -> str:
    """Parties are told apart by their list: "family 1" of another day is another family."""
    return f"{stay.manifest_id}/{stay.party}" if stay.party else ""


def bed_of(stay: Stay, at: datetime) -> Occupancy | None:
    """Where somebody is at a moment."""
    found = Occupancy.objects.filter(here(at), subject=subject_of(stay), layer=BED)
    return found.select_related("place").first()


def leave(by: Actor, stays: Sequence[Stay], *, at: datetime, because: str) -> None:
    """End the time of these people of one site in their rooms, one after the other at one moment.

    Each room that somebody has left is told, with how many are still in it (`room.vacated`); an empty one is cleaned.
    """
    subjects = [subject_of(one) for one in stays]
    found = Occupancy.objects.filter(subject__in=subjects, layer=BED, until__isnull=True)
    beds = {one.subject: one for one in vacate_all(found, at=at, because=because)}
    places = {one.place_id for one in beds.values()}
    still = Counter(
        Occupancy.objects.filter(place_id__in=places, layer=BED, until__isnull=True).values_list("place_id", flat=True)
    )
    leaving = Counter(one.place_id for one in beds.values())
    told: list[tuple[Unit, Place, dict[str, Any]]] = []
    for stay, bed in ((one, beds[subject_of(one)]) for one in stays if subject_of(one) in beds):
        leaving[bed.place_id] -= 1
        left = still[bed.place_id] + leaving[bed.place_id]
        facts = {"room": bed.place.code, "because": because, "at": at.isoformat(), "left": left}
        told.append((stay.unit, bed.place, facts))
    owe_all(_cleaning(stays[0].unit, place, at) for _, place, facts in told if not facts["left"])
    record_all("room.vacated", by=by, about=told)


def _cleaning(unit: Unit, room: Place, at: datetime) -> Task:
    """What keeps everybody out of the room from this moment on, until whoever cleans it has marked it ready."""
    return Task(
        unit=unit, kind="disinfection", subject=f"places.place:{room.pk}/{at.isoformat(timespec='minutes')}",
        name=f"房间消毒 {room.code}", name_en=f"Disinfect room {room.code}", place=room, role=Role.CREW,
        opens_at=clock.now(),
    )  # fmt: skip


def rooms_of(unit: Unit, at: datetime) -> Mapping[UUID, Place]:
    """Person -> the room they are in at a moment."""
    found = Occupancy.objects.filter(here(at), unit=unit, layer=BED).select_related("place")
    return {one.person_id: one.place for one in found}

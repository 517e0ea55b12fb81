"""Rooms of a site as acts (房间整理): numbered along the walk, made ready, taken out of use and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from lianfang.capabilities.site.actions import NAMED, held
from lianfang.capabilities.site.milestones import rooms_all_ready
from lianfang.capabilities.site.models import Room, Site
from lianfang.capabilities.site.models.sites import PASSAGE_NAMES, ROOM_ZONES
from lianfang.capabilities.site.posts import CLEANERS, HANDS, RUNNERS
from lianfang.capabilities.site.templates import room_equipment
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.site import life
from lianfang.domain.site.rooms import CLEANING, CLOSED, READINESS, READY, REPAIR, Numbered, numbered
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.places.models import BED, SITE_ROOM, ZONE, Occupancy, Place
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import owe

MOST = 1_000  # rooms or places added at once
WORK = {CLEANING: "disinfection", REPAIR: "repair"}
"""What is owed about a room out of use: kinds of task that keep everybody out of it until they are done."""
NAMES = {"disinfection": ("清洁消毒", "Clean and disinfect"), "repair": ("维修", "Repair")}
OUT = {CLEANING: "clean", REPAIR: "break", CLOSED: "close"}
RUNNING = (life.DESIGNATED, life.CONVERTING, life.OPEN, life.DRAINING)
"""States in which rooms change; a closed site's rooms stay closed."""


@action("site.rooms_added", by=RUNNERS, over="site", facts=("building", "floor", "first", "count"))
def add_rooms(
    by: Actor, *, site: Site, building: str, floor: int, first: int, count: int, zone: str = "observation",
    passage: str = "guest", route: str = "", capacity: int = 1, accessible: bool = False,
) -> list[Room]:  # fmt: skip
    """Add the rooms of one floor, numbered in walking order after those there are."""
    row = _changing(site)
    _among(zone, ROOM_ZONES, "zone")
    _among(passage, PASSAGE_NAMES, "passage")
    if not 1 <= count <= MOST:
        raise Refused("number.out_of_range", "count", low=1, high=MOST)
    if capacity < 1:
        raise Refused("number.out_of_range", "capacity", low=1)
    start = (Place.objects.filter(unit=row.unit, kind=SITE_ROOM).aggregate(last=Max("walk"))["last"] or 0) + 1
    if not building.isalnum():
        raise Refused("building.letters", "building")  # a code is part of an address
    wanted = list(numbered(building, floor, first=first, count=count, walk=start))
    _refuse_known(row, [one.code for one in wanted])
    about = {"building": building, "capacity": capacity, "accessible": accessible, "closed_on": _today(row)}
    places = Place.objects.bulk_create([_place(row, one, about) for one in wanted])
    made = [Room(unit=row.unit, site=row, place=place, zone=zone, passage=passage, route=route, since=clock.now())
            for place in places]  # fmt: skip
    return Room.objects.bulk_create(made)


def _place(site: Site, one: Numbered, about: dict[str, Any]) -> Place:
    return Place(unit=site.unit, kind=SITE_ROOM, code=one.code, name=one.code, floor=one.floor, walk=one.walk, **about)


def _today(site: Site) -> date:
    return clock.today(site.unit.zone)


def _among(value: str, choices: Sequence[tuple[str, Any]], field: str) -> None:
    known = [code for code, _ in choices]
    if value not in known:
        raise Refused("choice.unknown", field, choices=known)


def _refuse_known(site: Site, codes: Sequence[str]) -> None:
    known = Place.objects.filter(unit=site.unit, kind=SITE_ROOM, code__in=codes).order_by("walk")
    if there := list(known.values_list("code", flat=True)):
        raise Refused("code.taken", "first", named=there[:NAMED], reason="rooms")


def _changing(site: Site) -> Site:
    """The site, held, if its rooms can still change."""
    row = held(site)
    if row.state not in RUNNING:
        raise Refused("site.not_open", "site", state=row.get_state_display())
    return row


@action("site.zone_added", by=RUNNERS, over="site", facts=("code",))
def add_zone(by: Actor, *, site: Site, code: str, name: str, name_en: str = "") -> Place:
    """Add a common zone of a site (corridor, infirmary, waste room …): it is disinfected in the end like a room."""
    row = _changing(site)
    if Place.objects.filter(unit=row.unit, kind=ZONE, code=code).exists():
        raise Refused("code.taken", "code", named=code)
    return store(Place(unit=row.unit, kind=ZONE, code=code, name=name, name_en=name_en, capacity=0))


@action("site.room_equipped", by=HANDS, over="room", facts=("room", "things"))
def note_missing_equipment(by: Actor, *, room: Room, things: Sequence[str] = ()) -> Room:
    """Say which things a room still lacks; an empty list says that it has everything."""
    unknown = [one for one in things if one not in room_equipment()]
    if unknown:
        raise Refused("choice.unknown", "things", choices=list(room_equipment()))
    room.lacks = list(things)
    return store(room)


@action("site.rooms_ready", by=CLEANERS, over="site", facts=())
def mark_rooms_ready(by: Actor, *, site: Site, rooms: Sequence[Room], at: datetime | None = None) -> list[Room]:
    """Mark rooms ready to be moved into: cleaned, and everything of the list in place."""
    row, moment = _changing(site), at or clock.now()
    if moment > clock.now():
        raise Refused("date.in_future", "at")
    found = list(_of(row, rooms).select_for_update(of=("self",)).select_related("place"))
    if len(found) < len(rooms):
        raise Refused("scope", "rooms")
    if lacking := [one for one in found if one.lacks]:
        named = [f"{one} ({_things(one)})" for one in lacking[:NAMED]]
        raise Refused("room.not_equipped", "rooms", open=len(lacking), named=named)
    for one in found:
        READINESS.after(one.readiness, "ready")
    keys = [one.pk for one in found]
    Room.objects.filter(pk__in=keys).update(
        readiness=READY, ready_at=Coalesce("ready_at", moment), since=moment, reason=""
    )
    opened = Coalesce("opened_on", moment.astimezone(row.unit.zone).date())
    Place.objects.filter(site_room__pk__in=keys).update(opened_on=opened, closed_on=None)
    _work(row, keys).update(settled_at=moment, settled_by=by.name[:60])
    rooms_all_ready(row, by=by, at=moment)
    return list(_of(row, rooms).select_related("place"))


def _of(site: Site, rooms: Sequence[Room]) -> Any:
    return Room.objects.filter(site=site, pk__in=[one.pk for one in rooms])


def _work(site: Site, rooms: Sequence[Any]) -> QuerySet[Task]:
    """What is still owed about these rooms before anybody moves in."""
    owed = Task.objects.filter(unit=site.unit, kind__in=WORK.values(), settled_at=None, excused="")
    return owed.filter(place__site_room__pk__in=rooms)


def _things(room: Room) -> str:
    from django.utils.translation import get_language  # noqa: PLC0415

    language = "en" if get_language() == "en" else "zh"
    return ", ".join(room_equipment()[code][language] for code in room.lacks)


@action("site.room_out", by=HANDS, over="room", facts=("room", "readiness", "reason"))
def take_room_out(by: Actor, *, room: Room, readiness: str, reason: str = "") -> Room:
    """Take an empty room out of use: to be cleaned, repaired, or closed for good."""
    if readiness not in OUT:
        raise Refused("choice.unknown", "readiness", choices=list(OUT))
    if readiness != CLEANING and not reason:
        raise Refused("required", "reason")
    _changing(room.site)
    Place.objects.select_for_update().get(pk=room.place_id)  # an admission holds it too
    if _somebody_in(room):
        raise Refused("room.occupied", "room", named=str(room.place))
    return _out(room, OUT[readiness], reason)


def _somebody_in(room: Room) -> bool:
    later = Q(until__isnull=True) | Q(until__gt=clock.now())
    return Occupancy.objects.filter(later, place_id=room.place_id, layer=BED).exists()


def _out(room: Room, move: str, reason: str) -> Room:
    row = Room.objects.select_for_update(of=("self",)).select_related("unit", "place").get(pk=room.pk)
    row.readiness = READINESS.after(row.readiness, move)
    row.since, row.reason = clock.now(), reason
    Place.objects.filter(pk=row.place_id).update(closed_on=clock.today(row.unit.zone))
    _owe_work(row)
    return store(row)


def _owe_work(room: Room) -> None:
    kind = WORK.get(room.readiness)
    known = Task.objects.filter(place_id=room.place_id, kind=kind, settled_at=None, excused="")
    if kind is not None and not known.exists():
        code, at = room.place.code, clock.now().isoformat(timespec="minutes")
        owe(
            room.unit, kind, f"site.room:{room.pk}/{at}", name=f"{NAMES[kind][0]} {code}",
            name_en=f"{NAMES[kind][1]} {code}", place=room.place, role=Role.CREW,
        )  # fmt: skip


def await_cleaning(place_id: Any, reason: str = "") -> None:
    """Somebody has left a room: it takes nobody until it has been cleaned and marked ready. Others may still be in."""
    room = Room.objects.filter(place_id=place_id, readiness=READY).first()
    if room is not None and not _somebody_in(room):
        _out(room, "leave", reason)

"""Moves during a stay (换房、转出): to another room, to hospital and back, becoming a case, leaving without release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lianfang.capabilities.stays import rooms
from lianfang.capabilities.stays.admissions import OBSERVED
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import FLOW
from lianfang.capabilities.stays.owed import owe_anew
from lianfang.capabilities.stays.roles import DECIDERS, RECEPTION, WARD
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.people.models import Membership
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import measures_of, policy_of
from lianfang.kernel.readings.seconds import SECOND
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks


def held(stay: Stay) -> Stay:
    """The stay as it is now, held until the end of the transaction."""
    row: Stay = _holding().get(pk=stay.pk)
    return row


def held_all(stays: Iterable[Stay]) -> dict[UUID, Stay]:
    """The stays as they are now, by their id, held until the end of the transaction."""
    # Always in the same order, so that two who hold several do not wait for each other.
    return {row.pk: row for row in _holding().filter(pk__in=[one.pk for one in stays]).order_by("pk")}


def _holding() -> QuerySet[Stay]:
    return Stay.objects.select_for_update(of=("self",)).select_related("unit", "person", "manifest")


def check_moment(stay: Stay, at: datetime, policy: Policy | None = None) -> None:
    """Refuse a moment that is still to come or before the admission (`date.in_future`, `date.order`)."""
    rules = policy or policy_of(stay.unit, on=at.astimezone(stay.unit.zone).date())
    if (at - clock.now()).total_seconds() > rules.clock_skew_minutes * 60:
        raise Refused("date.in_future", "at")
    if stay.admitted_at is not None and at <= stay.admitted_at:
        raise Refused("date.order", "at", earlier="admitted_at")


@action("stay.room_changed", by=RECEPTION, over="stay", facts=("room", "reason"))
def transfer_room(by: Actor, *, stay: Stay, room: Place, reason: str, at: datetime | None = None) -> Stay:
    """Move somebody to another room; the one they leave is to be cleaned."""
    row, moment = held(stay), at or clock.now()
    if row.state != "in_observation":
        raise Refused("flow.condition", "state", state=row.state, move="transfer_room")
    check_moment(row, moment)
    bed = rooms.bed_of(row, moment)
    if bed is not None and bed.place_id == room.pk:
        raise Refused("room.same", "room", room=room.code)
    both = rooms.HeldRooms(row.unit, [room, *([bed.place] if bed else [])], moment)
    both.put(row, room, terms=row.kept_terms, reason=reason)
    rooms.leave(by, [row], at=moment, because=reason)
    both.keep()
    return row


@action("stay.transferred_out", by=WARD, over="stay", facts=("provider", "reason"))
def transfer_out(by: Actor, *, stay: Stay, provider: str, reason: str, at: datetime | None = None) -> Stay:
    """Send somebody to hospital: the room is free, and nothing more is owed here until they are back."""
    row, moment = held(stay), at or clock.now()
    check_moment(row, moment)
    row.state, row.ended_because = FLOW.after(row.state, "transfer_out"), f"{provider}: {reason}"[:160]
    row.decided_by = by.name[:60]
    rooms.leave(by, [row], at=moment, because=reason)
    tasks.excuse(row, reason=reason, after=moment)
    tasks.excuse(row, reason=reason, kinds=(SECOND,))
    return store(row)


@action("stay.taken_back", by=RECEPTION, over="stay", facts=("room",))
def take_back(by: Actor, *, stay: Stay, room: Place, reason: str = "") -> Stay:
    """Take somebody back from hospital into a room; what is owed until the last day is owed again."""
    row, at = held(stay), clock.now()
    day = at.astimezone(row.unit.zone).date()
    rooms.check_return(row.unit, row.ends_on)
    row.state, row.ended_because = FLOW.after(row.state, "take_back"), ""
    entered = rooms.HeldRooms(row.unit, [room], at)
    entered.put(row, room, terms=row.kept_terms, reason=reason)
    entered.keep()
    owe_anew(store(row), measures_of(row.unit, on=day, hazard=row.hazard).policy, reason=reason)
    # What was due while they were away stays no longer owed.
    tasks.of(row).filter(settled_at=None, closes_at__lte=at).update(excused=row.state)
    return row


@action("stay.converted", by=DECIDERS, over="stay", facts=("reason",))
def convert(by: Actor, *, stay: Stay, reason: str) -> Stay:
    """Say that somebody under observation became a case; the stay ends, care goes on elsewhere."""
    return _end(by, stay, "convert", reason, clock.now())


@action("stay.lost", by=RECEPTION, over="stay", facts=("reason",))
def mark_lost(by: Actor, *, stay: Stay, reason: str) -> Stay:
    """Say that somebody left without release."""
    return _end(by, stay, "lose", reason, clock.now())


def _end(by: Actor, stay: Stay, move: str, reason: str, at: datetime) -> Stay:
    row = held(stay)
    row.state = FLOW.after(row.state, move)
    close(by, [row], at=at, reason=reason)
    return row


def close(by: Actor, stays: Sequence[Stay], *, at: datetime, reason: str) -> None:
    """What ends with stays of one site, however they end: the room, what is still owed, the status, the roster."""
    unit = stays[0].unit
    rooms.leave(by, stays, at=at, because=reason)
    tasks.excuse_all(stays, reason=reason)
    statuses.end_about(stays, kind=OBSERVED, at=at, by=by, reason=reason)
    persons, day = [one.person_id for one in stays], at.astimezone(unit.zone).date()
    Membership.objects.filter(unit=unit, person__in=persons, until__isnull=True).update(until=day)
    for stay in stays:
        stay.ended_at, stay.ended_because, stay.decided_by = at, reason[:160], by.name[:60]
        store(stay)

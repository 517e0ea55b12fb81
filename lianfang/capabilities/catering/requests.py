"""What guests ask for (生活需求): opened by a guest or for a room, taken up, done with a receipt, or declined."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from lianfang.capabilities.catering.models import Amenity, Request
from lianfang.capabilities.catering.words import REQUEST, REQUEST_KINDS
from lianfang.domain.meals.lists import median_minutes
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, Occupancy, Place

SERVERS = (Role.SITE_MANAGER, Role.LOGISTICIAN, Role.KITCHEN, Role.CREW, Role.NURSE)
"""The service team: who takes requests up and closes them."""
SPAN, MOST_IN_SPAN = timedelta(hours=1), 10
"""How many requests one guest may open within which time; a limit of the machine, no rule of an epidemic."""


@action("request.opened", by=(*SERVERS, Role.DOCTOR), over="unit", oneself=True, facts=("kind",))
def open_request(
    by: Actor, *, unit: Unit, kind: str, wanted: str, person: Person | None = None, place: Place | None = None
) -> Request:
    """Ask for something, for oneself or for a room."""
    _of_kind(kind)
    own = person is not None and by.answers_for(person.pk)
    if own and person is not None:
        _not_too_many(person)
    if place is not None and not unit.covers(place.unit):
        raise Refused("scope", "place")
    at, room = clock.now(), place.pk if place else _room_of(unit, person)
    row = Request(
        unit=unit, kind=kind, what=wanted, person=person, place_id=room, opened_at=at,
        opened_by="" if own else by.name[:60],
    )  # fmt: skip
    # Guests do not see the rooms, their own one neither; and whoever serves a room reads no name of theirs.
    row.full_clean(exclude=["place"], validate_unique=False)
    row.save()
    return row


def _not_too_many(person: Person) -> None:
    """A phone that sends on and on must not bury what others ask for. Refused `rate`."""
    with connection.cursor() as cursor:  # two that arrive at once take turns
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"request {person.pk}"])
    if Request.objects.filter(person=person, opened_at__gt=clock.now() - SPAN).count() >= MOST_IN_SPAN:
        raise Refused("rate", "wanted")


def _room_of(unit: Unit, person: Person | None) -> UUID | None:
    """The room of whoever asks; nobody in particular asks for none."""
    if person is None:
        return None
    held = Occupancy.objects.filter(person=person, layer=BED, until__isnull=True).select_related("unit")
    found = next((one.place_id for one in held if unit.covers(one.unit)), None)
    if found is None:
        raise Refused("request.no_room", "person")
    return found


@action("request.taken", by=SERVERS, over="request")
def take_request(by: Actor, *, request: Request) -> Request:
    """Take a request up."""
    row = _moved(request, "take")
    row.taken_by = by.name[:60]
    return store(row)


@action("request.closed", by=SERVERS, over="request", facts=("receipt", "cost"))
def close_request(
    by: Actor, *, request: Request, receipt: str, cost: Decimal | None = None, note: str = "",
    at: datetime | None = None,
) -> Request:  # fmt: skip
    """Close a request with the receipt; without a cost, what it cost is not known, and 0 is free."""
    if not receipt:
        raise Refused("required", "receipt")
    row = _ended(_moved(request, "close"), by, at)
    row.receipt, row.cost, row.note = receipt, cost, note
    return store(row)


@action("request.declined", by=SERVERS, over="request", facts=("reason",))
def decline_request(by: Actor, *, request: Request, reason: str) -> Request:
    """Decline a request and say why; whoever asked sees the reason."""
    if not reason:
        raise Refused("required", "reason")
    row = _ended(_moved(request, "decline"), by, None)
    row.note = reason
    return store(row)


@action("amenity.set", by=SERVERS, over="unit", facts=("name", "in_use"))
def set_amenity(
    by: Actor, *, unit: Unit, name: str, kind: str, name_en: str = "", how: str = "", how_en: str = "",
    in_use: bool = True,
) -> Amenity:  # fmt: skip
    """Say what there is for guests, where, when and how."""
    _of_kind(kind)
    row = Amenity.objects.filter(unit=unit, name=name).first() or Amenity(unit=unit, name=name)
    row.name_en, row.kind, row.how, row.how_en, row.in_use = name_en, kind, how, how_en, in_use
    return store(row)


def requests_of(unit: Unit) -> QuerySet[Request]:
    """The unit's requests, those not done first, the oldest of them first; done ones newest first."""
    found = Request.objects.filter(unit=unit).select_related("place", "unit")
    return found.order_by(F("closed_at").desc(nulls_first=True), "opened_at")


def requests_of_persons(persons: Iterable[UUID]) -> QuerySet[Request]:
    """What these people have asked for, the newest first; nothing of anybody else."""
    found = Request.objects.filter(person__in=list(persons)).select_related("unit", "person")
    return found.order_by("-opened_at", "-pk")


def stays_at(persons: Iterable[UUID]) -> dict[UUID, Unit]:
    """Person -> the site whose guest they are at this moment."""
    held = Occupancy.objects.filter(person__in=list(persons), layer=BED, until__isnull=True, unit__kind="site")
    return {one.person_id: one.unit for one in held.select_related("unit").order_by("since")}


def median_time(unit: Unit, *, since: datetime | None = None) -> int | None:
    """The middle of how many minutes requests took that are done; unknown when none is."""
    done = Q(unit=unit, state="closed") & (Q(opened_at__gte=since) if since else Q())
    spans = Request.objects.filter(done).values_list("opened_at", "closed_at")
    return median_minutes(closed - opened for opened, closed in spans if closed is not None)


def _of_kind(kind: str) -> None:
    if kind not in {code for code, _ in REQUEST_KINDS}:
        raise Refused("choice.unknown", "kind")


def _moved(request: Request, move: str) -> Request:
    row = Request.objects.select_for_update(of=("self",)).select_related("unit").get(pk=request.pk)
    row.state = REQUEST.after(row.state, move)
    return row


def _ended(row: Request, by: Actor, at: datetime | None) -> Request:
    row.closed_at, row.closed_by = at or clock.now(), by.name[:60]
    if row.closed_at > clock.now():
        raise Refused("date.in_future", "at")
    if row.closed_at < row.opened_at:
        raise Refused("date.order", "at", earlier="opened_at")
    return row

"""Taking and leaving a place (占用与腾退), who is there, and who shared a place with whom (共处)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, ONE_AT_A_TIME, Occupancy, Place


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody else who was at the same place, in the same group where both had one, and the time they overlapped."""

    person_id: UUID
    place: Place
    layer: str
    party: str
    since: datetime
    until: datetime | None


def occupy(
    *, unit: Unit, place: Place, layer: str, person: Person, spot: str, since: datetime,
    until: datetime | None = None, expected_until: date | None = None, party: str = "", subject: str = "",
) -> Occupancy:  # fmt: skip
    """Give somebody a spot. Holds the place, so that two who want it take turns; the database has the last word.

    Refused: `place.taken` (place), `person.placed_already` (person).
    """
    Place.objects.select_for_update().get(pk=place.pk)
    span = _overlapping(since, until)
    if spot and Occupancy.objects.filter(span, place=place, layer=layer, spot=spot).exists():
        raise Refused("place.taken", "place", place=place.code)
    if layer in ONE_AT_A_TIME and Occupancy.objects.filter(span, person=person, layer=layer).exists():
        raise Refused("person.placed_already", "person")
    row = Occupancy(
        unit=unit, place=place, layer=layer, person=person, spot=spot, since=since, until=until,
        expected_until=expected_until, party=party, subject=subject,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _overlapping(since: datetime, until: datetime | None) -> Q:
    ends_later = Q(until__isnull=True) | Q(until__gt=since)
    return ends_later if until is None else ends_later & Q(since__lt=until)


def vacate(occupancy: Occupancy, *, at: datetime, because: str = "") -> Occupancy:
    """End somebody's time at a place; ended before, it stays as it was. Refused `order` when that is not after it."""
    return vacate_all([occupancy], at=at, because=because)[0]


def vacate_all(occupancies: Iterable[Occupancy], *, at: datetime, because: str = "") -> list[Occupancy]:
    """The same for many at one moment: all of them, or nobody."""
    held = Occupancy.objects.select_for_update(of=("self",)).select_related("place")
    # Always in the same order, so that two who end several do not wait for each other.
    rows = list(held.filter(pk__in=[one.pk for one in occupancies]).order_by("pk"))
    ending = [row for row in rows if row.until is None or row.until > at]
    if any(at <= row.since for row in ending):
        raise Refused("date.order", "at", earlier="since")
    for row in ending:
        row.until, row.ended_because = at, because[:120]
    Occupancy.objects.filter(pk__in=[row.pk for row in ending]).update(until=at, ended_because=because[:120])
    return rows


def here(at: datetime) -> Q:
    """The condition that an occupancy holds at a moment."""
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def guests() -> QuerySet[Occupancy]:
    """Who has a bed at a site at this moment, whatever their rosters (在点人员); within what the reader may see."""
    beds = Occupancy.objects.filter(here(clock.now()), layer=BED, unit__kind="site")
    return beds.select_related("person", "unit")


def occupants(place: Place, *, at: datetime, layer: str = BED) -> QuerySet[Occupancy]:
    """Who is at a place at a moment."""
    return Occupancy.objects.filter(here(at), place=place, layer=layer).select_related("person")


def present(unit: Unit, *, at: datetime, layer: str = BED) -> QuerySet[Occupancy]:
    """Everybody who is somewhere under the unit at a moment."""
    low, high = below(unit.path)
    return Occupancy.objects.filter(here(at), layer=layer, unit__path__gte=low, unit__path__lt=high)


def together(person: Person, *, since: datetime, until: datetime, layers: Iterable[str] = ()) -> list[Shared]:
    """Everybody who shared a place with somebody inside a window; who sits in another group there is not among them.

    Each overlap once: two who shared two places appear twice. A time without an end is cut at `until`.
    """
    window = _overlapping(since, until)
    own = Occupancy.objects.filter(window, person=person)
    if chosen := list(layers):
        own = own.filter(layer__in=chosen)
    found: list[Shared] = []
    for mine in own.select_related("place").order_by("since"):
        found += _shared(mine, since, until)
    return found


def _shared(mine: Occupancy, since: datetime, until: datetime) -> list[Shared]:
    start, end = max(mine.since, since), min(mine.until or until, until)
    others = Occupancy.objects.filter(_overlapping(start, end), place_id=mine.place_id, layer=mine.layer)
    if mine.party:
        others = others.filter(Q(party=mine.party) | Q(party=""))
    return [
        Shared(
            other.person_id, mine.place, mine.layer, mine.party, max(start, other.since), min(end, other.until or end)
        )
        for other in others.exclude(person_id=mine.person_id).order_by("since", "person_id")
    ]

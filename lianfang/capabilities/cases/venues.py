"""Who was seen at a venue (场所扫码登记): from when until when, as exposures are looked for afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lianfang.capabilities.cases.casework import OPENERS, belongs
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import DINING, LIFT, SPOT, VEHICLE, VENUE, VISIT, ZONE, Occupancy, Place
from lianfang.kernel.places.ops import occupy

VISITED: Final = (VENUE, ZONE, SPOT, DINING, VEHICLE, LIFT, "other")
"""Where people come and go; bedrooms and classrooms have their own plans."""


@action("venue.visited", by=OPENERS, over="unit", facts=("unit", "place"))
def record_venue_visit(
    by: Actor, *, unit: Unit, person: Person, place: Place, since: datetime, until: datetime
) -> Occupancy:  # fmt: skip
    """Write down that somebody was seen at a venue, from when until when.

    Refused: `date.order`, `date.in_future` (until), `scope` (person, place), `place.wrong_kind`,
    `person.placed_already` when the same visit, or one that overlaps it, is on record.
    """
    _check_times(since, until)
    if not belongs(person, unit):
        raise Refused("scope", "person")
    held = Place.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=place.pk).first()
    if held is None or not (unit.covers(held.unit) or held.unit.covers(unit)):
        raise Refused("scope", "place")
    if held.kind not in VISITED:
        raise Refused("place.wrong_kind", "place", places=[held.code])
    there = Occupancy.objects.filter(person=person, place=held, layer=VISIT, since__lt=until)
    if there.exclude(until__lte=since).exists():
        raise Refused("person.placed_already", "person")
    return occupy(unit=unit, place=held, layer=VISIT, person=person, spot="", since=since, until=until)


def _check_times(since: datetime, until: datetime) -> None:
    if until <= since:
        raise Refused("date.order", "until", earlier="since")
    if until > clock.now():
        raise Refused("date.in_future", "until")

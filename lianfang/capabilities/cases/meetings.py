"""Where a case met others (共处): beds, seats, tables and visits inside the infectious window, as meetings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from lianfang.capabilities.cases.models import Case
from lianfang.domain.cases.proposals import Meeting, are_neighbours, kind_of_meeting
from lianfang.domain.cases.window import Window, infectious_window
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.places.models import DINES, VISIT, Occupancy, Place


@dataclass(frozen=True, slots=True)
class Met:
    """A meeting as the rules see it, and the place it was at."""

    meeting: Meeting
    place: Place


def window_of(case: Case, policy: Policy) -> Window:
    """The days on which exposure to the case counts. Refused `case.no_window` while onset and sample are unknown."""
    zone = case.unit.zone
    window = infectious_window(
        onset=case.date_onset,
        sample=case.sampled_at.astimezone(zone).date() if case.sampled_at else None,
        today=clock.today(zone),
        policy=policy,
        isolated=case.isolated_at.astimezone(zone).date() if case.isolated_at else None,
    )
    if window is None:
        raise Refused("case.no_window", "date_onset")
    return window


def span_of(case: Case, window: Window) -> tuple[datetime, datetime]:
    """The window as moments: from the first midnight until isolation, the end of the last day, or now."""
    zone = case.unit.zone
    start = datetime.combine(window.first, time(0), zone)
    end = datetime.combine(window.last + timedelta(days=1), time(0), zone)
    return start, min(end, case.isolated_at or end, clock.now())


def meetings_of(case: Case, window: Window) -> list[Met]:
    """Everybody who shared a place with the case in the window; of other tables of a dining room nobody."""
    return met_by(case.person_id, *span_of(case, window))


def met_by(person: UUID, start: datetime, end: datetime) -> list[Met]:
    """Everybody who shared a place with somebody between two moments."""
    own = Occupancy.objects.filter(_overlapping(start, end), person_id=person).select_related("place")
    return [met for mine in own.order_by("since") for met in _with(mine, start, end)]


def _overlapping(start: datetime, end: datetime) -> Q:
    return Q(since__lt=end) & (Q(until__isnull=True) | Q(until__gt=start))


def _with(mine: Occupancy, start: datetime, end: datetime) -> Iterator[Met]:
    low, high = max(start, mine.since), min(end, mine.until or end)
    others = Occupancy.objects.filter(_overlapping(low, high), place_id=mine.place_id, layer=mine.layer)
    for other in others.exclude(person_id=mine.person_id).order_by("since", "person_id"):
        if mine.layer == DINES and mine.party and other.party and mine.party != other.party:
            continue  # tables and small groups are kept apart: a group of 8 has 7 contacts (row G03)
        yield _met(mine, other, low, high)


def _met(mine: Occupancy, other: Occupancy, low: datetime, high: datetime) -> Met:
    kind = kind_of_meeting(
        layer=mine.layer,
        place_kind=mine.place.kind,
        same_party=bool(mine.party) and mine.party == other.party,
        neighbours=are_neighbours(mine.spot, other.spot),
    )
    since, until = max(low, other.since), min(high, other.until or high)
    meeting = Meeting(other.person_id, kind, mine.place.name, since, until, timed=mine.layer == VISIT)
    return Met(meeting, mine.place)

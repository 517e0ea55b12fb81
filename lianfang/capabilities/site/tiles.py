"""The room board's rows (房态): every room of a site in walking order with what matters now, in two statements.

What the reader may not see is not there: row-level security hides readings from who sees no health.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from django.db import connection

from lianfang.domain.observation.days import day_number
from lianfang.domain.site.rooms import CLEANING, LEAVING, OCCUPIED, REPAIR
from lianfang.kernel.orgs.models import Unit

ALERT: Final = "alert"
WATCHED: Final = timedelta(hours=24)  # an abnormal reading stays on the board for a day unless a later one is normal
_WORK: Final = {"disinfection": CLEANING, "repair": REPAIR}

_ROOMS: Final = """
SELECT p.id::text, p.code, p.building, p.floor, r.readiness
  FROM site_room r JOIN places_place p ON p.id = r.place_id WHERE r.unit_id = %(unit)s ORDER BY p.walk, p.code
"""
# What is known of places and people, one kind after the other; put together here, as the database cannot know how few
# rows row-level security leaves, and would join them one by one.
_KNOWN: Final = """
SELECT 'bed', place_id::text, person_id::text, (since AT TIME ZONE %(zone)s)::date, expected_until
  FROM places_occupancy
 WHERE unit_id = %(unit)s AND layer = 'bed' AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
UNION ALL
SELECT 'ill', NULL, g.person_id::text, NULL, NULL FROM readings_reading g
 WHERE g.unit_id = %(unit)s AND g.abnormal AND g.at > %(watched)s AND g.voided_at IS NULL AND NOT EXISTS (
       SELECT 1 FROM readings_reading n WHERE n.subject = g.subject AND n.day >= g.day AND n.at > g.at
          AND NOT n.abnormal AND n.voided_at IS NULL)
UNION ALL
SELECT 'owed', NULL, person_id::text, NULL, NULL FROM tasks_task
 WHERE unit_id = %(unit)s AND kind = 'reading' AND day = %(today)s AND settled_at IS NULL AND excused = ''
   AND due_at < %(now)s
UNION ALL
SELECT kind, place_id::text, NULL, NULL, NULL FROM tasks_task
 WHERE unit_id = %(unit)s AND kind IN ('disinfection', 'repair') AND settled_at IS NULL AND excused = ''
   AND place_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One room on the board; `state` is alert, leaving, occupied, or how ready it is; `day` of its longest stay."""

    code: str
    building: str
    floor: int | None
    state: str
    guests: int
    day: int | None
    owed: int


@dataclass(slots=True)
class _Known:
    """What is known of one room beside its own row."""

    guests: int = 0
    since: date | None = None
    leaves: date | None = None
    ill: bool = False
    owed: int = 0
    work: str = ""


_NOTHING: Final = _Known()


_NOBODY: Final[Mapping[str, date]] = MappingProxyType({})


def tiles(unit: Unit, *, now: datetime, began: Mapping[str, date] = _NOBODY) -> Sequence[Tile]:
    """All rooms of a site in walking order, as the reader may see them.

    `began` says from which day the days of a person (id as text) count, as the stay does; else from moving in.
    """
    today = now.astimezone(unit.zone).date()
    values: dict[str, Any] = {
        "unit": unit.pk, "now": now, "today": today, "watched": now - WATCHED, "zone": unit.zone_name,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROOMS, values)
        rooms = cursor.fetchall()
        cursor.execute(_KNOWN, values)
        known = _by_place(cursor.fetchall(), began)
    return [
        _tile(code, building, floor, readiness, known.get(place, _NOTHING), today)
        for place, code, building, floor, readiness in rooms
    ]


def _by_place(
    rows: Iterable[tuple[str, str | None, str | None, date | None, date | None]], began: Mapping[str, date]
) -> dict[str, _Known]:
    """Place -> what is known of it; beds are read first, so that a person leads to a place."""
    known: defaultdict[str, _Known] = defaultdict(_Known)
    place_of: dict[str | None, str] = {}
    for kind, place, person, since, leaves in sorted(rows, key=lambda row: row[0] != "bed"):
        if kind == "bed" and place is not None:
            place_of[person] = place
            _count_in(known[place], began.get(person or "", since), leaves)
        elif place is not None:
            known[place].work = kind
        elif (where := place_of.get(person)) is not None:
            known[where].ill = known[where].ill or kind == "ill"
            known[where].owed += kind == "owed"
    return known


def _count_in(room: _Known, since: date | None, leaves: date | None) -> None:
    room.guests += 1
    room.since = min(filter(None, (room.since, since)), default=None)
    room.leaves = max(filter(None, (room.leaves, leaves)), default=None)


def _tile(code: str, building: str, floor: int | None, readiness: str, room: _Known, today: date) -> Tile:
    day = day_number(room.since, today) if room.since else None
    return Tile(code, building, floor, _state(readiness, room, today), room.guests, day, room.owed)


def _state(readiness: str, room: _Known, today: date) -> str:
    if room.ill:
        return ALERT
    if room.guests:
        return LEAVING if room.leaves is not None and room.leaves <= today else OCCUPIED
    return _WORK.get(room.work, readiness)

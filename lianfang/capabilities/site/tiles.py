"""The room board's rows (房态): every room of a site in walking order with what matters now, in one statement.

What the reader may not see is not there: row-level security hides readings from who sees no health.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from lianfang.domain.site.life import day_number
from lianfang.domain.site.rooms import CLEANING, LEAVING, OCCUPIED, REPAIR
from lianfang.kernel.orgs.models import Unit

ALERT: Final = "alert"
WATCHED: Final = timedelta(hours=24)  # an abnormal reading stays on the board for a day unless a later one is normal
_WORK: Final = {"disinfection": CLEANING, "repair": REPAIR}

_ROOMS: Final = """
WITH here AS MATERIALIZED (
    SELECT place_id, person_id, since, expected_until FROM places_occupancy
     WHERE unit_id = %(unit)s AND layer = 'bed' AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
), stay AS (
    SELECT place_id, count(*) AS guests, min(since) AS since, max(expected_until) AS leaves FROM here GROUP BY place_id
), flagged AS (
    SELECT DISTINCT h.place_id FROM readings_reading g JOIN here h ON h.person_id = g.person_id
     WHERE g.unit_id = %(unit)s AND g.abnormal AND g.at > %(watched)s AND g.voided_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM readings_reading n WHERE n.subject = g.subject AND n.day >= g.day AND n.at > g.at
              AND NOT n.abnormal AND n.voided_at IS NULL)
), owed AS (
    SELECT h.place_id, count(*) AS readings FROM tasks_task t JOIN here h ON h.person_id = t.person_id
     WHERE t.unit_id = %(unit)s AND t.kind = 'reading' AND t.day = %(today)s AND t.settled_at IS NULL
       AND t.excused = '' AND t.due_at < %(now)s GROUP BY h.place_id
), work AS (
    SELECT place_id, min(kind) AS kind FROM tasks_task
     WHERE unit_id = %(unit)s AND kind IN ('disinfection', 'repair') AND settled_at IS NULL AND excused = ''
       AND place_id IS NOT NULL GROUP BY place_id
)
SELECT p.code, p.building, p.floor, r.readiness, coalesce(s.guests, 0), s.since, s.leaves,
       f.place_id IS NOT NULL, coalesce(o.readings, 0), w.kind
  FROM site_room r JOIN places_place p ON p.id = r.place_id
  LEFT JOIN stay s ON s.place_id = p.id LEFT JOIN flagged f ON f.place_id = p.id
  LEFT JOIN owed o ON o.place_id = p.id LEFT JOIN work w ON w.place_id = p.id
 WHERE r.unit_id = %(unit)s ORDER BY p.walk, p.code
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


def tiles(unit: Unit, *, now: datetime) -> Sequence[Tile]:
    """All rooms of a site in walking order, as the reader may see them."""
    today = now.astimezone(unit.zone).date()
    values: dict[str, Any] = {"unit": unit.pk, "now": now, "today": today, "watched": now - WATCHED}
    with connection.cursor() as cursor:
        cursor.execute(_ROOMS, values)
        found = cursor.fetchall()
    zone = unit.zone
    return [
        Tile(
            code, building, floor, _state(readiness, guests, leaves, flagged, work, today), guests,
            day_number(since.astimezone(zone).date(), today) if since else None, owed,
        )
        for code, building, floor, readiness, guests, since, leaves, flagged, owed, work in found
    ]  # fmt: skip


def _state(readiness: str, guests: int, leaves: date | None, flagged: bool, work: str | None, today: date) -> str:
    if flagged:
        return ALERT
    if guests:
        return LEAVING if leaves is not None and leaves <= today else OCCUPIED
    return _WORK.get(work or "", readiness)

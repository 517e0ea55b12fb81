"""Of whom nothing is known today (未报人员): by name, for those who may see people, and how they were chased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

# The mirror of tally.RECOUNT: whoever is on a roster, not excused, not seen and without an answer.
_UNANSWERED = """
SELECT m.person_id, m.unit_id FROM people_membership m JOIN orgs_unit u ON u.id = m.unit_id
  JOIN reporting_tally t ON t.unit_id = m.unit_id AND t.day = %(day)s AND t.slot = %(slot)s
 WHERE u.path >= %(low)s AND u.path < %(high)s AND m.since <= %(day)s AND (m.until IS NULL OR m.until >= %(day)s)
   AND NOT EXISTS (SELECT 1 FROM reporting_answer a WHERE a.unit_id = m.unit_id AND a.day = t.day
                      AND a.slot = t.slot AND a.person_id = m.person_id AND a.state <> 'unknown')
   AND NOT EXISTS (SELECT 1 FROM people_absence x WHERE x.unit_id = m.unit_id AND x.person_id = m.person_id
                      AND t.day BETWEEN x.since AND x.until)
   AND (EXISTS (SELECT 1 FROM reporting_answer a WHERE a.unit_id = m.unit_id AND a.day = t.day
                      AND a.slot = t.slot AND a.person_id = m.person_id AND a.state = 'unknown')
        OR NOT EXISTS (SELECT 1 FROM reporting_rollcall r WHERE r.unit_id = m.unit_id AND r.day = t.day
                          AND r.slot = t.slot AND r.received_at >= m.entered_at))
 ORDER BY u.path, m.person_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Somebody of whom nothing is known, and where they belong."""

    person_id: UUID
    unit_id: int


def unanswered(unit: Unit, day: date, slot: str, *, most: int = 200) -> list[Unanswered]:
    """Everybody under `unit` of whom nothing is known for the day and slot, within the scope in force."""
    low, high = below(unit.path)
    with connection.cursor() as cursor:
        cursor.execute(_UNANSWERED, {"low": low, "high": high, "day": day, "slot": slot, "most": most})
        return [Unanswered(*row) for row in cursor.fetchall()]

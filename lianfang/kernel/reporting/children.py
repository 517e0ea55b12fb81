"""The units right below a place, as its board lists them (下级单位): read in one statement, since there may be many."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.utils.translation import get_language

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.figures import Counts, People


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit's own due stands: the members of `Due` that say so."""

    day: date
    due_at: datetime
    settled_at: datetime | None
    returned_at: datetime | None
    excused: str
    zero: bool


@dataclass(slots=True)
class Child:
    """One lower unit: who it is, how its own due and report stand, and the counts of everything under it."""

    pk: int
    code: str
    name: str
    kind: str
    path: str
    by_sector: bool  # only; its place in the tree is elsewhere
    due: Standing | None
    revision: int | None
    fever: int | None
    counts: Counts = field(default_factory=Counts)
    people: People = field(default_factory=People)


# A unit that sends no report of its own owes its class check instead ("report" comes before "roll_call").
_CHILDREN = """
SELECT DISTINCT ON (u.code) u.id, u.code, CASE WHEN %(english)s AND u.name_en <> '' THEN u.name_en ELSE u.name END,
       u.kind, u.path, u.parent_id IS DISTINCT FROM %(unit)s, d.due_at, d.settled_at, d.returned_at, d.excused, d.zero,
       r.revision, CASE WHEN jsonb_typeof(r.values->'fever') = 'number' THEN (r.values->>'fever')::numeric::int END
  FROM orgs_unit u
  LEFT JOIN dues_due d ON d.unit_id = u.id AND d.kind IN ('report', 'roll_call') AND d.day = %(day)s
        AND d.line = 'territory'
  LEFT JOIN reporting_unitreport r ON r.unit_id = u.id AND r.form = %(form)s AND r.day = %(day)s AND r.current
 WHERE (u.parent_id = %(unit)s OR u.sector_parent_id = %(unit)s)
   AND u.opened_on <= %(day)s AND (u.closed_on IS NULL OR u.closed_on >= %(day)s)
 ORDER BY u.code, d.kind, d.slot
"""


def children_of(unit: Unit, form: str, day: date) -> list[Child]:
    """The units right below `unit` on either line, in the order of their codes, without counts yet."""
    asked = {"unit": unit.pk, "form": form, "day": day, "english": get_language() == "en"}
    with connection.cursor() as cursor:
        cursor.execute(_CHILDREN, asked)
        return [
            Child(
                *row[:6],
                None if row[6] is None else Standing(day, *row[6:11]),
                row[11],
                row[12],
            )
            for row in cursor.fetchall()
        ]

"""Counting a part of the tree at the moment it is asked for (现算), in the database: one statement a question.

Answers are keyed by part: the number of the lower unit through which a row lies under the place, as text, and `""`
for the place itself. A unit that owes on two lines counts once: on the line by which it lies under the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.figures import ASKED_SQL, COUNTS_SQL, PEOPLE_SQL, Sums
from lianfang.kernel.reporting.forms import Edition

Part = str
Numbers = tuple[int, ...]
OWN: Part = ""

_HERE = "(d.path >= %(low)s AND d.path < %(high)s)"
_BY_SECTOR = "(d.sector_path >= %(low)s AND d.sector_path < %(high)s)"
_PART = f"""
CASE WHEN {_HERE} THEN split_part(substr(d.path, %(cut)s), '/', 1)
     ELSE split_part(substr(d.sector_path, %(cut)s), '/', 1) END
"""
# The other line's due counts only where there is none on this line.
_ONE_LINE = f"""
(d.line = CASE WHEN {_HERE} THEN 'territory' ELSE 'sector' END OR NOT EXISTS (
    SELECT 1 FROM dues_due o WHERE o.unit_id = d.unit_id AND o.kind = d.kind AND o.day = d.day AND o.slot = d.slot
       AND o.source AND o.line <> d.line))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit's part of the tree on a day. `sector_only` leaves out what lies there by territory."""

    unit: Unit
    day: date
    sector_only: bool = False

    @property
    def where(self) -> str:
        """The condition on rows `d` that they lie here, on either line."""
        return f"({_BY_SECTOR} AND NOT {_HERE})" if self.sector_only else f"({_HERE} OR {_BY_SECTOR})"

    def parameters(self, **more: Any) -> dict[str, Any]:
        """What the statements ask for."""
        low, high = below(self.unit.path)
        return {"low": low, "high": high, "cut": len(low) + 1, "day": self.day, "unit": self.unit.pk, **more}


def dues_of(place: Place, *kinds: str) -> dict[str, dict[Part, Numbers]]:
    """Kind -> part -> the dues that are counted first-hand: the fields of `Counts`, then how many are not excused."""
    statement = f"""
        SELECT d.kind, {_PART}, {COUNTS_SQL}, {ASKED_SQL} FROM dues_due d
         WHERE d.day = %(day)s AND d.kind = ANY(%(kinds)s) AND d.source AND {place.where} AND {_ONE_LINE} GROUP BY 1, 2
    """
    found: dict[str, dict[Part, Numbers]] = {kind: {} for kind in kinds}
    for row in _rows(statement, place.parameters(kinds=list(kinds))):
        found[row[0]][row[1]] = row[2:]
    return found


def people_by_part(place: Place) -> dict[Part, Numbers]:
    """Part -> the people its counters count, in the order of `people_of`."""
    statement = (
        f"SELECT {_PART}, {PEOPLE_SQL} FROM reporting_tally d WHERE d.day = %(day)s AND {place.where} GROUP BY 1"
    )
    return {row[0]: row[1:] for row in _rows(statement, place.parameters())}


def sums_of(place: Place, form: Edition, *, own: bool) -> Sums:
    """Item -> its sum over those who owe a report: the units below the place, or with `own` the place itself."""
    items = [item.code for item in form.items if item.sums]
    if not items:
        return {}
    who = "d.unit_id = %(unit)s" if own else f"d.source AND d.unit_id <> %(unit)s AND {place.where} AND {_ONE_LINE}"
    # A column an item, in one pass; a row an item would have to be sorted.
    given = [f"FILTER (WHERE jsonb_typeof(r.values->%(item{n})s) = 'number')" for n in range(len(items))]
    sums = [f"sum((r.values->>%(item{n})s)::numeric) {where}, count(*) {where}" for n, where in enumerate(given)]
    statement = f"""
        SELECT {", ".join(sums)} FROM (
            SELECT DISTINCT d.unit_id FROM dues_due d
             WHERE d.day = %(day)s AND d.kind = '{REPORT}' AND d.excused = '' AND {who}) e
          JOIN reporting_unitreport r ON r.unit_id = e.unit_id AND r.form = %(form)s AND r.day = %(day)s
           AND r.current AND r.returned_at IS NULL
    """
    codes = {f"item{n}": code for n, code in enumerate(items)}
    (found,) = _rows(statement, place.parameters(form=form.code, **codes))
    pairs = zip(items, found[::2], found[1::2], strict=True)
    return {code: (int(value), reporting) for code, value, reporting in pairs if reporting}


def missing_dues(place: Place, kind: str, *, own: bool, most: int | None) -> list[Due]:
    """What is owed and not in, the first `most` of the tree; of the place itself with `own`. In the order of codes."""
    found: dict[tuple[int, str, str], None] = {}
    for where in (_HERE, f"{_BY_SECTOR} AND NOT {_HERE}"):  # one index each
        statement = f"""
            SELECT d.unit_id, d.slot, d.line FROM dues_due d
             WHERE d.day = %(day)s AND d.kind = %(kind)s AND d.source AND d.settled_at IS NULL AND d.excused = ''
               AND (d.unit_id = %(unit)s) = %(own)s AND {where} AND {_ONE_LINE} ORDER BY d.path
             {"" if most is None else "LIMIT %(most)s"}
        """
        rows = _rows(statement, place.parameters(kind=kind, own=own, most=most))
        found |= dict.fromkeys((unit, slot, line) for unit, slot, line in rows)
    first = dict.fromkeys(list(found)[:most])
    units = {unit for unit, _, _ in first}
    if not first:
        return []
    dues = Due.objects.filter(unit__in=units, kind=kind, day=place.day).select_related("unit").order_by("unit__code")
    dues = dues.only("unit", "kind", "day", "slot", "line", "unit__code", "unit__name", "unit__name_en")
    return [due for due in dues if (due.unit_id, due.slot, due.line) in first]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())

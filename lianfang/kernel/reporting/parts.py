"""Counting many parts of the tree at once (按节点汇总), for the fold: a statement a table, a range of paths a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from lianfang.kernel.dues.models import REPORT, ROLL_CALL
from lianfang.kernel.reporting.figures import (
    ASKED_SQL,
    COUNTS_SQL,
    PEOPLE_SQL,
    TURNS_SQL,
    Counts,
    Figures,
    earliest,
    people_of,
)  # fmt: skip
from lianfang.kernel.reporting.forms import known_forms

_UNDER = "d.path >= p.path AND d.path < left(p.path, -1) || '0'"
_AT = "d.path = p.path"
# By territory: the sector line's due counts only where there is no other.
_LINE = """
(d.line = 'territory' OR NOT EXISTS (
    SELECT 1 FROM dues_due o WHERE o.unit_id = d.unit_id AND o.kind = d.kind AND o.day = d.day AND o.slot = d.slot
       AND o.source AND o.line = 'territory'))
"""
_DUES = f"""
SELECT p.path, n.* FROM unnest(%(paths)s::text[]) p (path) CROSS JOIN LATERAL (
    SELECT {COUNTS_SQL}, {TURNS_SQL}, {ASKED_SQL}, count(*) FROM dues_due d
     WHERE d.day = %(day)s AND d.kind = %(kind)s AND d.source AND {{where}} AND {_LINE}) n
"""
_PEOPLE = f"""
SELECT p.path, n.* FROM unnest(%(paths)s::text[]) p (path) CROSS JOIN LATERAL (
    SELECT {PEOPLE_SQL}, count(*) FROM reporting_tally d WHERE d.day = %(day)s AND {{where}}) n
"""
_SUMS = f"""
SELECT p.path, n.* FROM unnest(%(paths)s::text[]) p (path) CROSS JOIN LATERAL (
    SELECT r.form, v.key, sum(v.value::text::numeric), count(*)
      FROM (SELECT DISTINCT d.unit_id FROM dues_due d WHERE d.day = %(day)s AND d.kind = '{REPORT}'
               AND d.source AND d.excused = '' AND {{where}}) e
      JOIN reporting_unitreport r
        ON r.unit_id = e.unit_id AND r.form = ANY(%(forms)s) AND r.day = %(day)s AND r.current
       AND r.returned_at IS NULL
     CROSS JOIN jsonb_each(r.values) v WHERE jsonb_typeof(v.value) = 'number' GROUP BY r.form, v.key) n
"""


def count_below(day: date, paths: Sequence[str], *, at: datetime) -> dict[str, Figures]:
    """Path -> everything at and under it, by territory, as it stands at a moment."""
    return _counted(day, paths, _UNDER, at)


def count_own(day: date, paths: Sequence[str], *, at: datetime) -> dict[str, Figures]:
    """Path -> what the unit there owes and counts itself."""
    return _counted(day, paths, _AT, at)


def _counted(day: date, paths: Sequence[str], where: str, at: datetime) -> dict[str, Figures]:
    found = {path: Figures() for path in paths}
    for path, *counts, turns_at, asked, rows in _rows(_DUES, where, day, paths, kind=REPORT, now=at):
        found[path].reports, found[path].asked, found[path].rows = Counts(*counts), asked, rows
        found[path].turns_at = turns_at
    # Where reports are owed nobody counts class checks in their place, and there are many.
    silent = [path for path in paths if not found[path].reports]
    for path, *counts, turns_at, _asked, rows in _rows(_DUES, where, day, silent, kind=ROLL_CALL, now=at):
        found[path].checks, found[path].rows = Counts(*counts), rows
        found[path].turns_at = earliest(found[path].turns_at, turns_at)
    for path, *people, rows in _rows(_PEOPLE, where, day, paths):
        found[path].people = people_of(people)
        found[path].rows += rows
    for path, form, item, value, reporting in _rows(_SUMS, where, day, paths, forms=known_forms()):
        found[path].sums.setdefault(form, {})[item] = (int(value), reporting)
    return found


# From one part to the next along the index, instead of reading the day. What lies higher than the cut is itself a part.
_NEXT = """
WITH RECURSIVE s (p) AS (
    (SELECT {cut} FROM {rows} ORDER BY path LIMIT 1)
    UNION ALL SELECT (
        SELECT {cut} FROM {rows} AND path > CASE WHEN s.p ~ %(deep)s THEN left(s.p, -1) || '0' ELSE s.p END
         ORDER BY path LIMIT 1) FROM s WHERE s.p IS NOT NULL
) SELECT p FROM s WHERE p IS NOT NULL
"""
_CUT = "rtrim(array_to_string((string_to_array(path, '/'))[1:%(depth)s], '/'), '/') || '/'"
_OF_A_DAY = (
    "dues_due WHERE day = %(day)s AND kind = 'report'",
    "dues_due WHERE day = %(day)s AND kind = 'roll_call'",
    "reporting_tally WHERE day = %(day)s",
)


def paths_on(day: date, depth: int) -> set[str]:
    """The paths of whatever owes or counts something on a day, cut off below `depth` units."""
    parameters = {"day": day, "depth": depth, "deep": f"^([0-9]+/){{{depth}}}$"}
    return {path for rows in _OF_A_DAY for path in _paths(_NEXT.format(cut=_CUT, rows=rows), parameters)}


def paths_of(day: date, units: Iterable[int]) -> list[str]:
    """The paths that the dues and counters of these units keep from the day."""
    return _paths(
        """
        SELECT path FROM dues_due
         WHERE unit_id = ANY(%(units)s) AND kind IN ('report', 'roll_call') AND day = %(day)s
        UNION SELECT path FROM reporting_tally WHERE unit_id = ANY(%(units)s) AND day = %(day)s
        """,
        {"day": day, "units": list(units)},
    )


def _paths(statement: str, parameters: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


def _rows(statement: str, where: str, day: date, paths: Sequence[str], **more: Any) -> list[tuple[Any, ...]]:
    if not paths:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.format(where=where), {"day": day, "paths": list(paths), **more})
        return list(cursor.fetchall())

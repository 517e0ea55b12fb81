"""Counting many parts of the tree at once (按节点汇总), for the fold: a statement a table, a range of paths a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from lianfang.kernel.dues.models import REPORT, ROLL_CALL
from lianfang.kernel.reporting.figures import ASKED_SQL, COUNTS_SQL, PEOPLE_SQL, Counts, Figures, people_of

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
    SELECT {COUNTS_SQL}, {ASKED_SQL}, count(*) FROM dues_due d
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
        ON r.unit_id = e.unit_id AND r.day = %(day)s AND r.current AND r.returned_at IS NULL
     CROSS JOIN jsonb_each(r.values) v WHERE jsonb_typeof(v.value) = 'number' GROUP BY r.form, v.key) n
"""


def count_below(day: date, paths: Sequence[str]) -> dict[str, Figures]:
    """Path -> everything at and under it, by territory."""
    return _counted(day, paths, _UNDER)


def count_own(day: date, paths: Sequence[str]) -> dict[str, Figures]:
    """Path -> what the unit there owes and counts itself."""
    return _counted(day, paths, _AT)


def _counted(day: date, paths: Sequence[str], where: str) -> dict[str, Figures]:
    found = {path: Figures() for path in paths}
    for path, *counts, asked, rows in _rows(_DUES, where, day, paths, kind=REPORT):
        found[path].reports, found[path].asked, found[path].rows = Counts(*counts), asked, rows
    # Where reports are owed nobody counts class checks in their place, and there are many.
    silent = [path for path in paths if not found[path].reports]
    for path, *counts, _asked, rows in _rows(_DUES, where, day, silent, kind=ROLL_CALL):
        found[path].checks, found[path].rows = Counts(*counts), rows
    for path, *people, rows in _rows(_PEOPLE, where, day, paths):
        found[path].people = people_of(people)
        found[path].rows += rows
    for path, form, item, value, reporting in _rows(_SUMS, where, day, paths):
        found[path].sums.setdefault(form, {})[item] = (int(value), reporting)
    return found


def paths_on(day: date, depth: int) -> list[str]:
    """The paths of whoever owes or counts something on a day, cut off below `depth` units."""
    cut = f"rtrim(array_to_string((string_to_array(path, '/'))[1:{int(depth)}], '/'), '/') || '/'"
    return _paths(
        f"""
        SELECT {cut} FROM dues_due WHERE day = %(day)s AND kind IN ('report', 'roll_call')
        UNION SELECT {cut} FROM reporting_tally WHERE day = %(day)s
        """,
        {"day": day},
    )


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
        return cursor.fetchall()

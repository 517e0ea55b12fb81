"""Which counts of a day are hidden for their neighbours (监测互补隐藏), settled over the whole tree of units at once.

What is hidden of a unit is told by its parts and by its whole, so a change in one place may reach another part of the
tree: after each pass the day is settled anew from its counts, and only what differs is written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from lianfang.domain.small_sums import Sum, hidden_beside_sums

_COUNTS: Final = """
SELECT unit_id, path, above, counts, bounds FROM surveillance_daycount
 WHERE day = %(day)s AND (counts <> '{}' OR bounds <> '{}') ORDER BY path
"""
_SETTLE: Final = """
UPDATE surveillance_daycount r SET bounds = n.bounds
  FROM unnest(%(units)s::bigint[], %(bounds)s::jsonb[]) n (unit_id, bounds)
 WHERE r.day = %(day)s AND r.unit_id = n.unit_id
"""
Bounds = dict[str, int]


class Row(NamedTuple):
    """A unit's counts of a day, as they are kept; `above` is the path of the unit it is counted in."""

    unit_id: int
    path: str
    above: str
    counts: Mapping[str, int]
    bounds: Mapping[str, int]


def settle(cursor: Any, day: date, fewest: int) -> int:
    """Write down for a day what else is hidden beside its small counts; how many rows changed."""
    cursor.execute(_COUNTS, {"day": day})
    rows = [
        Row(unit, path, above, json.loads(counts), json.loads(bounds))
        for unit, path, above, counts, bounds in cursor.fetchall()
    ]
    found = bounds_of(rows, fewest)
    changed = [row.unit_id for row in rows if found.get(row.unit_id, {}) != row.bounds]
    if changed:
        from django.db.backends.postgresql.psycopg_any import Jsonb  # noqa: PLC0415

        bounds = [Jsonb(found.get(unit, {})) for unit in changed]
        cursor.execute(_SETTLE, {"day": day, "units": changed, "bounds": bounds})
    return len(changed)


def bounds_of(rows: Sequence[Row], fewest: int) -> dict[int, Bounds]:
    """Unit number -> syndrome -> below what number its count is said to be, where that is not its own smallness."""
    by_syndrome: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for syndrome, count in row.counts.items():
            if count:
                by_syndrome[syndrome].append(row)
    found: dict[int, Bounds] = defaultdict(dict)
    for syndrome, ill in by_syndrome.items():
        shown = hidden_beside_sums([row.counts[syndrome] for row in ill], _sums(ill), fewest)
        for row, one in zip(ill, shown, strict=True):
            if one.bound:
                found[row.unit_id][syndrome] = one.bound
    return found


def _sums(rows: Sequence[Row]) -> Iterable[Sum]:
    """Each unit that has some of those below it among the rows, the lowest first; zeros tell nothing."""
    places = {row.path: place for place, row in enumerate(rows)}
    below: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row.above in places:
            below[places[row.above]].append(place)
    lowest_first = sorted(below.items(), key=lambda one: -rows[one[0]].path.count("/"))
    return [Sum(total, tuple(parts)) for total, parts in lowest_first]

"""Which counts of a day are hidden for their neighbours (监测互补隐藏), settled over the whole tree of units at once.

What is hidden of a unit is told by its parts and by its whole, so a change in one place may reach another part of the
tree: after each pass whatever was counted otherwise is settled anew, and only what differs is written. All who are ill
and the newly ill among them are settled at once: pages of illness show the former, walls and briefings the latter.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from lianfang.domain.small_sums import Sum, hidden_beside_sums
from lianfang.domain.surveillance.terms import ANY, NEW

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


def settle(cursor: Any, day: date, fewest: int, changed: Collection[str]) -> int:
    """Write down for a day what else is hidden beside its small counts; how many rows changed.

    Only the counts named in `changed` are settled; what is said of the others stands.
    """
    anew = set(changed) | ({ANY, NEW} if {ANY, NEW} & set(changed) else set())
    if not anew:
        return 0
    cursor.execute(_COUNTS, {"day": day})
    rows = [
        Row(unit, path, above, json.loads(counts), json.loads(bounds))
        for unit, path, above, counts, bounds in cursor.fetchall()
    ]
    found = bounds_of(rows, fewest, anew)
    stands = {row.unit_id: {code: bound for code, bound in row.bounds.items() if code not in anew} for row in rows}
    settled = {unit: kept | found.get(unit, {}) for unit, kept in stands.items()}
    written = [row.unit_id for row in rows if settled[row.unit_id] != row.bounds]
    if written:
        from django.db.backends.postgresql.psycopg_any import Jsonb  # noqa: PLC0415

        bounds = [Jsonb(settled[unit]) for unit in written]
        cursor.execute(_SETTLE, {"day": day, "units": written, "bounds": bounds})
    return len(written)


def bounds_of(rows: Sequence[Row], fewest: int, among: Collection[str] | None = None) -> dict[int, Bounds]:
    """Unit number -> syndrome -> below what number its count is said to be, where that is not its own smallness.

    Of the syndromes `among`, else of all; the newly ill only together with all who are ill.
    """
    by_syndrome: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for syndrome, count in row.counts.items():
            if count and (among is None or syndrome in among):
                by_syndrome[syndrome].append(row)
    both = {code: by_syndrome.pop(code, []) for code in (ANY, NEW)}
    found: dict[int, Bounds] = defaultdict(dict)
    for together in (both, *({syndrome: ill} for syndrome, ill in by_syndrome.items())):
        _settled(together, fewest, found)
    return found


def _settled(together: Mapping[str, Sequence[Row]], fewest: int, found: dict[int, Bounds]) -> None:
    """Settle counts that are told by each other at once, and add what is said of them to what was `found`."""
    cells = [(row, code) for code, ill in together.items() for row in ill]
    counts = [row.counts[code] for row, code in cells]
    sums: list[Sum] = []
    for code, ill in together.items():
        first = len(together[ANY]) if code == NEW else 0
        sums += _sums(ill, first)
    if NEW in together:
        sums = [*_as_one(together, fewest), *sums]
    for (row, code), one in zip(cells, hidden_beside_sums(counts, sums, fewest), strict=True):
        if one.bound:
            found[row.unit_id][code] = one.bound


def _as_one(together: Mapping[str, Sequence[Row]], fewest: int) -> Iterator[Sum]:
    """Where few are ill still, besides the newly ill, the two counts are as good as one: hidden alike."""
    new = {row.unit_id: place for place, row in enumerate(together[NEW], start=len(together[ANY]))}
    for place, row in enumerate(together[ANY]):
        if row.unit_id in new and row.counts[ANY] - row.counts[NEW] < fewest:
            yield Sum(place, (new[row.unit_id],))


def _sums(rows: Sequence[Row], first: int) -> Iterator[Sum]:
    """Each unit that has some of those below it among the rows, the lowest first; zeros tell nothing.

    The counts of the rows stand in the list of all counts from place `first` on.
    """
    places = {row.path: place for place, row in enumerate(rows, start=first)}
    below: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows, start=first):
        if row.above in places:
            below[places[row.above]].append(place)
    lowest_first: Iterable[tuple[int, list[int]]] = sorted(
        below.items(), key=lambda one: -rows[one[0] - first].path.count("/")
    )
    return (Sum(total, tuple(parts)) for total, parts in lowest_first)

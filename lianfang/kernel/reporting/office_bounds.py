"""Which counts of offices are hidden for their neighbours (机关互补隐藏): whoever opens one wall after another adds up.

An office's counts are the sum of those of the offices right below it and of its institutions; who is in observation is
the sum of three places. Offices of a sector add up on their own line. Who was let go is told by the days beside, so it
is hidden with what else changed on the day, and above wherever it is hidden below. The newly ill are settled with all
who are ill, not here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from lianfang.domain.small import Small, room
from lianfang.domain.small_flows import flows_bound
from lianfang.domain.small_sums import Sum, hidden_beside_sums
from lianfang.kernel.orgs.models import Unit

_ROWS: Final = """
SELECT d.path, u.kind = 'sector', d.health, d.bounds, y.health, y.bounds
  FROM reporting_office_day d JOIN orgs_unit u ON u.path = d.path
  LEFT JOIN reporting_office_day y ON y.path = d.path AND y.day = d.day - 1
 WHERE d.day = %(day)s ORDER BY d.path
"""
_SETTLE: Final = "UPDATE reporting_office_day SET bounds = %s WHERE path = %s AND day = %s"
_KEPT: Final = "SELECT day, bounds FROM reporting_office_day WHERE path = %(path)s AND day = ANY(%(days)s)"
HELD, SITE, CAMPUS, HOME, ENDED, ILL = range(6)
"""Places in the list of counts that is kept of an office and a day, and in that of their bounds."""


class Row(NamedTuple):
    """An office's counts of a day, and below what numbers they are said to be; none where all bounds are zero.

    `before` and `bounds_before` are those of the day before, None where that is not kept.
    """

    path: str
    sector: bool
    health: Sequence[int]
    bounds: Sequence[int]
    before: Sequence[int] | None = None
    bounds_before: Sequence[int] | None = None


def settle(cursor: Any, day: date, fewest: int) -> None:
    """Write down for a day what else is hidden beside the small counts of all offices."""
    cursor.execute(_ROWS, {"day": day})
    rows = [Row(*row) for row in cursor.fetchall()]
    found = bounds_of(rows, fewest)
    changed = [(new, row.path, day) for row, new in zip(rows, found, strict=True) if new != list(row.bounds)]
    if changed:
        cursor.executemany(_SETTLE, changed)


def kept_bounds(unit: Unit, days: Sequence[date]) -> Mapping[date, Sequence[int]]:
    """Day -> below what numbers an office's counts are said to be; days on which that is not needed are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"path": unit.path, "days": list(days)})
        return {day: bounds for day, bounds in cursor.fetchall() if bounds}


def bounds_of(rows: Sequence[Row], fewest: int) -> list[list[int]]:
    """The bounds of each row; an empty list where none of its counts is hidden for another."""
    if not rows:
        return []
    width = len(rows[0].health)
    shown = hidden_beside_sums([count for row in rows for count in row.health], _sums(rows, width), fewest)
    every = [list(shown[start : start + width]) for start in range(0, len(shown), width)]
    let_go = _let_go(rows, [one[HELD] for one in every], fewest)
    bounds = [[one.bound for one in found] for found in every]
    for found, bound in zip(bounds, let_go, strict=True):
        found[ENDED] = max(found[ENDED], bound)
        found[ILL] = 0
    return [found if any(found) else [] for found in bounds]


def _let_go(rows: Sequence[Row], held: Sequence[Small], fewest: int) -> list[int]:
    """The bounds of who was let go that the days beside ask for, of each row and of the offices above it."""
    own = [
        of_flows(row.health, row.before, row.bounds_before or (), one, fewest)
        for row, one in zip(rows, held, strict=True)
    ]
    below = [(row.path, row.sector) for row, bound in zip(rows, own, strict=True) if bound]
    above = {(path[: at + 1], sector) for path, sector in below for at, sign in enumerate(path) if sign == "/"}
    return [
        bound or (room(row.health[ENDED], fewest) if (row.path, row.sector) in above else 0)
        for row, bound in zip(rows, own, strict=True)
    ]


def of_flows(
    now: Sequence[int], before: Sequence[int] | None, bounds_before: Sequence[int], held: Small, fewest: int
) -> int:
    """Below what number those let go are said to be beside who is in observation now and was the day before."""
    if before is None:
        return 0
    bound = bounds_before[HELD] if bounds_before else 0
    came = max(0, now[HELD] - before[HELD] + now[ENDED])
    return flows_bound([Small(before[HELD], None, fewest, bound), held], [came, now[ENDED]], fewest)


def _sums(rows: Sequence[Row], width: int) -> Iterator[Sum]:
    below: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        below[_above(row.path), row.sector].append(place * width)
        yield Sum(place * width + HELD, tuple(place * width + kind for kind in (SITE, CAMPUS, HOME)))
    for place, row in sorted(enumerate(rows), key=lambda one: -one[1].path.count("/")):
        parts = below.get((row.path, row.sector), ())
        for kind in range(ILL if parts else 0):
            yield Sum(place * width + kind, tuple(at + kind for at in parts))


def _above(path: str) -> str:
    """The path of the unit above: `1/7/` of `1/7/9/`."""
    return path.rstrip("/").rpartition("/")[0] + "/"

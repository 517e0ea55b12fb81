"""Which counts of offices are hidden for their neighbours (机关互补隐藏): whoever opens one wall after another adds up.

An office's counts are the sum of those of the offices right below it and of its institutions; who is in observation is
the sum of three places. Offices of a sector add up on their own line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from lianfang.domain.small_sums import Sum, hidden_beside_sums
from lianfang.kernel.orgs.models import Unit

_ROWS: Final = """
SELECT d.path, u.kind = 'sector', d.health, d.bounds
  FROM reporting_office_day d JOIN orgs_unit u ON u.path = d.path WHERE d.day = %(day)s ORDER BY d.path
"""
_SETTLE: Final = "UPDATE reporting_office_day SET bounds = %s WHERE path = %s AND day = %s"
_KEPT: Final = "SELECT day, bounds FROM reporting_office_day WHERE path = %(path)s AND day = ANY(%(days)s)"
HELD, SITE, CAMPUS, HOME, ENDED, ILL = range(6)
"""Places in the list of counts that is kept of an office and a day, and in that of their bounds."""


class Row(NamedTuple):
    """An office's counts of a day, and below what numbers they are said to be; none where all bounds are zero."""

    path: str
    sector: bool
    health: Sequence[int]
    bounds: Sequence[int]


def settle(cursor: Any, day: date, fewest: int) -> None:
    """Write down for a day what else is hidden beside the small counts of all offices."""
    cursor.execute(_ROWS, {"day": day})
    rows = [Row(*row) for row in cursor.fetchall()]
    found = bounds_of(rows, fewest)
    changed = [(new, row.path, day) for row, new in zip(rows, found, strict=True) if new != list(row.bounds)]
    if changed:
        cursor.executemany(_SETTLE, changed)


def bounds_of_ill(unit: Unit, days: Sequence[date]) -> list[int]:
    """Of each day below what number the newly ill of an office are said to be; 0 where that is not needed or kept."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"path": unit.path, "days": list(days)})
        kept = {day: bounds[ILL] for day, bounds in cursor.fetchall() if bounds}
    return [kept.get(day, 0) for day in days]


def bounds_of(rows: Sequence[Row], fewest: int) -> list[list[int]]:
    """The bounds of each row; an empty list where none of its counts is hidden for another."""
    if not rows:
        return []
    width = len(rows[0].health)
    shown = hidden_beside_sums([count for row in rows for count in row.health], _sums(rows, width), fewest)
    bounds = [one.bound for one in shown]
    every = (bounds[start : start + width] for start in range(0, len(bounds), width))
    return [found if any(found) else [] for found in every]


def _sums(rows: Sequence[Row], width: int) -> Iterator[Sum]:
    below: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        below[_above(row.path), row.sector].append(place * width)
        yield Sum(place * width + HELD, tuple(place * width + kind for kind in (SITE, CAMPUS, HOME)))
    for place, row in sorted(enumerate(rows), key=lambda one: -one[1].path.count("/")):
        parts = below.get((row.path, row.sector), ())
        for kind in range(width if parts else 0):
            yield Sum(place * width + kind, tuple(at + kind for at in parts))


def _above(path: str) -> str:
    """The path of the unit above: `1/7/` of `1/7/9/`."""
    return path.rstrip("/").rpartition("/")[0] + "/"

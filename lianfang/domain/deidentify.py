"""De-identified rows (去标识化): values made coarser, step by step, until no combination is shared by few.

Every column that leaves counts as a key (k-anonymity over the whole row), so that no cell of any table made from the
file, by any of its columns, is below `fewest` other than an empty one. Whoever is still in a small cell is withheld:
the row stays, as `*` in every column, so that nobody can be told by difference.
Source: k-anonymity (Samarati and Sweeney 1998), by generalisation and suppression; the rule of small cells, row S04.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, Final

ANY: Final = "*"
UNKNOWN: Final = ""
MOST_WITHHELD: Final = 20  # one in so many rows may be withheld before a column is made coarser instead
Row = tuple[str, ...]
Step = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that may leave: its name, and the ways to write its values, the finest first; then follows `*`.

    An `outcome` is what research asks for: it is made coarser last, and a value of it that enough rows have is never
    withheld altogether while another column can be made coarser, or the file would say that it never came to pass.
    """

    name: str
    steps: tuple[Step, ...]
    outcome: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """What leaves: rows in an order that says nothing, and how each column was written.

    `levels` counts the steps taken in each column (0: the finest); `withheld` rows are `*` throughout. Where there are
    fewer rows than `fewest` none leaves: `rows` is empty and all are withheld.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    levels: Mapping[str, int]
    withheld: int
    total: int


def deidentify(rows: Sequence[Sequence[Any]], columns: Sequence[Column], *, fewest: int) -> Released:
    """Rows (values in the order of `columns`) as they may leave: each combination by at least `fewest` of them.

    ValueError when a row has another number of values than there are columns, or `fewest` is below 1.
    """
    if fewest < 1 or any(len(row) != len(columns) for row in rows):
        raise ValueError("rows and columns differ, or the smallest cell is below 1")
    names, total = tuple(one.name for one in columns), len(rows)
    if total < fewest:
        return Released(names, (), dict.fromkeys(names, 0), total, total)
    tried = ((levels, _written(rows, columns, levels)) for levels in _lattice(columns))
    levels, written = next(found for found in tried if not _too_lossy(found[1], columns, fewest))
    kept, withheld = _withhold(written, fewest)
    return Released(names, kept, dict(zip(names, levels, strict=True)), withheld, total)


def smallest_cell(rows: Sequence[Row]) -> int:
    """The size of the smallest combination; 0 when there are no rows."""
    return min(Counter(rows).values(), default=0)


def _written(rows: Sequence[Sequence[Any]], columns: Sequence[Column], levels: Sequence[int]) -> list[Row]:
    steps = [
        column.steps[level] if level < len(column.steps) else _any
        for column, level in zip(columns, levels, strict=True)
    ]
    return [tuple(step(value) for step, value in zip(steps, row, strict=True)) for row in rows]


def _any(value: Any) -> str:
    return ANY


def _lattice(columns: Sequence[Column]) -> list[tuple[int, ...]]:
    """All ways to write the columns, the finest first, and outcomes coarser only when nothing else helps."""

    def coarse(levels: tuple[int, ...]) -> tuple[int, Fraction, tuple[int, ...]]:
        outcomes = sum(level for level, column in zip(levels, columns, strict=True) if column.outcome)
        share = sum(Fraction(level, len(column.steps)) for level, column in zip(levels, columns, strict=True))
        return outcomes, Fraction(share), levels

    return sorted(product(*(range(len(column.steps) + 1) for column in columns)), key=coarse)


def _too_lossy(written: Sequence[Row], columns: Sequence[Column], fewest: int) -> bool:
    """Whether too many rows stand in small cells, or a value of an outcome does so altogether."""
    cells = Counter(written)
    if sum(count for count in cells.values() if count < fewest) * MOST_WITHHELD > len(written):
        return True
    return any(_loses(cells, at, fewest) for at, column in enumerate(columns) if column.outcome)


def _loses(cells: Counter[Row], at: int, fewest: int) -> bool:
    had: Counter[str] = Counter()
    for cell, count in cells.items():
        had[cell[at]] += count
    kept = {cell[at] for cell, count in cells.items() if count >= fewest}
    return any(count >= fewest and value not in kept for value, count in had.items())


def _withhold(written: Sequence[Row], fewest: int) -> tuple[tuple[Row, ...], int]:
    """The rows, those of small cells as `*`; as many whole cells more as it takes for these to be no small cell."""
    cells = Counter(written)
    hidden = {cell for cell, count in cells.items() if count < fewest}
    many = sum(cells[cell] for cell in hidden)
    rest = sorted((cells[cell], cell) for cell in cells if cell not in hidden)
    while 0 < many < fewest and rest:
        count, cell = rest.pop(0)
        hidden.add(cell)
        many += count
    blank = (ANY,) * len(written[0]) if written else ()
    return tuple(sorted(blank if row in hidden else row for row in written)), many


def banded(width: int) -> Step:
    """Whole numbers in bands: `banded(10)` writes 34 as `30-39`; unknown stays empty."""

    def step(value: int | None) -> str:
        if value is None:
            return UNKNOWN
        low = value // width * width
        return f"{low}-{low + width - 1}" if width > 1 else str(low)

    return step


def by_week(value: date | None) -> str:
    """The ISO week of a day: `2020-W05`."""
    if value is None:
        return UNKNOWN
    year, week, _day = value.isocalendar()
    return f"{year}-W{week:02}"


def by_month(value: date | None) -> str:
    """The month of a day: `2020-02`."""
    return UNKNOWN if value is None else f"{value:%Y-%m}"


def as_it_is(value: object) -> str:
    """A value as text: a code, `yes` or `no`; unknown stays empty."""
    if value is None:
        return UNKNOWN
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)

"""De-identified rows (去标识化): values made coarser, step by step, until no combination is shared by few.

Every column that leaves counts as a key (k-anonymity over the whole row), so that no cell of any table made from the
file, by any of its columns, is below `fewest` other than an empty one. Whoever is still in a small cell is written
together with others: the row stays, coarser or as `*` in those columns in which they differ, so that nobody can be told
by difference. Of the ways in which few rows are written so the one that says most is taken.
Source: k-anonymity (Samarati and Sweeney 1998), by generalisation and suppression; the rule of small cells, row S04.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, Final

ANY: Final = "*"
UNKNOWN: Final = ""
DEARER: Final = 10  # times: what an outcome says is given up last
MOST_TOGETHER: Final = 20  # one in so many rows may be written with others before a column is made coarser for all
FEW: Final = 2  # cells of the smallest size may be so written in any file: a small one would say nothing else
Row = tuple[str, ...]
Levels = tuple[int, ...]
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

    `levels` counts the steps taken in each column (0: the finest); `together` rows were written with others, coarser
    than that or as `*`; `stars` counts the rows that are `*` in each column. Where there are fewer rows than `fewest`
    none leaves: `rows` is empty.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    levels: Mapping[str, int]
    together: int
    total: int

    @property
    def stars(self) -> Mapping[str, int]:
        """Column -> how many rows are `*` in it."""
        return {name: sum(row[at] == ANY for row in self.rows) for at, name in enumerate(self.columns)}


def deidentify(rows: Sequence[Sequence[Any]], columns: Sequence[Column], *, fewest: int) -> Released:
    """Rows (values in the order of `columns`) as they may leave: each combination by at least `fewest` of them.

    ValueError when a row has another number of values than there are columns, or `fewest` is below 1.
    """
    if fewest < 1 or any(len(row) != len(columns) for row in rows):
        raise ValueError("rows and columns differ, or the smallest cell is below 1")
    names, total = tuple(one.name for one in columns), len(rows)
    if total < fewest:
        return Released(names, (), dict.fromkeys(names, 0), 0, total)
    found = _Rows(rows, columns, fewest).best()
    return Released(names, found.rows, dict(zip(names, found.levels, strict=True)), found.together, total)


def smallest_cell(rows: Sequence[Row]) -> int:
    """The size of the smallest combination; 0 when there are no rows."""
    return min(Counter(rows).values(), default=0)


@dataclass(frozen=True, slots=True)
class _Written:
    """The rows written in one way, and what is given up by it.

    `bad` where too many rows are written together, or an outcome that enough rows had is in none of them.
    """

    rows: tuple[Row, ...]
    levels: Levels
    together: int
    lost: Fraction
    bad: bool


class _Rows:
    """All rows, each value written in each way: `texts[column][level][row]`. Their order is that of what they say."""

    def __init__(self, rows: Sequence[Sequence[Any]], columns: Sequence[Column], fewest: int) -> None:
        self.columns, self.fewest = columns, fewest
        finest = sorted(
            rows, key=lambda row: [[step(one) for step in c.steps] for c, one in zip(columns, row, strict=True)]
        )
        self.texts = [
            [*([step(row[at]) for row in finest] for step in column.steps), [ANY] * len(rows)]
            for at, column in enumerate(columns)
        ]
        self.order = sorted(range(len(columns)), key=lambda at: not columns[at].outcome)

    def best(self) -> _Written:
        """The way that gives up least; the finer one of two."""
        every = product(*(range(len(column.steps) + 1) for column in self.columns))
        found = self._written(tuple(len(column.steps) for column in self.columns))
        for levels in sorted(every, key=lambda levels: (self._lost(levels), levels)):
            if not found.bad and found.lost <= self._lost(levels) * len(found.rows):
                break
            written = self._written(levels)
            if (written.bad, written.lost) < (found.bad, found.lost):
                found = written
        return found

    def _lost(self, levels: Levels) -> Fraction:
        """What one row gives up that is written so."""
        return sum(
            (
                Fraction(level, len(column.steps)) * (DEARER if column.outcome else 1)
                for level, column in zip(levels, self.columns, strict=True)
            ),
            Fraction(),
        )

    def _written(self, levels: Levels) -> _Written:
        rows = self._at(levels)
        lone = self._lone(rows)
        lost = self._lost(levels) * (len(rows) - len(lone))
        for group in self._groups(lone, levels) if lone else ():
            coarser = self._common(group, levels)
            lost += self._lost(coarser) * len(group)
            for place, row in zip(group, self._at(coarser, group), strict=True):
                rows[place] = row
        bad = len(lone) > max(FEW * self.fewest, len(rows) // MOST_TOGETHER) or self._loses(rows)
        return _Written(tuple(sorted(rows)), levels, len(lone), lost, bad)

    def _at(self, levels: Levels, places: Sequence[int] | None = None) -> list[Row]:
        texts = [of[level] for of, level in zip(self.texts, levels, strict=True)]
        if places is None:
            return list(zip(*texts, strict=True))
        return [tuple(one[place] for one in texts) for place in places]

    def _lone(self, rows: Sequence[Row]) -> list[int]:
        """The rows in small cells, and as many more as it takes that these are no small cell themselves."""
        cells: dict[Row, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            cells[row].append(place)
        lone = [place for cell in cells.values() if len(cell) < self.fewest for place in cell]
        rest = sorted(
            (cell for cell in cells.values() if len(cell) >= self.fewest), key=lambda cell: (-len(cell), cell)
        )
        while 0 < len(lone) < self.fewest:
            wanted = self.fewest - len(lone)
            spare = len(rest[0]) - self.fewest >= wanted
            lone += rest[0][:wanted] if spare else rest.pop()
        return sorted(lone)

    def _groups(self, places: Sequence[int], levels: Levels) -> Iterator[Sequence[int]]:
        """The rows parted by whatever they may be told apart by, outcomes first; no part is small."""
        for at in self.order:
            for text in self.texts[at][levels[at] : -1]:
                parts: dict[str, list[int]] = defaultdict(list)
                for place in places:
                    parts[text[place]].append(place)
                if len(parts) > 1 and all(len(part) >= self.fewest for part in parts.values()):
                    for part in parts.values():
                        yield from self._groups(part, levels)
                    return
        yield places

    def _common(self, places: Sequence[int], levels: Levels) -> Levels:
        """How finely rows can be written alike."""
        return tuple(
            next(level for level in range(first, len(texts)) if len({texts[level][place] for place in places}) == 1)
            for first, texts in zip(levels, self.texts, strict=True)
        )

    def _loses(self, rows: Sequence[Row]) -> bool:
        """Whether a value of an outcome that enough rows have is in none of those that leave."""
        for at, column in enumerate(self.columns):
            told = {row[at] for row in rows} if column.outcome else set()
            if column.outcome and any(
                n >= self.fewest and one not in told for one, n in Counter(self.texts[at][0]).items()
            ):
                return True
        return False


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

"""A file as columns of numbers and days (分析用表): what a method asks for by name, refused with row and column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.analysing.columns import also
from lianfang.interfaces.exchange.sheet import Cell, Sheet

SERIES: Final = ("series", "unit")
"""Columns that tell several series of one file apart."""
EMPTY: Final = frozenset({"", "na", "nan", "null"})
WEEK: Final = 7
_SLASHED: Final = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?\b")


@dataclass(frozen=True)
class Table:
    """The rows of one file, each with its row number as a person sees it, and its cells by column name."""

    header: tuple[str, ...]
    records: Sequence[tuple[int, Mapping[str, Cell]]]

    @classmethod
    def of(cls, sheet: Sheet) -> Table:
        """The table of a sheet. Refused with the sheet's own problems, `file.no_rows` when it has none."""
        if sheet.problems:
            raise Refused(sheet.problems)
        if not sheet.rows:
            raise Refused("file.no_rows", "file")
        return cls(sheet.header, tuple(sheet.records()))

    def column(self, *names: str) -> str:
        """The first of these columns that exists, by its name or its Chinese words, case aside.

        Refused `column.missing` (column, accepted, known).
        """
        by_name = {one.casefold(): one for one in reversed(self.header)}
        found = next((by_name[name.casefold()] for name in also(names) if name.casefold() in by_name), None)
        if found is None:
            raise self.lacks(*names)
        return found

    def lacks(self, *names: str) -> Refused:
        """The refusal of a table without a column that is needed: `column.missing`, with the columns that it has."""
        facts = {"accepted": list(dict.fromkeys(also(names))), "known": list(self.header)}
        return Refused(Problem("column.missing", column=names[0], facts=facts))

    def has(self, *names: str) -> bool:
        """Whether one of these columns exists."""
        return bool({name.casefold() for name in also(names)} & {one.casefold() for one in self.header})

    def numbers(self, *names: str, empty: bool = False) -> NDArray[np.float64]:
        """A column as numbers, one a row; an empty cell is refused (`required`) unless `empty`, then it is NaN."""
        column = self.column(*names)
        return np.array([_number(row, column, cells.get(column), empty=empty) for row, cells in self.records])

    def days(self, *names: str) -> list[date]:
        """A column as days. Refused `date.format`, `required`."""
        column = self.column(*names)
        return [_day(row, column, cells.get(column)) for row, cells in self.records]

    def in_order(self, *names: str) -> list[date]:
        """The days of the series, all alike, a day or a week apart throughout.

        Refused `dates.order` (row) for days out of order, double, or not those of the first series; `dates.missing`
        (row, day) for a gap; as `days`.
        """
        column, first = self.column(*names), None
        for _name, one in self.by_series():
            days = one.days(column)
            one._step_by_step(column, days)
            if first is not None and days != first:
                raise Refused(Problem("dates.order", column=column))
            first = days
        return first or []

    def _step_by_step(self, column: str, days: Sequence[date]) -> None:
        steps = [(later - day).days for day, later in pairwise(days)]
        step = WEEK if steps and all(one % WEEK == 0 for one in steps) else 1
        for place, found in enumerate(steps):
            if found == step:
                continue
            due = days[place + 1] if found < 1 else days[place] + timedelta(days=step)
            facts = {"day": due.isoformat(), "after": days[place].isoformat()}
            code = "dates.order" if found < 1 else "dates.missing"
            raise Refused(Problem(code, row=self.records[place + 1][0], column=column, facts=facts))

    def words(self, *names: str) -> list[str]:
        """A column as texts; an empty cell is an empty text."""
        column = self.column(*names)
        return [_text(cells.get(column)) for _row, cells in self.records]

    def by_series(self) -> Iterator[tuple[str, Table]]:
        """The table of each series, in the order of their first rows; one named "" when no column tells them apart."""
        if not self.has(*SERIES):
            yield "", self
            return
        for name, records in self._split.items():
            yield name, Table(self.header, records)

    def stacked(self, *names: str) -> tuple[list[str], NDArray[np.float64]]:
        """The same column of all series: their names, and an array of series by time. Refused `series.not_numbers`."""
        found = [(name, one.numbers(*names)) for name, one in self.by_series()]
        if len({len(values) for _name, values in found}) != 1:
            raise Refused("series.not_numbers", self.column(*names))
        return [name for name, _values in found], np.vstack([values for _name, values in found])

    @cached_property
    def _split(self) -> dict[str, list[tuple[int, Mapping[str, Cell]]]]:
        column = self.column(*SERIES)
        split: dict[str, list[tuple[int, Mapping[str, Cell]]]] = {}
        for row, cells in self.records:
            split.setdefault(_text(cells.get(column)), []).append((row, cells))
        return split


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _number(row: int, column: str, cell: Any, *, empty: bool) -> float:
    text = _text(cell)
    if text.casefold() in EMPTY:
        if empty:
            return math.nan
        raise Refused(Problem("required", row=row, column=column))
    try:
        return float(Decimal(text))
    except InvalidOperation:
        raise Refused(Problem("number.format", row=row, column=column)) from None


def day_of_text(text: str) -> date:
    """A day such as 2026-09-01, 2026/9/1 or 2026年9月1日, a time after it left out. ValueError for anything else."""
    slashed = _SLASHED.match(text)
    return date(*map(int, slashed.groups())) if slashed else date.fromisoformat(text[:10])


def _day(row: int, column: str, cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not _text(cell):
        raise Refused(Problem("required", row=row, column=column))
    try:
        return day_of_text(_text(cell))
    except ValueError:
        raise Refused(Problem("date.format", row=row, column=column)) from None

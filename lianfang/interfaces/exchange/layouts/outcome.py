"""What becomes of every row of a file (逐行结果): written, refused with a reason, held or blank; none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lianfang.domain.refusals import Note, Problem
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.sheet import MOST_PROBLEMS, Sheet

# Digits as long as an identity number or a phone, wherever they stand: a shifted row or a missing header shows them.
_NUMBERS = re.compile(r"\d(?:[\s-]?\d){10,}[0-9Xx]?|[A-Za-z]{0,3}\d{7,}[Xx]?")
_SHOWN = 60  # characters of a header or a word given back
# Problems of a whole row, after which its cells say nothing.
_NOT_A_ROW = frozenset({"row.columns", "row.is_header", "row.not_data", "json.malformed", "json.too_deep", "type"})


class Staged(Protocol):
    """Rows that wait in the database to be written together: by unit, but for those `without`."""

    rows: dict[int, int]
    without: set[int]
    aside: Any

    @property
    def count(self) -> int:
        """How many they are."""


@dataclass(slots=True)
class Outcome:
    """Problems and notes by row as a person sees it; `rows` are those that may be written, by number.

    A problem without a row, or at the header, spoils the whole table: then no row may be written.
    """

    sheet: Sheet
    columns: Columns
    problems: list[Problem] = field(default_factory=list)
    notes: list[tuple[int | None, Note]] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)
    rows: dict[int, Any] = field(default_factory=dict)
    staged: Staged | None = None
    spoilt: bool = False
    _said: set[tuple[int | None, str]] = field(default_factory=set)
    _places: set[tuple[int | None, str, str]] = field(default_factory=set)
    _no_rows: set[int | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        for problem in self.sheet.problems:
            self._add(problem)
            self._said.add((problem.row, problem.column))
            if problem.code in _NOT_A_ROW and not problem.column:
                self._no_rows.add(problem.row)
        self.refused_rows |= self.sheet.refused_rows
        self.notes += [(note.facts.get("row"), note) for note in self.sheet.warnings]

    def unreadable(self, row: int) -> bool:
        """Whether a row is no row of data at all, so that its cells need not be looked at."""
        return row in self._no_rows

    def refuse(self, row: int, problems: Iterable[Problem]) -> None:
        """Refuse a row for these reasons; a cell that the file's own reader has refused is not refused twice."""
        for problem in problems:
            placed = self._placed(problem, row)
            if placed.row is None or placed.row <= self.sheet.header_row:
                self._add(placed)
                continue
            self.refused_rows.add(row)
            if (placed.row, placed.column) not in self._said:
                self._add(placed)

    def refuse_table(self, problem: Problem) -> None:
        """Refuse the whole table."""
        self._add(problem)

    def note(self, row: int, notes: Iterable[Note]) -> None:
        """Tell of something that is kept otherwise than it was written, or that asks for a look."""
        if len(self.notes) < MOST_PROBLEMS:
            self.notes += [(row, note) for note in notes]

    @property
    def kept(self) -> dict[int, Any]:
        """The rows that may be written."""
        return {} if self.spoilt else {n: r for n, r in self.rows.items() if n not in self.refused_rows}

    @property
    def held(self) -> int:
        """How many rows may be written, one by one or staged."""
        return 0 if self.spoilt else len(self.kept) + (self.staged.count if self.staged else 0)

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len(self.sheet.rows) - self.held

    def refuse_late(self, row: int, problems: Iterable[Problem]) -> None:
        """Refuse a row that was to be written."""
        self.refuse(row, problems)
        self.refused_rows.add(row)
        if self.staged is not None and row not in self.rows:
            self.staged.without.add(row)

    def _placed(self, problem: Problem, row: int) -> Problem:
        """The problem at its row and column; what is missing as a column is said once, at the header."""
        shown = self.columns.shown(problem.field)
        if not shown and problem.code == "required":
            return problem.at_row(self.sheet.header_row, problem.facts.get("header", ""))
        if not shown and problem.field == "unit":
            return problem.at_row(self.sheet.header_row)
        return problem.at_row(row, shown or problem.column)

    def _add(self, problem: Problem) -> None:
        """Once a place and code, and only the first thousand: the counts are complete without them."""
        if problem.row is None or problem.row <= self.sheet.header_row:
            self.spoilt = True
        place = (problem.row, problem.column or problem.field, problem.code)
        if place not in self._places and len(self._places) < 2 * MOST_PROBLEMS:
            self._places.add(place)
            self.problems.append(unnumbered(problem))

    def first_problems(self) -> list[Problem]:
        """The first thousand, in the order of the table."""
        return sorted(self.problems, key=lambda problem: (problem.row or 0, problem.column))[:MOST_PROBLEMS]

    def placed_notes(self) -> list[dict[str, Any]]:
        """The first thousand notes as they are kept: with row and column, facts beside them."""
        return [self._note(row, note) for row, note in self.notes[:MOST_PROBLEMS]]

    def _note(self, row: int | None, note: Note) -> dict[str, Any]:
        column = note.facts.get("column") or self.columns.shown(note.field)
        kept = None if note.kept is None or note.field == "person.name" else masked(str(note.kept))
        facts = {name: _plain(value) for name, value in note.facts.items()}
        return {
            **facts,
            "row": row,
            "column": masked(column),
            "field": note.field,
            "code": note.code,
            "warning": note.warning,
            "kept": kept,
        }


def unnumbered(problem: Problem) -> Problem:
    """The problem without anything that looks like an identity number or a phone."""
    facts = {name: _plain(value) for name, value in problem.facts.items()}
    return replace(problem, column=masked(problem.column), facts=facts)


def masked(text: str) -> str:
    """A header or word given back, long digits replaced by stars."""
    return _NUMBERS.sub(lambda found: "*" * len(found[0]), text)[:_SHOWN]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return masked(str(value))

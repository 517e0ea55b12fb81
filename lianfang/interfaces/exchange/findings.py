"""What was found in a table (表格问题): problems and notes with their places, the first thousand of each code."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from lianfang.domain.refusals import Note, Problem
from lianfang.interfaces.exchange.header import Header
from lianfang.interfaces.exchange.sheet import MOST_PROBLEMS, column_letters

# Control characters other than tab and line ends, and marks that turn the direction of what follows (Trojan Source).
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Findings:
    """Problems and notes with their places; kept are the first 1,000 of each code, and every row refused."""

    def __init__(self, header: Header) -> None:
        self._names = header.names
        self._problems: dict[str, list[tuple[int, int, Problem]]] = defaultdict(list)
        self.refused_rows: set[int] = set()
        self.notes: list[Note] = []

    def column(self, index: int | None) -> str:
        """A column as a person sees it: by its name, or by its letters when it has none."""
        if index is None:
            return ""
        return (self._names[index] if index < len(self._names) else "") or column_letters(index)

    def problem(self, code: str, row: int, column: int | None = None, **facts: Any) -> None:
        """Something wrong in this row; `column` counts from 0."""
        self.refused_rows.add(row)
        kept = self._problems[code]
        if len(kept) < MOST_PROBLEMS:
            place = -1 if column is None else column
            kept.append((row, place, Problem(code, row=row, column=self.column(column), facts=facts)))

    def note(self, code: str, *, kept: Any = None, warning: bool = True, **facts: Any) -> None:
        """Something to look at."""
        if len(self.notes) < MOST_PROBLEMS:
            self.notes.append(Note(code, kept=kept, warning=warning, facts=facts))

    def problems(self) -> tuple[Problem, ...]:
        """The first 1,000 in the order of the table."""
        placed = [item for kept in self._problems.values() for item in kept]
        placed.sort(key=lambda item: item[:2])
        return tuple(problem for _, _, problem in placed[:MOST_PROBLEMS])

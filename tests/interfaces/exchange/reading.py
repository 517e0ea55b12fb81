"""How the tests read tables (读表测试): the catalogue's lines, what came of a file, a child within this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.interfaces.exchange import Limits, Sheet, read_table
from lianfang.interfaces.exchange.child import records
from lianfang.interfaces.exchange.wire import Record, decoded, encoded

PROJECT = Path(__file__).resolve().parents[3]
COPY = PROJECT / "tests" / "data" / "bad_inputs"
WHOLE = PROJECT.parent / "shared" / "bad_inputs"

# What is said about a value that is kept as it was meant, not as it looks.
UNDERSTOOD = frozenset({"number.format"})


def lines(whole: str, copy: str, folder: Path | None = None) -> list[dict[str, Any]]:
    """The lines of one file of the catalogue, or of its copy within the project."""
    path = (WHOLE / whole) if WHOLE.is_dir() and folder is None else (folder or COPY) / copy
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@contextmanager
def in_this_process(request: Mapping[str, Any], limits: Limits) -> Iterator[Iterator[Record]]:
    """What the child would answer, each record passed through its written form."""
    yield (decoded(encoded(record)) for record in records(request))


@dataclass(slots=True)
class Outcome:
    """What came of reading one table."""

    sheet: Sheet | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The catalogue's words for it."""
        if self.problems:
            return {"reject", "limit"} if self.codes & {"file.too_large"} else {"reject"}
        found = {"normalize" if note.code in UNDERSTOOD else "warn" for note in self.notes if note.warning}
        return found or {"accept", "normalize"}

    @property
    def codes(self) -> set[str]:
        """The codes of everything that was said."""
        return {said.code for said in (*self.problems, *self.notes)}

    def places(self) -> list[tuple[int | None, str]]:
        """(row, column) of everything that was said."""
        noted = [(note.facts.get("row"), note.facts.get("column", "")) for note in self.notes]
        return [(problem.row, problem.column) for problem in self.problems] + noted

    def text(self, at: int, column: str) -> str:
        """The text of one cell."""
        assert self.sheet is not None
        cell = dict(self.sheet.records())[at][column]
        return cell.isoformat() if isinstance(cell, date) else str(cell)


def outcome_of(path: Path, name: str, **options: Any) -> Outcome:
    """Read the file; nothing but a sheet or a refusal may come out."""
    try:
        sheet = read_table(path, name, **options)
    except Refused as refused:
        return Outcome(problems=refused.problems)
    assert sheet.read == len(sheet.rows) + sheet.blank
    return Outcome(sheet, list(sheet.problems), list(sheet.warnings))

"""A layout (版式): what a file of one purpose holds, how its rows are checked, and which action writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.layouts.places import Places
from lianfang.interfaces.exchange.sheet import Sheet
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.database.lane import Lane
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import Rules


class RowRefused(Exception):
    """Writing this row was refused, although checking it was not."""

    def __init__(self, row: int, problems: Iterable[Problem]) -> None:
        super().__init__(f"row {row}")
        self.row, self.problems = row, list(problems)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sends a file, for which unit, on which day, and where the units of its rows are looked up.

    `key` is the same whenever the same file is sent again, so that its rows get the same receipts. `lane` is where a
    part of a large file may be staged and written, if it may be written in several transactions.
    """

    by: Actor
    home: Unit | None
    today: date
    rules: Rules
    places: Places | None
    key: str
    lane: Lane | None = None

    @classmethod
    def of(cls, by: Actor, home: Unit | None, key: str, lane: Lane | None = None) -> Desk:
        """The desk at this moment."""
        today = clock.today(home.zone) if home else clock.now().date()
        return cls(by, home, today, Rules(today), Places(by, home) if home else None, key, lane)


class Layout(Protocol):
    """One purpose of a file. `by` are the roles one of which the sender must hold over the chosen unit."""

    what: str
    by: tuple[Role, ...]

    def columns(self, sheet: Sheet) -> Columns:
        """Which column is which field."""

    def check(self, desk: Desk, outcome: Outcome) -> None:
        """Look at every row; put those that may be written into `outcome.rows`."""

    def write(self, desk: Desk, rows: Mapping[int, Any]) -> None:
        """Write rows through their action. Raises RowRefused, or Refused when no single row is to blame."""


def look_at_header(outcome: Outcome) -> None:
    """Refuse a field that two columns claim, and say of a column that is not known that it will not be kept."""
    sheet, columns = outcome.sheet, outcome.columns
    for name, earlier in columns.twice():
        twice = Problem("header.duplicate", row=sheet.header_row, column=name, facts={"other": earlier})
        outcome.refuse_table(twice)
    for index in columns.unknown:
        cells = sum(len(row.cells) > index and row.cells[index] is not None for row in sheet.rows)
        if cells:
            facts: dict[str, Any] = {"column": columns.name(index), "cells": cells}
            outcome.notes.append((sheet.header_row or None, Note("header.unknown", warning=True, facts=facts)))


def missing_column(field: str, header: str) -> Problem:
    """A column that every row needs and the table does not have."""
    return Problem("required", field, facts={"header": header})


def with_header(refused: Refused, headers: Mapping[str, str]) -> list[Problem]:
    """The problems, each told which header stands for its field, in case the table has no such column."""
    return [
        replace(p, facts={**p.facts, "header": headers[p.field]}) if p.code == "required" and p.field in headers else p
        for p in refused.problems
    ]

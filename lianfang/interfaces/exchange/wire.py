"""What the reading process tells the one that started it (读取记录): rows, marks and an end, one JSON list a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.sheet import Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something: its number as a person sees it, and its cells up to the last one written."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about one cell (`column` counts from 0) or, with `column` None, about a row."""

    code: str
    row: int
    column: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    kept: Cell = None
    problem: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """The table was read to its end: lines of text passed, the encoding, and column names where no row holds them."""

    lines: int = 0
    encoding: str = ""
    header: tuple[str, ...] | None = None


Record = Line | Mark | End


def encoded(record: Record) -> bytes:
    """The record as one line."""
    match record:
        case Line():
            content = ["row", record.number, [_encoded_cell(cell) for cell in record.cells]]
        case Mark():
            place = [record.code, record.row, record.column, dict(record.facts)]
            content = ["mark", *place, _encoded_cell(record.kept), record.problem]
        case End():
            content = ["end", record.lines, record.encoding, record.header]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encoded_refusal(refused: Refused) -> bytes:
    """The refusal as one line."""
    problems = [[problem.code, problem.row, problem.column, dict(problem.facts)] for problem in refused.problems]
    return json.dumps(["refused", problems]).encode() + b"\n"


def decoded(line: bytes) -> Record:
    """The record in this line; raises the `Refused` it carries."""
    match json.loads(line):
        case ["row", number, cells]:
            return Line(number, tuple([_decoded_cell(cell) for cell in cells]))
        case ["mark", code, row, column, facts, kept, problem]:
            return Mark(code, row, column, facts, _decoded_cell(kept), problem)
        case ["end", lines, encoding, header]:
            return End(lines, encoding, header if header is None else tuple(header))
        case ["refused", problems]:
            raise Refused([Problem(code, row=row, column=at, facts=facts) for code, row, at, facts in problems])
    raise ValueError("not a record")


def _encoded_cell(cell: Cell) -> Any:
    if cell is None or isinstance(cell, str | bool):
        return cell
    if isinstance(cell, Decimal):
        return ["n", str(cell)]
    return ["t" if isinstance(cell, datetime) else "d", cell.isoformat()]


def _decoded_cell(cell: Any) -> Cell:
    if not isinstance(cell, list):
        found: Cell = cell
        return found
    kind, text = cell
    if kind == "n":
        return Decimal(text)
    return datetime.fromisoformat(text) if kind == "t" else date.fromisoformat(text)

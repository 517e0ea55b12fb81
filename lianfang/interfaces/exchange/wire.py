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


@dataclass(frozen=True, slots=True)
class Block:
    """Many rows of one width at once: `numbers` are (first row, how many) in order, `text` holds their cells.

    `between` parts cells and `after` ends rows; neither stands in a cell. In a `typed` block a cell that is no text
    begins with NUL and a letter for what it is (see `cell_text`).
    """

    numbers: tuple[tuple[int, int], ...]
    width: int
    between: str
    after: str
    typed: bool
    text: bytes


Record = Line | Mark | End | Block
BLOCK = b'["block",'  # how the line before a block begins


def encoded(record: Record) -> bytes:
    """The record as one line; after that of a block come as many bytes as it says."""
    match record:
        case Block():
            place = [record.numbers, record.width, record.between, record.after, record.typed]
            return json.dumps(["block", len(record.text), *place]).encode() + b"\n" + record.text
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
    """The record in this line, with the bytes of a block behind it; raises the `Refused` it carries."""
    head, _, rest = line.partition(b"\n")
    match json.loads(head):
        case ["block", length, numbers, width, between, after, typed] if length == len(rest):
            return Block(tuple((first, many) for first, many in numbers), width, between, after, typed, rest)
        case ["row", number, cells]:
            return Line(number, tuple([_decoded_cell(cell) for cell in cells]))
        case ["mark", code, row, column, facts, kept, problem]:
            return Mark(code, row, column, facts, _decoded_cell(kept), problem)
        case ["end", lines, encoding, header]:
            return End(lines, encoding, header if header is None else tuple(header))
        case ["refused", problems]:
            raise Refused([Problem(code, row=row, column=at, facts=facts) for code, row, at, facts in problems])
    raise ValueError("not a record")


def cell_text(cell: Cell) -> str | None:
    """A cell as text from which `cell_of` makes it again: NUL and a letter stand before what is no text."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return f"\0b{cell:d}"
    if isinstance(cell, Decimal):
        return f"\0n{cell}"
    return f"\0{'t' if isinstance(cell, datetime) else 'd'}{cell.isoformat()}"


def cell_of(text: str | None) -> Cell:
    """The cell that `cell_text` wrote."""
    if not text or text[0] != "\0":
        return text
    kind, rest = text[1:2], text[2:]
    match kind:
        case "b":
            return rest == "1"
        case "n":
            return Decimal(rest)
        case "t":
            return datetime.fromisoformat(rest)
    return date.fromisoformat(rest)


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

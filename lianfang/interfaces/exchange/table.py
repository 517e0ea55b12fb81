"""From records to a table (成表): the header is found, what is odd is named, and what was counted must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.findings import CONTROLS, Findings
from lianfang.interfaces.exchange.grid import Grid, unpacked_address
from lianfang.interfaces.exchange.guard import Looked
from lianfang.interfaces.exchange.header import Header, find_header, is_header_again, is_no_data
from lianfang.interfaces.exchange.package import Workbook
from lianfang.interfaces.exchange.sheet import MOST_PROBLEMS, Cell, Limits, Row, Sheet
from lianfang.interfaces.exchange.wire import Block, End, Line, Mark, Record

if TYPE_CHECKING:
    import polars as pl

    from lianfang.interfaces.exchange.frames import Blocks

MOST_LINES_ABOVE = 32  # lines among which the header is looked for, more than titles and a header take


class Rows(Protocol):
    """The rows of a table that hold something, line by line or by column; all are checked alike."""

    @property
    def numbers(self) -> Sequence[int] | pl.Series:
        """The rows as a person sees them, ascending."""

    def first(self, most: int) -> list[Line]:
        """The first rows, for finding the header."""

    def after(self, many: int) -> Rows:
        """The rows behind the first `many`."""

    def cells_in(self, index: int) -> int:
        """How many cells of a column hold something."""

    def checked(self, header: Header, findings: Findings, *, ragged: bool) -> tuple[Sequence[Row], pl.DataFrame | None]:
        """The rows fitted to the header, and the frame if there is one; what is wrong with a row is in `findings`."""


@dataclass(frozen=True, slots=True)
class LineRows:
    """Rows line by line."""

    lines: list[Line]

    @property
    def numbers(self) -> Sequence[int]:
        """See Rows."""
        return [line.number for line in self.lines]

    def first(self, most: int) -> list[Line]:
        """See Rows."""
        return self.lines[:most]

    def after(self, many: int) -> LineRows:
        """See Rows."""
        return LineRows(self.lines[many:])

    def cells_in(self, index: int) -> int:
        """See Rows."""
        return sum(len(line.cells) > index and line.cells[index] is not None for line in self.lines)

    def checked(self, header: Header, findings: Findings, *, ragged: bool) -> tuple[Sequence[Row], None]:
        """See Rows."""
        return tuple(_looked_at(self.lines, header, findings, ragged=ragged)), None


def assemble(looked: Looked, records: Iterable[Record], limits: Limits) -> Sheet:
    """The table these records make; `Refused` when it has no rows, too many, or not those that were counted."""
    found, marks, end = _collected(records, looked)
    if not looked.workbook and end.lines != looked.lines:
        raise Refused("file.structure", counted=looked.lines, read=end.lines)
    lines = found.first(MOST_LINES_ABOVE)
    if not lines:
        raise Refused("file.no_rows")
    header = _header(lines, looked, end)
    below = found.after(header.after)
    numbers = below.numbers
    if len(numbers) < limits.fewest_rows:
        raise Refused("file.no_rows", header_row=header.row)
    if len(numbers) > limits.max_rows:
        raise Refused(Problem("file.too_large", row=numbers[limits.max_rows], facts={"most_rows": limits.max_rows}))
    findings = Findings(header)
    _look_at_header(header, below, findings)
    _look_at_marks(marks, header, findings)
    _look_at_workbook(looked.workbook, header, below, findings)
    rows, frame = below.checked(header, findings, ragged=looked.kind == "text")
    return _sheet(rows, frame, numbers[-1] if len(numbers) else header.row, header, findings, looked, end)


def _collected(records: Iterable[Record], looked: Looked) -> tuple[Rows, list[Mark], End]:
    """Everything up to the end; equal texts are kept once, which is most of a table."""
    lines: list[Line] = []
    marks: list[Mark] = []
    blocks: Blocks | None = None
    texts: dict[Cell, Cell] = {}
    for record in records:
        match record:
            case Line():
                cells = [texts.setdefault(cell, cell) if type(cell) is str else cell for cell in record.cells]
                lines.append(Line(record.number, tuple(cells)))
            case Mark():
                if len(marks) < MOST_PROBLEMS or record.problem:
                    marks.append(record)
            case Block():
                blocks = _added(blocks, record)
            case End():
                return _rows(lines, blocks, looked, record), marks, record
    raise Refused("file.structure", reason="no_end")


def _added(blocks: Blocks | None, block: Block) -> Blocks:
    if blocks is None:
        from lianfang.interfaces.exchange import frames  # noqa: PLC0415  only large tables need it

        blocks = frames.Blocks()
    blocks.add(block)
    return blocks


def _rows(lines: list[Line], blocks: Blocks | None, looked: Looked, end: End) -> Rows:
    if blocks is not None:
        from lianfang.interfaces.exchange.frame_table import frame_rows  # noqa: PLC0415  only large tables need it

        return frame_rows(blocks, lines, looked, end)
    return LineRows(list(_agreed(lines, looked.workbook.grid)) if looked.workbook else lines)


def _agreed(lines: list[Line], grid: Grid) -> Iterator[Line]:
    """The lines, each holding as many cells as were counted; rows of nothing but errors come without cells."""
    read = iter(lines)
    for number, filled in zip(grid.rows, grid.filled, strict=True):
        line = next(read, None) if filled else Line(number, (None,) * grid.width)
        if line is None or line.number != number or sum(cell is not None for cell in line.cells) != filled:
            raise Refused(Problem("file.structure", row=number, facts={"reason": "rows_disagree"}))
        yield line
    if (more := next(read, None)) is not None:
        raise Refused(Problem("file.structure", row=more.number, facts={"reason": "rows_disagree"}))


def _header(lines: list[Line], looked: Looked, end: End) -> Header:
    if end.header is not None:
        return Header(end.header, 0, 0)
    header = find_header(lines, looked.workbook.grid.merges if looked.workbook else ())
    width = max(len(header.names), looked.workbook.grid.width if looked.workbook else 0)
    return replace(header, names=header.names + ("",) * (width - len(header.names)))


def _look_at_header(header: Header, below: Rows, findings: Findings) -> None:
    if header.titles:
        findings.note("csv.header", kept=header.row, warning=False, rows_above=header.titles)
    for index, name in enumerate(header.names):
        if name and name in header.names[:index]:
            findings.problem("header.duplicate", header.row, index)
        if not name and (cells := below.cells_in(index)):
            findings.note("header.unknown", row=header.row, column=findings.column(index), cells=cells)


def _look_at_marks(marks: list[Mark], header: Header, findings: Findings) -> None:
    for mark in marks:
        if mark.row <= header.row:
            continue
        if mark.problem:
            findings.problem(mark.code, mark.row, mark.column, **mark.facts)
        else:
            place: Mapping[str, Any] = {"row": mark.row, "column": findings.column(mark.column)}
            findings.note(mark.code, kept=mark.kept, **place, **mark.facts)


def _look_at_workbook(book: Workbook | None, header: Header, below: Rows, findings: Findings) -> None:
    if book is None:
        return
    for cell in book.grid.errors:
        _cell_problem("cell.error", cell, header, findings)
    _look_at_formulas(book, header, findings)
    _look_at_merges(book.grid, header, below, findings)
    if book.hidden_sheets:
        findings.note("file.hidden_sheet", sheets=book.hidden_sheets, read=book.name)
    if book.other_sheets:
        findings.note("file.other_sheets", sheets=book.other_sheets, read=book.name)
    if book.grid.hidden_rows:
        findings.note("file.hidden_rows", rows=book.grid.hidden_rows)
    width = book.grid.width
    hidden = {index for first, last in book.grid.hidden_columns for index in range(first, min(last + 1, width))}
    if hidden:
        findings.note("file.hidden_columns", columns=tuple(findings.column(index) for index in sorted(hidden)))


def _cell_problem(code: str, cell: int, header: Header, findings: Findings) -> None:
    row, column = unpacked_address(cell)
    if row >= header.row:
        findings.problem(code, row, column)


def _look_at_formulas(book: Workbook, header: Header, findings: Findings) -> None:
    """A result nobody calculated here and now is refused; one that was calculated is kept, with a warning a column."""
    unsure = set(book.grid.formulas if book.stale_formulas else book.grid.unsure)
    for cell in sorted(unsure):
        _cell_problem("cell.formula", cell, header, findings)
    columns: dict[int, list[int]] = defaultdict(lambda: [0, 0])  # cells, first row
    for cell in book.grid.formulas:
        row, column = unpacked_address(cell)
        if row > header.row and cell not in unsure:
            count = columns[column]
            count[:] = [count[0] + 1, count[1] or row]
    for column, (cells, row) in sorted(columns.items()):
        findings.note("cell.formula", column=findings.column(column), cells=cells, row=row)


def _look_at_merges(grid: Grid, header: Header, below: Rows, findings: Findings) -> None:
    """A value belongs to one row and one column: cells merged over several are refused, except in blank rows."""
    numbers = below.numbers
    if not grid.merges or not len(numbers):
        return
    present, last_row = set(numbers), numbers[-1]
    budget = last_row * max(grid.width, 1)
    for top, left, bottom, right in grid.merges:
        if left >= grid.width:
            continue
        rows = range(max(top, header.row + 1), min(bottom, last_row) + 1)
        budget -= len(rows)
        if budget < 0:
            raise Refused("file.structure", reason="merges_overlap")
        for row in rows:
            if row in present and (row > top or right > left):
                findings.problem("cell.merged", row, left)


def _looked_at(below: list[Line], header: Header, findings: Findings, *, ragged: bool) -> Iterator[Row]:
    width = len(header.names)
    for line in below:
        cells = line.cells
        if ragged and len(cells) != width and (len(cells) < width or any(cell is not None for cell in cells[width:])):
            findings.problem("row.columns", line.number, None, columns=len(cells), expected=width)
        if is_header_again(line, header):
            findings.problem("row.is_header", line.number)
        elif is_no_data(line):
            findings.problem("row.not_data", line.number)
        for index, cell in enumerate(cells):
            if type(cell) is str and not cell.isprintable() and CONTROLS.search(cell):
                findings.problem("text.control_character", line.number, index)
        yield Row(line.number, _fitted(cells, width))


def _fitted(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    """As wide as the header; what lies beyond it is kept when it is not blank."""
    if len(cells) < width:
        return cells + (None,) * (width - len(cells))
    while len(cells) > width and cells[-1] is None:
        cells = cells[:-1]
    return cells


def _sheet(
    rows: Sequence[Row], frame: pl.DataFrame | None, last: int, header: Header, findings: Findings, looked: Looked,
    end: End,
) -> Sheet:  # fmt: skip
    blank = last - header.row - len(rows)
    return Sheet(
        header=header.names,
        header_row=header.row,
        rows=rows,
        blank=blank,
        read=len(rows) + blank,
        warnings=tuple(findings.notes),
        encoding=end.encoding,
        problems=findings.problems(),
        refused_rows=frozenset(findings.refused_rows) - {header.row},
        name=looked.workbook.name if looked.workbook else "",
        frame=frame,
    )

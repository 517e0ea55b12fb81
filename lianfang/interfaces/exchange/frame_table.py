"""The rows of a large table by column (列式成表): checked as row by row, but once for a value instead of for a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.encoding import is_mojibake
from lianfang.interfaces.exchange.findings import CONTROLS, Findings
from lianfang.interfaces.exchange.frames import ROW, Blocks, FrameRows, column, first_lines, frame_of
from lianfang.interfaces.exchange.grid import Grid
from lianfang.interfaces.exchange.guard import Looked
from lianfang.interfaces.exchange.header import Header, is_header_again, is_no_data
from lianfang.interfaces.exchange.plain_text import LOOKED_AT
from lianfang.interfaces.exchange.sheet import Cell, Row
from lianfang.interfaces.exchange.wire import End, Line, cell_of, cell_text

_NO_WORDS = "^[0-9A-Z-]*[0-9]$"  # a first cell that ends in a digit and has no small letter begins no total
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}]"


@dataclass(frozen=True, slots=True)
class ByColumn:
    """The rows of a frame; `ragged` are those of another width than most, by number, with all their cells."""

    frame: pl.DataFrame
    ragged: Mapping[int, Line] = field(default_factory=dict)
    typed: bool = False
    encoding: str = ""
    usual: int = 0  # cells of the rows that are not ragged

    @property
    def numbers(self) -> pl.Series:
        """See Rows."""
        return self.frame[ROW]

    def first(self, most: int) -> list[Line]:
        """See Rows; a row of another width keeps it."""
        return list(map(self._as_written, first_lines(self.frame, most)))

    def _as_written(self, line: Line) -> Line:
        """The line with as many cells as it was written with; those of a workbook have none."""
        if self.typed:
            return line
        return self.ragged.get(line.number, Line(line.number, line.cells[: self.usual]))

    def after(self, many: int) -> ByColumn:
        """See Rows."""
        return replace(self, frame=self.frame[many:])

    def cells_in(self, index: int) -> int:
        """See Rows."""
        return self.frame[column(index)].count() if index < self.width else 0

    @property
    def width(self) -> int:
        """Columns of the frame."""
        return self.frame.width - 1

    def checked(self, header: Header, findings: Findings, *, ragged: bool) -> tuple[Sequence[Row], pl.DataFrame]:
        """See Rows."""
        beyond = dict(self._beyond(header, findings, ragged=ragged))
        for line in self._suspects(header):
            if is_header_again(line, header):
                findings.problem("row.is_header", line.number)
            elif is_no_data(line):
                findings.problem("row.not_data", line.number)
        for index in range(self.width):
            self._look_at_column(index, findings)
        frame = self._fitted(len(header.names))
        return FrameRows(frame, beyond, len(header.names)), frame

    def _fitted(self, width: int) -> pl.DataFrame:
        """As wide as the header; wider only where cells beyond it hold something."""
        last = max([width, *(i + 1 for i in range(width, self.width) if self.frame[column(i)].count())])
        more = [pl.lit(None, pl.String).alias(column(i)) for i in range(self.width, last)]
        return self.frame.select(ROW, *(column(i) for i in range(min(last, self.width))), *more)

    def _beyond(self, header: Header, findings: Findings, *, ragged: bool) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Rows that are narrower or wider than the header, and the cells of theirs that the frame does not hold."""
        width = len(header.names)
        numbers = set(self.numbers) if self.ragged else set()
        for number in sorted(numbers & self.ragged.keys()):
            cells = self.ragged[number].cells
            if ragged and (len(cells) < width or any(cell is not None for cell in cells[width:])):
                findings.problem("row.columns", number, None, columns=len(cells), expected=width)
            rest = cells[self.width :]
            for index, cell in enumerate(rest, start=self.width):
                if isinstance(cell, str):
                    self._look_at_cells([(number, cell)] if CONTROLS.search(cell) else [], index, findings)
                    self._look_at_spoilt([number] if is_mojibake(cell) else [], index, findings)
            last = max((at for at, cell in enumerate(rest, start=1) if cell is not None), default=0)
            yield number, rest[:last]
        if ragged and self.usual != width:
            self._all_ragged(width, findings)

    def _all_ragged(self, width: int, findings: Findings) -> None:
        """When the header is not as wide as most rows, it is those rows that are wrong."""
        beyond = [pl.col(column(i)).is_not_null() for i in range(width, self.usual)]
        wrong = self.frame if self.usual < width else self.frame.filter(pl.any_horizontal(beyond))
        for number in wrong[ROW]:
            if number not in self.ragged:
                findings.problem("row.columns", number, None, columns=self.usual, expected=width)

    def _suspects(self, header: Header) -> Iterator[Line]:
        """Rows whose first cell is one of the header's, or begins a total or a signature."""
        first = self.frame.select(ROW, pl.coalesce(pl.all().exclude(ROW)).alias("first"))
        values = first["first"].unique().drop_nulls()
        seen = [text for cell in header.seen if (text := cell_text(cell)) is not None]
        words = values.filter(~values.str.contains(_NO_WORDS))
        odd = [*values.filter(values.is_in(seen)), *(text for text in words if is_no_data(Line(0, (cell_of(text),))))]
        some = first["first"].is_in(odd) if odd else pl.repeat(False, first.height, eager=True)
        rows = self.frame.filter(some | self.numbers.is_in(list(self.ragged)))
        yield from map(self._as_written, first_lines(rows, rows.height))

    def _look_at_column(self, index: int, findings: Findings) -> None:
        """Control characters, and Chinese that was read in the wrong encoding before it came here."""
        texts = self.frame[column(index)]
        if self.typed:
            texts = pl.select(pl.when(~texts.str.starts_with("\0")).then(texts)).to_series()
        self._look_at_cells(self._rows_of(texts, texts.str.contains(_CONTROLS)), index, findings)
        foreign = texts.filter(texts.str.len_bytes() != texts.str.len_chars()).unique()
        spoilt = [text for text in foreign if text is not None and is_mojibake(text)]
        if spoilt:
            self._look_at_spoilt([number for number, _ in self._rows_of(texts, texts.is_in(spoilt))], index, findings)

    def _look_at_cells(self, cells: Iterable[tuple[int, str]], index: int, findings: Findings) -> None:
        for number, text in cells:
            if CONTROLS.search(text):
                findings.problem("text.control_character", number, index)

    def _look_at_spoilt(self, numbers: Iterable[int], index: int, findings: Findings) -> None:
        for number in numbers:
            if self.encoding == "gb18030":  # this row is UTF-8 in a file that otherwise is not
                raise Refused(Problem("encoding", row=number, facts={"seen": "mixed"}))
            findings.note("text.mojibake", row=number, column=findings.column(index))

    def _rows_of(self, texts: pl.Series, chosen: pl.Series) -> Iterable[tuple[int, str]]:
        if not chosen.any():
            return ()
        return zip(self.numbers.filter(chosen), texts.filter(chosen), strict=True)


def frame_rows(blocks: Blocks, lines: Sequence[Line], looked: Looked, end: End) -> ByColumn:
    """All rows of a table, those above the header too; Refused `file.structure` when not those that were counted."""
    wide = [len(line.cells) for line in lines if line.number <= LOOKED_AT]  # one of them may be the header
    width = max([looked.workbook.grid.width if looked.workbook else 0, *blocks.widths, *wide])
    frame = frame_of(blocks, lines, width)
    ragged = {line.number: line for line in lines}
    if looked.workbook:
        return ByColumn(_agreed(frame, looked.workbook.grid), {}, typed=True)
    return ByColumn(frame, ragged, encoding=end.encoding, usual=blocks.widths[0])


def _agreed(frame: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    """The frame with the rows that hold nothing but errors, each row holding as many cells as were counted."""
    counted = pl.DataFrame(
        {ROW: pl.Series(grid.rows, dtype=pl.UInt32), "counted": pl.Series(grid.filled, dtype=pl.UInt32)}
    )
    cells = pl.sum_horizontal(pl.all().exclude(ROW).is_not_null()).cast(pl.UInt32)
    both = counted.join(frame.select(ROW, cells.alias("found")), on=ROW, how="full", coalesce=True)
    wrong = both.filter(pl.col("counted").is_null() | (pl.col("counted") != pl.col("found").fill_null(0)))
    if not wrong.is_empty():
        first = wrong[ROW].min()
        raise Refused(Problem("file.structure", row=int(str(first)), facts={"reason": "rows_disagree"}))
    if counted.height == frame.height:
        return frame
    return counted.select(ROW).join(frame, on=ROW, how="left", maintain_order="left")

"""A large table by its columns (列式表格): blocks of rows become one frame, and its rows can still be asked for.

Frames have the column `row` (as a person sees it) and `c0`, `c1`, … of text; a blank cell is null. Polars is loaded
only by a process that meets such a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import overload

import polars as pl

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import BLANKS, Cell, Row
from lianfang.interfaces.exchange.wire import Block, Line, cell_of, cell_text

ROW = "row"
AT_A_TIME = 10_000  # rows made at once when somebody goes through all of them
_ONLY_BLANKS = f"^[{BLANKS}]+$"


def column(index: int) -> str:
    """The name of a column of a frame, counted from 0."""
    return f"c{index}"


class Blocks:
    """Blocks as they come, each made a frame beside the reading of the next; their text is not kept."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="blocks")
        self._frames: list[Future[pl.DataFrame]] = []
        self.widths: list[int] = []

    def add(self, block: Block) -> None:
        """Take the next block."""
        self.widths.append(block.width)
        self._frames.append(self._thread.submit(_block_frame, block))

    def frames(self) -> list[pl.DataFrame]:
        """The frame of each, without rows that hold nothing. Raises Refused `file.structure`, see `frame_of`."""
        try:
            return [frame.result() for frame in self._frames]
        finally:
            self._thread.shutdown(cancel_futures=True)


def frame_of(blocks: Blocks, lines: Sequence[Line], width: int) -> pl.DataFrame:
    """The rows of blocks and of single lines in order, those without any value left out.

    Cells of a line beyond `width` are left out. Raises Refused `file.structure` when a block does not hold the rows
    that it says.
    """
    parts = [_widened(frame, width) for frame in blocks.frames()]
    if lines:  # of these each holds something, if only beyond the width
        parts.append(_line_frame(lines, width))
    frame = pl.concat(parts, rechunk=True)
    return frame.sort(ROW) if lines else frame


def _widened(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    more = (pl.lit(None, pl.String).alias(column(index)) for index in range(frame.width - 1, width))
    return frame.with_columns(*more)


def _block_frame(block: Block) -> pl.DataFrame:
    names = [column(index) for index in range(block.width)]
    read = pl.read_csv(
        block.text, has_header=False, new_columns=names, schema=dict.fromkeys(names, pl.String),
        separator=block.between, eol_char=block.after, quote_char=None, raise_if_empty=False,
    )  # fmt: skip
    if read.height != sum(many for _, many in block.numbers):
        raise Refused("file.structure", reason="rows_disagree")
    numbers = pl.concat([pl.int_range(n, n + many, dtype=pl.UInt32, eager=True) for n, many in block.numbers])
    filled = pl.any_horizontal(pl.col(names).is_not_null())
    return read.select(numbers.alias(ROW), *map(_without_blanks, names)).filter(filled)


def _without_blanks(name: str) -> pl.Expr:
    """The column, cells of nothing but white space being null."""
    text = pl.col(name)
    return pl.when(text.str.contains(_ONLY_BLANKS)).then(None).otherwise(text).alias(name)


def _line_frame(lines: Sequence[Line], width: int) -> pl.DataFrame:
    cells = [[*(cell_text(cell) for cell in line.cells[:width]), *[None] * (width - len(line.cells))] for line in lines]
    rows = [(line.number, *some) for line, some in zip(lines, cells, strict=True)]
    schema = {ROW: pl.UInt32, **{column(i): pl.String for i in range(width)}}
    return pl.DataFrame(rows, schema=schema, orient="row")


def first_lines(frame: pl.DataFrame, most: int) -> list[Line]:
    """The first rows as lines, for finding the header."""
    return [Line(number, tuple(map(cell_of, cells))) for number, *cells in frame.head(most).iter_rows()]


class FrameRows(Sequence[Row]):
    """The rows of a frame, made when they are asked for: as wide as the header, or up to the last cell with a value.

    `beyond` are cells right of the frame, by row.
    """

    def __init__(self, frame: pl.DataFrame, beyond: Mapping[int, tuple[Cell, ...]], width: int) -> None:
        self._frame, self._beyond, self._width = frame, beyond, width

    def __len__(self) -> int:
        return self._frame.height

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return FrameRows(self._frame[at], self._beyond, self._width)
        return self._row(self._frame.row(at))

    def __iter__(self) -> Iterator[Row]:
        for piece in self._frame.iter_slices(AT_A_TIME):
            yield from map(self._row, piece.iter_rows())

    def of(self, numbers: Iterable[int]) -> FrameRows:
        """The rows with these numbers, in the order of the table."""
        chosen = pl.Series(ROW, list(numbers), pl.UInt32)
        return FrameRows(self._frame.filter(pl.col(ROW).is_in(chosen.implode())), self._beyond, self._width)

    def _row(self, values: tuple[int | str | None, ...]) -> Row:
        number, *texts = values
        assert isinstance(number, int)  # noqa: S101  the first column
        cells = [*map(cell_of, texts), *self._beyond.get(number, ())]  # type: ignore[arg-type]
        while len(cells) > self._width and cells[-1] is None:
            cells.pop()
        return Row(number, tuple(cells))

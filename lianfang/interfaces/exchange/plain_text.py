"""A text table without quotes (无引号的文本表格), which is cut at its signs: a million lines in blocks of lines.

Where no cell is quoted, a line is a row and each delimiter parts two cells, so nothing has to be interpreted; whatever
is not as simple is left to the strict reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lianfang.interfaces.exchange.grid import ROOM_ABOVE
from lianfang.interfaces.exchange.sheet import Limits, filled
from lianfang.interfaces.exchange.wire import Block, Line

LINES_A_BLOCK = 1 << 16
LOOKED_AT = 64  # lines that tell the width of the table, its header among them
_MORE_COLUMNS = 16  # that a header may have and its rows not
_LONGEST_LINE = 32_767  # characters: then no cell is longer than cells may be
_SIGNS_OF_BLOCKS = "\0"


@dataclass(slots=True)
class PlainText:
    """The lines of a text whose rows nearly all have the same `width`; `lines` counts all of them."""

    rows: list[str]
    delimiter: str
    width: int

    @property
    def lines(self) -> int:
        """Lines of the text."""
        return len(self.rows)

    def first_lines(self) -> list[Line]:
        """The lines among which the header is."""
        return [self._line(number, text) for number, text in enumerate(self.rows[:LOOKED_AT], start=1)]

    def _line(self, number: int, text: str) -> Line:
        return Line(number, tuple(filled(cell) for cell in text.split(self.delimiter)))

    def records(self) -> Iterator[Block | Line]:
        """Blocks of lines of the usual width; a line of another width that holds something comes by itself."""
        number = 1
        lines = iter(self.rows)
        while some := list(islice(lines, LINES_A_BLOCK)):
            yield from self._records(number, some)
            number += len(some)

    def _records(self, first: int, lines: list[str]) -> Iterator[Block | Line]:
        delimiters = self.width - 1
        odd = [at for at, line in enumerate(lines) if line.count(self.delimiter) != delimiters]
        starts, ends = [0, *(at + 1 for at in odd)], [*odd, len(lines)]
        runs = tuple((first + start, end - start) for start, end in zip(starts, ends, strict=True) if end > start)
        for at in odd:
            line = self._line(first + at, lines[at])
            if any(line.cells):
                yield line
        if runs:
            among = set(odd)
            kept = [line for at, line in enumerate(lines) if at not in among] if odd else lines
            text = "\n".join(kept).encode()
            yield Block(runs, self.width, self.delimiter, "\n", typed=False, text=text)


def plain_of(text: str, delimiter: str, limits: Limits) -> PlainText | None:
    """The text cut into lines; None when it holds quotes, single CRs, or anything else a strict reader must judge."""
    if '"' in text or text[:1] == "\ufeff" or _SIGNS_OF_BLOCKS in text:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\r" in text:
        return None
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines or len(lines) > limits.max_rows + ROOM_ABOVE or len(max(lines, key=len)) > _LONGEST_LINE:
        return None
    counts = [line.count(delimiter) for line in lines[:LOOKED_AT]]
    width = max(set(counts), key=counts.count) + 1
    even = max(counts) < width + _MORE_COLUMNS  # or rows as wide as the header would hold next to nothing
    return PlainText(lines, delimiter, width) if even and 1 < width <= limits.max_columns else None

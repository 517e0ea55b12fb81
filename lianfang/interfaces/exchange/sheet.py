"""A table as it was uploaded or pasted (导入表): header, rows, what is odd about it, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from lianfang.domain.refusals import Note, Problem

if TYPE_CHECKING:  # loaded only by processes that meet a large table
    import polars as pl

Cell = str | Decimal | bool | datetime | date | None

# White space that leaves a cell blank. Control characters are none: they are found and refused.
BLANKS = " \t\r\n\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))

MOST_PROBLEMS = 1_000  # problems, and warnings, that one answer carries


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of the service (limits of the service, not rules of an epidemic)."""

    max_file_mib: int = 20  # MiB as uploaded
    max_unpacked_mib: int = 100  # MiB after unpacking, and of text once repeated text is written out
    max_rows: int = 200_000  # rows of data under the header
    fewest_rows: int = 1  # of data under the header; fewer are refused as a file without rows
    max_columns: int = 200
    seconds: int = 60  # of work, counted once for looking at the file and once for reading it
    memory_mib: int = 512  # MiB of address space of the reading process
    blocks_from: int = 1 << 18  # bytes of text, or filled cells, from which a table is handed on in blocks

    @property
    def times_upload(self) -> int:
        """How many times what an upload may unpack to, a whole number and at least one."""
        return max(1, self.max_unpacked_mib // Limits().max_unpacked_mib)

    @property
    def file_bytes(self) -> int:
        """Bytes a file may have as uploaded."""
        return self.max_file_mib << 20

    @property
    def unpacked_bytes(self) -> int:
        """Bytes a file may have after unpacking."""
        return self.max_unpacked_mib << 20


LOCAL = Limits(max_file_mib=512, max_unpacked_mib=2_000, max_rows=1_048_576, seconds=600, memory_mib=4_096)
"""What a file on the machine's own disk may ask, which somebody put there who can stop the service anyway."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something.

    `number` is the row as a person sees it (the first row of the sheet is 1; in NDJSON it is the line).
    `cells` has at least one cell for each column of the header; blank cells are None, text is as it was written,
    dates and times have no zone because a workbook has none.
    """

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table, read faithfully; `read == len(rows) + blank` always.

    `header` holds cleaned column names, "" for a column without one. `header_row` is 0 where a format has no header
    row. `problems` holds the first 1,000, in the order of the table; `refused_rows` names every row that has one, so
    that the rest may be kept if the person chooses to.
    """

    header: tuple[str, ...]
    header_row: int
    rows: Sequence[Row]
    blank: int  # rows without any value between the header and the last row
    read: int  # rows under the header, blank ones included
    warnings: tuple[Note, ...] = ()
    encoding: str = ""  # "utf-8", "gb18030" or "utf-16"; "" for a workbook
    problems: tuple[Problem, ...] = ()
    refused_rows: frozenset[int] = frozenset()
    name: str = ""  # of the sheet within the workbook
    frame: pl.DataFrame | None = None  # the same rows by column, of a large table (see `frames`)

    def records(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Each row as (row number, {column name: cell}), columns without a name left out."""
        for row in self.rows:
            yield row.number, {name: cell for name, cell in zip(self.header, row.cells, strict=False) if name}


def filled(text: str) -> str | None:
    """The text as it was written, or None for a blank cell."""
    return text if text.strip(BLANKS) else None


def column_letters(index: int) -> str:
    """The letters of a column by its index from 0, as a spreadsheet shows them (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, place = divmod(index - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters

"""One side's file as a list of persons (读取一方名单): what was read as what, which rows are none, and the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lianfang.domain.linkage.listing import Coded, Listing
from lianfang.domain.refusals import Note, Refused
from lianfang.interfaces.exchange.process import child_records
from lianfang.interfaces.exchange.reading import read_table, read_text_table
from lianfang.interfaces.exchange.recognition import Recognised, recognise
from lianfang.interfaces.exchange.sheet import LOCAL, MOST_PROBLEMS, Cell, Limits, Sheet
from lianfang.interfaces.exchange.wire import Record

if TYPE_CHECKING:
    import polars as pl

PASSED_OVER: Final = frozenset({"row.not_data", "row.is_header"})
"""Rows that no list of persons means as persons: sums, signatures, the header once more."""
SAMPLE: Final = 200  # rows by which a column without a telling name is judged
DIGITS_KEPT: Final = 15  # of a number in a workbook; what follows was lost when it was typed
_SNIFFED: Final = 4_096  # bytes
_LIMITS: Final = replace(LOCAL, blocks_from=4 << 20)  # smaller files are read before the frames have been loaded


@dataclass(frozen=True, slots=True)
class Side:
    """One file read: its persons, and the data row (from 1) and the sheet row (as a person sees it) of each.

    Data rows are the rows under the header that hold something, sums and signatures among them.
    `passed_over` are sheet rows that are no persons, `cut` counts numbers whose last digits a workbook has lost.
    """

    path: Path
    listing: Listing
    recognised: Recognised
    data_rows: np.ndarray[Any, np.dtype[np.int64]]
    sheet_rows: np.ndarray[Any, np.dtype[np.int64]]
    header_row: int
    passed_over: tuple[int, ...]
    cut: int
    encoding: str
    notes: tuple[Note, ...]

    def __len__(self) -> int:
        return len(self.data_rows)


def read_side(path: Path, given: Mapping[str, str] | None = None) -> Side:
    """The list in this file; `given` names the column of a field. Raises Refused with the row and column at fault."""
    sheet = _sheet(path)
    recognised = recognise(sheet.header, given=given, sample=_sample(sheet))
    _refuse_faults(sheet, recognised)
    skipped = sorted({problem.row or 0 for problem in sheet.problems if problem.code in PASSED_OVER})
    numbers = np.array(_numbers(sheet), np.int64)
    kept = np.flatnonzero(~np.isin(numbers, skipped))
    if not len(kept):
        raise Refused("file.no_rows", header_row=sheet.header_row)
    columns, cut = _columns(sheet, recognised)
    listing = Listing(columns)
    return Side(
        path=path,
        listing=listing if len(kept) == len(numbers) else listing.take(kept),
        recognised=recognised,
        data_rows=kept + 1,
        sheet_rows=numbers[kept],
        header_row=sheet.header_row,
        passed_over=tuple(skipped),
        cut=cut,
        encoding=sheet.encoding,
        notes=sheet.warnings,
    )


def _sheet(path: Path) -> Sheet:
    """The table; text in an encoding that only shows itself on a second look is read once more."""
    try:
        return read_table(path, path.name, _LIMITS, reader=_reader(path))
    except Refused as refused:
        encoding = _other_encoding(path, str(refused.problems[0].facts.get("seen")))
        if refused.code != "encoding" or encoding is None:
            raise
        try:
            text = path.read_bytes().decode(encoding)
        except UnicodeError:
            raise refused from None
    return replace(read_text_table(text, _LIMITS, reader=_records), encoding=encoding)


def _other_encoding(path: Path, seen: str) -> str | None:
    """What to try for text that is neither UTF-8 nor GB 18030 nor marked: Big5, or two bytes a character."""
    if seen != "utf-16":
        return {"big5": "big5hkscs", "utf-32": "utf-32"}.get(seen)
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"


def _reader(path: Path) -> Any:
    """Text is read here, which starts sooner; a workbook in a child process, as a fault of its reader ends that."""
    with path.open("rb") as file:
        return child_records if file.read(2) == b"PK" else _records


def _records(request: Mapping[str, Any], limits: Limits) -> AbstractContextManager[Iterator[Record]]:
    @contextmanager
    def opened() -> Iterator[Iterator[Record]]:
        from lianfang.interfaces.exchange.child import records  # noqa: PLC0415  the same readers, without the process

        yield records(request)

    return opened()


def _refuse_faults(sheet: Sheet, recognised: Recognised) -> None:
    """What is wrong with a row or with a cell that is used: a list is compared whole or not at all."""
    used = {recognised.name(at) for at in recognised.columns.values()}
    others = [problem for problem in sheet.problems if problem.code not in PASSED_OVER]
    faults = [problem for problem in others if not problem.column or problem.column in used]
    if faults or len(sheet.problems) >= MOST_PROBLEMS:  # then there may be more, and worse ones
        raise Refused(faults or sheet.problems)


def _sample(sheet: Sheet) -> list[list[str | None]]:
    return [[text_of(cell) for cell in row.cells] for row in islice(iter(sheet.rows), SAMPLE)]


def _numbers(sheet: Sheet) -> Sequence[int]:
    if sheet.frame is not None:
        return sheet.frame["row"].to_list()
    return [row.number for row in sheet.rows]


def _columns(sheet: Sheet, recognised: Recognised) -> tuple[dict[str, Sequence[str | None]], int]:
    """(the columns that are used as text, how many numbers were cut)."""
    columns: dict[str, Sequence[str | None]] = {}
    cut = 0
    for field, at in recognised.columns.items():
        if sheet.frame is not None:
            columns[field] = _coded(sheet.frame[f"c{at}"])
            continue
        cells = [row.cells[at] for row in sheet.rows]
        columns[field] = [text_of(cell) for cell in cells]
        cut += sum(isinstance(cell, Decimal) and _is_cut(cell) for cell in cells)
    return columns, cut


def _coded(column: pl.Series) -> Coded:
    """The column of a large table, each distinct text once."""
    from lianfang.interfaces.exchange.wire import cell_of  # noqa: PLC0415

    found = column.drop_nulls().unique()
    place = {text: at for at, text in enumerate(found.to_list())}
    codes = np.fromiter((place.get(text, -1) for text in column.to_list()), np.int64, len(column))
    return Coded(codes, [text_of(cell_of(text)) or "" for text in place])


def text_of(cell: Cell) -> str | None:
    """A cell as text: days as ISO 8601, numbers without an exponent, lost digits as stars."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return _number(cell)


def _number(number: Decimal) -> str:
    text = format(number, "f")
    if not _is_cut(number):
        return text.rstrip("0").rstrip(".") if "." in text else text
    return text[:DIGITS_KEPT] + "*" * (len(text) - DIGITS_KEPT)


def _is_cut(number: Decimal) -> bool:
    """Whether a workbook has kept only the first digits of a longer number, such as an identity number."""
    return number.is_finite() and number >= 10**DIGITS_KEPT

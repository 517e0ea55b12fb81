"""Lists written for spreadsheets and programs (导出): CSV, XLSX and NDJSON, row by row, text never being a formula."""

from __future__ import annotations

import codecs
import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, Self

import xlsxwriter

from lianfang.domain.refusals import Problem
from lianfang.interfaces.exchange.sheet import Sheet

Kind = Literal["csv", "xlsx", "ndjson"]
Target = BinaryIO | Path

ROWS_OF_A_SHEET = 1_048_576
MOST_CHARACTERS = 32_767  # of one cell, in UTF-16 units
MOST_DIGITS = 15  # that a spreadsheet keeps; a longer number is written as text
_GREATEST_EXPONENT = 300  # well within a binary double

LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")

# A cell that begins so is run by a spreadsheet (OWASP, CSV injection), full-width signs included.
_FORMULA = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_FIRST_DAY_OF_SPREADSHEETS = date(1900, 3, 1)  # before it, spreadsheets disagree by a day


class Writer(Protocol):
    """Takes rows in the order of the columns; `close` ends the table and leaves a given stream open."""

    def row(self, values: Iterable[Any]) -> None:
        """Write one row: None is an empty cell, zero is 0, and what is no text, number or day goes as its text."""

    def close(self) -> None:
        """End the table."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def open_writer(kind: Kind, target: Target, columns: Sequence[str], *, sheet: str = "") -> Writer:
    """A writer of this kind of table, its header already written; `sheet` names the sheet of a workbook."""
    if kind == "csv":
        return CsvWriter(target, columns)
    if kind == "ndjson":
        return LineWriter(target, columns)
    return WorkbookWriter(target, columns, sheet=sheet)


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might run this text, or run it after somebody trims it."""
    return _FORMULA.match(text) is not None


def safe_text(text: str) -> str:
    """The text without control characters, direction overrides and half characters; tabs and line ends stay."""
    return text if text.isprintable() else _UNSAFE.sub("", text)


class _Ending:
    """A writer as a context manager, and the streams it opened itself."""

    def __init__(self, target: Target) -> None:
        self._own = ExitStack()
        self._stream = self._own.enter_context(target.open("wb")) if isinstance(target, Path) else target

    @property
    def stream(self) -> BinaryIO:
        """Where the rows go, for whoever has them worded already."""
        return self._stream

    def close(self) -> None:
        """End the table."""
        self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CsvWriter(_Ending):
    """CSV in UTF-8 with a mark, by which spreadsheets recognise it; formula-like text gets an apostrophe in front."""

    def __init__(self, target: Target, columns: Sequence[str]) -> None:
        super().__init__(target)
        self._stream.write(codecs.BOM_UTF8)
        self._rows = csv.writer(self)
        self.row(columns)

    def write(self, text: str) -> None:
        """Take the text of a row from the formatter."""
        self._stream.write(text.encode())

    def row(self, values: Iterable[Any]) -> None:
        """Write one row."""
        self._rows.writerow([_csv_cell(value) for value in values])


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, int | float | date):
        return _as_text(value)
    text = safe_text(str(value))
    return f"'{text}" if is_formula_like(text) else text


class LineWriter(_Ending):
    """NDJSON: an object a line, keys in the order of the columns; exact numbers, days as ISO 8601."""

    def __init__(self, target: Target, columns: Sequence[str]) -> None:
        super().__init__(target)
        self._columns = [safe_text(column) for column in columns]

    def row(self, values: Iterable[Any]) -> None:
        """Write one row."""
        members = dict(zip(self._columns, map(_json_value, values), strict=True))
        self._stream.write(json.dumps(members, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value.adjusted()) <= MOST_DIGITS
        return int(value) if whole else float(value) if _fits_a_double(value) else str(value)
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return safe_text(_as_text(value))


class WorkbookWriter(_Ending):
    """XLSX with constant memory; text is text whatever it begins with, and a table may go on over several sheets."""

    def __init__(
        self, target: Target, columns: Sequence[str], *, sheet: str = "", rows_of_a_sheet: int = ROWS_OF_A_SHEET
    ) -> None:
        super().__init__(target)
        never = ("strings_to_formulas", "strings_to_numbers", "strings_to_urls")
        self._book = xlsxwriter.Workbook(self._stream, {"constant_memory": True} | dict.fromkeys(never, False))
        self._title = self._book.add_format({"bold": True, "num_format": "@"})
        self._quoted = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._text = self._book.add_format({"num_format": "@"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._columns, self._last = columns, rows_of_a_sheet
        self.start_sheet(sheet, columns)

    def start_sheet(self, name: str, columns: Sequence[str]) -> None:
        """Go on in a new sheet with these columns."""
        self._name, self._columns = name, columns
        self._sheet = self._book.add_worksheet(_NOT_IN_SHEET_NAMES.sub(" ", name)[:LONGEST_SHEET_NAME].strip() or None)
        self._sheet.freeze_panes(1, 0)
        self._at = 0
        self._write(columns, self._title)

    def row(self, values: Iterable[Any]) -> None:
        """Write one row."""
        if self._at >= self._last:
            self.start_sheet("", self._columns)
        self._write(values)

    def _write(self, values: Iterable[Any], look: Any = None) -> None:
        for column, value in enumerate(values):
            if value is not None:
                self._cell(column, value, look)
        self._at += 1

    def _cell(self, column: int, value: Any, look: Any) -> None:
        sheet, at, found = self._sheet, self._at, workbook_value(value)
        if isinstance(found, bool):
            sheet.write_boolean(at, column, found)
        elif isinstance(found, float):
            sheet.write_number(at, column, found)
        elif isinstance(found, date):
            sheet.write_datetime(at, column, found, self._moment if isinstance(found, datetime) else self._day)
        else:
            sheet.write_string(at, column, found, look or (self._quoted if is_formula_like(found) else self._text))

    def close(self) -> None:
        """Put the workbook together and write it."""
        self._book.close()
        super().close()


def workbook_value(value: Any) -> bool | float | date | str:
    """A value as a cell of a workbook holds it: text wherever a spreadsheet would change a number or a day."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal) and _fits_a_double(value):
        return float(value)
    if isinstance(value, date) and _is_spreadsheet_day(value):
        return value
    return _cut(safe_text(_as_text(value)))


def write_errors(
    sheet: Sheet,
    problems: Sequence[Problem],
    target: Target,
    *,
    say: Callable[[Problem], str],
    column: str = "问题",
    elsewhere: str = "整个文件",
) -> None:
    """Give a refused table back: the same columns and rows, and one more column that names each row's problems.

    `say` words a problem; problems of no row stand on a sheet of their own, named `elsewhere`.
    """
    by_row: dict[int | None, list[str]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(say(problem))
    known = {row.number for row in sheet.rows}
    width = max([len(sheet.header), *(len(row.cells) for row in sheet.rows)])
    header = [*sheet.header, *[""] * (width - len(sheet.header)), column]
    with WorkbookWriter(target, header, sheet=sheet.name) as writer:
        for row in sheet.rows:
            beyond = [None] * (width - len(row.cells))
            writer.row([*row.cells, *beyond, "\n".join(by_row.get(row.number, ())) or None])
        rest = [text for row, texts in by_row.items() if row not in known for text in texts]
        if rest:
            writer.start_sheet(elsewhere, [column])
        for text in rest:
            writer.row([text])


def _as_text(value: Any) -> str:
    """The value in words a person and a program both read; a moment keeps its offset."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(number: Decimal) -> str:
    """The number without an exponent, unless its digits would be made up."""
    return format(number, "f") if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS else str(number)


def _fits_a_double(number: float | Decimal) -> bool:
    """Whether a spreadsheet keeps every digit of this number."""
    exact = Decimal(str(number))
    if not exact.is_finite() or abs(exact.adjusted()) > _GREATEST_EXPONENT:
        return False
    return len(exact.normalize().as_tuple().digits) <= MOST_DIGITS


def _is_spreadsheet_day(value: date) -> bool:
    day = value.date() if isinstance(value, datetime) else value
    return day >= _FIRST_DAY_OF_SPREADSHEETS and not (isinstance(value, datetime) and value.tzinfo)


def _cut(text: str) -> str:
    """As much of a text as one cell takes, the cut being visible."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", errors="ignore") + "…"

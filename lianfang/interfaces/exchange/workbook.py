"""A workbook (工作簿) read by calamine, in the child process only: a hostile file can make that reader abort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import Cell, filled
from lianfang.interfaces.exchange.text_table import mojibake_marks
from lianfang.interfaces.exchange.wire import Block, End, Line, Mark, Record, cell_text

# A day before this one is nobody's birthday and no day of a report: it is a number that a cell's format shows as a day.
FIRST_DAY = date(1910, 1, 1)
DIGITS = ".15g"  # as many digits as spreadsheets keep: 36.599999999999994 is 36.6
_DAY_ZERO = date(1899, 12, 30)  # serial 0 of the 1900 system after its 29 February that never was
_DAY_ZERO_BEFORE = date(1899, 12, 31)  # serial 0 of the 1900 system before it
_DAY_ZERO_1904 = date(1904, 1, 1)
_UNSURE_DAY = date(1900, 2, 28)  # serials 59 and 60 both come out as this day
_MARCH_1900 = date(1900, 3, 1)
_MICROSECONDS_A_DAY = Decimal(24 * 60 * 60 * 1_000_000)
_PLACES = Decimal("0.000001")


ROWS_A_BLOCK = 1 << 13
BETWEEN, AFTER = "\x1f", "\x1e"  # signs that no XML text can hold, unless it was written with an escape


def read_workbook(path: Path, sheet: str, from_1904: bool, *, blocks: bool = False) -> Iterator[Record]:
    """The rows of this sheet that hold something, in blocks if asked; marks where a cell is not what it seems."""
    left, rows = _opened(path, sheet)
    numbered = enumerate(rows, start=1)
    while blocks and (some := list(islice(numbered, ROWS_A_BLOCK))):
        yield from _block(some, left, from_1904) or _lines(some, left, from_1904)
    yield from _lines(numbered, left, from_1904)
    yield End()


def _lines(numbered: Iterable[tuple[int, list[Any]]], left: int, from_1904: bool) -> Iterator[Record]:
    for number, values in numbered:
        read = [_cell(value, number, column, from_1904) for column, value in enumerate(values, start=left)]
        line = Line(number, (None,) * left + tuple([cell for cell, _ in read]))
        if any(cell is not None for cell in line.cells):
            yield line
        yield from (mark for _, mark in read if mark)
        yield from mojibake_marks(line)


def _block(numbered: list[tuple[int, list[Any]]], left: int, from_1904: bool) -> list[Record]:
    """The rows as one block with the marks of their cells; nothing when a cell holds a sign that parts the cells."""
    first, width = numbered[0][0], left + len(numbered[0][1])
    marks: list[Record] = []
    columns: list[Sequence[str]] = [[""] * len(numbered)] * left
    for at, values in enumerate(zip(*(values for _, values in numbered), strict=True), start=left):
        columns.append(values if set(map(type, values)) == {str} else _texts(values, first, at, from_1904, marks))
    text = AFTER.join(map(BETWEEN.join, zip(*columns, strict=True)))
    whole = text.count(AFTER) == len(numbered) - 1 and text.count(BETWEEN) == len(numbered) * (width - 1)
    if width < 2 or not whole:  # noqa: PLR2004  a table of one column has nothing to part
        return []
    return [Block(((first, len(numbered)),), width, BETWEEN, AFTER, typed=True, text=text.encode()), *marks]


def _texts(values: Sequence[Any], first: int, at: int, from_1904: bool, marks: list[Record]) -> list[str]:
    """The cells of a column as text, each value that comes often worded once."""
    known: dict[tuple[type, Any], str] = {}
    texts = []
    for row, value in enumerate(values, start=first):
        key = (type(value), value)
        if key not in known:
            cell, mark = _cell(value, row, at, from_1904)
            if mark:
                marks.append(mark)
                texts.append(cell_text(cell) or "")
                continue
            known[key] = cell_text(cell) or ""
        texts.append(known[key])
    return texts


def _opened(path: Path, sheet: str) -> tuple[int, Iterator[list[Any]]]:
    """(columns left of the first one that holds something, rows from row 1 on and from that column on)."""
    import python_calamine as calamine  # noqa: PLC0415  # never loaded by the process that started the child

    try:
        found = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet)
    except calamine.PasswordError:
        raise Refused("file.type", seen="encrypted") from None
    except calamine.ZipError:
        raise Refused("file.damaged") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refused("file.structure", reason="reader") from None
    return (found.start or (0, 0))[1], found.iter_rows()


def _cell(value: Any, row: int, column: int, from_1904: bool) -> tuple[Cell, Mark | None]:
    """The value as it was stored, and a mark when it was stored otherwise than it looks."""
    if isinstance(value, str):
        return filled(value), None
    if isinstance(value, bool):
        return value, None
    if isinstance(value, int | float):
        return number_of(value), None
    if isinstance(value, date):
        return _day_cell(value, row, column, from_1904)
    return _clock_text(value), None


def number_of(value: float) -> Cell:
    """The number a person typed; one that is none (infinite) as text, for the field to refuse.

    A number of more than 15 digits has lost its last ones in the spreadsheet; `str` of it shows an exponent.
    """
    text = format(value + 0.0, DIGITS)
    return Decimal(text) if text.lstrip("-")[0].isdigit() else text


def _day_cell(value: date, row: int, column: int, from_1904: bool) -> tuple[Cell, Mark | None]:
    day = value.date() if isinstance(value, datetime) else value
    if day >= FIRST_DAY:
        return value, None
    if day == _UNSURE_DAY and not from_1904:
        return value, Mark("date.invalid", row, column)
    serial = _serial(value, day, from_1904)
    return serial, Mark("number.format", row, column, {"shown_as": "date"}, serial, problem=False)


def _serial(value: date, day: date, from_1904: bool) -> Decimal:
    """The number that was stored, from the day that its format makes of it."""
    zero = _DAY_ZERO_1904 if from_1904 else _DAY_ZERO if day >= _MARCH_1900 else _DAY_ZERO_BEFORE
    start = datetime.combine(zero, time())
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    days = Decimal((moment - start) // timedelta(microseconds=1)) / _MICROSECONDS_A_DAY
    rounded = days.quantize(_PLACES)
    return Decimal(format(rounded, "f").rstrip("0").rstrip("."))


def _clock_text(value: time | timedelta) -> str:
    """A time of day or a duration as text: 08:30, 26:15:00."""
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"

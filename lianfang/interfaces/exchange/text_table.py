"""A text table (文本表格, CSV or tab-separated), read strictly: one encoding, one delimiter, quotes that close."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.encoding import decode, is_mojibake
from lianfang.interfaces.exchange.grid import LAST_COLUMN, ROOM_ABOVE
from lianfang.interfaces.exchange.plain_text import plain_of
from lianfang.interfaces.exchange.sheet import Limits, filled
from lianfang.interfaces.exchange.wire import End, Line, Mark, Record

MOST_CELL = 32_767  # characters of one cell, the limit of spreadsheets
LINES_LOOKED_AT, SIGNS_LOOKED_AT = 16, 1 << 16  # lines, and characters of each, for the delimiter
DELIMITERS = "\t,;"
_CHINESE_DELIMITERS = "，；、|"  # typed by hand, taken by no spreadsheet

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*"?')


def read_text(path: Path, limits: Limits) -> Iterator[Record]:
    """The rows that hold something; a row is a record, so a line break inside quotes does not count as one."""
    text, encoding = decode(path.read_bytes())
    if len(text) >= limits.blocks_from and (plain := plain_of(text, delimiter_of(text), limits)):
        del text
        for line in plain.first_lines() if encoding == "gb18030" else ():
            tuple(_mojibake(line, encoding))  # what stands above the data; the data is looked at by column
        yield from plain.records()
        yield End(plain.lines, encoding)
        return
    reader = _Reader(text, limits)
    for number, cells in reader.records():
        line = Line(number, tuple([filled(cell) for cell in cells]))
        if any(line.cells):
            yield line
            yield from _mojibake(line, encoding)
    yield End(reader.lines, encoding)


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, ended by CR, LF or CRLF and by nothing else, their ends kept."""
    return (match[0] for match in _LINE.finditer(text))


def mojibake_marks(line: Line) -> Iterator[Mark]:
    """A mark for each cell that was spoiled before it reached us."""
    for column, cell in enumerate(line.cells):
        if isinstance(cell, str) and is_mojibake(cell):
            yield Mark("text.mojibake", line.number, column, problem=False)


def _mojibake(line: Line, encoding: str) -> Iterator[Mark]:
    for mark in mojibake_marks(line):
        if encoding == "gb18030":  # this row is UTF-8 in a file that otherwise is not
            raise Refused(Problem("encoding", row=line.number, facts={"seen": "mixed"}))
        yield mark


class _Reader:
    """Records of a text with their numbers, refusing what a strict reader cannot take."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text, self._limits = text, limits
        self._delimiter = delimiter_of(text)
        self.lines = 0  # passed so far
        self._number = 0

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(record number, fields), the empty records too."""
        before = csv.field_size_limit(MOST_CELL)
        try:
            reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
            while (cells := self._next(reader)) is not None:
                self._number += 1
                self._check_size(cells)
                yield self._number, cells
        finally:
            csv.field_size_limit(before)

    def _next(self, reader: Iterator[list[str]]) -> list[str] | None:
        before = self.lines
        try:
            return next(reader, None)
        except csv.Error as wrong:
            row = self._number + 1
            too_long = "limit" in str(wrong) and self.lines == before + 1
            code = "file.too_large" if too_long else "csv.quote"
            raise Refused(Problem(code, row=row, facts={"most_characters": MOST_CELL} if too_long else {})) from None

    def _lines(self) -> Iterator[str]:
        widest = LAST_COLUMN + MOST_CELL
        for line in lines_of(self._text):
            self.lines += 1
            if line.count(self._delimiter) > widest:
                raise self._too_large(self._number + 1, most_columns=self._limits.max_columns)
            yield line

    def _check_size(self, cells: list[str]) -> None:
        limits = self._limits
        if self._number > LAST_ROWS_FACTOR * limits.max_rows + ROOM_ABOVE:
            raise self._too_large(self._number, most_rows=limits.max_rows)
        if len(cells) > limits.max_columns and (len(cells) > LAST_COLUMN or any(cells[limits.max_columns :])):
            raise self._too_large(self._number, most_columns=limits.max_columns)

    def _too_large(self, row: int, **facts: int) -> Refused:
        return Refused(Problem("file.too_large", row=row, facts=facts))


LAST_ROWS_FACTOR = 6  # records, blank ones included, for each row allowed (a workbook's million rows, blank mostly)


def delimiter_of(text: str) -> str:
    """Tab, comma or semicolon, whichever the first row with one of them has most; a table of one column has none."""
    first = 0
    for number, line in enumerate(_looked_at(text), start=1):
        counts = {mark: line.count(mark) for mark in DELIMITERS}
        if any(counts.values()):
            return max(DELIMITERS, key=lambda mark: counts[mark])
        if not first and any(mark in line for mark in _CHINESE_DELIMITERS):
            first = number
    if first:
        raise Refused(Problem("csv.delimiter", row=first))
    return ","


def _looked_at(text: str) -> Iterator[str]:
    for _, line in zip(range(LINES_LOOKED_AT), lines_of(text), strict=False):
        yield _QUOTED.sub("", line[:SIGNS_LOOKED_AT])

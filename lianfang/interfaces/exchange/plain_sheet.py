"""Counting a large sheet by its rows' patterns (表格快速清点): whatever is not written in the plainest way is left.

Spreadsheets write a million rows in a handful of patterns. A row is taken here only when it is exactly such a pattern
with its own number in every address and a value in every cell that has one; all figures are then those that the pass
over every tag (`SheetScan`) would give, and at the first row that is otherwise, that pass starts from the beginning.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from typing import Final

import polars as pl

from lianfang.interfaces.exchange.grid import LAST_COLUMN, LAST_ROW, MOST_CELLS, ROOM_ABOVE, SheetScan
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.xml_part import XmlPart

BYTES_AT_A_TIME: Final = 8 << 20
MOST_BEFORE: Final = 1 << 20  # bytes before the rows
MOST_PATTERNS: Final = 4_096
_START, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"

# A text begins with a sign that is neither white space nor an escape, so no cell with a value is blank.
_SIGN = r"[^<>&\s\x00-\x1f_]|&(?:amp|lt|gt|quot|apos);"
_MORE = r"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f]|&(?:amp|lt|gt|quot|apos);"
_NUMBER = r"<v>-?[0-9][0-9.eE+-]{0,30}</v>"
_TEXT = rf'<is><t(?: xml:space="preserve")?>(?:{_SIGN})(?:{_MORE})*</t></is>'
_CELL = (
    r'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"(?: s="[0-9]{1,9}")?'
    rf'(?:/>|(?: t="n")?>{_NUMBER}</c>| t="s"><v>[0-9]{{1,9}}</v></c>| t="inlineStr">{_TEXT}</c>)'
)
_ATTRIBUTES = r'(?: (?:spans|s|customFormat|ht|customHeight|x14ac:dyDescent|thickTop|thickBot)="[0-9.:]{1,40}")*'
_PLAIN = rf'^\s*<row r="[1-9][0-9]{{0,6}}"{_ATTRIBUTES}>(?:{_CELL})*$'
_TEXTS, _TEXT_END, _SIGN_ENDS = b"<sst", b"</si>", b">"
_PLAIN_TEXT = rf'^\s*<si><t(?: xml:space="preserve")?>(?:{_SIGN})(?:{_MORE})*</t>$'
_BEFORE_TEXT, _ENTITY = r"^\s*<si><t[^>]*>", "&[a-z]+;"
_VALUES = r"<v>[^<]*</v>|<is>(?:<t[^>]*>)[^<]*</t></is>"
_ADDRESS = re.compile(r'<c r="([A-Z]+)#"[^>]*?(/?)>')
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)


class NotPlain(Exception):
    """This sheet has to be looked at tag by tag."""


class PlainSheet:
    """A pass over one large sheet; `scan` sees everything but the rows, and gets their figures."""

    def __init__(self, scan: SheetScan, shared: array[int], limits: Limits) -> None:
        self._scan, self._limits = scan, limits
        self._lengths = pl.Series(shared, dtype=pl.UInt32)
        if 0 in shared:
            raise NotPlain  # a cell may refer to blank text
        self._last = self._cells = 0
        self._columns: dict[str, tuple[int, int]] = {}

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read the whole part. Raises NotPlain when it has to be read otherwise, or what `scan` refuses."""
        held, within, after = bytearray(), False, False
        for piece in pieces:
            held += piece
            if not within:
                within = self._begin(held)
            if within and not after and len(held) >= BYTES_AT_A_TIME:
                after = self._rows_of(held)
            if after:
                self._scan.feed(bytes(held))
                held.clear()
        if not within or not (after or self._rows_of(held)):
            raise NotPlain
        self._scan.feed(bytes(held))
        self._scan.finish()

    def _begin(self, held: bytearray) -> bool:
        """Hand on what stands before the rows, once all of it is there."""
        at = held.find(_START)
        if at < 0:
            if len(held) > MOST_BEFORE:
                raise NotPlain
            return False
        encoding = _ENCODING.search(held[:at])
        if encoding and encoding[1].upper() != b"UTF-8":
            raise NotPlain
        self._scan.feed(bytes(held[: at + len(_START)]))
        del held[: at + len(_START)]
        return True

    def _rows_of(self, held: bytearray) -> bool:
        """Count the whole rows at the front and take them off; whether the end of the rows was reached."""
        end = held.find(_END)
        last = held.rfind(_ROW_END, 0, end if end >= 0 else len(held)) + len(_ROW_END)
        if last >= len(_ROW_END):
            self._count(bytes(held[:last]))
            del held[:last]
        elif end < 0 and len(held) >= BYTES_AT_A_TIME:
            raise NotPlain  # no row is as long, and looking for its end again and again would never be done
        if end >= 0 and held[: held.find(_END)].strip():
            raise NotPlain
        return end >= 0

    def _count(self, text: bytes) -> None:
        try:
            rows = pl.Series("text", [text.decode()[: -len(_ROW_END)]]).str.split(_ROW_END.decode()).explode()
        except UnicodeDecodeError:
            raise NotPlain from None
        if not rows.str.contains(_PLAIN).all():
            raise NotPlain
        self._count_rows(rows)

    def _count_rows(self, rows: pl.Series) -> None:
        bare = rows.str.replace_all(_VALUES, "").alias("bare").to_frame()
        frame = bare.select(
            "bare",
            number=pl.col("bare").str.extract(r'<row r="([0-9]+)"').cast(pl.UInt32),
            pattern=pl.col("bare").str.replace_all(r'r="([A-Z]*)[0-9]+"', 'r="${1}#"'),
        )
        self._check_numbers(frame)
        grid, filled = self._scan.grid, frame["pattern"].replace_strict(self._filled(frame), return_dtype=pl.UInt16)
        self._check_texts(rows)
        if len(grid.rows) + len(rows) > self._limits.max_rows + ROOM_ABOVE:
            raise NotPlain  # the other pass says at which row
        held = filled > 0
        grid.rows.extend(frame["number"].filter(held))
        grid.filled.extend(filled.filter(held))

    def _check_numbers(self, frame: pl.DataFrame) -> None:
        """Rows ascend, and each address lies in its row."""
        numbers = frame["number"]
        ascending = (numbers.diff().drop_nulls().cast(pl.Int64) > 0).all() and int(numbers[0]) > self._last
        if not ascending or int(numbers[-1]) > LAST_ROW:
            raise NotPlain
        self._last = int(numbers[-1])
        patterns = frame["pattern"].unique()
        if len(patterns) > MOST_PATTERNS:
            raise NotPlain
        for pattern in patterns:
            own = frame.filter(pl.col("pattern") == pattern)
            number = own["number"].cast(pl.String)
            parts = pattern.split("#")
            between = (one for part in parts[1:] for one in (number, pl.lit(part)))
            meant = pl.select(pl.concat_str(pl.lit(parts[0]), *between)).to_series()
            if not (own["bare"] == meant).all():
                raise NotPlain

    def _filled(self, frame: pl.DataFrame) -> dict[str, int]:
        """How many cells with a value the rows of each pattern have; their columns ascend and are not too many."""
        counts = frame.group_by("pattern").len()
        for pattern, many in counts.iter_rows():
            if pattern not in self._columns:
                self._columns[pattern] = self._pattern(pattern)
            self._cells += many * pattern.count("<c ")
        if self._cells > self._scan.most_cells:
            raise NotPlain
        return {pattern: self._columns[pattern][0] for pattern in counts["pattern"]}

    def _pattern(self, pattern: str) -> tuple[int, int]:
        cells = [(_column(letters), not blank) for letters, blank in _ADDRESS.findall(pattern)]
        columns = [column for column, _ in cells]
        with_values = [column for column, valued in cells if valued]
        width = max(with_values, default=-1) + 1
        if columns != sorted(set(columns)) or columns[-1:] >= [LAST_COLUMN] or width > self._limits.max_columns:
            raise NotPlain
        self._scan.grid.width = max(self._scan.grid.width, width)
        return len(with_values), width

    def _check_texts(self, rows: pl.Series) -> None:
        """Shared texts are there, and all texts together are not too long (a bound from above is enough)."""
        numbers = rows.str.extract_all(r't="s"><v>[0-9]+').explode().drop_nulls().str.slice(9).cast(pl.UInt32)
        if len(numbers) and int(str(numbers.max())) >= len(self._lengths):
            raise NotPlain
        self._scan.grid.text += int(self._lengths.gather(numbers).sum()) + int(rows.str.len_chars().sum())
        if self._scan.grid.text > self._limits.unpacked_bytes:
            raise NotPlain


class PlainTexts:
    """The lengths of a workbook's shared texts, each written in the plainest way (never 0)."""

    def __init__(self, part: XmlPart) -> None:
        self._part = part
        self.lengths = array("I")

    def read(self, pieces: Iterable[bytes]) -> array[int]:
        """Read the whole part. Raises NotPlain when it has to be read otherwise, or what the parser refuses."""
        held, begun = bytearray(), False
        for piece in pieces:
            held += piece
            begun = begun or self._begin(held)
            if begun and len(held) >= BYTES_AT_A_TIME:
                self._count(held)
        if not begun:
            raise NotPlain
        self._count(held)
        self._part.feed(bytes(held))
        self._part.finish()
        return self.lengths

    def _begin(self, held: bytearray) -> bool:
        at = held.find(_TEXTS)
        if at < 0 or held.find(_SIGN_ENDS, at) < 0:
            return False
        encoding = _ENCODING.search(held[:at])
        if encoding and encoding[1].upper() != b"UTF-8":
            raise NotPlain
        at = held.find(_SIGN_ENDS, at) + 1
        self._part.feed(bytes(held[:at]))
        del held[:at]
        return True

    def _count(self, held: bytearray) -> None:
        last = held.rfind(_TEXT_END) + len(_TEXT_END)
        if last < len(_TEXT_END):
            if len(held) >= BYTES_AT_A_TIME:
                raise NotPlain
            return
        try:
            text = held[:last].decode()[: -len(_TEXT_END)]
        except UnicodeDecodeError:
            raise NotPlain from None
        del held[:last]
        texts = pl.Series([text]).str.split(_TEXT_END.decode()).explode()
        if not texts.str.contains(_PLAIN_TEXT).all() or len(self.lengths) + len(texts) > MOST_CELLS:
            raise NotPlain
        bare = texts.str.replace(_BEFORE_TEXT, "").str.strip_suffix("</t>").str.replace_all(_ENTITY, "&")
        self.lengths.extend(bare.str.len_chars())


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1

"""What a sheet holds, counted without reading it (表格清点): rows, filled cells, formulas, errors, merges, hiding.

These figures are the other half of the conservation law: what is read afterwards must agree with them, row by row.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.sheet import Limits, column_letters, filled
from lianfang.interfaces.exchange.xml_part import Attributes, XmlPart, is_true

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of any workbook
ROOM_ABOVE = 16  # rows that titles and headers may take above the data
MOST_CELLS = 4_000_000  # cells written in an uploaded file, blank ones included; texts of any file
MOST_GRID = 6_000_000  # rows × columns up to the last filled cell: what the reader lays out in memory
MOST_MERGES = 20_000
MOST_DIGITS = 9  # of a row number, a column number or the number of a shared text

_COLUMNS = {column_letters(index): index for index in range(LAST_COLUMN)}
_MERGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_OTHER_WORKBOOK = re.compile(r"\[\d+\]|\[[^\]]+\.xl\w+\]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x000[9AaDd]_")
_NOTHING, _VALUE, _FORMULA = range(3)


@dataclass(slots=True)
class Grid:
    """The figures of one sheet. Rows count from 1, columns from 0; a cell is packed as row * LAST_COLUMN + column."""

    rows: array[int] = field(default_factory=lambda: array("I"))  # rows that hold something, ascending
    filled: array[int] = field(default_factory=lambda: array("H"))  # readable cells in each of them
    width: int = 0  # columns up to the last filled one
    errors: array[int] = field(default_factory=lambda: array("Q"))
    formulas: array[int] = field(default_factory=lambda: array("Q"))
    unsure: array[int] = field(default_factory=lambda: array("Q"))  # formulas never calculated or from elsewhere
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, column, last row, column
    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first and last
    excess: Problem | None = None  # why this sheet is too large to be read
    text: int = 0  # characters, repeated text counted each time

    @property
    def is_table(self) -> bool:
        """Whether there is a header and something under it: two rows with two cells each."""
        return sum(1 for count in self.filled[:ROOM_ABOVE] if count > 1) > 1


def unpacked_address(cell: int) -> tuple[int, int]:
    """(row, column) of a packed cell."""
    return divmod(cell, LAST_COLUMN)


class SharedTexts(XmlPart):
    """The lengths of the texts that cells refer to by number, pronunciation guides left out, blank text being 0."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.lengths = array("I")
        self._length = 0
        self._filled = self._counting = False
        self.opens.update({"si": self._item, "t": self._text, "rPh": self._guide})
        self.closes.update({"si": self._end, "t": self._stop})
        self.parser.CharacterDataHandler = self._characters
        self._guided = False

    def _item(self, _: Attributes) -> None:
        self._length, self._filled, self._guided = 0, False, False

    def _guide(self, _: Attributes) -> None:
        self._guided = True

    def _text(self, _: Attributes) -> None:
        self._counting = not self._guided

    def _stop(self) -> None:
        self._counting = False

    def _characters(self, data: str) -> None:
        if self._counting:
            self._length += len(data)
            self._filled = self._filled or _is_filled(data)

    def _end(self) -> None:
        if len(self.lengths) >= MOST_CELLS:
            raise Refused("file.too_large", part=self.part)
        self.lengths.append(self._length if self._filled else 0)


class SheetScan(XmlPart):
    """The pass over one sheet. What makes a sheet unreadable is refused; what only a table may not have is kept."""

    def __init__(self, part: str, shared: array[int], limits: Limits) -> None:
        super().__init__(part, times=limits.times_upload)
        self.grid = Grid()
        self._shared, self._limits = shared, limits
        self.most_cells = MOST_CELLS * limits.times_upload
        self._row, self._row_text, self._column, self._kind = 0, "0", -1, "n"
        self._in_data = self._hidden = self._counted = self._listed = False
        self._expects, self._cells = _NOTHING, 0
        self._waiting: int | None = None  # a formula whose value has not come yet
        self.opens.update({"row": self._on_row, "c": self._on_cell, "v": self._on_value, "t": self._on_text})
        self.opens.update({"f": self._on_formula, "rPh": self._on_guide, "sheetData": self._on_data})
        self.opens.update({"mergeCell": self._on_merge, "col": self._on_column})
        self.closes.update({"sheetData": self._end_data, "v": self._stop, "t": self._stop, "f": self._stop})
        self.parser.CharacterDataHandler = self._characters

    def _wrong(self, reason: str) -> Refused:
        return Refused(Problem("file.structure", row=self._row or None, facts={"part": self.part, "reason": reason}))

    def _on_data(self, _: Attributes) -> None:
        self._in_data = True

    def _end_data(self) -> None:
        self._settle_formula()
        self._in_data = False
        grid = self.grid
        if grid.text > self._limits.unpacked_bytes:
            self._exceed(most_mib=self._limits.max_unpacked_mib, unpacked=True)
        most = MOST_GRID * self._limits.times_upload
        if grid.rows and grid.rows[-1] * grid.width > most:
            self._exceed(most_cells=most)

    def _on_row(self, attributes: Attributes) -> None:
        if not self._in_data:
            return
        text = attributes.get("r") or str(self._row + 1)
        number = whole_number(text) or 0
        twice, self._row = number <= self._row, number
        if not 0 < number <= LAST_ROW or text[0] == "0":
            raise self._wrong("row_number")
        if twice:
            raise self._wrong("row_order")
        self._row_text, self._column, self._listed = text, -1, False
        self._hidden = is_true(attributes.get("hidden"))

    def _on_cell(self, attributes: Attributes) -> None:
        if not self._in_data:
            return
        self._cells += 1
        if self._cells > self.most_cells:
            raise Refused("file.too_large", part=self.part, most_cells=self.most_cells)
        if self._waiting is not None:
            self._settle_formula()
        reference = attributes.get("r")
        column = self._column + 1 if reference is None else self._column_of(reference)
        if not self._column < column < LAST_COLUMN or not self._row:
            raise self._wrong("cell_order")
        self._column, self._kind, self._counted = column, attributes.get("t", "n"), False
        if self._kind == "e":
            self._keep(self.grid.errors)

    def _column_of(self, reference: str) -> int:
        """The column of an address, which must lie in the row it is written in."""
        letters = reference.removesuffix(self._row_text)
        column = _COLUMNS.get(letters)
        if column is None or len(letters) + len(self._row_text) != len(reference):
            raise self._wrong("cell_address")
        return column

    def _on_value(self, _: Attributes) -> None:
        self._expects = _VALUE
        if self._kind == "str":
            self._waiting = None  # an empty text is a result

    def _on_text(self, _: Attributes) -> None:
        if self._expects != _FORMULA:
            self._expects = _VALUE

    def _on_guide(self, _: Attributes) -> None:
        self._counted = True  # what follows in this cell is pronunciation, not text

    def _stop(self) -> None:
        self._expects = _NOTHING

    def _on_formula(self, _: Attributes) -> None:
        if self._in_data:
            self._expects = _FORMULA
            self._waiting = self._row * LAST_COLUMN + self._column
            self._keep(self.grid.formulas)

    def _settle_formula(self) -> None:
        if self._waiting is not None:
            self.grid.unsure.append(self._waiting)
            self._waiting = None

    def _characters(self, data: str) -> None:
        if self._expects == _VALUE and self._in_data:
            self._on_characters(data)
        elif self._expects == _FORMULA and _OTHER_WORKBOOK.search(data):
            self.grid.unsure.append(self._row * LAST_COLUMN + self._column)

    def _on_characters(self, data: str) -> None:
        length = self._shared_length(data.strip()) if self._kind == "s" else len(data)
        self.grid.text += length
        if self._counted or self._kind == "e" or not length or (self._kind != "s" and not _is_filled(data)):
            return
        self._counted, self._waiting = True, None
        if self._note_row():
            self.grid.filled[-1] += 1

    def _shared_length(self, number: str) -> int:
        if not number:
            return 0
        index = whole_number(number)
        if index is None or index >= len(self._shared):
            raise self._wrong("shared_text")
        return self._shared[index]

    def _keep(self, cells: array[int]) -> None:
        if self._note_row():
            cells.append(self._row * LAST_COLUMN + self._column)

    def _note_row(self) -> bool:
        """Make sure that the row of this cell is listed; False when the sheet is too large to go on listing."""
        grid = self.grid
        if self._column >= grid.width:
            self._widen()
        if not self._listed and grid.excess is None:
            self._add_row()
        return grid.excess is None

    def _widen(self) -> None:
        if self._column >= self._limits.max_columns:
            self._exceed(most_columns=self._limits.max_columns)
        else:
            self.grid.width = self._column + 1

    def _add_row(self) -> None:
        if len(self.grid.rows) >= self._limits.max_rows + ROOM_ABOVE:
            self._exceed(most_rows=self._limits.max_rows)
        self.grid.rows.append(self._row)
        self.grid.filled.append(0)
        self.grid.hidden_rows += self._hidden
        self._listed = True

    def _exceed(self, **facts: object) -> None:
        self.grid.excess = self.grid.excess or Problem("file.too_large", row=self._row, facts=facts)

    def _on_merge(self, attributes: Attributes) -> None:
        found = _MERGE.fullmatch(attributes.get("ref", ""))
        if not found or not {found[1], found[3]} <= _COLUMNS.keys() or len(self.grid.merges) >= MOST_MERGES:
            self._row = 0
            raise self._wrong("merge")
        first, last = (int(found[2]), _COLUMNS[found[1]]), (int(found[4]), _COLUMNS[found[3]])
        self.grid.merges.append((*first, *last))

    def _on_column(self, attributes: Attributes) -> None:
        first, last = whole_number(attributes.get("min", "")), whole_number(attributes.get("max", ""))
        few = len(self.grid.hidden_columns) < LAST_COLUMN
        if is_true(attributes.get("hidden")) and first and last and few:
            self.grid.hidden_columns.append((first - 1, last - 1))


def whole_number(text: str) -> int | None:
    """The number these few digits write; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def _is_filled(text: str) -> bool:
    """Whether the reader will find more than white space here; `_x000D_` is how a workbook writes a line break."""
    return filled(_ESCAPED.sub("", text) if "_x" in text else text) is not None

"""Which column of a file is which field (列对应): by the words people use, with the header kept as they see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lianfang.domain.parsing.text import folded, squeezed
from lianfang.interfaces.exchange.sheet import Cell, Row, Sheet, column_letters

NUMBERS = frozenset({"temperature", "test.ct"})
"""Fields that a workbook may hold as numbers; in all others a number stands for its signs."""

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SIGNS = re.compile(r"[\s_\-*:.#/、。]+")
# Where a field's column may be looked for when its own is not there: a person is named by what stands for them.
_STANDS_FOR = {
    "person": ("person.id_number", "person.ref", "person.name"),
    "person.ref": ("person.name", "person.id_number"),
    "person.id_number": ("person.name",),
    "temperature": ("state",),
    "unit": ("unit_name",),
}


def plain(header: str) -> str:
    """A header without case, blanks, signs and brackets, by which headers are compared."""
    text = folded(header)
    return _SIGNS.sub("", squeezed(_IN_BRACKETS.sub("", text))).casefold()


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers that mean each field; the first two are the Chinese and English ones that are shown."""

    words: Mapping[str, tuple[str, ...]]
    otherwise: Callable[[str], str | None] | None = None

    def path_of(self, header: str) -> str | None:
        """The field a header means; None when none."""
        key = plain(header)
        for path, words in self.words.items():
            if key in {plain(word) for word in (path, *words)}:
                return path
        return self.otherwise(header) if self.otherwise else None

    def shown(self, language: str) -> dict[str, str]:
        """The header that stands for each field; `language` starts with "zh" for Chinese, else it is English."""
        return {path: words[0 if language.startswith("zh") else 1] for path, words in self.words.items()}


class Columns:
    """The columns of one sheet by field, and the sheet's headers as a person sees them."""

    def __init__(self, sheet: Sheet, path_of: Callable[[str], str | None], *, code_first: tuple[str, ...] = ()) -> None:
        self.header_row = sheet.header_row
        self._header = sheet.header
        self.at: dict[str, list[int]] = {}  # field -> its columns, the one that counts first
        self.unknown: list[int] = []
        for index, name in enumerate(sheet.header):
            self._place(index, name, path_of(name) if name else None)
        for path in code_first:
            self.at.get(path, []).sort(key=lambda index: not _names_a_code(self._header[index]))
        self._code_first = code_first

    def _place(self, index: int, name: str, path: str | None) -> None:
        if path:
            self.at.setdefault(path, []).append(index)
        elif name:
            self.unknown.append(index)

    def __contains__(self, path: str) -> bool:
        return path in self.at

    def twice(self) -> Iterator[tuple[str, str]]:
        """(header, earlier header) of columns that mean a field which another column means already."""
        for path, columns in self.at.items():
            names = [self.name(index) for index in columns]
            if path not in self._code_first:
                yield from ((name, names[0]) for name in names[1:] if name != names[0])

    def name(self, index: int) -> str:
        """A column's header, or its letters when it has none."""
        return (self._header[index] if index < len(self._header) else "") or column_letters(index)

    def shown(self, path: str) -> str:
        """The header as seen of the column that holds a field, or of what stands for it; "" when there is none."""
        for name in (path, *_STANDS_FOR.get(path, ())):
            if name in self.at:
                return self.name(self.at[name][0])
        return ""

    def raw(self, row: Row) -> dict[str, Any]:
        """What a row holds by field: the first cell that is not blank, of those that mean the field."""
        found: dict[str, Any] = {}
        for path, columns in self.at.items():
            cells = (row.cells[index] for index in columns if index < len(row.cells))
            found[path] = self.value(path, next((cell for cell in cells if cell is not None), None))
        return found

    @staticmethod
    def value(path: str, cell: Cell) -> Any:
        """The cell as the parsers take it; a number of a text field as it is written, with its exponent if any."""
        return str(cell) if isinstance(cell, Decimal) and path not in NUMBERS else cell


def _names_a_code(header: str) -> bool:
    return any(word in header.casefold() for word in ("代码", "编码", "code"))

"""A table of text for the terminal (终端表格): columns aligned by the width of their characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_GAP = "  "
_WIDE = frozenset("WF")


def width_of(text: str) -> int:
    """Columns of a terminal that the text takes: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(_width(sign) for sign in text)


def aligned(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """The rows as lines; the columns in `right` end at the same place, the others begin there."""
    lines = [list(row) for row in rows]
    if not lines:
        return []
    widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)]
    return [indent + _GAP.join(_cell(c, widths[i], i in right) for i, c in enumerate(line)).rstrip() for line in lines]


def _cell(text: str, width: int, right: bool) -> str:
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _WIDE else 1

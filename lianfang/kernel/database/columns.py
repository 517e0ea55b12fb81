"""Whole columns as one parameter each (整列传参): cheap to send and to read, where a batch of rows goes to PostgreSQL.

A column is one text with separators that no text of ours can hold; `array("date")` is the SQL that opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

BETWEEN: Final = "\x1f"
NOTHING: Final = "\x1e"
# A first element that is thrown away: without it, one empty text would be no element at all.
FIRST: Final = "0"


def array(kind: str) -> str:
    """The SQL of an array parameter whose values `packed` has put together; `kind` is the type of an element."""
    return f"(string_to_array(%s, E'\\x1f', E'\\x1e'))[2:]::{kind}[]"


def arrays(kinds: Iterable[str]) -> str:
    """Several of them, with commas between."""
    return ", ".join(array(kind) for kind in kinds)


def packed(values: Iterable[Any]) -> str:
    """One column as text. ValueError for a text that holds a separator, which no parser of ours lets through."""
    parts = [_text(value) for value in values]
    column = BETWEEN.join([FIRST, *parts])
    if column.count(BETWEEN) != len(parts):
        raise ValueError("a text holds a control character")
    return column


def columns(rows: Sequence[Sequence[Any]]) -> list[str]:
    """The columns of rows, packed. There must be at least one row."""
    return [packed(column) for column in zip(*rows, strict=True)]


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return NOTHING
    if kind is bool:
        return "t" if value else "f"
    if kind is bytes or kind is memoryview:
        return f"\\x{bytes(value).hex()}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

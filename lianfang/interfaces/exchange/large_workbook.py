"""Workbooks of very many rows (大表格): plain, in constant memory, several times faster than `writing.WorkbookWriter`.

The price is that looks hang on the column, not on the cell. What a cell holds is the same: text is never a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheet

from lianfang.interfaces.exchange.writing import LONGEST_SHEET_NAME, Target, workbook_value

_OWN_LOOK = frozenset({"amount", "number", "flag", "moment"})  # figures and moments look as they are
MOMENT, DAY, TEXT = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "@"


def write_large_workbook(
    target: Target, heads: Sequence[str], kinds: Sequence[str], rows: Iterable[Iterable[Any]], *, sheet: str
) -> int:
    """Write a header and all rows; how many rows. `kinds` are the kinds of the columns, `heads` must differ.

    Raises ValueError when two columns have the same head: they would be taken for one.
    """
    if len(set(heads)) != len(heads):
        raise ValueError("two columns have the same head")
    counted = _Counted(heads, rows)
    looks = {head: _look(kind) for head, kind in zip(heads, kinds, strict=True) if kind not in _OWN_LOOK}
    write_worksheet(
        counted, str(target) if isinstance(target, Path) else target, sheet_name=sheet[:LONGEST_SHEET_NAME],
        freeze_row=1, bold_headers=True, datetime_format=MOMENT, column_formats=looks,
    )  # fmt: skip
    return counted.count


def _look(kind: str) -> Format:
    # A cell marked as text stays text when somebody edits it.
    return Format().set_num_format(DAY) if kind == "day" else Format().set_num_format(TEXT).set_quote_prefix()


class _Counted:
    """The rows as the writer takes them, one after the other, counted."""

    def __init__(self, heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
        self._heads, self._rows, self.count = heads, rows, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.count += 1
            values = (None if value is None else workbook_value(value) for value in row)
            yield dict(zip(self._heads, values, strict=True))

"""One side's list (名单) by columns, and columns that hold their distinct values once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

FIELDS: Final = (
    "name",
    "surname",
    "given_name",
    "id_no",
    "birth",
    "sex",
    "phone",
    "unit",
    "address",
    "locality",
    "postcode",
    "record",
)
"""Columns with a meaning for linking; any other column is only compared for conflict."""

Rows: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Sequence[str | None]):
    """A column of few distinct values: `values[code]` for each row, nothing where the code is negative."""

    codes: NDArray[np.integer[Any]]
    values: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> str | None: ...

    @overload
    def __getitem__(self, at: slice) -> Coded: ...

    def __getitem__(self, at: int | slice) -> str | Coded | None:
        if isinstance(at, slice):
            return Coded(self.codes[at], self.values)
        code = int(self.codes[at])
        return None if code < 0 else self.values[code]


Column: TypeAlias = Sequence[str | None] | NDArray[np.bytes_]


class Listing:
    """A list of persons by columns of equal length; rows count from 0.

    A column is a sequence of text or None, a `Coded` column, or a numpy array of byte strings (ASCII). ValueError when
    the columns differ in length.
    """

    __slots__ = ("_length", "columns")

    def __init__(self, columns: Mapping[str, Column]) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self.columns: dict[str, Column] = dict(columns)
        self._length = lengths.pop() if lengths else 0

    def __len__(self) -> int:
        return self._length

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def text(self, name: str, row: int) -> str | None:
        """What the row says in that column, as it was given; None when it says nothing or there is no such column."""
        column = self.columns.get(name)
        return None if column is None else _plain(column[row])

    def part(self, begin: int, end: int) -> Listing:
        """The rows from `begin` to before `end`."""
        return Listing({name: column[begin:end] for name, column in self.columns.items()})

    def take(self, rows: Rows) -> Listing:
        """These rows in this order."""
        return Listing({name: _taken(column, rows) for name, column in self.columns.items()})


def plain_values(column: Column) -> list[str | None]:
    """The column as a list of text or None."""
    if isinstance(column, np.ndarray):
        texts: list[str | None] = column.astype(str).tolist()
        return texts
    return list(column)


def _taken(column: Column, rows: Rows) -> Column:
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.values)
    if isinstance(column, np.ndarray):
        taken: NDArray[np.bytes_] = column[rows]
        return taken
    return [column[row] for row in rows.tolist()]


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return value.decode("ascii") if isinstance(value, bytes) else str(value)

"""Columns as whole numbers (编码列): equal values have equal codes, whatever the order of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.listing import Coded, Codes, Column, plain_values

MISSING: Final = -1
Number = TypeVar("Number", bound=np.generic)
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT: Final = np.uint64(29)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A column of normal values: `values[codes[row]]`, -1 where nothing is said; values are sorted and distinct."""

    codes: Codes
    values: list[Any]

    def derived(self, of: Callable[[Any], Any]) -> Field:
        """The column of what follows from each value; None is missing."""
        return coded(list(map(of, self.values)), self.codes)


def coded(values: Sequence[Any], codes: Codes, *, key: Callable[[Any], Any] | None = None) -> Field:
    """A field from values by old code, of which some may be equal or None; sorted by `key`."""
    distinct, lookup = _places(values, key)
    table = np.fromiter((MISSING if one is None else lookup[one] for one in values), np.int64, len(values))
    table = np.append(table, MISSING)  # so that a missing code stays missing
    return Field(table[codes], distinct)


def factorised(columns: Iterable[Column]) -> tuple[list[str], Codes]:
    """Distinct values of the columns one after the other, and the code of each row."""
    parts = list(columns)
    if len(parts) == 1 and isinstance(parts[0], Coded):
        return list(parts[0].values), parts[0].codes.astype(np.int64)
    rows = [value for column in parts for value in plain_values(column)]
    distinct = sorted({*rows} - {None})  # type: ignore[type-var]
    lookup: dict[str | None, int] = {value: code for code, value in enumerate(distinct)}
    lookup[None] = MISSING
    return distinct, np.fromiter(map(lookup.__getitem__, rows), np.int64, len(rows))  # type: ignore[return-value]


def combined(codes: Sequence[Codes]) -> tuple[NDArray[np.int64], Codes]:
    """Distinct combinations of several codes (one row each), and which one each row has."""
    stacked = np.stack(codes, axis=1) + 1
    radix = np.append(np.cumprod((stacked.max(axis=0, initial=0) + 1)[:0:-1])[::-1], 1)
    distinct, inverse = np.unique(stacked @ radix, return_inverse=True)
    sizes = stacked.max(axis=0, initial=0) + 1
    return distinct[:, None] // radix % sizes - 1, inverse.reshape(-1)


def _places(values: Sequence[Any], key: Callable[[Any], Any] | None) -> tuple[list[Any], dict[Any, int]]:
    distinct = sorted({*values} - {None}, key=key)
    return distinct, {value: place for place, value in enumerate(distinct)}


def distinct_sorted(values: NDArray[Number]) -> NDArray[Number]:
    """Each value once, in order; by sorting, which is faster here than the hashing of `numpy.unique`."""
    ordered = np.sort(values)
    found: NDArray[Number] = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def mixed(parts: Sequence[Codes]) -> NDArray[np.uint64]:
    """A 64-bit key of several codes for each row; 0 where any of them is missing."""
    key = np.zeros(len(parts[0]), np.uint64)
    present = np.ones(len(parts[0]), bool)
    for part in parts:
        present &= part != MISSING
        key = (key ^ part.astype(np.uint64)) * _ODD
        key = (key ^ (key >> _SHIFT)) * _MIX
    key ^= key >> _SHIFT
    return np.where(present, key | np.uint64(1), np.uint64(0))

"""How near two rows are, field by field (比对等级): 0 is missing, 1 is equal, the last is different."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import Field
from lianfang.domain.linkage.likeness import (
    EQUAL,
    LOOSELY_NEAR,
    MOST_EDITS,
    NEAR,
    Level,
    chosen,
    distinct_pairs,
    edits,
    is_part,
    near,
    said_by_both,
)
from lianfang.domain.linkage.listing import Codes, Rows
from lianfang.domain.linkage.name_levels import name_levels
from lianfang.domain.linkage.numbers import Number
from lianfang.domain.linkage.table import Table

Compare: TypeAlias = Callable[[list[Any], Codes, Codes, int], Level]

_POWERS: Final = tuple(10**place for place in range(8))
_DAY_PARTS: Final = ((10_000, 10_000), (100, 100), (1, 100))
_FEWEST_VISIBLE: Final = 4
NAMED: Final[dict[str, tuple[str, ...]]] = {
    "surname": ("missing", "equal", "sounds alike", "near", "part or loosely near", "swapped", "different"),
    "given_name": ("missing", "equal", "sounds alike", "near", "part or loosely near", "different"),
    "id_no": ("missing", "equal", "agrees where visible", "one sign off", "two signs off", "different", "both valid"),
    "birth": ("missing", "equal", "one slip", "two slips", "same year", "different"),
    "sex": ("missing", "equal", "different"),
    "phone": ("missing", "equal", "one sign off", "different"),
    "unit": ("missing", "equal", "part", "near", "different"),
    "address": ("missing", "equal", "part", "near", "loosely near", "different"),
    "locality": ("missing", "equal", "part", "near", "loosely near", "different"),
    "postcode": ("missing", "equal", "one sign off", "different"),
}
"""Names of the levels of each field, in order of their number."""


def field_levels(table: Table, left: Rows, right: Rows, *, workers: int) -> dict[str, Level]:
    """The level of each compared field for each pair of rows."""
    fields = table.fields
    found = name_levels(fields, left, right, workers=workers) if "name" in fields else {}
    for name in NAMED:
        if name in fields and name not in found and name not in ("surname", "given_name"):
            found[name] = _levels(fields[name], _COMPARED[name], left, right, workers)
    return found


def _levels(field: Field, compare: Compare, left: Rows, right: Rows, workers: int) -> Level:
    first, second = field.codes[left], field.codes[right]
    both = said_by_both(first, second)
    level = np.where(both & (first == second), EQUAL, 0).astype(np.int8)
    open_ = np.flatnonzero(both & (first != second))
    if len(open_):
        one, other, inverse = distinct_pairs(first[open_], second[open_], len(field.values))
        level[open_] = compare(field.values, one, other, workers)[inverse]
    return level


def _sexes(values: list[str], one: Codes, other: Codes, workers: int) -> Level:
    return np.full(len(one), 2, np.int8)


def _signs(values: list[str], one: Codes, other: Codes, workers: int) -> Level:
    return np.where(edits(chosen(values, one), chosen(values, other), workers) == 1, 2, 3).astype(np.int8)


def _units(values: list[str], one: Codes, other: Codes, workers: int) -> Level:
    alike = near(chosen(values, one), chosen(values, other), workers)
    return np.select([is_part(values, one, other), alike >= NEAR], [2, 3], 4).astype(np.int8)


def _texts(values: list[str], one: Codes, other: Codes, workers: int) -> Level:
    alike = near(chosen(values, one), chosen(values, other), workers)
    conditions = [is_part(values, one, other), alike >= NEAR, alike >= LOOSELY_NEAR]
    return np.select(conditions, [2, 3, 4], 5).astype(np.int8)


def _days(values: list[int], one: Codes, other: Codes, workers: int) -> Level:
    """One slip: one digit, two neighbours exchanged, or day and month; two slips: two digits or one of three parts."""
    numbers = np.array(values, np.int64)
    first, second = numbers[one], numbers[other]
    digits = sum((first // power % 10 != second // power % 10).astype(np.int8) for power in _POWERS)
    year, month, day = ((first // size % base) == (second // size % base) for size, base in _DAY_PARTS)
    swapped = year & (first // 100 % 100 == second % 100) & (second // 100 % 100 == first % 100)
    one_slip = (digits == 1) | swapped | ((digits == MOST_EDITS) & _neighbours_exchanged(first, second))
    two_slips = (digits == MOST_EDITS) | (year & month) | (year & day) | (month & day)
    return np.select([one_slip, two_slips, year], [2, 3, 4], 5).astype(np.int8)


def _neighbours_exchanged(first: Codes, second: Codes) -> NDArray[np.bool_]:
    """Whether two neighbouring digits are exchanged, of numbers that differ in two digits."""
    found = np.zeros(len(first), bool)
    for power in _POWERS[:-1]:
        low, high = first // power % 10, first // power // 10 % 10
        found |= (low != high) & (second // power % 10 == high) & (second // power // 10 % 10 == low)
    return found


def _numbers(values: list[Number], one: Codes, other: Codes, workers: int) -> Level:
    """Two numbers whose check digits both stand are two persons' numbers, however near they are."""
    texts = [number.text for number in values]
    valid = np.array([number.valid for number in values], bool)
    masked = np.array([number.masked for number in values], bool)
    short = np.array([number.short for number in values], bool)
    fits = np.zeros(len(one), bool)
    for at in np.flatnonzero(masked[one] | masked[other] | short[one] | short[other]).tolist():
        fits[at] = _fit(values[one[at]], values[other[at]])
    distance = edits(chosen(texts, one), chosen(texts, other), workers)
    conditions = [valid[one] & valid[other], fits, masked[one] | masked[other], distance == 1, distance == MOST_EDITS]
    return np.select(conditions, [6, 2, 5, 3, 4], 5).astype(np.int8)


def _fit(one: Number, other: Number) -> bool:
    """Whether numbers that do not show everything may be one: masked signs, or the century of an old number."""
    if one.masked or other.masked:
        return agree_where_visible(one.text, other.text)
    return one.core == other.core


def agree_where_visible(one: str, other: str) -> bool:
    """Whether two numbers of equal length have the same sign wherever neither is masked, and show enough signs."""
    both = [(a, b) for a, b in zip(one, other, strict=False) if "*" not in (a, b)]
    return len(one) == len(other) and len(both) >= _FEWEST_VISIBLE and all(a == b for a, b in both)


_COMPARED: Final[dict[str, Compare]] = {
    "id_no": _numbers,
    "birth": _days,
    "sex": _sexes,
    "phone": _signs,
    "unit": _units,
    "address": _texts,
    "locality": _texts,
    "postcode": _signs,
}

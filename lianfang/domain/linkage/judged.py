"""Rules that decide or hold back a pair whatever its probability (确定规则与存疑): see the functions for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.likeness import EQUAL, LOOSELY_ALIKE, NAMES_DIFFER, SOUNDS_ALIKE, Level
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.table import Table

BY_NUMBER: Final = "identity number"
BY_BIRTH: Final = "name, birth date and sex"
BY_PHONE: Final = "name, unit and phone"
BY_CHANCE: Final = "probability"
BY_PEOPLE: Final = "decision"
RULES: Final = (BY_NUMBER, BY_BIRTH, BY_PHONE)
CERTAINTY: Final = {BY_NUMBER: 0.999, BY_BIRTH: 0.99, BY_PHONE: 0.99}
"""The least probability of a pair that only this rule joins, when nothing speaks against it."""

_BOTH_VALID: Final = 6
_NUMBERS_DIFFER: Final = 5
_TWO_SLIPS: Final = 3
_BIRTH_DIFFERS: Final = 4
_SEVERAL: Final = 2
_A_FAMILY: Final = 6
"""A phone that more rows of both lists give is no family's phone."""
_BY_A_CHARACTER: Final = 1
_ALTOGETHER: Final = 2
_SEEN: Final = 5
"""So often must something be seen before it explains anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """For each pair, whether a rule holds (by rule) and whether something forbids to join it without people.

    `could_be` marks pairs that could be siblings by all but their given names, `cannot_be` those that could not;
    `given_differs` tells how given names differ: 0 not so that it matters, 1 by a character, 2 altogether.
    """

    rules: Mapping[str, NDArray[np.bool_]]
    held: NDArray[np.bool_]
    could_be: NDArray[np.bool_]
    cannot_be: NDArray[np.bool_]
    given_differs: NDArray[np.int8]


def judged(table: Table, levels: Mapping[str, Level], left: Rows, right: Rows) -> Judged:
    """The rules on these pairs."""
    at = _Levels(levels, len(left))
    names_equal = (at["surname"] == EQUAL) & (at["given_name"] == EQUAL)
    number_fits = at["id_no"] < _NUMBERS_DIFFER
    by_number = (at["id_no"] == EQUAL) & _valid(table, left)
    contradicted = _contradicted(table, at, left, right)
    rules = {
        BY_NUMBER: by_number & ~contradicted,
        BY_BIRTH: names_equal & (at["birth"] == EQUAL) & (at["sex"] == EQUAL) & number_fits,
        BY_PHONE: names_equal
        & (at["unit"] == EQUAL)
        & (at["phone"] == EQUAL)
        & (at["birth"] < _TWO_SLIPS)
        & _few_share(table, "phone", left)
        & number_fits,
    }
    held = (at["id_no"] == _BOTH_VALID) | (by_number & contradicted) | _somebody_else_by_name(at)
    said = at["given_name"] > 0
    cannot_be = said & (_number_fits(at) | (at["surname"] == 0) | (at["surname"] == NAMES_DIFFER["surname"]))
    return Judged(rules, held, said & _could_be_siblings(at), cannot_be, _given_differs(table, at, left, right))


def without_siblings(found: Judged, likely: NDArray[np.bool_], group: NDArray[np.int8]) -> Judged:
    """The same with siblings held back, unless the lists show that one person's given name is often another one.

    How often that is, is seen from likely pairs that cannot be siblings. When likely pairs that look like siblings are
    no more than that explains (two standard deviations), none of them is held.
    """
    held = found.held.copy()
    for kind in (_BY_A_CHARACTER, _ALTOGETHER):
        differs = found.given_differs == kind
        seen = found.cannot_be & likely & ~found.held  # somebody else's changed name explains nothing
        changed, share = int((seen & differs).sum()), float((seen & differs).sum() / max(seen.sum(), 1))
        for one in np.unique(group).tolist():
            could_be = found.could_be & (group == one)
            expected = share * float((could_be & likely).sum())
            looks_so = int((could_be & likely & differs).sum())
            if changed < _SEEN or looks_so > expected + 2 * expected**0.5:
                held |= could_be & differs
    return replace(found, held=held)


def _given_differs(table: Table, at: _Levels, left: Rows, right: Rows) -> NDArray[np.int8]:
    """Twins often share a character of their given names, so one other character is another name."""
    level = at["given_name"]
    near = (level > SOUNDS_ALIKE) & (level < NAMES_DIFFER["given_name"])
    if "given_name" in table.fields:
        field = table.fields["given_name"]
        in_characters = np.array([not value.isascii() for value in field.values] + [False], bool)
        near &= in_characters[field.codes[left]] & in_characters[field.codes[right]]
    differs = level == NAMES_DIFFER["given_name"]
    return np.select([differs, near], [_ALTOGETHER, _BY_A_CHARACTER], 0).astype(np.int8)


class _Levels:
    """Levels by field; a field that the lists do not have is missing everywhere."""

    def __init__(self, levels: Mapping[str, Level], size: int) -> None:
        self._levels = levels
        self._missing = np.zeros(size, np.int8)

    def __getitem__(self, name: str) -> Level:
        return self._levels.get(name, self._missing)


def _valid(table: Table, rows: Rows) -> NDArray[np.bool_]:
    if "id_no" not in table.fields:
        return np.zeros(len(rows), bool)
    field = table.fields["id_no"]
    return np.array([number.valid for number in field.values] + [False], bool)[field.codes[rows]]


def same_number(table: Table, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Whether both rows give one valid identity number."""
    found = _valid(table, left)
    if "id_no" in table.fields:
        codes = table.fields["id_no"].codes
        found = found & (codes[left] == codes[right])
    return found


def _few_share(table: Table, name: str, rows: Rows) -> NDArray[np.bool_]:
    """Whether the row's value is one that only few rows give."""
    if name not in table.fields:
        return np.zeros(len(rows), bool)
    codes = table.fields[name].codes
    counts = np.bincount(codes + 1)
    found: NDArray[np.bool_] = counts[codes[rows] + 1] <= _A_FAMILY
    return found


def _contradicted(table: Table, at: _Levels, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """An equal number of somebody else.

    No part of the name fits; or a part does not and the birth date neither, or two of birth date, sex and phone; or the
    given name does not and the number is not the only one of its kind in each list, as when twins were written down
    with one number.
    """
    surname, given = at["surname"] == NAMES_DIFFER["surname"], at["given_name"] == NAMES_DIFFER["given_name"]
    against = (at["birth"] >= _TWO_SLIPS).astype(np.int8) + _differs(at, "sex") + _differs(at, "phone")
    unlike = (at["birth"] >= _BIRTH_DIFFERS) | (against >= _SEVERAL)
    loosely = (at["surname"] == LOOSELY_ALIKE) & (at["given_name"] == LOOSELY_ALIKE)
    found: NDArray[np.bool_] = _no_part_fits(at) | ((surname | given | loosely) & unlike)
    found |= given & ~_one_number_in_each(table, left, right)
    return found


def _no_part_fits(at: _Levels) -> NDArray[np.bool_]:
    surname, given = at["surname"], at["given_name"] == NAMES_DIFFER["given_name"]
    found: NDArray[np.bool_] = given & ((surname == NAMES_DIFFER["surname"]) | (surname == 0))
    return found


def _differs(at: _Levels, name: str) -> NDArray[np.int8]:
    return (at[name] > EQUAL).astype(np.int8)


def _somebody_else_by_name(at: _Levels) -> NDArray[np.bool_]:
    """The name does not fit, and neither number, birth date nor address says that it is one person all the same.

    What is left is a phone, a unit or a sex, which a household, a class or half of everybody shares.
    """
    told = _number_fits(at) | ((at["birth"] >= EQUAL) & (at["birth"] < _TWO_SLIPS)) | (at["address"] == EQUAL)
    surname, given = at["surname"], at["given_name"]
    other_surname, other_given = surname == NAMES_DIFFER["surname"], given == NAMES_DIFFER["given_name"]
    unlike = (other_given & (surname == 0)) | ((given >= LOOSELY_ALIKE) & (surname == LOOSELY_ALIKE))
    found: NDArray[np.bool_] = (unlike | (other_surname & (given > SOUNDS_ALIKE))) & ~told
    return found


def _one_number_in_each(table: Table, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Whether the rows are of different lists, and the left one's number stands once in either."""
    if "id_no" not in table.fields:
        return np.zeros(len(left), bool)
    codes = table.fields["id_no"].codes
    size = len(table.fields["id_no"].values) + 1
    counts = [np.bincount(side + 1, minlength=size) for side in np.split(codes, [table.ours])]
    found: NDArray[np.bool_] = (np.maximum(*counts) <= 1)[codes[left] + 1] & (left < table.ours) & (right >= table.ours)
    return found


def _could_be_siblings(at: _Levels) -> NDArray[np.bool_]:
    """One family and one birth date or phone, and no number that says it is the same person."""
    family = (at["surname"] == EQUAL) | (at["surname"] == SOUNDS_ALIKE)
    shared = (at["birth"] == EQUAL) | (at["phone"] == EQUAL)
    found: NDArray[np.bool_] = family & shared & ~_number_fits(at)
    return found


def _number_fits(at: _Levels) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (at["id_no"] >= EQUAL) & (at["id_no"] < _NUMBERS_DIFFER)
    return found

"""How near two names are (姓名比对): parts by spelling and sound, and parts that were swapped."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import MISSING, Field
from lianfang.domain.linkage.likeness import (
    EQUAL,
    LOOSELY_ALIKE,
    LOOSELY_NEAR,
    NAMES_DIFFER,
    NEAR,
    SOUNDS_ALIKE,
    SWAPPED,
    Level,
    chosen,
    distinct_ordered,
    distinct_pairs,
    is_part,
    near,
    said_by_both,
)
from lianfang.domain.linkage.listing import Codes, Rows
from lianfang.domain.linkage.table import Fields

_NEAR: Final = 3
_SHORTEST_PART: Final = 3
_UNLIKE: Final = 2


def name_levels(fields: Fields, left: Rows, right: Rows, *, workers: int) -> dict[str, Level]:
    """Levels of surname and given name."""
    surname = _part(fields, "surname", "sound_surname", left, right, workers)
    given = _part(fields, "given_name", "sound_given", left, right, workers)
    _take_wholes(fields, left, right, surname, given)
    _take_swapped(fields, left, right, surname, given, workers)
    return {"surname": surname, "given_name": given}


def _part(fields: Fields, name: str, sound: str, left: Rows, right: Rows, workers: int) -> Level:
    """Levels of one part of the names by its text and its sound."""
    text, said = fields[name], fields[sound]
    first, second = said.codes[left], said.codes[right]
    level = np.where(first == second, SOUNDS_ALIKE, NAMES_DIFFER[name]).astype(np.int8)
    level[text.codes[left] == text.codes[right]] = EQUAL
    level[~said_by_both(first, second)] = 0
    open_ = np.flatnonzero(level == NAMES_DIFFER[name])
    if len(open_):
        one, other, inverse = distinct_pairs(first[open_], second[open_], len(said.values))
        level[open_] = _likeness(said, one, other, NAMES_DIFFER[name], workers)[inverse]
    return level


def _likeness(said: Field, one: Codes, other: Codes, different: int, workers: int) -> Level:
    alike = near(chosen(said.values, one), chosen(said.values, other), workers)
    sizes = np.array([len(value) for value in said.values])
    part = is_part(said.values, one, other) & (np.minimum(sizes[one], sizes[other]) >= _SHORTEST_PART)
    return np.select([alike >= NEAR, (alike >= LOOSELY_NEAR) | part], [_NEAR, LOOSELY_ALIKE], different).astype(np.int8)


def _take_wholes(fields: Fields, left: Rows, right: Rows, surname: Level, given: Level) -> None:
    """Names that are equal or sound alike as a whole may have been cut into parts differently."""
    for name, level in (("sound", SOUNDS_ALIKE), ("whole", EQUAL)):
        codes = fields[name].codes
        same = (codes[left] == codes[right]) & (codes[left] != MISSING)
        cut = same & ((surname > level) | (given > level))
        surname[cut & (surname > level)] = level
        given[cut] = level


def _take_swapped(fields: Fields, left: Rows, right: Rows, surname: Level, given: Level, workers: int) -> None:
    """Where nothing fits in place, the surname of one may be the given name of the other."""
    unlike = _is_unlike(surname, "surname") & _is_unlike(given, "given_name") & ((surname > 0) | (given > 0))
    rest = np.flatnonzero(unlike | ((surname == 0) & (given == 0)))
    if not len(rest):
        return
    first, last = fields["sound_surname"], fields["sound_given"]
    across = _across(first, last, left[rest], right[rest], workers)
    back = _across(first, last, right[rest], left[rest], workers)
    swapped = (across == EQUAL) & (back != _UNLIKE) | (back == EQUAL) & (across != _UNLIKE)
    surname[rest[swapped]], given[rest[swapped]] = SWAPPED, 0


def _across(surnames: Field, givens: Field, left: Rows, right: Rows, workers: int) -> Level:
    """1 where the left surname is near the right given name, 2 where it is not, 0 where one is missing."""
    first, second = surnames.codes[left], givens.codes[right]
    level = np.zeros(len(left), np.int8)
    both = np.flatnonzero(said_by_both(first, second))
    if len(both):
        one, other, inverse = distinct_ordered(first[both], second[both], len(givens.values))
        alike = near(chosen(surnames.values, one), chosen(givens.values, other), workers)
        level[both] = np.where(alike >= NEAR, EQUAL, _UNLIKE)[inverse]
    return level


def _is_unlike(level: Level, name: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (level == 0) | (level == NAMES_DIFFER[name])
    return found

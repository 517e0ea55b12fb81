"""Dates that slipped (日期错位): units whose counts agree once a day is moved, and single counts booked a day off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.two_lists.cells import Codes, Floats
from lianfang.domain.two_lists.totals import Totals

DAYS: Final = (-1, 1)
_FEWEST: Final = 2  # days with something to count that must come to agree; one alone agrees by chance


@dataclass(frozen=True, slots=True)
class Shift:
    """A unit whose days agree better when theirs of `days` later is put beside ours.

    `before` and `after` count the days on which both sides give the same, among `compared` where either is not zero.
    """

    unit: Any
    days: int
    compared: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Move:
    """Theirs has `count` fewer on a day and as many more `days` later: booked on another day."""

    unit: Any
    day: date
    days: int
    count: float


def shifts(totals: Totals, days: tuple[int, ...] = DAYS) -> tuple[Shift, ...]:
    """The best shift of each unit that has one: more days agree than before, and most of those compared."""
    found: dict[int, Shift] = {}
    for step in days:
        for at, shift in _shifts_by(totals, step):
            if at not in found or shift.after > found[at].after:
                found[at] = shift
    return tuple(found[at] for at in sorted(found))


def moves(totals: Totals, days: int = 1) -> tuple[Move, ...]:
    """Pairs of days `days` apart in a unit whose differences cancel out, each difference used once."""
    apart, grid = totals.difference, totals.grid
    later = _beside(totals, apart, days)
    candidates = np.flatnonzero((apart != 0) & ~np.isnan(apart) & (apart + later == 0))
    used: set[tuple[int, int]] = set()
    found = []
    for cell in candidates.tolist():
        unit, day = int(grid.unit[cell]), int(grid.day[cell])
        if (unit, day) not in used:
            used |= {(unit, day), (unit, day + days)}
            forward = apart[cell] < 0
            first = cell if forward else _cell_at(totals, unit, day + days)
            step = days if forward else -days
            found.append(Move(grid.units[unit], grid.date(first), step, abs(float(apart[cell]))))
    return tuple(found)


def _shifts_by(totals: Totals, step: int) -> list[tuple[int, Shift]]:
    grid = totals.grid
    shifted = _beside(totals, grid.theirs, step)
    compared = ~np.isnan(grid.ours + grid.theirs + shifted) & ((grid.ours > 0) | (grid.theirs > 0))
    before = compared & (grid.ours == grid.theirs)
    after = compared & (grid.ours == shifted)
    told = after & (grid.ours > 0)  # two zeros say nothing about days
    counts = [_per_unit(some, grid.unit, len(grid.units)) for some in (compared, before, after, told)]
    better = (counts[2] > counts[1]) & (counts[3] >= _FEWEST) & (2 * counts[2] > counts[0])
    return [
        (at, Shift(grid.units[at], step, *(int(column[at]) for column in counts[:3])))
        for at in np.flatnonzero(better).tolist()
    ]


def _beside(totals: Totals, values: Floats, step: int) -> Floats:
    """For each cell the value of the same unit `step` days later, NaN where there is none."""
    grid = totals.grid
    if not len(totals):
        return values
    first = int(grid.day.min()) - abs(step)
    span = int(grid.day.max()) - first + abs(step) + 1
    keys = grid.unit * span + grid.day - first
    at = np.minimum(np.searchsorted(keys, keys + step), len(keys) - 1)
    beside: Floats = np.where(keys[at] == keys + step, values[at], np.nan)
    return beside


def _per_unit(some: NDArray[np.bool_], unit: Codes, many: int) -> Codes:
    return np.bincount(unit[some], minlength=many)


def _cell_at(totals: Totals, unit: int, day: int) -> int:
    grid = totals.grid
    inside = np.searchsorted(grid.unit, [unit, unit + 1])
    return int(inside[0] + np.searchsorted(grid.day[inside[0] : inside[1]], day))

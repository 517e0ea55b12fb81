"""Totals of two sides reconciled by unit and day (总量核对): status of each cell, margins, and how the cells agree.

A cell is equal, within tolerance, over or under (theirs above or below ours), or missing on one side, which is never
the same as zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.two_lists.cells import Codes, Counts, Floats, Grid, grid_of

_EPOCH = date(1970, 1, 1)


class Status(IntEnum):
    """How theirs stands to ours in a cell or a margin."""

    EQUAL = 0
    WITHIN = 1
    OVER = 2
    UNDER = 3
    MISSING_OURS = 4
    MISSING_THEIRS = 5


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A difference is tolerated up to `share` of the greater figure; with a share, `least` is tolerated in any case."""

    share: float = 0.0
    least: float = 1.0

    def of(self, ours: Floats, theirs: Floats) -> Floats:
        """The difference tolerated in each cell."""
        if not self.share:
            return np.zeros(len(ours))
        return np.maximum(self.least, self.share * np.maximum(ours, theirs))


CASES: Final = Tolerance()
"""Cases are persons: any difference is one."""
ATTENDANCE: Final = Tolerance(share=0.1)
"""Counts of attendance move during a day."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The sums of several cells; `key` is a unit, a day, or None for all of them.

    `differing` counts cells beyond tolerance; cells missing on a side are counted apart and add nothing to its sum.
    """

    key: Any
    ours: float
    theirs: float
    status: Status
    cells: int
    differing: int
    missing_ours: int
    missing_theirs: int

    @property
    def difference(self) -> float:
        """Theirs less ours."""
        return self.theirs - self.ours

    @property
    def ratio(self) -> float | None:
        """Theirs to ours, the verification factor; None of nothing."""
        return self.theirs / self.ours if self.ours else None

    @property
    def offset(self) -> bool:
        """Whether the sums are equal only because errors cancel out (相互抵消)."""
        return self.status is Status.EQUAL and self.differing > 0

    @property
    def agrees(self) -> bool:
        """Whether the sums and every cell in them agree, and nothing is missing."""
        return self.status <= Status.WITHIN and not (self.differing or self.missing_ours or self.missing_theirs)


@dataclass(frozen=True, slots=True)
class CellAgreement:
    """How the cells that both sides give agree; None when there are none."""

    compared: int
    exact: float | None  # share
    mean_difference: float | None  # of absolute differences
    concordance: float | None  # Lin 1989


@dataclass(frozen=True)
class Totals:
    """Two sides reconciled: columns by cell, in the order of units and days."""

    grid: Grid
    status: NDArray[np.int8]
    tolerance: Tolerance

    def __len__(self) -> int:
        return len(self.status)

    @cached_property
    def difference(self) -> Floats:
        """Theirs less ours, NaN where a side is missing."""
        return self.grid.theirs - self.grid.ours

    @cached_property
    def ratio(self) -> Floats:
        """Theirs to ours, NaN where a side is missing or ours is zero."""
        ours = np.where(self.grid.ours == 0, np.nan, self.grid.ours)
        return self.grid.theirs / ours

    def count(self, status: Status) -> int:
        """Cells of a status."""
        return int(np.count_nonzero(self.status == status))

    def by_unit(self) -> tuple[Margin, ...]:
        """The sums of each unit over the days."""
        return self._margins(self.grid.unit, self.grid.units)

    def by_day(self) -> tuple[Margin, ...]:
        """The sums of each day over the units."""
        days, places = np.unique(self.grid.day, return_inverse=True)
        return self._margins(places, tuple(_EPOCH + timedelta(days=int(day)) for day in days))

    def overall(self) -> Margin:
        """The sums of everything."""
        return self._margins(np.zeros(len(self), np.int64), (None,))[0]

    def agreement(self) -> CellAgreement:
        """How the cells agree that both sides give."""
        both = ~np.isnan(self.difference)
        ours, theirs, apart = self.grid.ours[both], self.grid.theirs[both], self.difference[both]
        if not len(apart):
            return CellAgreement(0, None, None, None)
        exact, mean = float(np.mean(apart == 0)), float(np.mean(np.abs(apart)))
        return CellAgreement(len(apart), exact, mean, _concordance(ours, theirs))

    def _margins(self, places: Codes, keys: tuple[Any, ...]) -> tuple[Margin, ...]:
        many = len(keys)
        sums = [np.bincount(places, np.nan_to_num(side), many) for side in (self.grid.ours, self.grid.theirs)]
        cells = np.bincount(places, minlength=many)
        apart = [np.bincount(places[self.status == one], minlength=many) for one in Status]
        missing = apart[Status.MISSING_OURS], apart[Status.MISSING_THEIRS]
        found = statuses(
            np.where(missing[0] == cells, np.nan, sums[0]), np.where(missing[1] == cells, np.nan, sums[1]),
            self.tolerance,
        )  # fmt: skip
        columns: tuple[NDArray[Any], ...] = (*sums, found, cells, apart[Status.OVER] + apart[Status.UNDER], *missing)
        lists: list[list[Any]] = [column.tolist() for column in columns]
        rows = zip(keys, *lists, strict=True)
        return tuple(Margin(key, ours, theirs, Status(status), *rest) for key, ours, theirs, status, *rest in rows)


def reconcile_totals(ours: Counts, theirs: Counts, tolerance: Tolerance = CASES) -> Totals:
    """Our counts by unit and day against theirs. Raises ValueError when a side has a cell twice."""
    grid = grid_of(ours, theirs)
    return Totals(grid, statuses(grid.ours, grid.theirs, tolerance), tolerance)


def statuses(ours: Floats, theirs: Floats, tolerance: Tolerance) -> NDArray[np.int8]:
    """The status of each pair of figures, NaN being missing."""
    apart = theirs - ours
    status = np.where(apart > 0, Status.OVER, Status.UNDER).astype(np.int8)
    status[np.abs(apart) <= tolerance.of(ours, theirs)] = Status.WITHIN
    status[apart == 0] = Status.EQUAL
    status[np.isnan(theirs)] = Status.MISSING_THEIRS
    status[np.isnan(ours)] = Status.MISSING_OURS
    return status


def _concordance(ours: Floats, theirs: Floats) -> float | None:
    """Lin's coefficient, with moments over all cells; None where neither side varies and both are the same."""
    apart = float(ours.mean() - theirs.mean())
    spread = float(ours.var() + theirs.var()) + apart**2
    common = float(np.mean((ours - ours.mean()) * (theirs - theirs.mean())))
    return None if math.isclose(spread, 0.0, abs_tol=1e-300) else 2 * common / spread

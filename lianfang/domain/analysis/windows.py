"""Windows of days over which a value is estimated (时间窗): first and last day, counted from 1 as the references do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused

Days = NDArray[np.int64]
Asked = int | tuple[ArrayLike, ArrayLike]
"""How windows are asked for: a length in days, sliding from day 2 on, or first and last days."""


@dataclass(frozen=True, slots=True)
class Windows:
    """First and last days of each window, both within it, from 1."""

    t_start: Days
    t_end: Days

    def total(self, values: Floats) -> Floats:
        """Sums over each window, windows as the last axis. Added up afresh: running sums would lose small values."""
        lengths = self.t_end - self.t_start
        if (lengths == lengths[0]).all():
            found = np.array(values[..., self._days(0)])
            for later in range(1, int(lengths[0]) + 1):
                found += values[..., self._days(later)]
            return found
        ended = np.concatenate([values, np.zeros((*values.shape[:-1], 1))], axis=-1)
        edges = np.column_stack([self.t_start - 1, self.t_end]).ravel()
        return np.asarray(np.add.reduceat(ended, edges, axis=-1)[..., ::2])

    def _days(self, later: int) -> slice | Days:
        """Places of the days so many after each window's first; a slice where windows slide, which is much faster."""
        first = int(self.t_start[0]) - 1 + later
        if (np.diff(self.t_start) == 1).all():
            return slice(first, first + len(self.t_start))
        return self.t_start - 1 + later


def windows_of(asked: Asked, *, length: int, earliest: int = 2) -> Windows:
    """The windows asked for in a series of `length` days.

    Day 1 is in none: its cases have no infectors that were counted. Refused: `series.short` when no window fits,
    `window.shape` when firsts and lasts do not pair, `window.outside` (position, first, last) for one that reaches out.
    """
    if isinstance(asked, tuple):
        return _checked(_whole(asked[0]), _whole(asked[1]), length=length, earliest=earliest)
    if asked < 1:
        raise Refused("number.out_of_range", "windows", low=1, high=length)
    if length < earliest + asked - 1:
        raise Refused("series.short", "incidence", length=length, fewest=earliest + asked - 1)
    start = np.arange(earliest, length - asked + 2)
    return Windows(start, start + asked - 1)


def _whole(days: ArrayLike) -> Days:
    try:
        found = np.atleast_1d(np.asarray(days, dtype=float))
    except (TypeError, ValueError) as wrong:
        raise Refused("window.shape", "windows") from wrong
    if found.ndim != 1 or not found.size or not np.isfinite(found).all() or (found != np.floor(found)).any():
        raise Refused("window.shape", "windows")
    return found.astype(np.int64)


def _checked(start: Days, end: Days, *, length: int, earliest: int) -> Windows:
    if start.shape != end.shape:
        raise Refused("window.shape", "windows")
    wrong = (start < earliest) | (end > length) | (end < start)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise Refused(
            "window.outside", "windows",
            position=place + 1, first=int(start[place]), last=int(end[place]), low=earliest, high=length,
        )  # fmt: skip
    return Windows(start, end)

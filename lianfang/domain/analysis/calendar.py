"""Epidemiological weeks (流行病学周): ISO weeks from Monday, MMWR weeks from Sunday, and weeks from any other day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.analysis.series import within
from lianfang.domain.refusals import Refused

ISO, SATURDAY, MMWR = 1, 6, 7
"""The day a week starts on, from 1 for Monday: ISO 8601, weeks from Saturday, weeks of the CDC from Sunday."""
_DAYS: Final = 7
_MIDDLE: Final = 3  # days from a week's first to its fourth, which decides the year the week belongs to
_EPOCH_WEEKDAY: Final = 4  # 1970-01-01 was a Thursday, Monday being 1


@dataclass(frozen=True, slots=True)
class Weeks:
    """The year a week belongs to, its number from 1, and its first day, in the shape of the days asked about."""

    year: NDArray[np.int64]
    number: NDArray[np.int64]
    first: NDArray[np.datetime64]

    @property
    def labels(self) -> NDArray[np.str_]:
        """Each week as text: 2009-W53."""
        codes, where = np.unique(self.first, return_index=True)
        texts = np.array([f"{self.year.flat[at]:04d}-W{self.number.flat[at]:02d}" for at in where])
        return np.asarray(texts[np.searchsorted(codes, self.first)])


def week(days: Any, *, week_start: int = ISO) -> Weeks:
    """The week of each day (dates, datetime64 or ISO texts, any shape); `week_start` from 1 for Monday to 7 for Sunday.

    Week 1 is the first with at least four days in January; so a day may belong to a week of the year before or after
    (ISO 8601; MMWR weeks, CDC). Refused: `date.format` when one is no day, `number.out_of_range` for the start.
    """
    start = int(within(week_start, "week_start", low=1, high=_DAYS))
    asked = _days(days)
    since = asked.astype(np.int64) + _EPOCH_WEEKDAY - start
    first = asked - since % _DAYS
    middle = first + _MIDDLE
    years = middle.astype("datetime64[Y]")
    number = (middle - years.astype("datetime64[D]")).astype(np.int64) // _DAYS + 1
    return Weeks(years.astype(np.int64) + 1970, number, first)


def _days(days: Any) -> NDArray[np.datetime64]:
    try:
        found = np.asarray(days, dtype="datetime64[D]")
    except (TypeError, ValueError) as wrong:
        raise Refused("date.format", "date") from wrong
    if np.isnat(found).any():
        raise Refused("date.format", "date")
    return found

"""Which past weeks a week is compared with (参照时段): the same season of earlier years, and other blocks.

Farrington and others 1996, Noufaily and others 2013; the rules stand in section 4 of the analysis note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused

Places = NDArray[np.int64]
WEEK: Final = 7
MONTHS: Final = 12
WEEKS: Final = 52
DAYS: Final = 365
_LONGEST_MONTH: Final = 31


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference points of one moment: places in the series, level of season (from 0), time in steps before now.

    The level of now is the last one. `basis` has a row a level (1 where the point belongs to it) and a row of times.
    """

    places: Places
    levels: Places
    time: Floats
    basis: Floats

    @property
    def now_level(self) -> int:
        """The level that now belongs to."""
        return len(self.basis) - 2


@dataclass(frozen=True)
class Calendar:
    """The time axis of series: its length, how many steps a year has, its days where they are known."""

    length: int
    frequency: int
    days: tuple[date, ...] | None = None

    @classmethod
    def of(cls, length: int, frequency: int | None, dates: Sequence[date] | None) -> Calendar:
        """Checks the days and finds the frequency from their step: 365 a day, 52 a week, 12 a month.

        Refused: `series.not_numbers` (days as many as counts), `dates.order`, `number.out_of_range` (freq).
        """
        if dates is None:
            return cls(length, _frequency(WEEKS if frequency is None else frequency))
        if len(dates) != length:
            raise Refused("series.not_numbers", "dates")
        gaps = {(later - earlier).days for earlier, later in pairwise(dates)}
        if gaps and min(gaps) <= 0:
            raise Refused("dates.order", "dates")
        found = _frequency_of(gaps) if frequency is None else frequency
        return cls(length, _frequency(found), tuple(dates))

    def centres(self, now: int, years: int) -> list[int]:
        """The places of the same time in the `years` years before, newest first; -1 where the series does not reach."""
        if self.days is None:
            return [max(now - year * self.frequency, -1) for year in range(1, years + 1)]
        return [self._place(now, year) for year in range(1, years + 1)]

    def before(self, places: Places, now: int) -> Floats:
        """How many steps each place lies after `now` (so below zero); by days where they are known."""
        if self.days is None:
            return (places - now).astype(np.float64)
        ordinals = np.array([day.toordinal() for day in self.days])
        return np.asarray((ordinals[places] - ordinals[now]) / (ordinals[1] - ordinals[0]), dtype=np.float64)

    def _place(self, now: int, years: int) -> int:
        days = self.days or ()
        if self.frequency == MONTHS:
            wanted = (days[now].year - years, days[now].month)
            return next((place for place, day in enumerate(days) if (day.year, day.month) == wanted), -1)
        day = years_before(days[now], years)
        if self.frequency == WEEKS:
            day = _nearest_weekday(day, days[now].weekday())
        if day < days[0]:
            return -1
        place = int(np.searchsorted(np.array(days, dtype="datetime64[D]"), np.datetime64(day)))
        if days[place] != day:
            raise Refused("dates.missing", "dates", day=day.isoformat())
        return place


def years_before(day: date, years: int) -> date:
    """The same day `years` years before; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def reference(calendar: Calendar, now: int, *, b: int, w: int, periods: int, left_out: int) -> Reference | None:
    """The reference points of place `now`: `b` years, windows of `w` steps on both sides, `periods` levels a year.

    The newest `left_out` points before now are not used. None where the series does not reach back `b` years and `w`.
    Refused `number.out_of_range` where windows overlap (w) or a year has fewer steps than levels (no_periods).
    """
    centres = [now, *calendar.centres(now, b)]
    if min(centres) - w < 0:
        return None
    levels = np.full(now + 1, -1, dtype=np.int64)
    levels[now - w : now + 1] = periods - 1
    for later, earlier in pairwise(centres):
        _mark_year(levels, later, earlier, w, periods)
    places = np.flatnonzero(levels >= 0)
    places = places[places < now - left_out]
    return _described(calendar, now, places, levels[places])


def _mark_year(levels: Places, later: int, earlier: int, w: int, periods: int) -> None:
    """The window around `earlier` gets the last level; the steps between the two windows, the others."""
    between = later - earlier - 2 * w - 1
    if between < 0:
        raise Refused("number.out_of_range", "w", low=0, high=(later - earlier - 1) // 2)
    levels[earlier - w : earlier + w + 1] = periods - 1
    if periods == 1:
        return
    if between < periods - 1:
        raise Refused("number.out_of_range", "no_periods", low=1, high=between + 1)
    length, rest = divmod(between, periods - 1)
    lengths = length + (np.arange(periods - 1) < rest)
    levels[earlier + w + 1 : later - w] = np.repeat(np.arange(periods - 1), lengths)


def _described(calendar: Calendar, now: int, places: Places, levels: Places) -> Reference:
    found, numbered = np.unique(levels, return_inverse=True)
    time = calendar.before(places, now)
    one_hot = (np.arange(len(found))[:, None] == numbered[None, :]).astype(np.float64)
    return Reference(places, numbered.astype(np.int64), time, np.vstack([one_hot, time]))


def _nearest_weekday(day: date, weekday: int) -> date:
    ahead = (weekday - day.weekday()) % WEEK
    return day + timedelta(days=ahead if ahead <= WEEK // 2 else ahead - WEEK)


def _frequency_of(gaps: set[int]) -> int:
    if not gaps or max(gaps) < WEEK:
        return DAYS
    return WEEKS if max(gaps) < _LONGEST_MONTH - WEEK else MONTHS


def _frequency(value: Any) -> int:
    if not 1 <= int(value) <= DAYS + 1:
        raise Refused("number.out_of_range", "freq", low=1, high=DAYS + 1)
    return int(value)

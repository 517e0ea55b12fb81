"""Farrington's method (法林顿法): is this week above what the same season of earlier years, with a trend, lets expect?

Quasi-Poisson regression on reference weeks in which past outbreaks count less. Sources: Farrington, Andrews, Beale and
Catchpole, J R Stat Soc A 1996;159:547 (original); Noufaily and others, Stat Med 2013;32:1206 (flexible).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis import series
from lianfang.domain.analysis.detect import _bounds
from lianfang.domain.analysis.detect._fit import Prepared, Sample
from lianfang.domain.analysis.detect._model import Fitting, modelled
from lianfang.domain.analysis.detect._reference import Calendar, Places, Reference, reference
from lianfang.domain.analysis.series import Flags, Floats
from lianfang.domain.refusals import Refused

_MOST_YEARS: Final = 50
_YEARS_FOR_TREND: Final = 3
_OLD_THRESHOLD: Final = 1.0  # of the paper of 1996, as the p value of the trend
_OLD_P_TREND: Final = 0.05


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found at each judged time; arrays are (times,) for one series, (series, times) for several.

    `at` (times,): places in the series, from 0. `upper` is NaN where there were too few cases of late to judge
    (`limit54`), and there is no alarm then; infinite where muan has no bound (no case in the season's reference
    weeks). `expected`: cases. `dispersion`: at least 1. `slope` a step of time is NaN where no trend was kept.
    `p_value`: of as many cases or more. `score`: (observed - expected) / (upper - expected); NaN where `upper` is, or
    where upper equals expected.
    """

    at: Places
    observed: Floats
    upper: Floats
    expected: Floats
    alarm: Flags
    dispersion: Floats
    slope: Floats
    p_value: Floats

    @property
    def score(self) -> Floats:
        """See the class."""
        room = self.upper - self.expected
        return np.asarray((self.observed - self.expected) / np.where(room == 0, np.nan, room))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The settings of one run; see `farrington`. `tail` is the share of ordinary weeks above the bound."""

    b: int
    w: int
    periods: int
    left_out: int
    fitting: Fitting
    method: str
    transform: str
    tail: float
    limit: tuple[int, int]


def farrington(
    counts: ArrayLike, *, b: int = 5, w: int = 3, no_periods: int = 1, past_weeks_not_included: int | None = None,
    reweight: bool = True, weights_threshold: float = 2.58, trend: bool = True, p_threshold_trend: float = 0.05,
    threshold_method: str = "delta", powertrans: str = "2/3", alpha: float = 0.05, limit54: tuple[int, int] = (5, 4),
    freq: int | None = None, dates: Sequence[date] | None = None, population: ArrayLike | None = None,
    at: Sequence[int] | None = None,
) -> Detection:  # fmt: skip
    """Farrington's flexible method on one series (time,) or many (series, time).

    Compared are `b` years, windows of `w` steps on both sides of the same time of year, and with `no_periods` above 1
    the rest of each year in `no_periods - 1` levels of season; the last `past_weeks_not_included` steps (w when None)
    are left out. With `reweight`, points whose standardised residual exceeds `weights_threshold` count less. A `trend`
    is kept when b >= 3, its p value is below `p_threshold_trend`, and it does not lead above all reference counts.
    `alpha` is one-sided. Methods of the bound: delta with `powertrans` 2/3, 1/2 or none; nbPlugin; muan. Nothing is
    judged where fewer than limit54[0] cases fell in the last limit54[1] steps. With `dates` reference weeks follow the
    calendar, else `freq` steps are a year (52). `population` (same shape, or one row) is a log offset. `at`: places to
    judge, from 0; when None, all that have enough history.

    Refused: as `series.counts`; `number.out_of_range`; `choice.unknown`; `dates.order`, `dates.missing`;
    `detect.history_short` (b, w, first) where a place to judge has too little history.
    """
    # With fewer than three years a trend is never kept, so it need not be tried.
    fitting = Fitting(reweight, weights_threshold, trend and b >= _YEARS_FOR_TREND, p_threshold_trend, original=False)
    left_out = w if past_weeks_not_included is None else past_weeks_not_included
    rules = _Rules(b, w, no_periods, left_out, fitting, threshold_method, powertrans, alpha, limit54)
    return _run(counts, rules, freq=freq, dates=dates, population=population, at=at)


def farrington_original(
    counts: ArrayLike, *, b: int = 5, w: int = 3, reweight: bool = True, trend: bool = True, powertrans: str = "2/3",
    alpha: float = 0.05, limit54: tuple[int, int] = (5, 4), freq: int | None = None,
    dates: Sequence[date] | None = None, population: ArrayLike | None = None, at: Sequence[int] | None = None,
) -> Detection:  # fmt: skip
    """The method of 1996: windows only, `alpha` two-sided, trend kept at p < 0.05, residuals above 1 count less.

    Arguments and refusals as `farrington`. The error of the expectation takes the dispersion of the fit as it is.
    """
    fitting = Fitting(reweight, _OLD_THRESHOLD, trend and b >= _YEARS_FOR_TREND, _OLD_P_TREND, original=True)
    rules = _Rules(b, w, 1, w, fitting, "delta", powertrans, alpha / 2, limit54)
    return _run(counts, rules, freq=freq, dates=dates, population=population, at=at)


def _run(
    counts: ArrayLike,
    rules: _Rules,
    *,
    freq: int | None,
    dates: Sequence[date] | None,
    population: ArrayLike | None,
    at: Sequence[int] | None,
) -> Detection:
    _check(rules)
    given = series.counts(counts)
    rows = series.rows(given)
    calendar = Calendar.of(rows.shape[-1], freq, dates)
    points = _references(calendar, rules, at)
    people = None if population is None else _people(population, rows)
    known = Prepared.of(rows)
    found = [_judged(known, people, now, reference, rules) for now, reference in points]
    one = given.ndim == 1
    parts = [np.column_stack(part) for part in zip(*found, strict=True)]
    shaped = [part[0] if one else part for part in parts]
    return Detection(np.array([now for now, _ in points], dtype=np.int64), *shaped)


def _check(rules: _Rules) -> None:
    series.within(rules.b, "b", low=1, high=_MOST_YEARS)
    for value, field in ((rules.w, "w"), (rules.left_out, "past_weeks_not_included"), (rules.limit[0], "limit54")):
        series.within(value, field, low=0, high=series.MOST)
    series.within(rules.limit[1], "limit54", low=1, high=series.MOST)
    series.within(rules.periods, "no_periods", low=1, high=366)
    series.within(rules.tail, "alpha", low=0, high=0.5, open_ends=True)
    series.within(rules.fitting.threshold, "weights_threshold", low=0, high=series.MOST, open_ends=True)
    series.within(rules.fitting.p_trend, "p_threshold_trend", low=0, high=1)
    for chosen, field, known in (
        (rules.method, "threshold_method", _bounds.METHODS), (rules.transform, "powertrans", _bounds.TRANSFORMS),
    ):  # fmt: skip
        if chosen not in known:
            raise Refused("choice.unknown", field, choices=list(known))


def _references(calendar: Calendar, rules: _Rules, at: Sequence[int] | None) -> list[tuple[int, Reference]]:
    """The places to judge with their reference points. Refused where there is too little history."""
    places = range(calendar.length) if at is None else at
    outside = next((place for place in places if not 0 <= place < calendar.length), None)
    if outside is not None:
        raise Refused("number.out_of_range", "range", low=1, high=calendar.length)
    found = [
        (now, reference(calendar, now, b=rules.b, w=rules.w, periods=rules.periods, left_out=rules.left_out))
        for now in places
    ]
    enough = [(now, points) for now, points in found if points is not None and len(points.places) > rules.periods + 1]
    if not enough or (at is not None and len(enough) < len(found)):
        raise Refused("detect.history_short", "range", b=rules.b, w=rules.w, length=calendar.length)
    return enough


def _people(population: ArrayLike, rows: Floats) -> Floats:
    people = series.rows(series.counts(population, field="population", whole=False))
    if people.shape[-1] != rows.shape[-1] or len(people) not in (1, len(rows)):
        raise Refused("series.not_numbers", "population")
    if not (people > 0).all():
        raise Refused("number.out_of_range", "population", low=1, high=series.MOST)
    return people


def _judged(
    known: Prepared, people: Floats | None, now: int, points: Reference, rules: _Rules
) -> tuple[np.ndarray, ...]:
    """All series at one time: observed, upper, expected, alarm, dispersion, slope, p value."""
    offset = None if people is None else np.log(people[:, points.places])
    sample = Sample(known.take(points.places, axis=1), points, offset=offset)
    level = 0.0 if people is None else np.log(people[:, now])
    model = modelled(sample, level, rules.fitting)
    observed = known.counts[:, now]
    fewest, latest = rules.limit
    enough = known.counts[:, max(now + 1 - latest, 0) : now + 1].sum(axis=1) >= fewest
    expected = model.expectation(level)
    found = _bounds.bounds(observed, expected, method=rules.method, transform=rules.transform, tail=rules.tail)
    upper = np.where(enough, found.upper, np.nan)
    alarm = enough & (observed > found.upper) & (observed > 0)
    return observed, upper, expected.mean, alarm, model.dispersion, model.slope, found.p_value

"""Farrington's method by day for schools (校园逐日法): the last eight weeks, days of the week, pupils present.

The idea of the daily variant AFFA of the English public health agency. Nothing else publishes reference results, so
its share of false alarms is tested by simulation. Class sizes need what years of weekly cases do not: days without
pupils, days of the week without a single case, and an expectation that is never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtr, chdtri, ndtr, stdtrit

from lianfang.domain.analysis import series
from lianfang.domain.analysis.detect._bounds import at_least, quantile
from lianfang.domain.analysis.detect._fit import product, put
from lianfang.domain.analysis.detect._model import weights_of
from lianfang.domain.analysis.detect._reference import WEEK, Places
from lianfang.domain.analysis.detect.farrington import Detection
from lianfang.domain.analysis.series import Flags, Floats
from lianfang.domain.refusals import Refused

_MOST_DAYS: Final = 3660
_FEWEST_FREE: Final = 5  # degrees of freedom below which a dispersion says nothing
_LEAST: Final = 1e-290
_LEAST_FREE: Final = 1e-12
_ROUNDS: Final = 2
_TRIMMED: Final = 0.1
_LEFT_OF_SQUARES: Final = float(chdtr(3, chdtri(1, _TRIMMED))) / (1 - _TRIMMED)  # mean of the kept squares, if normal
_HALF_A_CASE: Final = 0.5  # Jeffreys' prior of a rate: expectations after days without a case are not zero


@dataclass(frozen=True, slots=True)
class _Rules:
    """The settings of one run; see `daily`."""

    baseline: int
    left_out: int
    alpha: float
    reweight: bool
    threshold: float
    fewest: int
    cases_a_weekday: int
    fewest_days: int


@dataclass(frozen=True, slots=True)
class _Days:
    """The days compared with, (S, n) each: cases (0 where there was no school), pupils present, school or not."""

    counts: Floats
    exposure: Floats
    school: Flags

    def of(self, rows: Flags) -> _Days:
        """The marked series."""
        return _Days(self.counts[rows], self.exposure[rows], self.school[rows])


@dataclass(frozen=True, slots=True)
class _Today:
    """Per series: cases expected today, the dispersion (at least 1), that of a new day, and free days."""

    mean: Floats
    dispersion: Floats
    of_new_day: Floats
    free: Floats

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """All of them, in order."""
        return self.mean, self.dispersion, self.of_new_day, self.free


def daily(
    counts: ArrayLike, *, present: ArrayLike | None = None, dates: Sequence[date] | None = None, baseline: int = 56,
    left_out: int = 0, alpha: float = 0.01, reweight: bool = True, weights_threshold: float = 3.0, fewest: int = 3,
    cases_a_weekday: int = 5, fewest_days: int = 14, at: Sequence[int] | None = None,
) -> Detection:  # fmt: skip
    """Judges days of one series (time,) or many (series, time) by the `baseline` days before them.

    `present` (same shape, or one row): pupils present or tests made; a day with 0 is no school day: it is neither
    judged nor compared with. `dates` give the day of the week, else every seventh day is alike. The newest `left_out`
    days are not compared with. The day of the week counts where a series has `cases_a_weekday` cases for each one on
    average, otherwise all days are alike. The bound is the 1 - `alpha` quantile of a negative binomial with the error
    of the expectation and of the dispersion; there is an alarm above it from `fewest` cases on. `at`: places to judge,
    from 0; when None, all that have a whole baseline.

    In the answer `upper` and `p_value` are NaN on days that were not judged: no school, or fewer than `fewest_days`
    school days to compare with. `slope` is NaN: no trend is fitted. Refused: as `series.counts`;
    `number.out_of_range`; `detect.history_short`; `dates.order`.
    """
    rules = _Rules(baseline, left_out, alpha, reweight, weights_threshold, fewest, cases_a_weekday, fewest_days)
    _check(rules)
    given = series.counts(counts)
    rows = series.rows(given)
    people = _people(present, rows)
    weekdays = _weekdays(rows.shape[-1], dates)
    places = _places(rows.shape[-1], rules, at)
    found = [_judged(rows, people, weekdays, now, rules) for now in places]
    parts = [np.column_stack(part) for part in zip(*found, strict=True)]
    shaped = [part[0] if given.ndim == 1 else part for part in parts]
    return Detection(np.array(places, dtype=np.int64), *shaped)


def _check(rules: _Rules) -> None:
    series.within(rules.baseline, "baseline", low=WEEK, high=_MOST_DAYS)
    series.within(rules.left_out, "left_out", low=0, high=rules.baseline - WEEK)
    series.within(rules.alpha, "alpha", low=0, high=0.5, open_ends=True)
    series.within(rules.threshold, "weights_threshold", low=0, high=series.MOST, open_ends=True)
    series.within(rules.fewest, "fewest", low=0, high=series.MOST)
    series.within(rules.cases_a_weekday, "cases_a_weekday", low=0, high=series.MOST)
    series.within(rules.fewest_days, "fewest_days", low=_FEWEST_FREE + 1, high=rules.baseline)


def _people(present: ArrayLike | None, rows: Floats) -> Floats:
    if present is None:
        return np.ones_like(rows)
    people = series.rows(series.counts(present, field="present", whole=False))
    if people.shape[-1] != rows.shape[-1] or len(people) not in (1, len(rows)):
        raise Refused("series.not_numbers", "present")
    return np.asarray(np.broadcast_to(people, rows.shape))


def _weekdays(length: int, dates: Sequence[date] | None) -> Places:
    if dates is None:
        return np.arange(length) % WEEK
    if len(dates) != length:
        raise Refused("series.not_numbers", "dates")
    if any((later - earlier).days != 1 for earlier, later in pairwise(dates)):
        raise Refused("dates.order", "dates")
    return np.array([day.weekday() for day in dates], dtype=np.int64)


def _places(length: int, rules: _Rules, at: Sequence[int] | None) -> list[int]:
    places = list(range(rules.baseline, length) if at is None else at)
    if any(not 0 <= place < length for place in places):
        raise Refused("number.out_of_range", "range", low=1, high=length)
    if not places or min(places) < rules.baseline:
        raise Refused("detect.history_short", "range", days=rules.baseline, length=length)
    return places


def _judged(rows: Floats, people: Floats, weekdays: Places, now: int, rules: _Rules) -> tuple[np.ndarray, ...]:
    """All series on one day: observed, upper, expected, alarm, dispersion, slope (none), p value."""
    past = slice(now - rules.baseline, now - rules.left_out)
    exposure = people[:, past]
    school = exposure > 0
    days = _Days(rows[:, past] * school, exposure, school)
    alike, weekly = np.zeros(days.counts.shape[1], dtype=np.int64), (weekdays[past] - weekdays[now] - 1) % WEEK
    today = _today(days, people[:, now], alike, rules)
    enough = _enough(days, weekly, rules)
    if enough.any():
        of_weekday = _today(days.of(enough), people[enough, now], weekly, rules)
        today = _Today(*(put(mine, enough, theirs) for mine, theirs in zip(today.parts, of_weekday.parts, strict=True)))
    judged = (school.sum(axis=1) >= rules.fewest_days) & (people[:, now] > 0)
    return _answer(rows[:, now], today, judged, rules)


def _enough(days: _Days, weekly: Places, rules: _Rules) -> Flags:
    """Which series have cases enough for a factor of the day of the week, and days like today."""
    groups = _groups(weekly)
    lessons = product(days.school.astype(np.float64), groups)
    cases = days.counts.sum(axis=1)
    return np.asarray((lessons[:, -1] > 1) & (cases >= rules.cases_a_weekday * (lessons > 0).sum(axis=1)))


def _today(days: _Days, people: Floats, levels: Places, rules: _Rules) -> _Today:
    """Rates of the levels in closed form; the last level is today's. Outlying days count less."""
    groups = _groups(levels)
    weights = days.school.astype(np.float64)
    free = np.maximum(weights.sum(axis=1) - (product(weights, groups) > 0).sum(axis=1), _FEWEST_FREE)
    if rules.reweight:
        weights = _weighed(days, weights, groups, free, rules.threshold)
    fitted, pull = _fitted(days, weights, groups)
    dispersion = np.maximum(_pearson(days, weights, fitted).sum(axis=1) / free, 1.0)
    known = pull[:, -1] + _HALF_A_CASE
    mean = people * known / np.maximum(product(weights * days.exposure, groups[:, -1:])[:, 0], _LEAST)
    return _Today(mean, dispersion, dispersion * (1 + mean / known), free)


def _fitted(days: _Days, weights: Floats, groups: Floats) -> tuple[Floats, Floats]:
    """Expectations of the days (S, n), and weighted cases of the levels (S, levels)."""
    cases = product(weights * days.counts, groups)
    exposure = product(weights * days.exposure, groups)
    rate = np.divide(cases, exposure, out=np.zeros_like(cases), where=exposure > 0)
    return product(rate, groups.T) * days.exposure, cases


def _pearson(days: _Days, weights: Floats, fitted: Floats) -> Floats:
    apart = days.counts - fitted
    return np.divide(weights * apart * apart, fitted, out=np.zeros_like(fitted), where=fitted > 0)


def _weighed(days: _Days, lessons: Floats, groups: Floats, free: Floats, threshold: float) -> Floats:
    """Weights by standardised Anscombe residuals, found in rounds; they sum to the number of school days.

    The first round takes a dispersion without the largest residuals, so that one outbreak cannot hide itself.
    """
    number = lessons.sum(axis=1)
    weights, powers, dispersion = lessons, days.counts ** (2 / 3), None
    for _round in range(_ROUNDS):
        fitted, cases = _fitted(days, weights, groups)
        known = fitted > 0
        mean = np.where(known, fitted, 1.0)
        raw = np.where(known, 1.5 * (powers * mean ** (-1 / 6) - np.sqrt(mean)), 0.0)
        if dispersion is None:
            scatter = _trimmed(raw * raw, days.school) * number
        else:
            scatter = _pearson(days, weights, fitted).sum(axis=1)
        dispersion = np.maximum(scatter / free, 1.0)
        share = np.divide(weights * fitted, product(cases, groups.T), out=np.zeros_like(fitted), where=known)
        residuals = raw / np.sqrt(dispersion[:, None] * np.maximum(1 - share, _LEAST_FREE))
        found = lessons * weights_of(residuals, threshold)
        weights = found * (number / np.maximum(found.sum(axis=1), _LEAST))[:, None]
    return weights


def _trimmed(squares: Floats, school: Flags) -> Floats:
    """The mean square of school days without the largest tenth, made up for what normal residuals would lose."""
    kept = np.ceil(school.sum(axis=1) * (1 - _TRIMMED)).astype(np.int64)
    ordered = np.sort(np.where(school, squares, np.inf), axis=1)
    inside = np.arange(squares.shape[1])[None, :] < kept[:, None]
    return np.asarray(np.where(inside, ordered, 0.0).sum(axis=1) / np.maximum(kept, 1) / _LEFT_OF_SQUARES)


def _answer(observed: Floats, today: _Today, judged: Flags, rules: _Rules) -> tuple[np.ndarray, ...]:
    # A dispersion from few days is itself uncertain: the tail is the one that Student's t leaves.
    tail = ndtr(-stdtrit(today.free, 1 - rules.alpha))
    upper = np.where(judged, quantile(1 - tail, today.mean, today.of_new_day), np.nan)
    p_value = np.where(judged, at_least(observed, today.mean, today.of_new_day), np.nan)
    alarm = judged & (observed > upper) & (observed >= rules.fewest)
    slope = np.full(len(observed), np.nan)
    return observed, upper, today.mean, alarm, today.dispersion, slope, p_value


def _groups(levels: Places) -> Floats:
    return np.asarray(levels[:, None] == np.arange(levels.max() + 1)[None, :], dtype=np.float64)

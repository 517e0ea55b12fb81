"""The negative binomial ratio in the arithmetic of R surveillance (按 R surveillance 算法的广义似然比), for `glr`.

That program looks for the likeliest rise of each story by Newton's steps without a guard. From sparse counts they
overshoot; the rise is then taken as none, and a ratio that was there is lost. Kept for comparison with its results.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lianfang.domain.analysis.series import Floats

_FIRST: Final = 0.5
"""Rise from which the steps of a day set out, for its longest story."""
_BEFORE_FIRST: Final = 0.4
"""Rise that each story pretends to have come from: one that sets out within `_CLOSE` of it takes no step."""
_CLOSE: Final = 1e-6
_LOWEST: Final = -18.0
_MOST_STEPS: Final = 1000
_AT_ONCE: Final = 4
"""Days judged together after an alarm; twice as many each time none follows."""


def as_surveillance(judged: Floats, mean: Floats, spread: float, limit: float) -> tuple[Floats, Floats]:
    """GLR as R surveillance 1.20.3 gives it, series by series of `judged`; it knows no least counts: those are NaN."""
    with np.errstate(all="ignore"):
        found = [_series(seen, expected, spread, limit) for seen, expected in zip(judged, mean, strict=True)]
    return np.array(found), np.full_like(judged, np.nan)


def _series(seen: Floats, mean: Floats, spread: float, limit: float) -> Floats:
    value = np.zeros_like(seen)
    first, day, many = 0, 0, _AT_ONCE
    while day < len(seen):
        until = min(day + many, len(seen))
        found = _of_days(seen[first:until], mean[first:until], spread, until - day)
        alarms = np.flatnonzero(found >= limit)
        if len(alarms):  # what was found for the days after it counts from the wrong start
            until = day + int(alarms[0]) + 1
            first = until
        value[day:until] = found[: until - day]
        day, many = until, _AT_ONCE if len(alarms) else 2 * many
    return value


def _of_days(seen: Floats, mean: Floats, spread: float, days: int) -> Floats:
    """The ratio on each of the last `days`. Days stand in rows, places in columns; after a day all is 0."""
    places = len(seen)
    known = np.arange(places) <= np.arange(places - days, places)[:, None]
    y, m = np.where(known, seen, 0.0), np.where(known, mean, 0.0)
    best, rise = np.zeros(days), np.full(days, _FIRST)
    # The longest story is told first, and each later one sets out from the rise found for the one before.
    for place in range(places):
        told = slice(max(0, place - (places - days)), None)
        one, expected = y[told, place:], m[told, place:]
        found = _risen(one, expected, spread, rise[told])
        rise[told] = np.where(found > 0, found, 0.0)  # so is a rise that is no number any more
        grown = np.log((1 + spread * expected) / (1 + spread * expected * np.exp(rise[told, None])))
        ratio = np.sum(rise[told, None] * one + (one + 1 / spread) * grown, axis=1)
        best[told] = np.where(ratio > best[told], ratio, best[told])
    return best


def _risen(seen: Floats, mean: Floats, spread: float, start: Floats) -> Floats:
    """The rises at which the steps from `start` come to rest, leave towards minus infinity, or stop being numbers."""
    before, rise = np.full_like(start, _BEFORE_FIRST), start.copy()
    weights = mean * (spread * seen + 1)
    for _step in range(_MOST_STEPS):
        going = np.flatnonzero((rise > _LOWEST) & (np.abs(rise - before) > _CLOSE))
        if not len(going):
            break
        before[going] = rise[going]
        rise[going] += _step_from(rise[going, None], seen[going], mean[going], weights[going], spread)
    return rise


def _step_from(rise: Floats, seen: Floats, mean: Floats, weights: Floats, spread: float) -> Floats:
    # The factor e^rise of the information stands outside its sum, as there: far out that sum is 0, and not NaN.
    times = np.exp(rise)
    over = 1 + spread * times * mean
    score = np.sum((seen - times * mean) / over, axis=1)
    return np.asarray(score / (times[:, 0] * np.sum(weights / np.square(over), axis=1)))

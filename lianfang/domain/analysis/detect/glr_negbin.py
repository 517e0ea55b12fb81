"""The generalised likelihood ratio of negative binomial counts (负二项广义似然比), for `glr`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from lianfang.domain.analysis.series import Floats

Places = NDArray[np.intp]
NODES: Final = 40
"""Rises at which every story is followed; between them it is a polynomial, true to about nine digits."""
CHUNK: Final = 1000
STEPS: Final = 6
_ROUNDING: Final = 1e-9
_STRIDE: Final = 0.5
_WARM: Final = 0.5
_MOST_STEPS: Final = 18
_CLOSE: Final = 1e-6


def negative_binomial(judged: Floats, mean: Floats, spread: float, limit: float) -> tuple[Floats, Floats]:
    """GLR and the least count for an alarm, series by series of `judged`, with `mean` expected."""
    found = [
        _chunk(judged[one : one + CHUNK], mean[one : one + CHUNK], spread, limit)
        for one in range(0, len(judged), CHUNK)
    ]
    return np.concatenate([value for value, _ in found]), np.concatenate([cases for _, cases in found])


def _chunk(judged: Floats, mean: Floats, spread: float, limit: float) -> tuple[Floats, Floats]:
    series, places = judged.shape
    most = np.log(np.maximum(judged, 1.0) / mean).max(axis=1).clip(min=0) + 1.0
    rises = (chebyshev.chebpts1(NODES) + 1) / 2 * most[:, None]
    powers: Floats = np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts1(NODES), NODES - 1)).astype(np.float64)
    value, cases = np.empty_like(judged), np.empty_like(judged)
    totals = np.zeros((places + 1, series, NODES))
    best, since = np.zeros((series, NODES)), np.zeros((series, NODES), dtype=np.intp)
    for place in range(places):
        grown = _grown(mean[:, place, None], rises, spread)
        a_case, a_day = rises - grown, grown / spread
        needed = (limit - np.maximum(best, 0.0) + a_day) / a_case
        cases[:, place] = np.maximum(0.0, np.ceil(needed - _ROUNDING).min(axis=1))
        since = np.where(best <= 0, place, since)
        step = judged[:, place, None] * a_case - a_day
        best, totals[place + 1] = np.maximum(best, 0.0) + step, totals[place] + step
        value[:, place] = _highest(totals[: place + 2], best, since, powers)
        best[value[:, place] >= limit] = 0.0
    return value, cases


def _highest(totals: Floats, best: Floats, since: Places, powers: Floats) -> Floats:
    """The ratio of each series: of the stories since the three likeliest places, each at its own best rise."""
    series = np.arange(len(best))
    middle = np.clip(best.argmax(axis=1), 1, NODES - 2)
    stories = np.concatenate([since[series, middle + one] for one in (-1, 0, 1)])
    who = np.tile(series, 3)
    story = totals[-1][who] - totals[stories, who]
    found = _peak((story @ powers.T).T, story)
    return np.asarray(np.maximum(0.0, found.reshape(3, -1).max(axis=0)))


def _peak(powers: Floats, story: Floats) -> Floats:
    """The highest value of each polynomial (powers x story); concave, so that Newton's steps find it."""
    unit = chebyshev.chebpts1(NODES)
    slope = chebyshev.chebder(powers)
    bend = chebyshev.chebder(slope)
    at = unit[story.argmax(axis=1)]
    for _step in range(STEPS):
        curve = chebyshev.chebval(at, bend, tensor=False)
        move = np.where(curve < 0, -chebyshev.chebval(at, slope, tensor=False) / np.where(curve < 0, curve, -1.0), 0.0)
        at = np.clip(at + np.clip(move, -_STRIDE, _STRIDE), -1.0, 1.0)
        if np.all(np.abs(move) < _CLOSE):
            break
    return np.asarray(np.maximum(chebyshev.chebval(at, powers, tensor=False), story.max(axis=1)))


def _grown(mean: Floats, rise: Floats | float, spread: float) -> Floats:
    return np.asarray(np.log1p(spread * mean * np.exp(rise)) - np.log1p(spread * mean))


def as_surveillance(judged: Floats, mean: Floats, spread: float, limit: float) -> tuple[Floats, Floats]:
    """GLR as R surveillance 1.20.3 gives it: its steps start at 0.5 and then at the rise of the place before.

    From sparse counts they run away, and every later place of the same day is then lost. Where a step leaves the
    numbers a double holds, what R gives depends on the machine and is not followed. The least counts are NaN.
    """
    value = np.zeros_like(judged)
    for one, seen in enumerate(judged):
        first = 0
        for place in range(len(seen)):
            value[one, place] = _newton_chain(seen[first : place + 1], mean[one, first : place + 1], spread)
            first = place + 1 if value[one, place] >= limit else first
    return value, np.full_like(judged, np.nan)


def _newton_chain(seen: Floats, mean: Floats, spread: float) -> float:
    best, rise = 0.0, _WARM
    with np.errstate(all="ignore"):
        for place in range(len(seen)):
            y, m = seen[place:], mean[place:]
            rise = _newton(y, m, spread, rise)
            if not np.isfinite(rise):
                return best
            kept = max(0.0, rise)
            best = max(best, float(np.sum(y * kept - (y + 1 / spread) * _grown(m, kept, spread))))
    return best


def _newton(seen: Floats, mean: Floats, spread: float, rise: float) -> float:
    for _step in range(_MOST_STEPS):
        risen = mean * np.exp(rise)
        score = np.sum((seen - risen) / (1 + spread * risen))
        change = float(score / np.sum((1 + spread * seen) * risen / (1 + spread * risen) ** 2))
        rise += change
        if not abs(change) >= _CLOSE:
            break
    return rise

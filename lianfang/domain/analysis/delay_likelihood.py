"""How likely delays are of which only windows are known (双区间删失似然): exact, interval-censored, double-censored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lianfang.domain.analysis.delay_shapes import Shape
from lianfang.domain.analysis.series import Flags, Floats

DOUBLE, SINGLE, EXACT = 0, 1, 2
"""Types as in coarseDataTools: both ends are windows, one of them is, none is."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_X: Final = (1 + _NODES) / 2
_DOUBTFUL: Final = 1e-9  # below this part of its windows the closed form has lost too many digits
_FLOOR: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Windows:
    """Distinct rows: exposure between `el` and `er`, onset between `sl` and `sr` (days), their type, how many they are.

    `until`: the day up to which onsets were seen, inf where nothing is cut off. All arrays (rows,).
    """

    el: Floats
    er: Floats
    sl: Floats
    sr: Floats
    kind: Floats
    many: Floats
    until: Floats

    def only(self, rows: Flags) -> Windows:
        """Some of the rows."""
        return Windows(*(getattr(self, name)[rows] for name in self.__slots__))


def log_likelihood(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> float:
    """Sum over rows of the log likelihood; minus infinity where a row is impossible.

    Type 0: integral over e in EL..ER of F(SR - e) - F(SL - e), not divided by ER - EL (Reich 2009); type 1:
    F(SR - EL) - F(SL - ER); type 2: f(SL - EL). With `growth` r exposures weigh as exp(r e) in their window, that is,
    delays as exp(-r t). With `until` T each is divided by the chance of being seen by then, the mean of F(T - e) over
    the window (F(T - EL) when the exposure is one moment).
    """
    total = 0.0
    for kind, per_row in ((DOUBLE, _double), (SINGLE, _single), (EXACT, _exact)):
        some = seen.only(seen.kind == kind)
        if some.many.size:
            total += float((some.many * (per_row(some, shape, a, b, growth) - _seen(some, shape, a, b, growth))).sum())
    return total if np.isfinite(total) else -np.inf


def _exact(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> Floats:
    return shape.log_density(seen.sl - seen.el, a, b)


def _single(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> Floats:
    if growth == 0:
        return _log(_between(shape, seen.sl - seen.er, seen.sr - seen.el, a, b))
    found = _between(shape, seen.sl - seen.er, seen.sr - seen.el, a, b)
    wide = seen.er > seen.el
    some = seen.only(wide)
    ends = np.minimum(some.er, some.sl)
    moments, weights = _moments(some, some.el, ends, growth)
    found[wide] = (weights * np.exp(shape.log_density(some.sl[:, np.newaxis] - moments, a, b))).sum(axis=1)
    return _log(found)


def _double(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> Floats:
    if growth != 0:
        return _log(_by_nodes(seen, shape, a, b, growth))
    found = _mass(seen.sr - seen.er, seen.sr - seen.el, shape, a, b)
    found -= _mass(seen.sl - seen.er, seen.sl - seen.el, shape, a, b)
    doubtful = found < _DOUBTFUL * np.maximum(seen.er - seen.el, 1.0)
    if doubtful.any():
        found[doubtful] = _by_nodes(seen.only(doubtful), shape, a, b, 0.0)
    return _log(found)


def _mass(low: Floats, high: Floats, shape: Shape, a: float, b: float) -> Floats:
    """The integral of F from `low` to `high`: that from 0 to t is t F(t) less the mean up to t."""
    first, last = np.maximum(low, 0.0), np.maximum(high, 0.0)
    over = last * shape.cdf(last, a, b) - shape.part_mean(last, a, b)
    return over - (first * shape.cdf(first, a, b) - shape.part_mean(first, a, b))


def _by_nodes(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> Floats:
    """The integral of type 0 by 12 points on each side of the kink at e = SL."""
    kink = np.clip(seen.sl, seen.el, seen.er)
    found = np.zeros_like(seen.el)
    for start, end in ((seen.el, kink), (kink, np.minimum(seen.er, seen.sr))):
        there = end > start
        some = seen.only(there)
        moments, weights = _moments(some, start[there], end[there], growth)
        later = _between(shape, some.sl[:, np.newaxis] - moments, some.sr[:, np.newaxis] - moments, a, b)
        found[there] += (weights * later).sum(axis=1)
    return found


def _moments(seen: Windows, start: Floats, end: Floats, growth: float) -> tuple[Floats, Floats]:
    """Points of `start`..`end` and their weights, (rows, 12); dense near the end, where the integrand has its kink.

    e = end - L x^2; the weights hold exp(r e), scaled so that a whole exposure window weighs ER - EL.
    """
    length = (end - start)[:, np.newaxis]
    moments = end[:, np.newaxis] - length * _X**2
    weights = length * _X * _WEIGHTS
    if growth != 0:
        width = (seen.er - seen.el)[:, np.newaxis]
        mean = np.where(width > 0, np.expm1(growth * width) / np.where(width > 0, growth * width, 1.0), 1.0)
        weights = weights * np.exp(growth * (moments - seen.el[:, np.newaxis])) / mean
    return moments, weights


def _seen(seen: Windows, shape: Shape, a: float, b: float, growth: float) -> Floats:
    """The log of the chance that a row was seen by `until`."""
    found = np.zeros_like(seen.el)
    cut = np.isfinite(seen.until)
    wide = cut & (seen.er > seen.el)
    narrow = cut & ~wide
    found[narrow] = _log(shape.cdf((seen.until - seen.el)[narrow], a, b))
    some = seen.only(wide)
    if growth == 0:
        chances = _mass(some.until - some.er, some.until - some.el, shape, a, b)
    else:
        moments, weights = _moments(some, some.el, some.er, growth)
        chances = (weights * shape.cdf(some.until[:, np.newaxis] - moments, a, b)).sum(axis=1)
    found[wide] = _log(chances / (some.er - some.el))
    return found


def _between(shape: Shape, low: Floats, high: Floats, a: float, b: float) -> Floats:
    """F(high) - F(low), by the tails where both are far to the right."""
    below = shape.cdf(low, a, b)
    right = below > 0.5  # noqa: PLR2004  the median, where both sums lose the same
    found = shape.cdf(high, a, b) - below
    if right.any():
        found[right] = shape.tail(low[right], a, b) - shape.tail(high[right], a, b)
    return found


def _log(chance: Floats) -> Floats:
    return np.where(chance > 0, np.log(np.maximum(chance, _FLOOR)), -np.inf)

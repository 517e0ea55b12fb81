"""Odds ratios as R gives them (与 R 一致的比值比): the same equations, searched only as far as R's root search goes.

R's `uniroot` stops at an absolute tolerance of eps^0.25; epitools searches mid-p on 0..100,000, `fisher.test` on 0..1
of the odds ratio or of its inverse. Only for comparing with results from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from lianfang.domain.analysis.odds import Corner

_EPS: Final = float(np.finfo(float).eps)
_FARTHEST: Final = 1e5
Curve = Callable[[float], float]


def mid_p(corner: Corner, half: float) -> tuple[float, float, float]:
    """The median-unbiased odds ratio and its mid-p limits."""

    def below(ratio: float) -> float:
        less, here, _more = corner.tails(ratio)
        return less + here / 2

    def lean(ratio: float) -> float:
        less, _here, more = corner.tails(ratio)
        return less - more

    high = 1 / _search(lambda inverse: below(_inverse(inverse)) - half, 0.0, _FARTHEST)
    low = _search(lambda ratio: 1 - below(ratio) - half, 0.0, _FARTHEST)
    return _search(lean, 0.0, _FARTHEST), low, high


def fisher(corner: Corner, half: float) -> tuple[float, float, float]:
    """The conditional maximum-likelihood odds ratio and its exact limits."""

    def up_to(ratio: float) -> float:
        less, here, _more = corner.tails(ratio)
        return half - less - here

    def from_here(ratio: float) -> float:
        _less, here, more = corner.tails(ratio)
        return here + more - half

    return _rising(lambda ratio: corner.mean(ratio) - corner.a), _rising(from_here), _rising(up_to)


def _rising(of: Curve) -> float:
    """Where a rising function of the odds ratio is zero: searched below 1 as it is, above 1 by its inverse."""
    at_one = of(1.0)
    if at_one == 0:
        return 1.0
    if at_one > 0:
        return _search(of, 0.0, 1.0)
    return 1 / _search(lambda inverse: of(_inverse(inverse)), _EPS, 1.0)


def _inverse(ratio: float) -> float:
    return 1 / ratio if ratio else float("inf")


def _search(of: Curve, low: float, high: float) -> float:
    """Brent's search as Netlib's zeroin does it: a step is at most half of the last one, else the bracket is halved.

    scipy's brentq compares with the step before the last one, and so stops elsewhere.
    """
    before, at = low, high
    of_before, of_at = of(before), of(at)
    other, of_other = before, of_before
    while True:
        last = at - before
        if abs(of_other) < abs(of_at):
            before, at, other = at, other, at
            of_before, of_at, of_other = of_at, of_other, of_at
        tolerance = 2 * _EPS * abs(at) + _EPS**0.25 / 2
        step = (other - at) / 2
        if abs(step) <= tolerance or of_at == 0:
            return at
        if abs(last) >= tolerance and abs(of_before) > abs(of_at):
            step = _bent((before, at, other), (of_before, of_at, of_other), last, tolerance)
        step = step if abs(step) >= tolerance else float(np.copysign(tolerance, step))
        before, of_before = at, of_at
        at += step
        of_at = of(at)
        if (of_at > 0) == (of_other > 0):
            other, of_other = before, of_before


def _bent(
    places: tuple[float, float, float], values: tuple[float, float, float], last: float, tolerance: float
) -> float:
    """The step by a line or an inverse parabola, or half the bracket where that would reach too far."""
    (before, at, other), (of_before, of_at, of_other) = places, values
    wide, ratio = other - at, of_at / of_before
    if before == other:
        top, bottom = wide * ratio, 1 - ratio
    else:
        q, t = of_before / of_other, of_at / of_other
        top = ratio * (wide * q * (q - t) - (at - before) * (t - 1))
        bottom = (q - 1) * (t - 1) * (ratio - 1)
    bottom, top = (-bottom, top) if top > 0 else (bottom, -top)
    near = top < 0.75 * wide * bottom - abs(tolerance * bottom) / 2 and top < abs(last * bottom / 2)
    return top / bottom if near else wide / 2

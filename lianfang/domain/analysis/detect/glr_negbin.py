"""The generalised likelihood ratio of negative binomial counts (负二项广义似然比), for `glr`."""

from __future__ import annotations

from math import factorial
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from lianfang.domain.analysis.series import Floats

Places = NDArray[np.int32]
NODES: Final = 40
"""Rises at which every story is followed; between them it is a polynomial, true to about nine digits."""
CHUNK: Final = 1000
STEPS: Final = 6
_TERMS: Final = 10
"""Of the polynomial around a node: between two nodes the further ones are beyond its nine digits."""
_ROUNDING: Final = 1e-9
_NOTHING: Final = 1e-12
"""Below this a ratio is what rounding leaves of 0."""
_CLOSE: Final = 1e-5
_UNIT: Final[Floats] = chebyshev.chebpts1(NODES)
_ROOM: Final[Floats] = np.diff(np.concatenate([[-1.0], _UNIT, [1.0]]))
"""From -1 to the first node, from each node to the next, and from the last to 1."""


def negative_binomial(judged: Floats, mean: Floats, spread: float, limit: float) -> tuple[Floats, Floats]:
    """GLR and the least count for an alarm, series by series of `judged`, with `mean` expected."""
    around = _around_nodes()
    found = [
        _chunk(judged[one : one + CHUNK], mean[one : one + CHUNK], spread, limit, around)
        for one in range(0, len(judged), CHUNK)
    ]
    return np.concatenate([value for value, _ in found]), np.concatenate([cases for _, cases in found])


def _around_nodes() -> Floats:
    """Terms x nodes x nodes: what each value at a node gives to each term of the polynomial around a node."""
    powers = np.linalg.inv(chebyshev.chebvander(_UNIT, NODES - 1))
    terms = [chebyshev.chebval(_UNIT, chebyshev.chebder(powers, term)).T / factorial(term) for term in range(_TERMS)]
    return np.ascontiguousarray(terms, dtype=np.float64)


def _chunk(judged: Floats, mean: Floats, spread: float, limit: float, around: Floats) -> tuple[Floats, Floats]:
    # Rises in rows and series in columns, so that the least and the highest over all rises are found column by column.
    series, places = judged.shape
    most = np.log(np.maximum(judged, 1.0) / mean).max(axis=1).clip(min=0) + 1.0
    rises = (_UNIT[:, None] + 1) / 2 * most
    factors = np.expm1(rises)
    shares = spread * mean / (1 + spread * mean)
    value, cases = np.empty_like(judged), np.empty_like(judged)
    totals = np.zeros((places + 1, series, NODES))
    best, since = np.zeros((NODES, series)), np.zeros((NODES, series), dtype=np.int32)
    for place in range(places):
        grown = np.log1p(shares[:, place] * factors)
        a_case, a_day = rises - grown, grown / spread
        kept = np.maximum(best, 0.0)
        cases[:, place] = ((limit - kept + a_day) / a_case).min(axis=0)
        np.maximum(since, np.multiply(best <= 0, place, dtype=np.int32), out=since)
        step = judged[:, place] * a_case - a_day
        best = kept + step
        totals[place + 1] = totals[place] + step.T
        value[:, place] = _highest(totals[: place + 2], best, since, around)
        best[:, value[:, place] >= limit] = 0.0
    return value, np.maximum(0.0, np.ceil(cases - _ROUNDING))


def _highest(totals: Floats, best: Floats, since: Places, around: Floats) -> Floats:
    """The ratio of each series: of the stories since the three likeliest places, each at its own best rise."""
    series = np.arange(best.shape[1])
    middle = np.clip(best.argmax(axis=0), 1, NODES - 2)
    likeliest, before, after = (since[middle + one, series] for one in (0, -1, 1))
    who = np.concatenate([series, np.flatnonzero(before != likeliest), np.flatnonzero(after != likeliest)])
    starts = np.concatenate([likeliest, before[before != likeliest], after[after != likeliest]])
    value = np.zeros(len(series))
    np.maximum.at(value, who, _peak(totals[-1, who] - totals[starts, who], around))
    return np.where(value < _NOTHING, 0.0, value)


def _peak(stories: Floats, around: Floats) -> Floats:
    """The highest value of each story (stories x nodes); concave, so that Newton's steps from its best node find it."""
    node = stories.argmax(axis=1)
    terms = [np.einsum("ij,ij->i", one[node], stories) for one in around]
    low, high = -_ROOM[node], _ROOM[node + 1]
    at = np.zeros(len(stories))
    for _step in range(STEPS):
        _value, slope, bend = _horner(terms, at)
        move = np.where(bend < 0, -slope / np.where(bend < 0, bend, -1.0), 0.0)
        before, at = at, np.clip(at + move, low, high)
        if np.all(np.abs(at - before) < _CLOSE):
            break
    none = (node == 0) & (at <= low)  # the likeliest rise is no rise, and its ratio is 0
    return np.where(none, 0.0, np.maximum(_horner(terms, at)[0], terms[0]))


def _horner(terms: list[Floats], at: Floats) -> tuple[Floats, Floats, Floats]:
    """Value, first and second derivative of each polynomial."""
    value, slope, half_bend = terms[-1], np.zeros_like(at), np.zeros_like(at)
    for term in reversed(terms[:-1]):
        half_bend = half_bend * at + slope
        slope = slope * at + value
        value = value * at + term
    return value, slope, 2 * half_bend

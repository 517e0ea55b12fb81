"""Settings of charts for a wanted run length (控制图参数设计): k and h of a cumulative sum, limit of an EWMA.

Run lengths of standard normal values solve an integral equation (Page 1954; Crowder 1987), here by Gauss-Legendre
nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from scipy.optimize import brentq

from lianfang.domain.analysis.series import Floats, within
from lianfang.domain.refusals import Refused

NODES: Final = 80
_LONGEST: Final = 1e6
_LEAST_K, _MOST_K = 0.02, 3.0
_WIDEST: Final = 6.0
"""Limits looked for up to this many standard deviations."""


@dataclass(frozen=True, slots=True)
class KH:
    """Reference value and decision limit of a cumulative sum."""

    k: float
    h: float


def find_kh(*, arl0: float = 500.0, arl1: float = 7.0) -> KH:
    """k and h for `arl0` days between false alarms and `arl1` days until a rise of 2k is noticed, on average.

    For standardised values (Rossi et al. 1999). Refused `number.out_of_range`.
    """
    quiet = within(arl0, "arl0", low=2, high=_LONGEST)
    quick = within(arl1, "arl1", low=1, high=quiet, open_ends=True)

    def too_slow(k: float) -> float:
        return cusum_arl(k=k, h=_limit_of(k, quiet), mean=2 * k) - quick

    low, high = _LEAST_K, _MOST_K
    if too_slow(low) < 0 or too_slow(high) > 0:
        raise Refused("number.out_of_range", "arl1", low=1, high=quiet)
    k = float(brentq(too_slow, low, high, xtol=1e-10))
    return KH(k, _limit_of(k, quiet))


def cusum_arl(*, k: float, h: float, mean: float = 0.0) -> float:
    """Days until a one-sided cumulative sum of normal values with this mean and variance 1 reaches `h`, on average."""
    if h <= 0:
        return float(1 / scipy.stats.norm.sf(k - mean))
    nodes, weights = _nodes(0.0, h)

    def kernel(start: Floats) -> Floats:
        return np.asarray(weights * scipy.stats.norm.pdf(nodes - start[:, None] + k - mean))

    def stay(start: Floats) -> Floats:
        return np.asarray(scipy.stats.norm.cdf(k - start - mean))

    return _run_length(nodes, kernel, stay, start=0.0)


def ewma_limit(*, lam: float, arl0: float, sided: Literal["one", "two"] = "two", reflect: float = -4.0) -> float:
    """Limit, in standard deviations of the settled average, for `arl0` days between false alarms.

    One-sided averages are reflected at `reflect` such deviations. Refused `number.out_of_range`, `choice.unknown`.
    """
    weight = within(lam, "lam", low=0.01, high=1)
    quiet = within(arl0, "arl0", low=2, high=_LONGEST)
    if sided not in ("one", "two"):
        raise Refused("choice.unknown", "sided", choices=["one", "two"])
    floor = within(reflect, "reflect", low=-100, high=0)

    def longer(limit: float) -> float:
        return ewma_arl(lam=weight, limit=limit, sided=sided, reflect=floor) - quiet

    high = 0.5
    while longer(high) < 0 and high < _WIDEST:
        high += 0.25
    return float(brentq(longer, 1e-3, high, xtol=1e-10))


def ewma_arl(*, lam: float, limit: float, sided: Literal["one", "two"] = "two", reflect: float = -4.0) -> float:
    """Days until an EWMA of standard normal values leaves its limits, on average, starting from 0."""
    scale = float(np.sqrt(lam / (2 - lam)))
    low = (reflect if sided == "one" else -limit) * scale
    nodes, weights = _nodes(low, limit * scale)

    def kernel(start: Floats) -> Floats:
        return np.asarray(weights * scipy.stats.norm.pdf((nodes - (1 - lam) * start[:, None]) / lam) / lam)

    def stay(start: Floats) -> Floats:
        below = scipy.stats.norm.cdf((low - (1 - lam) * start) / lam)
        return np.asarray(below if sided == "one" else np.zeros_like(below))

    return _run_length(nodes, kernel, stay, start=0.0, corner=low)


def _limit_of(k: float, quiet: float) -> float:
    if cusum_arl(k=k, h=0.0) >= quiet:
        return 0.0
    high = 1.0
    while cusum_arl(k=k, h=high) < quiet:
        high *= 1.5
    return float(brentq(lambda h: cusum_arl(k=k, h=h) - quiet, 0.0, high, xtol=1e-11))


def _nodes(low: float, high: float) -> tuple[Floats, Floats]:
    unit, weights = np.polynomial.legendre.leggauss(NODES)
    return (high - low) / 2 * unit + (high + low) / 2, (high - low) / 2 * weights


def _run_length(
    nodes: Floats,
    kernel: Callable[[Floats], Floats],
    stay: Callable[[Floats], Floats],
    *,
    start: float,
    corner: float = 0.0,
) -> float:
    """L(z) = 1 + stay(z) L(corner) + integral of kernel(z, x) L(x) dx, at `start`."""
    places = np.concatenate([nodes, [corner]])
    matrix = np.column_stack([kernel(places), stay(places)])
    lengths = np.linalg.solve(np.eye(len(places)) - matrix, np.ones(len(places)))
    at = np.array([start])
    return float(1 + (np.column_stack([kernel(at), stay(at)]) @ lengths)[0])

"""How many cases are still expected (预警上限): bounds from an expectation, its error and a dispersion.

Farrington and others 1996 (power transforms), Noufaily and others 2013 and Salmon and others 2015 (negative binomial).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from scipy.special import betainc, gammainc, gammaincc, ndtr, ndtri

from lianfang.domain.analysis.series import Floats

METHODS: Final = ("delta", "nbPlugin", "muan")
TRANSFORMS: Final = ("2/3", "1/2", "none")
_FARTHEST: Final = 1e15
_LEAST: Final = 1e-290
_POWER: Final = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1.0}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected now, per series: cases `mean`, the error of their logarithm, and the dispersion (at least 1)."""

    mean: Floats
    error: Floats
    dispersion: Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """Per series: `upper`, and `p_value`, how probable as many cases as observed or more would be."""

    upper: Floats
    p_value: Floats


def bounds(observed: Floats, expected: Expectation, *, method: str, transform: str, tail: float) -> Bounds:
    """The bound that a share `tail` of ordinary weeks exceeds, by one of METHODS; `transform` is for delta."""
    return _BY_METHOD[method](observed, expected, transform, tail)


def _delta(observed: Floats, expected: Expectation, transform: str, tail: float) -> Bounds:
    """Normal limits after a power transform, y^a: its variance is a^2 mu^(2a-1) (phi + se^2 / mu)."""
    power, mean = _POWER[transform], expected.mean
    excess = expected.dispersion + mean * expected.error**2
    deviation = power * np.sqrt(mean ** (2 * power - 1) * excess)
    centre = mean**power
    upper = np.maximum(centre + ndtri(1 - tail) * deviation, 0) ** (1 / power)
    p_value = ndtr((centre - observed**power) / deviation)
    return Bounds(np.asarray(upper), np.asarray(p_value))


def _plugged(observed: Floats, expected: Expectation, _transform: str, tail: float) -> Bounds:
    return _counted(observed, expected.mean, expected.dispersion, tail)


def _raised(observed: Floats, expected: Expectation, _transform: str, tail: float) -> Bounds:
    """Without a case in the reference weeks of this season the error has no bound, nor has the number of cases."""
    with np.errstate(over="ignore"):
        mean = expected.mean * np.exp(ndtri(1 - tail) * expected.error)
    beyond = mean > _FARTHEST
    found = _counted(observed, np.where(beyond, 1.0, mean), expected.dispersion, tail)
    return Bounds(np.where(beyond, np.inf, found.upper), np.where(beyond, 1.0, found.p_value))


def _counted(observed: Floats, mean: Floats, dispersion: Floats, tail: float) -> Bounds:
    return Bounds(quantile(1 - tail, mean, dispersion), at_least(observed, mean, dispersion))


_BY_METHOD: Final[dict[str, Callable[[Floats, Expectation, str, float], Bounds]]] = {
    "delta": _delta, "nbPlugin": _plugged, "muan": _raised,
}  # fmt: skip


def quantile(share: float | Floats, mean: Floats, dispersion: Floats) -> Floats:
    """The least count that is not exceeded with probability `share`; see `at_most` for the distribution."""
    scattered = dispersion > 1
    excess = dispersion[scattered] - 1
    shares, guess = np.broadcast_to(share, mean.shape), np.empty(mean.shape)
    guess[scattered] = scipy.stats.nbinom.ppf(
        shares[scattered], np.maximum(mean[scattered], _LEAST) / excess, 1 / (1 + excess)
    )
    guess[~scattered] = scipy.stats.poisson.ppf(shares[~scattered], mean[~scattered])
    guess = np.maximum(np.nan_to_num(guess), 0.0)
    # The library's quantile may be one off where the probability is met exactly; the distribution decides.
    guess = np.where(at_most(guess, mean, dispersion) < share, guess + 1, guess)
    return np.asarray(np.where(at_most(guess - 1, mean, dispersion) >= share, guess - 1, guess))


def at_most(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(Y <= count) of a count with that mean and variance dispersion * mean; Poisson where dispersion is 1."""
    scattered = dispersion > 1
    excess = np.where(scattered, dispersion - 1, 1.0)
    negative = betainc(np.maximum(mean, _LEAST) / excess, np.floor(count) + 1, 1 / (1 + excess))
    found = np.where(scattered, negative, gammaincc(np.floor(count) + 1, mean))
    return np.asarray(np.where(count < 0, 0.0, found))


def at_least(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(Y >= count) of the same; one at a count of zero."""
    scattered = dispersion > 1
    excess = np.where(scattered, dispersion - 1, 1.0)
    least = np.maximum(count, 1.0)
    negative = betainc(least, np.maximum(mean, _LEAST) / excess, excess / (1 + excess))
    found = np.where(scattered, negative, gammainc(least, mean))
    return np.asarray(np.where(count <= 0, 1.0, found))

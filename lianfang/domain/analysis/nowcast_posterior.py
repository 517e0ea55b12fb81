"""Events still to be reported under a Gamma-Poisson prior (伽马-泊松后验): negative binomials averaged over shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from lianfang.domain.analysis.nowcast_shared import Prior
from lianfang.domain.analysis.series import Flags, Floats

STEPS: Final = 64  # doublings, or halvings, that reach any count a float holds
Quantiles = tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Gamma:
    """Priors of places: shape and rate, and how far the counts are overdispersed; arrays (places,) or one for all."""

    shape: Floats
    rate: Floats
    spread: Floats


def gamma_of(prior: Prior) -> Gamma:
    """The same prior for all places."""
    return Gamma(np.asarray(prior.shape), np.asarray(prior.rate), np.ones(()))


def missing(reported: Floats, shares: Floats, prior: Gamma, at: tuple[float, ...], most: float | None) -> Quantiles:
    """Quantiles `at` of the events not yet reported, arrays (places,), from `reported` (places,) and `shares`.

    Given the share F, lambda ~ Gamma(a + n, b + F) and the missing ~ Poisson(lambda (1 - F)), which is a negative
    binomial of size a + n and mean (a + n) (1 - F) / (b + F); `spread` divides n in its size. `shares` (strata, places)
    are equally likely values of F. With `most` the whole count is at most that (each stratum cut and rescaled).
    """
    mean = (prior.shape + reported) * (1 - shares) / (prior.rate + shares)
    size = prior.shape + reported / prior.spread
    chance = size / (size + mean)
    room = np.full_like(reported, np.inf) if most is None else np.maximum(most - reported, 0.0)
    whole = _below(size, chance, np.where(np.isinf(room), 0.0, room))
    scale = np.where(np.isinf(room), 1.0, np.maximum(whole, np.finfo(float).tiny))
    return tuple(_quantile(one, size, chance, room, scale) for one in at)


def _below(size: Floats, chance: Floats, count: Floats) -> Floats:
    return np.asarray(special.betainc(size, count + 1, chance))


def _quantile(at: float, size: Floats, chance: Floats, room: Floats, scale: Floats) -> Floats:
    """The smallest whole number whose mixed distribution function reaches `at`."""

    def reaches(count: Floats) -> Flags:
        return np.asarray((_below(size, chance, count) / scale).mean(axis=0) >= at)

    high = np.zeros_like(size)
    for _step in range(STEPS):
        short = ~reaches(high) & (high < room)
        if not short.any():
            break
        high = np.where(short, np.minimum(2 * high + 1, room), high)
    return _halved(reaches, np.full_like(size, -1.0), high)


def _halved(reaches: Callable[[Floats], Flags], low: Floats, high: Floats) -> Floats:
    """Halve between `low`, which does not reach, and `high`, which does."""
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = reaches(np.maximum(middle, 0.0)) & (middle > low)
        high, low = np.where(enough, middle, high), np.where(enough, low, np.maximum(low, np.minimum(middle, high - 1)))
    return high

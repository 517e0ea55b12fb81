"""Three shapes of a delay (延迟分布): gamma, log-normal and Weibull, each with two parameters, on whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from lianfang.domain.analysis.series import Floats
from lianfang.domain.refusals import Refused

_TINY: Final = 1e-300
OfTime = Callable[[Floats, float, float], Floats]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape. `names` of its parameters in order; `logged`: which are positive and fitted by their logarithm.

    `cdf`, `tail` (1 - cdf, exact when small) and `log_density` take times (days) and both parameters; times at or below
    0 have cdf 0. `part_mean` is the mean over 0..t: the integral of u f(u) du. `quantile` takes probabilities,
    `moments` gives mean and variance, `start` a first guess from mean and standard deviation.
    """

    name: str
    names: tuple[str, str]
    logged: tuple[bool, bool]
    cdf: OfTime
    tail: OfTime
    part_mean: OfTime
    log_density: OfTime
    quantile: OfTime
    moments: Callable[[float, float], tuple[float, float]]
    start: Callable[[float, float], tuple[float, float]]


def shape_named(name: str) -> Shape:
    """By name or by the letter of coarseDataTools (L, G, W). Refused `choice.unknown`."""
    found = SHAPES.get(_SPELLINGS.get(name, name))
    if found is None:
        raise Refused("choice.unknown", "dist", choices=list(SHAPES))
    return found


def _scaled(times: Floats, scale: float) -> Floats:
    return np.maximum(times, 0.0) / scale


def _logs(times: Floats) -> Floats:
    """Logarithms, minus infinity at or below 0."""
    return np.where(times > 0, np.log(np.maximum(times, _TINY)), -np.inf)


def _gamma_density(times: Floats, shape: float, scale: float) -> Floats:
    t = np.maximum(times, _TINY)
    found = (shape - 1) * np.log(t) - t / scale - special.gammaln(shape) - shape * np.log(scale)
    return np.where(times > 0, found, -np.inf)


def _weibull_density(times: Floats, shape: float, scale: float) -> Floats:
    logs = np.log(np.maximum(times, _TINY) / scale)
    return np.where(times > 0, np.log(shape / scale) + (shape - 1) * logs - np.exp(shape * logs), -np.inf)


def _lognormal_density(times: Floats, meanlog: float, sdlog: float) -> Floats:
    logs = np.log(np.maximum(times, _TINY))
    found = -((logs - meanlog) ** 2) / (2 * sdlog**2) - logs - np.log(sdlog) - np.log(2 * np.pi) / 2
    return np.where(times > 0, found, -np.inf)


def _lognormal_moments(meanlog: float, sdlog: float) -> tuple[float, float]:
    mean = np.exp(meanlog + sdlog**2 / 2)
    return float(mean), float(np.expm1(sdlog**2) * mean**2)


def _weibull_moments(shape: float, scale: float) -> tuple[float, float]:
    first, second = special.gamma(1 + 1 / shape), special.gamma(1 + 2 / shape)
    return float(scale * first), float(scale**2 * (second - first**2))


def _lognormal_start(mean: float, sd: float) -> tuple[float, float]:
    spread = np.log1p((sd / mean) ** 2)
    return float(np.log(mean) - spread / 2), float(np.sqrt(spread))


def _weibull_start(mean: float, sd: float) -> tuple[float, float]:
    shape = (sd / mean) ** -1.086  # the usual approximation of a Weibull's coefficient of variation
    return float(shape), float(mean / special.gamma(1 + 1 / shape))


GAMMA: Final = Shape(
    "gamma", ("shape", "scale"), (True, True),
    cdf=lambda t, k, s: special.gammainc(k, _scaled(t, s)),
    tail=lambda t, k, s: special.gammaincc(k, _scaled(t, s)),
    part_mean=lambda t, k, s: k * s * special.gammainc(k + 1, _scaled(t, s)),
    log_density=_gamma_density,
    quantile=lambda p, k, s: s * special.gammaincinv(k, p),
    moments=lambda k, s: (k * s, k * s**2),
    start=lambda mean, sd: ((mean / sd) ** 2, sd**2 / mean),
)  # fmt: skip
LOGNORMAL: Final = Shape(
    "lognormal", ("meanlog", "sdlog"), (False, True),
    cdf=lambda t, m, s: special.ndtr((_logs(t) - m) / s),
    tail=lambda t, m, s: special.ndtr((m - _logs(t)) / s),
    part_mean=lambda t, m, s: np.exp(m + s**2 / 2) * special.ndtr((_logs(t) - m) / s - s),
    log_density=_lognormal_density,
    quantile=lambda p, m, s: np.exp(m + s * special.ndtri(p)),
    moments=_lognormal_moments,
    start=_lognormal_start,
)  # fmt: skip
WEIBULL: Final = Shape(
    "weibull", ("shape", "scale"), (True, True),
    cdf=lambda t, k, s: -np.expm1(-(_scaled(t, s) ** k)),
    tail=lambda t, k, s: np.exp(-(_scaled(t, s) ** k)),
    part_mean=lambda t, k, s: s * special.gamma(1 + 1 / k) * special.gammainc(1 + 1 / k, _scaled(t, s) ** k),
    log_density=_weibull_density,
    quantile=lambda p, k, s: s * (-np.log1p(-p)) ** (1 / k),
    moments=_weibull_moments,
    start=_weibull_start,
)  # fmt: skip
SHAPES: Final[Mapping[str, Shape]] = {one.name: one for one in (GAMMA, LOGNORMAL, WEIBULL)}
_SPELLINGS: Final[Mapping[str, str]] = {"L": "lognormal", "G": "gamma", "W": "weibull", "lnorm": "lognormal"}

"""A fitted delay (延迟拟合结果): its parameters, moments and quantiles with limits, and how well it fits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from lianfang.domain.analysis.delay_shapes import Shape
from lianfang.domain.analysis.series import Floats, within

_STEP: Final = 1e-5  # of a parameter, for slopes by central differences
PARAMETERS: Final = 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error and limits."""

    value: float
    error: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted delay: `values` of the parameters of `shape` in their order, with their `covariance` (2, 2).

    `persons` behind it, `log_likelihood` at its best. Limits have level 1 - alpha; `limits` says on which scale.
    """

    shape: Shape
    values: Floats
    covariance: Floats
    log_likelihood: float
    persons: float
    alpha: float
    limits: str

    @property
    def dist(self) -> str:
        """Name of the shape."""
        return self.shape.name

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice two parameters less twice the log likelihood."""
        return 2 * PARAMETERS - 2 * self.log_likelihood

    def parameter(self, name: str) -> Estimate:
        """One parameter; `rate` is 1 / scale. A name that the shape does not have is a `KeyError`."""
        if name == "rate" and "scale" in self.shape.names:
            return self._estimate(lambda _shape, scale: 1 / scale)
        if name not in self.shape.names:
            raise KeyError(name)
        place = self.shape.names.index(name)
        return self._estimate(lambda a, b: (a, b)[place], signed=not self.shape.logged[place])

    def quantile(self, p: float) -> Estimate:
        """The delay (days) within which a part `p` lies. Refused `number.out_of_range` outside 0..1."""
        within(p, "p", low=0, high=1, open_ends=True)
        return self._estimate(lambda a, b: float(self.shape.quantile(np.asarray(p), a, b)))

    @property
    def mean(self) -> Estimate:
        """The mean delay (days)."""
        return self._estimate(lambda a, b: self.shape.moments(a, b)[0])

    @property
    def sd(self) -> Estimate:
        """The standard deviation of the delay (days)."""
        return self._estimate(lambda a, b: float(np.sqrt(self.shape.moments(a, b)[1])))

    def cdf(self, days: Floats) -> Floats:
        """The part with a delay of at most `days`."""
        a, b = (float(one) for one in self.values)
        return self.shape.cdf(np.asarray(days, dtype=np.float64), a, b)

    def _estimate(self, of: Callable[[float, float], float], *, signed: bool = False) -> Estimate:
        a, b = (float(one) for one in self.values)
        value = float(of(a, b))
        ha, hb = _STEP * max(abs(a), _STEP), _STEP * max(abs(b), _STEP)
        slope = np.array([of(a + ha, b) - of(a - ha, b), of(a, b + hb) - of(a, b - hb)]) / (2 * np.array([ha, hb]))
        error = float(np.sqrt(slope @ self.covariance @ slope))
        half = float(special.stdtrit(max(self.persons - 1, 1.0), 1 - self.alpha / 2)) * error
        if self.limits == "log" and not signed:
            return Estimate(value, error, value * math.exp(-half / value), value * math.exp(half / value))
        return Estimate(value, error, value - half if signed else max(value - half, 0.0), value + half)

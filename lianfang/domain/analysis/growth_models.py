"""The fits behind growth rates (增长率模型): a line through log counts, Poisson and negative binomial regressions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import digamma, polygamma, stdtrit

from lianfang.domain.analysis.series import Flags, Floats

_FITS: Final = 100  # rounds of weighted least squares; eight are the rule
_TURNS: Final = 25  # turns of rate and theta, and steps of theta in each turn: the limits that MASS has
_CLOSE: Final = 1e-8  # of the deviance; the rate is then known to some ten digits
_THETA_CLOSE: Final = float(np.finfo(float).eps) ** 0.25
_TURN_CLOSE: Final = 1e-8
_ROUNDING: Final = 100 * float(np.finfo(float).eps)  # of the cases: a deviance is no more exact than this
_MOST_LOG: Final = 100.0  # of an expected count or its inverse, so that a wild step stays a number


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate by series with its standard error, the intercept on the first day, the spread, and the days used."""

    r: Floats
    se: Floats
    intercept: Floats
    spread: Floats
    days: Floats


@dataclass(frozen=True, slots=True)
class Line:
    """A line through log counts by series: its rate, its adjusted R^2, and what limits of predictions need."""

    rate: Rate
    adjusted: Floats
    middle: Floats
    width: Floats

    def ahead(self, days: Floats, beyond: float) -> tuple[Floats, Floats, Floats]:
        """Log counts on later days with prediction limits, series in rows."""
        rate = self.rate
        at = rate.intercept[:, None] + rate.r[:, None] * days
        far = (days - self.middle[:, None]) ** 2 / self.width[:, None]
        error = np.sqrt(rate.spread[:, None] * (1 + 1 / np.maximum(rate.days, 1)[:, None] + far))
        margin = stdtrit(np.maximum(rate.days - 2, 1), beyond)[:, None] * error
        return at, at - margin, at + margin


def log_linear(cases: Floats, used: Flags) -> Line:
    """Least squares of log counts on the days `used` (counts above 0), series in rows; NaN where days are too few."""
    days = np.arange(cases.shape[1], dtype=float)
    logs = np.log(np.where(used, cases, 1.0))
    many = used.sum(axis=1).astype(float)
    middle, mean = _mean(days * used, many), _mean(logs, many)
    apart = np.where(used, days - middle[:, None], 0.0)
    above = np.where(used, logs - mean[:, None], 0.0)
    width = np.where(many > 1, (apart**2).sum(axis=1), np.nan)
    slope = (apart * above).sum(axis=1) / width
    left = ((above - slope[:, None] * apart) ** 2).sum(axis=1)
    variance = left / np.where(many > 2, many - 2, np.nan)  # noqa: PLR2004  intercept and slope
    whole = (above**2).sum(axis=1) / np.where(many > 1, many - 1, np.nan)
    adjusted = 1 - np.divide(variance, whole, out=np.full_like(whole, np.nan), where=whole > 0)
    rate = Rate(slope, np.sqrt(variance / width), mean - slope * middle, variance, many)
    return Line(rate, adjusted, middle, width)


def _mean(values: Floats, many: Floats) -> Floats:
    return np.asarray(np.divide(values.sum(axis=1), many, out=np.full_like(many, np.nan), where=many > 0))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A regression with log link by series: rate, value on the first day, and what the last round weighed and left.

    `width` is the weighted sum of squared days, `excess` that of squared residuals by the weights of the last round.
    """

    slope: Floats
    level: Floats
    width: Floats
    excess: Floats
    expected: Floats

    @property
    def by_series(self) -> tuple[Floats, Floats, Floats, Floats]:
        """What has one value a series."""
        return self.slope, self.level, self.width, self.excess


def poisson(cases: Floats) -> Rate:
    """Poisson regression on the day, series in rows, days of zero kept; the spread is Pearson's dispersion."""
    return _rate(cases, _fitted(cases, np.full(len(cases), np.inf)))


def scaled_error(rate: Rate) -> Rate:
    """The quasi-Poisson fit: the same rate, its error widened (or narrowed) by the root of the dispersion."""
    return replace(rate, se=rate.se * np.sqrt(rate.spread))


def negative_binomial(cases: Floats) -> Rate:
    """Negative binomial regression, rate and theta fitted in turns until both stand still; the spread is theta.

    Where counts vary no more than Poisson's, theta has no finite best value and stops at its last step, as in MASS.
    """
    found = _fitted(cases, np.full(len(cases), np.inf))
    theta = _theta(cases, found.expected)
    for _turn in range(_TURNS):
        found = _fitted(cases, theta)
        before, theta = theta, _theta(cases, found.expected)
        finite = np.isfinite(theta) & np.isfinite(before)
        if not (np.abs(theta[finite] - before[finite]) > _TURN_CLOSE * before[finite]).any():
            break
    rate = _rate(cases, _fitted(cases, theta))
    return replace(rate, spread=np.where(np.isnan(rate.r), np.nan, theta))


def _rate(cases: Floats, found: _Fitted) -> Rate:
    days = cases.shape[1]
    spread = found.excess / (days - 2) if days > 2 else np.full(len(cases), np.nan)  # noqa: PLR2004
    return Rate(found.slope, 1 / np.sqrt(found.width), found.level, spread, np.full(len(cases), float(days)))


def _fitted(cases: Floats, theta: Floats) -> _Fitted:
    """Weighted least squares again and again (Nelder & Wedderburn 1972); NaN where the best rate is infinite.

    Each series stops when its deviance does, and its error comes from the weights it then had, as in R's glm.
    """
    found = _round(cases, np.log(cases + 0.1), theta)
    before = _deviance(cases, cases + 0.1, theta)
    rounding = _ROUNDING * cases.sum(axis=1)
    moving = _has_a_rate(cases)
    usable = moving
    for _fit in range(_FITS):
        now = _deviance(cases, found.expected, theta)
        moving = moving & (np.abs(now - before) >= _CLOSE * (np.abs(now) + 0.1) + rounding)
        if not moving.any():
            break
        before = now
        found = _moved(found, _round(cases, np.log(found.expected), theta), moving)
    hidden = np.where(usable & ~moving, 1.0, np.nan)
    slope, level, width, excess = (one * hidden for one in found.by_series)
    return _Fitted(slope, level, width, excess, found.expected * hidden[:, None])


def _round(cases: Floats, log: Floats, theta: Floats) -> _Fitted:
    days = np.arange(cases.shape[1], dtype=float)
    expected = np.exp(log)
    weight = expected / (1 + expected / theta[:, None])
    slope, level, width = _weighted(days, log + (cases - expected) / expected, weight)
    after = np.exp(np.clip(level[:, None] + slope[:, None] * days, -_MOST_LOG, _MOST_LOG))
    excess = (weight * ((cases - after) / after) ** 2).sum(axis=1)
    return _Fitted(slope, level, width, excess, after)


def _moved(before: _Fitted, after: _Fitted, moving: Flags) -> _Fitted:
    """The next round for the series that still move."""
    pairs = zip(after.by_series, before.by_series, strict=True)
    slope, level, width, excess = (np.where(moving, new, old) for new, old in pairs)
    return _Fitted(slope, level, width, excess, np.where(moving[:, None], after.expected, before.expected))


def _deviance(cases: Floats, expected: Floats, theta: Floats) -> Floats:
    """Deviance by series, negative binomial or, where theta is infinite, Poisson."""
    own = cases * np.log(np.where(cases > 0, cases, 1) / expected)
    of = np.where(np.isfinite(theta), theta, 1.0)[:, None]
    rest = np.where(
        np.isfinite(theta)[:, None], (cases + of) * np.log((cases + of) / (expected + of)), cases - expected
    )
    return np.asarray(2 * (own - rest).sum(axis=1))


def _weighted(days: Floats, values: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope, value on the first day, and the weighted sum of squared days."""
    total = weight.sum(axis=1)
    middle = (weight * days).sum(axis=1) / total
    mean = (weight * values).sum(axis=1) / total
    apart = days - middle[:, None]
    width = (weight * apart**2).sum(axis=1)
    slope = (weight * apart * values).sum(axis=1) / width
    return slope, mean - slope * middle, width


def _has_a_rate(cases: Floats) -> Flags:
    """Whether the mean day of the cases lies inside: with all of them on an outermost day no finite rate is best."""
    total = cases.sum(axis=1)
    return np.asarray((total > cases[:, 0]) & (total > cases[:, -1]))


def _theta(cases: Floats, expected: Floats) -> Floats:
    """Maximum likelihood of theta given the expected counts, by Newton steps from its moment estimate."""
    apart = ((cases / expected - 1) ** 2).sum(axis=1)
    moving = apart > 0
    theta = np.divide(cases.shape[1], apart, out=np.full_like(apart, np.inf), where=moving)
    for _step in range(_TURNS - 1):
        known = np.where(moving, np.abs(theta), 1.0)
        curved = _curvature(cases, expected, known)
        step = np.divide(_score(cases, expected, known), curved, out=np.zeros_like(known), where=curved != 0)
        theta = np.where(moving, known + step, theta)
        moving = moving & (np.abs(step) > _THETA_CLOSE)
        if not moving.any():
            break
    return np.asarray(np.abs(theta))


def _score(cases: Floats, expected: Floats, theta: Floats) -> Floats:
    of, by = theta[:, None], expected + theta[:, None]
    each = digamma(of + cases) - digamma(of) + np.log(of) + 1 - np.log(by) - (cases + of) / by
    return np.asarray(each.sum(axis=1))


def _curvature(cases: Floats, expected: Floats, theta: Floats) -> Floats:
    of, by = theta[:, None], expected + theta[:, None]
    each = polygamma(1, of) - polygamma(1, of + cases) - 1 / of + 2 / by - (cases + of) / by**2
    return np.asarray(each.sum(axis=1))

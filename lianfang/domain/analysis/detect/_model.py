"""The expectation of a week from its reference weeks (基线模型): past outbreaks weighed down, trend kept or not.

Section 4 of the analysis note, steps 2 to 4, with the odd points that make results equal to reference programs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import stdtr

from lianfang.domain.analysis.detect._bounds import Expectation
from lianfang.domain.analysis.detect._fit import Fit, Sample, fit, hat_values, put, spread_now
from lianfang.domain.analysis.detect._reference import Reference
from lianfang.domain.analysis.series import Flags, Floats

_FARTHEST: Final = 300.0


@dataclass(frozen=True, slots=True)
class Fitting:
    """How to fit: whether outlying points weigh less, above which residual; whether and when a trend is kept.

    `original` (1996): the error of now takes the dispersion, at least 1, that of the slope the dispersion as it is.
    Otherwise both, after reweighting, take the one with prior weights in place of working weights, as the reference
    program of the flexible method does.
    """

    reweight: bool
    threshold: float
    trend: bool
    p_trend: float
    original: bool


@dataclass(frozen=True, slots=True)
class Model:
    """A fit, its dispersion (at least 1), those of the error of now and of the slope, and whether it has a trend."""

    fit: Fit
    points: Reference
    dispersion: Floats
    of_now: Floats
    of_slope: Floats
    kept: Flags

    @property
    def slope(self) -> Floats:
        """Change of the logarithm a step; NaN where no trend was kept."""
        return np.asarray(np.where(self.kept, self.fit.coefs[:, -1], np.nan))

    def expectation(self, level: Floats | float) -> Expectation:
        """What is expected now, `level` being the offset of now."""
        variance, _slope = spread_now(self.fit, self.points)
        eta = np.clip(self.fit.coefs[:, self.points.now_level] + level, -_FARTHEST, _FARTHEST)
        return Expectation(np.exp(eta), np.sqrt(variance * self.of_now), self.dispersion)

    def replaced(self, rows: Flags, other: Model) -> Model:
        """This model, with the marked series from `other`, which has just those."""
        fit = self.fit.replaced(rows, other.fit)
        pairs = (
            (self.dispersion, other.dispersion), (self.of_now, other.of_now), (self.of_slope, other.of_slope),
            (self.kept, other.kept),
        )  # fmt: skip
        return Model(fit, self.points, *(put(mine, rows, theirs) for mine, theirs in pairs))

    def trend_p(self) -> Floats:
        """Two-sided p value of the slope, by Student's t; 1 where no slope could be fitted."""
        _now, unscaled = spread_now(self.fit, self.points)
        error = np.sqrt(unscaled * self.of_slope)
        steps = np.divide(np.abs(self.fit.coefs[:, -1]), error, out=np.zeros_like(error), where=error > 0)
        return 2 * np.asarray(stdtr(freedom(self.points, trend=True), -steps))


def freedom(points: Reference, *, trend: bool) -> int:
    """Points less the constants of the levels and the slope."""
    return len(points.places) - (len(points.basis) - 1) - int(trend)


def modelled(sample: Sample, level: Floats | float, how: Fitting) -> Model:
    """The model of each series, with a trend where one deserves to be kept."""
    if not how.trend:
        return _fitted(sample, how, trend=False)
    with np.errstate(over="ignore", invalid="ignore"):  # a slope that ran away is not kept, whatever its errors
        model = _fitted(sample, how, trend=True)
        significant = model.trend_p() < how.p_trend
        below = model.expectation(level).mean <= sample.counts.max(axis=1)
    kept = model.fit.settled & significant & below
    if kept.all():
        return model
    return model.replaced(~kept, _fitted(sample.of(~kept), how, trend=False))


def _fitted(sample: Sample, how: Fitting, *, trend: bool) -> Model:
    found = fit(sample, trend=trend)
    rest = freedom(sample.points, trend=trend)
    if how.reweight:
        scale = np.maximum(_summed(found.working, _squares(found, sample)) / rest, 1.0)
        sample = replace(sample, prior=weights_of(_residuals(found, sample, scale), how.threshold))
        found = fit(sample, trend=trend)
    squares = _squares(found, sample)
    scatter = _summed(found.working, squares) / rest
    dispersion = np.maximum(scatter, 1.0)
    by_prior = sample.prior is not None and not how.original
    of_slope = sample.summed(squares) / rest if by_prior else scatter
    of_now = dispersion if how.original else of_slope
    return Model(found, sample.points, dispersion, of_now, of_slope, np.full(len(dispersion), trend))


def _squares(found: Fit, sample: Sample) -> Floats:
    """Squared relative residuals, (S, n)."""
    relative = sample.counts / found.fitted - 1
    return np.asarray(relative * relative)


def _summed(weights: Floats, squares: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", weights, squares))


def _residuals(found: Fit, sample: Sample, scale: Floats) -> Floats:
    """Anscombe residuals of counts, standardised by the dispersion and by how much a point pulls its expectation."""
    sixth = np.exp(np.log(found.fitted) / -6)
    raw = 1.5 * (sample.known.powers * sixth - found.fitted * sixth * sixth * sixth)
    free = np.maximum(1 - hat_values(found, sample.points), 1e-12)
    return np.asarray(raw / np.sqrt(scale[:, None] * free))


def weights_of(residuals: Floats, threshold: float) -> Floats:
    """Weights that fall with the square of residuals above the threshold and sum to the number of points."""
    outlying = residuals > threshold
    raw = np.divide(1.0, residuals * residuals, out=np.ones_like(residuals), where=outlying)
    return np.asarray(raw * (residuals.shape[1] / raw.sum(axis=1, keepdims=True)))

"""R when the serial interval itself is uncertain (序列间隔不确定): the exact mixture, without drawing lots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincinv, gammaln

from lianfang.domain.analysis.cori import (
    LEVELS,
    PRIOR,
    WEEK,
    Epidemic,
    Reproduction,
    epidemic,
    gamma_prior,
    standard_quantiles,
)  # fmt: skip
from lianfang.domain.analysis.discrete import LONGEST, discretise_si, mean_of, serial_interval
from lianfang.domain.analysis.series import Floats, counts, rows, within
from lianfang.domain.analysis.windows import Asked, Windows, windows_of
from lianfang.domain.refusals import Refused

_NODES: Final = 12  # Gauss-Legendre points on each stretch; 24 change the results by less than 1e-6
_AT_ONCE: Final = 4_000_000  # numbers held at once
_STEPS: Final = 60
_CLOSE: Final = 1e-9  # relative step; the next one would be its square
_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainGamma:
    """Mean and standard deviation of a shifted gamma (days), each known only as a truncated normal distribution."""

    mean_si: float
    std_mean_si: float
    min_mean_si: float
    max_mean_si: float
    std_si: float
    std_std_si: float
    min_std_si: float
    max_std_si: float


@dataclass(frozen=True, slots=True)
class _Mixture:
    """Gamma posteriors that share a shape: scales and weights with the possible serial intervals as the first axis."""

    shape: Floats
    scale: Floats
    weight: Floats

    def cumulated(self, at: Floats) -> Floats:
        """The distribution function at one place a window."""
        return np.asarray((self.weight * gammainc(self.shape, at / self.scale)).sum(axis=0))

    def density(self, at: Floats) -> Floats:
        """The density at one place a window."""
        scaled = at / self.scale
        log = (self.shape - 1) * np.log(scaled) - scaled - gammaln(self.shape)
        return np.asarray((self.weight * np.exp(log) / self.scale).sum(axis=0))


def cori_mixture(
    incidence: ArrayLike,
    si: UncertainGamma | ArrayLike,
    *,
    windows: Asked = WEEK,
    imported: ArrayLike | None = None,
    prior: tuple[float, float] = PRIOR,
    weights: ArrayLike | None = None,
) -> Reproduction:
    """R by window as `cori`, averaged over the serial intervals that are possible: a mixture of its gamma posteriors.

    `si` is an `UncertainGamma` (the deviation is below the mean in every pair), or rows of possible serial intervals
    from day 0, such as a posterior sample, with their `weights` (equal unless given). Mean, deviation and quantiles are
    those of the mixture itself, which the resampling of EpiEstim (uncertain_si, si_from_sample) comes near to. An
    `UncertainGamma` is taken at 144 to 288 pairs: exact to 1e-5 with hundreds of cases a window, to 1 or 2 % with
    millions, when the interval is all that is uncertain. A serial interval counts only for windows that end after its
    mean; NaN where that leaves none. Refused: as `cori`, `number.out_of_range` for bounds that leave no deviation
    below a mean.
    """
    known = epidemic(incidence, imported)
    chosen = windows_of(windows, length=known.cases.shape[-1])
    possible, share = _possible(si, weights, length=known.cases.shape[-1])
    cases, local = rows(known.cases), rows(known.local)
    step = max(1, _AT_ONCE // (len(share) * len(chosen.t_end)))
    parts = [
        _averaged(Epidemic(cases[at : at + step], local[at : at + step]), possible, share, chosen, prior)
        for at in range(0, len(cases), step)
    ]
    together = np.concatenate(parts, axis=1).reshape(-1, *known.cases.shape[:-1], len(chosen.t_end))
    return Reproduction(chosen.t_start, chosen.t_end, *together)


def _averaged(known: Epidemic, possible: Floats, share: Floats, chosen: Windows, prior: tuple[float, float]) -> Floats:
    """Mean, deviation and quantiles in the first axis, then series and windows."""
    mixture = _posteriors(known, possible, share, chosen, prior)
    known_enough = chosen.t_end > mean_of(possible).min()
    means = mixture.shape * mixture.scale
    mean = (mixture.weight * means).sum(axis=0)
    spread = (mixture.weight * (mixture.shape * mixture.scale**2 + (means - mean) ** 2)).sum(axis=0)
    found = np.stack([mean, np.sqrt(spread), *_quantiles(mixture, mean, np.sqrt(spread))])
    return np.where(known_enough, found, np.nan)


def _posteriors(
    known: Epidemic, possible: Floats, share: Floats, chosen: Windows, prior: tuple[float, float]
) -> _Mixture:
    shape, scale = gamma_prior(prior)
    length, longest = known.cases.shape[-1], possible.shape[-1]
    before = np.zeros((*known.cases.shape, longest))
    for lag in range(1, min(longest, length)):
        before[:, lag:, lag] = known.cases[:, :-lag]
    reached = chosen.total(np.moveaxis(before, 1, -1))
    pressure = np.einsum("skw,nk->nsw", reached, possible, optimize=True)
    weight = np.where(chosen.t_end > mean_of(possible)[:, None], share[:, None], 0.0)
    total = weight.sum(axis=0)
    # A window that ends too early for all of them gets every one here, and NaN in the end.
    weight = np.divide(weight, total, out=np.repeat(share[:, None], len(total), axis=1), where=total > 0)
    return _Mixture(shape + chosen.total(known.local), 1 / (1 / scale + pressure), weight[:, None, :])


def _quantiles(mixture: _Mixture, mean: Floats, deviation: Floats) -> list[Floats]:
    """Each lies between the smallest and the largest quantile of the parts; the search starts from one gamma."""
    least, most = mixture.scale.min(axis=0), mixture.scale.max(axis=0)
    near = _one_gamma(mean, deviation)
    own = standard_quantiles(mixture.shape, LEVELS)
    return [
        _root(mixture, level, low=one * least, high=one * most, start=start)
        for level, one, start in zip(LEVELS, own, near, strict=True)
    ]


def _one_gamma(mean: Floats, deviation: Floats) -> list[Floats]:
    """Quantiles of the gamma distribution with this mean and deviation."""
    return [gammaincinv((mean / deviation) ** 2, level) * deviation**2 / mean for level in LEVELS]


def _root(mixture: _Mixture, level: float, *, low: Floats, high: Floats, start: Floats) -> Floats:
    """Newton steps that never leave the stretch in which the quantile must lie."""
    at = np.clip(start, low, high)
    for _step in range(_STEPS):
        beyond = mixture.cumulated(at) - level
        low, high = np.where(beyond < 0, at, low), np.where(beyond < 0, high, at)
        step = beyond / np.maximum(mixture.density(at), _LEAST)
        at = np.where((at - step >= low) & (at - step <= high), at - step, (low + high) / 2)
        if (np.abs(step) <= _CLOSE * at).all():
            break
    return at


def _possible(si: UncertainGamma | ArrayLike, weights: ArrayLike | None, *, length: int) -> tuple[Floats, Floats]:
    """The possible serial intervals in rows, and how likely each is."""
    if isinstance(si, UncertainGamma):
        pairs, share = _pairs(si)
        return discretise_si(pairs[0], pairs[1], longest=length - 1), share
    found = rows(serial_interval(si, length=length))
    if weights is None:
        return found, np.full(len(found), 1 / len(found))
    share = counts(weights, field="weights", whole=False)
    if share.shape != (len(found),) or share.sum() <= 0:
        raise Refused("si.shape", "weights")
    return found, share / share.sum()


def _pairs(about: UncertainGamma) -> tuple[Floats, Floats]:
    """Pairs of mean and deviation (two rows) and their weights: the deviation given a mean lies below that mean."""
    low = max(within(about.min_mean_si, "min_mean_si", low=1, high=about.max_mean_si), about.min_std_si)
    within(about.max_mean_si, "max_mean_si", low=low, high=LONGEST)
    within(about.min_std_si, "min_std_si", low=0, high=about.max_std_si)
    edges = sorted({low, min(max(about.max_std_si, low), about.max_mean_si), about.max_mean_si})
    means, share = _normal(about.mean_si, about.std_mean_si, edges)
    inner = [_normal(about.std_si, about.std_std_si, [about.min_std_si, min(about.max_std_si, mean)]) for mean in means]
    deviations = np.concatenate([nodes for nodes, _part in inner])
    parts = np.concatenate([part * one for (_nodes, part), one in zip(inner, share, strict=True)])
    return np.stack([np.repeat(means, [len(nodes) for nodes, _part in inner]), deviations]), parts


def _normal(mean: float, deviation: float, edges: list[float]) -> tuple[Floats, Floats]:
    """Points and weights (summing to one) of a normal distribution between the edges; one point if it cannot vary."""
    if deviation == 0 or edges[0] == edges[-1]:
        return np.array([min(max(mean, edges[0]), edges[-1])]), np.ones(1)
    within(deviation, "std_mean_si", low=0, high=LONGEST)
    points, part = np.polynomial.legendre.leggauss(_NODES)
    stretches = list(pairwise(edges))
    at = np.concatenate([(high - low) / 2 * points + (high + low) / 2 for low, high in stretches])
    log = -(((at - mean) / deviation) ** 2) / 2
    weight = np.concatenate([(high - low) / 2 * part for low, high in stretches]) * np.exp(log - log.max())
    return at, weight / weight.sum()

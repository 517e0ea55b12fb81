"""Who infects how many (二代病例分布): R and k of a negative binomial, shares of transmission, extinction, chain sizes.

Source: Lloyd-Smith et al. 2005, Nature 438:355. Chains and generations themselves are in
`lianfang.domain.cases.chains`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike
from scipy.special import digamma, gammainc, gammaincinv, gammaln, polygamma

from lianfang.domain.analysis.series import Floats, counts, rows, within
from lianfang.domain.cases.chains import (
    UNKNOWN_DAY,
    build,
    build_arrays,
    by_generation,
    offspring_counts,
    summary,
)
from lianfang.domain.refusals import Refused

__all__ = [
    "UNKNOWN_DAY", "Offspring", "build_arrays", "chain_size_fit", "chain_sizes", "chains", "extinction", "generations",
    "offspring_counts", "offspring_fit", "share_from_top", "shares", "summary", "superspreading",
]  # fmt: skip

chains = build
"""Days of onset by case, and links (infector, infectee), as a forest."""
generations = by_generation
"""Generation, its cases, and how many each of them infected on average."""

_LEAST, _MOST = np.log(1e-8), np.log(1e6)
"""Between these k is looked for, on the log scale; a limit above is infinite: no different from Poisson."""
_HALVINGS: Final = 80


@dataclass(frozen=True, slots=True)
class Offspring:
    """The fit; every field is a float for one series and an array of one place a series for many.

    `k` is infinite where the variance (divided by n) is not above the mean: the Poisson distribution is the limit. All
    of k, its limits and its standard error are NaN where nobody infected anybody (R = 0: every k fits alike);
    `k_se` is NaN also where k is infinite.
    """

    n: Floats
    r: Floats
    k: Floats
    k_low: Floats
    k_high: Floats
    r_se: Floats
    k_se: Floats
    log_likelihood: Floats
    log_likelihood_poisson: Floats
    log_likelihood_geometric: Floats

    @property
    def p_zero(self) -> Floats:
        """Probability that a case infects nobody: (1 + R/k)^-k."""
        return np.asarray(np.exp(_log_zero(np.asarray(self.r), np.asarray(self.k))))[()]


@dataclass(frozen=True, slots=True)
class _Sample:
    """Numbers infected (values), and how many cases infected so many (weights: series by values)."""

    values: Floats
    weights: Floats

    @property
    def n(self) -> Floats:
        return np.asarray(self.weights.sum(axis=1))

    @property
    def mean(self) -> Floats:
        return np.asarray(self.weights @ self.values / self.n)

    @property
    def variance(self) -> Floats:
        squares = (self.values[None, :] - self.mean[:, None]) ** 2
        return np.asarray((self.weights * squares).sum(axis=1) / self.n)


def offspring_fit(offspring: ArrayLike, *, cases: ArrayLike | None = None, level: float = 0.95) -> Offspring:
    """Maximum-likelihood R and k of a negative binomial offspring distribution, k with profile limits.

    `offspring`: how many each case infected, one place a case (or series by case). With `cases`, `offspring` is the
    list of numbers infected and `cases` says how many cases infected so many (one row, or one row a series).
    R is the mean, k solves the score equation, limits where the profile log likelihood falls by chi2(level)/2. `k_se`
    and `r_se` come from the observed information, which has no cross term at the maximum.
    Refused as `series.counts`; `series.not_numbers` when the two do not match; `series.short` when a series has no
    case.
    """
    sample = _sample(offspring, cases)
    r, k = sample.mean, _most_likely(sample)
    best = _log_likelihood(sample, r, k)
    cut = best - scipy.stats.chi2.ppf(within(level, "level", low=0, high=1, open_ends=True), 1) / 2
    low, high = _limits(sample, r, k, cut)
    nobody = r == 0
    found = Offspring(
        sample.n, r, _blank(k, nobody), _blank(low, nobody), _blank(high, nobody),
        np.sqrt(r * (1 + r / k) / sample.n), _blank(_k_error(sample, r, k), nobody | np.isinf(k)),
        best, _log_likelihood(sample, r, np.full_like(r, np.inf)), _log_likelihood(sample, r, np.ones_like(r)),
    )  # fmt: skip
    if np.ndim(offspring if cases is None else cases) > 1:
        return found
    return Offspring(**{one.name: getattr(found, one.name)[0] for one in fields(found)})


def shares(r: ArrayLike, k: ArrayLike, *, of_transmission: float = 0.8) -> Floats:
    """Smallest share of cases, the most infectious ones, expected to cause `of_transmission` of all infections.

    Individual R is gamma(shape k, mean R): x solves 1 - F(x; k+1) = `of_transmission`, the share is 1 - F(x; k). It
    does not depend on R. k infinite: everybody alike, the share is `of_transmission` itself. NaN where k is NaN or R
    is 0.
    """
    part = within(of_transmission, "of_transmission", low=0, high=1)
    mean, size = _pair(r, k)
    finite = np.where(np.isfinite(size), size, 1.0)
    found = 1 - gammainc(finite, gammaincinv(finite + 1, 1 - part))
    return _answer(np.where(np.isinf(size), part, found), mean, size)


def share_from_top(r: ArrayLike, k: ArrayLike, *, of_cases: float = 0.2) -> Floats:
    """Share of all infections that the most infectious `of_cases` of the cases are to cause; as in `shares`."""
    part = within(of_cases, "of_cases", low=0, high=1)
    mean, size = _pair(r, k)
    finite = np.where(np.isfinite(size), size, 1.0)
    found = 1 - gammainc(finite + 1, gammaincinv(finite, 1 - part))
    return _answer(np.where(np.isinf(size), part, found), mean, size)


def extinction(r: ArrayLike, k: ArrayLike, *, introductions: int = 1) -> Floats:
    """Probability that the outbreak dies out by itself after so many `introductions`.

    The smallest root of s = (1 + R(1-s)/k)^-k, to the power of `introductions`; 1 for R <= 1, also when k is NaN (R =
    0).
    """
    within(introductions, "introductions", low=0, high=1e9)
    mean, size = _pair(r, k)
    grows = mean > 1
    big = np.where(grows, mean, 2.0)
    low, high = np.zeros_like(big), _dip(big, size)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = np.exp(_log_zero(big * (1 - middle), size)) > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(np.where(grows, (low + high) / 2, 1.0) ** introductions)[()]


def superspreading(r: ArrayLike, k: ArrayLike, *, percentile: float = 0.99) -> tuple[Floats, Floats]:
    """A superspreading event after Lloyd-Smith 2005: more infected than this percentile of a Poisson of the same R.

    Gives that number (a case with more than it is one), and the probability of one under the negative binomial.
    """
    within(percentile, "percentile", low=0, high=1, open_ends=True)
    mean, size = _pair(r, k)
    most = scipy.stats.poisson.ppf(percentile, mean)
    finite = np.where(np.isfinite(size), size, 1.0)
    of_gamma = scipy.stats.nbinom.sf(most, finite, finite / (finite + mean))
    found = np.where(np.isinf(size), scipy.stats.poisson.sf(most, mean), of_gamma)
    return np.asarray(most)[()], np.asarray(np.where(mean == 0, 0.0, found))[()]


def chain_sizes(size: ArrayLike, r: float, k: float) -> Floats:
    """Log probability that a chain from one introduction ends with `size` cases in all (Blumberg & Lloyd-Smith 2013).

    Gamma(kn+n-1) / (Gamma(kn) Gamma(n+1)) (R/k)^(n-1) (1+R/k)^-(kn+n-1); for R > 1 it sums to the probability of
    extinction. k must be finite.
    """
    within(r, "r", low=0, high=1e6)
    within(k, "k", low=0, high=1e9, open_ends=True)
    many = counts(np.atleast_1d(np.asarray(size)), field="size")
    if (many < 1).any():
        raise Refused("number.out_of_range", "size", low=1, high=1e12)
    steps = np.where(many == 1, 0.0, (many - 1) * np.log(r / k) if r else -np.inf)
    ways = gammaln(k * many + many - 1) - gammaln(k * many) - gammaln(many + 1)
    return np.asarray(ways + steps - (k * many + many - 1) * np.log1p(r / k))


def chain_size_fit(sizes: ArrayLike) -> tuple[float, float]:
    """R and k from sizes of finished chains, each from one introduction, when nobody knows who infected whom.

    R = 1 - 1/mean size (below 1 by its nature), k by maximum likelihood; k is infinite where the likelihood still
    grows at 1e6, and NaN when no introduction led to a further case.
    """
    seen, cases = np.unique(counts(sizes, field="sizes"), return_counts=True)
    r = 1 - cases.sum() / (seen @ cases)
    if r == 0:
        return 0.0, float("nan")

    def score(k: Floats) -> Floats:
        near = k * 1e-5
        rise = [cases @ chain_sizes(seen, float(r), float(k[0] + turn)) for turn in (near[0], -near[0])]
        return np.array([rise[0] - rise[1]])

    found = float(np.exp(_root(score, np.array([_LEAST]), np.array([_MOST])))[0])
    return float(r), float("inf") if found > 0.99 * np.exp(_MOST) else found


def _sample(offspring: ArrayLike, cases: ArrayLike | None) -> _Sample:
    if cases is None:
        each = rows(counts(offspring, field="offspring"))
        values, place = np.unique(each, return_inverse=True)
        flat = place.reshape(each.shape) + len(values) * np.arange(len(each))[:, None]
        table = np.bincount(flat.ravel(), minlength=len(values) * len(each)).reshape(len(each), len(values))
        return _Sample(values, table.astype(np.float64))
    values, weights = counts(offspring, field="offspring"), rows(counts(cases, field="cases"))
    if values.ndim != 1 or weights.shape[1] != len(values):
        raise Refused("series.not_numbers", "cases")
    if (weights.sum(axis=1) == 0).any():
        raise Refused("series.short", "cases", length=0, fewest=1)
    return _Sample(values, weights)


def _most_likely(sample: _Sample) -> Floats:
    """k where the score is zero; infinite where the variance is not above the mean (Simonsen 1976, 1980)."""
    r = sample.mean

    def score(k: Floats) -> Floats:
        rise = (sample.weights * (digamma(sample.values + k[:, None]) - digamma(k)[:, None])).sum(axis=1)
        return np.asarray(rise - sample.n * np.log1p(r / k))

    found = np.exp(_root(score, np.full_like(r, _LEAST), np.full_like(r, _MOST)))
    return np.where(sample.variance > r, found, np.inf)


def _limits(sample: _Sample, r: Floats, k: Floats, cut: Floats) -> tuple[Floats, Floats]:
    def above(size: Floats) -> Floats:
        return _log_likelihood(sample, r, size) - cut

    middle = np.log(np.clip(k, np.exp(_LEAST), np.exp(_MOST)))
    low = np.exp(_root(lambda size: -above(size), np.full_like(r, _LEAST), middle))
    high = np.exp(_root(above, middle, np.full_like(r, _MOST)))
    return low, np.where(above(np.full_like(r, np.exp(_MOST))) > 0, np.inf, high)


def _root(of: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Where a function of exp(x) that falls through zero does so, in every series at once, by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        positive = of(np.exp(middle)) > 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
    return (low + high) / 2


def _log_likelihood(sample: _Sample, r: Floats, k: Floats) -> Floats:
    z, mean = sample.values[None, :], r[:, None]
    size = np.where(np.isfinite(k), k, 1.0)[:, None]
    of_mean = np.where(z == 0, 0.0, z * np.log(np.where(mean > 0, mean, 1.0)))
    mixed = gammaln(z + size) - gammaln(size) + of_mean - z * np.log(size + mean) - size * np.log1p(mean / size)
    plain = of_mean - mean
    chosen = np.where(np.isfinite(k)[:, None], mixed, plain) - gammaln(z + 1)
    return np.asarray((sample.weights * chosen).sum(axis=1))


def _k_error(sample: _Sample, r: Floats, k: Floats) -> Floats:
    size = np.where(np.isfinite(k), k, 1.0)
    bend = (sample.weights * (polygamma(1, sample.values + size[:, None]) - polygamma(1, size)[:, None])).sum(axis=1)
    information = -(bend + sample.n * r / (size * (size + r)))
    return np.asarray(1 / np.sqrt(np.where(information > 0, information, np.nan)))


def _log_zero(r: Floats, k: Floats) -> Floats:
    """Log probability of infecting nobody; -R for infinite k, 0 for R = 0."""
    size = np.where(np.isfinite(k), k, 1.0)
    return np.where(r == 0, 0.0, np.where(np.isinf(k), -r, -size * np.log1p(r / size)))


def _dip(r: Floats, k: Floats) -> Floats:
    """Where (1 + R(1-s)/k)^-k - s is smallest: the root below 1 lies left of it."""
    size = np.where(np.isfinite(k), k, 1.0)
    mixed = 1 - size / r * np.expm1(np.log(r) / (size + 1))
    return np.where(np.isinf(k), 1 - np.log(r) / r, mixed)


def _pair(r: ArrayLike, k: ArrayLike) -> tuple[Floats, Floats]:
    mean, size = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(k, np.float64))
    if not (np.isfinite(mean) & (mean >= 0)).all():
        raise Refused("number.out_of_range", "r", low=0, high=1e6)
    if ((size <= 0) | (np.isnan(size) & (mean > 0))).any():
        raise Refused("number.out_of_range", "k", low=0, high=float("inf"))
    return mean, size


def _answer(found: Floats, r: Floats, k: Floats) -> Floats:
    return np.asarray(_blank(found, (r == 0) | np.isnan(k)))[()]


def _blank(found: Floats, unknown: Floats) -> Floats:
    return np.where(unknown, np.nan, found)

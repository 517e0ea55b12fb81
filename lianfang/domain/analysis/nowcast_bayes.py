"""Nowcasting with its uncertainty whole (贝叶斯实时预测): unknown delays and unknown counts at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.nowcast_posterior import Gamma, Quantiles, gamma_of, missing
from lianfang.domain.analysis.nowcast_shared import Hazards, Nowcast, Prior, at_age, hazards, survival
from lianfang.domain.analysis.nowcast_triangle import Triangle, checked
from lianfang.domain.analysis.series import MOST, Flags, Floats, rows, within
from lianfang.domain.refusals import Refused

STRATA: Final = 40  # equally likely groups of drawn shares, each by its mean
HALF: Final = 0.5
MEASURED: Final = "measured"
MOST_DRAWS: Final = 1_000_000


def bayes(
    found: Triangle | ArrayLike, *, alpha: float = 0.05, prior: Prior | None = None, kappa: float = 0.1,
    most: float | None = None, window: int | None = None, dispersion: float | str | None = None,
    draws: int = 2000, seed: int = 123,
) -> Nowcast:  # fmt: skip
    """Nowcast by the truncated Bayesian method (`bayes.trunc` of Hoehle & an der Heiden 2014), of one triangle or many.

    Delays: Dirichlet prior of concentration `kappa` in each of D + 1 cells, hence the reverse-time hazard of delay d is
    Beta(kappa + n_d, d kappa + N_d - n_d) afterwards (a generalized Dirichlet); `draws` of it from `seed`. Counts:
    Gamma-Poisson `prior`; without one, the pooled estimate of the incomplete days with a variance of its square, so
    that a day without reports is expected to be like its neighbours. Given the drawn delays the posterior is exact.
    `nowcast` is the median, `lo` and `hi` the limits of level 1 - alpha; whole numbers. `cdf` is the mean of F.
    `dispersion` divides what the data weigh, delays and counts alike. 1 is R's answer, with limits too narrow where
    delays change from day to day; `"measured"` takes Pearson's chi-square of the hazards over its freedom. Left out, it
    is measured, but 1 beside a `prior` of one's own, so that R's settings give R's answer.
    `most`: no day has more events (R's N.tInf.max). `error` is NaN. `draws` is at least 40, in multiples of 40.
    Refused: as `nowcast_triangle.checked`, `number.out_of_range`, `nowcast.above_most` (reported above `most`).
    """
    _settings(alpha, kappa, draws, dispersion)
    counts, known = checked(found)
    reported, seen = counts.sum(axis=-1), hazards(counts, known, window)
    if most is not None and (reported > most).any():
        raise Refused("nowcast.above_most", "most", most=most, reported=float(reported.max()))
    asked = dispersion if dispersion is not None else MEASURED if prior is None else 1.0
    spread = _spread(counts, known, seen) if asked == MEASURED else np.full((*counts.shape[:-2], 1), float(asked))
    late = (kappa + seen.late / spread)[..., 1:]
    stay = (kappa * np.arange(counts.shape[-1]) + (seen.risk - seen.late) / spread)[..., 1:]
    cdf = _from_first(stay / (late + stay))
    shares = _shares(late, stay, known, draws - draws % STRATA, seed)
    places = np.asarray((~known).any(axis=-1))
    prior_of = _neighbours(reported, at_age(cdf, known), places) if prior is None else gamma_of(prior)
    more = [np.zeros_like(reported) for _quantile in range(3)]
    at = (HALF, alpha / 2, 1 - alpha / 2)
    for whole, part in zip(more, _more(reported, shares, places, prior_of, spread, at, most), strict=True):
        whole[places] = part
    middle, low, high = (reported + one for one in more)
    return Nowcast(reported, middle, low, high, at_age(cdf, known), cdf, np.full_like(reported, np.nan))


def _settings(alpha: float, kappa: float, draws: int, dispersion: float | str | None) -> None:
    within(alpha, "alpha", low=0, high=1, open_ends=True)
    within(kappa, "kappa", low=0, high=MOST, open_ends=True)
    within(draws, "draws", low=STRATA, high=MOST_DRAWS)
    if dispersion is not None and dispersion != MEASURED:
        if isinstance(dispersion, str):
            raise Refused("choice.unknown", "dispersion", choices=[MEASURED])
        within(dispersion, "dispersion", low=1, high=MOST)


def _from_first(stays: Floats) -> Floats:
    """F(0..D) from the factors of the delays 1..D."""
    return survival(np.concatenate([np.ones((*stays.shape[:-1], 1)), stays], axis=-1))


def _shares(late: Floats, stay: Floats, known: Flags, draws: int, seed: int) -> Floats:
    """Equally likely shares by now (strata, ..., days), from drawn delays.

    Each series draws from the same seed, so that its answer does not depend on which others are asked with it.
    """
    many, stays = rows(late), rows(stay)
    found = [_strata(late, stay, draws, seed) for late, stay in zip(many, stays, strict=True)]
    by_delay = np.stack(found, axis=1).reshape(STRATA, *late.shape[:-1], late.shape[-1] + 1)
    return np.take_along_axis(by_delay, (known.sum(axis=-1) - 1)[np.newaxis], axis=-1)


def _strata(late: Floats, stay: Floats, draws: int, seed: int) -> Floats:
    """F (strata, D + 1) of one series: the draws of each F(d) in order, in equal groups, each by its mean."""
    drawn = np.random.default_rng(seed).beta(stay, late, size=(draws, len(late)))
    ordered = np.sort(_from_first(drawn), axis=0)
    return np.asarray(ordered.reshape(STRATA, -1, ordered.shape[-1]).mean(axis=1))


def _more(
    reported: Floats, shares: Floats, places: Flags, prior: Gamma, spread: Floats, at: tuple[float, ...],
    most: float | None,
) -> Quantiles:  # fmt: skip
    each = [np.broadcast_to(one, reported.shape)[places] for one in (prior.shape, prior.rate, spread)]
    return missing(reported[places], shares[:, places], Gamma(*each), at, most)


def _spread(counts: Floats, known: Flags, seen: Hazards) -> Floats:
    """Pearson's chi-square of n_{t,d} given N_{t,d} over its degrees of freedom, at least 1; (..., 1)."""
    hazard = np.divide(seen.late, seen.risk, out=np.zeros_like(seen.late), where=seen.risk > 0)[..., np.newaxis, :]
    risk = counts.cumsum(axis=-1)
    expected = risk * hazard * (1 - hazard)
    used = known & (expected > 0)
    used[..., 0] = False
    parts = np.divide((counts - risk * hazard) ** 2, expected, out=np.zeros_like(risk), where=used)
    freedom = used.sum(axis=(-2, -1)) - used.any(axis=-2).sum(axis=-1)
    return np.asarray(np.maximum(parts.sum(axis=(-2, -1)) / np.maximum(freedom, 1), 1.0)[..., np.newaxis])


def _neighbours(reported: Floats, share: Floats, places: Flags) -> Gamma:
    """The prior of a series that brings none: events a day, pooled over its incomplete days; the square as variance.

    Half an event is added, so that silence is never taken for certainty.
    """
    total, seen = (reported * places).sum(axis=-1), (share * places).sum(axis=-1)
    mean = (total + HALF) / np.maximum(seen, HALF)
    return Gamma(np.ones_like(mean)[..., np.newaxis], 1 / mean[..., np.newaxis], np.ones(()))

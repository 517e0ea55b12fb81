"""Chain ladder (链梯法): development factors weighted by volume, with Mack's standard error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lianfang.domain.analysis.nowcast_shared import Nowcast, Prior, at_age, hazards, over_share
from lianfang.domain.analysis.nowcast_triangle import Triangle, checked
from lianfang.domain.analysis.nowcast_zero import with_prior
from lianfang.domain.analysis.series import Flags, Floats, within

_FEWEST: Final = 2  # days whose growth from one delay to the next must be seen before it has a variance


@dataclass(frozen=True, slots=True)
class ChainLadder(Nowcast):
    """The nowcast, and `factors` (..., D): from delay j to j + 1; 1 where nobody was seen, inf where all came later."""

    factors: Floats

    @property
    def ultimate(self) -> Floats:
        """The expected final number, (..., days): the nowcast."""
        return self.nowcast


def chain_ladder(
    found: Triangle | ArrayLike, *, alpha: float = 0.05, window: int | None = None, prior: Prior | None = None
) -> ChainLadder:
    """Chain ladder on one triangle of new reports by delay, or on many.

    f_j = sum C_{j+1} / sum C_j over days on which both are known, ultimate = latest * prod f; the share known by now,
    1 / prod f, is Lawless' F. Standard error after Mack (1993), log-normal limits of level 1 - alpha, never below what
    is reported. A day without reports gives 0 (limits 0) unless there is a `prior`. Settings and refusals as `lawless`.
    """
    within(alpha, "alpha", low=0, high=1, open_ends=True)
    counts, known = checked(found)
    seen = hazards(counts, known, window)
    before = (seen.risk - seen.late)[..., 1:]
    factors = np.divide(seen.risk[..., 1:], before, out=_unseen(seen.risk[..., 1:]), where=before > 0)
    cdf = seen.cdf
    reported, share = counts.sum(axis=-1), at_age(cdf, known)
    ultimate = over_share(reported, share)
    error = np.sqrt(_mack(counts.cumsum(axis=-1), known, factors, before, cdf, ultimate))
    low, high = _limits(reported, ultimate, error, float(special.ndtri(1 - alpha / 2)))
    return with_prior(ChainLadder(reported, ultimate, low, high, share, cdf, error, factors), prior, alpha)


def _unseen(risk: Floats) -> Floats:
    """The factor where nobody was known at the shorter delay."""
    return np.where(risk > 0, np.inf, 1.0)


def _mack(so_far: Floats, known: Flags, factors: Floats, volume: Floats, cdf: Floats, ultimate: Floats) -> Floats:
    """Mack's mean squared error: U^2 sum over k >= age of (s_k / f_k)^2 (1 / C_k + 1 / S_k), with C_k = U F_k."""
    finite = np.where(np.isfinite(factors), factors, 1.0)
    noise = _noise(so_far, known, finite) / finite**2
    ahead = ~known[..., 1:]
    by_volume = np.divide(noise, volume, out=np.zeros_like(noise), where=volume > 0)
    by_share = np.divide(noise, cdf[..., :-1], out=np.zeros_like(noise), where=cdf[..., :-1] > 0)
    own = np.einsum("...dk,...k->...d", ahead, by_share)
    drawn = np.einsum("...dk,...k->...d", ahead, by_volume)
    return np.asarray(ultimate * own + ultimate**2 * drawn)


def _noise(so_far: Floats, known: Flags, factors: Floats) -> Floats:
    """Mack's s^2 of each step; one seen on fewer than two days takes the smaller of the two steps before."""
    was, now = so_far[..., :-1], so_far[..., 1:]
    used = known[..., 1:] & (was > 0)
    ratio = np.divide(now, was, out=np.zeros_like(now), where=used)
    squares = np.where(used, was * (ratio - factors[..., np.newaxis, :]) ** 2, 0.0).sum(axis=-2)
    days = used.sum(axis=-2)
    noise = squares / np.maximum(days - 1, 1)
    for step in range(noise.shape[-1]):
        earlier = noise[..., max(step - _FEWEST, 0) : step]
        if earlier.shape[-1]:
            noise[..., step] = np.where(days[..., step] < _FEWEST, earlier.min(axis=-1), noise[..., step])
    return np.asarray(noise)


def _limits(reported: Floats, ultimate: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    relative = np.divide(error, ultimate, out=np.zeros_like(error), where=ultimate > 0)
    spread = np.sqrt(np.log1p(relative**2))
    low = ultimate * np.exp(-(spread**2) / 2 - z * spread)
    return np.maximum(low, reported + 0 * ultimate), ultimate * np.exp(-(spread**2) / 2 + z * spread)

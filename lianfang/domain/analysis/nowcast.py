"""Nowcasting (实时预测): how many events of each day there will be once all are reported, from a reporting triangle.

Chain ladder, Lawless' reverse-time hazard, and its Bayesian form; `by_onset` is what an epidemic curve asks for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lianfang.domain.analysis.nowcast_bayes import bayes
from lianfang.domain.analysis.nowcast_ladder import ChainLadder, chain_ladder
from lianfang.domain.analysis.nowcast_onset import ByOnset, by_onset
from lianfang.domain.analysis.nowcast_shared import Nowcast, Prior, at_age, hazards, over_share
from lianfang.domain.analysis.nowcast_triangle import Triangle, checked, triangle
from lianfang.domain.analysis.nowcast_zero import with_prior
from lianfang.domain.analysis.series import Floats, within
from lianfang.domain.refusals import Refused

LIMITS: Final = ("cut", "plain")

__all__ = [
    "ByOnset", "ChainLadder", "Nowcast", "Prior", "Triangle",
    "bayes", "by_onset", "chain_ladder", "lawless", "triangle",
]  # fmt: skip


def lawless(
    found: Triangle | ArrayLike, *, alpha: float = 0.05, window: int | None = None, prior: Prior | None = None,
    limits: str = "cut",
) -> Nowcast:  # fmt: skip
    """Nowcast by reverse-time hazards (Lawless 1994; Hoehle & an der Heiden 2014), of one triangle or of many.

    g(d) = sum n_{t,d} / sum N_{t,d} over days t on which d is known, F(d) = prod over i > d of (1 - g(i)),
    nowcast N/F(T - t) (not rounded), variance n (1 - F) / F^2, normal limits of level 1 - alpha. `limits="cut"`, as R's
    surveillance does, cuts them at what is already reported, and as far above: narrow where few are reported.
    `limits="plain"` cuts below only. With `prior`, days on which nothing is reported yet are answered from it
    (else 0 with limits 0). `window`: only onsets of the last `window` + 1 days speak for the delay.
    Refused: as `nowcast_triangle.checked`, `number.out_of_range` (alpha, window), `choice.unknown` (limits).
    """
    if limits not in LIMITS:
        raise Refused("choice.unknown", "limits", choices=list(LIMITS))
    within(alpha, "alpha", low=0, high=1, open_ends=True)
    counts, known = checked(found)
    cdf = hazards(counts, known, window).cdf
    reported, share = counts.sum(axis=-1), at_age(cdf, known)
    point = over_share(reported, share)
    error = np.sqrt(point * (1 - share) / np.where(share > 0, share, 1.0))
    low, high = _limits(reported, point, float(special.ndtri(1 - alpha / 2)) * error, cut=limits == "cut")
    return with_prior(Nowcast(reported, point, low, high, share, cdf, error), prior, alpha)


def _limits(reported: Floats, point: Floats, half: Floats, *, cut: bool) -> tuple[Floats, Floats]:
    above = np.minimum(half, point - reported) if cut else half
    return np.maximum(point - half, reported + 0 * point), point + above

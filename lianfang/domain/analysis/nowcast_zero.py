"""Days on which nothing is reported yet (零报告日的先验): answered from a prior, since 0 / F says nothing of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from lianfang.domain.analysis.nowcast_posterior import gamma_of, missing
from lianfang.domain.analysis.nowcast_shared import Nowcast, Prior
from lianfang.domain.analysis.series import Floats

Found = TypeVar("Found", bound=Nowcast)


def with_prior(found: Found, prior: Prior | None, alpha: float) -> Found:
    """The same with Gamma-Poisson answers on incomplete days without a report: mean a (1 - F) / (b + F), and limits.

    Without a prior nothing changes. The standard error of these days is that of the negative binomial.
    """
    asked = (found.reported == 0) & (found.share < 1)
    if prior is None or not asked.any():
        return found
    share = found.share[asked]
    low, high = missing(np.zeros_like(share), share[np.newaxis], gamma_of(prior), (alpha / 2, 1 - alpha / 2), None)
    mean = prior.shape * (1 - share) / (prior.rate + share)
    spread = np.sqrt(mean * (1 + prior.rate) / (prior.rate + share))
    return replace(
        found, nowcast=_put(found.nowcast, asked, mean), lo=_put(found.lo, asked, low), hi=_put(found.hi, asked, high),
        error=_put(found.error, asked, spread),
    )  # fmt: skip


def _put(values: Floats, places: Floats, new: Floats) -> Floats:
    changed = values.copy()
    changed[places] = new
    return changed

"""Bound from the predictive distribution (贝叶斯预警界): what the reference weeks say about the next count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.history import references
from lianfang.domain.analysis.detect.placing import placed
from lianfang.domain.analysis.series import Flags, Floats, counts, rows, within


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper bound and the alarms above it, each of the shape of the counts; NaN and no alarm without reference."""

    upper: Floats
    alarm: Flags


def bayes(
    values: ArrayLike, *, b: int = 0, w: int = 6, act_y: bool = True, alpha: float = 0.05, freq: int = 52
) -> Bound:
    """Alarm above the 1 - `alpha` quantile of the next count, given n reference counts with sum s.

    With Jeffreys' prior the next Poisson count is negative binomial: size s + 1/2, probability n / (n + 1) (Riebler
    2004; R surveillance `bayes`, whose manual says "at or above" where it means above). The reference is that of
    `references`: `b` years, `w` places, `act_y` whether those just before count. Refused as `counts`,
    `number.out_of_range`.
    """
    given = counts(values)
    level = within(alpha, "alpha", low=0, high=1, open_ends=True)
    many, first = references(rows(given), b=b, w=w, act_y=act_y, freq=freq)
    sums = many.sum(axis=0)
    # Few sums occur, and quantiles are dear: each sum is looked up once.
    unique, place = np.unique(sums, return_inverse=True)
    found = scipy.stats.nbinom.ppf(1 - level, unique + 0.5, len(many) / (len(many) + 1))
    upper = placed(found[place].reshape(sums.shape), given, first)
    return Bound(upper, given > upper)

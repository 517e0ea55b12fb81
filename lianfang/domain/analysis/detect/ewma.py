"""Exponentially weighted moving average (指数加权移动平均控制图): recent days weigh most, older ones fade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, rows, within


@dataclass(frozen=True, slots=True)
class Ewma:
    """The average, its upper limit and the alarms above it, each of the shape of the counts."""

    ewma: Floats
    upper: Floats
    alarm: Flags


def ewma(values: ArrayLike, *, lam: float = 0.3, limit: float = 2.7, nb: int = 28) -> Ewma:
    """z(t) = lam y(t) + (1 - lam) z(t-1) from the mean m of the first `nb` places, against m + limit s(t).

    s(t) = s sqrt(lam / (2 - lam) (1 - (1 - lam)^(2t))), s the standard deviation (n - 1) of the first `nb` places,
    which are judged as well (Montgomery; `limit` for a wanted run length from `ewma_limit`). A baseline that did not
    vary has its mean as limit. Refused as `counts` (at least `nb` places), `number.out_of_range`.
    """
    known = int(within(nb, "nb", low=2, high=MOST))
    given = counts(values, fewest=known)
    weight = within(lam, "lam", low=1e-6, high=1)
    width = within(limit, "limit", low=0, high=MOST)
    many = rows(given)
    mean = many[:, :known].mean(axis=1, keepdims=True)
    spread = many[:, :known].std(axis=1, ddof=1, keepdims=True)
    average = scipy.signal.lfilter([weight], [1.0, weight - 1], many, axis=1, zi=(1 - weight) * mean)[0]
    place = np.arange(1, many.shape[1] + 1)
    factor = np.sqrt(weight / (2 - weight) * -np.expm1(2 * place * np.log1p(-min(weight, 1 - 1e-16))))
    upper = mean + width * spread * factor
    shape = given.shape
    return Ewma(average.reshape(shape), upper.reshape(shape), (average > upper).reshape(shape))

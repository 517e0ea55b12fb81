"""Serial intervals day by day, and the infectiousness they carry on (序列间隔离散化): the base of every R here.

A serial interval here is a row of probabilities w_0, w_1, ... by whole days from one case's onset to the next one's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc

from lianfang.domain.analysis.series import Floats, counts, within
from lianfang.domain.refusals import Refused

SUM_MAY_DIFFER: Final = 0.01
"""A published serial interval is rounded: so much may its sum differ from one (EpiEstim). It is used as given."""
LONGEST: Final = 36_500
"""Days: a century. A longer discrete interval is a slip of the keyboard."""
_MATRIX_UNTIL: Final = 2_000  # days; above it a matrix of days by days would take more than 32 MiB
_FEW_LAGS: Final = 24  # so few passes over the series are cheaper than the matrix


@dataclass(frozen=True, slots=True)
class ShiftedGamma:
    """A serial interval known by mean and standard deviation in days: a gamma distribution that starts at day 1."""

    mean_si: float
    std_si: float


def discretise_si(mean_si: ArrayLike, std_si: ArrayLike, *, longest: int) -> Floats:
    """Probabilities w_0 .. w_longest of a gamma distribution shifted by one day, cut into whole days.

    `mean_si` (above 1) and `std_si` (above 0) in days, numbers or arrays of the same shape; the days are the last axis.
    With a = ((mean-1)/sd)^2, b = sd^2/(mean-1), F and G the distribution functions of Gamma(a, b) and Gamma(a+1, b):
    w_k = kF(k) + (k-2)F(k-2) - 2(k-1)F(k-1) + ab(2G(k-1) - G(k-2) - G(k)), never below 0 (Cori et al. 2013, appendix).
    The sum is one only as far as `longest` reaches; it is not scaled. Refused: `number.format`, `number.out_of_range`.
    """
    mean, deviation = _moments(mean_si, std_si)
    days = np.arange(-2.0, within(longest, "longest", low=0, high=LONGEST) + 1)
    shape, scale = ((mean - 1) / deviation) ** 2, deviation**2 / (mean - 1)
    # Written with F before the mean and with 1 - F after it, so that both tails keep their digits.
    at = np.maximum(days, 0) / scale
    before = days * gammainc(shape, at) - shape * scale * gammainc(shape + 1, at)
    after = shape * scale * gammaincc(shape + 1, at) - days * gammaincc(shape, at)
    found = np.where(days[1:-1] < shape * scale, _second(before), _second(after))
    return np.asarray(np.maximum(found, 0.0))


def _second(values: Floats) -> Floats:
    """Second differences along the last axis."""
    return np.asarray(values[..., 2:] - 2 * values[..., 1:-1] + values[..., :-2])


def _moments(mean_si: ArrayLike, std_si: ArrayLike) -> tuple[Floats, Floats]:
    try:
        mean, deviation = np.broadcast_arrays(np.asarray(mean_si, float), np.asarray(std_si, float))
    except (TypeError, ValueError) as wrong:
        raise Refused("number.format", "mean_si") from wrong
    for value in mean.ravel():
        within(float(value), "mean_si", low=1, high=LONGEST, open_ends=True)
    for value in deviation.ravel():
        within(float(value), "std_si", low=0, high=LONGEST, open_ends=True)
    return mean[..., None], deviation[..., None]


def serial_interval(si: ArrayLike | ShiftedGamma, *, length: int) -> Floats:
    """The probabilities that a method uses: those given, or those of a gamma for days 0 .. length-1 (not scaled).

    Given ones are one row, or a row a series. Refused: as `counts`, `si.day_zero` when w_0 is not 0 (nobody is their
    own infector), `probability.sum` when a row differs from one by more than 0.01.
    """
    if isinstance(si, ShiftedGamma):
        return discretise_si(si.mean_si, si.std_si, longest=length - 1)
    weights = counts(si, field="si", whole=False)
    if weights[..., 0].any():
        raise Refused("si.day_zero", "si")
    total = np.atleast_1d(weights.sum(axis=-1))
    wrong = np.abs(total - 1) > SUM_MAY_DIFFER
    if wrong.any():
        raise Refused("probability.sum", "si", sum=round(float(total[wrong][0]), 6))
    return weights


def mean_of(weights: Floats) -> Floats:
    """The mean of each discrete distribution, in days, without scaling: sum of k w_k."""
    return np.asarray(weights @ np.arange(weights.shape[-1], dtype=float))


def carried(values: Floats, weights: Floats, *, back: bool = False) -> Floats:
    """Sum over lags s >= 1 of values_{t-s} w_s (with `back`, of values_{t+s} w_s), in the shape of `values`."""
    length = values.shape[-1]
    if values.ndim == weights.ndim == 1:
        ahead = values[::-1] if back else values
        found = np.convolve(ahead, np.concatenate([[0.0], weights[1:length]]))[:length]
        return np.asarray(found[::-1] if back else found)
    lags = [s for s in range(1, min(length, weights.shape[-1])) if weights[..., s].any()]
    if weights.ndim == 1 and len(lags) > _FEW_LAGS and length <= _MATRIX_UNTIL:
        matrix = _by_lag(weights, length)
        return np.asarray(values @ (matrix.T if back else matrix))
    found = np.zeros_like(values)
    for lag in lags:
        share = weights[..., lag, None]
        if back:
            found[..., :-lag] += values[..., lag:] * share
        else:
            found[..., lag:] += values[..., :-lag] * share
    return found


def _by_lag(weights: Floats, length: int) -> Floats:
    """Days of infectors in rows, days of the infected in columns: w of the days between."""
    known = np.zeros(length)
    known[1 : len(weights)] = weights[1:length]
    lags = np.arange(length)[None, :] - np.arange(length)[:, None]
    return np.asarray(np.where(lags > 0, known[np.maximum(lags, 0)], 0.0))


def infectivity(incidence: ArrayLike, si: ArrayLike | ShiftedGamma) -> Floats:
    """Overall infectiousness Lambda_t = sum_{s>=1} I_{t-s} w_s, in the shape of `incidence` (all cases, imported too).

    NaN on the first day, before which nobody was counted. Refused: as `counts` and `serial_interval`.
    """
    cases = counts(incidence, field="incidence")
    found = carried(cases, serial_interval(si, length=cases.shape[-1]))
    found[..., 0] = np.nan
    return found

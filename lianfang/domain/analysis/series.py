"""Series of counts as methods take them (时间序列): checked once, so that nothing is computed from what is no count.

A gap is neither zero nor the mean of its neighbours: methods refuse it, and say where it is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.refusals import Refused

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST: Final = 1e12
"""Above this a float no longer holds sums of squares of counts exactly enough; no place on earth has so many cases."""
MOST_AXES: Final = 2
_SUM_TOLERANCE: Final = 1e-6


def counts(values: ArrayLike, *, field: str = "counts", whole: bool = True, fewest: int = 1) -> Floats:
    """Counts as float64, series in rows and time along the last axis; one series stays one-dimensional.

    Refused: `series.not_numbers`, `series.shape` (no axis or more than two), `series.short` (fewer than `fewest` in
    time), `series.gap` (not a number), `series.infinite`, `series.negative`, `series.too_large`, `series.fraction`
    (unless `whole` is False). Facts of the latter five: `series` and `position` from 1, `value`.
    """
    found = _numbers(values, field)
    if found.ndim not in (1, MOST_AXES):
        raise Refused("series.shape", field, axes=found.ndim)
    if found.shape[-1] < fewest or found.size == 0:
        raise Refused("series.short", field, length=int(found.shape[-1]), fewest=fewest)
    _refuse_where(np.isnan(found), found, "series.gap", field)
    _refuse_where(np.isinf(found), found, "series.infinite", field)
    _refuse_where(found < 0, found, "series.negative", field)
    _refuse_where(found > MOST, found, "series.too_large", field)
    if whole:
        _refuse_where(found != np.floor(found), found, "series.fraction", field)
    return found


def probabilities(values: ArrayLike, *, field: str = "si", normalise: bool = False) -> Floats:
    """A discrete distribution (of delays from 0 on) as float64, in one row or in many.

    Refused as `counts`, and `probability.sum` (fact `sum`) when a row does not sum to one within 1e-6, unless
    `normalise`.
    """
    found = counts(values, field=field, whole=False)
    total = found.sum(axis=-1, keepdims=True)
    if normalise and bool((total > 0).all()):
        return np.asarray(found / total)
    wrong = np.abs(total - 1) > _SUM_TOLERANCE
    if wrong.any():
        raise Refused("probability.sum", field, sum=float(total[wrong][0]))
    return found


def within(value: float, field: str, *, low: float, high: float, open_ends: bool = False) -> float:
    """A setting between its bounds. Refused `number.format` when it is no number, `number.out_of_range` (low, high)."""
    number = float(value)
    if np.isnan(number):
        raise Refused("number.format", field)
    if open_ends and not low < number < high:
        raise Refused("number.out_of_range", field, low=low, high=high, reason="between")
    if not low <= number <= high:
        raise Refused("number.out_of_range", field, low=low, high=high)
    return number


def rows(found: Floats) -> Floats:
    """The same values with series in rows, also when there is only one series."""
    return np.atleast_2d(found)


def _numbers(values: ArrayLike, field: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise Refused("series.not_numbers", field) from wrong


def _refuse_where(wrong: Flags, values: Floats, code: str, field: str) -> None:
    if not wrong.any():
        return
    place = np.argwhere(wrong)[0]
    facts: dict[str, Any] = {"position": int(place[-1]) + 1, "series": int(place[0]) + 1 if values.ndim > 1 else 1}
    raise Refused(code, field, value=float(values[tuple(place)]), **facts)

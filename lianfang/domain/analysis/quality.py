"""Quality of reports (数据质量): completeness, timeliness, outliers, consistency over time, verification factor.

Sources: WHO Data Quality Review modules 1 and 3 (2017); Iglewicz & Hoaglin 1993; the outlier detection of DHIS2.
Missing is NaN and never zero; a group is any label of a row (a unit, a unit and an element).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.domain.analysis.series import Flags, Floats, counts, within
from lianfang.domain.refusals import Refused

Codes = NDArray[np.int64]
_TO_SD: Final = 0.6745  # the 75th percentile of a standard normal: MAD / 0.6745 estimates its standard deviation
_ROUNDING: Final = 1e-13
OVER, OK, UNDER, UNKNOWN = "over-reported", "ok", "under-reported", ""
Method = Literal["z", "modified_z"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows by group: the labels in the order of their first rows, and the place of each row's label."""

    names: Sequence[Any]
    code: Codes

    def total(self, values: Floats) -> Floats:
        """Sums by group; what is missing adds nothing."""
        return np.bincount(self.code, np.nan_to_num(values), len(self.names)).astype(np.float64)

    def size(self, where: Flags) -> Floats:
        """Rows of each group where it holds."""
        return np.bincount(self.code[where], minlength=len(self.names)).astype(np.float64)


Units = Sequence[Any] | NDArray[Any] | Groups | None
"""A label a row, or groups made of labels once (`groups_of`) and used for several measures."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """One place a row: the scores, whether flagged, and how many standard deviations' class it is in.

    `z` is NaN for a missing value, and in a group of one value or of equal values. `modified_z` is NaN for a missing
    value and, where more than half of a group are equal (MAD 0), NaN for these and infinite for the others.
    """

    z: Floats
    modified_z: Floats
    moderate: Flags
    extreme: Flags
    modified: Flags


@dataclass(frozen=True, slots=True)
class Verification:
    """Recounted at the source against reported, by group; `class_` is OVER, OK, UNDER, or UNKNOWN where nothing was
    reported.

    `factor` is NaN where the reported sum is zero; `exact` is NaN where no report could be compared.
    """

    reported: Floats
    recounted: Floats
    factor: Floats
    exact: Floats
    class_: NDArray[np.str_]


def groups_of(labels: Units, rows: int) -> Groups:
    """Rows by label; without labels all rows are one group. Refused `series.not_numbers` when the lengths differ."""
    if isinstance(labels, Groups):
        return labels
    if labels is None:
        return Groups(("",), np.zeros(rows, np.int64))
    if len(labels) != rows:
        raise Refused("series.not_numbers", "unit")
    listed = labels.tolist() if isinstance(labels, np.ndarray) else labels
    places = {name: place for place, name in enumerate(dict.fromkeys(listed))}
    return Groups(list(places), np.fromiter(map(places.__getitem__, listed), np.int64, rows))


def completeness(received: ArrayLike, expected: ArrayLike, *, units: Units = None) -> Floats:
    """Reports received / expected, by group in order of first rows; a zero report is a report.

    NaN where none was expected. Refused as `series.counts`, `quality.more_received` where more came than were expected.
    """
    some, all_ = _pair(received, expected, "received", "expected")
    if (some > all_).any():
        at = int(np.argmax(some > all_))
        raise Refused("quality.more_received", "received", position=at + 1)
    groups = groups_of(units, len(some))
    return _share(groups.total(some), groups.total(all_))


def timeliness(
    on_time: ArrayLike, expected: ArrayLike, *, units: Units = None
) -> Floats:  # the same formula with another numerator
    """Reports by the deadline / expected, by group; also / received, given as `expected`."""
    return completeness(on_time, expected, units=units)


def indicator_completeness(values: ArrayLike, *, units: Units = None) -> Floats:
    """Values that are neither missing nor zero / rows, by group (WHO DQR flags less than 90 %)."""
    found = _values(values, "values")
    groups = groups_of(units, len(found))
    return _share(groups.size(np.nan_to_num(found) != 0), groups.size(np.ones(len(found), np.bool_)))


def outliers(
    values: ArrayLike, *, units: Units = None,
    moderate: float = 2.0, extreme: float = 3.0, modified: float = 3.5,
) -> Outliers:  # fmt: skip
    """z = (x - mean)/sd and modified z = 0.6745 (x - median)/MAD of each value within its group, sd with n - 1.

    Moderate: `moderate` <= |z| < `extreme`; extreme: |z| >= `extreme`; modified: |modified z| > `modified`. DHIS2's
    detection is the same scores with a threshold of 3 for either, and `beyond` for its min-max.
    """
    within(moderate, "moderate", low=0, high=extreme)
    found = _values(values, "values")
    groups = groups_of(units, len(found))
    z, robust = _z(found, groups), _modified_z(found, groups)
    size = np.abs(np.nan_to_num(z))
    middle = (size >= moderate) & (size < extreme)
    return Outliers(z, robust, middle, size >= extreme, np.abs(np.nan_to_num(robust, posinf=np.inf)) > modified)


def beyond(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """How far a value lies above `high` or (negative) below `low`, as in DHIS2; 0 inside, NaN missing."""
    found = _values(values, "values")
    least, most = (np.broadcast_to(np.asarray(one, np.float64), found.shape) for one in (low, high))
    if (least > most).any():
        raise Refused("quality.low_above_high", "low", position=int(np.argmax(least > most)) + 1)
    return np.asarray(np.maximum(found - most, 0) + np.minimum(found - least, 0))


def consistency_ratio(values: ArrayLike, *, previous: int | None = 3) -> Floats:
    """The last value / the mean of the known ones among the `previous` before it (None: of all), along the last axis.

    NaN where the last is missing, no earlier one is known, or their mean is zero. WHO DQR flags 33 % up or down.
    """
    found = _values(values, "values", axes=2)
    before = found[..., :-1] if previous is None else found[..., -1 - previous : -1]
    known = (~np.isnan(before)).sum(axis=-1)
    return _share(found[..., -1] * known, np.nansum(before, axis=-1))


def verification_factor(
    reported: ArrayLike, recounted: ArrayLike, *, units: Units = None,
    over: float = 0.9, under: float = 1.1,
) -> Verification:  # fmt: skip
    """Sum recounted / sum reported by group, over the rows where both are known.

    Below `over` more was reported than the source holds; above `under` less. A pooled factor washes out opposite
    errors: read it with `shares_of` and the share of exact matches.
    """
    said, held = _values(reported, "reported"), _values(recounted, "recounted")
    if said.shape != held.shape:
        raise Refused("series.not_numbers", "recounted")
    groups = groups_of(units, len(said))
    both = ~(np.isnan(said) | np.isnan(held))
    sums = [groups.total(np.where(both, one, 0.0)) for one in (said, held)]
    factor = _share(sums[1], sums[0])
    exact = _share(groups.size(both & (said == held)), groups.size(both))
    sides = np.where(factor < over, OVER, np.where(factor > under, UNDER, OK))
    return Verification(sums[0], sums[1], factor, exact, np.where(np.isnan(factor), UNKNOWN, sides))


def shares_of(verification: Verification) -> tuple[float, float]:
    """Share of the groups that over-reported, and that under-reported, of those of which it is known (NaN of none)."""
    known = verification.class_[verification.class_ != UNKNOWN]
    if not len(known):
        return float("nan"), float("nan")
    return float(np.mean(known == OVER)), float(np.mean(known == UNDER))


def concordance(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Lin's concordance correlation over the rows where both are known (moments over n); NaN where neither varies."""
    x, y = _values(ours, "ours"), _values(theirs, "theirs")
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if not len(x):
        return float("nan")
    common = float(np.mean((x - x.mean()) * (y - y.mean())))
    spread = float(x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    return 2 * common / spread if spread else float("nan")


def _z(values: Floats, groups: Groups) -> Floats:
    known = ~np.isnan(values)
    n = groups.size(known)
    mean = _share(groups.total(values), n)
    apart = values - mean[groups.code]
    # Equal values leave no spread; rounding alone would make a score of it.
    squares = np.where(np.abs(apart) <= _ROUNDING * np.abs(mean)[groups.code], 0.0, apart) ** 2
    variance = groups.total(squares) / np.maximum(n - 1, 1)
    sd = np.sqrt(np.where((n < 2) | (variance == 0), np.nan, variance))  # noqa: PLR2004  two values have a spread
    return np.asarray(apart / sd[groups.code])


def _modified_z(values: Floats, groups: Groups) -> Floats:
    apart = values - _medians(values, groups)[groups.code]
    spread = _medians(np.abs(apart), groups)[groups.code]
    with np.errstate(divide="ignore", invalid="ignore"):  # a spread of zero is documented
        return np.asarray(_TO_SD * apart / spread)


def _medians(values: Floats, groups: Groups) -> Floats:
    """Medians by group, missing values left out; NaN of a group without any."""
    known = ~np.isnan(values)
    code, of_known = groups.code[known], values[known]
    n = np.bincount(code, minlength=len(groups.names))
    by_value = np.argsort(of_known)
    sorted_ = of_known[by_value[np.argsort(code[by_value].astype(_narrow(len(n))), kind="stable")]]
    start = np.cumsum(n) - n
    some = n > 0
    found = np.full(len(n), np.nan)
    low, high = start[some] + (n[some] - 1) // 2, start[some] + n[some] // 2
    found[some] = (sorted_[low] + sorted_[high]) / 2
    return found


def _narrow(many: int) -> type[np.integer[Any]]:
    """Few groups fit into 16 bits, which numpy sorts by their digits, ten times as fast."""
    return np.uint16 if many <= np.iinfo(np.uint16).max else np.int64


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.where(whole == 0, np.nan, part / np.where(whole == 0, 1.0, whole)))


def _pair(some: ArrayLike, all_: ArrayLike, field: str, field_of_all: str) -> tuple[Floats, Floats]:
    first, second = counts(some, field=field), counts(all_, field=field_of_all)
    if first.ndim != 1 or first.shape != second.shape:
        raise Refused("series.not_numbers", field)
    return first, second


def _values(values: ArrayLike, field: str, *, axes: int = 1) -> Floats:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise Refused("series.not_numbers", field) from wrong
    if found.ndim not in range(1, axes + 1) or found.size == 0:
        raise Refused("series.shape", field, axes=found.ndim)
    if np.isinf(found).any():
        raise Refused(
            "series.infinite", field, series=1, position=int(np.argmax(np.isinf(found.ravel()))) + 1, value="∞"
        )
    return found

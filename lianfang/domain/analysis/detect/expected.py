"""The false alarms a day that a setting will cause (预计误报): known before it is switched on, as staff pay for them.

Rules on counts of people are exact (the upper tail of a binomial, summed over classes), charts by their level, and
where the level on paper is not the real one, by running them on quiet made-up counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, within
from lianfang.domain.refusals import Refused

MOST_DAYS: Final = 366
MOST_DRAWN: Final = 50_000_000
"""Values that a simulation may draw: half a gigabyte, seconds of time."""


@dataclass(frozen=True, slots=True)
class Group:
    """Units alike, mostly classes: how many, how many people in each, and the share of them counted on a quiet day."""

    kind: str
    units: float
    size: int
    rate: float


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Expected false alarms a day: in all, and of each group in the order given."""

    a_day: float
    of_groups: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A chart on quiet counts: the share of series and days with an alarm, its standard error, alarms a day."""

    rate: float
    standard_error: float
    a_day: float


def expected_false_alarms(groups: Sequence[Group], *, minimum: int, days: int = 1) -> FalseAlarms:
    """False alarms a day of the rule "`minimum` people of one class within `days` days", by kinds of classes.

    Classes on which the rule holds on a day when nothing is wrong; while an alert stays open they are one alert.
    Refused as `rule_false_alarms`.
    """
    each = [
        rule_false_alarms(sizes=[one.size], rates=[one.rate], classes=[one.units], minimum=minimum, days=days)
        for one in groups
    ]
    return FalseAlarms(float(sum(each)), tuple(each))


def rule_false_alarms(
    *, sizes: ArrayLike, rates: ArrayLike, minimum: int, classes: ArrayLike = 1.0, days: int = 1
) -> float:
    """Sum over classes of P(X >= `minimum`), X binomial of `sizes` people who each meet the rule with their rate.

    `sizes`, `rates` (a day) and `classes` (how many of that size) are numbers or rows of the same length. Over
    several days a person counts once: 1 - (1 - rate)^days. People of one class are taken as independent, which is the
    best case: illness that runs in classes makes more alarms. Refused as `counts`, `number.out_of_range`.
    """
    size = counts(np.atleast_1d(sizes), field="sizes")
    share = _shares(np.atleast_1d(rates), "rates")
    many = counts(np.atleast_1d(classes), field="classes", whole=False)
    least = _whole(minimum, "minimum", high=int(MOST))
    over = _whole(days, "days", high=MOST_DAYS)
    in_window = -np.expm1(over * np.log1p(-np.minimum(share, 1 - 1e-16)))
    return float(np.sum(many * scipy.stats.binom.sf(least - 1, size, in_window)))


def nominal_false_alarms(*, series: int, alpha: float) -> float:
    """False alarms a day of a chart that keeps its level: series x alpha. Refused `number.out_of_range`."""
    return _whole(series, "series", high=int(MOST)) * within(alpha, "alpha", low=0, high=1)


def simulated_false_alarms(
    chart: Callable[[Floats], Flags],
    *,
    mean: float,
    dispersion: float = 0.0,
    series: int = 1,
    skip: int = 56,
    days: int = 100,
    runs: int = 1000,
    seed: int = 1,
) -> Simulated:
    """Run a chart on quiet counts: `runs` series of negative binomial counts (Poisson where `dispersion` is 0).

    `chart` takes counts (runs x days) and gives back its alarms in the same shape; the first `skip` days, on which it
    learns, are not judged. Variance = mean + dispersion x mean^2. `a_day` is the rate times the `series` watched; the
    standard error goes over series, as days of one series depend on each other. The same seed gives the same numbers.
    """
    watched = _whole(series, "series", high=int(MOST))
    if (_whole(skip, "skip", low=0, high=MOST_DRAWN) + days) * runs > MOST_DRAWN:
        raise Refused("number.out_of_range", "runs", low=1, high=MOST_DRAWN // (skip + days))
    made = quiet_counts(mean=mean, dispersion=dispersion, shape=(_whole(runs, "runs", low=2), skip + days), seed=seed)
    shares = np.mean(chart(made)[:, skip:], axis=1)
    rate = float(np.mean(shares))
    return Simulated(rate, float(np.std(shares, ddof=1) / np.sqrt(runs)), rate * watched)


def quiet_counts(*, mean: float, dispersion: float, shape: tuple[int, int], seed: int) -> Floats:
    """Counts of days on which nothing is wrong, series in rows; the same seed gives the same counts."""
    centre = within(mean, "mean", low=0, high=MOST)
    spread = within(dispersion, "dispersion", low=0, high=MOST)
    draw = np.random.default_rng(seed)
    level = centre if spread == 0 else draw.gamma(1 / spread, centre * spread, size=shape)
    return draw.poisson(level, size=shape).astype(np.float64)


def tail_probability(observed: ArrayLike, *, mean: ArrayLike, dispersion: float = 0.0) -> Floats:
    """P(Y >= observed) on a quiet day, Y Poisson, or negative binomial with variance mean + dispersion x mean^2."""
    seen = counts(np.atleast_1d(observed), field="observed").reshape(np.shape(observed))
    centre = counts(np.atleast_1d(mean), field="mean", whole=False).reshape(np.shape(mean))
    spread = within(dispersion, "dispersion", low=0, high=MOST)
    if spread == 0:
        return np.asarray(scipy.stats.poisson.sf(seen - 1, centre), dtype=np.float64)
    return np.asarray(scipy.stats.nbinom.sf(seen - 1, 1 / spread, 1 / (1 + spread * centre)), dtype=np.float64)


def next_count_probability(observed: ArrayLike, *, seen: ArrayLike, days: int) -> Floats:
    """P(Y >= observed) on the next quiet day when `seen` cases on `days` quiet days are all that is known of the rate.

    Negative binomial of size seen + 1/2 and probability days / (days + 1), as in `bayes`: never 0, also where nobody
    was ill before. NaN where `seen` is.
    """
    found = counts(np.atleast_1d(observed), field="observed").reshape(np.shape(observed))
    learnt = np.asarray(seen, dtype=np.float64) + 0.5
    return np.asarray(scipy.stats.nbinom.sf(found - 1, learnt, days / (days + 1)), dtype=np.float64)


def benjamini_hochberg(p_values: ArrayLike, *, fdr: float = 0.05) -> tuple[Flags, Floats]:
    """Which of many p-values stand when the share of false ones among those called may be `fdr`, and adjusted p-values.

    Benjamini & Hochberg 1995. One row, or rows each by itself; both results of the shape of `p_values`. Refused as
    `counts` (a gap), `number.out_of_range` for a value above 1.
    """
    given = _shares(p_values, "p_values")
    level = within(fdr, "fdr", low=0, high=1)
    size = given.shape[-1]
    order = np.argsort(given, axis=-1, kind="stable")
    scaled = np.take_along_axis(given, order, axis=-1) * size / np.arange(1, size + 1)
    least = np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    adjusted = np.empty_like(given)
    np.put_along_axis(adjusted, order, np.minimum(least, 1.0), axis=-1)
    return adjusted <= level, adjusted


def _shares(values: ArrayLike, field: str) -> Floats:
    found = counts(values, field=field, whole=False)
    if found.max() > 1:
        raise Refused("number.out_of_range", field, low=0, high=1)
    return found


def _whole(value: int, field: str, *, low: int = 1, high: int = MOST_DRAWN) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise Refused("number.format", field)
    within(value, field, low=low, high=high)
    return int(value)

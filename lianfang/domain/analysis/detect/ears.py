"""Early aberration reporting C1 to C3 (早期异常报告): today's count against the mean and spread of the days before.

Hutwagner et al. 2003 (J Urban Health 80, i89-i96). With m and S the mean and standard deviation (n - 1) of a baseline:
C1 takes the `baseline` days before today, C2 and C3 leave two days between; C3 adds up what three days had above one S.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, within
from lianfang.domain.refusals import Refused

ALPHA: Final = 0.001
"""One-sided level of C1 and C2 unless told otherwise (the reference program's)."""
ALPHA_C3: Final = 0.025
"""The same of C3: its statistic is compared with 1.96."""
GUARD: Final = 2
"""Days between the baseline of C2 and C3 and today, so that a slow rise does not hide itself."""
FEWEST: Final = 3
"""Days of a baseline: fewer have no spread to speak of."""
MOST_BASELINE: Final = 3660
"""Ten years of days: more is a slip of the pen."""
Compat = Literal["", "surveillance"]


@dataclass(frozen=True, slots=True)
class Ears:
    """Bounds, statistics and alarms, each of the shape of the counts.

    Bounds and statistics are NaN on the first days, which have no whole baseline (C1: `baseline` days, C2 two more,
    C3 four more), and statistics also where the baseline did not vary, so that no multiple of its spread exists; the
    alarm is then raised by any count above its mean. Without a baseline there is no alarm. `c3_upper` is the least
    value that would bring the sum of three days to its limit; where the two days before exceed the limit alone it is
    0, with alarm.
    """

    c1_upper: Floats
    c1_alarm: Flags
    c2_upper: Floats
    c2_alarm: Flags
    c2_stat: Floats
    c3_upper: Floats
    c3_alarm: Flags
    c3_stat: Floats


def ears(
    values: ArrayLike,
    *,
    baseline: int = 7,
    min_sigma: float = 0.0,
    alpha: float | None = None,
    alpha_c3: float | None = None,
    compat: Compat = "",
) -> Ears:
    """C1, C2 and C3 of one series or of many.

    U1 = m + z S with z the quantile of 1 - `alpha`, S at least `min_sigma`; C2 statistic = (y - m2) / S2; C3
    statistic = sum over today and the two days before of max(0, C2 statistic - 1), alarm above the quantile of 1 -
    `alpha_c3`. `alpha` alone counts for all three; without it 0.001, 0.001 and 0.025. `compat="surveillance"` gives
    the C3 bound of R surveillance 1.20.3, which starts from today's count instead of the baseline's mean, so that
    today does not matter. Refused as `counts`, `number.out_of_range` for a setting, `choice.unknown` for `compat`.
    """
    given = counts(values)
    _check(baseline, compat)
    least = within(min_sigma, "min_sigma", low=0, high=MOST)
    z = _quantile(ALPHA if alpha is None else alpha, "alpha")
    z3 = _quantile(alpha_c3 if alpha_c3 is not None else ALPHA_C3 if alpha is None else alpha, "alpha_c3")
    mean, spread = moving_baseline(given, baseline=baseline, least=least)
    mean2, spread2 = later(mean, GUARD), later(spread, GUARD)
    c1, c2 = mean + z * spread, mean2 + z * spread2
    stat = _multiple(given - mean2, spread2)
    c3 = _c3_of_surveillance if compat else _c3
    return Ears(c1, given > c1, c2, given > c2, _finite(stat), *c3(given, mean2, spread2, stat, z3), _sum_shown(stat))


def moving_baseline(values: Floats, *, baseline: int, least: float = 0.0, gap: int = 0) -> tuple[Floats, Floats]:
    """Mean and standard deviation (n - 1, at least `least`) of the `baseline` days that end `gap` days before each day.

    Both of the shape of `values`, NaN on the days that have no whole baseline. Two passes, so that a billion cases a
    day keep their spread.
    """
    mean, spread = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    first, days = baseline + gap, values.shape[-1]
    if days <= first:
        return mean, spread
    windows = [values[..., one : days - first + one] for one in range(baseline)]
    centre = sum(windows[1:], start=windows[0].copy()) / baseline
    squares = np.zeros_like(centre)
    for one in windows:
        away = one - centre
        squares += away * away
    mean[..., first:] = centre
    spread[..., first:] = np.maximum(np.sqrt(squares / (baseline - 1)), least)
    return mean, spread


def later(values: Floats, days: int) -> Floats:
    """The same values `days` later; NaN before."""
    moved = np.full(values.shape, np.nan)
    moved[..., days:] = values[..., : max(values.shape[-1] - days, 0)]
    return moved


def _check(baseline: int, compat: str) -> None:
    if not isinstance(baseline, int) or not FEWEST <= baseline <= MOST_BASELINE:
        raise Refused("number.out_of_range", "baseline", low=FEWEST, high=MOST_BASELINE)
    if compat not in ("", "surveillance"):
        raise Refused("choice.unknown", "compat", choices=["", "surveillance"])


def _quantile(alpha: float, field: str) -> float:
    return float(scipy.stats.norm.isf(within(alpha, field, low=0, high=1, open_ends=True)))


def _multiple(above: Floats, spread: Floats) -> Floats:
    """How many standard deviations; endless above a baseline that did not vary, NaN exactly on it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / spread)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _sum_shown(stat: Floats) -> Floats:
    excess = np.maximum(0.0, stat - 1)
    return _finite(excess + later(excess, 1) + later(excess, 2))


def _c3(given: Floats, mean: Floats, spread: Floats, stat: Floats, z: float) -> tuple[Floats, Flags]:
    # A count equal to a baseline that did not vary (0/0) exceeds nothing; without a baseline NaN stays.
    excess = np.where(np.isnan(stat) & ~np.isnan(mean), 0.0, np.maximum(0.0, stat - 1))
    before = later(excess, 1) + later(excess, 2)
    with np.errstate(invalid="ignore"):
        bound = np.where(before > z, 0.0, mean + spread * (1 + z - before))
    return np.maximum(0.0, bound), excess + before > z


def _c3_of_surveillance(given: Floats, mean: Floats, spread: Floats, stat: Floats, z: float) -> tuple[Floats, Flags]:
    excess = np.maximum(0.0, stat - 1)
    with np.errstate(invalid="ignore"):
        bound = np.maximum(0.0, given + spread * (z - later(excess, 1) - later(excess, 2)))
    return bound, given > bound

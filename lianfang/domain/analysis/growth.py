"""Growth of an epidemic (增长率): rate, doubling time, turning point, and the reproduction number a rate implies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from lianfang.domain.analysis.discrete import LONGEST, mean_of, serial_interval
from lianfang.domain.analysis.growth_models import Line, Rate, log_linear, negative_binomial, poisson, scaled_error
from lianfang.domain.analysis.series import Flags, Floats, counts, rows, within
from lianfang.domain.refusals import Refused

Model = Literal["loglinear", "poisson", "quasipoisson", "negbin"]
MODELS: Final[tuple[Model, ...]] = ("loglinear", "poisson", "quasipoisson", "negbin")
LEVEL: Final = 0.95
_STILL: Final = 1e-12  # a smaller rate a day is rounding
WINDOW_SHARE: Final = 4
"""The turning point is looked for in a window as long as the epidemic divided by this, around its peak."""


@dataclass(frozen=True, slots=True)
class Growth:
    """An exponential fit log(mu_t) = intercept + r t, t = 0 on the first day; one value a series.

    `r` per day, its standard error, limits. `time` is the doubling time in days, or the halving time where r < 0, with
    limits; a limit below zero means that the interval of r holds zero, so the time has no upper bound (as the package
    incidence prints it); infinite where r is 0. `spread` is the residual variance of the log-linear fit, Pearson's
    dispersion of the Poisson ones, theta of the negative binomial (very large: no more spread than Poisson's).
    NaN: all of it where no rate can be fitted (log-linear: fewer than two days with cases; the others: cases on an
    outermost day only, or a fit that does not come to rest);
    error and limits where two days fit exactly.
    """

    model: Model
    r: Floats
    se: Floats
    r_low: Floats
    r_high: Floats
    intercept: Floats
    time: Floats
    time_low: Floats
    time_high: Floats
    spread: Floats
    days: Floats

    @property
    def halving(self) -> Flags:
        """Whether `time` is a halving time."""
        return np.asarray(self.r < 0)


@dataclass(frozen=True, slots=True)
class Split:
    """The turning point of each series: its place from 0, the rates before and after, and the mean adjusted R^2.

    Place -1 and NaN where no two fits are possible.
    """

    place: NDArray[np.int64]
    r_before: Floats
    r_after: Floats
    r2_best: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected counts of the next days if the growth goes on, with prediction limits of one day's count."""

    mean: Floats
    low: Floats
    high: Floats


def fit(incidence: ArrayLike, *, model: Model = "loglinear", level: float = LEVEL) -> Growth:
    """The growth rate of one series or of many (series in rows, days along the last axis; at least two days).

    `loglinear`: least squares of log(count) on days with cases, limits by t (as the package incidence). The others are
    generalised linear models with log link that keep the days of zero: `poisson` (normal limits), `quasipoisson` (error
    widened by Pearson's dispersion, limits by t with days - 2), `negbin` (theta by maximum likelihood in turns, as
    Venables & Ripley 2002 section 7.4; normal limits). doubling = ln 2 / r.
    Refused: as `counts`, `number.out_of_range` for the level, `growth.model_unknown`.
    """
    cases = counts(incidence, field="incidence", fewest=2)
    within(level, "level", low=0, high=1, open_ends=True)
    if model not in MODELS:
        raise Refused("growth.model_unknown", "model", model=model, known=list(MODELS))
    found = _limited(model, _rate(rows(cases), model), level)
    return found if cases.ndim > 1 else _single(found)


def _rate(cases: Floats, model: Model) -> Rate:
    if model == "loglinear":
        return log_linear(cases, cases > 0).rate
    if model == "negbin":
        return negative_binomial(cases)
    found = poisson(cases)
    return scaled_error(found) if model == "quasipoisson" else found


def _limited(model: Model, rate: Rate, level: float) -> Growth:
    beyond = (1 + level) / 2
    by_t = model in ("loglinear", "quasipoisson")
    free = np.maximum(rate.days - 2, 1)
    width = (stdtrit(free, beyond) if by_t else np.full_like(rate.r, ndtri(beyond))) * rate.se
    low, high = rate.r - width, rate.r + width
    falling = rate.r < 0
    slow, fast = np.where(falling, -high, low), np.where(falling, -low, high)
    return Growth(
        model, rate.r, rate.se, low, high, rate.intercept,
        _ln2_over(np.abs(rate.r)), _ln2_over(fast), _ln2_over(slow), rate.spread, rate.days,
    )  # fmt: skip


def _ln2_over(rate: Floats) -> Floats:
    return np.asarray(np.divide(np.log(2), rate, out=np.full_like(rate, np.inf), where=~(np.abs(rate) <= _STILL)))


def _single(found: Any) -> Any:
    arrays = {name: getattr(found, name) for name in found.__slots__}
    return replace(found, **{name: one[0] for name, one in arrays.items() if isinstance(one, np.ndarray)})


def split(incidence: ArrayLike, *, window: float | None = None) -> Split:
    """The day that parts growth from decline: of all days near the peak, the one whose two fits have the best mean R^2.

    Both log-linear fits hold the day itself; R^2 is adjusted for the number of days. Days are tried up to half a
    `window` (days) from the first highest count, a quarter of the time from first to last case unless given; the first
    of equals is taken (as `fit_optim_split` of the package incidence). Refused: as `counts`, `number.out_of_range`.
    """
    cases = rows(counts(incidence, field="incidence", fewest=2))
    reach = _reach(cases, window)
    peak = cases.argmax(axis=1)
    best = Split(np.full(len(cases), -1), *(np.full(len(cases), np.nan) for _one in range(3)))
    for offset in range(-int(reach.max()), int(reach.max()) + 1):
        tried = (np.abs(offset) <= reach) & (peak + offset >= 0) & (peak + offset < cases.shape[1])
        best = _better(best, _parted(cases, peak + offset), tried)
    return best if np.ndim(incidence) > 1 else _single(best)


def _reach(cases: Floats, window: float | None) -> Floats:
    """Days to either side of the peak."""
    if window is not None:
        return np.full(len(cases), np.floor(within(window, "window", low=0, high=LONGEST) / 2))
    any_case = cases > 0
    first, last = any_case.argmax(axis=1), cases.shape[1] - 1 - any_case[:, ::-1].argmax(axis=1)
    return np.asarray(np.floor((last - first + 1) / WINDOW_SHARE / 2))


def _parted(cases: Floats, place: NDArray[np.int64]) -> Split:
    days = np.arange(cases.shape[1])
    before = log_linear(cases, (cases > 0) & (days <= place[:, None]))
    after = log_linear(cases, (cases > 0) & (days >= place[:, None]))
    return Split(place, before.rate.r, after.rate.r, _mean_known(before, after))


def _mean_known(before: Line, after: Line) -> Floats:
    """Mean adjusted R^2 of the fits that have one; -inf when none has."""
    both = np.stack([before.adjusted, after.adjusted])
    known = ~np.isnan(both)
    total = np.where(known, both, 0).sum(axis=0)
    many = known.sum(axis=0)
    return np.asarray(np.divide(total, many, out=np.full(both.shape[1], -np.inf), where=many > 0))


def _better(best: Split, other: Split, tried: Flags) -> Split:
    wins = tried & (other.r2_best > np.where(np.isnan(best.r2_best), -np.inf, best.r2_best))
    names = ("place", "r_before", "r_after", "r2_best")
    return Split(*(np.where(wins, getattr(other, name), getattr(best, name)) for name in names))


def r_to_R(  # noqa: N802  r and R are the field's own two names
    r: ArrayLike, *, mean_si: float | None = None, std_si: float | None = None, si: ArrayLike | None = None
) -> Floats:
    """The reproduction number that a growth rate (per day) implies, in its shape (Wallinga & Lipsitch 2007).

    For a gamma serial interval with k = mean^2/var and theta = var/mean days: R = (1 + r theta)^k, and 0 where the rate
    falls faster than such an interval allows (r <= -1/theta). For a discrete one, `si` from day 0:
    R = sum(w) / sum(w_s exp(-r s)). NaN where r is NaN. Refused: `required` for what is missing, as `serial_interval`.
    """
    rate = np.asarray(r, dtype=float)
    if si is not None:
        weights = serial_interval(si, length=1)
        lags = np.arange(len(weights))
        grown = np.exp(-rate[..., None] * np.where(weights > 0, lags, mean_of(weights))) * weights
        return np.asarray(weights.sum() / grown.sum(axis=-1))
    if mean_si is None or std_si is None:
        raise Refused("required", "mean_si" if mean_si is None else "std_si")
    mean = within(mean_si, "mean_si", low=0, high=LONGEST, open_ends=True)
    deviation = within(std_si, "std_si", low=0, high=LONGEST, open_ends=True)
    return np.asarray(np.maximum(1 + rate * deviation**2 / mean, 0) ** ((mean / deviation) ** 2))


def forecast(incidence: ArrayLike, *, ahead: int, level: float = LEVEL) -> Forecast:
    """Counts of the next `ahead` days if the log-linear growth goes on: exp of the line, days as the last axis.

    Limits are those of one day's log count (t, days - 2), so wider than those of the line. It says what goes on if
    nothing changes, no more. NaN as in `fit`. Refused: as `fit`, `number.out_of_range` for `ahead`.
    """
    cases = counts(incidence, field="incidence", fewest=2)
    many = int(within(ahead, "ahead", low=1, high=LONGEST))
    beyond = (1 + within(level, "level", low=0, high=1, open_ends=True)) / 2
    line = log_linear(rows(cases), rows(cases) > 0)
    found = line.ahead(np.arange(cases.shape[-1], cases.shape[-1] + many), beyond)
    return Forecast(*(np.exp(one if cases.ndim > 1 else one[0]) for one in found))

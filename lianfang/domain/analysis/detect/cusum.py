"""Cumulative sums (累积和控制图): small rises that last add up until they pass a limit.

S(t) = max(0, S(t-1) + z(t) - k), alarm when S(t) >= h, with z the count made comparable: Rossi et al. 1999 (Stat Med
18, 2111-2122) and the residuals of McCullagh & Nelder. For daily counts there is a negative binomial one with its
baseline moving along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.ears import MOST_BASELINE, moving_baseline
from lianfang.domain.analysis.detect.placing import flagged, placed
from lianfang.domain.analysis.detect.seasonal import seasonal_mean
from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, rows, within
from lianfang.domain.refusals import Refused

Transform = Literal["rossi", "standard", "anscombe", "anscombe2nd", "pearsonNegBin", "none"]
FEWEST_DAILY: Final = 7
"""Days of a moving baseline, at least."""
_NO_EXTRA: Final = 1e-9
LEAST_CASES: Final = 0.5
"""Cases taken for a baseline that had none: an expected count of zero would make the first case endlessly unusual."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """The sum, the count expected, the count that would raise the alarm, and the alarms, each of the counts' shape.

    NaN, and no alarm, on the days of the baseline. `upper` is real-valued: a count at or above it is an alarm.
    """

    cusum: Floats
    expected: Floats
    upper: Floats
    alarm: Flags


def cusum(
    values: ArrayLike,
    *,
    start: int,
    k: float = 1.04,
    h: float = 2.26,
    m: ArrayLike | Literal["glm"] | None = None,
    trans: Transform = "rossi",
    dispersion: float = 0.1,
    freq: int = 52,
    reset: bool = False,
) -> Cusum:
    """Cumulative sums of one series or of many from place `start` (from 0) on; the places before are the baseline.

    `m`, the count expected, is the mean of the baseline; or numbers (one, one a judged place, or one a series and
    judged place); or "glm": a Poisson regression of the baseline on one yearly wave of `freq` places. `trans`:
    `rossi` (x - 3m + 2 sqrt(xm)) / (2 sqrt m); `standard` (x - m) / sqrt m; `anscombe` and `anscombe2nd`;
    `pearsonNegBin` (x - m) / sqrt(m + dispersion m^2); `none` x itself. The sum goes on after an alarm unless
    `reset`. A baseline without any case is taken as half a case. Refused as `counts`, `number.out_of_range`,
    `choice.unknown`.
    """
    given = counts(values, fewest=2)
    _check(start, given.shape[-1], trans)
    many = rows(given)
    expected = _expected(many, start, m, freq)
    shape = _SHAPES[trans]
    spread = within(dispersion, "dispersion", low=0, high=MOST)
    z = shape.of(many[:, start:], expected, spread)
    limit, step = within(h, "h", low=0, high=MOST), within(k, "k", low=-MOST, high=MOST)
    summed, before = summed_up(z, k=step, h=limit, reset=reset)
    upper = np.maximum(0.0, shape.back(limit + step - before, expected, spread))
    return _placed(given, start, summed, expected, upper, summed >= limit)


def cusum_daily(
    values: ArrayLike,
    *,
    baseline: int = 28,
    gap: int = 2,
    shift: float = 1.5,
    h: float = 4.0,
    reset: bool = True,
) -> Cusum:
    """Negative binomial cumulative sums of daily counts against the `baseline` days that end `gap` days before today.

    S adds up the logarithm of how much likelier the count is with a mean raised by `shift` standard deviations than
    with the baseline's own mean; the size of the negative binomial comes from the baseline's mean and variance, and
    it is Poisson where the variance is not above the mean (Hawkins & Olwell 1998, ch. 5; Watkins et al. 2008, BMC Med
    Inform Decis Mak 8:37). After an alarm the sum starts again unless `reset` is False. For four weeks of data and
    more; with fewer take `ears`. Refused as `counts`, `number.out_of_range`.
    """
    given = counts(values)
    for name, value, low in (("baseline", baseline, FEWEST_DAILY), ("gap", gap, 0)):
        within(value, name, low=low, high=MOST_BASELINE)
    limit, raised = within(h, "h", low=0, high=MOST), within(shift, "shift", low=0.1, high=MOST)
    many, start = rows(given), min(int(baseline) + int(gap), given.shape[-1])
    mean, spread = moving_baseline(many, baseline=int(baseline), gap=int(gap))
    mean = np.maximum(mean, LEAST_CASES / baseline)[:, start:]
    weight, drift = _likelihoods(mean, spread[:, start:], raised)
    summed, before = summed_up(many[:, start:] * weight - drift, k=0.0, h=limit, reset=reset)
    upper = np.maximum(0.0, (limit - before + drift) / weight)
    return _placed(given, start, summed, mean, upper, summed >= limit)


def transformed(values: Floats, mean: Floats, *, trans: Transform, dispersion: float = 0.1) -> Floats:
    """Counts made comparable; see `cusum`."""
    return _SHAPES[trans].of(values, mean, dispersion)


def summed_up(steps: Floats, *, k: float, h: float, reset: bool) -> tuple[Floats, Floats]:
    """The sums after each place, and those before it (after a reset, where there was one)."""
    by_day = np.ascontiguousarray(steps.T) - k
    after, before = np.empty_like(by_day), np.empty_like(by_day)
    held = np.zeros(by_day.shape[1])
    for place, step in enumerate(by_day):
        before[place] = held
        held = np.maximum(0.0, held + step)
        after[place] = held
        if reset:
            held = np.where(held >= h, 0.0, held)
    return after.T, before.T


@dataclass(frozen=True, slots=True)
class _Shape:
    of: Callable[[Floats, Floats, float], Floats]
    back: Callable[[Floats, Floats, float], Floats]


def _rossi(x: Floats, m: Floats, _a: float) -> Floats:
    return np.asarray((x - 3 * m + 2 * np.sqrt(x * m)) / (2 * np.sqrt(m)))


def _rossi_back(z: Floats, m: Floats, _a: float) -> Floats:
    root = np.sqrt(np.maximum(0.0, 4 * m + 2 * z * np.sqrt(m)))
    return np.asarray(np.maximum(0.0, root - np.sqrt(m)) ** 2)


def _anscombe_back(z: Floats, m: Floats, _a: float) -> Floats:
    return np.asarray(np.maximum(0.0, m ** (2 / 3) + z * m ** (1 / 6) * 2 / 3) ** 1.5)


def _anscombe2_back(z: Floats, m: Floats, _a: float) -> Floats:
    return np.asarray(np.maximum(0.0, _centre(m) + z * m ** (1 / 6) * 2 / 3) ** 1.5)


def _centre(m: Floats) -> Floats:
    return np.asarray(m ** (2 / 3) - m ** (-1 / 3) / 9)


_SHAPES: Final[Mapping[str, _Shape]] = {
    "rossi": _Shape(_rossi, _rossi_back),
    "standard": _Shape(lambda x, m, _: (x - m) / np.sqrt(m), lambda z, m, _: m + z * np.sqrt(m)),
    "anscombe": _Shape(lambda x, m, _: 1.5 * (x ** (2 / 3) - m ** (2 / 3)) / m ** (1 / 6), _anscombe_back),
    "anscombe2nd": _Shape(lambda x, m, _: 1.5 * (x ** (2 / 3) - _centre(m)) / m ** (1 / 6), _anscombe2_back),
    "pearsonNegBin": _Shape(
        lambda x, m, a: (x - m) / np.sqrt(m + a * m * m), lambda z, m, a: m + z * np.sqrt(m + a * m * m)
    ),
    "none": _Shape(lambda x, m, _: x + 0 * m, lambda z, m, _: z + 0 * m),
}


def _check(start: int, days: int, trans: str) -> None:
    within(start, "start", low=1, high=days - 1)
    if trans not in _SHAPES:
        raise Refused("choice.unknown", "trans", choices=list(_SHAPES))


def _expected(many: Floats, start: int, m: ArrayLike | str | None, freq: int) -> Floats:
    learnt, judged = many[:, :start], (len(many), many.shape[1] - start)
    least = LEAST_CASES / start
    if m is None:
        found = np.repeat(learnt.mean(axis=1, keepdims=True), judged[1], axis=1)
    elif isinstance(m, str):
        found = seasonal_mean(learnt, ahead=judged[1], freq=_wave(m, freq))
    else:
        return _given(m, judged)
    return np.where(found > 0, found, least)


def _wave(m: str, freq: int) -> int:
    if m != "glm":
        raise Refused("choice.unknown", "m", choices=["glm"])
    return int(within(freq, "freq", low=2, high=MOST))


def _given(m: ArrayLike, judged: tuple[int, int]) -> Floats:
    found = counts(np.atleast_1d(np.asarray(m, dtype=np.float64)), field="m", whole=False)
    if not (found > 0).all():
        raise Refused("number.out_of_range", "m", low=0, high="")
    try:
        return np.broadcast_to(found, judged)
    except ValueError:
        raise Refused("series.short", "m", length=int(found.shape[-1]), fewest=judged[1]) from None


def _likelihoods(mean: Floats, spread: Floats, shift: float) -> tuple[Floats, Floats]:
    """What one case adds to the sum, and what a day takes from it."""
    variance = np.maximum(spread**2, mean)
    raised = mean + shift * np.sqrt(variance)
    extra = (variance - mean) / mean**2  # one over the size of the negative binomial
    weight = np.log(raised / mean) - np.log1p(extra * raised) + np.log1p(extra * mean)
    # log1p(extra x) / extra tends to x where there is no extra spread
    tiny = extra * raised < _NO_EXTRA
    safe = np.where(tiny, 1.0, extra)
    drift = np.where(tiny, raised - mean, (np.log1p(safe * raised) - np.log1p(safe * mean)) / safe)
    return weight, drift


def _placed(given: Floats, start: int, summed: Floats, expected: Floats, upper: Floats, alarm: Flags) -> Cusum:
    return Cusum(
        placed(summed, given, start), placed(expected, given, start), placed(upper, given, start),
        flagged(alarm, given, start),
    )  # fmt: skip

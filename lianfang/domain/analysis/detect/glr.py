"""Generalised likelihood ratio (广义似然比控制图): has the mean risen by any factor since any day, and by how much.

Hoehle & Paul 2008 (Comput Stat Data Anal 52, 4357-4368), change in the intercept, upwards. Where a rise by e^kappa
since place k is the likeliest story, GLR(n) = max over k and kappa >= 0 of sum_{t=k..n} log f(y; mu e^kappa) / f(y;
mu).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.blocks import Blocks
from lianfang.domain.analysis.detect.glr_negbin import negative_binomial
from lianfang.domain.analysis.detect.glr_surveillance import as_surveillance
from lianfang.domain.analysis.detect.placing import flagged, placed
from lianfang.domain.analysis.detect.seasonal import seasonal_mean
from lianfang.domain.analysis.series import MOST, Flags, Floats, counts, rows, within
from lianfang.domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Glr:
    """The ratio, the least count that would have raised the alarm, the count expected, and the alarms.

    Each of the shape of the counts; NaN, and no alarm, on the places before `start`. `cases` is NaN with `compat`.
    """

    value: Floats
    cases: Floats
    expected: Floats
    alarm: Flags


def glr(
    values: ArrayLike,
    *,
    start: int,
    mu0: ArrayLike | None = None,
    dispersion: float = 0.0,
    c_arl: float = 5.0,
    freq: int = 52,
    trend: bool = True,
    compat: Literal["", "surveillance"] = "",
) -> Glr:
    """Alarm from place `start` (from 0) on where the ratio reaches `c_arl`; after an alarm it starts again.

    `mu0`: counts expected on the judged places (one, one a place, or one a series and place); without it a Poisson
    regression of the places before on a yearly wave of `freq` places (and a `trend`). `dispersion` above 0 makes
    counts negative binomial with variance mu + dispersion mu^2. `compat="surveillance"` gives the ratio of
    negative binomial counts as R surveillance 1.20.3 does, whose steps can run away from sparse counts and then say 0.
    Refused as `counts`, `number.out_of_range`, `choice.unknown`.
    """
    given = counts(values)
    many = rows(given)
    first = int(within(start, "start", low=0 if mu0 is not None else 2, high=many.shape[1] - 1))
    limit = within(c_arl, "c_arl", low=1e-6, high=MOST)
    spread = within(dispersion, "dispersion", low=0, high=MOST)
    if compat not in ("", "surveillance"):
        raise Refused("choice.unknown", "compat", choices=["", "surveillance"])
    judged = many[:, first:]
    mean = _given(mu0, judged) if mu0 is not None else _learnt(many[:, :first], judged, freq, trend=trend)
    if spread == 0:
        value, cases = _poisson(judged, mean, limit)
    elif compat:
        value, cases = as_surveillance(judged, mean, spread, limit)
    else:
        value, cases = negative_binomial(judged, mean, spread, limit)
    alarm = flagged(value >= limit, given, first)
    return Glr(placed(value, given, first), placed(cases, given, first), placed(mean, given, first), alarm)


def _poisson(judged: Floats, mean: Floats, limit: float) -> tuple[Floats, Floats]:
    # The ratio is a convex function of (count, mean) since k, so that the best k begins a block of the isotonic rate.
    value, cases = np.empty_like(judged), np.empty_like(judged)
    blocks = Blocks(len(judged))
    since = blocks.suffixes()
    for place in range(judged.shape[1]):
        seen, expected = judged[:, place], mean[:, place]
        cases[:, place] = _cases(*since, expected, limit)
        blocks.add(seen, expected)
        since = blocks.suffixes()
        value[:, place] = _ratio(*since).max(axis=1)
        again = np.flatnonzero(value[:, place] >= limit)
        blocks.empty(again)
        since[0][again] = since[1][again] = np.nan
    return value, cases


def _ratio(seen: Floats, expected: Floats) -> Floats:
    risen = seen > expected
    safe = np.where(risen, seen, 1.0)
    over = np.where(risen, expected, 1.0)
    return np.where(risen, safe * np.log(safe / over) - (safe - over), 0.0)


def _cases(before: Floats, weights: Floats, expected: Floats, limit: float) -> Floats:
    seen = np.column_stack([np.nan_to_num(before), np.zeros(len(expected))])
    means = np.column_stack([np.where(np.isnan(before), np.nan, weights), np.zeros(len(expected))]) + expected[:, None]
    needed = np.where(np.isnan(means), 1.0, means)
    reached = needed + np.sqrt(2 * limit * needed) + limit  # beyond the root, where the steps go down to it
    for _step in range(60):
        rise = np.log(reached / needed)
        change = (reached * rise - (reached - needed) - limit) / rise
        reached = reached - change
        if np.all(np.abs(change) <= 1e-12 * reached):
            break
    least = np.where(np.isnan(means), np.inf, np.ceil(reached - seen - 1e-9))
    return np.asarray(np.maximum(0.0, least.min(axis=1)))


def _given(mu0: ArrayLike, judged: Floats) -> Floats:
    found = counts(np.atleast_1d(np.asarray(mu0, dtype=np.float64)), field="mu0", whole=False)
    if not (found > 0).all():
        raise Refused("number.out_of_range", "mu0", low=0, high=MOST)
    try:
        return np.broadcast_to(found, judged.shape)
    except ValueError:
        raise Refused("series.short", "mu0", length=int(found.shape[-1]), fewest=judged.shape[1]) from None


def _learnt(baseline: Floats, judged: Floats, freq: int, *, trend: bool) -> Floats:
    wave = int(within(freq, "freq", low=2, high=MOST))
    found = seasonal_mean(baseline, ahead=judged.shape[1], freq=wave, trend=trend)
    return np.where(found > 0, found, 0.5 / baseline.shape[1])

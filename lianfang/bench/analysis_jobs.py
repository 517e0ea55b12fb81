"""The work that `lianfang bench analysis` measures (分析测量项): made series, calls, plain loops beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.bench import analysis_plain as plain
from lianfang.domain.analysis import calendar, delay, detect, growth, nowcast, quality, rt, scenario, transmission

Floats = NDArray[np.float64]
Answer = Callable[[], Any]
DAYS: Final = 365
WEEKS: Final = 312
JUDGED: Final = 52
ALL_AT_ONCE: Final = 1000
"""Series of the bars of the issue; other numbers of series move the bars in proportion."""
_SEED: Final = 20260302
_SI: Final = rt.discretise_si(2.6, 1.5, longest=30)
_NOUFAILY: Final[dict[str, Any]] = {"b": 4, "no_periods": 10, "past_weeks_not_included": 26, "alpha": 0.01}
_RATES: Final[dict[str, Any]] = {"beta": 0.6, "sigma": 0.5, "gamma": 0.25, "iso": 0.15, "q": 0.05}
_SCHOOL: Final = (1990, 0, 10, 0, 0)
_DELAY_WINDOW: Final = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to measure: the product's call, its bar in seconds, and what others are known to need.

    `plain` does the same for `sample` of the `units` in the plain way, `unlike` says how much both answers differ
    (given the product's and the plain one), 0 when they agree. `reference` quotes recorded times of other programs.
    """

    name: str
    most: float
    call: Answer
    reference: str = ""
    plain: Answer | None = None
    units: int = 1
    sample: int = 1
    unlike: Callable[[Any, Any], float] | None = None


def jobs(series: int) -> Iterator[Job]:
    """Everything with a bar, for so many series."""
    yield _cori(series)
    yield _ears(series)
    yield _farrington(series)
    yield _nowcast()
    yield _delay()
    yield _scenario()
    yield from _smaller(series)


def daily(series: int, *, days: int = DAYS) -> Floats:
    """Negative binomial counts by day, of units of all sizes."""
    chance = np.random.default_rng(_SEED)
    mean = chance.gamma(2, 4, series)[:, None] * np.exp(0.5 * np.sin(2 * np.pi * np.arange(days) / DAYS))
    return chance.negative_binomial(mean, 0.5).astype(np.float64)


def weekly(series: int) -> Floats:
    """The same by week, with seasons of 52 weeks."""
    chance = np.random.default_rng(_SEED + 1)
    mean = chance.gamma(2, 4, series)[:, None] * np.exp(0.4 * np.sin(2 * np.pi * np.arange(WEEKS) / JUDGED))
    return chance.negative_binomial(mean / 0.8 + 0.2, 1 / 1.8).astype(np.float64)


def _cori(series: int) -> Job:
    cases, sample = daily(series), min(series, 2)

    def one_by_one() -> Any:
        return [plain.cori(cases[one], _SI, days=7) for one in range(sample)]

    def unlike(found: rt.Reproduction, told: Any) -> float:
        known = ~np.isnan(found.mean[0])
        seen = np.stack([found.mean, found.q025, found.q05, found.q25, found.q50, found.q75, found.q95, found.q975], -1)
        return float(np.abs(seen[:sample][:, known] / np.array(told)[:, known] - 1).max() > _SAME)

    return Job(
        f"Cori, seven quantiles, {series} series of {DAYS} days", 0.2 * series / ALL_AT_ONCE,
        lambda: rt.cori(cases, _SI), "R EpiEstim 2.2: 65.6 s for 1,000 series", one_by_one, series, sample, unlike,
    )  # fmt: skip


def _ears(series: int) -> Job:
    cases, sample = daily(series), min(series, 4)

    def unlike(found: detect.Ears, told: Any) -> float:
        alarms = [found.c1_alarm, found.c2_alarm, found.c3_alarm]
        return float(abs(sum(int(one[:sample].sum()) for one in alarms) - sum(told)))

    return Job(
        f"EARS C1, C2, C3, {series} series of {DAYS} days", 0.2 * series / ALL_AT_ONCE,
        lambda: detect.ears(cases), "R surveillance 1.20.3: 29 s for 1,000 series",
        lambda: [plain.ears(cases[one]) for one in range(sample)], series, sample, unlike,
    )  # fmt: skip


def _farrington(series: int) -> Job:
    cases, sample = weekly(series), min(series, 2)
    weeks = range(WEEKS - JUDGED, WEEKS)

    def one_by_one() -> Any:
        settings = {"b": 4, "periods": 10, "left_out": 26, "alpha": 0.01}
        return [[plain.farrington(cases[one], now=now, **settings) for now in weeks] for one in range(sample)]  # type: ignore[arg-type]

    def call() -> detect.Detection:
        return detect.farrington(cases, threshold_method="nbPlugin", p_threshold_trend=1, at=weeks, **_NOUFAILY)

    def unlike(found: detect.Detection, told: Any) -> float:
        # The plain loop always keeps the trend and has no Poisson bound: compared is where both answer.
        bounds = np.array(told)
        both = ~np.isnan(found.upper[:sample]) & ~np.isnan(found.slope[:sample]) & ~np.isnan(bounds)
        return float((found.upper[:sample][both] != bounds[both]).sum())

    return Job(
        f"Farrington flexible, {series} series of {JUDGED} weeks", 4.0 * series / ALL_AT_ONCE, call,
        "R surveillance 1.20.3: 431 s for 1,000 series", one_by_one, series, sample, unlike,
    )  # fmt: skip


def _nowcast() -> Job:
    chance, first = np.random.default_rng(_SEED + 2), date(2026, 3, 2)
    onset = np.sort(chance.integers(0, 40, 630))
    report = onset + chance.negative_binomial(3, 0.4, 630)
    days = [first + timedelta(days=int(one)) for one in onset]
    reported = [first + timedelta(days=int(one)) for one in report]
    told = nowcast.triangle(days, reported, as_of=first + timedelta(days=39), max_delay=15)

    def unlike(found: Any, plainly: Any) -> float:
        return float(np.abs(found.nowcast - np.array(plainly)).max() > _SAME)

    return Job(
        "nowcast of Lawless, 40 days, delays to 15 days", 0.05, lambda: nowcast.lawless(told),
        "R surveillance 1.20.3: 0.023 s for 15 days", lambda: plain.nowcast(told.counts), unlike=unlike,
    )  # fmt: skip


def _delay() -> Job:
    chance = np.random.default_rng(_SEED + 3)
    exposed, ill = chance.integers(0, 3, 151) * _DELAY_WINDOW, chance.gamma(3, 0.6, 151)
    onset = np.floor((exposed + chance.random(151) * _DELAY_WINDOW + ill) / _DELAY_WINDOW) * _DELAY_WINDOW
    rows = np.column_stack([exposed, exposed + _DELAY_WINDOW, np.maximum(onset, exposed), onset + _DELAY_WINDOW])

    def unlike(found: Any, told: Any) -> float:
        return float(abs(found.log_likelihood - told) > _NEAR)

    return Job(
        "double-censored gamma fit, 151 persons", 0.1, lambda: delay.fit(*rows.T, dist="gamma"),
        "R coarseDataTools 0.6: 0.33 s a fit", lambda: plain.delay(rows), unlike=unlike,
    )  # fmt: skip


def _scenario() -> Job:
    sample = 5

    def one_by_one() -> Any:
        return [plain.epidemic(_RATES, _SCHOOL, days=200, seed=run) for run in range(sample)]

    return Job(
        "1,000 stochastic runs of 200 days", 0.3,
        lambda: scenario.stochastic(y0=_SCHOOL, days=200, runs=ALL_AT_ONCE, **_RATES),
        "covasim 4.0.1: 0.9 to 1.5 s for one run of 90 days", one_by_one, ALL_AT_ONCE, sample,
    )  # fmt: skip


def _smaller(series: int) -> Iterator[Job]:
    """The bars of the note that take little time; without a plain loop."""
    cases, share = daily(series), series / ALL_AT_ONCE
    days = np.datetime64("1999-01-01") + np.arange(1000 * series) % 20_000
    units = np.arange(1000 * series) % 500
    values = np.random.default_rng(_SEED + 4).poisson(20, 1000 * series)
    offspring = np.random.default_rng(_SEED + 5).negative_binomial(0.3, 0.25, 100 * series)
    yield Job(f"CUSUM, {series} series", 0.5 * share, lambda: detect.cusum(cases, start=28))
    yield Job("Wallinga-Teunis, one series", 0.005, lambda: rt.wallinga_teunis(cases[0], _SI), "R: 0.046 s")
    yield Job("growth, one series", 0.001, lambda: growth.fit(cases[0]), "R incidence: 0.0035 s")
    yield Job("SEIQR equations, 200 days", 0.02, lambda: scenario.seiqr(**_RATES, y0=_SCHOOL, days=200))
    yield Job(
        f"offspring of {100 * series:,} cases", share, lambda: transmission.offspring_fit(offspring), "R: 0.002 s"
    )
    yield Job(f"outliers of {1000 * series:,} rows", 2 * share, lambda: quality.outliers(values, units=units))
    yield Job(f"weeks of {1000 * series:,} days", 0.5 * share, lambda: calendar.week(days))


_SAME: Final = 1e-9
_NEAR: Final = 1e-3

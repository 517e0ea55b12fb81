"""What detection promises on any data (异常探测性质): one series as many, shifts, zeros, a billion cases, bad input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import minimize_scalar

from lianfang.domain.analysis import detect
from lianfang.domain.refusals import Refused

SERIES = arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(30, 60)), elements=st.integers(0, 30))
FITTED = ("cusum_glm", "glr")
BILLIONS = arrays.arrays(np.float64, (2, 40), elements=st.integers(0, 2_000_000_000))
METHODS: dict[str, Callable[[Any], Any]] = {
    "ears": detect.ears,
    "cusum": lambda y: detect.cusum(y, start=14),
    "cusum_glm": lambda y: detect.cusum(y, start=14, m="glm", freq=7),
    "cusum_daily": lambda y: detect.cusum_daily(y, baseline=14),
    "ewma": lambda y: detect.ewma(y, nb=14),
    "bayes": detect.bayes,
    "rki": detect.rki,
    "outbreakp": detect.outbreakp,
    "glr": lambda y: detect.glr(y, start=14, freq=7),
    "glr_nb": lambda y: detect.glr(y, start=14, mu0=3.0, dispersion=0.3),
    "glr_nb_as_surveillance": lambda y: detect.glr(y, start=14, mu0=3.0, dispersion=0.3, compat="surveillance"),
    "outbreakp_as_surveillance": lambda y: detect.outbreakp(y, compat="surveillance"),
}


@pytest.mark.parametrize("name", METHODS)
@given(counts=SERIES)
@settings(max_examples=25, deadline=None)
def test_many_series_are_judged_as_each_alone(name: str, counts: np.ndarray) -> None:
    counts = counts + 1 if name in FITTED else counts  # without cases a fit is settled by rounding
    together = METHODS[name](counts)
    for row, one in enumerate(counts):
        alone = METHODS[name](one)
        for field in fields(alone):
            mine, theirs = getattr(alone, field.name), getattr(together, field.name)
            assert mine.shape == one.shape
            np.testing.assert_allclose(mine, theirs[row], rtol=1e-7, atol=1e-7, equal_nan=True)


@pytest.mark.parametrize("name", METHODS)
def test_a_series_of_zeros_raises_nothing_and_one_of_billions_is_computed(name: str) -> None:
    quiet = METHODS[name](np.zeros((2, 60)))
    assert not any(getattr(quiet, field.name).any() for field in fields(quiet) if "alarm" in field.name)
    large = METHODS[name](np.full((2, 60), 1e9) + np.arange(60))
    for field in fields(large):
        assert getattr(large, field.name).shape == (2, 60)
        if "log" in field.name or field.name == "cusum":
            assert np.isfinite(getattr(large, field.name)[:, 20:]).all()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([1.0] * 20 + [np.nan] + [1.0] * 20, "series.gap"),
        ([1.0] * 20 + [-1.0] + [1.0] * 20, "series.negative"),
        ([1.0] * 20 + [0.5] + [1.0] * 20, "series.fraction"),
        ([1.0] * 20 + [np.inf] + [1.0] * 20, "series.infinite"),
        ([], "series.short"),
    ],
)
def test_what_is_no_count_is_refused_with_its_place(name: str, bad: list[float], code: str) -> None:
    with pytest.raises(Refused) as refused:
        METHODS[name](np.array(bad))
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["ears", "bayes", "rki", "outbreakp", "cusum_daily"])
def test_one_day_is_answered_without_an_alarm(name: str) -> None:
    found = METHODS[name]([5])
    assert not any(getattr(found, field.name).any() for field in fields(found) if "alarm" in field.name)


@given(counts=SERIES, shift=st.integers(1, 1000))
@settings(max_examples=30, deadline=None)
def test_ears_moves_with_a_constant_added_to_every_day(counts: np.ndarray, shift: int) -> None:
    before, after = detect.ears(counts), detect.ears(counts + shift)
    np.testing.assert_allclose(after.c1_upper - shift, before.c1_upper, atol=1e-8)
    np.testing.assert_allclose(after.c2_upper - shift, before.c2_upper, atol=1e-8)
    np.testing.assert_allclose(after.c3_stat, before.c3_stat, rtol=1e-6, atol=1e-6)


@given(counts=BILLIONS)
@settings(max_examples=25, deadline=None)
def test_ears_keeps_its_spread_at_billions(counts: np.ndarray) -> None:
    found = detect.ears(counts)
    window = counts[1, 20:27]
    limit = window.mean() + 3.090232306167813 * window.std(ddof=1)
    assert found.c1_upper[1, 27] == pytest.approx(limit, rel=1e-12)


def test_ears_on_a_flat_baseline_takes_any_case_above_it_as_an_alarm_and_none_at_it() -> None:
    found = detect.ears([0] * 20 + [1] + [0] * 5)
    assert found.c1_alarm.tolist() == found.c2_alarm.tolist() == [False] * 20 + [True] + [False] * 5
    assert found.c3_alarm[20] and not found.c3_alarm[:20].any()
    assert np.isnan(found.c3_stat[20])


def test_the_documented_c3_heeds_today_and_the_fault_does_not() -> None:
    quiet = [3, 5, 4, 6, 2, 4, 5, 3, 4, 5, 4, 3, 5, 4, 4]
    assert detect.ears([*quiet, 40]).c3_alarm[-1]
    assert not detect.ears([*quiet, 40], compat="surveillance").c3_alarm[-1]


def test_the_count_named_by_a_chart_is_the_one_that_raises_its_alarm() -> None:
    counts = np.random.default_rng(3).negative_binomial(2, 0.4, 60).astype(float)
    for method in (METHODS["cusum"], METHODS["cusum_daily"]):
        for place in range(30, 60):
            upper = method(counts[: place + 1]).upper[-1]
            raised, below = counts[: place + 1].copy(), counts[: place + 1].copy()
            raised[-1], below[-1] = np.ceil(upper + 1e-9), max(0.0, np.ceil(upper - 1e-9) - 1)
            assert method(raised).alarm[-1]
            assert not method(below).alarm[-1] or upper <= 0


@pytest.mark.parametrize("spread", [0.0, 0.3])
@given(counts=arrays.arrays(np.float64, 20, elements=st.integers(0, 12)))
@settings(max_examples=20, deadline=None)
def test_the_likelihood_ratio_is_the_highest_over_all_starts_and_rises(spread: float, counts: np.ndarray) -> None:
    means = 1.5 + np.sin(np.arange(20) / 3)
    found = detect.glr(counts, start=0, mu0=means, dispersion=spread, c_arl=1e6)
    for place in (5, 12, 19):
        best = max(_ratio(counts[k : place + 1], means[k : place + 1], spread) for k in range(place + 1))
        assert found.value[place] == pytest.approx(best, rel=1e-7, abs=1e-7)


def _ratio(counts: np.ndarray, means: np.ndarray, spread: float) -> float:
    def negative(rise: float) -> float:
        if spread == 0:
            return -float(np.sum(counts * rise - means * np.expm1(rise)))
        grown = np.log1p(spread * means * np.exp(rise)) - np.log1p(spread * means)
        return -float(np.sum(counts * rise - (counts + 1 / spread) * grown))

    found = minimize_scalar(negative, bounds=(0, 6), method="bounded", options={"xatol": 1e-11})
    return max(0.0, -float(found.fun))


def test_the_cases_named_by_the_likelihood_ratio_are_the_least_that_raise_it() -> None:
    counts = np.random.default_rng(5).poisson(2, 25).astype(float)
    for spread in (0.0, 0.3):
        cases = detect.glr(counts, start=0, mu0=2.0, dispersion=spread).cases
        for place in (3, 10, 24):
            for change, expected in ((0, True), (-1, False)):
                tried = counts[: place + 1].copy()
                tried[-1] = cases[place] + change
                assert bool(detect.glr(tried, start=0, mu0=2.0, dispersion=spread).alarm[-1]) is expected


@pytest.mark.parametrize("compat", ["", "surveillance"])
@given(counts=arrays.arrays(np.float64, (2, 40), elements=st.integers(0, 6)), limit=st.sampled_from([2.0, 5.0, 1e6]))
@settings(max_examples=15, deadline=None)
def test_the_likelihood_ratio_of_a_day_knows_nothing_of_later_days(
    compat: Literal["", "surveillance"], counts: np.ndarray, limit: float
) -> None:
    means = 0.02 + np.exp(2 * np.sin(np.arange(40) / 5))
    given_all = detect.glr(counts, start=0, mu0=means, dispersion=0.2, c_arl=limit, compat=compat)
    for days in (2, 9, 23):
        found = detect.glr(counts[:, :days], start=0, mu0=means[:days], dispersion=0.2, c_arl=limit, compat=compat)
        np.testing.assert_allclose(found.value, given_all.value[:, :days], rtol=1e-7, atol=1e-7)
        assert (found.alarm == given_all.alarm[:, :days]).all()


def test_the_likelihood_ratio_stays_right_over_wide_ranges_of_means_and_spreads() -> None:
    draw = np.random.default_rng(8)
    for mean, spread in ((0.01, 0.2), (0.5, 2.0), (40.0, 0.05), (3.0, 1e-6)):
        means = mean * np.exp(draw.normal(0, 1, 15))
        counts = draw.poisson(means * draw.gamma(1, 2, 15)).astype(float)
        found = detect.glr(counts, start=0, mu0=means, dispersion=spread, c_arl=1e6)
        best = max(_ratio(counts[k:], means[k:], spread) for k in range(15))
        assert found.value[-1] == pytest.approx(best, rel=1e-6, abs=1e-6)


def test_outbreakp_keeps_its_alarms_where_products_run_out_of_numbers() -> None:
    counts = np.concatenate([np.full(30, 5.0), np.full(30, 5000.0)])
    found, theirs = detect.outbreakp(counts), detect.outbreakp(counts, compat="surveillance")
    assert found.alarm[31:].all() and np.isfinite(found.log_value).all()
    assert theirs.value[30] == np.inf and theirs.alarm[30]
    assert not theirs.alarm[-1]  # the first factors make 0, and nothing brings it back
    slower = np.concatenate([np.full(200, 50.0), np.full(40, 100.0)])
    lost = detect.outbreakp(slower, compat="surveillance")
    assert detect.outbreakp(slower).alarm[-1] and lost.value[-1] == 0 and not lost.alarm[-1]


@given(counts=arrays.arrays(np.float64, 25, elements=st.integers(0, 20)))
@settings(max_examples=30, deadline=None)
def test_outbreakp_never_alarms_on_falling_counts(counts: np.ndarray) -> None:
    assert detect.outbreakp(np.sort(counts)[::-1].copy()).log_value.max() == pytest.approx(0, abs=1e-9)


def test_daily_cumulative_sums_keep_false_alarms_below_one_in_a_hundred_and_find_a_lasting_rise() -> None:
    for mean, spread in ((0.5, 0.3), (3.0, 0.1), (20.0, 0.3)):
        quiet = detect.simulated_false_alarms(
            lambda y: detect.cusum_daily(y).alarm, mean=mean, dispersion=spread, runs=200, series=25_000
        )
        assert quiet.rate < 0.01
        assert quiet.a_day == pytest.approx(quiet.rate * 25_000)
    counts = detect.expected.quiet_counts(mean=4.0, dispersion=0.1, shape=(200, 60), seed=2)
    counts[:, 53:] += 6
    assert detect.cusum_daily(counts).alarm[:, 53:].any(axis=1).mean() > 0.9


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda: detect.ears([1] * 20, baseline=2), "baseline"),
        (lambda: detect.ears([1] * 20, alpha=1.5), "alpha"),
        (lambda: detect.ears([1] * 20, min_sigma=-1), "min_sigma"),
        (lambda: detect.cusum([1] * 20, start=0), "start"),
        (lambda: detect.cusum([1] * 20, start=10, trans="cube"), "trans"),  # type: ignore[arg-type]
        (lambda: detect.cusum([1] * 20, start=10, m=[1.0, 2.0]), "m"),
        (lambda: detect.bayes([1] * 20, b=0, act_y=False), "act_y"),
        (lambda: detect.glr([1] * 20, start=10, mu0=0.0), "mu0"),
        (lambda: detect.find_kh(arl0=500, arl1=600), "arl1"),
        (lambda: detect.ewma_limit(lam=2, arl0=100), "lam"),
        (lambda: detect.quality([0, 2], [0, 1]), "alarms"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(ask: Callable[[], Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.problems[0].field == field


def test_quality_counts_the_lag_of_each_outbreak_and_the_missed_ones_with_a_penalty() -> None:
    truth = [[0, 1, 1, 1, 0, 0], [0, 0, 1, 1, 0, 0]]
    alarm = [[1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
    found = detect.quality(alarm, truth)
    assert (found.tp, found.fp, found.tn, found.fn) == (1, 1, 6, 4)
    assert (found.mlag, found.pod, found.outbreaks) == ((1 + 20) / 2, 0.5, 2)

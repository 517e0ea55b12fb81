"""Fitted delays against coarseDataTools and fitdistrplus (延迟拟合对照), and against what was simulated."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from lianfang.domain.analysis import delay
from lianfang.domain.analysis.delay_likelihood import Windows, log_likelihood
from lianfang.domain.analysis.delay_rows import from_windows
from lianfang.domain.analysis.delay_shapes import SHAPES
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference

FLU = "delay/fluA_incubation_data.csv"
WINDOWS = ("EL", "ER", "SL", "SR")
DAYS = [
    ("hagelloch_serial_interval_fitdistcens", "interval"),
    ("hagelloch_serial_interval_fitdist", "exact"),
    ("hus2011_report_delay_fitdistcens", "interval"),
]


def flu(dist: str, **more: Any) -> delay.Fit:
    return delay.fit(*(reference.column(FLU, name) for name in WINDOWS), dist=dist, **more)


@pytest.mark.parametrize("letter", ["L", "G", "W"])
def test_windows_agree_with_coarse_data_tools(letter: str) -> None:
    entry = reference.entry(f"fluA_incubation_{letter}")
    found = flu(letter, kind=reference.column(FLU, "type"))
    assert abs(found.log_likelihood - entry["params"]["logLik"]) <= 1e-4
    part = 0.02 if letter == "L" else 0.10
    for row in reference.rows(entry["output"]):
        name = row["par"]
        mine = found.parameter(name) if name in found.shape.names else found.quantile(float(name[1:]) / 100)
        assert abs(mine.value - float(row["est"])) <= 6e-4, name
        assert mine.lo == pytest.approx(float(row["CIlow"]), rel=part), name
        assert mine.hi == pytest.approx(float(row["CIhigh"]), rel=part), name


def test_the_type_of_a_row_is_told_by_its_windows() -> None:
    assert flu("L").log_likelihood == pytest.approx(flu("L", kind=reference.column(FLU, "type")).log_likelihood)


@pytest.mark.parametrize(("key", "censoring"), DAYS)
def test_whole_days_agree_with_fitdistrplus(key: str, censoring: str) -> None:
    entry = reference.entry(key)
    days = reference.column(entry["input"], "x")
    for row in reference.rows(entry["output"]):
        found = delay.fit_days(days, dist=row["dist"], censoring=censoring)
        assert abs(found.log_likelihood - float(row["logLik"])) <= 1e-3
        assert found.aic == pytest.approx(float(row["AIC"]), abs=2e-3)
        for place in ("1", "2"):
            mine = found.parameter(row[f"par{place}"])
            assert mine.value == pytest.approx(float(row[f"est{place}"]), rel=1e-3)
            assert mine.error == pytest.approx(float(row[f"se{place}"]), rel=0.02)
        for name, part in (("q025", 0.025), ("q50", 0.5), ("q95", 0.95), ("q975", 0.975), ("q99", 0.99)):
            assert found.quantile(part).value == pytest.approx(float(row[name]), rel=1e-3)


def test_the_best_shape_is_that_of_the_smallest_aic() -> None:
    days = reference.column("delay/hus2011_report_delay_days.csv", "x")
    fits = [delay.fit_days(days, dist=name) for name in SHAPES]
    assert delay.best(fits).dist == "weibull"


def test_a_double_censored_fit_takes_under_a_tenth_of_a_second() -> None:
    for dist in SHAPES:
        took = []
        for _again in range(3):
            start = time.perf_counter()
            flu(dist)
            took.append(time.perf_counter() - start)
        assert min(took) <= 0.1, dist


def one_row(kind: int, growth: float = 0.0, until: float = np.inf) -> Windows:
    ends = {0: (0.0, 2.0, 1.5, 2.75), 1: (0.0, 0.0, 1.5, 2.75), 2: (0.0, 0.0, 1.5, 1.5)}[kind]
    return Windows(*(np.array([float(value)]) for value in (*ends, kind, 3, until)))


@pytest.mark.parametrize("growth", [0.0, 0.3, -0.2])
@pytest.mark.parametrize("until", [np.inf, 3.0])
@pytest.mark.parametrize("dist", list(SHAPES))
def test_a_double_window_is_the_integral_over_its_exposure(dist: str, until: float, growth: float) -> None:
    shape, (a, b) = SHAPES[dist], (1.3, 0.9)
    frozen = {"gamma": stats.gamma(a, scale=b), "weibull": stats.weibull_min(a, scale=b),
              "lognormal": stats.lognorm(b, scale=np.exp(a))}[dist]  # fmt: skip
    weigh = integrate.quad(lambda e: np.exp(growth * e), 0, 2)[0] / 2
    mass = integrate.quad(
        lambda e: np.exp(growth * e) / weigh * (frozen.cdf(2.75 - e) - frozen.cdf(1.5 - e)), 0, 2, points=[1.5]
    )[0]
    seen = 1.0
    if np.isfinite(until):
        seen = integrate.quad(lambda e: np.exp(growth * e) / weigh * frozen.cdf(until - e), 0, 2)[0] / 2
    assert log_likelihood(one_row(0, growth, until), shape, a, b, growth) == pytest.approx(
        3 * np.log(mass / seen), abs=2e-5
    )


@given(st.floats(0.3, 8), st.floats(0.2, 6), st.floats(0.05, 3), st.floats(0.05, 3), st.floats(0, 6))
@settings(max_examples=80, deadline=None)
def test_a_window_without_width_is_the_limit_of_narrow_ones(
    shape: float, scale: float, exposed: float, ill: float, gap: float
) -> None:
    at = exposed + gap
    wide = from_windows([0], [exposed], [at], [at + ill], kind=None, counts=None, until=None)
    split = from_windows([0, exposed / 2], [exposed / 2, exposed], [at] * 2, [at + ill] * 2,
                         kind=None, counts=None, until=None)  # fmt: skip
    whole = np.exp(log_likelihood(wide, SHAPES["gamma"], shape, scale, 0.0))
    parts = sum(np.exp(log_likelihood(split.only(np.arange(2) == row), SHAPES["gamma"], shape, scale, 0.0))
                for row in range(2))  # fmt: skip
    assert whole == pytest.approx(parts, rel=1e-6, abs=1e-250)


def outbreak(growth: float, end: float, persons: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Days of exposure of an exponentially growing outbreak and of onset, those with onset before `end`."""
    rng = np.random.default_rng(seed)
    exposed = np.log(rng.uniform(np.exp(growth * (end - 30)), np.exp(growth * end), persons)) / growth
    onset = exposed + rng.gamma(4.0, 1.5, persons)
    seen = onset < end
    return exposed[seen], onset[seen]


def test_right_truncation_is_what_biases_a_growing_outbreak_and_until_removes_it() -> None:
    end = 60.0
    exposed, onset = outbreak(0.2, end, 6000)
    el, sl = np.floor(exposed), np.floor(onset)
    windows = (el, np.minimum(el + 1, sl + 1), sl, sl + 1)
    naive = delay.fit(*windows, dist="gamma").mean
    right = delay.fit(*windows, dist="gamma", until=end, growth=0.2).mean
    assert naive.hi < 5.0
    assert right.lo < 6.0 < right.hi


def test_dates_taken_as_whole_days_at_both_ends_find_the_true_delay() -> None:
    rng = np.random.default_rng(3)
    first = rng.uniform(0, 1, 4000)
    days = np.floor(first + rng.weibull(1.6, 4000) * 3.0)
    found = delay.fit_days(days, dist="weibull", censoring="double")
    assert found.parameter("shape").lo < 1.6 < found.parameter("shape").hi
    assert found.parameter("scale").lo < 3.0 < found.parameter("scale").hi


@given(st.permutations(range(38)), st.floats(-1000, 1000))
@settings(max_examples=10, deadline=None)
def test_neither_order_nor_the_first_day_of_the_calendar_matters(order: list[int], shift: float) -> None:
    columns = [reference.column(FLU, name)[::4] for name in WINDOWS]
    plain = delay.fit(*columns, dist="gamma")
    moved = delay.fit(*(np.round(shift) + values[order] for values in columns), dist="gamma")
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-6)


def test_counts_stand_for_repeated_rows() -> None:
    days, many = np.array([1.0, 2, 3, 5, 8]), np.array([3, 9, 6, 2, 1])
    whole, short = delay.fit_days(np.repeat(days, many)), delay.fit_days(days, counts=many)
    np.testing.assert_allclose(short.values, whole.values, rtol=1e-6)
    assert short.persons == 21
    huge = delay.fit_days(days, counts=many * 50_000_000)
    np.testing.assert_allclose(huge.values, whole.values, rtol=1e-5)
    assert huge.mean.error < whole.mean.error / 5000


def code_of(call: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.problems[0].code, dict(refused.value.problems[0].facts)


def test_rows_that_cannot_be_are_refused_with_their_place() -> None:
    def windows(*columns: list[float], **more: Any) -> tuple[str, dict[str, Any]]:
        return code_of(lambda: delay.fit(*columns, **more))

    assert windows([0, 3], [1, 2], [4, 4], [5, 5]) == ("delay.order", {"row": 2})
    assert windows([0, 5], [1, 6], [4, 3], [5, 4]) == ("delay.order", {"row": 2})
    assert windows([0], [0], [0], [0])[0] == "delay.order"
    assert windows([0], [1], [2, 3], [4])[0] == "delay.lengths"
    assert windows([], [], [], [])[0] == "delay.lengths"
    assert windows([np.nan], [1], [2], [4])[0] == "series.gap"
    assert windows([0], [np.inf], [2], [4])[0] == "series.infinite"
    assert windows([0, 0], [1, 1], [2, 9], [4, 10], until=6) == ("delay.after_until", {"row": 2})
    assert windows([0], [1], [2], [4], kind=[7])[0] == "choice.unknown"
    assert windows([0], [1], [2], [4], dist="cauchy")[0] == "choice.unknown"
    assert windows([0], [1], [2], [4], growth=90)[0] == "number.out_of_range"
    assert code_of(lambda: delay.fit_days([3, 0], censoring="exact")) == ("delay.zero_day", {"row": 2})
    assert code_of(lambda: delay.fit_days([3, -1]))[0] == "series.negative"
    assert code_of(lambda: delay.fit_days([2.5], censoring="double"))[0] == "series.fraction"
    assert code_of(lambda: delay.fit_days([2], censoring="none"))[0] == "choice.unknown"


@pytest.mark.parametrize("dist", list(SHAPES))
def test_data_that_settle_nothing_are_refused_and_never_nan(dist: str) -> None:
    assert code_of(lambda: delay.fit_days([3, 3, 3], dist=dist, censoring="exact"))[0] == "delay.no_spread"
    for call in (lambda: delay.fit_days([3] * 50, dist=dist), lambda: delay.fit([0], [1], [3], [4], dist=dist)):
        assert code_of(call)[0] == "delay.not_identified"

"""Farrington's methods (法林顿法) against the field's own program, and what must hold whatever the numbers."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis.detect import Detection, farrington, farrington_original
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference

FLEXIBLE = (
    "salmonella_agona_ff_original", "salmonella_agona_ff_noufaily_nbPlugin", "salmonella_agona_ff_noufaily_muan",
    "salmonella_agona_ff_noufaily_delta", "k1_ff_original_b2", "k1_ff_notrend_sqrt_b2", "k1_ff_noreweight_none_b2",
    "stsNewport_ff_noufaily_b4", "campyDE_ff_noufaily_b5_delta", "momo_75_85_ff_popoffset_b5",
)  # fmt: skip
NOUFAILY: dict[str, Any] = {
    "b": 3, "no_periods": 10, "past_weeks_not_included": 26, "p_threshold_trend": 1, "alpha": 0.01,
}  # fmt: skip
YEARS = 312


def settings_of(key: str) -> tuple[np.ndarray, dict[str, Any]]:
    """The counts of an entry of the manifest, and the settings both methods share."""
    entry = reference.entry(key)
    params, series = entry["params"], reference.rows(entry["input"])
    first, last = map(int, params["range"].split(":"))
    days = [date.fromisoformat(row["date"]) for row in series] if "date" in series[0] else None
    kept = {name: params[name] for name in ("b", "w", "reweight", "trend", "powertrans", "alpha") if name in params}
    offset = reference.column(entry["input"], "population") if params.get("populationOffset") else None
    more = {"at": range(first - 1, last), "dates": days, "limit54": tuple(params["limit54"]), "population": offset}
    return reference.column(entry["input"], "observed"), kept | more


def agrees(found: np.ndarray, told: np.ndarray, tolerance: float) -> None:
    """Equal where a value is told."""
    np.testing.assert_allclose(found[~np.isnan(told)], told[~np.isnan(told)], rtol=tolerance, atol=1e-12)


@pytest.mark.parametrize("key", FLEXIBLE)
def test_the_flexible_method_agrees_with_its_reference(key: str) -> None:
    entry = reference.entry(key)
    counts, shared = settings_of(key)
    params, output = entry["params"], entry["output"]
    found = farrington(
        counts, no_periods=params["noPeriods"], past_weeks_not_included=params["pastWeeksNotIncluded"],
        weights_threshold=params["weightsThreshold"], p_threshold_trend=params["pThresholdTrend"],
        threshold_method=params["thresholdMethod"], **shared,
    )  # fmt: skip
    np.testing.assert_array_equal(found.at + 1, reference.column(output, "t"))
    for name, values in (("upper", found.upper), ("trendVector", found.slope)):
        np.testing.assert_array_equal(np.isnan(values), np.isnan(reference.column(output, name)), err_msg=name)
    agrees(found.upper, reference.column(output, "upper"), 0 if params["thresholdMethod"] != "delta" else 1e-8)
    np.testing.assert_array_equal(found.alarm, reference.column(output, "alarm") == 1)
    agrees(found.expected, reference.column(output, "expected"), 1e-8)
    agrees(found.dispersion, reference.column(output, "phiVector"), 1e-8)
    agrees(found.slope, reference.column(output, "trendVector"), 1e-8)
    agrees(found.p_value, reference.column(output, "pvalue"), 1e-6)
    if params["thresholdMethod"] == "delta":  # the others are on the scale of logarithms there: not copied
        judged = ~np.isnan(found.upper)
        agrees(found.score[judged], reference.column(output, "score")[judged], 1e-6)


def test_the_method_of_1996_agrees_with_its_reference() -> None:
    counts, shared = settings_of("salmonella_agona_farrington1996")
    found = farrington_original(counts, **shared)
    output = reference.entry("salmonella_agona_farrington1996")["output"]
    # The reference writes a bound of 0 where it did not judge.
    agrees(np.nan_to_num(found.upper), reference.column(output, "upper"), 1e-8)
    np.testing.assert_array_equal(found.alarm, reference.column(output, "alarm") == 1)


@pytest.mark.parametrize("key", ["k1", "m3", "s1"])
def test_the_column_of_the_comparison_agrees(key: str) -> None:
    counts = reference.column(f"aberration/{key}_series.csv", "observed")
    found = farrington_original(counts, b=2, w=3, alpha=0.01, at=range(119, 209))
    agrees(np.nan_to_num(found.upper), reference.column(f"aberration/{key}_compare_upper.csv", "farrington"), 1e-8)
    alarms = reference.column(f"aberration/{key}_compare_alarms.csv", "farrington") == 1
    np.testing.assert_array_equal(found.alarm, alarms)


def weekly(seed: int, series: int, *, weeks: int = YEARS) -> np.ndarray:
    """Counts of a seasonal, scattered kind."""
    chance, week = np.random.default_rng(seed), np.arange(weeks)
    mean = chance.gamma(2, 3, series)[:, None] * np.exp(0.4 * np.sin(2 * np.pi * week / 52))
    return chance.negative_binomial(mean / 0.8, 1 / 1.8).astype(float)


def same(one: Detection, other: Detection, row: int) -> None:
    """One series alone and the same among others."""
    for name in ("upper", "expected", "dispersion", "slope", "p_value"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name)[row], rtol=1e-9, err_msg=name)
    np.testing.assert_array_equal(one.alarm, other.alarm[row])


@pytest.mark.parametrize("method", ["delta", "nbPlugin", "muan"])
def test_many_series_at_once_give_what_each_gives_alone(method: str) -> None:
    counts = weekly(1, 6)
    counts[2] = 0
    counts[3, :300] = 0
    options = NOUFAILY | {"threshold_method": method, "at": range(290, YEARS)}
    together = farrington(counts, **options)
    for row in range(len(counts)):
        same(farrington(counts[row], **options), together, row)


def test_weeks_are_found_by_date_as_by_number_when_years_have_52_of_them() -> None:
    counts = weekly(2, 1)[0]
    days = [date(2019, 1, 7) + timedelta(weeks=week) for week in range(YEARS)]
    by_date = farrington(counts, b=1, dates=days, at=[60, 100])
    by_number = farrington(counts, b=1, freq=52, at=[60, 100])
    np.testing.assert_allclose(by_date.upper, by_number.upper, rtol=1e-9)


def test_a_leap_year_moves_the_reference_to_the_nearest_same_weekday() -> None:
    days = [date(2019, 12, 30) + timedelta(weeks=week) for week in range(200)]
    counts = np.ones(200)
    counts[days.index(date(2020, 3, 2)) - 3 : days.index(date(2020, 3, 2)) + 4] = 9
    # 2021-03-01 less a year is 2020-03-01, a Sunday; the Monday next to it is 2 March.
    found = farrington(counts, b=1, dates=days, at=[days.index(date(2021, 3, 1))], limit54=(0, 4))
    assert found.expected[0] == pytest.approx(9)


def test_daily_series_compare_a_day_with_the_same_day_of_other_years() -> None:
    days = [date(2022, 1, 1) + timedelta(days=day) for day in range(900)]
    counts = np.random.default_rng(4).poisson(6, 900)
    found = farrington(counts, b=2, no_periods=10, past_weeks_not_included=7, dates=days, at=range(870, 900))
    assert found.expected == pytest.approx(np.full(30, 6), rel=0.35)
    assert np.isfinite(found.upper).all()


def test_an_outbreak_of_an_earlier_year_counts_less_in_the_bound() -> None:
    counts = weekly(5, 1)[0]
    counts[200:204] += 60
    options = NOUFAILY | {"at": [202 + 52]}
    assert farrington(counts, **options).upper < farrington(counts, reweight=False, **options).upper


def test_a_trend_that_leads_above_all_reference_weeks_is_not_kept() -> None:
    counts = np.round(2 * 1.01 ** np.arange(YEARS))
    assert np.isnan(farrington(counts, **NOUFAILY, at=[YEARS - 1]).slope[0])
    falling = counts[::-1].copy()
    assert farrington(falling, **NOUFAILY, at=[YEARS - 1]).slope[0] == pytest.approx(-np.log(1.01), rel=0.05)


def test_too_few_cases_of_late_are_no_alarm_and_no_bound() -> None:
    counts = np.zeros(YEARS)
    counts[-1] = 4
    found = farrington(counts, **NOUFAILY, at=[YEARS - 1])
    assert np.isnan(found.upper[0])
    assert not found.alarm[0]
    assert farrington(counts, **NOUFAILY, at=[YEARS - 1], limit54=(4, 4)).alarm[0]


ODD = {
    "nobody": np.zeros(YEARS),
    "one week": np.eye(1, YEARS, 100)[0] * 7,
    "only of late": np.r_[np.zeros(YEARS - 12), np.full(12, 5.0)],
    "only long ago": np.r_[np.full(40, 9.0), np.zeros(YEARS - 40)],
    "a billion": np.random.default_rng(6).poisson(1e9, YEARS).astype(float),
    "always six": np.full(YEARS, 6.0),
    "spikes": np.where(np.arange(YEARS) % 52 == 3, 1000.0, 0),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("method", ["delta", "nbPlugin"])
def test_odd_series_have_finite_bounds_without_a_warning(kind: str, method: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = farrington(ODD[kind], **NOUFAILY, threshold_method=method, limit54=(0, 4), at=range(290, YEARS))
        assert np.isfinite(farrington_original(ODD[kind], b=4, limit54=(0, 4), at=[YEARS - 1]).upper).all()
    for values in (found.upper, found.expected, found.dispersion, found.p_value):
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("counts", "options", "code", "field"),
    [
        (np.zeros(100), {"b": 5}, "detect.history_short", "range"),
        (np.zeros(YEARS), {"b": 5, "at": [10]}, "detect.history_short", "range"),
        (np.zeros(YEARS), {"at": [YEARS]}, "number.out_of_range", "range"),
        (np.zeros(YEARS), {"b": 0}, "number.out_of_range", "b"),
        (np.zeros(YEARS), {"w": 26}, "number.out_of_range", "w"),
        (np.zeros(YEARS), {"w": 24, "no_periods": 12}, "number.out_of_range", "no_periods"),
        (np.zeros(YEARS), {"alpha": 0.7}, "number.out_of_range", "alpha"),
        (np.zeros(YEARS), {"alpha": float("nan")}, "number.format", "alpha"),
        (np.zeros(YEARS), {"threshold_method": "best"}, "choice.unknown", "threshold_method"),
        (np.zeros(YEARS), {"powertrans": "3/4"}, "choice.unknown", "powertrans"),
        (np.zeros(YEARS), {"population": np.zeros(YEARS)}, "number.out_of_range", "population"),
        (np.zeros(YEARS), {"population": np.ones(5)}, "series.not_numbers", "population"),
        (np.zeros(YEARS), {"dates": [date(2020, 1, 6)] * YEARS}, "dates.order", "dates"),
        (np.full(YEARS, -1.0), {}, "series.negative", "counts"),
        (np.full(YEARS, 0.5), {}, "series.fraction", "counts"),
        (np.full(YEARS, np.nan), {}, "series.gap", "counts"),
        ([3.0], {}, "detect.history_short", "range"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(counts: Any, options: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        farrington(counts, **options)
    assert (refused.value.problems[0].code, refused.value.problems[0].field) == (code, field)


def test_a_missing_week_is_refused_with_its_day() -> None:
    days = [date(2015, 1, 5) + timedelta(weeks=week) for week in range(YEARS + 1)]
    del days[100]
    with pytest.raises(Refused) as refused:
        farrington(np.ones(YEARS), b=1, dates=days)
    assert refused.value.problems[0].code == "dates.missing"
    assert refused.value.problems[0].facts["day"] == "2016-12-05"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from([0.001, 0.01, 0.05]))
def test_the_bound_rises_with_certainty_and_lies_above_what_is_expected(seed: int, more: int, alpha: float) -> None:
    counts = weekly(seed, 1)[0]
    at = [YEARS - 1]
    found = farrington(counts, **NOUFAILY | {"alpha": alpha, "at": at, "limit54": (0, 4)})
    stricter = farrington(counts, **NOUFAILY | {"alpha": alpha / 10, "at": at, "limit54": (0, 4)})
    assert found.expected <= found.upper < stricter.upper
    counts[-1] += more
    again = farrington(counts, **NOUFAILY | {"alpha": alpha, "at": at, "limit54": (0, 4)})
    assert again.upper == pytest.approx(found.upper)  # today never judges itself
    assert again.p_value <= found.p_value


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_a_constant_population_changes_nothing(seed: int, population: float) -> None:
    counts = weekly(seed, 2)
    options = NOUFAILY | {"at": [300, 305]}
    plain = farrington(counts, **options)
    offset = farrington(counts, **options, population=np.full(YEARS, population))
    np.testing.assert_allclose(offset.expected, plain.expected, rtol=1e-4)

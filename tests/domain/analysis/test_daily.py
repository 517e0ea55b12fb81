"""The daily method for schools (校园逐日法) by simulation: its false alarms, and the clusters it must see."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom

from lianfang.domain.analysis.detect import daily
from lianfang.domain.refusals import Refused

BASELINE = 56
MANY = 4000
WEEK_SHAPE = np.array([1.3, 1.1, 0.9, 0.9, 0.8, 0.0, 0.0])


def ordinary(mean: float, dispersion: float, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of many schools on 57 days without an outbreak, pupils present, and the true means; weekends free."""
    chance = np.random.default_rng(seed)
    day = (np.arange(BASELINE + 1) - BASELINE) % 7  # the last day is a Monday
    present = chance.integers(900, 1000, (MANY, BASELINE + 1)) * (WEEK_SHAPE[day] > 0.0) * 1.0
    means = mean * WEEK_SHAPE[day] * present / 950
    size = np.where(means > 0, means, 1) / (dispersion - 1)
    counts = chance.negative_binomial(size, 1 / dispersion) * (means > 0)
    return counts.astype(float), present, means


@pytest.mark.parametrize("dispersion", [1.5, 3.0])
@pytest.mark.parametrize("mean", [4.0, 10.0, 40.0])
@pytest.mark.parametrize("alpha", [0.01, 0.005])
def test_false_alarms_are_alpha_within_three_tenths_of_a_point(mean: float, dispersion: float, alpha: float) -> None:
    counts, present, means = ordinary(mean, dispersion, seed=11)
    found = daily(counts, present=present, alpha=alpha, fewest=0, at=[BASELINE])
    # The chance that a new ordinary day lies above each bound, from the truth, so that few series are enough.
    chance = nbinom.sf(np.floor(found.upper[:, 0]), means[:, -1] / (dispersion - 1), 1 / dispersion)
    assert abs(chance.mean() - alpha) < 0.003
    assert abs(found.alarm.mean() - alpha) < 0.006


@pytest.mark.parametrize("mean", [0.05, 0.3, 1.0])
def test_rare_cases_give_no_more_false_alarms_than_alpha(mean: float) -> None:
    counts, present, means = ordinary(mean, 1.2, seed=12)
    found = daily(counts, present=present, alpha=0.01, fewest=0, at=[BASELINE])
    assert nbinom.sf(found.upper[:, 0], means[:, -1] / 0.2, 1 / 1.2).mean() < 0.013


def test_three_cases_in_a_class_in_one_day_are_seen() -> None:
    chance = np.random.default_rng(13)
    for mean, least in ((0.05, 0.99), (0.1, 0.98), (0.2, 0.9)):
        counts = chance.poisson(mean, (1000, 70)).astype(float)
        counts[:, -1] = 3
        found = daily(counts, present=np.full(70, 45.0), at=[69])
        assert found.alarm.mean() >= least


def test_two_cases_are_no_cluster_whatever_their_probability() -> None:
    counts = np.zeros(60)
    counts[-1] = 2
    assert not daily(counts, at=[59]).alarm[0]
    counts[-1] = 3
    assert daily(counts, at=[59]).alarm[0]


def test_an_outbreak_of_last_month_hides_no_new_one() -> None:
    counts = np.random.default_rng(14).poisson(3.0, (300, 70)).astype(float)
    counts[:, 40:43] += 25
    counts[:, -1] = 14
    assert daily(counts, at=[69]).alarm.mean() > 0.9
    assert daily(counts, reweight=False, at=[69]).alarm.mean() < 0.6


def test_mondays_are_compared_with_mondays_where_there_are_cases_enough() -> None:
    days = [date(2026, 3, 2) + timedelta(days=day) for day in range(64)]
    counts = np.array([20.0 if day.weekday() == 0 else 5.0 for day in days])
    monday, tuple_of_days = days.index(date(2026, 5, 4)), days
    found = daily(counts, dates=tuple_of_days, at=[monday - 1, monday])
    assert found.expected == pytest.approx([5, 20], rel=0.1)


def test_days_without_pupils_are_neither_judged_nor_compared_with() -> None:
    present = np.tile([40.0, 40, 40, 40, 40, 0, 0], 12)
    counts = np.where(present > 0, 4.0, 0)
    found = daily(counts, present=present)
    school = present[found.at] > 0
    np.testing.assert_array_equal(np.isnan(found.upper), ~school)
    assert found.expected[school] == pytest.approx(np.full(school.sum(), 4.0), rel=0.05)
    assert not found.alarm.any()


def test_twice_the_pupils_may_have_twice_the_cases() -> None:
    present = np.r_[np.full(60, 500.0), 1000.0]
    found = daily(np.r_[np.full(60, 8.0), 16.0], present=present, at=[60])
    assert found.expected[0] == pytest.approx(16, rel=0.05)
    assert not found.alarm[0]


def test_too_few_school_days_are_not_judged() -> None:
    present = np.zeros(80)
    present[-12:] = 40
    found = daily(np.where(present > 0, 1.0, 0), present=present, at=[79])
    assert np.isnan(found.upper[0])
    assert np.isnan(found.p_value[0])
    assert not found.alarm[0]


def test_many_series_at_once_give_what_each_gives_alone() -> None:
    counts = np.random.default_rng(15).poisson(np.array([[0.1], [3.0], [30.0]]), (3, 90)).astype(float)
    together = daily(counts)
    for row in range(3):
        np.testing.assert_allclose(daily(counts[row]).upper, together.upper[row])
        np.testing.assert_allclose(daily(counts[row]).p_value, together.p_value[row])


@pytest.mark.parametrize("counts", [np.zeros(80), np.full(80, 1e9), np.r_[np.zeros(79), 1e9], np.full(80, 7.0)])
def test_odd_series_have_finite_bounds_without_a_warning(counts: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = daily(counts)
    assert np.isfinite(found.upper).all()
    assert np.isfinite(found.p_value).all()


@pytest.mark.parametrize(
    ("counts", "options", "code", "field"),
    [
        (np.zeros(20), {}, "detect.history_short", "range"),
        (np.zeros(80), {"at": [5]}, "detect.history_short", "range"),
        (np.zeros(80), {"at": [80]}, "number.out_of_range", "range"),
        (np.zeros(80), {"alpha": 0}, "number.out_of_range", "alpha"),
        (np.zeros(80), {"left_out": 55}, "number.out_of_range", "left_out"),
        (np.zeros(80), {"present": np.zeros(3)}, "series.not_numbers", "present"),
        (np.full(80, np.nan), {}, "series.gap", "counts"),
        (np.full(80, 1.5), {}, "series.fraction", "counts"),
        ([1], {}, "detect.history_short", "range"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(counts: Any, options: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        daily(counts, **options)
    assert (refused.value.problems[0].code, refused.value.problems[0].field) == (code, field)

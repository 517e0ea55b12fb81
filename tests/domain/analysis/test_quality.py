"""Quality of reports (数据质量测试): the reference reports, groups, missing values, a million rows."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis import quality
from lianfang.domain.refusals import Refused
from tests.domain.analysis.reference import column, rows

MADE = "data_quality/dq_made1_{}.csv"
UNITS = [row["unit"] for row in rows(MADE.format("reports"))]


def read(name: str) -> np.ndarray:
    return column(MADE.format("reports"), name)


def test_every_row_has_the_reference_scores_and_class():
    found = quality.outliers(read("reported"), units=UNITS)
    assert found.z == pytest.approx(column(MADE.format("rows"), "z"), rel=1e-9, abs=1e-9, nan_ok=True)
    modified = column(MADE.format("rows"), "modified_z")
    assert found.modified_z == pytest.approx(modified, rel=1e-9, abs=1e-9, nan_ok=True)
    words = np.where(found.extreme, "extreme", np.where(found.moderate, "moderate", ""))
    assert words.tolist() == [row["outlier"] for row in rows(MADE.format("rows"))]


def test_every_unit_has_the_reference_measures():
    verified = quality.verification_factor(read("reported"), read("recounted"), units=UNITS)
    ours = {
        "completeness": quality.completeness(read("received"), read("expected"), units=UNITS),
        "timeliness": quality.timeliness(read("on_time"), read("expected"), units=UNITS),
        "timeliness_of_received": quality.timeliness(read("on_time"), read("received"), units=UNITS),
        "reported_sum": verified.reported, "recounted_sum": verified.recounted,
        "verification_factor": verified.factor, "exact_match": verified.exact,
        "consistency_ratio_last": quality.consistency_ratio(read("reported").reshape(8, 12), previous=None),
    }  # fmt: skip
    for name, values in ours.items():
        assert values == pytest.approx(column(MADE.format("units"), name), rel=1e-9, nan_ok=True), name
    assert verified.class_.tolist() == [row["vf_class"] for row in rows(MADE.format("units"))]


def test_the_whole_has_the_reference_measures():
    reported, recounted = read("reported"), read("recounted")
    scores = quality.outliers(reported, units=UNITS)
    over, under = quality.shares_of(quality.verification_factor(reported, recounted, units=UNITS))
    whole = quality.verification_factor(reported, recounted)
    by_unit = quality.completeness(read("received"), read("expected"), units=UNITS)
    ours = {
        "completeness": quality.completeness(read("received"), read("expected"))[0],
        "timeliness": quality.timeliness(read("on_time"), read("expected"))[0],
        "units_completeness_ge75": np.mean(by_unit >= 0.75), "verification_factor": whole.factor[0],
        "pct_units_over": over, "pct_units_under": under, "exact_match": whole.exact[0],
        "concordance_correlation": quality.concordance(reported, recounted),
        "moderate_outliers": scores.moderate.sum(), "extreme_outliers": scores.extreme.sum(),
        "modified_z_gt3.5": scores.modified.sum(),
    }  # fmt: skip
    theirs = {row["quantity"]: float(row["value"]) for row in rows(MADE.format("total"))}
    assert ours == pytest.approx(theirs, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 50))), min_size=1, max_size=40))
def test_groups_together_are_each_group_alone(pairs):
    labels = [label for label, _value in pairs]
    values = np.array([math.nan if value is None else value for _label, value in pairs], float)
    whole = quality.outliers(values, units=labels)
    for label in set(labels):
        own = np.array([one == label for one in labels])
        alone = quality.outliers(values[own])
        assert whole.z[own] == pytest.approx(alone.z, nan_ok=True)
        assert whole.modified_z[own] == pytest.approx(alone.modified_z, nan_ok=True)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 1000), min_size=3, max_size=30), st.integers(1, 10**6))
def test_scores_do_not_change_with_the_unit_of_measurement(values: list[int], times: int):
    once, often = quality.outliers(values), quality.outliers([times * one for one in values])
    assert often.z == pytest.approx(once.z, rel=1e-6, abs=1e-6, nan_ok=True)
    assert quality.verification_factor(values, values).factor[0] == pytest.approx(1) or not sum(values)


def test_missing_is_not_zero():
    verified = quality.verification_factor([10, math.nan, 0], [10, 7, 0], units=["a", "a", "b"])
    assert verified.reported.tolist() == [10, 0]
    assert verified.factor[0] == 1
    assert math.isnan(verified.factor[1])
    assert verified.class_.tolist() == ["ok", ""]
    assert quality.indicator_completeness([1, 0, math.nan, 3])[0] == 0.5


def test_equal_values_have_no_scores_and_one_that_differs_from_many_equal_ones_is_flagged():
    assert np.isnan(quality.outliers([0.1] * 7).z).all()
    found = quality.outliers([5, 5, 5, 5, 5, 90])
    assert found.modified.tolist() == [False] * 5 + [True]
    assert np.isinf(found.modified_z[-1])


def test_a_value_beyond_its_bounds_is_measured_from_them():
    assert quality.beyond([1, 5, 12, math.nan], 2, 10) == pytest.approx([-1, 0, 2, math.nan], nan_ok=True)


def test_a_last_value_is_compared_with_the_known_ones_among_three_before():
    assert quality.consistency_ratio([9, 2, math.nan, 4, 6]) == pytest.approx(2)
    assert math.isnan(quality.consistency_ratio([1, 2, math.nan]))
    assert math.isnan(quality.consistency_ratio([7]))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: quality.completeness([2], [1]), "quality.more_received"),
        (lambda: quality.completeness([1, 1], [1]), "series.not_numbers"),
        (lambda: quality.outliers([]), "series.shape"),
        (lambda: quality.outliers([math.inf]), "series.infinite"),
        (lambda: quality.outliers(["x"]), "series.not_numbers"),
        (lambda: quality.outliers([1, 2], units=["a"]), "series.not_numbers"),
        (lambda: quality.beyond([1], 3, 2), "quality.low_above_high"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, code):
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.problems[0].code == code


def test_a_million_rows_take_less_than_two_seconds():
    rng = np.random.default_rng(1)
    names = [f"U{one}" for one in rng.integers(0, 20_000, 1_000_000)]
    reported, recounted = rng.poisson(30, (2, 1_000_000)).astype(float)
    began = time.process_time()
    groups = quality.groups_of(names, len(reported))
    quality.outliers(reported, units=groups)
    quality.verification_factor(reported, recounted, units=groups)
    quality.completeness(np.ones(1_000_000), np.ones(1_000_000), units=groups)
    assert time.process_time() - began < 2

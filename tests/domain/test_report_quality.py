"""Checks of reports (报告质量核查): what is odd, what is copied, what was given, what was recounted."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.report_quality.copies import copies
from lianfang.domain.report_quality.given import corrected, indicators, recounts, steadiness
from lianfang.domain.report_quality.odd import EXTREME, odd_figures
from lianfang.domain.report_quality.terms import Asked, Given, Limits, limits_from

LIMITS = Limits(
    complete_percent=75, good_percent=80, indicator_percent=90, consistency_percent=33, moderate=2, extreme=3,
    modified=3.5, least_apart=5, least_days=7, over=0.9, under=1.1, copied_days=3, copied_permille=1,
    turnover_percent=30,
)  # fmt: skip
ITEMS = (Asked("expected"), Asked("absent", zero_is_usual=True), Asked("fever", zero_is_usual=True))
FIRST = date(2026, 2, 2)


def reports(absent: list[int], *, unit: int = 1, size: int = 400, fever: int = 0) -> list[Given]:
    return [
        Given(unit, FIRST + timedelta(days=at), {"expected": size, "absent": n, "fever": fever})
        for at, n in enumerate(absent)
    ]


def varied(unit: int, days: int = 28, size: int = 400) -> list[Given]:
    chance = random.Random(unit)  # noqa: S311  the same each time
    return reports([sum(chance.random() < 0.02 for _ in range(size)) for _ in range(days)], unit=unit, size=size)


def test_a_figure_far_from_the_others_is_odd_and_one_case_among_zeros_is_not():
    usual = [8, 9, 10, 11, 9, 8, 10, 60, 9, 10, 11, 8]
    found = odd_figures([*reports(usual), *reports([0] * 11 + [1], unit=2)], ITEMS, LIMITS)
    assert [(one.unit, one.item, one.value, one.expected, one.degree) for one in found.found] == [
        (1, "absent", 60, 9.5, EXTREME)
    ]
    assert found.judged == 2 * 12 * 3


def test_a_figure_that_leaves_a_constant_is_infinitely_odd():
    found = odd_figures(reports([0] * 10 + [40]), ITEMS, LIMITS)
    assert [(one.value, one.modified_z) for one in found.found] == [(40, math.inf)]


def test_figures_of_a_few_days_are_not_judged():
    assert odd_figures(reports([1, 1, 1, 90]), ITEMS, LIMITS).judged == 0
    assert odd_figures([], ITEMS, LIMITS).found == ()


def test_equal_reports_of_a_large_unit_look_copied_and_those_of_a_small_one_do_not():
    large = varied(1)[:14] + [Given(1, one.day, {"expected": 400, "absent": 9, "fever": 0}) for one in varied(1)[14:22]]
    small = reports([0] * 20, unit=2, size=6)
    found = copies([*large, *small, *varied(3), *varied(4)], ITEMS, LIMITS)
    assert [(one.unit, one.run, one.since, one.until) for one in found] == [
        (1, 8, FIRST + timedelta(days=14), FIRST + timedelta(days=21))
    ]
    assert found[0].equal >= 7 and found[0].pairs == 21 and found[0].chance < 0.001


def test_zero_reports_are_no_copies():
    zero = [Given(1, one.day, one.figures, nothing=True) for one in reports([0] * 20)]
    assert copies([*zero, *varied(2)], ITEMS, LIMITS) == ()


@given(st.integers(0, 10_000))
def test_reports_that_vary_as_chance_has_it_are_hardly_ever_called_copied(seed):
    chance = random.Random(seed)  # noqa: S311  the same each time
    units = [
        reports([sum(chance.random() < 0.03 for _ in range(60)) for _ in range(28)], unit=unit, size=60)
        for unit in range(5)
    ]
    assert len(copies([one for unit in units for one in unit], ITEMS, LIMITS)) <= 1


def test_a_required_figure_left_out_is_not_given_and_a_usual_zero_is():
    told = [Given(1, FIRST, {"expected": 10, "absent": 0}), Given(1, FIRST, {}, nothing=True)]
    assert indicators(told, ITEMS) == {1: (2 + 3, 6)}
    assert indicators([Given(1, FIRST, {"expected": 0, "absent": 0, "fever": 0})], ITEMS) == {1: (2, 3)}


def test_a_factor_is_missing_without_a_recount_and_opposite_errors_stay_visible():
    assert recounts([], LIMITS) is None
    found = recounts([("a", 10, 5), ("b", 10, 15), ("c", 10, 10)], LIMITS)
    assert found is not None
    assert (found.factor, found.told, found.over, found.under, found.exact) == (1, 3, 1, 1, 1)
    nothing = recounts([("a", 0, 3), ("b", 4, 4)], LIMITS)
    assert nothing is not None
    assert (nothing.units, nothing.told, nothing.over, nothing.under, nothing.exact) == (2, 1, 0, 0, 1)
    alone = recounts([("a", 0, 3)], LIMITS)
    assert alone is not None and alone.factor is None


def test_a_correction_is_a_recount_of_what_was_given_both_times():
    one = Given(1, FIRST, {"expected": 12, "fever": 1}, first={"expected": 10, "absent": 2})
    assert corrected([one, *reports([3])]) == [(1, "expected", 10, 12)]


def test_a_sum_is_compared_with_the_mean_of_the_periods_before_where_these_are_known():
    found = {
        one.item: one
        for one in steadiness({"a": [3, 3, 3, 5], "b": [None, None, None, 4], "c": [4, None, 4, 4]}, LIMITS)
    }
    assert (found["a"].ratio, found["a"].differs) == (pytest.approx(5 / 3), True)
    assert (found["b"].ratio, found["b"].differs) == (None, False)
    assert (found["c"].ratio, found["c"].differs) == (1, False)
    assert steadiness({}, LIMITS) == []


def test_a_limit_that_is_missing_is_named():
    with pytest.raises(KeyError, match="complete_percent"):
        limits_from({"over": Decimal(1)})

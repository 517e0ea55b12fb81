"""How many persons both lists missed (捕获再捕获测试), against R and on what must hold for any lists."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.two_lists.capture import (
    Links,
    chapman,
    completeness,
    corrected,
    estimates,
    lincoln_petersen,
    sensitivity,
    why_not_readable,
)
from lianfang.domain.two_lists.overlap import Overlap
from tests.domain.two_lists.reference import figures, rows

persons = st.integers(0, 5_000)
overlaps = st.builds(Overlap, persons, persons, persons)


@pytest.mark.parametrize("row", rows("chapman_cases.csv"), ids=lambda row: row["pair"])
def test_estimates_and_limits_are_those_of_r(row: dict[str, str]):
    expected = figures(row)
    both = expected["m"]
    found = Overlap(both, expected["a"] - both, expected["b"] - both)
    one, of_list, of_all = chapman(found), sensitivity(found), completeness(found, chapman(found).persons)
    ours = {
        "observed": found.union, "LP": lincoln_petersen(found), "Chapman": one.persons, "Chapman_var": one.variance,
        "Chapman_se": one.error, "wald_lo": one.wald.lower, "wald_hi": one.wald.upper,
        "lognormal_lo": one.log_normal.lower, "lognormal_hi": one.log_normal.upper,
        "sadinle_lo": one.transformed_logit.lower,
        "sadinle_hi": one.transformed_logit.upper, "sens_A": of_list.ours_by_theirs, "sens_B": of_list.theirs_by_ours,
        "sens_A_chapman": of_all.ours, "sens_B_chapman": of_all.theirs, "union_completeness": of_all.union,
    }  # fmt: skip
    assert ours == pytest.approx({name: expected[name] for name in ours}, rel=1e-9)


def test_limits_of_ten_fifteen_and_five_are_22_to_65():
    found = chapman(Overlap(5, 5, 10)).limits
    assert (round(found.lower), round(found.upper)) == (22, 65)


@given(overlaps)
def test_the_order_of_the_lists_does_not_change_the_number_of_persons(found: Overlap):
    one, other = chapman(found), chapman(found.swapped)
    assert one.persons == pytest.approx(other.persons, rel=1e-12)
    assert one.limits.upper == pytest.approx(other.limits.upper, rel=1e-12)


@given(overlaps)
def test_swapping_the_sides_mirrors_what_each_list_is_worth(found: Overlap):
    one, other = sensitivity(found), sensitivity(found.swapped)
    assert (one.ours_by_theirs, one.ours_of_union) == (other.theirs_by_ours, other.theirs_of_union)


@given(overlaps)
def test_there_are_never_fewer_persons_than_are_known(found: Overlap):
    one = chapman(found)
    assert one.persons >= found.union - 1e-9 * found.union
    assert found.union - 1 <= one.limits.lower <= one.limits.upper
    assert found.union <= one.log_normal.lower + 1e-9 <= one.log_normal.upper + 2e-9


@given(st.integers(50, 500), st.integers(50, 500), st.integers(50, 500))
def test_lists_ten_times_as_long_mean_about_ten_times_as_many_persons(both: int, ours: int, theirs: int):
    small, large = chapman(Overlap(both, ours, theirs)), chapman(Overlap(10 * both, 10 * ours, 10 * theirs))
    assert large.persons / small.persons == pytest.approx(10, rel=0.25)


def test_two_lists_of_the_same_persons_miss_nobody():
    assert chapman(Overlap(40, 0, 0)).persons == 40


def test_limits_stay_of_this_world_when_nearly_everybody_is_on_both_lists():
    one = chapman(Overlap(4_998, 1, 1))
    assert one.transformed_logit.upper > 1e9
    assert one.limits == one.log_normal
    assert one.limits.upper < 5_010


def test_one_list_inside_the_other_still_has_an_upper_limit():
    one = chapman(Overlap(40, 0, 12)).limits
    assert 52 < one.upper < 120


def test_lists_without_a_common_person_have_no_plain_ratio():
    assert lincoln_petersen(Overlap(0, 12, 5)) == math.inf


def test_links_missed_make_too_many_persons_and_the_correction_takes_them_back():
    links = Links(accepted=50, true_accepted=50.0, true_left_out=10.0)
    true = corrected(Overlap(50, 50, 50), links)
    assert true.both == pytest.approx(60)
    assert (true.ours, true.theirs) == (100, 100)


def test_false_links_make_too_few_persons_and_the_correction_adds_them():
    assert corrected(Overlap(50, 50, 50), Links(accepted=50, true_accepted=45.0)).both == pytest.approx(45)


def test_the_correction_never_finds_more_in_common_than_the_shorter_list_has():
    assert corrected(Overlap(50, 2, 50), Links(accepted=50, true_accepted=50.0, true_left_out=20.0)).both == 52


def test_perfect_links_correct_nothing():
    found = estimates(Overlap(33, 3, 2), Links(accepted=33, true_accepted=33.0))
    assert found.corrected == found.chapman
    assert found.fewest == found.most == found.chapman.persons


def test_the_range_over_the_possible_pairs_holds_the_corrected_estimate():
    found = estimates(Overlap(50, 30, 20), Links(accepted=50, true_accepted=49.5, true_left_out=4.0, possible=8))
    assert found.fewest < found.corrected.persons < found.most


@pytest.mark.parametrize(
    ("found", "circumstances", "reasons"),
    [
        (Overlap(7, 3, 3), {}, ()),
        (Overlap(6, 3, 3), {}, ("few_in_both",)),
        (Overlap(0, 0, 5), {}, ("empty_list", "few_in_both")),
        (Overlap(50, 3, 3), {"dependent": True}, ("dependent",)),
        (Overlap(50, 3, 3), {"dependent": True, "truncated": True}, ("dependent", "truncated")),
    ],
)
def test_the_estimate_is_not_to_be_read_for_reasons_that_are_given(found, circumstances, reasons):
    assert why_not_readable(found, **circumstances) == reasons
    assert estimates(found, **circumstances).readable == (not reasons)


def test_a_list_cannot_have_fewer_than_no_persons():
    with pytest.raises(ValueError, match="fewer"):
        Overlap(3, -1, 0)

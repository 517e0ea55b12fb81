"""How far two lists agree (一致性测试), against R and on what must hold for any lists."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.two_lists.agreement import agreement, date_agreement, field_agreement, mcnemar_exact
from lianfang.domain.two_lists.overlap import Overlap
from tests.domain.two_lists.reference import figures, rows

persons = st.integers(0, 5_000)
overlaps = st.builds(Overlap, persons, persons, persons)


@pytest.mark.parametrize("row", rows("agreement_made1.csv"))
def test_agreement_on_a_roster_is_that_of_r(row: dict[str, str]):
    expected = figures(row)
    found = agreement(Overlap(expected["a"], expected["b"], expected["c"]), roster=2_000)
    ours = {
        "agreement": found.observed, "kappa": found.kappa, "kappa_se0": found.kappa_error,
        "positive_agreement": found.positive, "negative_agreement": found.negative, "jaccard": found.concordance,
        "mcnemar_chisq": found.mcnemar, "mcnemar_p": found.mcnemar_p, "mcnemar_exact_p": found.mcnemar_exact_p,
    }  # fmt: skip
    assert ours == pytest.approx({name: expected[name] for name in ours}, rel=1e-9)


@given(overlaps)
def test_agreement_is_the_same_from_the_other_side(found: Overlap):
    assert agreement(found) == agreement(found.swapped)


def test_without_a_roster_nothing_is_said_of_persons_on_neither_list():
    found = agreement(Overlap(33, 3, 2))
    assert (found.kappa, found.negative, found.observed) == (None, None, None)
    assert found.concordance == pytest.approx(33 / 38)


def test_two_empty_lists_have_no_agreement_to_speak_of():
    assert agreement(Overlap(0, 0, 0)).concordance is None
    assert agreement(Overlap(0, 0, 0)).mcnemar_exact_p == 1.0


def test_everybody_on_both_lists_has_no_kappa_because_chance_agrees_as_well():
    assert agreement(Overlap(10, 0, 0), roster=10).kappa is None


def test_a_roster_smaller_than_its_lists_is_refused():
    with pytest.raises(ValueError, match="roster"):
        agreement(Overlap(10, 5, 5), roster=19)


@pytest.mark.parametrize(("ours", "theirs", "probability"), [(0, 1, 1.0), (0, 5, 0.0625), (1, 9, 22 / 1024), (7, 7, 1)])
def test_mcnemar_exact_adds_up_the_binomial(ours: int, theirs: int, probability: float):
    assert mcnemar_exact(ours, theirs) == pytest.approx(probability, rel=1e-12)


def test_mcnemar_exact_of_long_lists_nears_the_approximate_one():
    found = agreement(Overlap(0, 50_000, 50_600))
    assert found.mcnemar_exact_p == pytest.approx(found.mcnemar_p, rel=0.01)


def test_a_field_is_compared_only_where_both_sides_say_something():
    found = field_agreement("status", [("well", "well"), ("ill", "well"), ("", "ill"), (None, "ill"), ("ill", None)])
    assert (found.compared, found.equal, found.share) == (2, 1, 0.5)


def test_a_field_nobody_filled_in_has_no_share():
    assert field_agreement("status", []).share is None


def test_dates_are_compared_by_the_days_theirs_is_later():
    first = date(2026, 3, 1)
    pairs = [(first, first), (first, date(2026, 3, 2)), (date(2026, 3, 9), date(2026, 3, 4)), (None, first)]
    found = date_agreement(pairs)
    assert (found.compared, found.median_days) == (3, 0.0)
    assert (found.equal, found.within_one_day) == (pytest.approx(1 / 3), pytest.approx(2 / 3))

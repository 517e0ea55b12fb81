"""The step for many units (Benjamini-Hochberg 校正): what is called, against the plain definition and on quiet days."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from lianfang.domain.analysis.detect import benjamini_hochberg
from lianfang.domain.analysis.detect.expected import next_count_probability
from lianfang.domain.surveillance.judging import Usual, judge, standing
from lianfang.domain.surveillance.terms import Terms

USUAL = Usual(baseline=7, cusum_days=28, min_sigma=0.5)
CHANCES = st.lists(st.integers(0, 1000), min_size=1, max_size=60)


def called(chances: list[int], share: int) -> list[bool]:
    """As the paper says it, chances and share in thousandths: the longest row of the smallest under the line."""
    ordered, many = sorted(chances), len(chances)
    last = -1
    for rank, chance in enumerate(ordered, start=1):
        if Fraction(chance, 1000) <= Fraction(rank, many) * Fraction(share, 1000):
            last = chance
    return [chance <= last for chance in chances]


def on_the_line(chances: list[int], share: int) -> bool:
    """Whether a chance lies on the line itself, where rounding decides."""
    ordered, many = sorted(chances), len(chances)
    return any(chance * many == rank * share for rank, chance in enumerate(ordered, start=1))


@given(chances=CHANCES, share=st.integers(1, 500))
def test_what_is_called_is_what_the_definition_calls(chances: list[int], share: int) -> None:
    found, adjusted = benjamini_hochberg(np.array(chances) / 1000, fdr=share / 1000)
    if not on_the_line(chances, share):
        assert found.tolist() == called(chances, share)
    assert ((adjusted >= np.array(chances) / 1000 - 1e-12) & (adjusted <= 1)).all()


@given(rows=st.lists(st.lists(st.integers(0, 1000), min_size=7, max_size=7), min_size=1, max_size=5))
def test_rows_are_adjusted_each_by_itself_and_whatever_their_order(rows: list[list[int]]) -> None:
    together, _adjusted = benjamini_hochberg(np.array(rows) / 1000, fdr=0.1)
    for row, found in zip(rows, together, strict=True):
        backwards, _ = benjamini_hochberg(np.array(row[::-1]) / 1000, fdr=0.1)
        assert found.tolist() == backwards[::-1].tolist()


@given(
    chances=CHANCES, share=st.integers(1, 500), silent=st.integers(0, 200), alarmed=st.lists(st.booleans(), min_size=60)
)
def test_units_without_anybody_ill_count_among_those_looked_at(
    chances: list[int], share: int, silent: int, alarmed: list[bool]
) -> None:
    padded = [*chances, *[1000] * silent]
    if on_the_line(padded, share):
        return
    alarms = np.array(alarmed[: len(chances)])
    found = standing(alarms, np.array(chances) / 1000, among=len(padded), fdr=share / 1000)
    expected = called(padded, share)[: len(chances)]
    assert found.tolist() == [alarm and stands for alarm, stands in zip(alarms, expected, strict=True)]


def test_a_unit_that_could_not_be_judged_counts_as_if_nothing_were_unusual() -> None:
    assert standing(np.array([True, True]), np.array([0.01, np.nan]), among=4, fdr=0.05).tolist() == [True, False]
    assert not standing(np.array([True, True]), np.array([0.013, np.nan]), among=4, fdr=0.05).any()


@pytest.mark.parametrize(("seen", "days"), [(0, 7), (3, 7), (40, 28)])
def test_the_chance_of_a_count_is_the_mean_over_what_its_rate_may_be(seen: int, days: int) -> None:
    rates = np.random.default_rng(4).gamma(seen + 0.5, 1 / days, 400_000)
    made = np.random.default_rng(5).poisson(rates)
    for count in range(6):
        found = float(next_count_probability(count, seen=seen, days=days))
        assert found == pytest.approx((made >= count).mean(), abs=0.003)
        assert 0 < found <= 1


def test_the_first_person_ill_in_a_quiet_unit_has_a_chance_and_is_not_impossible() -> None:
    found = judge(np.array([[0] * 7 + [1], [0] * 7 + [2]]), terms=terms("c1"), usual=USUAL)
    assert found is not None
    assert found.p.tolist() == pytest.approx(nbinom.sf([0, 1], 0.5, 7 / 8).tolist())
    assert found.p[0] > 0.05


@pytest.mark.parametrize(("method", "days"), [("c1", 8), ("c2", 10), ("c3", 12), ("cusum", 31)])
@pytest.mark.parametrize("mean", [0.02, 0.5, 3.0])
def test_on_quiet_days_any_alarm_of_many_units_is_as_rare_as_the_setting_says(
    method: str, days: int, mean: float
) -> None:
    units, tries = 200, 300
    counts = np.random.default_rng(11).poisson(mean, (units * tries, days)).astype(float)
    found = judge(counts, terms=terms(method), usual=USUAL)
    assert found is not None
    alarms, chances = found.alarm.reshape(tries, units), found.p.reshape(tries, units)
    wrong = [
        standing(alarm, chance, among=units, fdr=0.05).any() for alarm, chance in zip(alarms, chances, strict=True)
    ]
    assert np.mean(wrong) <= 0.05


def terms(method: str) -> Terms:
    return Terms(method, "respiratory", "class", cases=1, alpha=0.05, adjusted=True)

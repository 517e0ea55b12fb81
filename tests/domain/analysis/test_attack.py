"""Attack rates (罹患率测试): R's limits and odds ratios, exactness of our own, empty cells, large tables."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact
from scipy.stats.contingency import odds_ratio

from lianfang.domain.analysis import attack
from lianfang.domain.refusals import Refused
from tests.domain.analysis.reference import rows

CELLS = ("exp_ill", "exp_well", "unexp_ill", "unexp_well")
CELL = st.integers(1, 60)


def flat(found: attack.TwoByTwo) -> dict[str, float]:
    ratios = {
        "rr": found.risk_ratio, "or_wald": found.odds_wald, "or_midp": found.odds_mid_p, "or_fisher": found.odds_fisher,
    }  # fmt: skip
    plain = {"ar_exp": found.risk_exposed, "ar_unexp": found.risk_unexposed}
    plain |= {"p_midp": found.p_mid, "p_fisher": found.p_fisher, "p_chisq": found.p_chi2}
    for name, one in ratios.items():
        plain |= {name: one.value, f"{name}_lo": one.low, f"{name}_hi": one.high}
    return plain


@pytest.mark.parametrize("row", rows("attack/oswego_foods.csv"), ids=lambda row: row["exposure"])
def test_every_food_of_oswego_is_that_of_epitools(row: dict[str, str]):
    cells = [int(row[name]) for name in CELLS]
    theirs = {name: float(value) for name, value in row.items() if name not in ("exposure", *CELLS)}
    assert flat(attack.two_by_two(*cells, compat="epitools")) == pytest.approx(theirs, rel=1e-5)
    # Ours goes on where R's search stops, at 1.2e-4 of the odds ratio or of its inverse.
    for name, value in flat(attack.two_by_two(*cells)).items():
        assert value == pytest.approx(theirs[name], rel=1e-5 if "midp" not in name and "fisher" not in name else 5e-3)


def test_the_cells_of_oswego_are_counted_from_its_line_list():
    people = rows("attack/oswego_linelist.csv")
    known = {"Y": 1.0, "N": 0.0, "": math.nan}
    for row in rows("attack/oswego_foods.csv"):
        exposed = [known[one[row["exposure"]]] for one in people]
        assert attack.tables(exposed, [known[one["ill"]] for one in people]) == tuple(int(row[one]) for one in CELLS)


@pytest.mark.parametrize("row", rows("attack/proportion_limits.csv"), ids=lambda row: row["group"])
def test_limits_of_proportions_are_those_of_epitools(row: dict[str, str]):
    found = attack.proportion(int(row["x"]), int(row["n"]))
    ours = [found.proportion, found.exact_low, found.exact_high, found.wilson_low, found.wilson_high]
    theirs = [float(row[name]) for name in ("p", "exact_lo", "exact_hi", "wilson_lo", "wilson_hi")]
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-15)
    assert [found.wald_low, found.wald_high] == pytest.approx([float(row["wald_lo"]), float(row["wald_hi"])], rel=1e-6)


@settings(deadline=None, max_examples=50)
@given(CELL, CELL, CELL, CELL)
def test_the_exact_odds_ratio_and_p_are_those_of_scipy(a: int, b: int, c: int, d: int):
    found = attack.two_by_two(a, b, c, d)
    other = odds_ratio([[a, b], [c, d]])
    limits = other.confidence_interval(0.95)
    ours = [found.odds_fisher.value, found.odds_fisher.low, found.odds_fisher.high]
    assert ours == pytest.approx([other.statistic, limits.low, limits.high], rel=1e-4)
    assert found.p_fisher == pytest.approx(fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(CELL, CELL, CELL, CELL)
def test_swapping_exposed_and_unexposed_turns_every_ratio_over(a: int, b: int, c: int, d: int):
    there, back = attack.two_by_two(a, b, c, d), attack.two_by_two(c, d, a, b)
    for name in ("risk_ratio", "odds_wald", "odds_mid_p", "odds_fisher"):
        one, other = getattr(there, name), getattr(back, name)
        assert [one.value, one.low, one.high] == pytest.approx([1 / other.value, 1 / other.high, 1 / other.low])
    assert there.p_mid == pytest.approx(back.p_mid)
    assert there.odds_fisher.low <= there.odds_mid_p.low <= there.odds_mid_p.value <= there.odds_mid_p.high


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_exact_limits_leave_the_chance_they_promise_and_batches_are_loops(pair: tuple[int, int]):
    cases, persons = pair
    found = attack.proportion(cases, persons)
    if cases:
        assert binom.sf(cases - 1, persons, found.exact_low) == pytest.approx(0.025)
    if cases < persons:
        assert binom.cdf(cases, persons, found.exact_high) == pytest.approx(0.025)
    many = attack.proportion([[cases, 0], [persons, cases]], [[persons, persons]] * 2)
    assert many.wilson_low[0, 0] == pytest.approx(float(found.wilson_low))
    assert many.wilson_low.shape == (2, 2)


def test_nobody_at_risk_leaves_everything_open():
    found = attack.proportion(0, 0)
    assert math.isnan(found.proportion)
    assert (found.exact_low, found.exact_high, found.wilson_low, found.wilson_high) == (0, 1, 0, 1)


def test_an_empty_cell_leaves_exact_limits_and_no_wald_ones():
    found = attack.two_by_two(5, 0, 0, 5)
    assert found.odds_fisher.value == math.inf
    assert found.odds_fisher.low == pytest.approx(2.297, rel=1e-3)
    assert math.isnan(found.odds_wald.low)
    assert found.p_fisher == pytest.approx(2 / 252)
    nobody_exposed = attack.two_by_two(0, 0, 3, 5)
    assert math.isnan(nobody_exposed.odds_fisher.value)
    assert (nobody_exposed.odds_fisher.low, nobody_exposed.odds_fisher.high) == (0, math.inf)


def test_a_table_of_billions_takes_seconds():
    began = time.process_time()
    found = attack.two_by_two(10**9, 10**9, 10**9 - 50_000, 10**9 + 50_000)
    assert time.process_time() - began < 15
    assert found.odds_mid_p.value == pytest.approx(found.odds_wald.value, rel=1e-6)
    assert found.p_mid == pytest.approx(found.p_chi2, rel=1e-4)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: attack.proportion(3, 2), "attack.more_cases"),
        (lambda: attack.proportion(-1, 2), "series.negative"),
        (lambda: attack.proportion(0.5, 2), "series.fraction"),
        (lambda: attack.proportion(1, 2, level=1.0), "number.out_of_range"),
        (lambda: attack.two_by_two(0, 0, 0, 0), "series.short"),
        (lambda: attack.two_by_two(1, 2, math.nan, 0), "series.gap"),
        (lambda: attack.two_by_two(1, 2, 3, 4, compat="spss"), "analysis.compat_unknown"),
    ],
)
def test_what_cannot_be_counted_is_refused(call, code):
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.problems[0].code == code


def test_limits_are_of_the_level_asked_for():
    narrow, wide = (attack.two_by_two(12, 8, 5, 15, level=level) for level in (0.8, 0.99))
    assert wide.odds_mid_p.low < narrow.odds_mid_p.low < narrow.odds_mid_p.high < wide.odds_mid_p.high
    assert np.isclose(narrow.odds_mid_p.value, wide.odds_mid_p.value)

"""Who infects how many (二代病例测试): R's fits, limits of the distribution, and answers where there is none."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from lianfang.domain.analysis import transmission
from lianfang.domain.refusals import Refused
from tests.domain.analysis.reference import column, rows

IDS = ("hagelloch", "simulated_R0.8_k0.25_n400", "sars_singapore_2003")
CLOSE = {"k_lo95_profile": 1e-3, "k_hi95_profile": 1e-3, "k_se_fitdistr": 1e-3, "R_se_fitdistr": 1e-3}
"""R's profile limits are only searched to 1e-4, and its errors come from an optimum searched as coarsely."""
OUTBREAKS = st.lists(st.integers(0, 40), min_size=2, max_size=60)


@pytest.mark.parametrize("name", IDS)
def test_the_fit_is_that_of_r(name: str):
    counts = f"offspring/{name}_counts.csv"
    fit = transmission.offspring_fit(column(counts, "offspring"), cases=column(counts, "cases"))
    ours = {
        "n": fit.n, "R": fit.r, "k": fit.k, "k_lo95_profile": fit.k_low, "k_hi95_profile": fit.k_high,
        "k_se_fitdistr": fit.k_se, "R_se_fitdistr": fit.r_se, "logLik_nb": fit.log_likelihood,
        "logLik_poisson": fit.log_likelihood_poisson, "logLik_geometric": fit.log_likelihood_geometric,
        "p_zero_nb": fit.p_zero, "prop_cases_for_80pct": transmission.shares(fit.r, fit.k),
        "share_from_top20pct": transmission.share_from_top(fit.r, fit.k),
        "extinction_prob_1_intro": transmission.extinction(fit.r, fit.k),
    }  # fmt: skip
    theirs = {row["quantity"]: float(row["value"]) for row in rows(f"offspring/{name}_fit.csv")}
    assert ours.keys() == theirs.keys()
    for quantity, value in theirs.items():
        assert ours[quantity] == pytest.approx(value, rel=CLOSE.get(quantity, 1e-4)), quantity


def test_a_list_of_cases_a_table_of_counts_and_many_series_at_once_give_the_same():
    each = [[0, 0, 1, 5, 0, 2], [3, 0, 0, 0, 0, 9], [1, 1, 1, 1, 1, 1]]
    many = transmission.offspring_fit(each)
    values = sorted({one for series in each for one in series})
    table = transmission.offspring_fit(values, cases=[[series.count(one) for one in values] for series in each])
    for place, series in enumerate(each):
        alone = transmission.offspring_fit(series)
        for field in transmission.Offspring.__dataclass_fields__:
            assert getattr(many, field)[place] == pytest.approx(getattr(alone, field), nan_ok=True), field
            assert getattr(table, field)[place] == pytest.approx(getattr(alone, field), nan_ok=True), field


@settings(deadline=None, max_examples=60)
@given(OUTBREAKS)
def test_k_is_the_most_likely_one_and_lies_within_its_limits(offspring: list[int]):
    fit = transmission.offspring_fit(offspring)
    if not math.isfinite(fit.k):
        assert (fit.r == 0) == math.isnan(fit.k)
        return
    assert fit.k_low <= fit.k * (1 + 1e-9)
    assert fit.k <= fit.k_high * (1 + 1e-9)
    for k in (fit.k * 0.9, fit.k * 1.1):
        assert nbinom.logpmf(offspring, k, k / (k + fit.r)).sum() <= fit.log_likelihood + 1e-9


@settings(deadline=None, max_examples=40)
@given(OUTBREAKS, st.integers(2, 1000))
def test_the_same_outbreak_many_times_has_the_same_r_and_k_and_narrower_limits(offspring: list[int], times: int):
    once, values = transmission.offspring_fit(offspring), sorted(set(offspring))
    often = transmission.offspring_fit(values, cases=[offspring.count(one) * times for one in values])
    assert often.r == pytest.approx(once.r)
    if math.isfinite(once.k):
        assert often.k == pytest.approx(once.k, rel=1e-6)
        assert often.k_low >= once.k_low * (1 - 1e-9)


def test_nobody_infected_gives_an_r_of_nought_and_no_k():
    fit = transmission.offspring_fit([0, 0, 0])
    assert fit.r == 0
    assert math.isnan(fit.k)
    assert math.isnan(float(transmission.shares(fit.r, fit.k)))
    assert transmission.extinction(fit.r, fit.k) == 1


def test_counts_that_vary_no_more_than_by_chance_have_an_infinite_k():
    fit = transmission.offspring_fit([1, 1, 2, 1, 0, 1])
    assert fit.k == math.inf
    assert fit.k_high == math.inf
    assert 0 < fit.k_low < math.inf
    assert fit.p_zero == pytest.approx(math.exp(-fit.r))
    assert transmission.extinction(2.0, math.inf) == pytest.approx(0.20318787)


def test_one_case_with_a_billion_infections_is_fitted_without_overflow():
    fit = transmission.offspring_fit([0] * 50 + [10**9])
    assert math.isfinite(fit.k)
    assert fit.r == pytest.approx(10**9 / 51)


@settings(deadline=None, max_examples=60)
@given(st.floats(1.01, 20), st.floats(0.05, 50))
def test_extinction_solves_its_equation_below_one(r: float, k: float):
    s = float(transmission.extinction(r, k))
    assert 0 < s < 1
    assert (1 + r * (1 - s) / k) ** -k == pytest.approx(s, abs=1e-9)
    assert transmission.extinction(r, k, introductions=3) == pytest.approx(s**3)


def test_the_most_infectious_fifth_and_the_share_behind_four_fifths_are_inverse():
    share = transmission.shares(2.0, 0.2)
    assert transmission.share_from_top(2.0, 0.2, of_cases=float(share)) == pytest.approx(0.8)


def test_chain_sizes_sum_to_one_below_an_r_of_one_and_to_extinction_above():
    sizes = np.arange(1, 20_000)
    assert np.exp(transmission.chain_sizes(sizes, 0.7, 0.3)).sum() == pytest.approx(1, abs=1e-6)
    above = np.exp(transmission.chain_sizes(sizes, 1.5, 0.5)).sum()
    assert above == pytest.approx(float(transmission.extinction(1.5, 0.5)), abs=1e-6)


def test_r_and_k_are_found_again_from_sizes_of_chains():
    rng = np.random.default_rng(4)
    chances = np.exp(transmission.chain_sizes(np.arange(1, 3000), 0.6, 0.4))
    sizes = rng.choice(np.arange(1, 3000), 20_000, p=chances / chances.sum())
    r, k = transmission.chain_size_fit(sizes)
    assert r == pytest.approx(0.6, rel=0.05)
    assert k == pytest.approx(0.4, rel=0.15)


@pytest.mark.parametrize(
    ("offspring", "cases", "code"),
    [
        ([], None, "series.short"), ([1, -1], None, "series.negative"), ([0.5], None, "series.fraction"),
        ([1, math.nan], None, "series.gap"), (["a"], None, "series.not_numbers"), ([0, 1], [1], "series.not_numbers"),
        ([0, 1], [0, 0], "series.short"),
    ],
)  # fmt: skip
def test_what_are_no_counts_is_refused(offspring, cases, code):
    with pytest.raises(Refused) as refused:
        transmission.offspring_fit(offspring, cases=cases)
    assert refused.value.problems[0].code == code


def test_a_hundred_thousand_cases_take_less_than_a_second():
    offspring = np.random.default_rng(1).negative_binomial(0.3, 0.3 / 1.3, 100_000)
    began = time.process_time()
    transmission.offspring_fit(offspring)
    assert time.process_time() - began < 1

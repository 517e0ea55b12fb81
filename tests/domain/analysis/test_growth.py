"""Growth rates (增长率) against the package incidence and R's regressions, and the laws they must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis import growth
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference

FITS = ("flu1918", "flu2009_up", "flu2009_down")
LOOSE = "negbin"


def span_of(entry: dict[str, Any]) -> np.ndarray:
    """The days an entry used; the package's series ends with its last case, so a zero after that is no day of it."""
    rows = reference.rows(entry["input"])
    last = max(row["date"] for row in rows if row["I"] != "0")
    params = entry["params"]
    return np.array([float(r["I"]) for r in rows if params["from"] <= r["date"] <= min(params["to"], last)])


def quantities(counted: np.ndarray) -> dict[str, float]:
    """What the reference prints, from our own fits."""
    line, poisson, quasi, negbin = (growth.fit(counted, model=model) for model in growth.MODELS)
    found = {
        "r_loglinear": line.r, "r_lo95": line.r_low, "r_hi95": line.r_high,
        "doubling_or_halving_days": line.time, "dh_lo95": line.time_low, "dh_hi95": line.time_high,
        "r_poisson_glm": poisson.r, "r_poisson_se": poisson.se,
        "r_quasipoisson_se": quasi.se, "quasipoisson_dispersion": quasi.spread,
        "r_negbin_glm": negbin.r, "r_negbin_se": negbin.se, "negbin_theta": negbin.spread,
    }  # fmt: skip
    pairs = ((2.6, 1.5), (5.2, 2.8), (8.4, 3.8))
    implied = {f"R_from_r_gammaSI_{m:g}_{s:g}": growth.r_to_R(line.r, mean_si=m, std_si=s) for m, s in pairs}
    return {name: float(value) for name, value in (found | implied).items()}


@pytest.mark.parametrize("key", FITS)
def test_rates_and_times_are_those_of_the_reference(key: str) -> None:
    entry = reference.entry(key)
    found = quantities(span_of(entry))
    for row in reference.rows(entry["output"]):
        loose = LOOSE in row["quantity"]
        wanted = pytest.approx(float(row["value"]), rel=1e-4 if loose else 1e-6)
        assert found[row["quantity"]] == wanted, row["quantity"]


@pytest.mark.parametrize("key", ["flu1918_split", "flu2009_split"])
def test_the_turning_point_is_that_of_the_reference(key: str) -> None:
    entry = reference.entry(key)
    days = [row["date"] for row in reference.rows(entry["input"])]
    found = growth.split(reference.column(entry["input"], "I"))
    (wanted,) = reference.rows(entry["output"])
    assert days[found.place] == wanted["split"]
    for name in ("r_before", "r_after", "r2_best"):
        assert float(getattr(found, name)) == pytest.approx(float(wanted[name]), rel=1e-6)


@settings(deadline=None)
@given(st.integers(5, 40), st.floats(-0.3, 0.3), st.sampled_from(growth.MODELS))
def test_an_exact_exponential_gives_its_own_rate(days: int, rate: float, model: growth.Model) -> None:
    counted = np.round(1e9 * np.exp(rate * np.arange(days) - max(0, rate * days)))
    assert float(growth.fit(counted, model=model).r) == pytest.approx(rate, abs=2e-5)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 80), min_size=12, max_size=12), min_size=2, max_size=5))
@pytest.mark.parametrize("model", growth.MODELS)
def test_many_series_at_once_are_each_by_itself(model: growth.Model, many: list[list[int]]) -> None:
    together = growth.fit(many, model=model)
    for place, one in enumerate(many):
        alone = growth.fit(one, model=model)
        for name in ("r", "se", "r_low", "r_high"):
            wanted = getattr(together, name)[place]
            np.testing.assert_allclose(getattr(alone, name), wanted, rtol=1e-6, atol=1e-9, equal_nan=True)


@settings(deadline=None)
@given(st.lists(st.integers(1, 900), min_size=4, max_size=30), st.integers(2, 1_000_000))
def test_a_rate_does_not_depend_on_the_scale(counted: list[int], times: int) -> None:
    one, other = (growth.fit(np.array(counted) * by) for by in (1, times))
    assert float(one.r) == pytest.approx(float(other.r), rel=1e-6, abs=1e-9)


@given(st.floats(0.001, 0.5))
def test_a_rate_of_zero_means_one_and_growth_means_more(rate: float) -> None:
    assert float(growth.r_to_R(0, mean_si=5, std_si=2)) == 1
    assert float(growth.r_to_R(rate, mean_si=5, std_si=2)) > 1 > float(growth.r_to_R(-rate, mean_si=5, std_si=2))


def test_a_discrete_interval_of_one_day_makes_R_the_daily_ratio() -> None:
    assert float(growth.r_to_R(np.log(2), si=(0, 0, 1))) == pytest.approx(4)


def test_falling_faster_than_the_interval_allows_is_no_transmission() -> None:
    assert float(growth.r_to_R(-3, mean_si=5, std_si=2)) == 0


@pytest.mark.parametrize("model", growth.MODELS)
@pytest.mark.parametrize("counted", [[0] * 9, [7, *[0] * 8], [*[0] * 8, 7]])
def test_no_rate_is_made_up_where_none_can_be_fitted(model: growth.Model, counted: list[int]) -> None:
    found = growth.fit(counted, model=model)
    assert np.isnan(found.r) and np.isnan(found.r_low) and np.isnan(found.time)


def test_counts_that_stand_still_never_double() -> None:
    assert np.isinf(growth.fit([30] * 9).time)


def test_two_days_give_a_rate_without_limits() -> None:
    found = growth.fit([2, 4])
    assert float(found.time) == pytest.approx(1) and np.isnan(found.r_low)


def test_an_overdispersed_series_has_wider_limits_than_poisson_says() -> None:
    counted = np.random.default_rng(2).negative_binomial(1, 0.02, 60)
    poisson, quasi, negbin = (growth.fit(counted, model=m) for m in ("poisson", "quasipoisson", "negbin"))
    assert quasi.se > 3 * poisson.se and negbin.se > 3 * poisson.se
    assert float(negbin.spread) == pytest.approx(1, rel=0.5)


def test_no_turning_point_is_found_where_there_are_no_cases() -> None:
    found = growth.split([[0] * 20, [1, 2, 4, 8, 16, 32, 16, 8, 4, 2, 1, *[0] * 9]])
    assert found.place[0] == -1 and np.isnan(found.r_before[0])
    assert found.place[1] == 5 and float(found.r_after[1]) == pytest.approx(-np.log(2))


def test_a_forecast_goes_on_as_the_line_did() -> None:
    counted = 2 ** np.arange(3, 12)
    assert growth.forecast(counted, ahead=2).mean == pytest.approx([2**12, 2**13])
    found = growth.forecast([8, 9, 20, 31, 70, 120], ahead=3)
    assert (found.low < found.mean).all() and (found.high > found.mean).all()
    assert (np.diff(np.log(found.high / found.low)) > 0).all()


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("series.short", lambda: growth.fit([4])),
        ("series.gap", lambda: growth.fit([4, float("nan"), 3])),
        ("growth.model_unknown", lambda: growth.fit([4, 5], model="cubic")),  # type: ignore[arg-type]
        ("number.out_of_range", lambda: growth.fit([4, 5], level=1)),
        ("required", lambda: growth.r_to_R(0.1, mean_si=3)),
        ("number.out_of_range", lambda: growth.forecast([4, 5, 6], ahead=0)),
    ],
)
def test_what_cannot_be_fitted_is_refused(code: str, call: Any) -> None:
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.code == code

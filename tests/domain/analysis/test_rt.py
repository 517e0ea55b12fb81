"""Reproduction numbers (再生数) against EpiEstim's own results, and the laws they must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis import rt
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference

WINDOWED = (
    "flu2009_weekly_np", "flu2009_14d_np", "flu2009_weekly_param", "flu2009_imports_weekly_np", "flu1918_weekly_np",
    "flu1918_weekly_param_prior2_1", "flu1918_daily_np", "smallpox1972_weekly_np",
)  # fmt: skip
MIXED = {"flu2009_weekly_uncertain": (0.03, 0.06), "flu2009_weekly_sisample": (0.02, 0.04)}
SI = (0, 0.2, 0.5, 0.2, 0.1)
UNCERTAIN = rt.UncertainGamma(
    mean_si=2.6, std_mean_si=1, min_mean_si=1, max_mean_si=4.2,
    std_si=1.5, std_std_si=0.5, min_std_si=0.5, max_std_si=2.5,
)  # fmt: skip
cases = st.lists(st.integers(0, 1_000), min_size=9, max_size=60)


def cases_of(entry: dict[str, Any]) -> tuple[np.ndarray, np.ndarray | None]:
    """All cases, and the imported ones where the file tells them apart."""
    file = entry["input"][0]
    if "imported" not in reference.rows(file)[0]:
        return reference.column(file, "I"), None
    imported = reference.column(file, "imported")
    return reference.column(file, "local") + imported, imported


def interval_of(entry: dict[str, Any]) -> Any:
    """The serial interval an entry was made with."""
    params = entry["params"]
    if "mean_si" in params:
        return rt.ShiftedGamma(params["mean_si"], params["std_si"])
    return reference.column(entry["input"][1], "w")


def windows_of(entry: dict[str, Any]) -> Any:
    """The windows an entry was made with."""
    params = entry["params"]
    return (params["t_start"], params["t_end"]) if "t_start" in params else 7


@pytest.mark.parametrize("key", WINDOWED)
def test_cori_gives_what_epiestim_gives(key: str) -> None:
    entry = reference.entry(key)
    incidence, imported = cases_of(entry)
    prior = (entry["params"].get("mean_prior", 5), entry["params"].get("std_prior", 5))
    found = rt.cori(incidence, interval_of(entry), windows=windows_of(entry), imported=imported, prior=prior)
    assert (found.t_start == reference.column(entry["output"][0], "t_start")).all()
    assert (found.t_end == reference.column(entry["output"][0], "t_end")).all()
    for name, values in found.columns.items():
        expected = reference.column(entry["output"][0], name)
        np.testing.assert_allclose(values, expected, rtol=2e-9, equal_nan=True, err_msg=name)


@pytest.mark.parametrize("key", MIXED)
def test_the_mixture_is_what_resampling_comes_near_to(key: str) -> None:
    entry = reference.entry(key)
    incidence, _imported = cases_of(entry)
    possible: Any = UNCERTAIN
    if key.endswith("sisample"):
        sample = reference.rows(entry["input"][2])
        possible = np.array([[float(row[name]) for row in sample] for name in sample[0] if name != "k"])
    found = rt.cori_mixture(incidence, possible)
    for name, values in found.columns.items():
        tolerance = MIXED[key][0 if name == "mean" else 1]
        np.testing.assert_allclose(values, reference.column(entry["output"], name), rtol=tolerance, err_msg=name)


@pytest.mark.parametrize("key", ["flu2009", "flu1918_param"])
def test_wallinga_teunis_gives_what_epiestim_gives(key: str) -> None:
    entry = reference.entry(key)
    incidence, _imported = cases_of(entry)
    many = entry["params"]["n_sim"]
    found = rt.wallinga_teunis(incidence, interval_of(entry), windows=windows_of(entry), n_sim=many)
    wanted = {name: reference.column(entry["output"], name) for name in found.columns}
    np.testing.assert_allclose(found.mean, wanted["mean"], rtol=2e-9)
    assert (near := np.abs(found.std - wanted["std"])).max() < 0.1, near
    # Limits are whole infections over whole cases: chance may move either program's by one infection.
    step = 1 / np.array([incidence[a - 1 : b].sum() for a, b in zip(found.t_start, found.t_end, strict=True)])
    for name in ("q025", "q975"):
        apart = np.abs(found.columns[name] - wanted[name])
        assert (apart <= np.maximum(np.maximum(0.1, 0.05 * wanted[name]), step + 1e-6)).all(), name


def test_the_serial_interval_is_cut_into_days_as_epiestim_does() -> None:
    grid = reference.rows("rt/discr_si_grid.csv")
    for pair in {(row["mu"], row["sigma"]) for row in grid}:
        expected = [float(row["w"]) for row in grid if (row["mu"], row["sigma"]) == pair]
        found = rt.discretise_si(float(pair[0]), float(pair[1]), longest=40)
        np.testing.assert_allclose(found, expected, atol=1e-10, rtol=0)


@settings(deadline=None)
@given(st.floats(1.05, 30), st.floats(0.1, 1))
def test_a_discrete_serial_interval_keeps_its_mean_and_sums_to_one(mean: float, part: float) -> None:
    found = rt.discretise_si(mean, part * mean, longest=2_000)
    assert found.sum() == pytest.approx(1, abs=1e-6)
    assert found @ np.arange(2_001) == pytest.approx(mean, rel=1e-4)


def test_the_far_tail_of_a_serial_interval_is_no_rounding_noise() -> None:
    found = rt.discretise_si(2.6, 1.5, longest=300)
    assert (found[2:] > 0).all() and (np.diff(found[3:]) < 0).all()


def test_infectivity_gives_what_epiestim_gives() -> None:
    entry = reference.entry("flu1918_infectivity")
    found = rt.infectivity(cases_of(entry)[0], interval_of(entry))
    np.testing.assert_allclose(found, reference.column(entry["output"], "lambda"), rtol=1e-9, equal_nan=True)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 500), min_size=40, max_size=40), min_size=2, max_size=5))
@pytest.mark.parametrize("interval", [SI, rt.ShiftedGamma(3.1, 1.7)])
def test_many_series_at_once_are_each_by_itself(interval: Any, many: list[list[int]]) -> None:
    together = rt.cori(many, interval)
    traced = rt.wallinga_teunis(many, interval)
    for place, one in enumerate(many):
        for name, values in rt.cori(one, interval).columns.items():
            np.testing.assert_allclose(values, together.columns[name][place], rtol=1e-9, equal_nan=True)
        np.testing.assert_allclose(
            rt.wallinga_teunis(one, interval).mean, traced.mean[place], rtol=1e-8, equal_nan=True
        )


@settings(deadline=None)
@given(cases, st.integers(2, 1_000_000))
def test_with_counts_grown_large_the_scale_does_not_matter(counted: list[int], times: int) -> None:
    many = np.array(counted) + 20
    # With a flat prior (shape 1, a huge scale) the mean is (1 + cases) / Lambda: nearly the same at every scale.
    one, other = (rt.cori(many * by, SI, prior=(1e8, 1e8)).mean for by in (1, times))
    pressure = rt.infectivity(many, SI)
    spare = np.array([1 / np.nansum(pressure[a - 1 : a + 6]) for a in range(2, len(many) - 5)])
    assert (np.abs(one - other)[~np.isnan(one)] <= spare[~np.isnan(one)] * 1.01).all()


@settings(deadline=None)
@given(cases)
def test_quantiles_rise_and_hold_the_median_mean(counted: list[int]) -> None:
    found = rt.cori(counted, SI)
    known = ~np.isnan(found.mean)
    stacked = np.stack([found.columns[name] for name in ("q025", "q05", "q25", "q50", "q75", "q95", "q975")])
    assert (np.diff(stacked[:, known], axis=0) > 0).all()
    assert (found.mean[known] > 0).all() and (found.std[known] > 0).all()


def test_where_nobody_was_infectious_the_prior_stands() -> None:
    found = rt.cori(np.zeros(30), SI, prior=(2, 1))
    known = found.t_end > 2.2
    assert found.mean[known] == pytest.approx(2) and found.std[known] == pytest.approx(1)


def test_a_window_no_longer_than_the_mean_serial_interval_is_empty() -> None:
    late = rt.cori([5] * 20, (*[0] * 10, 1), windows=3)
    assert np.isnan(late.mean[late.t_end <= 10]).all() and not np.isnan(late.mean[late.t_end > 10]).any()


def test_a_billion_cases_a_day_lose_no_day_that_follows() -> None:
    counted = np.array([10**9] * 20 + [0] * 20 + [3] * 20, dtype=float)
    found = rt.cori(counted, SI)
    alone = rt.cori(counted[35:], SI)
    np.testing.assert_allclose(found.mean[-8:], alone.mean[-8:], rtol=1e-12)
    assert found.mean[10] == pytest.approx(1, rel=1e-6)


def test_imported_cases_infect_and_are_not_counted_as_infected_here() -> None:
    counted = np.array([4.0] * 20)
    imported = np.where(np.arange(20) % 2, 2.0, 0.0)
    found, without = rt.cori(counted, SI, imported=imported), rt.cori(counted, SI)
    assert (found.mean[1:] < without.mean[1:]).all()


def test_windows_of_any_length_are_the_sums_of_their_days() -> None:
    counted = np.arange(1, 41, dtype=float)
    mixed = rt.cori(counted, SI, windows=([2, 5, 5], [40, 6, 20]))
    for place, (first, last) in enumerate([(2, 40), (5, 6), (5, 20)]):
        alone = rt.cori(counted, SI, windows=([first], [last]))
        assert mixed.mean[place] == pytest.approx(alone.mean[0], rel=1e-12)


def test_a_mixture_of_one_interval_is_that_interval() -> None:
    counted = reference.column("rt/flu2009_incidence.csv", "I")
    sure = rt.UncertainGamma(
        mean_si=2.6, std_mean_si=0, min_mean_si=1, max_mean_si=5, std_si=1.5, std_std_si=0, min_std_si=0.5, max_std_si=3
    )
    mixed, plain = rt.cori_mixture(counted, sure), rt.cori(counted, rt.ShiftedGamma(2.6, 1.5))
    for name, values in plain.columns.items():
        np.testing.assert_allclose(mixed.columns[name], values, rtol=1e-7)


def test_an_uncertain_interval_widens_what_is_said() -> None:
    counted = reference.column("rt/flu2009_incidence.csv", "I")
    mixed, plain = rt.cori_mixture(counted, UNCERTAIN), rt.cori(counted, rt.ShiftedGamma(2.6, 1.5))
    assert (mixed.q975 - mixed.q025 > plain.q975 - plain.q025)[:6].all()


def test_every_infection_is_attributed_to_a_day() -> None:
    counted = np.array([3, 2, 4, 6, 5, 7, 9, 8, 6, 5], dtype=float)
    found = rt.wallinga_teunis(counted, SI, windows=1)
    assert (found.mean @ counted[1:]) <= counted[1:].sum()
    whole = rt.wallinga_teunis(np.append([50.0], counted), SI, windows=1)
    assert (whole.mean @ counted) < counted.sum()


def test_trees_and_the_exact_deviation_agree() -> None:
    counted = reference.column("rt/flu1918_incidence.csv", "I")
    found = rt.wallinga_teunis(counted, SI, n_sim=4_000, seed=5)
    middle = (found.q975 - found.q025) / (2 * 1.96)
    assert np.median(middle / found.std) == pytest.approx(1, abs=0.05)
    again = rt.wallinga_teunis(counted, SI, n_sim=4_000, seed=5)
    assert (found.q025 == again.q025).all()


def test_the_newest_cases_are_corrected_for_infections_not_yet_counted() -> None:
    rng = np.random.default_rng(3)
    steady = rng.poisson(400, size=60).astype(float)
    plain, fixed = (rt.wallinga_teunis(steady, rt.ShiftedGamma(5, 2), truncation=on) for on in (False, True))
    assert plain.mean[-1] < 0.6 and not plain.reliable[-1]
    assert fixed.mean[-1] == pytest.approx(1, abs=0.15)
    np.testing.assert_allclose(plain.mean[:30], fixed.mean[:30], rtol=1e-6)


def test_a_window_without_cases_has_no_case_reproduction_number() -> None:
    found = rt.wallinga_teunis([5, 3, 2, *[0] * 20], SI, windows=2, n_sim=10)
    assert np.isnan(found.mean[-1]) and np.isnan(found.q025[-1]) and not found.reliable[-1]


def test_eleven_cases_are_the_fewest_that_can_be_relied_on() -> None:
    assert rt.fewest_cases() == 11
    counted = [0] * 20
    counted[10:21] = [1] * 10
    assert rt.reliable([*counted, 1], SI, windows=14).few[-1] == False  # noqa: E712  numpy's own False
    assert rt.reliable([*counted, 0], SI, windows=14).few[-1]


def test_newest_windows_are_not_relied_on_while_cases_come_in() -> None:
    found = rt.reliable([9] * 30, SI, unfinished_days=3)
    assert found.unfinished.tolist() == [False] * 20 + [True] * 3
    assert (found.flags == ~found.unfinished).all()
    assert rt.reliable([9] * 30, (*[0] * 12, 1)).early.sum() == 5


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("series.short", lambda: rt.cori([3], SI)),
        ("series.gap", lambda: rt.cori([3, np.nan] * 8, SI)),
        ("series.negative", lambda: rt.cori([3, -1] * 8, SI)),
        ("series.fraction", lambda: rt.cori([3, 1.5] * 8, SI)),
        ("probability.sum", lambda: rt.cori([3] * 20, (0, 0.5))),
        ("si.day_zero", lambda: rt.cori([3] * 20, (0.5, 0.5))),
        ("si.shape", lambda: rt.cori([3] * 20, [SI, SI])),
        ("number.out_of_range", lambda: rt.cori([3] * 20, rt.ShiftedGamma(1, 2))),
        ("number.out_of_range", lambda: rt.cori([3] * 20, SI, prior=(0, 5))),
        ("imported.more_than_all", lambda: rt.cori([3] * 20, SI, imported=[4] * 20)),
        ("imported.shape", lambda: rt.cori([3] * 20, SI, imported=[1] * 19)),
        ("window.outside", lambda: rt.cori([3] * 20, SI, windows=([1], [7]))),
        ("window.outside", lambda: rt.cori([3] * 20, SI, windows=([9], [7]))),
        ("window.shape", lambda: rt.cori([3] * 20, SI, windows=([2, 3], [7]))),
        ("number.out_of_range", lambda: rt.wallinga_teunis([3] * 20, SI, n_sim=-1)),
    ],
)
def test_what_cannot_be_computed_from_is_refused(code: str, call: Any) -> None:
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.code == code


def test_a_published_interval_rounded_to_thousandths_is_taken_as_given() -> None:
    assert np.isfinite(rt.cori([3] * 20, (0, 0.333, 0.333, 0.333)).mean[-1])

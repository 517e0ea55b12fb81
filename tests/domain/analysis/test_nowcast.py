"""Nowcasting against R's surveillance on the 2011 outbreak (实时预测对照), and what must hold on any triangle."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis import nowcast
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference

D = 15
FOLDER = "nowcast/"
R_PRIOR = nowcast.Prior(50, 3000)


def hus(as_of: date, first: date | None = None) -> nowcast.Triangle:
    people = reference.rows("nowcast/hus2011_linelist.csv")
    onsets, reports = [one["dHosp"] for one in people], [one["dReport"] for one in people]
    return nowcast.triangle(onsets, reports, as_of=as_of, max_delay=D, first=first)


def asked(key: str) -> tuple[date, list[str]]:
    found = reference.entry(key)
    output = found["output"]
    return date.fromisoformat(found["params"]["now"]), output if isinstance(output, list) else [output]


def places(told: nowcast.Triangle, rows: list[dict[str, str]]) -> list[int]:
    return [told.days.index(date.fromisoformat(row["date"])) for row in rows]


def cells(name: str) -> np.ndarray:
    rows = reference.rows(name)
    values = [[cell for column, cell in row.items() if column != "date"] for row in rows]
    return np.array([[float(cell) if cell not in ("", "NA") else np.nan for cell in row] for row in values])


LAWLESS = ["hus2011_20110602_lawless", "hus2011_20110610_lawless"]


@pytest.mark.parametrize("key", LAWLESS)
def test_lawless_agrees_with_surveillance(key: str) -> None:
    as_of, (output, triangle, delays) = asked(key)
    told = hus(as_of)
    found = nowcast.lawless(told)
    rows = reference.rows(output)
    at = places(told, rows)
    np.testing.assert_array_equal(told.counts[at], cells(triangle))
    np.testing.assert_allclose(found.cdf, reference.column(delays, "cdf")[: D + 1], rtol=1e-9)
    reported = reference.column(output, "reported")
    np.testing.assert_array_equal(found.reported[at], reported)
    off = np.abs(found.nowcast[at] - reference.column(output, "nowcast"))
    assert (off <= np.where(reported <= 2, 2, 1)).all()
    for mine, theirs in ((found.lo[at], "lo"), (found.hi[at], "hi")):
        limit = reference.column(output, theirs)
        assert (np.abs(mine - limit) <= np.maximum(3, 0.06 * limit)).all(), theirs


@pytest.mark.parametrize("key", ["hus2011_20110602_bayes.trunc", "hus2011_20110610_bayes.trunc"])
def test_bayes_agrees_with_surveillance(key: str) -> None:
    as_of, (output, delays) = asked(key)
    told = hus(as_of)
    params = reference.entry(key)["params"]
    found = nowcast.bayes(told, prior=R_PRIOR, most=params["N.tInf.max"], kappa=params["gd.prior.kappa"])
    at = places(told, reference.rows(output))
    np.testing.assert_allclose(found.cdf, reference.column(delays, "cdf"), rtol=1e-6)
    for mine, theirs, part, least in ((found.nowcast, "nowcast", 0.03, 2), (found.lo, "lo", 0.05, 3),
                                      (found.hi, "hi", 0.05, 3)):  # fmt: skip
        value = reference.column(output, theirs)
        assert (np.abs(mine[at] - value) <= np.maximum(least, part * value)).all(), theirs


@pytest.mark.parametrize("key", ["hus2011_20110602_cl", "hus2011_20110610_cl"])
def test_chain_ladder_agrees_with_the_reference(key: str) -> None:
    as_of, (triangle, output, factors) = asked(key)
    told = hus(as_of, as_of - timedelta(days=30))
    found = nowcast.chain_ladder(told)
    np.testing.assert_array_equal(told.counts, cells(triangle))
    np.testing.assert_array_equal(found.reported, reference.column(output, "latest"))
    np.testing.assert_allclose(found.ultimate, reference.column(output, "ultimate"), rtol=1e-9)
    np.testing.assert_allclose(found.factors, reference.column(factors, "factor"), rtol=1e-9)


def covered(as_of: date) -> dict[str, np.ndarray]:
    """Whether the limits of the newest fifteen days hold what was finally reported."""
    told, final = hus(as_of), hus(date(2011, 8, 1), hus(as_of).days[0])
    truth = np.nansum(final.counts, axis=-1)[: len(told.days)]
    cast = {
        "bayes": nowcast.bayes(told),
        "ladder": nowcast.chain_ladder(told, prior=R_PRIOR),
        "lawless": nowcast.lawless(told, prior=R_PRIOR),
    }
    return {name: ((one.lo <= truth) & (truth <= one.hi))[-15:] for name, one in cast.items()}


def test_limits_of_95_percent_hold_the_truth_nine_times_in_ten() -> None:
    # Every second day from the first whole report window of the outbreak to its end.
    days = [date(2011, 5, 24) + timedelta(days=2 * k) for k in range(21)]
    held = [covered(day) for day in days]
    coverage = {name: float(np.concatenate([one[name] for one in held]).mean()) for name in held[0]}
    assert coverage["bayes"] >= 0.90
    assert coverage["ladder"] >= 0.90
    late = [covered(day) for day in days if day >= date(2011, 6, 1)]
    assert float(np.concatenate([one["lawless"] for one in late]).mean()) >= 0.90


def test_the_newest_day_without_reports_is_no_zero_when_there_is_a_prior() -> None:
    told = hus(date(2011, 6, 2))
    for plain, with_prior in (
        (nowcast.lawless(told), nowcast.lawless(told, prior=R_PRIOR)),
        (nowcast.chain_ladder(told), nowcast.chain_ladder(told, prior=R_PRIOR)),
    ):
        assert plain.reported[-1] == plain.nowcast[-1] == plain.hi[-1] == 0
        assert with_prior.nowcast[-1] > 10
        assert with_prior.hi[-1] > with_prior.nowcast[-1] > with_prior.lo[-1]
        np.testing.assert_array_equal(plain.nowcast[:-2], with_prior.nowcast[:-2])
    assert nowcast.bayes(told).nowcast[-1] > 5


def test_each_nowcast_takes_under_50_milliseconds() -> None:
    told = hus(date(2011, 6, 10))
    for method in (nowcast.lawless, nowcast.chain_ladder, nowcast.bayes):
        took = []
        for _again in range(5):
            start = time.perf_counter()
            method(told)
            took.append(time.perf_counter() - start)
        assert min(took) <= 0.05, method


@st.composite
def triangles(draw: Any, largest: int = 30) -> np.ndarray:
    days, delays = draw(st.integers(2, 12)), draw(st.integers(2, 6))
    cells = draw(st.lists(st.integers(0, largest), min_size=days * delays, max_size=days * delays))
    counts = np.array(cells, dtype=float).reshape(days, delays)
    counts[np.arange(delays) > np.arange(days)[::-1, np.newaxis]] = np.nan
    return counts


@given(triangles())
@settings(max_examples=60, deadline=None)
def test_what_is_expected_is_never_less_than_what_is_reported(counts: np.ndarray) -> None:
    for found in (nowcast.lawless(counts), nowcast.chain_ladder(counts), nowcast.bayes(counts, draws=40)):
        said = ~np.isnan(found.nowcast)
        assert (said == (found.share > 0)).all() or found.cdf[..., 0].min() > 0
        assert (found.nowcast[said] >= found.reported[said] - 1e-9).all()
        assert (found.lo[said] >= found.reported[said] - 1e-9).all()
        assert (found.hi[said] >= found.lo[said] - 1e-9).all()
        assert (np.diff(found.cdf) >= -1e-12).all()
        assert found.cdf[-1] == 1
        whole = ~np.isnan(counts).any(axis=-1)
        np.testing.assert_array_equal(found.nowcast[whole], found.reported[whole])


@given(triangles(), triangles())
@settings(max_examples=30, deadline=None)
def test_many_triangles_at_once_give_what_each_gives_alone(one: np.ndarray, other: np.ndarray) -> None:
    other = np.where(np.isnan(one), np.nan, np.resize(np.nan_to_num(other), one.shape))
    both = np.stack([one, other])
    for method in (nowcast.lawless, nowcast.chain_ladder, nowcast.bayes):
        whole = method(both)
        for place, alone in enumerate((one, other)):
            single = method(alone)
            for part in ("reported", "nowcast", "lo", "hi", "share", "cdf"):
                np.testing.assert_allclose(getattr(whole, part)[place], getattr(single, part), rtol=1e-12, err_msg=part)


@given(triangles(), st.integers(2, 1000))
@settings(max_examples=30, deadline=None)
def test_chain_ladder_scales_with_the_counts(counts: np.ndarray, times: int) -> None:
    plain, scaled = nowcast.chain_ladder(counts), nowcast.chain_ladder(counts * times)
    np.testing.assert_allclose(scaled.ultimate, plain.ultimate * times, rtol=1e-9)
    np.testing.assert_allclose(scaled.cdf, plain.cdf, rtol=1e-9)


def test_a_billion_reports_a_day_are_counted() -> None:
    counts = np.full((20, 4), 1e9)
    counts[np.arange(4) > np.arange(20)[::-1, np.newaxis]] = np.nan
    for found in (nowcast.lawless(counts), nowcast.chain_ladder(counts), nowcast.bayes(counts)):
        assert np.allclose(found.nowcast, 4e9, rtol=1e-3)
        assert np.isfinite(found.hi).all()


def test_nothing_reported_at_all_is_answered() -> None:
    counts = np.zeros((5, 3))
    counts[np.arange(3) > np.arange(5)[::-1, np.newaxis]] = np.nan
    assert (nowcast.lawless(counts).nowcast == 0).all()
    assert (nowcast.chain_ladder(counts).hi == 0).all()
    assert (nowcast.bayes(counts).lo == 0).all()


def test_a_day_as_early_as_nobody_was_ever_reported_has_no_nowcast() -> None:
    found = nowcast.lawless(np.array([[0.0, 6.0], [0.0, 4.0], [3.0, np.nan]]))
    assert found.share[-1] == 0
    assert np.isnan([found.nowcast[-1], found.lo[-1], found.hi[-1]]).all()
    assert np.isfinite(nowcast.bayes(np.array([[0.0, 6.0], [0.0, 4.0], [3.0, np.nan]])).nowcast).all()


def test_one_day_with_one_delay_known_stands_as_it_is() -> None:
    found = nowcast.chain_ladder(np.array([[3.0, np.nan]]))
    assert found.nowcast[0] == 3
    assert found.factors[0] == 1


def test_a_shorter_window_speaks_for_the_newest_delays_only() -> None:
    slow, fast = np.tile([0.0, 10.0], (20, 1)), np.tile([10.0, 0.0], (20, 1))
    counts = np.vstack([slow, fast])
    counts[-1, 1] = np.nan
    assert nowcast.lawless(counts).nowcast[-1] > 15
    assert nowcast.lawless(counts, window=10).nowcast[-1] == 10


def test_a_line_list_becomes_a_triangle_and_says_what_it_left_out() -> None:
    onsets = ["2026-03-01", "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-03", None, "2026-03-04"]
    reports = ["2026-03-01", "2026-03-09", "2026-03-04", "2026-03-02", "2026-03-09", "2026-03-03", None]
    told = nowcast.triangle(onsets, reports, as_of=date(2026, 3, 9), max_delay=6)
    assert told.days[0] == date(2026, 3, 1)
    assert told.days[-1] == told.as_of
    np.testing.assert_array_equal(told.counts[0], [1, 0, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(told.counts[1], [0, 0, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(told.counts[2], [1, 0, 0, 0, 0, 0, 1])
    assert (told.beyond, told.early, told.undated) == (1, 1, 2)
    assert np.isnan(told.counts[-1, 1:]).all()
    kept = nowcast.triangle(onsets, reports, as_of=date(2026, 3, 9), max_delay=6, over="last")
    assert kept.counts[0, 6] == 1


def test_reports_of_tomorrow_are_not_known_today() -> None:
    told = nowcast.triangle(["2026-03-01"] * 2, ["2026-03-01", "2026-03-03"], as_of=date(2026, 3, 2), max_delay=5)
    assert np.nansum(told.counts) == 1


def test_the_curve_by_onset_greys_the_days_not_yet_reliable() -> None:
    people = reference.rows("nowcast/hus2011_linelist.csv")
    onsets, reports = ([date.fromisoformat(one[name]) for one in people] for name in ("dHosp", "dReport"))
    found = nowcast.by_onset(onsets, reports, as_of=date(2011, 6, 10), max_delay=D, reliable_share=0.8)
    assert found.grey_from is not None
    assert found.share[found.grey_from] < 0.8 <= found.share[found.grey_from - 1]
    assert found.unreliable[found.grey_from :].all()
    assert found.days[-1] == date(2011, 6, 10)
    assert found.nowcast[-1] > 0
    assert found.reported.sum() == sum(one <= date(2011, 6, 10) for one in reports)


BROKEN = [
    ([[1.0, np.nan, 2.0], [1.0, 1.0, 1.0]], "nowcast.gap", {"position": 1}),
    ([[1.0, 1.0], [np.nan, np.nan]], "nowcast.gap", {"position": 2}),
    ([[1.0, -1.0], [1.0, np.nan]], "series.negative", {"position": 1, "series": 1}),
    ([[1.0, 1.0], [0.5, np.nan]], "series.fraction", {"position": 2}),
    ([[1.0, np.inf], [1.0, np.nan]], "series.infinite", {}),
    ([[1.0, 2.0], [1e13, np.nan]], "series.too_large", {}),
    ([1.0, 2.0], "nowcast.shape", {}),
    ([["a", "b"]], "nowcast.shape", {}),
    ([[1.0], [2.0]], "nowcast.shape", {}),
]


@pytest.mark.parametrize(("counts", "code", "facts"), BROKEN)
def test_what_is_no_triangle_is_refused(counts: list[Any], code: str, facts: dict[str, Any]) -> None:
    for method in (nowcast.lawless, nowcast.chain_ladder, nowcast.bayes):
        with pytest.raises(Refused) as refused:
            method(counts)
        assert refused.value.problems[0].code == code
        assert facts.items() <= refused.value.problems[0].facts.items()


def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.problems[0].code


def test_line_lists_and_settings_that_make_no_sense_are_refused() -> None:
    day = date(2026, 3, 2)

    def listed(onsets: list[Any], reports: list[Any], **more: Any) -> str:
        asked: dict[str, Any] = {"as_of": day, "max_delay": 5} | more
        return code_of(lambda: nowcast.triangle(onsets, reports, **asked))

    assert listed(["2026-03-01"], []) == "nowcast.lengths"
    assert listed(["yesterday"], ["2026-03-01"]) == "nowcast.days"
    assert listed([], []) == "nowcast.nobody"
    assert listed(["2026-03-05"], ["2026-03-06"]) == "nowcast.nobody"
    assert listed(["0202-03-01"], ["2026-03-01"]) == "nowcast.span"
    assert listed([], [], first=date(2026, 4, 1)) == "nowcast.span"
    assert listed([], [], max_delay=0) == "number.out_of_range"
    assert listed([], [], over="squeeze") == "choice.unknown"
    counts = [[4.0, 1.0], [3.0, np.nan]]
    assert code_of(lambda: nowcast.Prior(0, 1)) == "nowcast.prior"
    assert code_of(lambda: nowcast.bayes(counts, most=2)) == "nowcast.above_most"
    assert code_of(lambda: nowcast.bayes(counts, alpha=0)) == "number.out_of_range"
    assert code_of(lambda: nowcast.bayes(counts, dispersion=0.5)) == "number.out_of_range"
    assert code_of(lambda: nowcast.bayes(counts, dispersion="wild")) == "choice.unknown"
    assert code_of(lambda: nowcast.lawless(counts, limits="wide")) == "choice.unknown"
    assert code_of(lambda: nowcast.lawless(counts, window=0)) == "number.out_of_range"

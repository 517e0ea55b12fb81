"""Detection against the field's own programs (异常探测参考结果): every entry of the set, within its tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lianfang.domain.analysis import detect
from tests.domain.analysis import reference

EARS = [
    *(f"{name}_ears_{setting}" for name in ("flu1918", "hus2011_hosp", "salmonella_agona")
      for setting in ("b7_ms0", "b7_ms0.5", "b28_ms0", "b7_ms1_a0.01")),
    *(f"flu2009_ears_{setting}" for setting in ("b7_ms0", "b7_ms0.5", "b7_ms1_a0.01")),
    "k1_ears_b7_ms0", "k1_ears_b7_ms0.5",
]  # fmt: skip
CUSUM = [
    *(f"k1_cusum_{trans}" for trans in ("standard", "rossi", "anscombe", "anscombe2nd", "none", "pearsonNegBin")),
    "salmonella_agona_cusum_glm_rossi",
]


def _entry(key: str) -> tuple[dict[str, Any], np.ndarray, str, slice]:
    """Settings, counts, the name of the output, and the places judged."""
    entry = reference.entry(key)
    file = entry["input"] if isinstance(entry["input"], str) else entry["input"][0]
    first, _, last = str(entry["params"].get("range", "1:")).partition(":")
    return (
        entry["params"],
        reference.column(file, "observed"),
        entry["output"],
        slice(int(first) - 1, int(last or 10**6)),
    )


def _alike(mine: np.ndarray, theirs: np.ndarray, *, rel: float) -> None:
    np.testing.assert_allclose(mine, theirs, rtol=rel, atol=rel * 0.1, equal_nan=True)


@pytest.mark.parametrize("key", EARS)
def test_ears_agrees_with_the_reference_and_offers_its_fault_only_when_asked(key: str) -> None:
    params, counts, output, _ = _entry(key)
    alpha = params["alpha"] if isinstance(params["alpha"], float) else None
    settings: dict[str, Any] = {"baseline": params["baseline"], "min_sigma": params["minSigma"], "alpha": alpha}
    found, as_theirs = detect.ears(counts, **settings), detect.ears(counts, **settings, compat="surveillance")
    for column, mine in (
        ("C1_upper", found.c1_upper), ("C2_upper", found.c2_upper), ("C2_stat", found.c2_stat),
        ("C3_stat", found.c3_stat), ("C3_upper", as_theirs.c3_upper),
    ):  # fmt: skip
        _alike(mine, reference.column(output, column), rel=1e-9)
    for column, alarm in (
        ("C1_alarm", found.c1_alarm), ("C2_alarm", found.c2_alarm), ("C3_alarm", as_theirs.c3_alarm),
        ("C3_stat_alarm", found.c3_alarm),
    ):  # fmt: skip
        theirs = reference.column(output, column)
        known = ~np.isnan(theirs)
        assert (alarm[known] == theirs[known]).all()


@pytest.mark.parametrize("key", CUSUM)
def test_cusum_agrees_with_the_reference(key: str) -> None:
    params, counts, output, judged = _entry(key)
    found = detect.cusum(
        counts, start=judged.start, k=params["k"], h=params["h"], m=params["m"], trans=params["trans"],
        dispersion=params.get("alpha", 0.1), freq=52,
    )  # fmt: skip
    _alike(found.cusum[judged], reference.column(output, "cusum"), rel=1e-6)
    assert (found.alarm[judged] == reference.column(output, "alarm")).all()


@pytest.mark.parametrize("key", ["k1_ewma", "flu1918_ewma"])
def test_ewma_agrees_with_the_reference(key: str) -> None:
    params, counts, output, _ = _entry(key)
    found = detect.ewma(counts, lam=params["lambda"], limit=params["L"], nb=params["nb"])
    _alike(found.ewma, reference.column(output, "ewma"), rel=1e-9)
    _alike(found.upper, reference.column(output, "ucl"), rel=1e-9)
    assert (found.alarm == reference.column(output, "alarm")).all()


@pytest.mark.parametrize("key", ["k1_bayes_b0w6", "k1_bayes_b2w4", "k1_rki_b2w4"])
def test_bayes_and_rki_agree_with_the_reference(key: str) -> None:
    params, counts, output, judged = _entry(key)
    settings: dict[str, Any] = {"b": params["b"], "w": params["w"], "act_y": params["actY"]}
    found = (
        detect.bayes(counts, **settings, alpha=params["alpha"]) if "bayes" in key else detect.rki(counts, **settings)
    )
    assert (found.upper[judged] == reference.column(output, "upper")).all()
    assert (found.alarm[judged] == reference.column(output, "alarm")).all()


@pytest.mark.parametrize("key", ["k1_outbreakP_value", "flu1918_outbreakP_value"])
def test_outbreakp_agrees_with_the_reference(key: str) -> None:
    params, counts, output, judged = _entry(key)
    found, as_theirs = detect.outbreakp(counts, k=params["k"]), detect.outbreakp(counts, compat="surveillance")
    for one in (found, as_theirs):
        _alike(one.value[judged], reference.column(output, "upper"), rel=1e-6)
        assert (one.alarm[judged] == reference.column(output, "alarm")).all()
    if reference.entry(key)["remark"]:  # the reference ends before its product runs out of numbers
        assert not np.isfinite(as_theirs.value[judged.stop]) and np.isfinite(found.log_value).all()


@pytest.mark.parametrize(("key", "kept"), [("k1_glrpois_value", "value"), ("k1_glrpois_cases", "cases")])
def test_poisson_glr_agrees_with_the_reference(key: str, kept: str) -> None:
    params, counts, output, judged = _entry(key)
    found = detect.glr(counts, start=judged.start, mu0=params["mu0"], c_arl=params["c.ARL"])
    _alike(getattr(found, kept)[judged], reference.column(output, "upper"), rel=1e-6)
    assert (found.alarm[judged] == reference.column(output, "alarm")).all()


def test_negative_binomial_glr_agrees_with_the_reference_and_keeps_the_ratio_where_its_steps_run_away() -> None:
    params, counts, output, judged = _entry("k1_glrnb_value")
    settings: dict[str, Any] = {"start": judged.start, "mu0": params["mu0"], "dispersion": params["alpha"]}
    theirs, alarms = reference.column(output, "upper"), reference.column(output, "alarm")
    as_theirs = detect.glr(counts, **settings, c_arl=params["c.ARL"], compat="surveillance")
    _alike(as_theirs.value[judged], theirs, rel=1e-6)
    assert (as_theirs.alarm[judged] == alarms).all()
    # Until the first place where the reference's steps fail (it says 0 where the ratio is 5.87) both are the same.
    found = detect.glr(counts, **settings).value[judged]
    failed = int(np.argmax((theirs == 0) & (found > 0)))
    _alike(found[:failed], theirs[:failed], rel=1e-6)
    assert failed > 10 and found[failed] == pytest.approx(5.87, abs=0.01)


@pytest.mark.parametrize("name", ["k1", "m3", "s1"])
def test_compared_methods_and_their_quality_agree_with_the_reference(name: str) -> None:
    _params, counts, _output, judged = _entry(f"{name}_compare")
    alarms, uppers, qualities = reference.entry(f"{name}_compare")["output"]
    state = reference.column(alarms, "state")
    told = {row["method"]: row for row in reference.rows(qualities)}
    for turn, (b, w, act_y) in enumerate(((0, 6, True), (1, 6, True), (2, 4, False)), start=1):
        for kind, method in (("rki", detect.rki), ("bayes", detect.bayes)):
            found = method(counts, b=b, w=w, act_y=act_y)
            assert (found.upper[judged] == reference.column(uppers, f"{kind}{turn}")).all()
            assert (found.alarm[judged] == reference.column(alarms, f"{kind}{turn}")).all()
            _same_quality(detect.quality(found.alarm[judged], state), told[f"{kind}{turn}"])


def _same_quality(found: detect.Quality, told: dict[str, str]) -> None:
    for theirs, mine in (("TP", found.tp), ("FP", found.fp), ("TN", found.tn), ("FN", found.fn), ("mlag", found.mlag)):
        assert float(told[theirs]) == mine
    for theirs, share in (("sens", found.sens), ("spec", found.spec), ("dist", found.dist)):
        expected = float(told[theirs]) if told[theirs] else np.nan
        assert share == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_settings_for_run_lengths_agree_with_the_reference() -> None:
    for row in reference.rows(reference.entry("cusum_design_find_kh")["output"]):
        found = detect.find_kh(arl0=float(row["ARL0"]), arl1=float(row["ARL1"]))
        assert (found.k, found.h) == pytest.approx((float(row["k"]), float(row["h"])), rel=1e-3)
    for row in reference.rows(reference.entry("ewma_design")["output"]):
        lam, arl0 = float(row["lambda"]), float(row["ARL0"])
        assert detect.ewma_limit(lam=lam, arl0=arl0) == pytest.approx(float(row["L_two"]), rel=1e-6)
        assert detect.ewma_limit(lam=lam, arl0=arl0, sided="one") == pytest.approx(float(row["L_one"]), rel=1e-6)

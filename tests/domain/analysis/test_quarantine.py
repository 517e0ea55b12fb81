"""The quarantine curve against R (隔离期曲线对照), and what must hold of any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.analysis import quarantine
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference


def parameters(params: dict[str, Any]) -> tuple[float, float]:
    """R's second parameter of gamma is the rate."""
    return params["par1"], 1 / params["par2"] if params["dist"] == "gamma" else params["par2"]


@pytest.mark.parametrize("key", ["lauer2020_lognormal", "gamma_shape5.81_scale0.95"])
def test_the_curve_agrees_with_the_reference(key: str) -> None:
    entry = reference.entry(key)
    days, width = (reference.column(entry["output"], name) for name in ("day", "exposure_window"))
    windows = np.unique(width)
    found = quarantine.curve(
        np.unique(days), dist=entry["params"]["dist"], parameters=parameters(entry["params"]), windows=windows
    )
    np.testing.assert_allclose(found.reshape(-1), reference.column(entry["output"], "p_onset_after"), rtol=1e-6)
    late = quarantine.undetected(found.reshape(-1), risk=[1, 0.1, 0.01])
    for place, risk in enumerate(("1", "0.1", "0.01")):
        theirs = reference.column(entry["output"], f"undetected_per_10000_risk{risk}")
        np.testing.assert_allclose(late[place], theirs, rtol=1e-6)


@given(st.sampled_from(["gamma", "lognormal", "weibull"]), st.floats(0.5, 6), st.floats(0.2, 3), st.floats(0, 10))
@settings(max_examples=60, deadline=None)
def test_a_longer_quarantine_or_exposure_leaves_less(dist: str, first: float, second: float, window: float) -> None:
    found = quarantine.curve(np.arange(30), dist=dist, parameters=(first, second), windows=(0, window, window + 1))
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert (np.diff(found, axis=-1) <= 1e-12).all()
    assert (np.diff(found, axis=0) <= 1e-9).all()


def test_what_is_left_after_the_day_that_leaves_one_in_a_hundred() -> None:
    days = quarantine.days_until(0.01, dist="lnorm", parameters=(1.621, 0.418))
    assert quarantine.curve([days], dist="lnorm", parameters=(1.621, 0.418))[0] == pytest.approx(0.01)


def test_the_infectiousness_left_after_release() -> None:
    left = quarantine.residual([0.0, 0.2, 0.5, 0.3], released=[0, 1, 2, 3, 4, 40])
    np.testing.assert_allclose(left, [1, 1, 0.8, 0.3, 0, 0], atol=1e-15)


def test_what_makes_no_curve_is_refused() -> None:
    cases: tuple[tuple[Callable[[], Any], str], ...] = (
        (lambda: quarantine.curve([1], dist="gamma", parameters=(0, 1)), "quarantine.parameters"),
        (lambda: quarantine.curve([1], dist="lnorm", parameters=(1, np.nan)), "quarantine.parameters"),
        (lambda: quarantine.curve([-1], dist="lnorm", parameters=(1, 1)), "series.negative"),
        (lambda: quarantine.curve([np.nan], dist="lnorm", parameters=(1, 1)), "series.gap"),
        (lambda: quarantine.curve([1], dist="normal", parameters=(1, 1)), "choice.unknown"),
        (lambda: quarantine.undetected([0.5], risk=2), "number.out_of_range"),
        (lambda: quarantine.residual([0.5, 0.2], released=[1]), "probability.sum"),
    )
    for call, code in cases:
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.problems[0].code == code

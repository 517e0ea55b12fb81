"""`lianfang bench analysis` (分析测量) at small size: it runs, and the plain loops answer what the product answers."""

from __future__ import annotations

import importlib

from lianfang.bench import analysis
from lianfang.interfaces.commands.bench import BENCHES, in_words

SERIES = 4


def test_every_method_of_the_issue_is_measured_beside_a_plain_loop_that_agrees() -> None:
    outcome = analysis.measured("S", SERIES)
    shown = outcome.as_json()
    apart = [bar for bar in shown["bars"] if "differ" in bar["bar"]]
    assert len(apart) >= 5
    assert all(bar["met"] for bar in apart), apart
    assert len(outcome.baseline) == 6  # Cori, EARS, Farrington, nowcast, delay, scenario
    assert shown["ratio"] > 0
    assert "R surveillance 1.20.3: 431 s for 1,000 series" in in_words(shown)


def test_the_bench_has_its_name_and_the_bars_of_the_issue_at_size_s() -> None:
    assert importlib.import_module(BENCHES["analysis"]) is analysis
    assert analysis.SIZES["S"] == 1000

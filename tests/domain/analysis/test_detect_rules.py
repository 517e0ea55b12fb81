"""Rules on windows and the false alarms they cost (聚集性规则与预计误报)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

import lianfang
from lianfang.demo.anchors import anchors
from lianfang.domain.analysis import detect
from lianfang.domain.refusals import Refused
from lianfang.kernel import detection_rules
from lianfang.kernel.policies.ops import default_policy

REPORT = st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 2))


@given(rows=st.lists(REPORT, max_size=40), window=st.integers(1, 5), minimum=st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_windows_count_each_person_once_whatever_the_order(
    rows: list[tuple[int, int, int]], window: int, minimum: int
) -> None:
    rule = detect.Rule("r", "fever", "class", window, minimum)
    held = {
        (place, day)
        for place in range(3)
        for day in range(30)
        if len({who for when, who, where in rows if where == place and day - window < when <= day}) >= minimum
    }
    for order in (rows, rows[::-1]):
        found = detect.reached(_reports(order), [rule])
        assert {(one.place, day) for one in found for day in range(one.first_day, one.last_day + 1)} == held


def _reports(rows: list[tuple[int, int, int]]) -> detect.Reports:
    days, people, places = (np.array([row[part] for row in rows], dtype=int) for part in range(3))
    return detect.reports_of(days=days, syndromes=["fever"] * len(rows), people=people, places={"class": places})


def test_J05_two_two_and_one_alike_on_three_days_reach_five_in_three_days_on_the_third() -> None:
    rows = [(1, 1, 0), (1, 2, 0), (2, 3, 0), (2, 4, 0), (3, 5, 0)]
    reports = _reports(rows)
    rules = [detect.Rule("one_day", "fever", "class", 1, 3), detect.Rule("three_days", "fever", "class", 3, 5)]
    assert detect.reached(reports, rules) == [detect.Reached("three_days", 0, 3, 3, 5)]


def test_three_absences_for_three_causes_and_unknown_places_reach_nothing() -> None:
    reports = detect.reports_of(
        days=[1] * 6, syndromes=["cough", "rash", "vomiting", "fever", "fever", "fever"], people=range(6),
        places={"class": [0, 0, 0, -1, -1, -1]},
    )  # fmt: skip
    rules = [detect.Rule(code, code, "class", 1, 3) for code in ("cough", "rash", "vomiting", "fever")]
    assert detect.reached(reports, rules) == []


def test_a_million_reports_are_counted_as_a_loop_would() -> None:
    draw = np.random.default_rng(7)
    days, people, places = (draw.integers(0, high, 20_000) for high in (60, 4000, 200))
    reports = detect.reports_of(days=days, syndromes=["rash"] * len(days), people=people, places={"class": places})
    found = detect.reached(reports, [detect.Rule("r", "rash", "class", 7, 15)])
    assert found
    for one in found[:20]:
        inside = (places == one.place) & (days <= one.first_day) & (days > one.first_day - 7)
        assert len(set(people[inside].tolist())) >= 15


def test_the_shipped_rules_have_numbers_sources_and_words_in_both_languages() -> None:
    rules = detection_rules.cluster_rules()
    assert len({rule.code for rule in rules}) == len(rules)
    assert ("measles", "campus", 10, 2) in {(one.syndrome, one.scope, one.days, one.minimum) for one in rules}
    assert {one.scope for one in rules} == {"class", "dormitory", "campus"}
    assert all(one.source and one.action and one.hours for one in rules)
    assert all(detection_rules.rule_title(one.code, tongue) != one.code for one in rules for tongue in ("zh", "en"))


@pytest.mark.parametrize(
    "wrong", [{"code": "x"}, {"code": "x", "syndrome": "a", "scope": "class", "days": 0, "minimum": 1}]
)
def test_a_rule_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        detect.rules_of({"rules": [wrong]})


OF_THE_PACK = {"absent": "absence", "influenza_like": "similar"}
"""What the demonstration calls it -> what the rule pack does."""


def model_province(signal: str) -> list[detect.Group]:
    """The classes of the model province, with the rates of quiet days that the rule pack gives."""
    percent = default_policy().quiet_percent
    rate = {kind.code: percent.get(f"{OF_THE_PACK[signal]}.{kind.code}") for kind in anchors().kinds}
    other = percent[f"{OF_THE_PACK[signal]}.other"]
    return [
        detect.Group(kind.code, kind.students / kind.mean_class, kind.mean_class, float(rate[kind.code] or other) / 100)
        for kind in anchors().kinds
        if kind.mean_class
    ]


def test_raw_absences_would_cost_a_province_1186_alarms_a_day_and_alike_symptoms_6() -> None:
    raw = detect.expected_false_alarms(model_province("absent"), minimum=3)
    assert round(raw.a_day) == 1186
    assert round(raw.of_groups[0]) == 1155  # kindergartens
    assert round(detect.expected_false_alarms(model_province("influenza_like"), minimum=3).a_day) == 6


def test_the_demonstration_falls_ill_at_the_rates_of_the_rule_pack() -> None:
    told = tomllib.loads((Path(lianfang.__file__).parent / "demo" / "province.toml").read_text("utf-8"))["behaviour"]
    for signal in OF_THE_PACK:
        assert all(group.rate == pytest.approx(told[signal][group.kind]) for group in model_province(signal))


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 0.3)), min_size=1, max_size=8), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_false_alarms_are_the_tails_of_all_classes_and_never_more_for_a_higher_minimum(
    classes: list[tuple[int, float]], minimum: int
) -> None:
    sizes, rates = [one[0] for one in classes], [one[1] for one in classes]
    found = detect.rule_false_alarms(sizes=sizes, rates=rates, minimum=minimum)
    assert found == pytest.approx(sum(binom.sf(minimum - 1, n, p) for n, p in classes), rel=1e-9, abs=1e-12)
    assert detect.rule_false_alarms(sizes=sizes, rates=rates, minimum=minimum + 1) <= found + 1e-12
    assert detect.rule_false_alarms(sizes=sizes, rates=rates, minimum=minimum, days=3) >= found - 1e-12


def test_false_alarms_of_charts_are_series_times_level_or_what_a_run_shows() -> None:
    assert detect.nominal_false_alarms(series=25_000, alpha=0.001) == 25
    shown = detect.simulated_false_alarms(lambda y: detect.ears(y).c1_alarm, mean=2.0, series=25_000, runs=300)
    assert shown.a_day > 10 * 25  # the level on paper is far from the real one on small counts
    again = detect.simulated_false_alarms(lambda y: detect.ears(y).c1_alarm, mean=2.0, series=25_000, runs=300)
    assert again == shown


def test_benjamini_hochberg_calls_what_the_paper_calls() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0000]  # fmt: skip
    called, adjusted = detect.benjamini_hochberg(p, fdr=0.05)
    assert called.tolist() == [True] * 4 + [False] * 11  # Benjamini & Hochberg 1995, section 4
    assert (np.diff(adjusted) >= 0).all()
    many, _ = detect.benjamini_hochberg([p, p[::-1]])
    assert many[0].tolist() == many[1][::-1].tolist() == called.tolist()


def test_tail_probabilities_are_those_of_quiet_counts() -> None:
    made = detect.expected.quiet_counts(mean=3.0, dispersion=0.4, shape=(400, 500), seed=3)
    assert detect.tail_probability(7, mean=3.0, dispersion=0.4) == pytest.approx((made >= 7).mean(), abs=0.002)


@pytest.mark.parametrize(
    ("sizes", "rates", "minimum", "field"),
    [
        ([27], [1.5], 3, "rates"),
        ([27], [0.1], 0, "minimum"),
        ([2.5], [0.1], 3, "sizes"),
        ([27], [np.nan], 3, "rates"),
    ],
)
def test_what_cannot_be_foretold_is_refused_by_its_field(
    sizes: list[float], rates: list[float], minimum: int, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        detect.rule_false_alarms(sizes=sizes, rates=rates, minimum=minimum)
    assert refused.value.problems[0].field == field

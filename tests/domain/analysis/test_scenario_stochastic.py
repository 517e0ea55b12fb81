"""Scenarios of an institution (班级宿舍推演测试): calibration, what each measure does, limits, and time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from lianfang.domain.analysis.scenario_stochastic import Assumed, Plan, School, compare, outcome, simulate
from lianfang.domain.refusals import Refused

ASSUMED = Assumed(
    at_desk=0.2, in_room=0.3, in_class=0.35, usual_desk=2, usual_room=6, usual_class=45, with_symptoms=0.65,
    before_symptoms=1, spread_of_times=0.6, quarantine=14,
)  # fmt: skip
PLAN = Plan(
    classes=12, class_size=45, desk=2, dormitory=6, imported=2, r=2.5, incubation=4, serial=5, tests=0,
    sensitivity=0.8, delay=1, contacts="none",
)  # fmt: skip


def cases(plan: Plan, *, assumed: Assumed = ASSUMED, runs: int = 120, **more: Any) -> float:
    return float(simulate(plan, assumed=assumed, days=90, runs=runs, **more).cases.mean())


def test_where_everybody_meets_everybody_the_final_size_is_the_known_one():
    mixed = replace(ASSUMED, at_desk=0, in_room=0, in_class=0, with_symptoms=0)
    plan = replace(PLAN, classes=40, r=2.0, imported=30)
    found = simulate(plan, assumed=mixed, days=200, runs=60)
    alone = 1 - 30 / plan.persons
    size = brentq(lambda share: 1 - alone * np.exp(-2 * share) - share, 0.1, 1)
    assert found.cases.mean() / plan.persons == pytest.approx(size, rel=0.01)


def test_one_case_infects_r_persons_in_the_institution_as_usual():
    """In its first 11 days, when nobody whom it infected infects yet, and hardly anybody is met twice."""
    fixed = replace(ASSUMED, with_symptoms=0, spread_of_times=0.0, before_symptoms=1.9)
    plan = replace(PLAN, classes=60, imported=1, r=2.0, incubation=30, serial=33)
    school = School(plan, fixed)
    assert (school.latent, school.infectious) == (pytest.approx(28.1), pytest.approx(9.8))
    found = simulate(plan, assumed=fixed, days=11, runs=3000)
    assert found.cases.mean() - 1 == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize(
    "measure",
    [
        {"desk": 1}, {"dormitory": 2}, {"tests": 3}, {"contacts": "near"}, {"contacts": "class"},
        {"r": 1.5}, {"tests": 7, "sensitivity": 0.95},
    ],
)  # fmt: skip
def test_every_measure_leaves_fewer_cases(measure: dict[str, Any]):
    assert cases(replace(PLAN, **measure)) < 0.97 * cases(PLAN)


def test_late_isolation_leaves_more_cases_and_a_better_test_fewer():
    assert cases(replace(PLAN, delay=6)) > cases(replace(PLAN, delay=0.5))
    weak, strong = (cases(replace(PLAN, tests=3, sensitivity=one)) for one in (0.3, 0.9))
    assert strong < weak


def test_without_transmission_only_those_who_came_in_are_cases():
    found = outcome(simulate(replace(PLAN, r=0), assumed=ASSUMED, runs=50))
    assert (found.cases.low, found.cases.middle, found.cases.high) == (2, 2, 2)
    assert found.no_further.middle == 1
    assert found.no_further.low > 0.9


def test_who_is_quarantined_loses_days_and_without_isolation_nobody_does():
    nobody = replace(ASSUMED, with_symptoms=0)
    assert simulate(PLAN, assumed=nobody, runs=30).days_lost.max() == 0
    near, whole = (simulate(replace(PLAN, contacts=one), assumed=ASSUMED, runs=60) for one in ("near", "class"))
    assert whole.quarantined.max() > near.quarantined.max() > 0
    assert simulate(PLAN, assumed=ASSUMED, runs=60).quarantined.max() == 0


def test_the_same_seed_gives_the_same_runs():
    first, again, other = (simulate(PLAN, assumed=ASSUMED, runs=20, seed=seed) for seed in (7, 7, 8))
    assert (first.infected == again.infected).all()
    assert not (first.infected == other.infected).all()


def test_a_plan_compared_with_itself_is_even_and_with_a_better_one_not():
    one, same = (simulate(PLAN, assumed=ASSUMED, runs=300, seed=seed) for seed in (1, 2))
    even = compare(one, same)
    assert even.fewer + even.same / 2 == pytest.approx(0.5, abs=0.07)
    assert compare(one, simulate(replace(PLAN, contacts="class"), assumed=ASSUMED, runs=300)).fewer > 0.7


def test_pairs_with_equally_many_cases_are_ties_and_no_win_of_either_plan():
    quiet = simulate(replace(PLAN, r=0.0), assumed=ASSUMED, runs=40)
    found = compare(quiet, simulate(replace(PLAN, r=0.0), assumed=ASSUMED, runs=40, seed=2))
    assert (found.fewer, found.same) == (0.0, 1.0)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 8), st.integers(1, 30), st.integers(1, 4), st.integers(0, 9), st.integers(1, 3), st.floats(0, 4),
    st.integers(0, 7), st.sampled_from(["none", "near", "class"]), st.integers(0, 99),
)  # fmt: skip
def test_nobody_is_infected_twice_and_nobody_comes_from_nowhere(
    classes, size, desk, dormitory, imported, r, tests, contacts, seed
):
    plan = replace(
        PLAN, classes=classes, class_size=size, desk=desk, dormitory=dormitory, imported=min(imported, classes * size),
        r=r, tests=tests, contacts=contacts,
    )  # fmt: skip
    found = simulate(plan, assumed=ASSUMED, days=40, runs=8, seed=seed)
    assert (found.cases <= plan.persons).all()
    assert (found.cases >= plan.imported).all()
    assert (found.isolated + found.quarantined <= plan.persons).all()
    assert (found.isolated <= found.infected.cumsum(axis=1)).all()


def test_neighbours_are_at_the_same_desk_or_in_the_same_room_of_the_same_class():
    school = School(replace(PLAN, class_size=9, desk=2, dormitory=4), ASSUMED)
    person = np.array([9, 17])
    of, others = school.near(person)
    assert set(others[of == 0]) & {10}
    assert (others // 9 == 1).all()
    assert 17 not in others[of == 1]
    assert len(others[of == 1]) == len(set(others[of == 1])) or school.beds[8] // 4 == school.beds[7] // 4


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"classes": 0}, "number.out_of_range", "classes"),
        ({"sensitivity": 1.5}, "number.out_of_range", "sensitivity"),
        ({"r": float("nan")}, "number.format", "r"), ({"contacts": "all"}, "choice.unknown", "contacts"),
        ({"classes": 1000, "class_size": 500}, "scenario.too_many", "classes"),
        ({"imported": 700}, "scenario.more_imported", "imported"),
        ({"incubation": 0.5}, "scenario.incubation_short", "incubation"),
        ({"serial": 2.0}, "scenario.serial_short", "serial"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_by_its_field(change, code, field):
    with pytest.raises(Refused) as refused:
        School(replace(PLAN, **change), ASSUMED)
    assert (refused.value.problems[0].code, refused.value.problems[0].field) == (code, field)


def test_more_cannot_be_infected_at_a_desk_and_in_a_room_than_sit_and_sleep_there():
    nowhere_else = replace(ASSUMED, at_desk=0.5, in_room=0.5, in_class=0.0)
    with pytest.raises(Refused, match="r_too_high"):
        simulate(replace(PLAN, r=8), assumed=nowhere_else)


def test_two_plans_for_the_largest_institution_take_less_than_five_seconds():
    large = replace(PLAN, classes=200, class_size=50, r=4.0, imported=5)
    began = time.process_time()
    for plan in (large, replace(large, desk=1)):
        simulate(plan, assumed=ASSUMED, days=90, runs=60)
    assert time.process_time() - began < 20  # 5 s alone on a machine

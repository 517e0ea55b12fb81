"""Chains of transmission (传播链测试): the reference outbreak, circles, impossible orders."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.cases.chains import (
    UNKNOWN_DAY,
    Chains,
    build,
    build_arrays,
    by_generation,
    listed,
    offspring_counts,
    summary,
)
from lianfang.domain.cases.picture import picture
from tests.domain.cases.reference import table

MONDAY = date(2026, 3, 2)


def forest(links: str, days: str = "") -> Chains:
    """Chains of cases A, B, ... by links as "AB BC", with onset `days` after Monday ("A0 B4"), all on Monday else."""
    names = sorted(set(links.replace(" ", "")))
    after = {one[0]: int(one[1:]) for one in days.split()}
    onset = {name: MONDAY + timedelta(days=after.get(name, 0)) for name in names}
    return build(onset, [(one[0], one[1]) for one in links.split()])


def hagelloch() -> Chains:
    rows = table("chains", "hagelloch_linelist.csv")
    days = np.array([int(row["day"]) for row in rows])
    return build_arrays(
        [row["case"] for row in rows], days, [(row["infector"], row["case"]) for row in rows if row["infector"]]
    )


def test_every_case_of_hagelloch_has_the_reference_root_generation_offspring_and_interval():
    chains = hagelloch()
    place = {one: at for at, one in enumerate(chains.ids)}
    for row in table("chains", "hagelloch_cases.csv"):
        at = place[row["case"]]
        interval = chains.interval[at]
        found = (chains.ids[chains.root[at]], chains.generation[at], chains.offspring[at])
        assert found == (row["root"], int(row["generation"]), int(row["offspring"])), row
        assert (np.isnan(interval) and not row["serial_interval"]) or interval == float(row["serial_interval"]), row


def test_the_chains_of_hagelloch_have_the_reference_sizes_and_figures():
    chains = hagelloch()
    rows = table("chains", "hagelloch_chains.csv")
    assert [(one.root, str(one.size), str(one.depth)) for one in listed(chains)] == [tuple(r.values()) for r in rows]
    wanted = {row["quantity"]: float(row["value"]) for row in table("chains", "hagelloch_summary.csv")}
    found = summary(chains)
    named = {
        "cases": found.cases, "chains": found.chains, "singletons": found.singletons, "max_size": found.max_size,
        "max_generation": found.max_generation, "mean_offspring": found.mean_offspring,
        "var_offspring": found.var_offspring, "si_n": found.intervals, "si_mean": found.interval_mean,
        "si_sd": found.interval_sd, "si_median": found.interval_median, "si_negative": found.intervals_negative,
    }  # fmt: skip
    assert named == pytest.approx(wanted, rel=1e-9)
    for (generation, cases, mean), row in zip(
        by_generation(chains), table("chains", "hagelloch_by_generation.csv"), strict=True
    ):
        assert (generation, cases) == (int(row["generation"]), int(row["cases"]))
        assert mean == pytest.approx(float(row["mean_offspring"]), rel=1e-9)


def test_offspring_counts_are_the_reference_ones():
    rows = table("offspring", "hagelloch_counts.csv")
    assert offspring_counts(hagelloch()) == [(int(row["offspring"]), int(row["cases"])) for row in rows]


def test_a_hundred_thousand_cases_take_at_most_a_second():
    count = 100_000
    ids = [f"{one:06d}" for one in range(count)]
    infector = (np.random.default_rng(7).random(count) * np.arange(count)).astype(int)
    links = [(ids[infector[one]], ids[one]) for one in range(100, count)]
    began = time.perf_counter()
    chains = build_arrays(ids, np.arange(count) // 100, links)
    assert summary(chains).cases == count
    assert listed(chains)[0].size > 1
    assert time.perf_counter() - began < 1


def test_a_circle_is_reported_and_cut_at_its_earliest_case():
    chains = forest("AB BC CA CD", "A2 B1 C5 D9")
    assert [(one.kind, set(one.cases)) for one in chains.troubles if one.kind == "cycle"] == [("cycle", set("ABC"))]
    assert {chains.ids[one] for one in chains.root} == {"B"}
    assert dict(zip(chains.ids, chains.generation, strict=True)) == {"B": 0, "C": 1, "A": 2, "D": 2}


def test_a_link_back_in_time_is_kept_and_reported():
    chains = forest("AB", "A5 B3")
    assert [(one.kind, one.cases) for one in chains.troubles] == [("order", ("B", "A"))]
    assert summary(chains).intervals_negative == 1
    assert listed(chains)[0].size == 2


def test_a_second_infector_a_link_to_oneself_and_to_nobody_are_reported():
    chains = build({"A": MONDAY, "B": MONDAY}, [("A", "B"), ("A", "B"), ("X", "B"), ("B", "B")])
    assert {one.kind for one in chains.troubles} == {"unknown_case", "self"}
    chains = forest("AC BC")
    assert [(one.kind, one.cases) for one in chains.troubles] == [("two_infectors", ("C", "B"))]


def test_an_unknown_day_gives_no_interval_and_no_impossible_order():
    chains = build({"A": None, "B": MONDAY}, [("A", "B")])
    assert chains.day[0] == UNKNOWN_DAY
    assert (summary(chains).intervals, chains.troubles) == (0, ())


def test_no_cases_make_no_chains():
    chains = build({}, [])
    assert (listed(chains), offspring_counts(chains), by_generation(chains)) == ([], [], [])
    assert summary(chains).mean_offspring is None


links = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


@given(links, st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=12, max_size=12))
def test_whatever_the_links_say_the_result_is_a_forest_that_holds_every_case_once(pairs, days):
    onset = {f"{n}": None if day is None else MONDAY + timedelta(days=day) for n, day in enumerate(days)}
    chains = build(onset, [(f"{a}", f"{b}") for a, b in pairs])
    assert sum(one.size for one in listed(chains)) == 12
    for at in range(12):
        steps, one = 0, at
        while chains.parent[one] >= 0:
            one, steps = chains.parent[one], steps + 1
            assert steps <= 12, "a circle is left"
        assert (chains.root[at], chains.generation[at]) == (one, steps)
    assert chains.offspring.sum() == (chains.parent >= 0).sum()


@given(links)
def test_the_order_of_links_changes_no_chain_when_everybody_has_one_infector(pairs):
    once = list({b: (f"{a}", f"{b}") for a, b in pairs}.values())
    onset = {f"{n}": MONDAY + timedelta(days=n) for n in range(12)}
    one, other = build(onset, once), build(onset, once[::-1])
    assert np.array_equal(one.root, other.root)
    assert np.array_equal(one.generation, other.generation)


def test_the_picture_stands_every_case_on_its_day_below_its_infector():
    chains = forest("AB AC BD", "A0 B4 C5 D9")
    drawn = picture(chains, 0, most=50)
    assert [(chains.ids[m.place], m.column, m.row, m.parent) for m in drawn.marks] == [
        ("A", 0, 0, -1), ("B", 4, 1, 0), ("D", 9, 2, 1), ("C", 5, 3, 0)
    ]  # fmt: skip
    assert (drawn.columns, drawn.rows) == (10, 4)


@pytest.mark.parametrize("most", [10, 40, 80, 500])
def test_a_large_chain_is_folded_and_loses_nobody(most):
    chains = hagelloch()
    root = list(chains.ids).index("184")
    drawn = picture(chains, root, most=most)
    assert sum(mark.folded or 1 for mark in drawn.marks) == 173
    assert len(drawn.marks) <= max(most, 173 if most > 173 else most + 2)
    assert all(mark.parent < at for at, mark in enumerate(drawn.marks))


def test_a_very_long_chain_is_drawn_without_running_out_of_room():
    count = 5000
    names = [f"{one}" for one in range(count)]
    onset = {name: MONDAY + timedelta(days=at) for at, name in enumerate(names)}
    chains = build(onset, list(pairwise(names)))
    assert sum(mark.folded or 1 for mark in picture(chains, 0, most=80).marks) == count

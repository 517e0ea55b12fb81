"""One to one (一对一): probabilities and choices beside counting all by hand; what a common name weighs."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.linkage import reconcile
from lianfang.domain.linkage.candidates import candidates
from lianfang.domain.linkage.clusters import grouped
from lianfang.domain.linkage.matching import Edges, _marginals, best
from lianfang.domain.linkage.table import prepared
from tests.domain.linkage.people import Person, listing, people
from tests.domain.reading import unhurried

Pairs = list[tuple[int, int]]


def edges(pairs: Pairs) -> Edges:
    ours, theirs = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return Edges(ours, theirs, np.zeros(len(pairs)))


def matchings(pairs: Pairs) -> list[tuple[int, ...]]:
    """Every choice of pairs in which nobody has two partners, as places."""
    return [
        chosen
        for size in range(len(pairs) + 1)
        for chosen in combinations(range(len(pairs)), size)
        if all(len({pairs[at][side] for at in chosen}) == size for side in (0, 1))
    ]


@pytest.mark.parametrize(
    ("pairs", "odds"),
    [
        ([(0, 0)], [19.0]),
        ([(0, 0), (0, 1)], [5.0, 5.0]),
        ([(0, 0), (0, 1), (1, 1)], [5.0, 5.0, 1e6]),
        ([(0, 0), (0, 1), (0, 2), (1, 2), (2, 2)], [1e20, 3.0, 0.5, 2.0, 1e3]),
    ],
    ids=["one pair", "two equal partners", "one is taken", "very large beside small"],
)
def test_probabilities_are_those_of_counting_all_possibilities(pairs: Pairs, odds: list[float]) -> None:
    every = matchings(pairs)
    weights = [float(np.prod([odds[at] for at in chosen])) for chosen in every]
    true = [
        sum(weight for chosen, weight in zip(every, weights, strict=True) if at in chosen) / sum(weights)
        for at in range(len(pairs))
    ]
    assert _marginals(edges(pairs), np.array(odds)) == pytest.approx(true, rel=1e-4)


@given(st.integers(0, 10_000))
@unhurried
def test_the_chosen_pairs_weigh_as_much_as_any(seed: int) -> None:
    random = Random(seed)  # noqa: S311 made pairs
    every = [(one, other) for one in range(4) for other in range(4)]
    pairs = random.sample(every, random.randint(1, 9))
    weight = np.array([random.choice([1.0, 2.0, 3.5, 7.0]) for _ in pairs])
    rank = np.array(random.sample(range(4), 4))
    chosen = np.flatnonzero(best(edges(pairs), weight, rank, rank)).tolist()
    assert tuple(chosen) in matchings(pairs)
    assert weight[chosen].sum() == max(weight[list(one)].sum() for one in matchings(pairs))


def test_rows_that_must_stay_apart_are_in_two_groups_and_the_better_pair_counts() -> None:
    left, right, score = np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([5.0, 9.0, 1.0])
    assert grouped(5, left, right, score).tolist() == [0, 0, 0, 1, 1]
    apart = grouped(5, left, right, score, apart=[(0, 2)])
    assert apart[1] == apart[2] != apart[0]
    assert apart[3] == apart[4]


def test_a_common_name_weighs_less_than_a_rare_one() -> None:
    rows: list[Person] = [{"name": "王伟", "birth": row["birth"]} for row in people(60)]
    rows += [{"name": "司马琳瑄", "birth": "1999-09-09"}, *[{**row, "id_no": None} for row in people(60, 3)]]
    found = reconcile(listing(rows), listing(rows))
    weights = {
        pair.row_ours: sum(one.weight for one in found.explain(pair) if "name" in one.field) for pair in found.pairs
    }
    assert weights[60] > weights[0] + 3


def test_blocks_too_large_to_compare_are_told() -> None:
    rows: list[Person] = [{"name": "王伟", "birth": f"2010-01-{at % 28 + 1:02d}"} for at in range(5_600)]
    found = candidates(prepared([listing(rows)]), pairs_a_row=1)
    assert ("letters", 1, 5_600 * 5_599 // 2) in [(one.key, one.blocks, one.pairs) for one in found.skipped]
    assert len(found.left) < 40_000

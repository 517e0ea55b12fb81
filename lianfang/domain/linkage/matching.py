"""One to one (一对一): how likely each pair is when nobody has two partners, and which pairs together fit best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lianfang.domain.linkage.listing import Rows

_ROUNDS: Final = 30
_PRIOR_ROUNDS: Final = 15
_NEVER_ALL: Final = 0.01
"""However well two lists agree, this share of each, and one at least, is thought to have no partner at first."""
_HALF: Final = 0.5
_DECIMALS: Final = 8
"""Weights that differ less are equal."""
_MOST_AT_ONCE: Final = 3_000
"""Groups of more persons than this are matched from the best pair down, not all at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Possible pairs of persons: their numbers, and as `score` the logarithm of the likelihood ratio."""

    ours: Rows
    theirs: Rows
    score: NDArray[np.float64]


def chances(edges: Edges, persons_ours: int, persons_theirs: int, *, expected: float) -> NDArray[np.float64]:
    """The probability of each pair when everybody has at most one partner.

    The prior follows from the number of matches, which is the sum of the probabilities; belief propagation on the graph
    of possible pairs gives them (Bethe approximation of the monomer-dimer model).
    """
    if not len(edges.score):
        return np.empty(0)
    found = np.empty(0)
    for _ in range(_PRIOR_ROUNDS):
        odds = np.exp(np.clip(edges.score + _prior(expected, persons_ours, persons_theirs), -200, 200))
        found = _marginals(edges, odds)
        expected, before = max(float(found.sum()), _HALF), expected
        if abs(expected - before) < 1e-4 * before:
            break
    return found


def _prior(matches: float, ours: int, theirs: int) -> float:
    """Log-odds of a pair: each of the matches is one of the pairs of those who are left without a partner."""
    left_ours = max(ours - matches, _NEVER_ALL * ours, 1.0)
    left_theirs = max(theirs - matches, _NEVER_ALL * theirs, 1.0)
    return float(np.log(matches) - np.log(left_ours) - np.log(left_theirs))


def _marginals(edges: Edges, odds: NDArray[np.float64]) -> NDArray[np.float64]:
    by_ours, by_theirs = _Others(edges.ours), _Others(edges.theirs)
    free_ours = free_theirs = np.ones(len(odds))
    for _ in range(_ROUNDS):
        next_ours = 1 / (1 + by_ours(odds * free_theirs))
        next_theirs = 1 / (1 + by_theirs(odds * free_ours))
        change = max(np.abs(next_ours - free_ours).max(), np.abs(next_theirs - free_theirs).max())
        free_ours, free_theirs = next_ours, next_theirs
        if change < 1e-6:  # noqa: PLR2004 settled
            break
    joint = odds * free_ours * free_theirs
    found: NDArray[np.float64] = joint / (1 + joint)
    return found


class _Others:
    """Sums of what the other pairs of the same person have, without losing small ones beside a large one."""

    def __init__(self, persons: Rows) -> None:
        self._order = np.argsort(persons, kind="stable")
        ordered = persons[self._order]
        self._begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        self._group = np.repeat(np.arange(len(self._begins)), np.diff(np.append(self._begins, len(ordered))))

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        ordered = values[self._order]
        largest = np.maximum.reduceat(ordered, self._begins)
        top = np.flatnonzero(ordered == largest[self._group])
        top = top[np.unique(self._group[top], return_index=True)[1]]
        rest = ordered.copy()
        rest[top] = 0.0
        small = np.add.reduceat(rest, self._begins)
        others = np.maximum(small[self._group] - rest, 0.0) + largest[self._group]
        others[top] = small
        found = np.empty_like(others)
        found[self._order] = others
        return found


def best(edges: Edges, weight: NDArray[np.float64], rank_ours: Rows, rank_theirs: Rows) -> NDArray[np.bool_]:
    """The pairs of the assignment with the largest sum of weights; equal sums are decided by the persons' ranks."""
    first, second = rank_ours[edges.ours], rank_theirs[edges.theirs]
    chosen = np.zeros(len(weight), bool)
    if np.sort(first).tolist() > np.sort(second).tolist():  # so that it does not matter which list is called ours
        return best(Edges(edges.theirs, edges.ours, edges.score), weight, rank_theirs, rank_ours)
    order = np.lexsort((second, first))
    chosen[order] = _best_in_order(edges.ours[order], edges.theirs[order], np.round(weight[order], _DECIMALS))
    return chosen


def _best_in_order(ours: Rows, theirs: Rows, weight: NDArray[np.float64]) -> NDArray[np.bool_]:
    chosen = np.zeros(len(ours), bool)
    if not len(ours):
        return chosen
    _, one = np.unique(ours, return_inverse=True)
    _, other = np.unique(theirs, return_inverse=True)
    nodes = one.max() + 1 + other.max() + 1
    graph = coo_array((np.ones(len(ours)), (one, one.max() + 1 + other)), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    group = labels[one]
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.append(True, np.diff(group[order]) != 0))
    sizes = np.diff(np.append(bounds, len(order)))
    chosen[order[bounds[sizes == 1]]] = True
    for begin, size in zip(bounds[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        members = order[begin : begin + size]
        chosen[members[_of_group(one[members], other[members], weight[members])]] = True
    return chosen


def _of_group(ours: Rows, theirs: Rows, weight: NDArray[np.float64]) -> Rows:
    """Places of the chosen pairs of one connected group."""
    one, other = _in_order(ours), _in_order(theirs)
    if one.max() + other.max() > _MOST_AT_ONCE:
        return _from_the_best_down(one, other, weight)
    gain = np.zeros((one.max() + 1, other.max() + 1))
    place = np.full(gain.shape, -1)
    gain[one, other], place[one, other] = np.maximum(weight, 0), np.arange(len(weight))
    found: Rows = place[linear_sum_assignment(gain, maximize=True)]
    chosen: Rows = found[found >= 0]
    return chosen


def _in_order(persons: Rows) -> Rows:
    """The persons numbered in the order in which they come."""
    _, first, place = np.unique(persons, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[place.reshape(-1)]


def _from_the_best_down(ours: Rows, theirs: Rows, weight: NDArray[np.float64]) -> Rows:
    taken_ours, taken_theirs = set[int](), set[int]()
    kept = []
    for at in np.argsort(-weight, kind="stable").tolist():
        if ours[at] not in taken_ours and theirs[at] not in taken_theirs:
            taken_ours.add(int(ours[at]))
            taken_theirs.add(int(theirs[at]))
            kept.append(at)
    return np.array(kept, np.int64)

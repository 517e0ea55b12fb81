"""Rows of one person inside a list (重复行): groups of rows that were joined, without joining what is forbidden."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lianfang.domain.linkage.listing import Rows


def grouped(
    rows: int, left: Rows, right: Rows, score: NDArray[np.float64], *, apart: Iterable[tuple[int, int]] = ()
) -> Rows:
    """A number of the person for each row: rows joined by the pairs share it, rows named `apart` never do.

    Where pairs would join two rows that must stay apart, the better pairs count first.
    """
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(rows, rows))
    _, labels = connected_components(graph, directed=False)
    labels = np.asarray(labels, np.int64)
    clashing = {int(labels[one]) for one, other in apart if labels[one] == labels[other]}
    if not clashing:
        return labels
    wrong = np.isin(labels[left], list(clashing))
    order = np.flatnonzero(wrong)[np.argsort(-score[wrong], kind="stable")]
    return _one_by_one(labels, np.stack([left[order], right[order]], axis=1), clashing, apart)


def _one_by_one(labels: Rows, pairs: Rows, clashing: set[int], apart: Iterable[tuple[int, int]]) -> Rows:
    """The groups that clash, built again pair by pair."""
    members = {row: {row} for row in np.flatnonzero(np.isin(labels, list(clashing))).tolist()}
    forbidden: dict[int, set[int]] = {}
    for one, other in apart:
        forbidden.setdefault(one, set()).add(other)
        forbidden.setdefault(other, set()).add(one)
    for one, other in pairs.tolist():
        first, second = members[one], members[other]
        if first is second or any(forbidden.get(row, set()) & second for row in first):
            continue
        first |= second
        for row in second:
            members[row] = first
    found = labels.copy()
    for row, group in members.items():
        found[row] = len(labels) + min(group)
    return np.unique(found, return_inverse=True)[1].reshape(-1)

"""Candidate pairs compared and weighed (比对与计权): levels, weights, rules and the model of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.candidates import Skipped, candidates
from lianfang.domain.linkage.frequencies import agreeing, pair_weights
from lianfang.domain.linkage.judged import Judged, judged, without_siblings
from lianfang.domain.linkage.levels import field_levels
from lianfang.domain.linkage.likeness import Level
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.matching import Edges, chances
from lianfang.domain.linkage.model import Evidence, Model, learnt, patterns, taught
from lianfang.domain.linkage.sample import sampled
from lianfang.domain.linkage.settings import Settings
from lianfang.domain.linkage.table import Table

BETWEEN, INSIDE_OURS, INSIDE_THEIRS = 0, 1, 2
_ROUNDS: Final = 15
_HALF: Final = 0.5
_LESSONS: Final = 3
"""How often the model is learnt again from pairs matched one to one."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Every candidate pair: rows of the table, its group, the sum of weights (natural logarithm), rules; the model."""

    table: Table
    left: Rows
    right: Rows
    group: NDArray[np.int8]
    score: NDArray[np.float64]
    judged: Judged
    model: Model
    skipped: tuple[Skipped, ...]


def compared(table: Table, settings: Settings) -> Compared:
    """Find, compare and weigh the pairs of a table."""
    found = candidates(table, pairs_a_row=settings.pairs_a_row)
    levels = field_levels(table, found.left, found.right, workers=settings.workers)
    group = _groups(table, found.left, found.right)
    evidence, pattern = _evidence(table, levels, group, settings)
    model = taught(evidence, most_rounds=settings.most_rounds)
    rules = judged(table, levels, found.left, found.right)
    pairs = Compared(table, found.left, found.right, group, np.empty(0), rules, model, found.skipped)
    pairs = _weighed(pairs, levels)
    for _ in range(_LESSONS if table.theirs else 0):
        pairs = _weighed(replace(pairs, model=_one_to_one(pairs, evidence, pattern)), levels)
    likely = pairs.score + pairs.model.prior()[group] >= log(settings.accept / (1 - settings.accept))
    return replace(pairs, judged=without_siblings(rules, likely, group))


def _weighed(pairs: Compared, levels: Mapping[str, Level]) -> Compared:
    weights = pair_weights(pairs.table, pairs.model, levels, pairs.left, pairs.right)
    return replace(pairs, score=np.sum([np.zeros(len(pairs.left)), *weights.values()], axis=0))


def _one_to_one(pairs: Compared, evidence: Evidence, pattern: Rows) -> Model:
    """The model learnt once more, knowing that a row has hardly more than one partner in the other list."""
    chance = np.zeros(len(pairs.left))
    for group in (INSIDE_OURS, INSIDE_THEIRS):
        at, found = inside_chances(pairs, group)
        chance[at] = found
    at = np.flatnonzero(pairs.group == BETWEEN)
    edges = Edges(pairs.left[at], pairs.right[at], pairs.score[at])
    chance[at] = chances(
        edges, pairs.table.ours, pairs.table.theirs + pairs.table.beyond, expected=float(pairs.model.matches[BETWEEN])
    )
    size = evidence.candidates.counts.shape[1]
    groups = (BETWEEN, INSIDE_OURS, INSIDE_THEIRS)
    expected = [np.bincount(pattern, weights=chance * (pairs.group == group), minlength=size) for group in groups]
    return learnt(pairs.model, evidence, np.array(expected))


def _groups(table: Table, left: Rows, right: Rows) -> NDArray[np.int8]:
    inside = np.where(left < table.ours, INSIDE_OURS, INSIDE_THEIRS)
    return np.where((left < table.ours) & (right >= table.ours), BETWEEN, inside).astype(np.int8)


def _evidence(
    table: Table, levels: Mapping[str, Level], group: NDArray[np.int8], settings: Settings
) -> tuple[Evidence, Rows]:
    """What the model is taught from, and the pattern of each pair."""
    first, second = sampled(table, settings.sampled_pairs)
    by_chance = field_levels(table, first, second, workers=settings.workers)
    found, pattern = patterns(levels, [group == one for one in (BETWEEN, INSIDE_OURS, INSIDE_THEIRS)])
    ours, theirs = table.ours, table.theirs + table.beyond
    sizes = [ours * theirs, ours * (ours - 1) / 2, theirs * (theirs - 1) / 2]
    everybody = patterns(by_chance, [np.ones(len(first), bool)])[0]
    return Evidence(found, everybody, agreeing(table), np.array(sizes, float)), pattern


def inside_chances(pairs: Compared, group: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Places of a group's pairs and the probability of each, where a person may have any number of rows."""
    at = np.flatnonzero(pairs.group == group)
    size, matches = pairs.model.pairs[group], pairs.model.matches[group]
    found = np.zeros(len(at))
    for _ in range(_ROUNDS):
        prior = np.log(matches) - np.log(max(size - matches, _HALF))
        found = 1 / (1 + np.exp(-np.clip(pairs.score[at] + prior, -500, 500)))
        matches = max(float(found.sum()), _HALF)
    return at, found

"""Fellegi-Sunter model (概率匹配模型): how often a field agrees between rows of one person and of two, by EM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.levels import NAMED
from lianfang.domain.linkage.likeness import EQUAL, Level

Share: TypeAlias = NDArray[np.float64]

_EQUAL_AT_FIRST: Final = 0.9
_DIFFERENT_AT_FIRST: Final = 0.02
_LIKE_A_PRIORI: Final = 5.0
"""The first guess of how one person's rows agree weighs as much as this many matching pairs."""
_HALF: Final = 0.5
_STILL: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Distinct patterns of levels: one row a pattern, one column a field; how many pairs of each group have it."""

    fields: tuple[str, ...]
    levels: NDArray[np.int8]
    counts: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What the lists taught: `same` and `other` are the shares of each level among rows of one person and of two.

    `matches` and `pairs` count the expected matches and all pairs by group (between the lists, inside ours, inside
    theirs). Index 0 of each share is the level "missing", which weighs nothing.
    """

    fields: tuple[str, ...]
    same: Mapping[str, Share]
    other: Mapping[str, Share]
    matches: NDArray[np.float64]
    pairs: NDArray[np.float64]

    def weights(self, field: str) -> NDArray[np.float64]:
        """Natural logarithm of same/other by level; 0 for missing."""
        found: NDArray[np.float64] = np.log(self.same[field] / self.other[field])
        found[0] = 0.0
        return found

    def prior(self) -> NDArray[np.float64]:
        """Log-odds that a pair taken at random from a group is one person."""
        return np.log(self.matches) - np.log(np.maximum(self.pairs - self.matches, _HALF))


def patterns(levels: Mapping[str, Level], groups: Sequence[NDArray[np.bool_]]) -> tuple[Patterns, NDArray[np.int64]]:
    """The distinct patterns, counted by group, and which one each pair has."""
    fields = tuple(name for name in NAMED if name in levels)
    code = np.zeros(len(groups[0]), np.int64)
    for name in fields:
        code = code * len(NAMED[name]) + levels[name]
    distinct, place = np.unique(code, return_inverse=True)
    columns = []
    for name in reversed(fields):
        columns.append((distinct % len(NAMED[name])).astype(np.int8))
        distinct = distinct // len(NAMED[name])
    counts = [np.bincount(place[group], minlength=len(distinct)) for group in groups]
    rows = np.stack(columns[::-1], axis=1) if columns else np.empty((len(distinct), 0), np.int8)
    return Patterns(fields, rows, np.array(counts, float)), place.reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the model is taught from: patterns of candidate pairs and of sampled pairs, and all pairs that agree.

    `agreeing[field]` counts, for the levels from 1 on that can be counted in all pairs, how many pairs have them.
    `pairs` is the number of all pairs by group.
    """

    candidates: Patterns
    sampled: Patterns
    agreeing: Mapping[str, Sequence[float]]
    pairs: NDArray[np.float64]


def taught(evidence: Evidence, *, most_rounds: int) -> Model:
    """The model by expectation and maximisation; pairs that are no candidates count as two persons."""
    model = _first(evidence)
    for _ in range(most_rounds):
        before, model = model, _better(model, evidence)
        if np.abs(model.matches - before.matches).max() <= _STILL * (1 + model.matches.max()):
            break
    return model


def _first(evidence: Evidence) -> Model:
    fields = evidence.candidates.fields
    same = {name: _guess(name) for name in fields}
    nobody = np.zeros(len(evidence.sampled.levels)), np.zeros((len(evidence.pairs), len(evidence.candidates.levels)))
    other = {name: _other(evidence, at, *nobody) for at, name in enumerate(fields)}
    matches = np.minimum(np.maximum(np.sqrt(evidence.pairs) / 2, _HALF), np.maximum(evidence.pairs / 2, _HALF))
    return Model(fields, same, other, matches, evidence.pairs)


def _guess(name: str) -> Share:
    """Equal mostly, rarely different, and the rest between."""
    size = len(NAMED[name])
    share = np.full(size, (1 - _EQUAL_AT_FIRST - _DIFFERENT_AT_FIRST) / max(size - 3, 1))
    share[EQUAL], share[-1] = _EQUAL_AT_FIRST, _DIFFERENT_AT_FIRST
    if size == 3:  # noqa: PLR2004 missing, equal, different
        share[-1] = 1 - _EQUAL_AT_FIRST
    return share


def scores(model: Model, patterns_: Patterns) -> NDArray[np.float64]:
    """Sum of weights of each pattern."""
    total = np.zeros(len(patterns_.levels))
    for at, name in enumerate(patterns_.fields):
        total += model.weights(name)[patterns_.levels[:, at]]
    return total


def _chance(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))


def _better(model: Model, evidence: Evidence) -> Model:
    chance = _chance(scores(model, evidence.candidates)[None, :] + model.prior()[:, None])
    return learnt(model, evidence, evidence.candidates.counts * chance)


def learnt(model: Model, evidence: Evidence, expected: NDArray[np.float64]) -> Model:
    """The next model, from how many pairs of each group and pattern are expected to be one person."""
    by_chance = _chance(scores(model, evidence.sampled) + model.prior()[0])
    fields = evidence.candidates.fields
    total = expected.sum(axis=0)
    same = {name: _same(name, evidence.candidates.levels[:, at], total) for at, name in enumerate(fields)}
    other = {name: _other(evidence, at, by_chance, expected) for at, name in enumerate(fields)}
    matches = np.maximum(expected.sum(axis=1), _HALF)
    return Model(fields, same, other, matches, model.pairs)


def _same(name: str, levels: Level, expected: NDArray[np.float64]) -> Share:
    found = np.bincount(levels, weights=expected, minlength=len(NAMED[name])) + _LIKE_A_PRIORI * _guess(name)
    found[0] = 0.0
    share: Share = np.asarray(found / found.sum(), np.float64)
    share[0] = 1.0
    return np.asarray(share, np.float64)


def _other(evidence: Evidence, at: int, by_chance: NDArray[np.float64], expected: NDArray[np.float64]) -> Share:
    """Levels that can be counted in all pairs, less the matches among them; the rest in proportion to the sample."""
    name = evidence.sampled.fields[at]
    size = len(NAMED[name])
    weight = evidence.sampled.counts.sum(axis=0) * (1 - by_chance)
    share = np.bincount(evidence.sampled.levels[:, at], weights=weight, minlength=size) + _HALF / size
    counted = np.array(evidence.agreeing.get(name, ()))
    matched = np.bincount(evidence.candidates.levels[:, at], weights=expected.sum(axis=0), minlength=size)
    both_said = max(evidence.agreeing[f"{name} said"][0] - matched[1:].sum(), 1.0)
    exact = np.maximum(counted - matched[1 : 1 + len(counted)], _HALF) / both_said
    rest = share[1 + len(counted) :]
    share[1 + len(counted) :] = rest / rest.sum() * max(1 - exact.sum(), _HALF / both_said)
    share[1 : 1 + len(counted)] = exact
    share[0] = 1.0
    return np.asarray(share, np.float64)

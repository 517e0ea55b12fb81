"""Pairs of persons between the lists (跨表人员对): the best pair of rows for each, its probability and its rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.compared import BETWEEN, Compared
from lianfang.domain.linkage.judged import BY_CHANCE, BY_PEOPLE, CERTAINTY, RULES, same_number
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.matching import Edges, best, chances
from lianfang.domain.linkage.persons import Inside
from lianfang.domain.linkage.settings import Ruling, Settings

_CERTAIN: Final = 150.0
"""The score of what people decided: beyond all evidence."""
_LEAST_LIKELY: Final = 1e-9
"""Less likely pairs take no part, even though matching one to one makes likely what is left over."""
_LEAST_WEIGHT: Final = 1e-3
_MORE_LIKELY_THAN_NOT: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PersonPairs:
    """Pairs of persons: numbers of the persons, rows of the table that stand for them, and how it was decided."""

    ours: Rows
    theirs: Rows
    left: Rows
    right: Rows
    score: NDArray[np.float64]
    chance: NDArray[np.float64]
    held: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    found_by: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Pairs of rows between the lists with their persons, decisions included."""

    ours: Rows
    theirs: Rows
    left: Rows
    right: Rows
    score: NDArray[np.float64]
    held: NDArray[np.bool_]
    rules: NDArray[np.int8]
    """Place of the rule in RULES + (decision, none)."""

    def take(self, at: Rows | NDArray[np.bool_]) -> _Rows:
        return _Rows(*(getattr(self, name)[at] for name in self.__dataclass_fields__))


def person_pairs(
    pairs: Compared, ours: Inside, theirs: Inside, settings: Settings, rulings: Sequence[Ruling], rank: Rows
) -> PersonPairs:
    """The pairs of persons, those chosen marked.

    One valid number of two persons who are not alike is for people to look at, however unlikely they are one person.
    """
    rows = _between(pairs, ours, theirs, rulings)
    likely = rows.score + pairs.model.prior()[BETWEEN] > np.log(_LEAST_LIKELY)
    rows = _best_rows(rows.take(likely | _claimed(pairs, rows)), rank)
    edges = Edges(rows.ours, rows.theirs, rows.score)
    chance = chances(edges, ours.count, theirs.count + pairs.table.beyond, expected=float(pairs.model.matches[BETWEEN]))
    chance = _raised(rows, chance)
    shown = np.flatnonzero((chance >= settings.review) | _claimed(pairs, rows))
    chosen = np.zeros(len(chance), bool)
    chosen[shown] = _best(pairs, rows.take(shown), chance[shown], rank)
    found_by = [(*RULES, BY_PEOPLE, BY_CHANCE)[rule] for rule in rows.rules.tolist()]
    return PersonPairs(rows.ours, rows.theirs, rows.left, rows.right, rows.score, chance, rows.held, chosen, found_by)


def _claimed(pairs: Compared, rows: _Rows) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = rows.held & same_number(pairs.table, rows.left, rows.right)
    return found


def _between(pairs: Compared, ours: Inside, theirs: Inside, rulings: Sequence[Ruling]) -> _Rows:
    at = np.flatnonzero(pairs.group == BETWEEN)
    offset = pairs.table.ours
    left, right = pairs.left[at], pairs.right[at]
    rules = np.full(len(at), len(RULES) + 1, np.int8)
    for place, rule in reversed(list(enumerate(RULES))):
        rules[pairs.judged.rules[rule][at]] = place
    rows = _Rows(
        ours.persons[left], theirs.persons[right - offset], left, right, pairs.score[at], pairs.judged.held[at], rules
    )
    return _ruled(rows, ours, theirs, rulings, offset) if rulings else rows


def _ruled(rows: _Rows, ours: Inside, theirs: Inside, rulings: Sequence[Ruling], offset: int) -> _Rows:
    """Decisions in the place of evidence: persons kept apart are no pair, persons joined are one."""
    decided = {(int(ours.persons[one.row_ours]), int(theirs.persons[one.row_theirs])) for one in rulings}
    open_ = [pair not in decided for pair in zip(rows.ours.tolist(), rows.theirs.tolist(), strict=True)]
    rest = rows.take(np.array(open_, bool))
    same = [one for one in rulings if one.same]
    left, right = (np.array([getattr(one, name) for one in same], np.int64) for name in ("row_ours", "row_theirs"))
    joined = _Rows(
        ours.persons[left],
        theirs.persons[right],
        left,
        right + offset,
        np.full(len(same), _CERTAIN),
        np.zeros(len(same), bool),
        np.full(len(same), len(RULES), np.int8),
    )
    return _Rows(*(np.append(getattr(rest, name), getattr(joined, name)) for name in _Rows.__dataclass_fields__))


def _best_rows(rows: _Rows, rank: Rows) -> _Rows:
    """For each two persons the pair of rows that says most; equal ones by content."""
    order = np.lexsort((rank[rows.right], rank[rows.left], rows.rules, -rows.score, rows.theirs, rows.ours))
    rows = rows.take(order)
    first = np.append(True, (np.diff(rows.ours) != 0) | (np.diff(rows.theirs) != 0))[: len(rows.ours)]
    return rows.take(first)


def _raised(rows: _Rows, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a rule joins is at least as certain as the rule, when the rule names no other partner for either."""
    raised = chance.copy()
    raised[rows.rules == len(RULES)] = 1.0
    for place, rule in enumerate(RULES):
        at = np.flatnonzero(
            (rows.rules == place) & ~rows.held & (chance >= (0 if place == 0 else _MORE_LIKELY_THAN_NOT))
        )
        alone = _only(rows.ours[at]) & _only(rows.theirs[at])
        raised[at[alone]] = np.maximum(raised[at[alone]], CERTAINTY[rule])
    return raised


def _only(persons: Rows) -> NDArray[np.bool_]:
    _, place, counts = np.unique(persons, return_inverse=True, return_counts=True)
    once: NDArray[np.bool_] = counts[place] == 1
    return once


def _best(pairs: Compared, rows: _Rows, chance: NDArray[np.float64], rank: Rows) -> NDArray[np.bool_]:
    """The best assignment; which list comes first does not matter, as the one whose content ranks lower always does."""
    weight = np.maximum(np.log(chance / np.maximum(1 - chance, 1e-12)) + rows.score, _LEAST_WEIGHT)
    return best(Edges(rows.left, rows.right, rows.score), weight, rank, rank)

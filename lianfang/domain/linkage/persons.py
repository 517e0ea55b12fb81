"""Persons of both lists (人员归并): rows of one person in a list become one before the lists are matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.clusters import grouped
from lianfang.domain.linkage.compared import INSIDE_OURS, INSIDE_THEIRS, Compared, inside_chances
from lianfang.domain.linkage.judged import BY_NUMBER
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.settings import Ruling, Settings


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Persons of one list: the person's number of each row, and the pairs of rows with their probabilities."""

    persons: Rows
    left: Rows
    right: Rows
    chance: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many persons there are."""
        return int(self.persons.max(initial=-1)) + 1

    def groups(self) -> list[Rows]:
        """Rows of each person who has more than one, in order of their first row."""
        order = np.argsort(self.persons, kind="stable")
        begins = np.flatnonzero(np.append(True, np.diff(self.persons[order]) != 0)) if len(order) else order
        found = [rows for rows in np.split(order, begins[1:]) if len(rows) > 1]
        return sorted(found, key=lambda rows: int(rows[0]))

    def probability(self, rows: Rows) -> float:
        """How likely it is that these rows of a group are one person: the strongest chain's weakest pair."""
        chosen = np.isin(self.left, rows) & np.isin(self.right, rows)
        return _weakest_needed(rows, self.left[chosen], self.right[chosen], self.chance[chosen])


def _weakest_needed(rows: Rows, left: Rows, right: Rows, chance: NDArray[np.float64]) -> float:
    joined = {int(row): {int(row)} for row in rows.tolist()}
    for at in np.argsort(-chance, kind="stable").tolist():
        one, other = joined[int(left[at])], joined[int(right[at])]
        if one is other:
            continue
        one |= other
        for row in other:
            joined[row] = one
        if len(one) == len(rows):
            return float(chance[at])
    return 1.0


def inside(pairs: Compared, group: int, settings: Settings, rulings: Sequence[Ruling] = ()) -> Inside:
    """The persons of one list, after what people decided."""
    offset = 0 if group == INSIDE_OURS else pairs.table.ours
    size = pairs.table.ours if group == INSIDE_OURS else pairs.table.theirs
    at, chance = inside_chances(pairs, group)
    left, right = pairs.left[at] - offset, pairs.right[at] - offset
    held = pairs.judged.held[at]
    joined = (chance >= settings.accept) & ~held | pairs.judged.rules[BY_NUMBER][at] & (chance >= settings.review)
    same, apart = _ruled(rulings, group)
    score = np.append(pairs.score[at][joined], np.full(len(same), np.inf))
    first = np.append(left[joined], [one for one, _ in same]).astype(np.int64)
    second = np.append(right[joined], [other for _, other in same]).astype(np.int64)
    apart += list(zip(left[held].tolist(), right[held].tolist(), strict=True))
    return Inside(grouped(size, first, second, score, apart=apart), left, right, chance)


def _ruled(rulings: Sequence[Ruling], group: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Rows of this list that decisions make one person or keep apart, by way of a row of the other list."""
    by_other: dict[int, tuple[list[int], list[int]]] = {}
    for ruling in rulings:
        own, other = ruling.row_ours, ruling.row_theirs
        if group == INSIDE_THEIRS:
            own, other = other, own
        by_other.setdefault(other, ([], []))[0 if ruling.same else 1].append(own)
    same = [(yes[0], row) for yes, _ in by_other.values() for row in yes[1:]]
    apart = [(one, row) for yes, no in by_other.values() for one in yes for row in no]
    return same, apart

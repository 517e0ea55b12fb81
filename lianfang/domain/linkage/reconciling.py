"""Two lists reconciled, one list freed of duplicates (双向核对): the steps in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import log

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.compared import INSIDE_OURS, INSIDE_THEIRS, Compared, compared
from lianfang.domain.linkage.conflicts import compared_columns, conflicts
from lianfang.domain.linkage.edges import PersonPairs, person_pairs
from lianfang.domain.linkage.large import is_large, worth_comparing
from lianfang.domain.linkage.listing import Listing, Rows
from lianfang.domain.linkage.persons import Inside, inside
from lianfang.domain.linkage.result import Duplicates, ExpectedErrors, Kind, Pair, Reconciliation
from lianfang.domain.linkage.sample import content_ranks
from lianfang.domain.linkage.settings import Progress, Ruling, Settings
from lianfang.domain.linkage.table import prepared


def reconcile(
    ours: Listing,
    theirs: Listing,
    settings: Settings = Settings(),  # noqa: B008 frozen
    *,
    rulings: Sequence[Ruling] = (),
    progress: Progress | None = None,
) -> Reconciliation:
    """Put two lists beside each other, person by person, in both directions.

    The result depends on neither the order of rows nor on chance. IndexError when a ruling names a row that is not
    there.
    """
    _check(rulings, ours, theirs)
    if is_large(ours, theirs, settings):
        return _beside_large(ours, theirs, settings, rulings, progress)
    if is_large(theirs, ours, settings):
        back = [Ruling(one.row_theirs, one.row_ours, one.same) for one in rulings]
        return _beside_large(theirs, ours, settings, back, progress).mirrored()
    return _reconciled(ours, theirs, settings, rulings, progress)


def _beside_large(
    ours: Listing, theirs: Listing, settings: Settings, rulings: Sequence[Ruling], progress: Progress | None
) -> Reconciliation:
    """Only the rows of the large list that share something with ours are compared; the others are only theirs."""
    tell = _teller(progress)
    rows, skipped = worth_comparing(ours, theirs, settings, partial(tell, "search"))
    rows = np.union1d(rows, np.array([one.row_theirs for one in rulings], np.int64))
    place = {int(row): at for at, row in enumerate(rows.tolist())} if rulings else {}
    moved = [Ruling(one.row_ours, place[one.row_theirs], one.same) for one in rulings]
    found = _reconciled(ours, theirs.take(rows), settings, moved, progress, len(theirs) - len(rows))
    return found.placed(rows, len(theirs), skipped)


def _reconciled(
    ours: Listing,
    theirs: Listing,
    settings: Settings,
    rulings: Sequence[Ruling],
    progress: Progress | None,
    beyond: int = 0,
) -> Reconciliation:
    tell = _teller(progress)
    tell("read", 0, len(ours) + len(theirs))
    table = prepared([ours, theirs], beyond=beyond)
    tell("compare", 0, table.rows)
    pairs = compared(table, settings)
    tell("match", 0, len(pairs.left))
    sides = inside(pairs, INSIDE_OURS, settings, rulings), inside(pairs, INSIDE_THEIRS, settings, rulings)
    rank = content_ranks(table)
    found = person_pairs(pairs, *sides, settings, rulings, rank)
    tell("report", 0, len(found.chance))
    result = _Report(ours, theirs, settings, pairs, sides, rank).of(found)
    tell("report", len(found.chance), len(found.chance))
    return result


def dedupe(listing: Listing, settings: Settings = Settings()) -> tuple[Duplicates, ...]:  # noqa: B008 frozen
    """Rows of one person inside a list, each group with its probability, in order of the first row."""
    pairs = compared(prepared([listing]), settings)
    return _duplicates(inside(pairs, INSIDE_OURS, settings))


def link(ours: Listing, theirs: Listing, settings: Settings = Settings()) -> list[tuple[int, int]]:  # noqa: B008 frozen
    """All pairs of rows, one of each list, that are accepted as one person."""
    return reconcile(ours, theirs, settings).row_pairs()


def _teller(progress: Progress | None) -> Progress:
    return progress or (lambda _step, _done, _of: None)


def _check(rulings: Sequence[Ruling], ours: Listing, theirs: Listing) -> None:
    for ruling in rulings:
        if not (0 <= ruling.row_ours < len(ours) and 0 <= ruling.row_theirs < len(theirs)):
            raise IndexError(f"a decision names rows {ruling.row_ours} and {ruling.row_theirs}, which are not there")


def _duplicates(side: Inside) -> tuple[Duplicates, ...]:
    return tuple(Duplicates(tuple(rows.tolist()), side.probability(rows)) for rows in side.groups())


@dataclass(frozen=True, slots=True, eq=False)
class _Report:
    """What is needed to say what was found."""

    ours: Listing
    theirs: Listing
    settings: Settings
    pairs: Compared
    sides: tuple[Inside, Inside]
    rank: Rows

    def of(self, found: PersonPairs) -> Reconciliation:
        shown = np.flatnonzero(found.chosen)
        shown = shown[np.lexsort((found.right[shown], found.left[shown]))]
        accepted = (found.chance >= self.settings.accept) & ~found.held
        taken = np.zeros(len(found.chance), bool)
        taken[shown] = accepted[shown]
        one, other = self.sides
        return Reconciliation(
            pairs=self._pairs(found, shown, accepted),
            only_ours=self._alone(one, found.ours[shown], 0),
            only_theirs=self._alone(other, found.theirs[shown], self.pairs.table.ours),
            duplicates_ours=_duplicates(one),
            duplicates_theirs=_duplicates(other),
            expected_errors=ExpectedErrors(float((1 - found.chance[taken]).sum()), float(found.chance[~taken].sum())),
            skipped=self.pairs.skipped,
            rows_ours=len(self.ours),
            rows_theirs=len(self.theirs),
            _table=self.pairs.table,
            _model=self.pairs.model,
        )

    def _pairs(self, found: PersonPairs, shown: Rows, accepted: NDArray[np.bool_]) -> tuple[Pair, ...]:
        columns = compared_columns(self.ours, self.theirs, self.settings)
        offset = self.pairs.table.ours
        pairs = []
        for at in shown.tolist():
            one, other = int(found.left[at]), int(found.right[at]) - offset
            differ = conflicts(
                self.ours, one, self.theirs, other, columns=columns, tolerance=self.settings.date_tolerance_days
            )
            kind: Kind = ("conflict" if differ else "agree") if accepted[at] else "possible"
            weight, chance = float(found.score[at]) / log(2), float(found.chance[at])
            pairs.append(Pair(one, other, weight, chance, kind, found.found_by[at], differ, bool(found.held[at])))
        return tuple(pairs)

    def _alone(self, side: Inside, taken: Rows, offset: int) -> tuple[int, ...]:
        """One row for each person of the list who is in no pair: the first in content's order."""
        rows = np.argsort(self.rank[offset : offset + len(side.persons)], kind="stable")
        _, first = np.unique(side.persons[rows], return_index=True)
        chosen = rows[first]
        return tuple(sorted(chosen[~np.isin(side.persons[chosen], taken)].tolist()))

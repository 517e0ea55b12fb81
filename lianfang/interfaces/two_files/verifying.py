"""Two files verified (执行校核): the linkage on both lists, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from lianfang.domain.linkage import Reconciliation, Settings, reconcile
from lianfang.domain.linkage.settings import Progress
from lianfang.domain.two_lists.agreement import Agreement, agreement
from lianfang.domain.two_lists.capture import Estimates, Links, estimates
from lianfang.domain.two_lists.overlap import Overlap
from lianfang.interfaces.server.trouble import CannotRun
from lianfang.interfaces.two_files.answer import Answer, Pair, agreements, dates
from lianfang.interfaces.two_files.side import Side

MOST_EXPLAINED: Final = 1_000  # possible matches whose evidence is worked out


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What only people know of the lists: whether one was fed by the other, whether one leaves persons out by rule.

    `roster` is the number of persons both were drawn from, where there is one.
    """

    dependent: bool = False
    truncated: bool = False
    roster: int | None = None


def verify(
    ours: Side,
    theirs: Side,
    settings: Settings,
    known: Circumstances | None = None,
    *,
    progress: Progress | None = None,
) -> Answer:
    """Both lists linked person by person, with agreement and estimates.

    Raises CannotRun when the roster has fewer persons than the lists.
    """
    known = known or Circumstances()
    found = reconcile(ours.listing, theirs.listing, settings, progress=progress)
    pairs = _pairs(found)
    overlap = _overlap(found)
    return Answer(
        ours=ours,
        theirs=theirs,
        settings=settings,
        pairs=pairs,
        only_ours=_rows(found.only_ours),
        only_theirs=_rows(found.only_theirs),
        duplicates_ours=tuple(group.rows for group in found.duplicates_ours),
        duplicates_theirs=tuple(group.rows for group in found.duplicates_theirs),
        expected_false=found.expected_errors.false_accepted,
        expected_missed=found.expected_errors.missed,
        agreement=_agreement(overlap, known.roster),
        estimates=_estimates(found, overlap, known),
        fields=agreements(ours, theirs, pairs),
        dates=dates(ours, theirs, pairs),
        counts=MappingProxyType(asdict(found.counts)),
        skipped=sum(one.pairs for one in found.skipped),
    )


def unaccounted(answer: Answer) -> int:
    """Rows that are in no class, which must be none."""
    sides = (
        (len(answer.ours), {pair.ours for pair in answer.pairs}, answer.only_ours, answer.duplicates_ours),
        (len(answer.theirs), {pair.theirs for pair in answer.pairs}, answer.only_theirs, answer.duplicates_theirs),
    )
    return sum(rows - len(paired.union(alone, *groups)) for rows, paired, alone, groups in sides)


def _rows(rows: Sequence[int] | NDArray[np.int64]) -> Sequence[int]:
    return rows.tolist() if isinstance(rows, np.ndarray) else rows


def _pairs(found: Reconciliation) -> tuple[Pair, ...]:
    explained = {id(one) for one in islice((one for one in found.pairs if one.kind == "possible"), MOST_EXPLAINED)}
    return tuple(
        Pair(
            ours=one.row_ours,
            theirs=one.row_theirs,
            probability=one.probability,
            kind=one.kind,
            conflicts=one.conflicts,
            held=one.held,
            evidence=tuple((e.field, e.weight) for e in found.explain(one) if e.weight) if id(one) in explained else (),
        )
        for one in found.pairs
    )


def _overlap(found: Reconciliation) -> Overlap:
    """Persons, not rows: further rows of a person do not count, and the two of a possible match are two so far."""
    counts = found.counts
    both = counts.agree + counts.conflict
    ours, theirs = found.rows_ours - counts.duplicates_ours, found.rows_theirs - counts.duplicates_theirs
    return Overlap(both, ours - both, theirs - both)


def _agreement(overlap: Overlap, roster: int | None) -> Agreement:
    if roster is not None and roster < overlap.union:
        facts = {"roster": roster, "union": f"{overlap.union:.0f}"}
        raise CannotRun(_("--roster is %(roster)s, but the lists have %(union)s persons.") % facts)
    return agreement(overlap, roster=roster)


def _estimates(found: Reconciliation, overlap: Overlap, known: Circumstances) -> Estimates:
    errors, accepted = found.expected_errors, found.counts.agree + found.counts.conflict
    links = Links(accepted, accepted - errors.false_accepted, errors.missed, found.counts.possible)
    return estimates(overlap, links, dependent=known.dependent, truncated=known.truncated)

"""What two lists say together (核验结果): pairs, differences, who is only in one list, and how sure all of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from types import MappingProxyType
from typing import Literal

import numpy as np

from lianfang.domain.linkage.candidates import Skipped
from lianfang.domain.linkage.frequencies import pair_weights
from lianfang.domain.linkage.levels import NAMED, field_levels
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.model import Model
from lianfang.domain.linkage.table import Table

Kind = Literal["agree", "conflict", "possible"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of ours and a row of theirs that are, or may be, one person.

    `weight` is in bits (base-2 logarithm of the likelihood ratio). `found_by` is "identity number", "name, birth date
    and sex", "name, unit and phone", "probability" or "decision". `conflicts` names the compared columns that differ.
    `held` is true when something forbids to join the two without people, however likely it is.
    """

    row_ours: int
    row_theirs: int
    weight: float
    probability: float
    kind: Kind
    found_by: str
    conflicts: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What one field says about a pair: its level in words and its weight in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows of one person inside a list, and how likely it is that they are one."""

    rows: tuple[int, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each class; duplicates are rows beyond the first of each person."""

    agree: int
    conflict: int
    possible: int
    only_ours: int
    only_theirs: int
    duplicates_ours: int
    duplicates_theirs: int


@dataclass(frozen=True, slots=True)
class ExpectedErrors:
    """By the model: how many of the accepted pairs are false, and how many true pairs were not accepted."""

    false_accepted: float
    missed: float


@dataclass(frozen=True, slots=True)
class FieldModel:
    """Shares of each level among rows of one person (`same`) and of two (`other`), and weights in bits."""

    levels: tuple[str, ...]
    same: tuple[float, ...]
    other: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TaughtModel:
    """The model in plain numbers: the prior probability of a pair between the lists, and every field."""

    prior: float
    fields: Mapping[str, FieldModel] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Both lists put beside each other; see the module's docstring for the classes.

    `pairs` holds one pair of rows for each two persons, in order of ours. `only_ours` and `only_theirs` hold one row
    for each person without a partner. `duplicates_*` are the rows of one person inside a list: they share the pair of
    their person. `skipped` tells which comparisons were too many to make. Beside a large list `only_theirs` is a numpy
    array.
    """

    pairs: tuple[Pair, ...]
    only_ours: Sequence[int] | Rows
    only_theirs: Sequence[int] | Rows
    duplicates_ours: tuple[Duplicates, ...]
    duplicates_theirs: tuple[Duplicates, ...]
    expected_errors: ExpectedErrors
    skipped: tuple[Skipped, ...]
    rows_ours: int
    rows_theirs: int
    _table: Table
    _model: Model
    _kept_theirs: Rows | None = None
    _mirrored: bool = False

    @cached_property
    def counts(self) -> Counts:
        """How many there are of each class."""
        kinds = [pair.kind for pair in self.pairs]
        repeated = [sum(len(one.rows) - 1 for one in side) for side in (self.duplicates_ours, self.duplicates_theirs)]
        tallied = (kinds.count("agree"), kinds.count("conflict"), kinds.count("possible"))
        return Counts(*tallied, len(self.only_ours), len(self.only_theirs), *repeated)

    @cached_property
    def model(self) -> TaughtModel:
        """What the model learnt from these lists."""
        return plain_model(self._model)

    def row_pairs(self) -> list[tuple[int, int]]:
        """All pairs of rows that the accepted pairs join, duplicates included, in order."""
        ours, theirs = _by_row(self.duplicates_ours), _by_row(self.duplicates_theirs)
        accepted = [pair for pair in self.pairs if pair.kind != "possible"]
        return sorted(
            (one, other)
            for pair in accepted
            for one in ours.get(pair.row_ours, (pair.row_ours,))
            for other in theirs.get(pair.row_theirs, (pair.row_theirs,))
        )

    def mirrored(self) -> Reconciliation:
        """The same seen from the other side."""
        pairs = [replace(pair, row_ours=pair.row_theirs, row_theirs=pair.row_ours) for pair in self.pairs]
        return replace(
            self,
            pairs=tuple(sorted(pairs, key=lambda pair: (pair.row_ours, pair.row_theirs))),
            only_ours=self.only_theirs,
            only_theirs=self.only_ours,
            duplicates_ours=self.duplicates_theirs,
            duplicates_theirs=self.duplicates_ours,
            rows_ours=self.rows_theirs,
            rows_theirs=self.rows_ours,
            _mirrored=not self._mirrored,
        )

    def placed(self, rows: Rows, rows_theirs: int, skipped: tuple[Skipped, ...]) -> Reconciliation:
        """The same where theirs was only `rows` of a larger list; all other rows are only theirs."""
        where = rows.tolist()
        pairs = tuple(replace(pair, row_theirs=where[pair.row_theirs]) for pair in self.pairs)
        alone = np.ones(rows_theirs, bool)
        alone[rows] = False
        alone[rows[list(self.only_theirs)]] = True
        groups = tuple(replace(one, rows=tuple(where[row] for row in one.rows)) for one in self.duplicates_theirs)
        return replace(
            self,
            pairs=pairs,
            only_theirs=np.flatnonzero(alone),
            duplicates_theirs=groups,
            rows_theirs=rows_theirs,
            skipped=skipped + self.skipped,
            _kept_theirs=rows,
        )

    def explain(self, pair: Pair) -> tuple[FieldEvidence, ...]:
        """Why a pair has its weight, field by field in order of the fields."""
        ours, theirs = (pair.row_theirs, pair.row_ours) if self._mirrored else (pair.row_ours, pair.row_theirs)
        if self._kept_theirs is not None:
            theirs = int(np.searchsorted(self._kept_theirs, theirs))
        left, right = np.array([ours]), np.array([theirs + self._table.ours])
        levels = field_levels(self._table, left, right, workers=1)
        weights = pair_weights(self._table, self._model, levels, left, right)
        return tuple(
            FieldEvidence(name, NAMED[name][levels[name][0]], round(float(weight[0]) / log(2), 2))
            for name, weight in weights.items()
        )


def _by_row(groups: tuple[Duplicates, ...]) -> dict[int, tuple[int, ...]]:
    return {row: group.rows for group in groups for row in group.rows}


def plain_model(model: Model) -> TaughtModel:
    """The model in numbers that can be kept as text."""
    fields = {
        name: FieldModel(
            NAMED[name][1:],
            tuple(model.same[name][1:].tolist()),
            tuple(model.other[name][1:].tolist()),
            tuple((model.weights(name)[1:] / log(2)).tolist()),
        )
        for name in model.fields
    }
    prior = float(model.matches[0] / max(model.pairs[0], 1.0))
    return TaughtModel(min(prior, 1.0), MappingProxyType(fields))

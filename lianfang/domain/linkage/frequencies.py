"""How common a value is (取值频率): agreeing on a common name says less than agreeing on a rare one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import MISSING, Field
from lianfang.domain.linkage.levels import NAMED
from lianfang.domain.linkage.likeness import EQUAL, Level
from lianfang.domain.linkage.listing import Codes, Rows
from lianfang.domain.linkage.model import Model
from lianfang.domain.linkage.table import Table

_DOUBT: Final = 4
"""Short lists say little about how rare a value is: so many values seen once are thought to be others' values too."""
EQUAL_BY: Final[dict[str, tuple[str, ...]]] = {
    "surname": ("surname", "sound_surname"),
    "given_name": ("given_name", "sound_given"),
}
"""Fields whose equal codes make the levels from 1 on, where it is not the field itself alone."""


def agreeing(table: Table) -> dict[str, list[float]]:
    """For each field the pairs that agree by each countable level, and under "… said" the pairs where both say it."""
    found: dict[str, list[float]] = {}
    for name in NAMED:
        if name not in table.fields:
            continue
        counts = [_pairs(table.fields[of]) for of in EQUAL_BY.get(name, (name,))]
        found[name] = [after - before for before, after in zip([0.0, *counts], counts, strict=False)]
        said = float((table.fields[name].codes != MISSING).sum())
        found[f"{name} said"] = [said * (said - 1) / 2]
    return found


def _pairs(field: Field) -> float:
    counts = np.bincount(field.codes[field.codes != MISSING]).astype(float)
    return float((counts * (counts - 1) / 2).sum())


def pair_weights(
    table: Table, model: Model, levels: Mapping[str, Level], left: Rows, right: Rows
) -> dict[str, NDArray[np.float64]]:
    """Weight of each field for each pair (natural logarithm), by how common the agreed value is."""
    found = {}
    for name in model.fields:
        weight = model.weights(name)[levels[name]]
        for place, of in enumerate(EQUAL_BY.get(name, (name,)), start=EQUAL):
            at = np.flatnonzero(levels[name] == place)
            share = _shares(table, of)[table.fields[of].codes[left[at]]]
            weight[at] = np.log(model.same[name][place] / share)
        found[name] = weight
    return found


def _shares(table: Table, name: str) -> NDArray[np.float64]:
    """How likely another row says the same value, by code.

    A pair's own two rows do not count. What remains is smoothed by the expected number of others who say a value that
    was seen once (Good 1953), so that a number nobody else has is rarer than one over the rows.
    """
    codes = table.fields[name].codes
    ours, theirs = _counts(codes[: table.ours]), _counts(codes[table.ours :])
    once = (ours == 1).sum() + (theirs == 1).sum()
    twice = (ours == 2).sum() + (theirs == 2).sum()  # noqa: PLR2004 twice
    unseen = min(1.0, (2 * twice + _DOUBT) / (once + _DOUBT))
    size = max(len(ours), len(theirs))
    total = np.pad(ours, (0, size - len(ours))) + np.pad(theirs, (0, size - len(theirs)))
    found: NDArray[np.float64] = np.append((np.maximum(total - 2, 0) + unseen) / max(total.sum(), 1), 1.0)
    return found


def _counts(codes: Codes) -> NDArray[np.int64]:
    return np.bincount(codes[codes != MISSING])

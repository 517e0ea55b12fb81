"""Pairs that stand for all pairs (随机对照): chosen by what the rows say, so that neither order nor luck matters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import MISSING, mixed
from lianfang.domain.linkage.listing import Rows
from lianfang.domain.linkage.table import Table

_COMPARED = ("name", "id_no", "birth", "sex", "phone", "unit", "address", "locality", "postcode")


def content_order(table: Table) -> Rows:
    """Rows in an order that follows from their content only."""
    return np.argsort(_content(table), kind="stable")


def content_ranks(table: Table) -> Rows:
    """A number for each row that follows from its content only, equal for rows of equal content."""
    return np.unique(_content(table), return_inverse=True)[1].reshape(-1)


def _content(table: Table) -> NDArray[np.uint64]:
    parts = [table.fields[name].codes - MISSING for name in _COMPARED if name in table.fields]
    return mixed(parts) if parts else np.zeros(table.rows, np.uint64)


def sampled(table: Table, most: int) -> tuple[Rows, Rows]:
    """At most about `most` pairs of rows, all of them when there are no more; far apart in content's order."""
    rows = table.rows
    if rows * (rows - 1) // 2 <= most:
        first, second = np.triu_indices(rows, 1)
        return first, second
    order = content_order(table)
    rounds = max(1, most // rows)
    steps = np.arange(1, rounds + 1) * rows // (2 * (rounds + 1)) + 1
    picked = order[: min(rows, most)]
    first = np.tile(picked, rounds)
    second = np.concatenate([order[(np.arange(len(picked)) + step) % rows] for step in steps.tolist()])
    return np.minimum(first, second), np.maximum(first, second)

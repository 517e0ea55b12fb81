"""Pairs worth comparing (候选对): rows that share a blocking key, with a bound on the work that is always told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import distinct_sorted
from lianfang.domain.linkage.keys import Key, keys_of, parts_of
from lianfang.domain.linkage.listing import Codes, Rows
from lianfang.domain.linkage.table import Table

_SMALLEST_BUDGET: Final = 8_000
_PARTS: Final = 6
"""A single key may take this part of all pairs."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Blocks of a key that were too large to compare pair by pair; their rows may still meet by another key."""

    key: str
    blocks: int
    pairs: int


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of rows of the table, `left` < `right`, each pair once in order, and what was left out."""

    left: Rows
    right: Rows
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Rows in order of key, and where each block of at least two rows begins and how many it has."""

    rows: Rows
    begins: Rows
    sizes: Rows


def candidates(table: Table, *, pairs_a_row: int) -> Candidates:
    """All pairs that share a key whose block is not too large.

    `pairs_a_row` bounds all keys together; the most telling ones come first, and none takes more than its part.
    """
    left_over = max(_SMALLEST_BUDGET, pairs_a_row * table.rows)
    most = left_over // _PARTS
    found, skipped = [np.empty(0, np.int64)], []
    for name, key in keys_of(_codes(table)):
        blocks = _blocks(key)
        largest = _largest(blocks.sizes, min(most, left_over))
        pairs = list(_pairs(blocks, largest, table.rows))
        left_over -= sum(map(len, pairs))
        found.extend(pairs)
        left_out = blocks.sizes[blocks.sizes > largest]
        if len(left_out):
            skipped.append(Skipped(name, len(left_out), int((left_out * (left_out - 1) // 2).sum())))
    every = distinct_sorted(np.concatenate(found))
    return Candidates(every // max(table.rows, 1), every % max(table.rows, 1), tuple(skipped))


def _codes(table: Table) -> dict[str, Codes]:
    """The parts of keys; the ends of a number only where some number is masked."""
    parts = parts_of(table.fields)
    if "id_no" in parts and not any(number.masked for number in parts["id_no"].values):
        del parts["number_ends"]
    return {name: field.codes for name, field in parts.items()}


def _blocks(key: Key) -> _Blocks:
    rows = np.flatnonzero(key)
    rows = rows[np.argsort(key[rows], kind="stable")]
    ordered = key[rows]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(rows) else rows
    sizes = np.diff(np.append(begins, len(rows)))
    many = sizes > 1
    return _Blocks(rows, begins[many], sizes[many])


def _largest(sizes: Rows, budget: int) -> int:
    """The largest size such that all blocks up to it bring no more pairs than the budget."""
    counts = np.bincount(sizes) if len(sizes) else np.zeros(1, np.int64)
    each = np.arange(len(counts))
    within = np.cumsum(counts * (each * (each - 1) // 2)) <= budget
    return int(np.flatnonzero(within)[-1])


def _pairs(blocks: _Blocks, largest: int, rows: int) -> Iterator[NDArray[np.int64]]:
    """Pairs as `left * rows + right`, size by size."""
    for size in np.unique(blocks.sizes[blocks.sizes <= largest]).tolist():
        begins = blocks.begins[blocks.sizes == size]
        members = blocks.rows[begins[:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        left, right = members[:, first].reshape(-1), members[:, second].reshape(-1)
        yield np.minimum(left, right) * rows + np.maximum(left, right)

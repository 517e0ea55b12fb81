"""Splitting whole numbers fairly (分摊): largest remainder, tables with given sums, and sizes within bounds.

Everything here is exact or uses only sums and products of floats, so the same input gives the same output everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from random import Random
from statistics import NormalDist

_NORMAL = NormalDist()


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """`total` split in proportion to whole `weights`; ties go to the later one. Exact at any size."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("something must have a weight above zero")
    parts = [total * weight // whole for weight in weights]
    rest = [(total * weight % whole, place) for place, weight in enumerate(weights)]
    for _, place in sorted(rest, reverse=True)[: total - sum(parts)]:
        parts[place] += 1
    return parts


def dealt(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """A table of whole numbers with exactly these sums of rows and columns, each row mixed like the whole."""
    if sum(rows) != sum(columns):
        raise ValueError("rows and columns must have the same sum")
    left = list(columns)
    table = []
    for row in rows:
        parts = largest_remainder(row, left) if row else [0] * len(left)
        left = [have - gone for have, gone in zip(left, parts, strict=True)]
        table.append(parts)
    return table


def log_normal(rng: Random, sigma: float) -> float:
    """A log-normal draw with median 1, to six places so that the last bit of a machine's `exp` does not matter."""
    return round(exp(sigma * _NORMAL.inv_cdf(max(rng.random(), 1e-12))), 6)


def fitted(total: int, weights: Sequence[float], low: int, high: int) -> list[int]:
    """Whole sizes in proportion to `weights`, each from `low` to `high`, with the sum `total`."""
    if not len(weights) * low <= total <= len(weights) * high:
        raise ValueError(f"{len(weights)} sizes from {low} to {high} cannot make {total}")
    factor = _factor(total, weights, low, high)
    sizes = [min(max(factor * weight, low), high) for weight in weights]
    parts = [int(size) for size in sizes]
    order = sorted(range(len(sizes)), key=lambda place: parts[place] - sizes[place])
    return _topped_up(parts, order, total - sum(parts), high)


def _factor(total: int, weights: Sequence[float], low: int, high: int) -> float:
    below, above = 0.0, (high + 1) / min(weights)
    for _ in range(60):  # halves the interval each time; a double holds no more
        middle = (below + above) / 2
        if sum(min(max(middle * weight, low), high) for weight in weights) <= total:
            below = middle
        else:
            above = middle
    return below


def _topped_up(parts: list[int], order: Sequence[int], missing: int, high: int) -> list[int]:
    while missing:
        for place in order:
            if missing and parts[place] < high:
                parts[place] += 1
                missing -= 1
    return parts

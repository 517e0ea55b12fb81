"""Counts by unit and day of two sides on one grid (单位日计数): each cell has two figures, and missing is not zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """One side's counts in three columns of equal length, a row a cell: unit, day, count (None or NaN: none given).

    Units are any sortable labels, days are dates; both may be numpy arrays (of whole numbers, of `datetime64`).
    """

    units: Sequence[Hashable] | NDArray[Any]
    days: Sequence[date] | NDArray[Any]
    values: Sequence[float | None] | NDArray[Any]

    def __post_init__(self) -> None:
        if not len(self.units) == len(self.days) == len(self.values):
            raise ValueError("the columns differ in length")


@dataclass(frozen=True, slots=True)
class Grid:
    """Both sides' counts by cell, ordered by unit and day; NaN where a side gave none.

    `unit` holds places in `units`, `day` days since 1970-01-01.
    """

    units: tuple[Any, ...]
    unit: Codes
    day: Codes
    ours: Floats
    theirs: Floats

    def date(self, cell: int) -> date:
        """The day of a cell."""
        return _EPOCH + timedelta(days=int(self.day[cell]))


def grid_of(ours: Counts, theirs: Counts) -> Grid:
    """The cells that either side has. Raises ValueError when a side has a cell twice."""
    sides = (ours, theirs)
    places, units = _coded([side.units for side in sides])
    days = [_days(side.days) for side in sides]
    first = min((int(one.min()) for one in days if len(one)), default=0)
    span = max((int(one.max()) for one in days if len(one)), default=0) - first + 1
    keys = [place * span + day - first for place, day in zip(places, days, strict=True)]
    columns = [_placed(key, _floats(side.values), units, span) for key, side in zip(keys, sides, strict=True)]
    cells = _union(columns[0][0], columns[1][0])
    filled = [_spread(cells, *column) for column in columns]
    return Grid(units, cells // span, cells % span + first, filled[0], filled[1])


def _coded(columns: Iterable[Any]) -> tuple[list[Codes], tuple[Any, ...]]:
    """Each column as places in one ordered tuple of the labels of all."""
    distinct = [_distinct(column) for column in columns]
    labels = tuple(sorted({label for some, _ in distinct for label in some}))
    place = {label: at for at, label in enumerate(labels)}
    coded = [np.array([place[label] for label in some], np.int64)[codes] for some, codes in distinct]
    return coded, labels


def _distinct(column: Any) -> tuple[list[Any], Codes]:
    """(labels, the place of each value among them), in the order in which they come."""
    if isinstance(column, np.ndarray):
        labels, codes = np.unique(column, return_inverse=True)
        return labels.tolist(), codes.astype(np.int64)
    place: defaultdict[Any, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(place.__getitem__, column), np.int64, len(column))
    return list(place), codes


def _days(column: Any) -> Codes:
    if isinstance(column, np.ndarray):
        return column.astype("datetime64[D]").astype(np.int64)
    labels, codes = _distinct(column)
    return np.array([(label - _EPOCH).days for label in labels], np.int64)[codes]


def _floats(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float64)  # None becomes NaN


def _placed(keys: Codes, values: Floats, units: tuple[Any, ...], span: int) -> tuple[Codes, Floats]:
    """The cells in order, those without a figure left out."""
    if len(keys) > 1 and not (np.diff(keys) > 0).all():
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], values[order]
        if (twice := np.flatnonzero(np.diff(keys) == 0)).size:
            raise ValueError(f"unit {units[int(keys[twice[0]]) // span]} has a day twice")
    given = ~np.isnan(values)
    return (keys, values) if given.all() else (keys[given], values[given])


def _union(ours: Codes, theirs: Codes) -> Codes:
    """Both in order; most often they are the same."""
    return ours if np.array_equal(ours, theirs) else np.union1d(ours, theirs)


def _spread(cells: Codes, keys: Codes, values: Floats) -> Floats:
    """The values at their cells, NaN elsewhere."""
    filled = np.full(len(cells), np.nan)
    filled[np.searchsorted(cells, keys)] = values
    return filled

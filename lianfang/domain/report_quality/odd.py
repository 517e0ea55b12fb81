"""Figures unlike the unit's other days (离群值): z and modified z of each item of each unit.

Source: WHO Data Quality Review; Iglewicz & Hoaglin 1993. Figures only `least_apart` or less from the usual one are
left alone, for where most days are zero the first case would be infinitely odd.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import median

import numpy as np

from lianfang.domain.analysis.quality import Outliers, outliers
from lianfang.domain.report_quality.terms import Asked, Given, Limits

EXTREME, MODERATE = "extreme", "moderate"
Label = tuple[int, str]  # unit, item
Cell = tuple[int, str, date, int]  # and day, figure


@dataclass(frozen=True, slots=True)
class Odd:
    """A figure and the median of the unit's others; `modified_z` is infinite where all others are equal."""

    unit: int
    day: date
    item: str
    value: int
    expected: float
    z: float
    modified_z: float
    degree: str

    @property
    def apart(self) -> float:
        """How far the figure lies from what is usual."""
        return abs(self.value - self.expected)


@dataclass(frozen=True, slots=True)
class Oddities:
    """The odd figures, farthest first, and how many figures were judged; figures of too few days are not."""

    found: tuple[Odd, ...]
    judged: int


def odd_figures(reports: Sequence[Given], items: Sequence[Asked], limits: Limits) -> Oddities:
    """Extreme and modified outliers, and moderate ones, of all items; missing figures are no figures."""
    cells = _enough(_cells(reports, items), int(limits.least_days))
    if not cells:
        return Oddities((), 0)
    labels = [(unit, item) for unit, item, _, _ in cells]
    values = np.array([value for *_, value in cells], np.float64)
    seen = outliers(values, units=labels, moderate=limits.moderate, extreme=limits.extreme, modified=limits.modified)
    flagged = np.flatnonzero(seen.moderate | seen.extreme | seen.modified).tolist()
    usual = _medians(cells, {labels[at] for at in flagged})
    odd = [_odd(cells[at], usual[labels[at]], seen, at) for at in flagged]
    kept = [one for one in odd if one.apart >= limits.least_apart]
    return Oddities(tuple(sorted(kept, key=lambda one: (-one.apart, one.unit, one.day, one.item))), len(cells))


def _cells(reports: Sequence[Given], items: Sequence[Asked]) -> list[Cell]:
    cells = [
        (one.unit, item.code, one.day, one.figures[item.code])
        for one in reports
        for item in items
        if item.code in one.figures
    ]
    return sorted(cells)


def _enough(cells: list[Cell], fewest: int) -> list[Cell]:
    groups = [list(group) for _, group in groupby(cells, key=lambda cell: cell[:2])]
    return [cell for group in groups if len(group) >= fewest for cell in group]


def _medians(cells: list[Cell], of: set[Label]) -> dict[Label, float]:
    groups = groupby(cells, key=lambda cell: cell[:2])
    return {label: float(median(cell[3] for cell in group)) for label, group in groups if label in of}


def _odd(cell: Cell, usual: float, seen: Outliers, at: int) -> Odd:
    unit, item, day, value = cell
    degree = EXTREME if seen.extreme[at] or seen.modified[at] else MODERATE
    return Odd(unit, day, item, value, usual, float(seen.z[at]), float(seen.modified_z[at]), degree)

"""Totals along the tree of units (逐级汇总): each unit with all below it, down to the cells that differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from lianfang.domain.two_lists.totals import Margin, Status, Tolerance, Totals, statuses

_SUMMED = ("ours", "theirs", "cells", "differing", "missing_ours", "missing_theirs")


def roll_up(totals: Totals, parents: Mapping[Any, Any]) -> dict[Any, Margin]:
    """The sums of every unit together with all units below it; `parents` names the unit above, None at the top.

    A unit that `parents` does not know is at the top. Raises ValueError when a unit is above itself.
    """
    sums: dict[Any, list[float]] = {}
    for margin in totals.by_unit():
        own = [getattr(margin, name) for name in _SUMMED]
        for unit in _upwards(margin.key, parents):
            before = sums.setdefault(unit, [0] * len(_SUMMED))
            sums[unit] = [a + b for a, b in zip(before, own, strict=True)]
    return {unit: _margin(unit, some, totals.tolerance) for unit, some in sums.items()}


def below(unit: Hashable, parents: Mapping[Any, Any], among: Iterable[Any]) -> list[Any]:
    """The units of `among` directly under `unit`, in order: one step of drilling down."""
    return sorted(one for one in among if parents.get(one) == unit and one != unit)


def cells_of(totals: Totals, unit: Hashable) -> list[int]:
    """The cells of one unit that are neither equal nor within tolerance, by day: the last step of drilling down."""
    if unit not in totals.grid.units:
        return []
    own = totals.grid.unit == totals.grid.units.index(unit)
    return np.flatnonzero(own & (totals.status > Status.WITHIN)).tolist()


def _upwards(unit: Any, parents: Mapping[Any, Any]) -> list[Any]:
    path = [unit]
    while (above := parents.get(path[-1])) is not None:
        if above in path:
            raise ValueError(f"unit {above} is above itself")
        path.append(above)
    return path


def _margin(unit: Any, sums: list[float], tolerance: Tolerance) -> Margin:
    ours, theirs, cells, differing, missing_ours, missing_theirs = sums
    figures = [
        np.array([np.nan if gone == cells else one]) for one, gone in ((ours, missing_ours), (theirs, missing_theirs))
    ]
    status = Status(int(statuses(figures[0], figures[1], tolerance)[0]))
    return Margin(unit, ours, theirs, status, int(cells), int(differing), int(missing_ours), int(missing_theirs))

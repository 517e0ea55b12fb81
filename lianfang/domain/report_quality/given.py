"""Figures that were really given (指标完整性) and recounts of figures once sent (复核).

Source: WHO Data Quality Review modules 1 and 3 (2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lianfang.domain.analysis.quality import OVER, UNDER, UNKNOWN, consistency_ratio, verification_factor
from lianfang.domain.report_quality.terms import Asked, Given, Limits

_PERCENT = 100


def indicators(reports: Iterable[Given], items: Sequence[Asked]) -> dict[int, tuple[int, int]]:
    """Unit -> required figures given, and required figures of its reports.

    A zero counts as given where zero is usual; elsewhere, as for people expected, it does not. A zero report answers
    every item.
    """
    required = [item for item in items if item.required]
    found: dict[int, tuple[int, int]] = {}
    for one in reports:
        given = sum(one.nothing or _is_given(one, item) for item in required)
        before = found.get(one.unit, (0, 0))
        found[one.unit] = before[0] + given, before[1] + len(required)
    return found


def _is_given(report: Given, item: Asked) -> bool:
    value = report.figures.get(item.code)
    return value is not None and (value > 0 or item.zero_is_usual)


@dataclass(frozen=True, slots=True)
class Recounted:
    """Sums reported and recounted, pooled; how many units there are, and how many of them are exact.

    `factor` is None where the reported sum is zero. `over` and `under` are counted of the `told` units that reported
    anything at all: of the others no factor is known.
    """

    reported: int
    recounted: int
    factor: float | None
    units: int
    told: int
    over: int
    under: int
    exact: int


def recounts(pairs: Sequence[tuple[str, int, int]], limits: Limits) -> Recounted | None:
    """From (unit, reported, recounted); None where nothing was ever recounted: that is not a factor of one."""
    if not pairs:
        return None
    units = [unit for unit, _, _ in pairs]
    said, held = (np.array([one[at] for one in pairs], np.float64) for at in (1, 2))
    each = verification_factor(said, held, units=units, over=limits.over, under=limits.under)
    reported, recounted = int(said.sum()), int(held.sum())
    return Recounted(
        reported, recounted, recounted / reported if reported else None,
        units=len(each.class_), told=int((each.class_ != UNKNOWN).sum()),
        over=int((each.class_ == OVER).sum()), under=int((each.class_ == UNDER).sum()),
        exact=int((each.reported == each.recounted).sum()),
    )  # fmt: skip


def corrected(reports: Iterable[Given]) -> list[tuple[int, str, int, int]]:
    """(unit, item, first sent, as it stands) of every figure of a corrected report that both times was given."""
    return [
        (one.unit, code, before, one.figures[code])
        for one in reports
        if one.first is not None
        for code, before in one.first.items()
        if code in one.figures
    ]


@dataclass(frozen=True, slots=True)
class Steady:
    """An item's sum now and in the periods before, oldest first (None: nothing was reported), and now / their mean."""

    item: str
    now: int | None
    before: tuple[int | None, ...]
    ratio: float | None
    differs: bool


def steadiness(sums: Mapping[str, Sequence[int | None]], limits: Limits) -> list[Steady]:
    """From item -> sums by period, oldest first, the last being now; `differs` beyond the limit, up or down."""
    if not sums:
        return []
    table = np.array([[np.nan if one is None else one for one in row] for row in sums.values()], np.float64)
    ratios = consistency_ratio(table, previous=table.shape[1] - 1)
    far = limits.consistency_percent / _PERCENT
    return [
        Steady(item, row[-1], tuple(row[:-1]), _known(float(ratio)), bool(abs(ratio - 1) > far))
        for (item, row), ratio in zip(sums.items(), ratios, strict=True)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value

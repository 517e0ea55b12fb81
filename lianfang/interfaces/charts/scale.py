"""From values to places on the paper (坐标): round ticks, labels of days, and where a value stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

ROUND: Final = (1.0, 2.0, 5.0, 10.0)
SMALLEST: Final = 1e-300  # a range below it has no logarithm a double holds
LONG: Final = 370  # days from which a label shows the year


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis: from `low` (0 for counts) to `high`, both at a tick."""

    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """The value at the bottom."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """The value at the top."""
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """How high a value stands, from 0 at the bottom to 1 at the top; beyond the axis it is cut."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def axis_for(values: Iterable[float | None], *, many: int = 5, least_step: float = 0.0) -> Axis:
    """An axis from zero (or a round value below the least) that holds them all, with about `many` round ticks.

    `least_step` is 1 for counts: half a person is no tick.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if high - low < SMALLEST:
        high = low + 1.0
    step = max(least_step, _round_step((high - low) / max(1, many - 1)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(tuple(one * step for one in range(first, last + 1)))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * one for one in ROUND if power * one >= rough * (1 - 1e-9))


def number_text(value: float) -> str:
    """A tick as a person writes it: 0, 50, 0.5, 12,500."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.6g}"


def labels(at: Sequence[date | int | float | str], *, many: int = 6) -> list[tuple[int, str]]:
    """Which places of the time axis carry a label, and which: evenly spaced, the last place always among them."""
    if not at:
        return []
    step = max(1, math.ceil(len(at) / many))
    places = list(range(len(at) - 1, -1, -step))[::-1]
    return [(place, _label(at[place], at)) for place in places]


def _label(one: date | int | float | str, at: Sequence[date | int | float | str]) -> str:
    if isinstance(one, date):
        first, last = at[0], at[-1]
        long = isinstance(first, date) and isinstance(last, date) and (last - first).days > LONG
        return f"{one:%Y-%m}" if long else f"{one:%m-%d}"
    return number_text(one) if isinstance(one, int | float) else str(one)


def runs(values: Sequence[float | None]) -> list[list[int]]:
    """Places in a row that have a value: a gap is a gap, not a zero."""
    known = [place for place, value in enumerate(values) if value is not None and math.isfinite(value)]
    if not known:
        return []
    parts: list[list[int]] = [[known[0]]]
    for before, here in pairwise(known):
        if here == before + 1:
            parts[-1].append(here)
        else:
            parts.append([here])
    return parts

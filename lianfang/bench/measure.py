"""What a bench says (测量结果): figures, the baseline of the same run, and how both stand to the bars."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Sense = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One demand on a figure: `figure` must be `at least` or `at most` the limit."""

    name: str
    figure: float
    sense: Sense
    limit: float

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.figure >= self.limit if self.sense == "at least" else self.figure <= self.limit

    def as_json(self) -> dict[str, Any]:
        """`{"bar", "figure", "demanded", "met"}`."""
        demanded = f"{self.sense} {self.limit:g}"
        return {"bar": self.name, "figure": round(self.figure, 4), "demanded": demanded, "met": self.met}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bench at one size: what was measured, what it was measured against, and the main ratio of the two."""

    name: str
    scale: str
    figures: Mapping[str, Any]
    baseline: Mapping[str, Any]
    ratio: float | None
    bars: Sequence[Bar] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The object that `lianfang bench NAME --json` prints."""
        return {
            "bench": self.name,
            "scale": self.scale,
            "figures": dict(self.figures),
            "baseline": dict(self.baseline),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "bars": [bar.as_json() for bar in self.bars],
            "met": all(bar.met for bar in self.bars),
            "machine": machine(),
        }


def machine() -> dict[str, Any]:
    """What it ran on: cores, memory in GiB, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank). ValueError when there are none."""
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return ordered[int(rank)]


def median(values: Sequence[float]) -> float:
    """The middle of the runs."""
    return statistics.median(values)

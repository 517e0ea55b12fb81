"""The exact odds ratio of a two-by-two table (精确比值比): Fisher's noncentral hypergeometric law of its corner cell.

Only the part of the law that carries weight is held, so that a table of a billion persons takes a second, not a
lifetime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq

from lianfang.domain.analysis.series import Floats

_REACH: Final = 12
"""Standard deviations kept on each side: what is left out weighs less than 1e-30."""
_WIDEST: Final = 60.0
"""Odds ratios are looked for between exp(-60) and exp(60)."""
_TIE: Final = 1 + 1e-7
"""Tables this much likelier than the observed one count as equally likely, for sums that differ in the last digit."""


@dataclass(frozen=True, slots=True)
class Corner:
    """The corner cell `a` of a table with margins held: first row `row`, first column `column`, `total` persons."""

    a: int
    row: int
    column: int
    total: int

    @property
    def low(self) -> int:
        """The least that the cell can be."""
        return max(0, self.row + self.column - self.total)

    @property
    def high(self) -> int:
        """The most that the cell can be."""
        return min(self.row, self.column)

    def law(self, odds_ratio: float) -> tuple[Floats, Floats]:
        """Values of the cell and their probabilities at an odds ratio."""
        if odds_ratio in (0.0, float("inf")):
            return np.array([float(self.high if odds_ratio else self.low)]), np.ones(1)
        mode = self._mode(odds_ratio)
        reach = int(_REACH * self._spread(mode)) + 50
        values = np.arange(max(self.low, mode - reach), min(self.high, mode + reach) + 1, dtype=np.float64)
        step = (self.row - values[:-1]) * (self.column - values[:-1]) * odds_ratio
        down = (values[:-1] + 1) * (self.total - self.row - self.column + values[:-1] + 1)
        logs = np.concatenate([[0.0], np.cumsum(np.log(step) - np.log(down))])
        weights = np.exp(logs - logs.max())
        return values, weights / weights.sum()

    def tails(self, odds_ratio: float) -> tuple[float, float, float]:
        """Probabilities of less than, exactly, and more than what was observed."""
        values, chance = self.law(odds_ratio)
        parts = chance[values < self.a].sum(), chance[values == self.a].sum(), chance[values > self.a].sum()
        return float(parts[0]), float(parts[1]), float(parts[2])

    def mean(self, odds_ratio: float) -> float:
        """The expected cell at an odds ratio."""
        values, chance = self.law(odds_ratio)
        return float(values @ chance)

    def two_sided(self) -> float:
        """Fisher's test: all tables no likelier than the observed one at an odds ratio of 1; 0 when under 1e-30."""
        values, chance = self.law(1.0)
        here = chance[values == self.a]
        return min(1.0, float(chance[chance <= here[0] * _TIE].sum())) if len(here) else 0.0

    def most_likely(self) -> float:
        """The conditional maximum-likelihood odds ratio; 0 or infinite at an end of what the cell can be."""

        def excess(log_ratio: float) -> float:
            return self.mean(float(np.exp(log_ratio))) - self.a

        return self.solve(excess)

    def solve(self, rising: Callable[[float], float]) -> float:
        """The odds ratio where a function of its logarithm that rises is zero; 0 or infinite when it has none."""
        if rising(-_WIDEST) >= 0:
            return 0.0
        if rising(_WIDEST) <= 0:
            return float("inf")
        return float(np.exp(brentq(rising, -_WIDEST, _WIDEST, xtol=1e-13, rtol=1e-14)))

    def _mode(self, odds_ratio: float) -> int:
        """The likeliest value: where the ratio of neighbours passes one, the root of a quadratic."""
        if odds_ratio == 1:
            return int((self.row + 1) * (self.column + 1) // (self.total + 2))
        a = odds_ratio - 1
        b = -((self.row + self.column + 2) * odds_ratio + self.total - self.row - self.column)
        c = odds_ratio * (self.row + 1) * (self.column + 1)
        bend = np.sqrt(max(0.0, b * b - 4 * a * c))
        found = (
            2 * c / (bend - b) if b < 0 else -(b + bend) / (2 * a)
        )  # the same root, in the form that loses no digits
        return int(min(max(np.floor(found), self.low), self.high))

    def _spread(self, at: int) -> float:
        cells = (at, self.row - at, self.column - at, self.total - self.row - self.column + at)
        return float(1 / np.sqrt(sum(1 / (cell + 1) for cell in cells)))


def limit(corner: Corner, *, chance: float, mid: bool, upper: bool) -> float:
    """A limit of the odds ratio: where the tail beyond the observed table has this chance, half of it with `mid`."""

    def tail(log_ratio: float) -> float:
        below, here, above = corner.tails(float(np.exp(log_ratio)))
        weight = 0.5 if mid else 1.0
        return chance - below - weight * here if upper else above + weight * here - chance

    return corner.solve(tail)


def median_unbiased(corner: Corner) -> float:
    """The odds ratio at which more and less than what was observed are equally likely."""

    def lean(log_ratio: float) -> float:
        below, _here, above = corner.tails(float(np.exp(log_ratio)))
        return above - below

    return corner.solve(lean)

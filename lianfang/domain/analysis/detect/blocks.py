"""Rising steps of a series, place by place (保序分块): the blocks of its isotonic mean, kept for many series at once.

Pool adjacent violators on a stack: a new place is a block, and joins the block before as long as its rate is not
higher.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.analysis.series import Floats

Places = NDArray[np.intp]


class Blocks:
    """Stacks of blocks, one a series: sums of counts, sums of weights, and a running total below each block."""

    def __init__(self, series: int, depth: int = 16) -> None:
        self.sums: Floats = np.zeros((series, depth))
        self.weights: Floats = np.zeros((series, depth))
        self.gains: Floats = np.zeros((series, depth + 1))
        self.height = np.zeros(series, dtype=np.intp)
        self._all = np.arange(series)

    def add(self, counts: Floats, weights: Floats) -> None:
        """One more place of every series."""
        if int(self.height.max()) + 1 >= self.sums.shape[1]:
            self._deepen()
        self.sums[self._all, self.height] = counts
        self.weights[self._all, self.height] = weights
        self.height += 1
        left = self._all[self.height > 1]
        while left.size:
            left = self._join(left)
        top = self.height - 1
        sums, held = self.sums[self._all, top], self.weights[self._all, top]
        # A block adds its count times the logarithm of its rate.
        gain = np.where(sums > 0, sums * np.log(np.where(sums > 0, sums, 1.0) / held), 0.0)
        self.gains[self._all, top + 1] = self.gains[self._all, top] + gain

    def empty(self, which: Places) -> None:
        """Forget the blocks of these series."""
        self.height[which] = 0

    def suffixes(self) -> tuple[Floats, Floats]:
        """Counts and weights from the start of each block until now (series x deepest); NaN above a stack's height."""
        deepest = max(int(self.height.max()), 1)
        there = np.arange(deepest) < self.height[:, None]
        found = (np.where(there, one[:, :deepest], 0.0) for one in (self.sums, self.weights))
        sums, weights = (np.cumsum(one[:, ::-1], axis=1)[:, ::-1] for one in found)
        return np.where(there, sums, np.nan), np.where(there, weights, np.nan)

    def _join(self, which: Places) -> Places:
        top = self.height[which] - 1
        over = self.sums[which, top - 1] * self.weights[which, top]
        joined = over >= self.sums[which, top] * self.weights[which, top - 1]
        which, top = which[joined], top[joined]
        self.sums[which, top - 1] += self.sums[which, top]
        self.weights[which, top - 1] += self.weights[which, top]
        self.height[which] -= 1
        return np.asarray(which[self.height[which] > 1])

    def _deepen(self) -> None:
        for name in ("sums", "weights", "gains"):
            held = getattr(self, name)
            setattr(self, name, np.concatenate([held, np.zeros_like(held)], axis=1))

"""The bar that shows how far a verification is (进度条), on a terminal only."""

from __future__ import annotations

import sys
from typing import TextIO

from lianfang.interfaces.two_files.labels import STEPS

_ORDER = ("read", "compare", "match", "report")
_SIGNS = 30
_CLEAR = "\r\x1b[K"


class Bar:
    """A line on standard error that is drawn over itself; nothing at all where nobody looks."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._last = ""
        self._share = 0.0

    def __call__(self, step: str, done: int, whole: int) -> None:
        """Show `done` of `whole` of a step as a part of all steps; the bar never goes back."""
        if not self._shown:
            return
        self._share = max(self._share, _share(step, done / whole if whole else 0.0))
        signs = round(self._share * _SIGNS)
        line = f"[{'#' * signs}{'.' * (_SIGNS - signs)}] {self._share:>4.0%} {STEPS.get(step, step)}"
        if line != self._last:
            self._stream.write(f"{_CLEAR}{line}")
            self._stream.flush()
            self._last = line

    def clear(self) -> None:
        """Take the line away."""
        if self._last:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._last = ""


def _share(step: str, within: float) -> float:
    """How much of all is done, each step counting alike; what comes before them counts as none."""
    return (_ORDER.index(step) + min(1.0, within)) / len(_ORDER) if step in _ORDER else 0.0

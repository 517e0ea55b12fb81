"""What a picture of series shows (图表内容): places on the time axis, and bars, lines and bands above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

Values = Sequence[float | None]
"""One value a place on the time axis; None where there is none (drawn as a gap, never as zero)."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from zero. `tone` is a class of the style sheet: main, second, third, warn, grey. `flagged` are marked."""

    label: str
    values: Values
    tone: str = "main"
    flagged: Sequence[bool] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `right` puts it on the right-hand axis. From place `grey_from` on it is drawn grey: not yet reliable."""

    label: str
    values: Values
    tone: str = "second"
    dashed: bool = False
    right: bool = False
    grey_from: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """The space between two lines: an interval."""

    label: str
    low: Values
    high: Values
    tone: str = "second"
    right: bool = False
    grey_from: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: its finding or measure, the places of its time axis, the marks, the unit of each value axis, a note.

    `level` is a horizontal line worth comparing with (Rt of 1), on the left axis.
    """

    title: str
    at: Sequence[date | int | float | str]
    bars: Sequence[Bars] = ()
    bands: Sequence[Band] = ()
    lines: Sequence[Line] = ()
    unit: str = ""
    right_unit: str = ""
    level: float | None = None
    note: str = ""
    description: str = field(default="")
    """One sentence for those who do not see it."""

"""A picture of series as SVG (矢量图)."""

from __future__ import annotations

from lianfang.interfaces.charts.chart import Chart


def svg(chart: Chart, *, width: int = 640, height: int = 280, standalone: bool = False) -> str:
    """The picture; `standalone` carries its own colours, otherwise the page's style sheet gives them by class."""
    raise NotImplementedError

"""Pictures of series (图表): drawn on the server as SVG, without script; dark and light by the page's own classes."""

from lianfang.interfaces.charts.chart import Band, Bars, Chart, Line
from lianfang.interfaces.charts.picture import png
from lianfang.interfaces.charts.svg import on_page, svg

__all__ = ["Band", "Bars", "Chart", "Line", "on_page", "png", "svg"]

"""A picture of series as SVG (矢量图): axes, bars, bands, lines, flags and a legend; colours come by class.

A page gives the colours in `charts.css`, for light and dark; a picture that leaves the page carries its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lianfang.interfaces.charts.chart import Band, Bars, Chart, Line, Values
from lianfang.interfaces.charts.scale import Axis, axis_for, labels, number_text, runs

TOP, BOTTOM, LEFT, RIGHT = 42, 26, 46, 14
ROW: Final = 18  # from one row of the legend to the next
NARROW: Final = (360, 260)  # a picture for a phone: its letters keep their size there
ABOVE, BELOW = 26, 22
WIDE_LETTER: Final = 12  # a Chinese character at the size of legends; a Latin one takes about half
OWN_COLOURS: Final = """
.lf-chart{font-family:"Noto Sans CJK SC","Noto Sans SC",sans-serif;font-size:12px}
.lf-chart text{fill:#444}.lf-chart .paper{fill:#fff}.lf-chart .grid{stroke:#ddd}.lf-chart .level{stroke:#888}
.lf-chart .head{font-size:14px;font-weight:600;fill:#111}
.bar{stroke:none}.bar.main{fill:#2563b0}.bar.second{fill:#d9860a}.bar.third{fill:#178a5a}.bar.warn{fill:#b42318}
.bar.grey{fill:#b5b5b5}.line{fill:none;stroke-width:2}.line.main{stroke:#2563b0}.line.second{stroke:#d9860a}
.line.third{stroke:#178a5a}.line.warn{stroke:#b42318}.line.grey{stroke:#9a9a9a}.dashed{stroke-dasharray:5 4}
.band{stroke:none;opacity:.22}.band.main{fill:#2563b0}.band.second{fill:#d9860a}.band.third{fill:#178a5a}
.band.warn{fill:#b42318}.band.grey{fill:#9a9a9a}.flag{fill:#b42318}
"""


@dataclass(frozen=True, slots=True)
class _Paper:
    """The drawing area: how large, how many places on the time axis, and both value axes."""

    width: int
    height: int
    many: int
    left: Axis
    right: Axis | None
    top: int = TOP

    @property
    def inner(self) -> float:
        """Width of the area between the axes."""
        return self.width - LEFT - (LEFT if self.right else RIGHT)

    def x(self, place: float) -> float:
        """The middle of a place on the time axis."""
        return LEFT + (place + 0.5) * self.inner / self.many

    def y(self, value: float, *, right: bool = False) -> float:
        """Where a value stands on its axis."""
        axis = self.right if right and self.right else self.left
        return self.top + (1 - axis.share(value)) * (self.height - self.top - BOTTOM)


def svg(chart: Chart, *, width: int = 640, height: int = 280, standalone: bool = False) -> str:
    """The picture; `standalone` carries its own colours, title and note, otherwise the page has them around it."""
    paper = _paper(chart, width, height)
    above, below = (ABOVE, BELOW if chart.note else 0) if standalone else (0, 0)
    whole = height + above + below
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lf-chart" viewBox="0 {-above} {width} {whole}"'
        f' width="{width}" height="{whole}" role="img" aria-label={quoteattr(chart.description or chart.title)}>'
    )
    own = _own(chart, paper, whole) if standalone else []
    marks = [*_grid(chart, paper), *_bars(chart, paper), *_bands(chart, paper), *_lines(chart, paper)]
    return "".join([opening, *own, *marks, *_legend(chart, paper), "</svg>"])


def on_page(chart: Chart, *, width: int = 640, height: int = 280) -> str:
    """The picture for a page, drawn twice: as broad as asked, and for a phone; the style sheet shows one of them.

    A broad picture made small has letters nobody can read.
    """
    broad, narrow = svg(chart, width=width, height=height), svg(chart, width=NARROW[0], height=NARROW[1])
    return f'<div class="lf-broad">{broad}</div><div class="lf-narrow">{narrow}</div>'


def _own(chart: Chart, paper: _Paper, whole: int) -> list[str]:
    """What a picture needs that stands alone: colours, paper, title, and the note under it."""
    return [
        f"<style>{OWN_COLOURS}</style>",
        f'<rect class="paper" x="0" y="{-ABOVE}" width="{paper.width}" height="{whole}"/>',
        f'<text class="head" x="{LEFT}" y="-8">{escape(chart.title)}</text>',
        _text(LEFT, paper.height + 14, chart.note) if chart.note else "",
    ]


def _paper(chart: Chart, width: int, height: int) -> _Paper:
    rights = [one.values for one in chart.lines if one.right]
    rights += [side for one in chart.bands if one.right for side in (one.low, one.high)]
    lefts: list[Values] = [one.values for one in chart.bars]
    lefts += [one.values for one in chart.lines if not one.right]
    lefts += [side for one in chart.bands if not one.right for side in (one.low, one.high)]
    level = [] if chart.level is None else [chart.level]
    least_step = 1.0 if chart.bars and _are_counts(chart.bars) else 0.0
    left = axis_for([*(value for values in lefts for value in values), *level], least_step=least_step)
    right = axis_for([value for values in rights for value in values]) if rights else None
    rows = 1 + max((row for *_one, row in _legend_places(chart, width)), default=0)
    return _Paper(width, height, max(1, len(chart.at)), left, right, TOP + ROW * (rows - 1))


def _are_counts(bars: Sequence[Bars]) -> bool:
    return all(value is None or value == round(value) for one in bars for value in one.values)


def _grid(chart: Chart, paper: _Paper) -> Iterable[str]:
    end = paper.width - (LEFT if paper.right else RIGHT)
    for tick in paper.left.ticks:
        y = paper.y(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 6, y + 4, number_text(tick), anchor="end")
    for tick in paper.right.ticks if paper.right else ():
        yield _text(end + 6, paper.y(tick, right=True) + 4, number_text(tick))
    for place, label in labels(chart.at, many=max(2, int(paper.inner // 80))):
        yield _text(paper.x(place), paper.height - 8, label, anchor="middle")
    yield from (_text(x, paper.top - 8, unit, anchor=side) for x, unit, side in _units(chart, end) if unit)
    if chart.level is not None:
        y = paper.y(chart.level)
        yield f'<line class="level" x1="{LEFT}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _units(chart: Chart, end: int) -> list[tuple[int, str, str]]:
    """The units stand over their axes, towards the edges: a word may be broader than the axis."""
    return [(2, chart.unit, "start"), (max(end + LEFT, end) - 2, chart.right_unit, "end")]


def _bars(chart: Chart, paper: _Paper) -> Iterable[str]:
    each = paper.inner / paper.many / max(1, len(chart.bars))
    broad = max(0.8, each * 0.82)
    for order, one in enumerate(chart.bars):
        shift = (order - len(chart.bars) / 2) * each + (each - broad) / 2
        yield f'<g class="bar {one.tone}">'
        for place, value in enumerate(one.values):
            if value is not None and value != 0:
                top, ground = sorted((paper.y(value), paper.y(max(0.0, paper.left.low))))
                x = paper.x(place) + shift
                yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{broad:.1f}" height="{max(0.5, ground - top):.1f}"/>'
        yield "</g>"
        yield from _flags(one, paper)


def _flags(one: Bars, paper: _Paper) -> Iterable[str]:
    for place, flagged in enumerate(one.flagged):
        if flagged:
            x, y = paper.x(place), paper.y(one.values[place] or 0.0) - 4
            yield f'<path class="flag" d="M{x - 4:.1f} {y - 7:.1f}h8l-4 7z"/>'


def _bands(chart: Chart, paper: _Paper) -> Iterable[str]:
    for one in chart.bands:
        for tone, low, high in _toned(one.grey_from, one.tone, one.low, one.high):
            for run in runs([None if a is None else b for a, b in zip(low, high, strict=True)]):
                yield f'<path class="band {tone}" d="{_outline(one, run, paper)}"/>'


def _outline(one: Band, run: Sequence[int], paper: _Paper) -> str:
    above = [f"{paper.x(place):.1f} {paper.y(one.high[place] or 0, right=one.right):.1f}" for place in run]
    below = [f"{paper.x(place):.1f} {paper.y(one.low[place] or 0, right=one.right):.1f}" for place in reversed(run)]
    return f"M{'L'.join([*above, *below])}Z"


def _lines(chart: Chart, paper: _Paper) -> Iterable[str]:
    for one in chart.lines:
        kind = " dashed" if one.dashed else ""
        for tone, values, _same in _toned(one.grey_from, one.tone, one.values, one.values):
            for run in runs(values):
                yield f'<path class="line {tone}{kind}" d="{_stroke(one, values, run, paper)}"/>'


def _stroke(one: Line, values: Values, run: Sequence[int], paper: _Paper) -> str:
    points = [f"{paper.x(place):.1f} {paper.y(values[place] or 0, right=one.right):.1f}" for place in run]
    return f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h2"


def _toned(grey_from: int | None, tone: str, low: Values, high: Values) -> Iterable[tuple[str, Values, Values]]:
    """The reliable part in its tone and the rest in grey; they meet in one place so that no gap is drawn."""
    if grey_from is None:
        yield tone, low, high
        return
    first: Callable[[Values], Values] = lambda all_: [v if p <= grey_from else None for p, v in enumerate(all_)]  # noqa: E731
    rest: Callable[[Values], Values] = lambda all_: [v if p >= grey_from else None for p, v in enumerate(all_)]  # noqa: E731
    yield tone, first(low), first(high)
    yield "grey", rest(low), rest(high)


def _legend(chart: Chart, paper: _Paper) -> Iterable[str]:
    for kind, one, x, row in _legend_places(chart, paper.width):
        down = ROW * row
        shape = (
            f'<path class="line {one.tone}{" dashed" if one.dashed else ""}" d="M{x:.0f} {12 + down}h16"/>'
            if isinstance(one, Line)
            else f'<rect class="{kind} {one.tone}" x="{x:.0f}" y="{7 + down}" width="16" height="10" rx="2"/>'
        )
        yield shape + _text(x + 22, 16 + down, one.label)


def _legend_places(chart: Chart, width: int) -> Iterable[tuple[str, Bars | Band | Line, float, int]]:
    """Each entry with where it begins and in which row: one that would run off the side begins the next row."""
    x, row = float(LEFT), 0
    shapes: list[tuple[str, Bars | Band | Line]] = [("bar", one) for one in chart.bars]
    shapes += [("band", one) for one in chart.bands] + [("line", one) for one in chart.lines]
    for kind, one in shapes:
        breadth = 22 + _breadth(one.label)
        if x > LEFT and x + breadth > width:
            x, row = float(LEFT), row + 1
        yield kind, one, x, row
        x += breadth + 18


def _breadth(text: str) -> float:
    return sum(WIDE_LETTER if ord(letter) > 0x2E80 else WIDE_LETTER * 0.56 for letter in text)  # noqa: PLR2004  CJK begins


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'

"""Pictures of series (图表): round axes, gaps that stay gaps, flags, and nothing that a page must not hold."""

from __future__ import annotations

import re
import struct
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from lianfang.interfaces.charts import Band, Bars, Chart, Line, on_page, png, svg
from lianfang.interfaces.charts.scale import axis_for, labels, runs

DAYS = [date(2020, 2, 10) + timedelta(days) for days in range(51)]
CHART = Chart(
    "新增 < 5 & 7 日均值",
    DAYS,
    bars=[Bars("新增", [float(one % 7) for one in range(51)], flagged=[one == 5 for one in range(51)])],
    lines=[Line("均值", [None] * 6 + [3.0] * 45, grey_from=40), Line("在管", [100.0] * 51, tone="third", right=True)],
    bands=[Band("区间", [2.0] * 51, [4.0] * 51)],
    level=1.0,
)


def _shapes(drawn: str, name: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(drawn).iter() if name in (one.get("class") or "").split()]  # noqa: S314  ours


@given(st.lists(st.floats(min_value=0, max_value=1e10) | st.none(), max_size=40))
def test_an_axis_starts_at_zero_holds_every_value_and_has_few_ticks(values):
    axis = axis_for(values)
    assert axis.low == 0
    assert all(value <= axis.high * (1 + 1e-9) for value in values if value is not None)
    assert 2 <= len(axis.ticks) <= 8


def test_a_value_below_zero_has_a_place_under_the_zero_line():
    axis = axis_for([-3.0, 8.0])
    assert axis.low <= -3 and 0.0 in [round(tick, 9) for tick in axis.ticks]


def test_the_last_day_always_carries_its_label_and_long_series_show_the_year():
    assert labels(DAYS)[-1] == (50, "03-31")
    long = [date(2020, 1, 1) + timedelta(30 * month) for month in range(24)]
    assert labels(long)[-1][1].startswith("2021-")


def test_a_gap_stays_a_gap():
    assert runs([1.0, None, 2.0, 3.0, None]) == [[0], [2, 3]]
    drawn = svg(Chart("gap", [1, 2, 3, 4, 5], lines=[Line("a", [1.0, 2.0, None, 4.0, 5.0])]))
    assert len(_shapes(drawn, "line")) == 2 + 1  # two runs and the sign in the legend


def test_what_is_not_yet_reliable_is_grey_and_what_alarms_is_flagged():
    drawn = svg(CHART)
    assert len(_shapes(drawn, "flag")) == 1
    assert len(_shapes(drawn, "grey")) == 1


def test_a_picture_on_a_page_has_no_style_of_its_own_and_one_that_leaves_has():
    assert "style" not in svg(CHART)
    assert "<style>" in svg(CHART, standalone=True)
    assert "新增 &lt; 5 &amp; 7 日均值" in svg(CHART, standalone=True)
    assert not re.search(r"nan|inf", svg(CHART, standalone=True))


def test_a_picture_can_be_had_in_pixels():
    made = png(svg(CHART, standalone=True), width=600)
    assert made.startswith(b"\x89PNG")
    assert abs(struct.unpack(">I", made[16:20])[0] - 600) <= 1


def test_half_a_person_is_no_tick():
    assert axis_for([1.0], least_step=1).ticks == (0.0, 1.0)
    drawn = svg(Chart("few", [1, 2], bars=[Bars("ill", [1.0, 2.0])]))
    said = [one.text for one in ET.fromstring(drawn) if one.tag.endswith("text")]  # noqa: S314  ours
    assert "2" in said and not any("." in (one or "") for one in said)


@given(st.lists(st.text(min_size=1, max_size=24, alphabet="abc 人"), min_size=1, max_size=5))
def test_no_word_of_the_legend_of_a_narrow_picture_runs_off_its_side(names):
    chart = Chart("many", [1], lines=[Line(name, [1.0]) for name in names])
    rows = [one for one in ET.fromstring(svg(chart, width=360, height=260)) if one.tag.endswith("path")]  # noqa: S314
    ends = [
        (float(one.get("d", "").split()[0][1:]), one.get("d", "").split()[1])
        for one in rows
        if "h16" in one.get("d", "")
    ]
    assert len(ends) == len(names) and len(set(ends)) == len(names)
    for (x, _row), name in zip(ends, names, strict=True):
        assert x == 46 or x + 22 + sum(12 if one == "人" else 6.72 for one in name) <= 361


def test_a_page_has_the_picture_twice_broad_and_for_a_phone():
    drawn = on_page(CHART, width=640)
    assert drawn.count("<svg") == 2
    assert 'viewBox="0 0 640 ' in drawn and 'viewBox="0 0 360 ' in drawn

"""Epidemiological weeks (流行病学周) against the package aweek and Python's own ISO weeks."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.analysis import calendar
from lianfang.domain.refusals import Refused
from tests.domain.analysis import reference


@pytest.mark.parametrize(("column", "start"), [("iso_monday", 1), ("mmwr_sunday", 7), ("saturday", 6)])
def test_weeks_are_those_of_aweek(column: str, start: int) -> None:
    rows = reference.rows(reference.entry("epiweeks_1999_2012")["output"])
    found = calendar.week([row["date"] for row in rows], week_start=start)
    assert found.labels.tolist() == [row[column] for row in rows]


@given(st.dates(date(1600, 1, 1), date(2500, 12, 31)))
def test_iso_weeks_are_those_of_the_standard_library(day: date) -> None:
    found = calendar.week(day)
    assert (int(found.year), int(found.number)) == day.isocalendar()[:2]
    assert str(found.labels) == f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02d}"


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(1, 7))
def test_a_week_has_seven_days_and_starts_on_its_day(day: date, start: int) -> None:
    first = date.fromisoformat(str(calendar.week(day, week_start=start).first))
    assert first.isoweekday() == start and 0 <= (day - first).days < 7
    whole = calendar.week([first + timedelta(days=n) for n in range(7)], week_start=start)
    assert len(set(whole.labels)) == 1
    assert 1 <= int(whole.number[0]) <= 53


def test_a_million_days_take_half_a_second() -> None:
    days = np.datetime64("1990-01-01") + np.random.default_rng(1).integers(0, 20_000, 1_000_000)
    began = perf_counter()
    calendar.week(days)
    assert perf_counter() - began < 2  # the bar is 0.5 s on an idle machine; tests share theirs


@pytest.mark.parametrize("wrong", ["2026-02-30", "soon", None, ["2026-02-01", "NaT"]])
def test_what_is_no_day_is_refused(wrong: object) -> None:
    with pytest.raises(Refused) as refused:
        calendar.week(wrong)
    assert refused.value.code == "date.format"


def test_a_week_starts_on_one_of_seven_days() -> None:
    with pytest.raises(Refused):
        calendar.week("2026-02-01", week_start=0)

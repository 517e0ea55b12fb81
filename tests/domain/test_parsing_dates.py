"""Days and moments are read when there is one way to read them (日期与时间)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.parsing.dates import parse_day, parse_moment
from lianfang.domain.refusals import Note
from tests.domain.reading import ZONE, code_of, json_values, unhurried, wide


def day(raw: Any) -> tuple[date, list[str]]:
    notes: list[Note] = []
    return parse_day(raw, "day", notes), [note.code for note in notes]


def moment(raw: Any, channel: str = "json") -> tuple[datetime, list[str]]:
    notes: list[Note] = []
    return parse_moment(raw, "reported_at", notes, zone=ZONE, channel=channel), [note.code for note in notes]


@pytest.mark.parametrize("raw", ["2026-03-02", date(2026, 3, 2)])
def test_an_iso_day_is_kept_without_a_word(raw: Any) -> None:
    assert day(raw) == (date(2026, 3, 2), [])


@pytest.mark.parametrize(
    "raw",
    [
        *("2026/3/2", "2026.03.02", "2026-3-2", "20260302", "2026年3月2日", "2026 年 3 月 2 号", "2026-03-02 00:00:00"),
        *(wide("2026-03-02"), " 2026-03-02", "٢٠٢٦-٠٣-٠٢"),
    ],
)
def test_a_day_written_otherwise_is_understood_and_noted(raw: str) -> None:
    assert day(raw) == (date(2026, 3, 2), ["date.format"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("02/03/2026", "date.ambiguous"),
        ("2.3.2026", "date.ambiguous"),
        ("13/3/2026", "date.format"),
        ("2026-3/2", "date.format"),
        ("26-03-02", "date.format"),
        ("3月2日", "date.format"),
        ("46083", "date.format"),
        ("2026-03-02T16:05:00+08:00", "date.format"),
        ("2026-02-29", "date.invalid"),
        ("2026-00-10", "date.invalid"),
        ("12026-01-01", "date.invalid"),
        ("tomorrow", "date.format"),
        ("", "required"),
        (46083, "type"),
        (True, "type"),
        (datetime(2026, 3, 2, 8, 30, tzinfo=UTC), "date.format"),
    ],
)
def test_a_day_that_could_be_another_is_refused(raw: Any, code: str) -> None:
    assert code_of(day, raw) == code


def test_a_workbook_moment_at_midnight_is_its_day() -> None:
    assert day(datetime(2026, 3, 2))[0] == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-03-02T16:05:00+08:00", datetime(2026, 3, 2, 8, 5, tzinfo=UTC)),
        ("2026-03-02T08:05:00Z", datetime(2026, 3, 2, 8, 5, tzinfo=UTC)),
        ("2026-03-02 16:05+0800", datetime(2026, 3, 2, 8, 5, tzinfo=UTC)),
        ("2026-03-02T08:05:00.250-00:30", datetime(2026, 3, 2, 8, 35, 0, 250000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_given_in_the_unit_s_zone(raw: str, expected: datetime) -> None:
    kept, notes = moment(raw)
    assert (kept, kept.tzinfo, notes) == (expected, ZONE, [])


def test_without_an_offset_a_program_is_refused_and_a_person_is_taken_at_local_time() -> None:
    assert code_of(moment, "2026-03-02T16:05:00") == "time.no_offset"
    kept, notes = moment("2026-03-02T16:05", "form")
    assert (kept, notes) == (datetime(2026, 3, 2, 16, 5, tzinfo=timezone(timedelta(hours=8))), ["time.no_offset"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2026-03-02T23:59:60+08:00", "time.invalid"),
        ("2026-03-02T24:00:00+08:00", "time.invalid"),
        ("2026-02-30T08:00:00Z", "time.invalid"),
        ("2026-03-02T08:00:00+99:00", "time.invalid"),
        ("2026-03-02T08:00:00+08:75", "time.invalid"),
        ("0001-01-01T00:00:00+08:00", "time.invalid"),
        ("9999-12-31T23:59:59-08:00", "time.invalid"),
        ("2026-W10-1T08:00:00Z", "time.invalid"),
        ("2026-03-02", "time.invalid"),
        ("", "required"),
        (1772438700, "type"),
    ],
)
def test_what_is_no_moment_is_refused(raw: Any, code: str) -> None:
    assert code_of(moment, raw) == code


@unhurried
@given(st.dates(date(1800, 1, 1), date(2999, 12, 31)))
def test_every_iso_day_is_read_back(value: date) -> None:
    assert day(value.isoformat()) == (value, [])


@unhurried
@given(st.datetimes(datetime(1801, 1, 1), datetime(2998, 1, 1), timezones=st.just(ZONE), allow_imaginary=False))
def test_every_rfc_moment_is_the_same_instant(value: datetime) -> None:
    utc = value.astimezone(UTC)
    assert moment(utc.isoformat())[0].astimezone(UTC) == utc


@unhurried
@given(json_values() | st.from_regex(r"\d{3,6}[-/.年]\d{1,2}[-/.月]\d{1,2}日?( \d\d:\d\d)?", fullmatch=True))
def test_no_value_escapes_the_one_refusal(raw: Any) -> None:
    code_of(day, raw)
    code_of(moment, raw)
    code_of(moment, raw, "form")

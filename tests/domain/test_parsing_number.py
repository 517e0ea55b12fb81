"""Readings and counts are read exactly or refused with the reason (体温与人数)."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.parsing.number import LARGEST_COUNT, parse_count, parse_measure, parse_temperature
from lianfang.domain.refusals import Note, Refused
from tests.domain.reading import POLICY, code_of, json_values, unhurried, wide


def temperature(raw: Any) -> tuple[Decimal, list[Note]]:
    notes: list[Note] = []
    return parse_temperature(raw, "temperature", POLICY, notes), notes


def count(raw: Any, channel: str = "json") -> tuple[int, list[str]]:
    notes: list[Note] = []
    return parse_count(raw, "fever", notes, channel=channel), [note.code for note in notes]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [("36.5", "36.5"), ("36.50", "36.50"), ("37.25", "37.25"), (Decimal("36.6"), "36.6"), (36.6, "36.6"), (37, "37")],
)
def test_a_plain_reading_is_kept_as_it_is(raw: Any, kept: str) -> None:
    value, notes = temperature(raw)
    assert (str(value), notes) == (kept, [])


@pytest.mark.parametrize(
    "raw",
    [
        *("36,5", "36\uff0c5", "36\u30025", "36\uff615", wide("36.5"), "36度5", "+36.5", " 36.5 ", "036.5", "3.65E+01"),
        *("36.5℃", "36.5 °C", "36.5度", "36.5摄氏度", "36.5c"),
    ],
)
def test_a_reading_written_otherwise_is_understood_and_noted(raw: str) -> None:
    value, notes = temperature(raw)
    assert value == Decimal("36.5")
    assert [(note.code, note.kept, note.warning) for note in notes] in (
        [("number.format", value, False)],
        [("number.unit", value, False)],
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("36_5", "number.format"),
        ("36.", "number.format"),
        (".5", "number.format"),
        ("36.\u200b5", "number.format"),
        ("36 5", "number.format"),
        ("36.5~36.9", "number.format"),
        ("——", "number.format"),
        ("Infinity", "number.format"),
        (float("nan"), "number.format"),
        (Decimal("-Infinity"), "number.format"),
        ("97.7°F", "number.unit"),
        ("97.7华氏度", "number.unit"),
        (Decimal("1E+999999"), "number.out_of_range"),
        (Decimal("1E-999999"), "number.out_of_range"),
        ("36.555", "number.precision"),
        (Decimal("37.26001"), "number.precision"),
        ("", "required"),
        (None, "required"),
        ([36.5], "type"),
        (True, "type"),
    ],
)
def test_what_is_no_reading_is_refused(raw: Any, code: str) -> None:
    assert code_of(temperature, raw) == code


@pytest.mark.parametrize(("raw", "meant"), [(365, "36.5"), ("3.65", "36.5"), ("3650", "36.50"), ("4.01", "40.1")])
def test_a_slipped_decimal_point_is_suggested_and_never_stored(raw: Any, meant: str) -> None:
    with pytest.raises(Refused) as caught:
        temperature(raw)
    assert Decimal(caught.value.problems[0].facts["suggest"]) == Decimal(meant)


def test_a_refusal_tells_the_bounds_and_suggests_nothing_it_cannot_know() -> None:
    with pytest.raises(Refused) as caught:
        temperature("97.7")
    assert caught.value.problems[0].facts == {"low": "34.0", "high": "43.0"}


@pytest.mark.parametrize(("raw", "warned"), [("34.9", True), ("35.0", False), ("42.0", False), ("42.1", True)])
def test_a_possible_but_odd_reading_asks_for_a_second_look(raw: str, warned: bool) -> None:
    assert [note.warning for note in temperature(raw)[1]] == [True] * warned


def test_zeros_behind_the_second_decimal_do_not_count_as_precision() -> None:
    assert str(temperature("36.5000")[0]) == "36.50"


def test_a_measure_has_the_bounds_it_is_given() -> None:
    low, high = Decimal(0), Decimal(60)
    assert parse_measure("25", "test.ct", [], low=low, high=high) == 25
    assert code_of(parse_measure, "61", "test.ct", [], low=low, high=high) == "number.out_of_range"


@pytest.mark.parametrize(
    ("raw", "kept", "noted"),
    [
        (0, 0, []),
        (Decimal("37.0"), 37, []),
        ("40", 40, ["number.format"]),
        ("40人", 40, ["number.unit"]),
        ("无", 0, ["number.format"]),
        ("零", 0, ["number.format"]),
        (2147483647, LARGEST_COUNT, []),
    ],
)
def test_a_count_is_understood(raw: Any, kept: int, noted: list[str]) -> None:
    assert count(raw) == (kept, noted)


def test_a_count_in_digits_is_usual_in_tables_and_forms() -> None:
    assert count("40", "text") == (40, [])
    assert count(wide("40"), "form") == (40, ["number.format"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "required"),
        (" ", "required"),
        (-1, "number.out_of_range"),
        ("-1", "number.out_of_range"),
        (2147483648, "number.out_of_range"),
        (Decimal("1E+9999"), "number.out_of_range"),
        (37.5, "number.integer"),
        ("37.5", "number.integer"),
        ("1,240", "number.format"),
        ("1，240", "number.format"),
        ("many", "number.format"),
        (False, "type"),
        ({}, "type"),
    ],
)
def test_what_is_no_count_is_refused(raw: Any, code: str) -> None:
    assert code_of(count, raw) == code


@unhurried
@given(st.decimals(min_value=34, max_value=43, places=2))
def test_every_reading_within_bounds_is_kept_exactly(value: Decimal) -> None:
    assert temperature(str(value))[0] == value
    assert temperature(value)[0] == value


@unhurried
@given(json_values())
def test_no_value_escapes_the_one_refusal(raw: Any) -> None:
    code_of(temperature, raw)
    code_of(count, raw)
    code_of(count, raw, "text")


def test_long_digits_cost_nothing() -> None:
    started = time.perf_counter()
    for raw in ("9" * 100_000, "1." + "9" * 100_000, Decimal("36." + "5" * 100_000)):
        assert code_of(temperature, raw)
        assert code_of(count, raw)
    assert time.perf_counter() - started < 0.5

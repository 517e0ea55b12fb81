"""Columns, rows that are no data, and rows against each other (表格)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.answers import (
    COLUMNS,
    MEMBERS,
    column_of,
    header_of,
    looks_like_header,
    looks_like_signature_or_total,
    nest,
    row_problems,
)
from lianfang.domain.parsing.person import MEMBERS as PERSON_MEMBERS
from tests.domain.reading import understood, unhurried

HEADER = ["姓名", "证件号码", "单位代码", "日期", "时段", "体温", "症状", "备注"]


def row(**changes: str) -> dict[str, str]:
    cells = {"姓名": "张伟", "证件号码": "11010519491231002X", "单位代码": "S1-K1", "日期": "2026-03-02"}
    return {**cells, "时段": "上午", "体温": "36.5", "症状": "无", "备注": "", **changes}


def drafts(*rows: dict[str, str]) -> list[Any]:
    return [(number, understood(nest(cells), "text")[0]) for number, cells in enumerate(rows, start=2)]


def found(*rows: dict[str, str]) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.row) for problem in row_problems(drafts(*rows))]


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (" 体温\n(℃) ", "temperature"),
        ("体温（℃）", "temperature"),
        ("*姓 名", "person.name"),
        ("身份证号码：", "person.id_number"),
        ("ID_Number", "person.id_number"),
        ("person.phone", "person.phone"),
        ("health code", "health_code"),
        ("手机号【必填】", "person.phone"),
        ("体温复测", None),
        ("血型", None),
        ("", None),
        ("体温" * 200, None),
    ],
)
def test_a_header_is_known_whatever_its_blanks_and_units(header: str, path: str | None) -> None:
    assert column_of(header) == path


def test_every_column_is_a_member_of_a_report_and_has_headers_in_both_languages() -> None:
    for path in set(COLUMNS.values()):
        outer, _, inner = path.partition(".")
        assert outer in MEMBERS
        assert outer != "person" or inner in PERSON_MEMBERS
        assert column_of(header_of(path, "zh-hans")) == column_of(header_of(path, "en")) == path


def test_a_row_becomes_the_raw_form_of_a_report_and_keeps_what_it_does_not_know() -> None:
    raw = nest({"姓名": "张伟", "证件号码": "x", "体温": "", "检测结果": "阴性", "血型": "O"})
    assert raw == {
        "temperature": "",
        "血型": "O",
        "person": {"name": "张伟", "id_number": "x"},
        "test": {"result": "阴性"},
    }


def test_the_header_again_is_recognised_and_a_person_is_not() -> None:
    assert looks_like_header(HEADER)
    assert looks_like_header(["", *HEADER[:3], ""])
    assert not looks_like_header(list(row().values()))
    assert not looks_like_header(["姓名"])
    assert not looks_like_header(["", ""])


@pytest.mark.parametrize(
    "first",
    [
        "合计",
        "合 计：",
        "总计40人",
        "填表人：李老师",
        "审核：",
        "制表人: x",
        "单位（盖章）",
        "班主任签字：",
        "注：体温单位为度",
        "Total",
        "Signature:",
    ],
)
def test_a_row_that_adds_up_or_signs_is_no_data(first: str) -> None:
    assert looks_like_signature_or_total(["", first, "", "审核"])


@pytest.mark.parametrize("first", ["张伟", "欧阳安然", "何合", "O'Brien", "注泽", "11010519491231002X", "", "总司令"])
def test_a_person_is_not_taken_for_a_signature(first: str) -> None:
    assert not looks_like_signature_or_total([first, "S1-K1"])


def test_the_same_row_twice_is_a_duplicate_of_the_first() -> None:
    assert found(row(), row(姓名="张 伟", 证件号码="11010519491231002x")) == [("row.duplicate", 3)]
    assert row_problems(drafts(row(), row()))[0].facts == {"first_row": 2}


def test_another_key_and_time_of_sending_make_no_difference() -> None:
    sent = [row(编号=f"row-000{number}", 填报时间=f"2026-03-02T08:0{number}:00+08:00") for number in (1, 2)]
    assert found(*sent) == [("row.duplicate", 3)]


@pytest.mark.parametrize("change", [{"体温": "36.6"}, {"单位代码": "S1-K2"}, {"姓名": "王芳"}, {"症状": "咳嗽"}])
def test_one_person_told_of_in_two_ways_is_a_conflict(change: dict[str, str]) -> None:
    assert found(row(), row(**change)) == [("row.conflict", 3)]


@pytest.mark.parametrize("change", [{"日期": "2026-03-01"}, {"证件号码": "530102199003070008"}])
def test_another_day_or_person_is_no_repetition(change: dict[str, str]) -> None:
    assert found(row(), row(**change)) == []


def test_two_with_one_name_and_no_number_cannot_be_told_apart() -> None:
    nameless = row(证件号码="")
    assert found(nameless, {**nameless, "体温": "38.1"}) == [("person.ambiguous", 2), ("person.ambiguous", 3)]
    assert found(nameless, {**nameless, "单位代码": "S1-K2"}) == []


@unhurried
@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_cells_can_be_looked_at(cells: list[str]) -> None:
    looks_like_header(cells)
    looks_like_signature_or_total(cells)
    nest(dict(zip(cells, cells, strict=True)))

"""Workbooks are read faithfully (工作簿): numbers, days, what is hidden, what is calculated, what is merged."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from lianfang.interfaces.exchange import Limits
from tests.interfaces.exchange.making import (
    CHINESE_DAY,
    DAY,
    HEADER,
    HOUR,
    PERSON,
    good_rows,
    number,
    packed,
    parts,
    put,
    row,
    sheet_xml,
    text,
    texts,
    workbook,
)
from tests.interfaces.exchange.reading import Outcome, in_this_process, outcome_of


def read(folder: Path, content: bytes, **limits: int) -> Outcome:
    """Read a workbook of this content."""
    return outcome_of(put(folder, content), "table.xlsx", limits=Limits(**limits), reader=in_this_process)


def only_cell(folder: Path, written: str, **book: str) -> object:
    """What becomes of one cell, written at B2."""
    outcome = read(folder, workbook(texts(1, ("甲", "乙")), row(2, text("A2", "x"), written), **book))
    assert outcome.sheet is not None
    return outcome.sheet.rows[0].cells[1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("36.599999999999994", "36.6"),
        ("36.6", "36.6"),
        ("37.25", "37.25"),
        ("0", "0"),
        ("-0", "0"),
        ("0.1", "0.1"),
        ("13800138000", "13800138000"),
        ("3.7E1", "37"),
        ("5.3010219900307E+17", "5.3010219900307E+17"),
    ],
)
def test_a_number_keeps_the_digits_a_person_typed(written: str, kept: str, tmp_path: Path) -> None:
    cell = only_cell(tmp_path, number("B2", written))
    assert isinstance(cell, Decimal)
    assert str(cell) == kept


@pytest.mark.parametrize("written", ["1E400", "NaN", "INF"])
def test_what_is_no_number_does_not_become_one(written: str, tmp_path: Path) -> None:
    assert isinstance(only_cell(tmp_path, number("B2", written)), str)


@pytest.mark.parametrize("style", [DAY, CHINESE_DAY])
def test_a_day_stays_a_day_in_both_systems(style: int, tmp_path: Path) -> None:
    assert only_cell(tmp_path, number("B2", 46083, style)) == date(2026, 3, 2)
    assert only_cell(tmp_path, number("B2", 46083.75, style)) == datetime(2026, 3, 2, 18, 0)
    in_1904 = '<workbookPr date1904="1"/>'
    assert only_cell(tmp_path, number("B2", 44621, style), book=in_1904) == date(2026, 3, 2)


@pytest.mark.parametrize("book", ["", '<workbookPr date1904="true"/>'])
@pytest.mark.parametrize("value", ["36.5", "37.3", "36.55", "1", "61", "366", "2000"])
def test_a_reading_shown_as_a_day_is_the_number_that_was_typed(value: str, book: str, tmp_path: Path) -> None:
    outcome = read(
        tmp_path, workbook(texts(1, ("甲", "体温")), row(2, text("A2", "x"), number("B2", value, DAY)), book=book)
    )
    assert outcome.sheet is not None
    assert outcome.sheet.rows[0].cells[1] == Decimal(value)
    (note,) = outcome.notes
    assert (note.code, note.kept, note.facts["row"], note.facts["column"]) == (
        "number.format",
        Decimal(value),
        2,
        "体温",
    )


def test_the_day_that_two_numbers_share_is_refused_and_never_guessed(tmp_path: Path) -> None:
    outcome = read(tmp_path, workbook(texts(1, ("甲", "脉搏")), row(2, text("A2", "x"), number("B2", 60, DAY))))
    assert [(problem.code, problem.row, problem.column) for problem in outcome.problems] == [
        ("date.invalid", 2, "脉搏")
    ]


def test_a_time_of_day_is_text_as_it_is_shown(tmp_path: Path) -> None:
    assert only_cell(tmp_path, number("B2", "0.354166666666667", HOUR)) == "08:30"


def test_booleans_iso_days_and_line_breaks_arrive(tmp_path: Path) -> None:
    assert only_cell(tmp_path, '<c r="B2" t="b"><v>1</v></c>') is True
    assert only_cell(tmp_path, '<c r="B2" t="d"><v>2026-03-02</v></c>') == date(2026, 3, 2)
    assert only_cell(tmp_path, text("B2", "甲_x000D_\n乙")) == "甲\r\n乙"


def test_cells_without_addresses_lie_one_after_the_other(tmp_path: Path) -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = [f"<row>{cell.format('甲')}{cell.format('乙')}</row>", f"<row>{cell.format('1')}{cell.format('2')}</row>"]
    outcome = read(tmp_path, workbook(*rows))
    assert outcome.sheet is not None
    assert outcome.sheet.header == ("甲", "乙")
    assert outcome.sheet.rows[0].cells == ("1", "2")


def test_names_may_carry_the_prefix_some_programs_write(tmp_path: Path) -> None:
    sheet = sheet_xml(*good_rows()).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert read(tmp_path, packed(parts(sheet))).names >= {"accept"}


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    outcome = read(
        tmp_path,
        workbook(row(4, text("C4", "姓名"), text("D4", "体温")), row(6, text("C6", "张伟"), number("D6", "36.5"))),
    )
    assert outcome.sheet is not None
    assert (outcome.sheet.header, outcome.sheet.header_row) == (("", "", "姓名", "体温"), 4)
    assert (outcome.sheet.read, outcome.sheet.blank) == (2, 1)
    assert list(outcome.sheet.records()) == [(6, {"姓名": "张伟", "体温": Decimal("36.5")})]


def test_a_false_dimension_is_not_believed(tmp_path: Path) -> None:
    outcome = read(tmp_path, workbook(*good_rows(3), before='<dimension ref="A1:B2"/>'))
    assert outcome.sheet is not None
    assert (len(outcome.sheet.rows), len(outcome.sheet.rows[2].cells)) == (3, 4)


def test_several_titles_and_labels_may_stand_above_the_header(tmp_path: Path) -> None:
    above = [
        texts(1, ["健康日报表"]),
        texts(2, ["单位：第一中学", "日期：2026-03-02"]),
        texts(3, HEADER),
        texts(4, PERSON),
    ]
    outcome = read(tmp_path, workbook(*above))
    assert outcome.sheet is not None
    assert (outcome.sheet.header_row, outcome.sheet.rows[0].number) == (3, 4)
    assert outcome.notes[0].facts == {"rows_above": 2}


def test_columns_of_two_groups_are_told_apart(tmp_path: Path) -> None:
    rows = [
        row(1, text("A1", "姓名"), text("B1", "上午"), text("D1", "下午")),
        row(2, text("B2", "体温"), text("C2", "症状"), text("D2", "体温"), text("E2", "症状")),
        texts(3, ("张伟", "36.5", "无", "36.6", "无")),
    ]
    merged = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="D1:E1"/></mergeCells>'
    outcome = read(tmp_path, workbook(*rows, after=merged))
    assert outcome.sheet is not None
    assert outcome.sheet.header == ("姓名", "上午体温", "上午症状", "下午体温", "下午症状")


def test_a_merged_cell_is_refused_in_every_row_it_covers_but_the_first_and_not_in_blank_ones(tmp_path: Path) -> None:
    rows = [*good_rows(1), texts(3, PERSON[:3]), texts(4, PERSON[:3]), texts(8, PERSON)]
    merged = '<mergeCells><mergeCell ref="D2:D4"/><mergeCell ref="A6:D7"/><mergeCell ref="A10:D12"/></mergeCells>'
    outcome = read(tmp_path, workbook(*rows, after=merged))
    assert [(problem.row, problem.column) for problem in outcome.problems] == [(3, "体温"), (4, "体温")]


def test_a_calculated_result_is_kept_with_a_warning_and_a_stale_one_refused(tmp_path: Path) -> None:
    rows = [*good_rows(1), texts(3, PERSON[:3])[:-6] + '<c r="D3"><f>36+0.5</f><v>36.5</v></c></row>']
    calculated = read(tmp_path, workbook(*rows))
    assert calculated.sheet is not None
    assert not calculated.problems
    assert [(note.code, note.facts["row"]) for note in calculated.notes] == [("cell.formula", 3)]
    assert calculated.sheet.rows[1].cells[3] == Decimal("36.5")
    for how in ('fullCalcOnLoad="1"', 'calcMode="manual"'):
        stale = read(tmp_path, workbook(*rows, book=f"<calcPr {how}/>"))
        assert [(problem.code, problem.row) for problem in stale.problems] == [("cell.formula", 3)]


def test_an_empty_text_is_a_result_too(tmp_path: Path) -> None:
    empty = '<c r="D3" t="str"><f>IF(1,"","x")</f><v></v></c></row>'
    outcome = read(tmp_path, workbook(*good_rows(1), texts(3, PERSON[:3])[:-6] + empty))
    assert outcome.sheet is not None
    assert not outcome.problems
    assert outcome.sheet.rows[1].cells[3] is None


def test_a_pronunciation_guide_is_never_the_text(tmp_path: Path) -> None:
    guide = '<rPh sb="0" eb="1"><t>zhang</t></rPh>'
    assert only_cell(tmp_path, f'<c r="B2" t="inlineStr"><is><t>张</t>{guide}</is></c>') == "张"
    assert only_cell(tmp_path, f'<c r="B2" t="inlineStr"><is>{guide}</is></c>') is None
    shared = f"<si>{guide}</si>"
    assert only_cell(tmp_path, '<c r="B2" t="s"><v>0</v></c>', shared=shared) is None


def test_formulas_that_a_writing_program_never_calculated_are_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, PERSON[:3])
        sheet.write_formula(1, 3, "=36+0.5")
    outcome = read(tmp_path, content.getvalue())
    assert [(problem.code, problem.row, problem.column) for problem in outcome.problems] == [
        ("cell.formula", 2, "体温")
    ]


def test_a_row_of_nothing_but_an_error_is_no_blank_row(tmp_path: Path) -> None:
    outcome = read(tmp_path, workbook(*good_rows(1), row(3, '<c r="D3" t="e"><v>#N/A</v></c>')))
    assert outcome.sheet is not None
    assert [(problem.code, problem.row, problem.column) for problem in outcome.problems] == [("cell.error", 3, "体温")]
    assert (outcome.sheet.read, outcome.sheet.blank, outcome.sheet.refused_rows) == (2, 0, {3})


def test_what_is_hidden_or_left_unread_is_said(tmp_path: Path) -> None:
    hidden_row = texts(3, PERSON).replace('<row r="3"', '<row r="3" hidden="1"')
    columns = '<cols><col min="4" max="4" hidden="1"/></cols>'
    outcome = read(tmp_path, workbook(*good_rows(1), hidden_row, before=columns))
    said = {note.code: dict(note.facts) for note in outcome.notes}
    assert said == {"file.hidden_rows": {"rows": 1}, "file.hidden_columns": {"columns": ("体温",)}}


def two_sheets(first: str, second: str) -> bytes:
    """A workbook of two visible sheets."""
    content = parts(first)
    relations, book = "xl/_rels/workbook.xml.rels", "xl/workbook.xml"
    content[relations] = content[relations].replace(
        "</Relationships>",
        content[relations].partition("<Relationship ")[1]
        + content[relations].partition("<Relationship ")[2].replace("rId1", "rId2").replace("sheet1.xml", "sheet2.xml"),
    )
    content[book] = content[book].replace("</sheets>", '<sheet name="另" sheetId="2" r:id="rId2"/></sheets>')
    return packed(content | {"xl/worksheets/sheet2.xml": second})


def test_a_page_of_instructions_before_the_table_is_passed_over_and_named(tmp_path: Path) -> None:
    explains = sheet_xml(texts(1, ["填写说明"]), texts(2, ["每日16:30前填报"]))
    outcome = read(tmp_path, two_sheets(explains, sheet_xml(*good_rows())))
    assert outcome.sheet is not None
    assert outcome.sheet.name == "另"
    assert [(note.code, note.facts["sheets"]) for note in outcome.notes] == [("file.other_sheets", ("日报",))]


def test_a_second_table_that_is_not_read_is_named(tmp_path: Path) -> None:
    outcome = read(tmp_path, two_sheets(sheet_xml(*good_rows()), sheet_xml(*good_rows())))
    assert outcome.sheet is not None
    assert outcome.sheet.name == "日报"
    assert [note.code for note in outcome.notes] == ["file.other_sheets"]


def test_a_column_without_a_name_is_named_by_its_letter(tmp_path: Path) -> None:
    outcome = read(tmp_path, workbook(texts(1, ("姓名", "体温")), texts(2, ("张伟", "36.5", "?"))))
    assert [(note.code, note.facts["column"], note.facts["cells"]) for note in outcome.notes] == [
        ("header.unknown", "C", 1)
    ]


def test_all_problems_come_in_one_answer_up_to_a_thousand_and_every_row_is_marked(tmp_path: Path) -> None:
    wrong = (row(at, text(f"A{at}", "x"), f'<c r="D{at}" t="e"><v>#REF!</v></c>') for at in range(2, 1502))
    outcome = read(tmp_path, workbook(texts(1, HEADER), *wrong))
    assert outcome.sheet is not None
    assert [problem.row for problem in outcome.problems] == list(range(2, 1002))
    assert outcome.sheet.refused_rows == frozenset(range(2, 1502))

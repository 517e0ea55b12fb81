"""Lists are written so that spreadsheets show what was stored (导出): text stays text, zero stays 0, nothing runs."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lianfang.domain.amounts import AtLeast
from lianfang.domain.refusals import Problem
from lianfang.interfaces.exchange.writing import WorkbookWriter, is_formula_like, open_writer, safe_text, write_errors
from tests.interfaces.exchange.making import HEADER, good_rows, put, row, text, texts, workbook
from tests.interfaces.exchange.reading import Outcome, in_this_process, outcome_of

COLUMNS = ("姓名", "数值", "备注")
DANGEROUS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "\u200b=1",
    "\ufeff=1",
]
HARMLESS = ["张伟", "36.5", "a=1", "2026-03-02", "≥5", "——", "(-1)", "1-2"]


def written(kind: Any, *rows: tuple[Any, ...]) -> bytes:
    """A table of these rows."""
    content = io.BytesIO()
    with open_writer(kind, content, COLUMNS) as writer:
        for values in rows:
            writer.row(values)
    return content.getvalue()


def read(folder: Path, content: bytes, kind: str) -> Outcome:
    """The same table read again."""
    return outcome_of(put(folder, content, f"list.{kind}"), f"list.{kind}", reader=in_this_process)


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows as any program reads them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("danger", DANGEROUS)
def test_a_text_that_begins_like_a_formula_is_shown_and_never_run(danger: str, tmp_path: Path) -> None:
    assert is_formula_like(danger)
    assert csv_rows(written("csv", (danger, 1, None)))[1][0] == f"'{danger}"
    content = written("xlsx", (danger, 1, None))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet
    assert 'quotePrefix="1"' in styles
    again = read(tmp_path, content, "xlsx").sheet
    assert again is not None
    assert again.rows[0].cells[0] == danger


@pytest.mark.parametrize("words", HARMLESS)
def test_other_text_is_written_as_it_is(words: str) -> None:
    assert not is_formula_like(words)
    assert csv_rows(written("csv", (words, None, None)))[1][0] == words


def test_column_names_are_text_too() -> None:
    content = io.BytesIO()
    open_writer("csv", content, ("=cmd", "b")).close()
    assert csv_rows(content.getvalue()) == [["'=cmd", "b"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-5, "-5"),
        (Decimal("36.60"), "36.60"),
        (Decimal("-1E+2"), "-100"),
        (-0.5, "-0.5"),
        (None, ""),
        ("", ""),
        (AtLeast(7), "≥7"),
        (True, "true"),
        (date(2026, 3, 2), "2026-03-02"),
    ],
)
def test_numbers_zero_nothing_and_bounds_are_told_apart_in_text(value: Any, shown: str) -> None:
    assert csv_rows(written("csv", ("x", value, "y")))[1] == ["x", shown, "y"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (0, Decimal(0)),
        (-5, Decimal(-5)),
        (Decimal("36.6"), Decimal("36.6")),
        (None, None),
        (AtLeast(7), "≥7"),
        (True, True),
        (date(2026, 3, 2), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 8, 30), datetime(2026, 3, 2, 8, 30)),
        (datetime(2026, 3, 2, 8, 30, tzinfo=UTC), "2026-03-02 08:30:00+00:00"),
        (date(1899, 1, 1), "1899-01-01"),
        (530102199003070008, "530102199003070008"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (float("inf"), "inf"),
    ],
)
def test_a_workbook_keeps_the_kind_of_every_value(value: Any, kept: Any, tmp_path: Path) -> None:
    sheet = read(tmp_path, written("xlsx", ("x", value, "y")), "xlsx").sheet
    assert sheet is not None
    assert sheet.rows[0].cells == ("x", kept, "y")
    assert type(sheet.rows[0].cells[1]) is type(kept)


def test_lines_of_json_keep_kinds_and_exact_digits() -> None:
    values = ("=1", Decimal("36.60"), AtLeast(3))
    lines = written(
        "ndjson", values, (None, 0, date(2026, 3, 2)), ("\x1b", float("nan"), Decimal("1.00000000000000001"))
    )
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"姓名": "=1", "数值": 36.6, "备注": "≥3"},
        {"姓名": None, "数值": 0, "备注": "2026-03-02"},
        {"姓名": "", "数值": "nan", "备注": "1.00000000000000001"},
    ]


def test_controls_and_half_characters_are_dropped_and_line_breaks_kept() -> None:
    assert safe_text("a\x00b\x1b[31mc\u202ed\ud800e\tf\ng") == "ab[31mcde\tf\ng"
    assert csv_rows(written("csv", ("a\x00\ud800b", None, "一\r\n二")))[1] == ["ab", "", "一\r\n二"]
    assert b"_x0000_" not in zipfile.ZipFile(io.BytesIO(written("xlsx", ("a\x00b", 1, 1)))).read(
        "xl/worksheets/sheet1.xml"
    )


def test_a_text_that_looks_like_an_escape_stays_itself(tmp_path: Path) -> None:
    sheet = read(tmp_path, written("xlsx", ("_x000D_", 1, "<&>")), "xlsx").sheet
    assert sheet is not None
    assert sheet.rows[0].cells == ("_x000D_", Decimal(1), "<&>")


def test_a_text_longer_than_a_cell_is_cut_where_one_can_see_it(tmp_path: Path) -> None:
    sheet = read(tmp_path, written("xlsx", ("𠮷" * 20_000, 1, None)), "xlsx").sheet
    assert sheet is not None
    assert sheet.rows[0].cells[0] == "𠮷" * 16_383 + "…"


def test_a_csv_is_recognised_by_spreadsheets_and_read_back(tmp_path: Path) -> None:
    content = written("csv", ("张伟", 0, '他说"好", 走了'), ("欧阳", None, None))
    assert content.startswith(b"\xef\xbb\xbf")
    sheet = read(tmp_path, content, "csv").sheet
    assert sheet is not None
    assert [line.cells for line in sheet.rows] == [("张伟", "0", '他说"好", 走了'), ("欧阳", None, None)]


def test_a_stream_stays_open_and_a_path_is_closed(tmp_path: Path) -> None:
    content = io.BytesIO()
    open_writer("ndjson", content, COLUMNS).close()
    assert not content.closed
    path = tmp_path / "list.csv"
    with open_writer("csv", path, COLUMNS) as writer:
        writer.row(("张伟", 1, None))
    assert len(csv_rows(path.read_bytes())) == 2


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    content = io.BytesIO()
    with WorkbookWriter(content, ("甲", "乙"), rows_of_a_sheet=3) as writer:
        for at in range(5):
            writer.row((at, "x"))
    outcome = read(tmp_path, content.getvalue(), "xlsx")
    assert outcome.sheet is not None
    assert [line.cells[0] for line in outcome.sheet.rows] == [Decimal(0), Decimal(1)]
    assert outcome.notes[0].facts["sheets"] == ("Sheet2", "Sheet3")


def test_a_refused_table_goes_back_with_its_rows_and_the_reasons(tmp_path: Path) -> None:
    rows = [
        *good_rows(1),
        texts(3, ("欧阳", "", "", "=1+1")),
        row(5, text("A5", "x"), '<c r="D5" t="e"><v>#N/A</v></c>'),
    ]
    first = outcome_of(put(tmp_path, workbook(*rows)), "table.xlsx", reader=in_this_process)
    assert first.sheet is not None
    problems = [*first.sheet.problems, Problem("required", row=3, column="日期"), Problem("unit.not_reporting")]
    content = io.BytesIO()
    write_errors(first.sheet, problems, content, say=lambda problem: f"{problem.column} {problem.code}".strip())
    again = read(tmp_path, content.getvalue(), "xlsx")
    assert again.sheet is not None
    assert again.sheet.header == (*HEADER, "问题")
    assert [line.cells[-1] for line in again.sheet.rows] == [None, "日期 required", "体温 cell.error"]
    assert [line.cells[:-1] for line in again.sheet.rows] == [line.cells for line in first.sheet.rows]
    assert again.notes[0].facts["sheets"] == ("整个文件",)

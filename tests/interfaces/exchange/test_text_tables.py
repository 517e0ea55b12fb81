"""Text tables are read strictly (文本表格): encodings, delimiters, quotes, rows that do not fit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lianfang.interfaces.exchange import Limits
from lianfang.interfaces.exchange.encoding import decode, is_mojibake
from lianfang.interfaces.exchange.header import clean_name
from tests.interfaces.exchange.making import put
from tests.interfaces.exchange.reading import Outcome, in_this_process, outcome_of

TABLE = "姓名,单位,体温,备注\r\n张伟,高一（1）班,36.5,无\r\n欧阳安然,高一（2）班,36.6,第一行\r\n"


def read(folder: Path, content: str | bytes, name: str = "table.csv", **limits: int) -> Outcome:
    """Read a text of this content."""
    raw = content.encode() if isinstance(content, str) else content
    return outcome_of(put(folder, raw, name), name, limits=Limits(**limits), reader=in_this_process)


def said(outcome: Outcome) -> list[tuple[str, int | None, str]]:
    """Code, row and column of every problem."""
    return [(problem.code, problem.row, problem.column) for problem in outcome.problems]


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_every_encoding_in_use_gives_the_same_table(codec: str, name: str, tmp_path: Path) -> None:
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    outcome = read(tmp_path, mark + TABLE.encode(codec))
    assert outcome.sheet is not None
    assert outcome.sheet.encoding == name
    assert outcome.sheet.header == ("姓名", "单位", "体温", "备注")
    assert [line.cells for line in outcome.sheet.rows] == [
        ("张伟", "高一（1）班", "36.5", "无"),
        ("欧阳安然", "高一（2）班", "36.6", "第一行"),
    ]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (TABLE.encode()[:-4], 3),
        (TABLE.encode().replace("张伟".encode(), "张伟".encode("gb18030")), 2),
        (TABLE.encode("gb18030").replace("张伟".encode("gb18030"), "张伟".encode()), 2),
        (TABLE.encode("gb18030") + b"\xff\r\n", 4),
        (b"\xef\xbb\xbf" + TABLE.encode("gb18030"), 1),
        (TABLE.encode("utf-16")[:-1], None),
        (TABLE.encode("utf-16-le"), None),
        (TABLE.encode("utf-32"), None),
        ("姓名,證件號碼,單位代碼,備註\r\n張偉,1,2,無\r\n歐陽,1,2,無\r\n".encode("big5"), None),
    ],
)
def test_bytes_that_are_not_wholly_in_one_encoding_are_refused(content: bytes, row: int | None, tmp_path: Path) -> None:
    outcome = read(tmp_path, content)
    assert outcome.codes == {"encoding"}
    assert row is None or outcome.problems[0].row == row


def test_a_short_text_in_gbk_is_no_damaged_utf8() -> None:
    for text in ("姓名\n通\n", "联通,联通\n", "姓名,体温\n王一,36.5\n"):
        assert decode(text.encode("gbk")) == (text, "gb18030")


def test_a_name_in_traditional_characters_is_kept() -> None:
    text = TABLE + "張偉,高一（1）班,36.5,無\r\n"
    assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_spoiled_text_is_known_and_sound_text_left_alone() -> None:
    assert all(is_mojibake(text.encode().decode("gb18030")) for text in ("张伟", "学校", "欧阳安然", "上午"))
    assert not any(is_mojibake(text) for text in ("张伟", "𠮷伟", "买买提·吐尔逊", "36.5℃", "naïve", ""))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_delimiter_is_found_beside_others_in_the_data(delimiter: str, tmp_path: Path) -> None:
    rows = [["姓名", "备注"], ["张伟", '"发热,咳嗽;乏力"'], ["欧阳", '"甲,乙,丙"']]
    outcome = read(tmp_path, "\n".join(delimiter.join(cells) for cells in rows))
    assert outcome.sheet is not None
    assert [line.cells[1] for line in outcome.sheet.rows] == ["发热,咳嗽;乏力", "甲,乙,丙"]


def test_a_table_of_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    outcome = read(tmp_path, "姓名\n张伟\n欧阳\n")
    assert outcome.sheet is not None
    assert (outcome.sheet.header, len(outcome.sheet.rows)) == (("姓名",), 2)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('姓名,备注\n张伟,"无\n欧阳,无\n', 2),
        ('姓名,备注\n张伟,无\n欧阳,"无"x\n', 3),
        ('姓名,备注\n张伟,"无\n' + "欧阳,无\n" * 9_000, 2),
    ],
)
def test_a_quote_that_does_not_close_is_named_by_the_row_it_opens_in(content: str, row: int, tmp_path: Path) -> None:
    assert said(read(tmp_path, content)) == [("csv.quote", row, "")]


def test_rows_count_as_a_person_sees_them_after_breaks_in_quotes_and_blank_rows(tmp_path: Path) -> None:
    outcome = read(tmp_path, '姓名,备注\n张伟,"一\n二\r\n三"\n\n,\n欧阳,\x1b\n')
    assert outcome.sheet is not None
    assert [line.number for line in outcome.sheet.rows] == [2, 5]
    assert said(outcome) == [("text.control_character", 5, "备注")]
    assert (outcome.sheet.read, outcome.sheet.blank) == (4, 2)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_in_three_ways_and_in_no_other(ends: str, tmp_path: Path) -> None:
    outcome = read(tmp_path, ends.join(["姓名,备注", "张伟,一\u2028二", "欧阳,\x0b三"]))
    assert outcome.sheet is not None
    assert [line.cells[1] for line in outcome.sheet.rows] == ["一\u2028二", "\x0b三"]
    assert said(outcome) == [("text.control_character", 3, "备注")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_line_end_on_the_seam_of_two_pieces_counts_once(codec: str, tmp_path: Path) -> None:
    for length in (32_760, 65_530):
        for more in range(8):
            padding = "\n".join(["x" * 1_000] * (length // 1_001)) + "x" * (length % 1_001 + more)
            outcome = read(tmp_path, f"{padding}\r\n一\r\n".encode(codec))
            assert outcome.sheet is not None


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2066"])
def test_controls_and_direction_marks_are_refused_with_their_cell(sign: str, tmp_path: Path) -> None:
    outcome = read(tmp_path, f"姓名,备注\n张{sign}伟,无\n欧阳,{sign}\n")
    assert said(outcome) == [("text.control_character", 2, "姓名"), ("text.control_character", 3, "备注")]


def test_tabs_and_line_breaks_within_a_cell_are_text(tmp_path: Path) -> None:
    outcome = read(tmp_path, '姓名,备注\n张伟,"\t甲\n乙"\n')
    assert not outcome.problems
    assert outcome.text(2, "备注") == "\t甲\n乙"


def test_rows_that_are_too_long_or_too_short_are_named_and_their_cells_kept(tmp_path: Path) -> None:
    outcome = read(tmp_path, "姓名,备注\n张伟,一,二\n欧阳\n买买提,三,,\n")
    assert outcome.sheet is not None
    assert said(outcome) == [("row.columns", 2, ""), ("row.columns", 3, "")]
    assert [line.cells for line in outcome.sheet.rows] == [("张伟", "一", "二"), ("欧阳", None), ("买买提", "三")]
    assert outcome.sheet.refused_rows == {2, 3}


@pytest.mark.parametrize(
    "words", ["合计,2", "合 计,2", "总计：,2", "填表人：李老师,", "审核人签字：,", "备注：每日上报,"]
)
def test_totals_and_signatures_are_no_data(words: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, f"班级,人数\n一班,2\n{words}\n")) == [("row.not_data", 3, "")]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    outcome = read(tmp_path, "第一中学健康日报表（3月2日）\n姓名,体温\n张伟,36.5\n")
    assert outcome.sheet is not None
    assert (outcome.sheet.header_row, outcome.sheet.rows[0].number) == (2, 3)


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (" 体温\n(℃) ", "体温"),
        ("体温（℃）", "体温"),
        ("* 姓名", "姓名"),
        ("姓名（必填）", "姓名"),
        ("体温（上午）", "体温(上午)"),
        ("姓　名", "姓名"),
        ("date  of\nbirth", "date of birth"),
        ("\ufeff姓名", "姓名"),
        ("Temperature (°C)", "Temperature"),
        ("(℃)", "(°C)"),
    ],
)
def test_column_names_are_cleaned_of_units_marks_and_idle_spaces(seen: str, name: str) -> None:
    assert clean_name(seen) == name


def test_too_many_rows_columns_or_signs_are_refused_with_their_row(tmp_path: Path) -> None:
    assert said(read(tmp_path, "a,b\n" + "1,2\n" * 11, max_rows=10)) == [("file.too_large", 12, "")]
    assert said(read(tmp_path, "a,b\n" + "\n" * 900, max_rows=10)) == [("file.too_large", 77, "")]
    assert said(read(tmp_path, "a,b\n1,2\n1,2,3,4\n", max_columns=3)) == [("file.too_large", 3, "")]
    assert said(read(tmp_path, "a,b\n" + "," * 70_000 + "\n")) == [("file.too_large", 2, "")]
    assert said(read(tmp_path, f"a,b\n1,{'x' * 40_000}\n")) == [("file.too_large", 2, "")]


def test_blank_columns_to_the_right_do_not_matter(tmp_path: Path) -> None:
    outcome = read(tmp_path, f"姓名,体温{',' * 300}\n张伟,36.5{',' * 300}\n")
    assert outcome.sheet is not None
    assert outcome.sheet.rows[0].cells[:2] == ("张伟", "36.5")
    assert not outcome.problems


def test_lines_of_json_are_a_table(tmp_path: Path) -> None:
    outcome = read(
        tmp_path,
        '{"姓名": "张伟", "体温": 36.60, "person": {"phone": "1"}}\r\n\r\n'
        '{"体温": 37, "备注": ["发热", "咳嗽"], "在校": true, "x": null}\n',
        "list.ndjson",
    )
    assert outcome.sheet is not None
    assert (outcome.sheet.header_row, outcome.sheet.blank, outcome.sheet.read) == (0, 1, 3)
    assert list(outcome.sheet.records()) == [
        (1, {"姓名": "张伟", "体温": Decimal("36.60"), "person.phone": "1", "备注": None, "在校": None, "x": None}),
        (3, {"姓名": None, "体温": Decimal(37), "person.phone": None, "备注": "发热、咳嗽", "在校": True, "x": None}),
    ]
    assert str(outcome.sheet.rows[0].cells[1]) == "36.60"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "json.malformed"),
        ("[1]", "type"),
        ('{"a": NaN}', "json.malformed"),
        ('{"a": 1, "a": 2}', "json.malformed"),
        ('{"a": 036.5}', "json.malformed"),
        ('{"a": [[1]]}', "type"),
        ('{"a": "\\ud800"}', "text.lossy"),
        ('{"\\ud800": 1}', "text.lossy"),
        ('{"a": ' + "[" * 100_000, "json.too_deep"),
        ('{"a": "' + "x" * 40_000 + '"}', "text.too_long"),
    ],
)
def test_a_line_that_is_no_object_is_named_and_the_others_are_read(line: str, code: str, tmp_path: Path) -> None:
    outcome = read(tmp_path, f'{{"a": 1}}\n{line}\n{{"a": 2}}\n', "list.ndjson")
    assert outcome.sheet is not None
    assert said(outcome) == [(code, 2, "")]
    assert len(outcome.sheet.rows) == 3


def test_numbers_without_measure_stay_text(tmp_path: Path) -> None:
    outcome = read(tmp_path, f'{{"a": 1e999999999, "b": {"9" * 5_000}}}\n', "list.ndjson")
    assert outcome.sheet is not None
    assert all(isinstance(cell, str) for cell in outcome.sheet.rows[0].cells)


def test_too_many_members_or_lines_are_refused(tmp_path: Path) -> None:
    members = ", ".join(f'"{at}": 1' for at in range(300))
    assert said(read(tmp_path, f"{{{members}}}\n", "list.ndjson")) == [("file.too_large", 1, "")]
    assert read(tmp_path, '{"a": 1}\n' * 40, "list.ndjson", max_rows=10).codes == {"file.too_large"}
    assert read(tmp_path, '{"名": 1}\n'.encode("gbk"), "list.ndjson").codes == {"encoding"}

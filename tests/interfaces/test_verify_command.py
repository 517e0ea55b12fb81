"""`lianfang verify` (双向校核命令): two files, any names and encodings, every row in one class, clear refusals."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from lianfang.interfaces.commands.main import main
from lianfang.interfaces.two_files import side
from lianfang.interfaces.two_files.progress import Bar
from tests.interfaces.verify_lists import COUNTS, HEADER, OURS, THEIRS, as_text, as_workbook, number, text

ENGLISH = ("Name", "Gender", "ID number", "Date of birth", "Mobile", "School", "Date of onset")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Our list and theirs as CSV."""
    return as_text(tmp_path / "ours.csv", OURS), as_text(tmp_path / "theirs.csv", THEIRS)


def verified(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """The JSON of the command, which must end well."""
    assert main(["verify", *map(str, arguments), "--json", "--lang", "en"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What is said when the command refuses; the last line, behind whatever was read before."""
    assert main(["verify", *map(str, arguments), "--lang", "en"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1]


def classes(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in COUNTS}


def test_every_row_is_in_one_class_as_the_contract_says(capsys, files):
    found = verified(capsys, *files)
    assert (found["ours"], found["theirs"]) == (40, 39)
    assert classes(found) == COUNTS
    assert found["duplicates"] == {"ours": 0, "theirs": 0}
    assert found["estimates"]["both"] == 37
    assert found["estimates"]["readable"]
    assert found["estimates"]["lower"] <= found["estimates"]["persons"] <= found["estimates"]["upper"]
    assert found["fields"]["onset"] == {"compared": 37, "equal": 33, "share": pytest.approx(33 / 37, abs=1e-6)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_theirs_may_come_in_any_encoding_with_any_delimiter(capsys, tmp_path, files, encoding: str, between: str):
    other = as_text(tmp_path / "their list.txt", THEIRS, encoding=encoding, between=between)
    assert classes(verified(capsys, files[0], other)) == COUNTS


def test_traditional_characters_in_big5_are_read_and_matched(capsys, tmp_path, files):
    traditional = str.maketrans("赵钱孙吴郑冯陈卫蒋", "趙錢孫吳鄭馮陳衛蔣")
    theirs = [[row[0].translate(traditional), *row[1:]] for row in THEIRS]
    header = ["姓名", "性別", "證件號碼", "出生日期", "聯絡電話", "學校", "發病日期"]
    other = as_text(tmp_path / "theirs.csv", theirs, header=header, encoding="big5")
    found = verified(capsys, files[0], other)
    assert found["columns"]["theirs"]["encoding"] == "big5hkscs"
    assert classes(found) == COUNTS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_character_are_known_without_a_mark(capsys, tmp_path, files, encoding: str):
    other = as_text(tmp_path / "theirs.csv", THEIRS, header=ENGLISH, encoding=encoding)
    assert classes(verified(capsys, files[0], other)) == COUNTS


def test_a_fault_in_a_column_that_is_not_used_does_not_matter(capsys, tmp_path, files):
    remarks = [[*row, "x\x01", "y"] for row in OURS]
    other = as_text(tmp_path / "remarks.csv", remarks, header=[*HEADER, "备注", "备注"])
    assert classes(verified(capsys, other, files[1])) == COUNTS


def test_what_was_odd_about_a_file_is_said(capsys, tmp_path, files):
    titled = tmp_path / "titled.csv"
    titled.write_text("某校名单\n" + text(OURS), encoding="utf-8")
    assert main(["verify", str(titled), str(files[1]), "--lang", "en"]) == 0
    assert "Lines above the header were passed over" in capsys.readouterr().err


def test_theirs_may_be_a_workbook_with_english_names(capsys, tmp_path, files):
    other = as_workbook(tmp_path / "theirs.xlsx", THEIRS, header=ENGLISH)
    assert classes(verified(capsys, files[0], other)) == COUNTS


def test_a_large_table_is_read_by_columns_with_the_same_result(capsys, monkeypatch, files):
    before = verified(capsys, *files)
    monkeypatch.setattr(side, "_LIMITS", side.replace(side.LOCAL, blocks_from=1))
    assert verified(capsys, *files) == before


def test_swapping_the_files_mirrors_the_classes(capsys, files):
    there, back = verified(capsys, *files), verified(capsys, *reversed(files))
    assert (there["only_ours"], there["only_theirs"]) == (back["only_theirs"], back["only_ours"])
    assert (there["agree"], there["conflict"]) == (back["agree"], back["conflict"])
    assert there["estimates"]["persons"] == pytest.approx(back["estimates"]["persons"])


def test_a_list_beside_itself_agrees_wholly(capsys, files):
    found = verified(capsys, files[0], files[0])
    assert (found["agree"], found["only_ours"], found["only_theirs"]) == (40, 0, 0)


def test_what_was_read_as_what_is_said_beside_the_result(capsys, tmp_path, files):
    with_more = as_text(tmp_path / "more.csv", [[*row, "x"] for row in OURS], header=[*HEADER, "座位号"])
    assert main(["verify", str(with_more), str(files[1]), "--lang", "en"]) == 0
    captured = capsys.readouterr()
    assert "证件号码  →  ID number" in captured.err
    assert "not used: 座位号" in captured.err
    assert "On both, in conflict" in captured.out


def test_pairs_name_the_data_rows_from_one(capsys, tmp_path, files):
    verified(capsys, *files, "--pairs", tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="ascii", newline="") as file:
        pairs = list(csv.DictReader(file))
    assert [(pair["row_ours"], pair["row_theirs"]) for pair in pairs] == [(str(n), str(n)) for n in range(1, 38)]
    assert [pair["class"] for pair in pairs] == ["agree"] * 33 + ["conflict"] * 4
    assert all(0.95 <= float(pair["probability"]) <= 1 for pair in pairs)


def test_further_rows_of_a_person_come_with_the_pair(capsys, tmp_path, files):
    twice = as_text(tmp_path / "twice.csv", [*OURS, OURS[4]])
    found = verified(capsys, twice, files[1], "--pairs", tmp_path / "pairs.csv")
    assert found["duplicates"] == {"ours": 1, "theirs": 0}
    assert classes(found) == COUNTS
    with (tmp_path / "pairs.csv").open(encoding="ascii", newline="") as file:
        rows = [pair["row_ours"] for pair in csv.DictReader(file) if pair["row_theirs"] == "5"]
    assert rows == ["5", "41"]


def test_sums_and_signatures_are_no_persons_and_rows_keep_their_numbers(capsys, tmp_path, files):
    last = ["合计", "40", *[""] * 5]
    signed = as_text(tmp_path / "signed.csv", [OURS[0], last, *OURS[1:]])
    found = verified(capsys, signed, files[1], "--pairs", tmp_path / "pairs.csv")
    assert found["ours"] == 40
    assert found["columns"]["ours"]["passed_over"] == [3]
    assert (tmp_path / "pairs.csv").read_text().splitlines()[1:3] == ["1,1,1.0,agree", "3,2,1.0,agree"]


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_has_every_difference_with_masked_numbers(capsys, tmp_path, files):
    verified(capsys, *files, "--out", tmp_path / "out.xlsx")
    found = sheets(tmp_path / "out.xlsx")
    assert list(found) == [
        "Summary", "Differences", "Written otherwise", "Possible matches", "Only on ours", "Only on theirs",
        "Duplicates", "Settings",
    ]  # fmt: skip
    assert [row[0] for row in found["Differences"][1:]] == [35, 36, 37, 38]
    assert found["Differences"][1][4:7] == ["Date of onset", "2026-03-08", "2026-03-18"]
    assert [row[1] for row in found["Only on ours"][1:]] == [person[0] for person in OURS[37:]]
    written = json.dumps(found, ensure_ascii=False)
    assert not any(person[2] in written or person[4] in written for person in (*OURS, *THEIRS))


def test_linked_people_whose_name_or_birth_date_was_written_otherwise_are_listed(capsys, tmp_path):
    theirs = [list(one) for one in OURS]
    theirs[3][0] = theirs[3][0] + "子"
    theirs[5][3] = "2012-03-02" if theirs[5][3] != "2012-03-02" else "2012-03-03"
    ours, other = as_text(tmp_path / "a.csv", OURS), as_text(tmp_path / "b.csv", theirs)
    assert verified(capsys, ours, other, "--out", tmp_path / "out.xlsx")["agree"] == 40
    found = sheets(tmp_path / "out.xlsx")["Written otherwise"][1:]
    assert [(row[0], row[2]) for row in found] == [(5, "Name"), (7, "Date of birth")]


def test_identifiers_are_written_when_they_are_asked_for(capsys, tmp_path, files):
    verified(capsys, *files, "--out", tmp_path / "out.xlsx", "--show-identifiers")
    assert sheets(tmp_path / "out.xlsx")["Only on ours"][1][3] == number(37)


def test_a_formula_in_a_list_stays_text_in_the_workbook(capsys, tmp_path, files):
    evil = [["=1+1", *OURS[39][1:2], number(90), *OURS[39][3:]]]
    verified(capsys, as_text(tmp_path / "evil.csv", OURS + evil), files[1], "--out", tmp_path / "out.xlsx")
    assert "=1+1" in json.dumps(sheets(tmp_path / "out.xlsx")["Only on ours"])


def test_numbers_that_a_workbook_has_rounded_are_compared_by_their_first_digits(capsys, tmp_path, files):
    from xlsxwriter import Workbook

    with Workbook(tmp_path / "rounded.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADER, *OURS]):
            for column, cell in enumerate(row):
                sheet.write(at, column, float(cell[:17] + "0") if at and column == 2 else cell)
    assert main(["verify", str(tmp_path / "rounded.xlsx"), str(files[1]), "--json", "--lang", "en"]) == 0
    captured = capsys.readouterr()
    assert "40 long numbers had lost their last digits" in captured.err
    assert classes(json.loads(captured.out)) == COUNTS


@pytest.mark.parametrize(
    ("number_given", "kept"),
    [(Decimal("13800138000"), "13800138000"), (Decimal("2.50"), "2.5"), (Decimal(10**17 + 5), "100000000000000***")],
)
def test_numbers_in_cells_are_text_without_an_exponent(number_given: Decimal, kept: str):
    assert side.text_of(number_given) == kept


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("header.csv", text([]).encode(), "The file has no row under its header."),
        (
            "unknown.csv",
            b"a,b\n1,2\n",
            "row 1: no column is known as a name, a number or a phone. The columns are: a, b.",
        ),
        ("twice.csv", "姓名,姓名\n甲,乙\n".encode(), "row 1, column 姓名: 姓名 stands twice in the header."),
        ("ragged.csv", "姓名,电话\n甲,1\n乙\n".encode(), "row 3: This row must have 2 cells, as the header; it has 1."),
        ("binary.csv", bytes(range(256)) * 9, "The text must be in UTF-8 or GB18030."),
        ("page.xlsx", b"<html><table></table></html>", "The file is a web page named as a table."),
        ("list.pdf", b"%PDF-1.7", "The file must be a table"),
        ("quote.csv", '姓名,电话\n"甲,1\n'.encode(), "row 2: A quotation mark is open in this row."),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_row_and_column(capsys, tmp_path, files, name, content, said):
    (tmp_path / name).write_bytes(content)
    for arguments in ((tmp_path / name, files[1]), (files[0], tmp_path / name)):
        sentence = refused(capsys, *arguments)
        assert name in sentence and said in sentence
        assert "Traceback" not in sentence


def test_a_file_that_is_not_there_is_named(capsys, tmp_path, files):
    assert "There is no file" in refused(capsys, tmp_path / "nothing.csv", files[1])
    assert "is a folder" in refused(capsys, tmp_path, files[1])


def test_lists_that_have_nothing_in_common_to_find_persons_by_are_refused(capsys, tmp_path, files):
    phones = as_text(tmp_path / "phones.csv", [["1990000100", "x"]], header=["手机", "备注"])
    names = as_text(tmp_path / "names.csv", [["某甲", "x"]], header=["姓名", "备注"])
    assert "no column in common" in refused(capsys, phones, names)


def test_columns_can_be_named(capsys, tmp_path, files):
    odd = as_text(tmp_path / "odd.csv", OURS, header=["甲", "乙", "丙", "丁", "戊", "己", "庚"])
    named = "ours:name=甲,ours:id_no=丙,ours:birth=丁"
    found = verified(capsys, odd, files[1], "--columns", named, "--columns", "ours:onset=庚")
    assert classes(found) == COUNTS
    assert found["columns"]["ours"]["used"]["name"] == "甲"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nmae=姓名", "There is no field “nmae”. Did you mean name?"),
        ("姓名", "“姓名” is no column"),
        ("name=座位", "has no column “座位”"),
        ("theirs:name=座位", "theirs.csv has no column “座位”"),
        ("name=姓名,surname=姓名", "姓名 stands twice"),
        ("mine:name=姓名", "is no column"),
    ],
)
def test_columns_that_are_named_wrongly_are_refused(capsys, files, given: str, said: str):
    assert said in refused(capsys, *files, "--columns", given)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--accept", "1.5"], "Thresholds"),
        (["--accept", "0.5", "--review", "0.6"], "Thresholds"),
        (["--days", "-1"], "--days"),
        (["--compare", "天气"], "has no column “天气”"),
        (["--compare", "disease"], "“disease” is not in both lists"),
        (["--out", "result.csv"], "must end in .xlsx"),
        (["--out", "/nowhere/at/all/result.xlsx"], "no folder"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(capsys, files, arguments: list[str], said: str):
    assert said in refused(capsys, *files, *arguments)


def test_a_list_is_never_written_over(capsys, files):
    assert "cannot be written too" in refused(capsys, *files, "--pairs", files[1])
    assert files[1].read_text(encoding="utf-8") == text(THEIRS)


def test_dates_may_differ_by_the_days_that_are_given(capsys, files):
    assert verified(capsys, *files, "--days", "10")["conflict"] == 0


def test_only_what_is_asked_for_is_compared(capsys, files):
    assert verified(capsys, *files, "--compare", "unit")["conflict"] == 0


def test_lists_that_depend_on_each_other_give_no_number_of_persons(capsys, files):
    estimates = verified(capsys, *files, "--dependent")["estimates"]
    assert (estimates["persons"], estimates["why_not"]) == (None, ["dependent"])


def test_a_roster_adds_kappa(capsys, files):
    found = verified(capsys, *files, "--roster", 100)["agreement"]
    agreed, chance = 0.95, 0.4 * 0.39 + 0.6 * 0.61
    assert found["kappa"] == pytest.approx((agreed - chance) / (1 - chance), abs=1e-6)
    assert "--roster is 20" in refused(capsys, *files, "--roster", 20)


def test_neither_a_database_nor_a_setting_is_needed(tmp_path, files):
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "-m", "lianfang", "verify", *map(str, files), "--json"]
    ended = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert classes(json.loads(ended.stdout)) == COUNTS


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_the_bar_is_drawn_for_people_only():
    seen, unseen = Terminal(), io.StringIO()
    for stream in (seen, unseen):
        bar = Bar(stream)
        bar("compare", 2, 4)
        bar("read", 1, 2)
        bar.clear()
    assert seen.getvalue().count("38%") == 2  # a second of four steps, half done, and never back
    assert unseen.getvalue() == ""


def test_nothing_of_the_person_is_printed_who_stands_where_the_column_names_should_be(capsys, tmp_path, files):
    first = ["张三丰", "51999919900101123X", "1990-01-01", "男", "13800138000"]
    bare = tmp_path / "bare.csv"
    rows = [first, *(["某人", "", "1990-01-01", "女", f"1380013{n:04d}"] for n in range(5))]
    bare.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    assert main(["verify", str(bare), str(files[1]), "--lang", "en"]) == 2
    said = "".join(capsys.readouterr())
    assert not [one for one in first if one != "男" and one in said]
    assert "张*丰" in said and "row 1" in said and "--columns name=姓名" in said
    assert main(["verify", str(bare), str(files[1]), "--columns", "ours:phone=13800138000", "--json"]) == 0
    printed = "".join(capsys.readouterr())
    assert "13800138000" not in printed and first[1] not in printed


def test_no_number_is_printed_that_stands_twice_where_the_column_names_should_be(capsys, tmp_path, files):
    bare = tmp_path / "bare.csv"
    bare.write_text("张三丰,13800138000,13800138000\n某人,1,2\n", encoding="utf-8")
    assert main(["verify", str(bare), str(files[1]), "--columns", "ours:phone=13800138000", "--lang", "en"]) == 2
    said = "".join(capsys.readouterr())
    assert "13800138000" not in said and "***********" in said


def test_column_names_are_printed_as_they_are_in_an_ordinary_list(capsys, tmp_path, files):
    other = as_text(tmp_path / "theirs.csv", [[*row, "甲"] for row in THEIRS], header=[*HEADER, "备用列2026"])
    assert verified(capsys, files[0], other)["columns"]["theirs"]["not_used"] == ["备用列2026"]

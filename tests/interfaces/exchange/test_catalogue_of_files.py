"""Every bad file and every oddly shaped text table meets the outcome the catalogue asks for (坏文件清单)."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from tests.interfaces.exchange.making import MADE
from tests.interfaces.exchange.reading import COPY, WHOLE, Outcome, lines, outcome_of

FILES = lines("file.jsonl", "file.jsonl")
GROUPS = ("csv_encoding", "csv_shape", "csv_size")
TABLES = [line for line in lines("report_csv.jsonl", "files/report_csv.jsonl") if line["group"] in GROUPS]

# Decided where fields are parsed or columns are known; here the table is read and this very cell arrives.
ARRIVES = {
    "FL-007": (2, "体温复测", "38.1"),
    "FL-011": (2, "日期", "3月2日"),
    "FL-014": (2, "体温", "37.2600000000001"),
    "FL-016": (2, "体温", "True"),
    "FL-042": (3, "备注", "+1+1"),
    "RC-021": (2, "血型", "O型"),
}
PICTURES = [line for line in FILES if line["group"] == "picture"]
BOOKS = [line for line in FILES if line["group"] != "picture"]


def the_file(line: dict[str, Any], folder: Path) -> Path:
    """The file of a line: from the catalogue, else its copy, else made here."""
    name = line["input"]["file"]
    for home in (WHOLE, COPY):
        if (home / name).exists():
            return home / name
    path = folder / Path(name).name
    path.write_bytes(MADE[name]())
    return path


def the_table(line: dict[str, Any], folder: Path) -> Path:
    """The text of a line as a file."""
    given = line["input"]
    if "csv" in given:
        content = given["csv"].encode()
    elif "csv_b64" in given:
        content = base64.b64decode(given["csv_b64"])
    else:
        content = generated(given["generate"])
    path = folder / "table.csv"
    path.write_bytes(content)
    return path


def generated(wanted: dict[str, int]) -> bytes:
    """Tables too large to be kept."""
    match wanted:
        case {"header_columns": count}:
            return ",".join(f"列{index}" for index in range(count)).encode() + b"\r\n1\r\n"
        case {"cell_bytes": length}:
            return "姓名,备注\r\n张伟,".encode() + b"x" * length + b"\r\n"
        case {"row2_columns": count}:
            return "姓名,备注\r\n".encode() + b"," * (count - 1) + b"\r\n"
    raise AssertionError(f"a table is missing: {wanted}")


def listed(value: Any) -> set[str]:
    """One word or several."""
    return set(value) if isinstance(value, list) else {value}


def check(line: dict[str, Any], outcome: Outcome) -> None:
    """Compare what came out with what the catalogue asks for."""
    expected = line["expect"]
    if line["id"] in ARRIVES:
        row, column, cell = ARRIVES[line["id"]]
        assert outcome.sheet is not None
        assert not outcome.problems
        assert outcome.text(row, column) == cell
        return
    assert outcome.names & set(expected["outcome"]), (outcome.names, outcome.problems)
    if outcome.problems or outcome.names & {"warn"}:
        check_refusal(expected, outcome)
    if not outcome.problems:
        check_rows(expected, outcome)


def check_refusal(expected: dict[str, Any], outcome: Outcome) -> None:
    """The reason and its place, and how many there are."""
    if "code" in expected:
        assert outcome.codes & listed(expected["code"])
    if "errors" in expected:
        assert len(outcome.problems) == expected["errors"]
    row, column = (expected.get("at", {}).get(key) for key in ("row", "column"))
    if row:
        assert any(at == row and (not column or name == column) for at, name in outcome.places())


def check_rows(expected: dict[str, Any], outcome: Outcome) -> None:
    """How many rows arrive, and what the catalogue says about their cells."""
    assert outcome.sheet is not None
    if "rows_written" in expected:
        assert len(outcome.sheet.rows) == expected["rows_written"]
    for row, cells in expected.get("stored", {}).items():
        for column, cell in cells.items():
            assert outcome.text(int(row.removeprefix("row ")), column) == cell


@pytest.mark.parametrize("line", BOOKS, ids=lambda line: line["id"])
def test_each_file_of_the_catalogue_meets_its_outcome(line: dict[str, Any], tmp_path: Path) -> None:
    path = the_file(line, tmp_path)
    began = time.monotonic()
    outcome = outcome_of(path, path.name)
    assert (time.monotonic() - began) * 1000 < line["expect"].get("max_ms", 10_000)
    check(line, outcome)


@pytest.mark.parametrize("line", PICTURES, ids=lambda line: line["id"])
def test_pictures_of_the_catalogue_are_no_tables_and_reach_no_reader(line: dict[str, Any], tmp_path: Path) -> None:
    # What becomes of a picture as an attachment is decided where attachments are taken.
    path = the_file(line, tmp_path)
    assert outcome_of(path, path.name).codes == {"file.type"}
    assert outcome_of(path, "list.xlsx").codes == {"file.type"}
    assert outcome_of(path, "list.csv").codes == {"file.type"}


@pytest.mark.parametrize("line", TABLES, ids=lambda line: line["id"])
def test_each_oddly_shaped_text_table_meets_its_outcome(line: dict[str, Any], tmp_path: Path) -> None:
    path = the_table(line, tmp_path)
    began = time.monotonic()
    outcome = outcome_of(path, path.name)
    assert (time.monotonic() - began) * 1000 < line["expect"].get("max_ms", 10_000)
    check(line, outcome)


def test_the_copy_kept_with_the_project_is_the_catalogue() -> None:
    if not WHOLE.is_dir():
        pytest.skip("the whole catalogue is not beside the project")
    assert lines("", "file.jsonl", COPY) == FILES
    assert lines("", "files/report_csv.jsonl", COPY) == TABLES
    for path in (COPY / "files").glob("*.[cx]*"):
        assert path.read_bytes() == (WHOLE / "files" / path.name).read_bytes()

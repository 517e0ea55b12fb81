"""Whatever is uploaded becomes a sheet or a refusal (任意输入), and no row is lost between the two readings."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import Limits, Sheet, read_table
from lianfang.interfaces.exchange.guard import inspect
from lianfang.interfaces.exchange.process import child_records
from lianfang.interfaces.exchange.table import assemble
from lianfang.interfaces.exchange.wire import End, Line, Record
from lianfang.interfaces.exchange.writing import open_writer
from tests.interfaces.exchange.making import good_rows, put, workbook
from tests.interfaces.exchange.reading import in_this_process

unhurried = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
few = settings(unhurried, max_examples=25)

NAMES = st.sampled_from(["a.csv", "a.txt", "a.ndjson", "a.xlsx", "a.json", "a", "a.xls", "../a.csv"])
SCRAPS = st.sampled_from(
    [
        b",",
        b";",
        b"\t",
        b'"',
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        "姓名".encode(),
        "姓名".encode("gbk"),
        b"\x80",
        b"{",
        b'":1}',
    ]
)
BYTES = st.binary(max_size=300) | st.lists(SCRAPS | st.binary(max_size=3), max_size=60).map(b"".join)
GOOD = workbook(*good_rows(2))

cells = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).map(lambda text: f"x{text}")


def read_bytes(content: bytes, name: str, reader: object = in_this_process) -> Sheet | None:
    """The sheet, or None for a refusal; anything else is raised."""
    descriptor, path = tempfile.mkstemp()
    try:
        os.write(descriptor, content)
        return read_table(Path(path), name, reader=reader)  # type: ignore[arg-type]
    except Refused as refused:
        assert all(problem.code for problem in refused.problems)
        return None
    finally:
        os.close(descriptor)
        Path(path).unlink()


def holds(sheet: Sheet | None) -> None:
    """What is true of every sheet."""
    if sheet is None:
        return
    assert sheet.rows
    assert sheet.read == len(sheet.rows) + sheet.blank
    assert sheet.blank >= 0
    assert all(len(row.cells) >= len(sheet.header) for row in sheet.rows)
    assert {problem.row for problem in sheet.problems} <= sheet.refused_rows | {sheet.header_row}


@unhurried
@given(BYTES, NAMES)
def test_any_bytes_are_a_sheet_or_a_refusal(content: bytes, name: str) -> None:
    holds(read_bytes(content, name))


@unhurried
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
def test_any_damage_to_a_workbook_gives_a_sheet_or_a_refusal(at: int, damage: bytes) -> None:
    content = GOOD[:at] + damage + GOOD[at + len(damage) :]
    try:
        inspect_only(content)
    except Refused:
        return
    holds(read_bytes(content, "a.xlsx", child_records))


def inspect_only(content: bytes) -> None:
    """The first look alone, which most damage does not pass."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        inspect(Path(file.name), "a.xlsx", Limits())


@few
@given(
    st.lists(
        st.sampled_from(
            ["<row r='2'>", "</row>", "<c r='A2'>", "<c>", "</c>", "<v>1</v>", "<f/>", "<is><t>x</t></is>", " "]
        )
    )
)
def test_any_order_of_tags_is_a_sheet_or_a_refusal(tags: list[str]) -> None:
    content = workbook(*good_rows(1)[:1], "".join(tags))
    try:
        inspect_only(content)
    except Refused:
        return
    holds(read_bytes(content, "a.xlsx", child_records))


@few
@given(
    st.lists(st.lists(st.none() | cells, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["csv", "xlsx"]),
)
def test_what_is_written_is_read_again_row_by_row(rows: list[list[str | None]], kind: str) -> None:
    content = io.BytesIO()
    with open_writer(kind, content, ("甲", "乙", "丙")) as writer:  # type: ignore[arg-type]
        for row in rows:
            writer.row(row)
    sheet = read_bytes(content.getvalue(), f"a.{kind}")
    written = [(at, tuple(row)) for at, row in enumerate(rows, start=2) if any(row)]
    assert [(row.number, row.cells) for row in sheet.rows] == written if sheet else not written


@pytest.mark.parametrize(
    "records",
    [
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1",) * 4), End()],
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1",) * 4), Line(3, ("1",) * 4), Line(4, ("1",) * 4), End()],
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1",) * 4), Line(4, ("1",) * 4), End()],
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1", "1", "1", None)), Line(3, ("1",) * 4), End()],
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1",) * 5), Line(3, ("1",) * 4), End()],
        [Line(1, ("a", "b", "c", "d")), Line(2, ("1",) * 4), Line(3, ("1",) * 4)],
    ],
)
def test_a_reader_that_loses_or_invents_a_row_or_a_cell_is_caught(records: list[Record], tmp_path: Path) -> None:
    looked = inspect(put(tmp_path, GOOD), "a.xlsx", Limits())
    with pytest.raises(Refused) as refused:
        assemble(looked, records, Limits())
    assert refused.value.code == "file.structure"


def test_a_reader_that_loses_a_line_of_text_is_caught(tmp_path: Path) -> None:
    looked = inspect(put(tmp_path, b"a,b\n1,2\n3,4\n", "a.csv"), "a.csv", Limits())
    lines: list[Record] = [Line(1, ("a", "b")), Line(2, ("1", "2"))]
    with pytest.raises(Refused) as refused:
        assemble(looked, [*lines, End(lines=2, encoding="utf-8")], Limits())
    assert refused.value.code == "file.structure"
    assert assemble(looked, [*lines, Line(3, ("3", "4")), End(lines=3)], Limits()).read == 2

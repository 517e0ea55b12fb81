"""Large tables by column (列式读取): in blocks or line by line, a table is read the same, with the same remarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.frames import FrameRows
from lianfang.interfaces.exchange.process import child_records
from lianfang.interfaces.exchange.reading import read_table
from lianfang.interfaces.exchange.sheet import Limits, Sheet
from tests.interfaces.exchange.making import put
from tests.interfaces.exchange.reading import in_this_process
from tests.interfaces.exchange.test_catalogue_of_files import FILES, TABLES, the_file, the_table

SMALL = [line for line in FILES + TABLES if "max_rss_mib" not in line["expect"] and line["group"] != "picture"]
CELLS = st.sampled_from(
    (
        "",
        "",
        "张伟",
        "36.5",
        " ",
        "\u3000",
        "合计",
        "姓名",
        "体温",
        "a\u202eb",
        "寮犱紵",
        "填表人：甲",
        "\x07",
        "S1",
        "x" * 40,
    )
)


def read(path: Path, name: str, blocks_from: int, **more: Any) -> Any:
    try:
        return read_table(path, name, Limits(blocks_from=blocks_from), **more)
    except Refused as refused:
        return [(p.code, p.row, p.column, dict(p.facts)) for p in refused.problems]


def shown(sheet: Any) -> Any:
    """All of a sheet that can be seen."""
    if not isinstance(sheet, Sheet):
        return sheet
    rows = [(one.number, one.cells) for one in sheet.rows]
    notes = sorted((note.code, str(sorted(note.facts.items())), str(note.kept)) for note in sheet.warnings)
    wrong = sorted((p.row or 0, p.column, p.code, str(dict(p.facts))) for p in sheet.problems)
    figures = (sheet.header_row, sheet.blank, sheet.read, sheet.encoding, sheet.name)
    return sheet.header, rows, notes, wrong, figures, sheet.refused_rows


@pytest.mark.parametrize("line", SMALL, ids=lambda line: line["id"])
def test_every_table_of_the_catalogue_is_read_the_same_in_blocks(line: dict[str, Any], tmp_path: Path) -> None:
    path = the_file(line, tmp_path) if "file" in line["input"] else the_table(line, tmp_path)
    one, other = (read(path, path.name, size, reader=in_this_process) for size in (0, 1 << 40))
    assert shown(one) == shown(other)


def test_any_text_without_quotes_is_read_the_same_in_blocks(tmp_path: Path) -> None:
    @settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=12),
        st.sampled_from(",\t;"), st.sampled_from(("\n", "\r\n")), st.booleans(), st.sampled_from(("utf-8", "gb18030")),
    )  # fmt: skip
    @example([["姓名", "体温"], ["张伟", "36.5"], [""], ["李", "1", "2"]], ",", "\n", True, "utf-8")
    def alike(rows: list[list[str]], between: str, end: str, last: bool, encoding: str) -> None:
        text = end.join(between.join(row) for row in rows) + (end if last else "")
        path = put(tmp_path, text.encode(encoding), "表.csv")
        one, other = (read(path, "表.csv", size, reader=in_this_process) for size in (0, 1 << 40))
        assert shown(one) == shown(other)

    alike()


def test_blocks_come_whole_out_of_the_reading_process_however_they_are_cut(tmp_path: Path) -> None:
    text = "姓名,体温\n" + "张伟,36.5\n" * 150_000 + "李,1,2\n" + "王,36.6\n"
    path = put(tmp_path, text.encode(), "表.csv")
    sheet = read(path, "表.csv", 0, reader=child_records)
    assert isinstance(sheet.rows, FrameRows)
    assert (sheet.read, sheet.rows[-1].cells, sheet.rows[150_000].number) == (150_002, ("王", "36.6"), 150_002)
    assert [(p.code, p.row) for p in sheet.problems] == [("row.columns", 150_002)]

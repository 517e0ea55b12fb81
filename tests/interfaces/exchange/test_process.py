"""The reading process is really limited, and nothing of it stays (读取进程): no zombies, no orphans, no files."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import Limits, Sheet, process, read_table, read_text_table
from lianfang.interfaces.exchange.guard import Looked
from lianfang.interfaces.exchange.process import child_records
from lianfang.interfaces.exchange.table import assemble
from lianfang.interfaces.exchange.wire import Line
from tests.interfaces.exchange.making import HEADER, good_rows, number, put, row, texts, workbook
from tests.interfaces.exchange.reading import PROJECT, outcome_of

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="the system lets root start processes whatever the limit")
STUBBORN = "tests.interfaces.exchange.stubborn"


def children() -> set[int]:
    """The processes this one has started and not yet buried, zombies among them."""
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """Every test ends with the processes and open files it began with."""
    before, files = children(), set(Path("/proc/self/fd").iterdir())
    yield
    assert children() == before
    assert len(set(Path("/proc/self/fd").iterdir())) == len(files)


def code_of(how: str, limits: Limits, folder: Path) -> str:
    """How a misbehaving child is refused."""
    request = {"how": how, "folder": str(folder), "limits": asdict(limits)}
    with pytest.raises(Refused) as refused, child_records(request, limits, STUBBORN) as records:
        assemble(Looked("text"), records, limits)
    return refused.value.code


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("takes memory", "file.too_large"),
        ("aborts", "file.too_large"),
        ("spins", "file.too_large"),
        ("waits", "file.too_large"),
        ("writes a file", "file.structure"),
        pytest.param("starts a process", "file.structure", marks=NOT_ROOT),
        ("stops early", "file.structure"),
        ("", "file.structure"),
    ],
)
def test_a_child_that_goes_beyond_its_limits_is_ended_and_refused(
    how: str, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limits = Limits()
    if how in ("spins", "waits"):
        limits = Limits(seconds=1)
        monkeypatch.setattr(process, "ROOM_TO_START", 1)
    assert code_of(how, limits, tmp_path) == code
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


def test_a_child_with_room_enough_is_left_alone() -> None:
    limits = Limits(memory_mib=4096)
    with child_records({"how": "takes memory", "limits": asdict(limits)}, limits, STUBBORN) as records:
        assert next(records) == Line(1 << 30, ())


def test_what_a_child_has_started_ends_with_it() -> None:
    limits = Limits()
    request = {"how": "leaves a process", "limits": asdict(limits)}
    with child_records(request, limits, STUBBORN) as records:
        record = next(records)
        assert isinstance(record, Line)
        left = os.pidfd_open(record.number)
        assert select.select([left], [], [], 0)[0] == []
    # It can be waited for by nobody but init; its file becomes readable when it has ended.
    assert select.select([left], [], [], 10)[0] == [left]
    os.close(left)


def test_the_reader_itself_is_ended_when_a_workbook_asks_for_the_moon(tmp_path: Path) -> None:
    path = put(tmp_path, workbook(texts(1, HEADER), row(1_048_576, number("XFD1048576", 1))))
    limits = Limits()
    request = {"kind": "workbook", "path": str(path), "sheet": "日报", "from_1904": False, "limits": asdict(limits)}
    with pytest.raises(Refused) as refused, child_records(request, limits) as records:
        list(records)
    assert refused.value.code == "file.too_large"


def test_leaving_a_table_half_read_ends_the_child() -> None:
    limits = Limits()
    with child_records({"how": "waits", "limits": asdict(limits)}, limits, STUBBORN):
        assert children()


def test_the_child_knows_nothing_of_the_framework() -> None:
    code = "import sys, lianfang.interfaces.exchange.child; print(*{name.partition('.')[0] for name in sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    assert not {"django", "psycopg", "xlsxwriter", "python_calamine"} & set(found.stdout.split())


def test_reading_leaves_nothing_in_the_folder(tmp_path: Path) -> None:
    path = put(tmp_path, workbook(*good_rows()))
    before = path.read_bytes()
    assert outcome_of(path, path.name).sheet is not None
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_a_pasted_text_goes_the_same_way() -> None:
    sheet = read_text_table("姓名\t体温\r\n张伟\t36.5\r\n\t\r\n欧阳安然\t36.6\r\n")
    assert sheet.header == ("姓名", "体温")
    assert [(line.number, line.cells) for line in sheet.rows] == [(2, ("张伟", "36.5")), (4, ("欧阳安然", "36.6"))]
    assert (sheet.read, sheet.blank) == (3, 1)


@pytest.mark.parametrize(
    ("text", "code"), [("", "file.empty"), ("a\t\ud800", "encoding"), ("x" * 3_000_000, "file.too_large")]
)
def test_a_pasted_text_that_is_no_table_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_text_table(text, Limits(max_file_mib=2))
    assert refused.value.code == code


def test_several_tables_may_be_read_one_after_the_other(tmp_path: Path) -> None:
    path = put(tmp_path, workbook(*good_rows()))
    sheets: set[Sheet] = {read_table(path, path.name) for _ in range(3)}
    assert len(sheets) == 1

"""Large tables are read whole and hostile ones cost little (用量): seconds, and memory of both processes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.exchange.writing import open_writer
from tests.interfaces.exchange.making import good_rows, put, workbook
from tests.interfaces.exchange.reading import PROJECT
from tests.interfaces.exchange.test_catalogue_of_files import FILES, TABLES, the_file, the_table

ROWS = 65_537  # one more than old spreadsheets could hold; with the header one more than two bytes count
COLUMNS = ("姓名", "证件号码", "单位代码", "体温", "备注")
SECONDS, OWN_MIB, CHILD_MIB = 10, 64, 256

HOSTILE = [line for line in FILES + TABLES if "max_rss_mib" in line["expect"] and line["group"] != "picture"]


def measured(path: Path) -> dict[str, Any]:
    """What reading this file takes."""
    command = [sys.executable, "-m", "tests.interfaces.exchange.measure", str(path), path.name]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line["id"])
def test_hostile_tables_cost_little(line: dict[str, Any], tmp_path: Path) -> None:
    path = the_file(line, tmp_path) if "file" in line["input"] else the_table(line, tmp_path)
    found = measured(path)
    assert found["seconds"] < SECONDS
    assert found["own_mib"] < OWN_MIB
    assert found["child_mib"] < CHILD_MIB


@pytest.mark.parametrize("content", [b"," * (20 << 20), b'"' * (20 << 20), b"\n" * (20 << 20), b'{"a":' * (4 << 20)])
@pytest.mark.parametrize("name", ["table.csv", "table.ndjson"])
def test_text_of_nothing_but_signs_costs_little(content: bytes, name: str, tmp_path: Path) -> None:
    found = measured(put(tmp_path, content, name))
    assert found["code"]
    assert found["seconds"] < SECONDS
    assert found["own_mib"] < OWN_MIB
    assert found["child_mib"] < CHILD_MIB


@pytest.mark.parametrize("scrap", ["<a/>", "<row><c/></row>"])
def test_a_sheet_of_nothing_but_tags_costs_little(scrap: str, tmp_path: Path) -> None:
    start = "" if scrap.startswith("<row") else "<row>"
    content = workbook(*good_rows(1), start, scrap * ((90 << 20) // len(scrap)), "</row>" if start else "")
    found = measured(put(tmp_path, content))
    assert found["code"] in {"file.too_large", "file.structure"}
    assert found["seconds"] < SECONDS
    assert found["own_mib"] < OWN_MIB


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
def test_sixty_five_thousand_rows_are_read_to_the_last_one(kind: Any, tmp_path: Path) -> None:
    content = io.BytesIO()
    with open_writer(kind, content, COLUMNS) as writer:
        for at in range(ROWS):
            writer.row((f"第{at}人", "530102199003070008", f"S1-K{at % 40}", 36.5, None))
    found = measured(put(tmp_path, content.getvalue(), f"table.{kind}"))
    assert (found["rows"], found["read"], found["last"]) == (ROWS, ROWS, f"第{ROWS - 1}人")
    assert found["seconds"] < SECONDS

"""`lianfang analyse tracing.kpis` (密接追踪指标命令): a line list of contacts, counted as the page counts its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lianfang.interfaces.commands.main import main

LIST = """case,onset,sampled,report,interviewed,confirmed,isolated,was_contact,elicited,notified,quarantined,setting,became_case
A,2026-03-01,2026-03-02 08:00,2026-03-02 20:00,2026-03-03 09:00,2026-03-03 09:00,2026-03-02 20:00,no,2026-03-03 10:00,2026-03-03 12:00,2026-03-03 18:00,dormitory,yes
A,2026-03-01,2026-03-02 08:00,2026-03-02 20:00,2026-03-03 09:00,2026-03-03 09:00,2026-03-02 20:00,no,2026-03-03 10:00,2026-03-03 12:00,2026-03-07 08:00,dormitory,no
B,2026-03-05,2026-03-05 08:00,2026-03-06 20:00,,,,,,,,,
"""  # noqa: E501  a file as it is


def _said(capsys: pytest.CaptureFixture[str], file: Path, *more: str, status: int = 0) -> tuple[str, str]:
    assert main(["analyse", "tracing.kpis", str(file), "--lang", "en", *more]) == status
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    file = tmp_path / "contacts.csv"
    file.write_text(LIST, "utf-8")
    return file


def _found(capsys: pytest.CaptureFixture[str], file: Path, **params: Any) -> dict[str, Any]:
    return json.loads(_said(capsys, file, "--params", json.dumps(params), "--json")[0])


def test_a_list_of_contacts_gives_speed_reach_delays_and_attack_rates(capsys, contacts):
    found = _found(capsys, contacts, now="2026-03-10 08:00")
    rows = {one["indicator"]: (one["numerator"], one["denominator"], one["unknown"]) for one in found["rows"]}
    assert rows["reported"] == (1, 2, 0)
    assert rows["interviewed"] == (1, 2, 0)
    assert rows["notified"] == (1, 2, 0), "told in time, and in isolation four days later, is not in time"
    assert rows["traced"] == (0, 1, 0)
    assert rows["known"] == (0, 1, 1)
    assert rows["no_contacts"] == (1, 2, 0)
    facts = found["facts"]
    assert (facts["cases"], facts["contacts_per_case"]) == (2, 1.0)
    assert (facts["attack"][0]["setting"], facts["attack"][0]["cases"], facts["attack"][0]["contacts"]) == (
        "dormitory", 1, 2
    )  # fmt: skip
    assert [one["of"] for one in facts["delays"]] == [2, 1, 1]
    longer = {one["indicator"]: one["numerator"] for one in _found(capsys, contacts, hours=96)["rows"]}
    assert longer["notified"] == 2


def test_a_moment_or_an_answer_that_is_none_is_named_by_row_and_column(capsys, tmp_path: Path):
    file = tmp_path / "wrong.csv"
    file.write_text("case,report,was_contact\nA,yesterday,no\n", "utf-8")
    assert "row 2, column report" in _said(capsys, file, status=2)[1]
    file.write_text("case,report,was_contact\nA,2026-03-01,perhaps\n", "utf-8")
    assert "row 2, column was_contact" in _said(capsys, file, status=2)[1]
    file.write_text("case,report\nA,2026-03-01\n", "utf-8")
    assert "cannot be used" in _said(capsys, file, "--params", json.dumps({"now": "soon"}), status=2)[1]

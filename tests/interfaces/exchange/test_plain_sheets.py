"""Large sheets counted by their patterns (快速清点): the same figures as tag by tag, and the same refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import package, plain_sheet
from lianfang.interfaces.exchange.guard import inspect
from lianfang.interfaces.exchange.sheet import Limits
from tests.interfaces.exchange.making import good_rows, number, packed, parts, put, row, sheet_xml, text, texts

SHARED = "".join(f"<si><t>{word}</t></si>" for word in ("姓名", "体温", "张伟", "a&amp;b", "长" * 40))


def shared(reference: str, at: int) -> str:
    return f'<c r="{reference}" t="s"><v>{at}</v></c>'


def people(count: int) -> list[str]:
    rows = [row(1, shared("A1", 0), shared("B1", 1))]
    return rows + [row(at, shared(f"A{at}", 2 + at % 3), number(f"B{at}", "36.5")) for at in range(2, count + 2)]


PLAIN = {
    "texts kept once and numbers": people(30),
    "texts in their cells": good_rows(30),
    "rows and cells left out": [
        *people(3),
        row(9, number("B9", 1)),
        row(12, '<c r="A12" s="1"/>', number("C12", "1E2")),
    ],
    "attributes of spreadsheets": [*people(2), row(4, shared("A4", 2), more=' spans="1:2" ht="15" customHeight="1"')],
}
OTHERWISE = {
    "a formula": [*people(2), row(4, '<c r="A4"><f>1+1</f><v>2</v></c>', number("B4", 1))],
    "an error": [*people(2), row(4, '<c r="A4" t="e"><v>#N/A</v></c>')],
    "a hidden row": [*people(2), row(4, shared("A4", 2), more=' hidden="1"')],
    "an address in another row": [*people(2), row(4, shared("A5", 2))],
    "a longer address that ends in the row": [*people(2), row(4, shared("A14", 2))],
    "rows that go back": [*people(2), row(2, shared("A2", 2))],
    "cells that go back": [*people(2), row(4, shared("B4", 2), shared("A4", 2))],
    "a text that is not there": [*people(2), row(4, shared("A4", 99))],
    "blank text": [*people(2), texts(4, (" ", "x"))],
    "an escape": [*people(2), texts(4, ("_x000D_", "x"))],
    "a truth": [*people(2), row(4, '<c r="A4" t="b"><v>1</v></c>')],
    "damage": [*people(2), "<row r='4'><c></row>"],
    "a document type": [*people(2)],
    "too many columns": [*people(2), row(4, text("HZ4", "x"))],
    "too many rows": people(60),
}


def looked(path: Path, large: int, monkeypatch: Any) -> Any:
    monkeypatch.setattr(package, "LARGE", large)
    try:
        book = inspect(path, "表.xlsx", Limits(max_rows=40)).workbook
    except Refused as refused:
        return [(p.code, p.row, dict(p.facts)) for p in refused.problems]
    assert book is not None
    book.grid.text = 0  # only held against a limit, of which a bound from above is enough
    return book


@pytest.mark.parametrize("title", [*PLAIN, *OTHERWISE])
@pytest.mark.parametrize("chunk", [1, 8 << 20])
def test_by_patterns_or_tag_by_tag_a_sheet_has_the_same_figures(title, chunk, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(plain_sheet, "BYTES_AT_A_TIME", chunk)
    rows = PLAIN.get(title) or OTHERWISE[title]
    sheet = sheet_xml(*rows, after='<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>')
    if title == "a document type":
        sheet = "<!DOCTYPE worksheet>" + sheet
    path = put(tmp_path, packed(parts(sheet, shared=SHARED)))
    assert looked(path, 0, monkeypatch) == looked(path, 1 << 60, monkeypatch)


@pytest.mark.parametrize("title", PLAIN)
def test_what_spreadsheets_write_is_counted_by_patterns(title, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(package.Package, "_grid", lambda *_: pytest.fail("counted tag by tag"))
    path = put(tmp_path, packed(parts(sheet_xml(*PLAIN[title]), shared=SHARED)))
    assert looked(path, 0, monkeypatch).grid.rows

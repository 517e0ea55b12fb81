"""A large workbook on the machine's own disk is read while it is still being counted (边点边读); an upload never is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import package, reading
from lianfang.interfaces.exchange.reading import read_table
from lianfang.interfaces.exchange.sheet import LOCAL, Limits
from lianfang.interfaces.exchange.wire import Record
from tests.interfaces.exchange.making import good_rows, put, row, workbook
from tests.interfaces.exchange.reading import in_this_process


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened, in order: the sheet counted, the reader opened and closed."""
    seen: list[str] = []
    monkeypatch.setattr(package, "LARGE", 1)
    count = package.Package._grids

    def counted(*given: Any) -> Any:
        grids = count(*given)
        seen.append("counted")
        return grids

    monkeypatch.setattr(package.Package, "_grids", counted)
    return seen


def watched(steps: list[str]) -> reading.Reader:
    @contextmanager
    def reader(request: Mapping[str, Any], limits: Limits) -> Iterator[Iterator[Record]]:
        steps.append("opened")
        with in_this_process(request, limits) as records:
            try:
                yield records
            finally:
                steps.append("closed")

    return reader


def test_a_file_of_this_machine_is_read_while_it_is_counted(tmp_path: Path, steps: list[str]) -> None:
    path = put(tmp_path, workbook(*good_rows(3)))
    sheet = read_table(path, "表.xlsx", LOCAL, reader=watched(steps))
    assert steps == ["opened", "counted", "closed"]
    assert list(sheet.rows) == list(read_table(path, "表.xlsx", reader=in_this_process).rows)


def test_an_upload_is_counted_before_any_reader_sees_it(tmp_path: Path, steps: list[str]) -> None:
    read_table(put(tmp_path, workbook(*good_rows(3))), "表.xlsx", reader=watched(steps))
    assert steps == ["counted", "opened", "closed"]


def test_a_reader_that_was_started_early_is_ended_when_the_count_refuses_the_file(
    tmp_path: Path, steps: list[str]
) -> None:
    content = workbook(*good_rows(2), row(2, '<c r="A2"/>'))  # a row that goes back
    with pytest.raises(Refused):
        read_table(put(tmp_path, content), "表.xlsx", LOCAL, reader=watched(steps))
    assert steps == ["opened", "closed"]

"""The page on bad inputs is complete (坏输入说明): every deviation has a reason, every group a place."""

from __future__ import annotations

import pytest

from tests.everything.outcomes import DOCUMENT, deviations, reasons
from tests.world import lines

TEXT = DOCUMENT.read_text(encoding="utf-8")
FILES = ("report_api", "report_csv", "file", "api", "pass_token", "federation", "sync")
GROUPS = sorted({(name, line["group"]) for name in FILES for line in lines(f"{name}.jsonl")})


def test_every_deviation_is_of_a_line_of_the_catalogue_and_says_why() -> None:
    known = {line["id"] for name in FILES for line in lines(f"{name}.jsonl")}
    assert set(deviations()) <= known
    assert all(len(reason.split()) > 2 or reason.startswith("As RA-") for reason in reasons().values())


@pytest.mark.parametrize(("name", "group"), GROUPS, ids=str)
def test_every_group_is_tried_somewhere_or_said_not_to_be_offered(name: str, group: str) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith(f"| {name} |")]
    assert any(group in [word.strip() for word in row.split("|")[2].split(",")] for row in rows)


def test_every_address_line_of_the_api_is_mapped() -> None:
    table = TEXT.partition("## Addresses meant")[2].partition("##")[0]
    groups = ("object_scope", "write_fields", "query")
    wanted = [line["id"] for line in lines("api.jsonl") if line["group"] in groups]
    assert [name for name in wanted if not _is_named(name, table)] == ["AP-003", "AP-030"]


def _is_named(name: str, table: str) -> bool:
    if name in table:
        return True
    number = int(name[3:])
    spans = [row.split("|")[1] for row in table.splitlines() if " to AP-" in row]
    ends = [part.strip().split(" to ") for span in spans for part in span.split(",") if " to " in part]
    return any(int(low[3:]) <= number <= int(high[3:]) for low, high in ends)

"""A list of arrivals pasted from a table (粘贴名单): lines with tabs or commas, with or without a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianfang.domain.refusals import Refused

COLUMNS = (
    ("name", "姓名", "Name"),
    ("id_type", "证件类型", "Document"),
    ("id_number", "证件号码", "Number"),
    ("birth_date", "出生日期", "Born on"),
    ("phone", "手机", "Phone"),
    ("party_kind", "类别", "Kind of party"),
    ("party", "团组", "Party"),
    ("needs", "特殊需要", "Needs"),
    ("companion", "陪同人行号", "Row of the companion"),
    ("last_exposure", "最后暴露", "Last exposure"),
    ("exposure_kind", "暴露方式", "Kind of exposure"),
    ("home", "居住地", "Lives in"),
    ("guardian_notice", "已告知监护人", "Guardian told"),
)
_NAMES: Mapping[str, str] = {word.lower(): name for name, zh, en in COLUMNS for word in (name, zh, en)}
MOST_CHARACTERS = 200_000


def rows_of(text: str) -> list[dict[str, Any]]:
    """The rows as the action takes them: empty cells left out. Refused: `required`, `text.too_long`."""
    if len(text) > MOST_CHARACTERS:
        raise Refused("text.too_long", "people", high=MOST_CHARACTERS)
    lines = [_cells(line) for line in text.splitlines() if line.strip()]
    if not lines:
        raise Refused("required", "people")
    header = [_NAMES.get(cell.lower(), "") for cell in lines[0]]
    named = "name" in header
    names = header if named else [name for name, _zh, _en in COLUMNS]
    return [_row(names, cells) for cells in (lines[1:] if named else lines)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in (line.split("\t") if "\t" in line else line.replace("\uff0c", ",").split(","))]


def _row(names: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) > len(names) and any(cells[len(names) :]):
        raise Refused("field.unknown", "people")
    row: dict[str, Any] = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
    if "guardian_notice" in row:
        row["guardian_notice"] = row["guardian_notice"].lower() in ("是", "yes", "true", "1", "✓")
    return row

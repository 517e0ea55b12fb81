"""The one way to show a value (显示): on a page, in the API and in a file.

Zero is `0`; unknown is `—` on a page, `null` in the API and an empty cell in a file; at least n is `≥n`; a count that
is hidden because it is small is `<5`, in the API `{"below": 5}`.
"""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from lianfang.domain.amounts import AtLeast
from lianfang.domain.small import Below
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import Column

UNKNOWN = "—"


def as_text(value: Any, zone: tzinfo) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or UNKNOWN
    return str(value)


def as_json(value: Any, zone: tzinfo) -> Any:  # noqa: PLR0911  a line a kind of value
    """A value as the API gives it: RFC 3339 moments, ISO days, decimals as text, units by code."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, AtLeast):
        return {"at_least": value.value}
    if isinstance(value, Below):
        return {"below": value.below}
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, Unit):
        return value.code
    if isinstance(value, list | tuple):
        return [as_json(one, zone) for one in value]
    if isinstance(value, dict):
        return {str(name): as_json(one, zone) for name, one in value.items()}
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(value: Decimal) -> str:
    """As it was measured: 36.5, not the 36.50 of a column with two decimals."""
    return format(value.normalize(), "f")


def as_cell(value: Any, zone: tzinfo) -> Any:
    """A value as a file holds it: numbers stay numbers, unknown is empty, at least n is text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal | float):
        return Decimal(_plain(Decimal(str(value))))
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Unit):
        return value.code
    if isinstance(value, list | tuple):
        return "、".join(map(_listed, value))
    return json.dumps(value, ensure_ascii=False) if type(value) is dict else str(value)


def _listed(value: Any) -> str:
    """One of several values in a cell; what a list holds within itself is said as JSON."""
    structured = value is None or isinstance(value, bool | float | list | dict)
    return json.dumps(value, ensure_ascii=False) if structured else str(value)


def values_of(row: Any, columns: list[Column]) -> dict[str, Any]:
    """A row's values by column name."""
    return {one.name: one.value(row) for one in columns}

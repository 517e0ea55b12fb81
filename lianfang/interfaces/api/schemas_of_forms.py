"""What is answered about one answer and about a cross table (单条打卡与交叉表的格式), as JSON schemas."""

from __future__ import annotations

from typing import Any

from lianfang.capabilities.checkin.register import Answers
from lianfang.interfaces.api.schema_words import COUNT, DAY, TEXT, many, maybe, shown
from lianfang.interfaces.api.schemas import register_row

CELL: dict[str, Any] = {
    "value": {
        "type": ["integer", "string", "null"],
        "description": "0 is zero; a decimal is text; null has its reason in `state`",
    },
    "state": TEXT,
    **dict.fromkeys(("filled", "given", "unknown", "not_asked", "missing"), COUNT),
}


def cross_table() -> dict[str, Any]:
    """A cross table: its keys with their labels, its cells, its sums."""
    keys = many(shown({"key": TEXT, "label": TEXT}))
    about = {"form": TEXT, "version": COUNT, "unit": TEXT, "from": DAY, "to": DAY, "rows": TEXT, "columns": TEXT}
    return shown(
        {
            **about, "sum": maybe(TEXT), "row_keys": keys, "column_keys": keys,
            "cells": many(shown({"row": TEXT, "column": TEXT, **CELL})),
            "row_sums": many(shown({"row": TEXT, **CELL})), "column_sums": many(shown({"column": TEXT, **CELL})),
            "total": shown(CELL),
        }
    )  # fmt: skip


def answer_with_history() -> dict[str, Any]:
    """One answer as the list shows it, and the earlier ones it replaced."""
    row = register_row(Answers)
    return {"type": "object", "properties": {**row["properties"], "history": many(row)}, "required": ["history"]}

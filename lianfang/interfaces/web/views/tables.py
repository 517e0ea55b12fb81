"""Tables and details that no register yields (页面表格): what the shared templates want, made from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its label, whether it counts something, and how soon it goes on a narrow page."""

    label: Any
    numeric: bool = False
    priority: int = 1


def plain_table(caption: str, heads: Sequence[Head], rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A table as `parts/table.html` shows it; the first column names the row."""
    columns = [
        {"label": str(one.label), "priority": one.priority, "numeric": one.numeric, "sort_url": "", "sorted": ""}
        for one in heads
    ]
    return {"caption": caption, "selectable": False, "columns": columns, "totals": None, "rows": list(rows)}


def row(key: str, cells: list[dict[str, Any]], action: dict[str, Any] | None = None) -> dict[str, Any]:
    """One row; its first cell names it."""
    return {"key": key, "state": "", "url": "", "cells": cells, "heading": 0, "action": action}


def text(value: Any, url: str = "") -> dict[str, Any]:
    """A cell of words, perhaps a link."""
    return _cell("name" if url else "text", value, url=url)


def number(value: Any) -> dict[str, Any]:
    """A cell that counts; None is unknown."""
    return _cell("number", value)


def day(value: Any) -> dict[str, Any]:
    """A cell with a day; None is unknown."""
    return _cell("short", value.isoformat() if value else "")


def chip(state: str, word: str) -> dict[str, Any]:
    """A cell with a state (ok, warn, bad, info) in words."""
    return {**_cell("chip", ""), "state": state, "word": word}


def _cell(kind: str, value: Any, *, url: str = "") -> dict[str, Any]:
    return {"kind": kind, "value": value, "url": url, "word": "", "state": "", "of": None, "label": ""}


def act(label: Any, url: str) -> dict[str, Any]:
    """What can be done with a row."""
    return {"label": str(label), "url": url, "key": "", "method": "get", "icon": ""}


def link(label: Any, url: str, icon: str, *, primary: bool = False, danger: bool = False) -> dict[str, Any]:
    """What to do next, beside a detail."""
    return {
        "label": str(label), "url": url, "primary": primary, "danger": danger, "key": "", "icon": icon, "dialog": False,
    }  # fmt: skip


def detail(title: str, sub: str, facts: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """One thing in full as `pages/detail.html` shows it: the key facts; sections and actions are added by who asks."""
    shown = [
        {"label": str(label), "value": "" if value is None else str(value), "masked": False, "reveal_url": ""}
        for label, value in facts
    ]
    return {
        "title": title, "sub": sub, "chips": [], "facts": shown, "sections": [], "timeline": [], "actions": [],
        "people": [], "back": None,
    }  # fmt: skip

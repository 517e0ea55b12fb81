"""The reference results for two lists (参考结果), as rows of text."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "reference_two_lists"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one reference table."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures(row: dict[str, str]) -> dict[str, float]:
    """The row without its name, as numbers."""
    return {name: float(value) for name, value in row.items() if name not in ("pair", "model")}

"""The reference tables (参考结果): the whole folder when it is beside the checkout, else the small copy kept here."""

from __future__ import annotations

import csv
from pathlib import Path

_SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference"
_COPY = Path(__file__).resolve().parents[2] / "reference_chains"


def table(folder: str, name: str) -> list[dict[str, str]]:
    """The rows of a reference table."""
    shared = _SHARED / folder / name
    path = shared if shared.is_file() else _COPY / name
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

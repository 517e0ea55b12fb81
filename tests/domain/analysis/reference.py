"""Reference results of the field's own programs (参考结果): the whole set when it is there, else the part kept here."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

_ROOT = Path(__file__).resolve().parents[3]
PLACES = (_ROOT.parent / "shared" / "reference", _ROOT / "tests" / "reference_analysis")


def path(name: str) -> Path:
    """A file by its place in the set, such as `rt/flu2009_si.csv`; the test is skipped where no place has it."""
    found = next((place / name for place in PLACES if (place / name).is_file()), None)
    if found is None:
        pytest.skip(f"{name} is not among the reference results kept here")
    return found


@cache
def entry(key: str) -> dict[str, Any]:
    """One entry of manifest.json: input, output, params, tolerance."""
    entries = json.loads(path("manifest.json").read_text(encoding="utf-8"))
    return next(one for one in entries if one["id"] == key)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file as texts."""
    with path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, *names: str) -> np.ndarray:
    """A column as numbers, NaN where it is empty; the first of `names` that exists."""
    read = rows(name)
    chosen = next(one for one in names if one in read[0])
    return np.array([float(one[chosen]) if one[chosen] not in ("", "NA") else np.nan for one in read])

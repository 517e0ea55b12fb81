"""The shipped rules on windows and rates of quiet days (聚集性规则与基线率), from `rulepacks/detection`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from lianfang.domain.analysis.detect.expected import Group
from lianfang.domain.analysis.detect.rules import Rule, rules_of

FOLDER: Final = Path(__file__).resolve().parents[1] / "rulepacks" / "detection"


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def cluster_rules() -> tuple[Rule, ...]:
    """The rules as shipped."""
    return rules_of(_read("cluster-rules"))


def rule_title(code: str, language: str) -> str:
    """A rule in Chinese or English; one that is not shipped is its code."""
    tail = "zh" if language.startswith("zh") else "en"
    return next((str(one[f"title_{tail}"]) for one in _read("cluster-rules")["rules"] if one["code"] == code), code)


def base_rate(kind: str, signal: str) -> float | None:
    """Share of people of a kind of school that meets a signal (`absent`, `influenza_like`) on a quiet day, if known."""
    found = _read("base-rates")["kinds"].get(kind, {}).get(signal)
    return None if found is None else float(found)


def signals() -> tuple[str, ...]:
    """The signals that have rates."""
    return ("absent", "influenza_like")


def model_province(signal: str) -> tuple[Group, ...]:
    """The classes of the model province with the rates of a signal: what a setting would cost a whole province."""
    kinds = _read("base-rates")["kinds"]
    return tuple(
        Group(kind, one["students"] / one["mean_class"], one["mean_class"], float(one[signal]))
        for kind, one in kinds.items()
    )

"""The shipped rules on windows of days (聚集性规则), from `rulepacks/detection`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

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

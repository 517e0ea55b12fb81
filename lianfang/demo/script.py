"""The script of a replay (剧本): a scenario's file, what is found beside what it expects, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from lianfang.demo.anchors import anchors

BUILT = {"000": "lianfang.demo.story_000", "002": "lianfang.demo.story_002", "004": "lianfang.demo.story_004"}
PLANNED = ("001", "003")
_SCENARIOS = Path(__file__).with_name("scenarios")
Scenario = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A total as the records have it, beside what the scenario expects; `names` says which, where that helps."""

    name: str
    expected: Any
    got: Any
    names: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether they are the same."""
        return bool(self.expected == self.got)

    def as_json(self) -> dict[str, Any]:
        """`{"expected", "got", "pass"}`, and `names` when there are any."""
        said = {"expected": self.expected, "got": self.got, "pass": self.passes}
        return {**said, "names": list(self.names)} if self.names else said


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay has shown. `partial` names totals not covered yet, with the capability that each waits for."""

    demo: str
    findings: tuple[Finding, ...]
    partial: Mapping[str, str] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Whether every covered total came out as expected."""
        return all(finding.passes for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """As `lianfang demo NAME --json` prints it."""
        return {
            "demo": self.demo,
            "expect": {finding.name: finding.as_json() for finding in self.findings},
            "partial": [{"name": name, "waits_for": waits_for} for name, waits_for in self.partial.items()],
        }


@cache
def scenario(name: str) -> Scenario:
    """The scenario's file. KeyError for one that is not built."""
    if name not in BUILT:
        raise KeyError(name)
    return dict(yaml.safe_load((_SCENARIOS / f"{name}.yaml").read_text("utf-8")))


def moment(day: object, local: str) -> datetime:
    """The moment of a local time (16:05) on a day of a scenario (2021-08-04)."""
    return datetime.fromisoformat(f"{day}T{local}").replace(tzinfo=ZoneInfo(anchors().top.zone))

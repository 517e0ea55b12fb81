"""Replaying a scenario (情景复演): its story is played through the product's actions on a virtual clock, then checked.

Nothing that is checked is typed in: what is expected comes from the scenario's file, what is found from the records.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from lianfang.demo.script import BUILT, Finding, Outcome, Scenario, scenario
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.policies import demonstrations, drills
from lianfang.kernel.scope import EVERYTHING, within

Sweep = Callable[[], object]


class Story(Protocol):
    """What the module of a scenario offers."""

    PARTIAL: Mapping[str, str]

    def play(self, scenario: Scenario, sweep: Sweep) -> Iterable[Finding]:
        """Play it; `sweep` is one pass of the worker at the clock's time."""

    def ends(self, scenario: Scenario) -> datetime:
        """Where the clock stands when the story is over."""


def replay(name: str, sweep: Sweep) -> Outcome:
    """Play a scenario in the (empty) database under way and compare. KeyError for one that is not built."""
    told = scenario(name)
    story: Story = importlib.import_module(BUILT[name])  # type: ignore[assignment]
    demonstrations.begin(name)
    findings = tuple(story.play(told, sweep))
    with within(EVERYTHING):
        demonstrations.belongs(Account.objects.all())
        drills.start(story.ends(told), f"demo:{name}")
    _check_complete(told, findings, story.PARTIAL)
    return Outcome(name, findings, story.PARTIAL)


def _check_complete(told: Scenario, findings: Iterable[Finding], partial: Mapping[str, str]) -> None:
    """Every total of the scenario is either found or said to be missing; none is left out silently."""
    if forgotten := set(told["expect"]) - {finding.name for finding in findings} - set(partial):
        raise LookupError(f"neither found nor waiting: {', '.join(sorted(forgotten))}")

"""What a change of rules changes (规则变动): each number that differs, before and after, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianfang.domain.policy import Policy, kinds


@dataclass(frozen=True, slots=True)
class Change:
    """One number: its name in `Policy`, what it was and will be, and the source of the new value."""

    name: str
    old: Any
    new: Any
    source: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one change of rules would change for a unit: both policies, from which day, for which hazard."""

    before: Policy
    after: Policy
    since: date
    hazard: str
    items: tuple[Change, ...] = field(default=())

    def __contains__(self, name: object) -> bool:
        """Whether this number changes."""
        return any(one.name == name for one in self.items)


def compared(
    before: Policy, after: Policy, *, since: date, hazard: str = "any", sources: Mapping[str, str] | None = None
) -> Changes:
    """The numbers in which two policies differ, in the order in which `Policy` has them."""
    known = sources or {}
    items = tuple(
        Change(name, getattr(before, name), getattr(after, name), known.get(name, ""))
        for name in kinds()
        if getattr(before, name) != getattr(after, name)
    )
    return Changes(before, after, since, hazard, items)

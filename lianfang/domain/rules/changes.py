"""What a change of rules changes (规则变动): each number that differs, before and after, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianfang.domain.policy import Policy, kinds
from lianfang.domain.rules.hazards import ANY, falls_under


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
    afterwards: Mapping[str, Policy] = field(default_factory=dict)  # by each hazard that rules are then in force for

    def __contains__(self, name: object) -> bool:
        """Whether this number changes."""
        return any(one.name == name for one in self.items)

    def after_for(self, named: str) -> Policy:
        """The rules after the change for somebody of whom this hazard, or "any", is named."""
        under = falls_under(named, self.afterwards)
        return self.afterwards.get(under, self.afterwards.get(ANY, self.after))


def compared(
    before: Policy, after: Policy, *, since: date, hazard: str = ANY, sources: Mapping[str, str] | None = None,
    afterwards: Mapping[str, Policy] | None = None,
) -> Changes:  # fmt: skip
    """The numbers in which two policies differ, in the order in which `Policy` has them."""
    known = sources or {}
    items = tuple(
        Change(name, getattr(before, name), getattr(after, name), known.get(name, ""))
        for name in kinds()
        if getattr(before, name) != getattr(after, name)
    )
    return Changes(before, after, since, hazard, items, afterwards or {})

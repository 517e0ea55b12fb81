"""Why a status holds, in words (状态事由): a sentence of the rule with the facts of the status put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule as the person concerned reads it, in one language; `because` names facts in braces."""

    title: str
    because: str
    ends: str


def because(template: str, facts: Mapping[str, Any]) -> str:
    """The sentence with the facts in it; empty when a fact that it names is missing, so that no half sentence shows."""
    if any(facts.get(name) in (None, "") for name in _NAMED.findall(template)):
        return ""
    return _NAMED.sub(lambda found: str(facts[found.group(1)]), template)

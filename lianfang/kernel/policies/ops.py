"""Which rules hold where and when (规则查询): packs laid over each other from the root of the tree downwards."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.domain.policy import Policy, merged, policy_from
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack

SHIPPED = Path(__file__).resolve().parents[2] / "rulepacks"
DEFAULT = "generic-school"


@lru_cache
def shipped(code: str) -> dict[str, Any]:
    """A rule pack that comes with the product: `{"pack": {...}, "parameters": {...}}`."""
    return tomllib.loads((SHIPPED / f"{code}.toml").read_text("utf-8"))


def packs_on(day: date) -> list[RulePack]:
    """All packs in force on that day, root first, older before newer."""
    packs = [p for p in RulePack.objects.select_related("unit") if _holds(p, day)]
    return sorted(packs, key=lambda p: (p.unit.path.count("/") if p.unit else 0, p.valid_from, p.pk))


def _holds(pack: RulePack, day: date) -> bool:
    return pack.valid_from <= day and (pack.valid_until is None or day <= pack.valid_until)


class Rules:
    """The rules of one day, read once and asked for many units."""

    def __init__(self, day: date) -> None:
        self._packs = packs_on(day)
        self._policies: dict[tuple[int, ...], Policy] = {}

    def of(self, unit: Unit) -> Policy:
        """The policy for one unit on the day."""
        chain = [p for p in self._packs if p.unit is None or p.unit.covers(unit)]
        key = tuple(p.pk for p in chain)
        if key not in self._policies:
            self._policies[key] = _policy(p.parameters for p in chain) if chain else default_policy()
        return self._policies[key]


def _policy(layers: Iterable[dict[str, Any]]) -> Policy:
    return policy_from(merged([shipped(DEFAULT)["parameters"], *layers]))


@lru_cache(maxsize=1)
def default_policy() -> Policy:
    """The rules as shipped: where no other are in force, and for a page that knows no unit."""
    return _policy([])


def policy_of(unit: Unit, *, on: date) -> Policy:
    """The rules for one unit on one day."""
    return Rules(on).of(unit)


def as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as they are stored: times and decimals as text."""
    return {k: _plain(v) for k, v in parameters.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return as_json(value)
    return str(value) if isinstance(value, time | Decimal | date) else value

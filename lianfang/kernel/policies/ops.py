"""Which rules hold where and when (规则查询): packs laid over each other from the root of the tree downwards."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lianfang.domain.policy import Policy, policy_from
from lianfang.domain.refusals import Refused
from lianfang.domain.rules import hazards
from lianfang.domain.rules.laying import Layer, lay
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack

SHIPPED = Path(__file__).resolve().parents[2] / "rulepacks"
DEFAULT = "generic-school"
ANY = hazards.ANY

_SOURCE = re.compile(r"^(\w+) = [^#\n]*#\s*(.+)$", re.MULTILINE)


@lru_cache
def shipped(code: str) -> dict[str, Any]:
    """A rule pack that comes with the product: `{"pack": {...}, "parameters": {...}, "sources": {...}}`.

    The sources are the remarks beside the numbers. `LookupError` when no such pack is shipped.
    """
    if code not in shipped_codes():
        raise LookupError(code)
    text = (SHIPPED / f"{code}.toml").read_text("utf-8")
    return tomllib.loads(text) | {"sources": dict(_SOURCE.findall(_own_lines(text)))}


def _own_lines(text: str) -> str:
    """The numbers of a pack's text, without what is held in mappings and notes."""
    return text.partition("[parameters]")[2].partition("\n[")[0]


@cache
def shipped_codes() -> tuple[str, ...]:
    """The packs that come with the product, the oldest first, the default one before all."""
    found = {path.stem: tomllib.loads(path.read_text("utf-8"))["pack"] for path in SHIPPED.glob("*.toml")}
    return tuple(sorted(found, key=lambda code: (code != DEFAULT, found[code]["valid_from"], code)))


def check_hazard(code: str) -> str:
    """A hazard that some rule pack is for, or "any". Refused `choice.unknown` (choices)."""
    known = {ANY, *(str(shipped(one)["pack"].get("hazard", ANY)) for one in shipped_codes())}
    known |= set(RulePack.objects.values_list("hazard", flat=True).distinct())
    if code not in known:
        raise Refused("choice.unknown", "hazard", choices=sorted(known))
    return code


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

    def of(self, unit: Unit, hazard: str = ANY) -> Policy:
        """The policy for one unit on the day; packs for a named hazard are laid over those for any."""
        chain = self.chain(unit, hazard)
        key = tuple(p.pk for p in chain)
        if key not in self._policies:
            self._policies[key] = laid(chain) if chain else default_policy()
        return self._policies[key]

    def chain(self, unit: Unit, hazard: str = ANY) -> list[RulePack]:
        """The packs that hold for a unit and a hazard, the strongest last."""
        return [pack for pack in self.chain_of_all(unit) if pack.hazard in (ANY, hazard)]

    def hazard_of(self, unit: Unit, named: str = ANY) -> str:
        """The hazard under which somebody of a unit falls: the one named, or the only one that there are packs for."""
        return hazards.falls_under(named, (pack.hazard for pack in self.chain_of_all(unit)))

    def chain_of_all(self, unit: Unit) -> list[RulePack]:
        """The packs that hold for a unit, those for any hazard before those for a named one."""
        found = [pack for pack in self._packs if pack.unit is None or pack.unit.covers(unit)]
        return sorted(found, key=lambda pack: (pack.hazard != ANY, pack.hazard))


def laid(chain: Sequence[RulePack]) -> Policy:
    """The policy of these packs, the strongest last."""
    written = [[pack.parameters, str(pack.unit_id or ""), list(pack.loosens)] for pack in chain]
    return _read(_Chain(json.dumps(written, default=str), tuple(layer_of(pack) for pack in chain)))


@dataclass(frozen=True, slots=True)
class _Chain:
    """Packs by what stands in them: a pack that is amended is another chain."""

    written: str
    layers: tuple[Layer, ...] = field(compare=False)


@lru_cache(maxsize=256)
def _read(chain: _Chain) -> Policy:
    """Every act asks for the rules, and reading a hundred numbers takes longer than most of what it does."""
    return policy_from(lay(shipped(DEFAULT)["parameters"], chain.layers))


def layer_of(pack: RulePack) -> Layer:
    """A pack as the domain lays it: whose it is, and what it may loosen."""
    return Layer(pack.parameters, owner=str(pack.unit_id or ""), may_loosen=frozenset(pack.loosens))


@lru_cache(maxsize=1)
def default_policy() -> Policy:
    """The rules as shipped: where no other are in force, and for a page that knows no unit."""
    return laid([])


def policy_of(unit: Unit, *, on: date, hazard: str = ANY) -> Policy:
    """The rules for one unit on one day, for any hazard or a named one."""
    return Rules(on).of(unit, hazard)


@dataclass(frozen=True, slots=True)
class Edition:
    """The pack that has the last word, by code and first day, and how it is called."""

    code: str
    valid_from: date
    title: str = ""
    title_en: str = ""

    @property
    def text(self) -> str:
        """As a row keeps it: `cn-8th 2021-05-14`."""
        return f"{self.code} {self.valid_from}"


def edition_of(unit: Unit, on: date, hazard: str = ANY) -> Edition:
    """The edition with the last word for a unit on a day; the generic pack where nobody has adopted any."""
    return _last(Rules(on).chain(unit, hazard))


def _last(chain: Sequence[RulePack]) -> Edition:
    if chain:
        last = chain[-1]
        return Edition(last.code, last.valid_from, last.title, last.title_en)
    pack = shipped(DEFAULT)["pack"]
    return Edition(pack["code"], pack["valid_from"], pack["title_zh"], pack["title_en"])


@dataclass(frozen=True, slots=True)
class Measures:
    """The rules for people under measures: for which hazard, the numbers, and the edition with the last word."""

    hazard: str
    policy: Policy
    edition: str


def measures_of(unit: Unit, *, on: date, hazard: str = ANY) -> Measures:
    """The rules for a case, a contact, a code or a stay; without a named hazard, for the only one there are packs for.

    `policy_of` and `edition_of` answer for exactly the hazard that they are asked for: what a unit owes every day is
    under no hazard, people who are kept apart are.
    """
    rules = Rules(on)
    under = rules.hazard_of(unit, hazard)
    return Measures(under, rules.of(unit, under), _last(rules.chain(unit, under)).text)


def as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as they are stored: times and decimals as text."""
    return {k: _plain(v) for k, v in parameters.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return as_json(value)
    return str(value) if isinstance(value, time | Decimal | date) else value

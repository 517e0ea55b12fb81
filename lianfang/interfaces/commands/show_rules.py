"""Rules in words (规则文字): the packs in force for a unit and what each changes, and the editions that are shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lianfang.domain.policy import policy_from
from lianfang.domain.rules.changes import Changes, compared
from lianfang.domain.rules.laying import Layer, lay
from lianfang.interfaces.web.views.rules_words import meaning_of, source_words, value_of
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import ANY, DEFAULT, Rules, default_policy, laid, packs_on, shipped, shipped_codes


def packs(unit: Any, day: date, *, chinese: bool) -> list[Mapping[str, Any]]:
    """The default pack and those adopted over it, with what each changes; without a unit, those that hold for all."""
    tail = "zh" if chinese else "en"
    pack = shipped(DEFAULT)["pack"]
    generic = {
        "code": pack["code"], "title": pack[f"title_{tail}"], "basis": pack["basis"], "from": str(pack["valid_from"]),
    }  # fmt: skip
    chain = Rules(day).chain_of_all(unit) if unit is not None else [one for one in packs_on(day) if one.unit is None]
    return [generic, *(_adopted(chain, number, chinese=chinese) for number in range(len(chain)))]


def _adopted(chain: Sequence[RulePack], number: int, *, chinese: bool) -> Mapping[str, Any]:
    pack = chain[number]
    before = [one for one in chain[:number] if one.hazard in (ANY, pack.hazard)]
    old = laid(before) if before else default_policy()
    found = compared(old, laid([*before, pack]), since=pack.valid_from, hazard=pack.hazard, sources=pack.sources)
    return {
        "code": pack.code, "title": pack.title if chinese or not pack.title_en else pack.title_en,
        "basis": pack.basis, "from": str(pack.valid_from), "until": str(pack.valid_until or ""),
        "hazard": "" if pack.hazard == ANY else pack.hazard, "changes": _said(found),
    }  # fmt: skip


def editions(*, chinese: bool) -> list[Mapping[str, Any]]:
    """Every shipped edition, from when until when, and what it asks that the generic pack does not."""
    return [_edition(code, "zh" if chinese else "en") for code in shipped_codes() if code != DEFAULT]


def _edition(code: str, tail: str) -> Mapping[str, Any]:
    found = shipped(code)
    pack = found["pack"]
    after = policy_from(lay(shipped(DEFAULT)["parameters"], [Layer(found["parameters"], owner=code)]))
    changes = compared(
        default_policy(), after, since=pack["valid_from"], hazard=pack["hazard"], sources=found["sources"]
    )
    return {
        "code": code, "title": pack[f"title_{tail}"], "from": str(pack["valid_from"]),
        "until": str(pack.get("valid_until", "")),
        "basis": pack["basis"], "grade": pack["grade"], "hazard": pack["hazard"], "changes": _said(changes),
        "notes": [note[tail] for note in found.get("notes", [])],
    }  # fmt: skip


def _said(changes: Changes) -> list[str]:
    return [_line(one.name, one.old, one.new, one.source) for one in changes.items]


def _line(name: str, old: Any, new: Any, source: str) -> str:
    known = source_words(source)
    return f"{meaning_of(name)}: {value_of(old)} → {value_of(new)}" + (f" ({known})" if known else "")

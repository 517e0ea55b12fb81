"""The words of rules, values and facts behind statuses (状态用语), from `rulepacks/words/status_rules.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from lianfang.domain.rules.reasons import RuleWords

FILE: Final = Path(__file__).resolve().parents[2] / "rulepacks" / "words" / "status_rules.toml"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def rule_words(rule: str, language: str) -> RuleWords:
    """A rule in Chinese or English; one without words is its code, without a sentence."""
    found = _words()["rules"].get(rule)
    tail = "zh" if language.startswith("zh") else "en"
    if found is None:
        return RuleWords(rule, "", "")
    return RuleWords(*(found[f"{name}_{tail}"] for name in ("title", "because", "ends")))


def value_words(value: str, language: str) -> str:
    """A status in words; one without words as it is."""
    return _pair("values", value, language)


def fact_words(fact: str, language: str) -> str:
    """What a fact is called; one without words as it is."""
    return _pair("facts", fact, language)


def fact_order() -> tuple[str, ...]:
    """The facts that have words, in the order in which they are shown."""
    return tuple(_words()["facts"])


def values() -> tuple[str, ...]:
    """The statuses that have words."""
    return tuple(_words()["values"])


def _pair(part: str, code: str, language: str) -> str:
    found = _words()[part].get(code)
    return str(found[0 if language.startswith("zh") else 1]) if found else code

"""Outcome indicators with their definitions (成效指标口径), said so that zero never stands alone (row S02)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.capabilities.briefings.models import CountedIndicator
from lianfang.domain.outcomes import Outcome
from lianfang.domain.small import Below, Shown

FILE = Path(__file__).with_name("indicators.toml")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator in one language: its name, what it counts, of whom, from which records, and what they say."""

    code: str
    name: str
    numerator: str
    denominator: str
    source: str
    said: str
    outcome: Outcome


@lru_cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def indicators(found: Iterable[Outcome], language: str, *, fewest: int) -> list[Indicator]:
    """The outcomes with their definitions, in the order of the file; `fewest` is the smallest published count."""
    by_code = {one.code: one for one in found}
    return [
        _indicator(by_code[code], told, language, fewest)
        for code, told in _read()["indicators"].items()
        if code in by_code
    ]


def codes() -> tuple[str, ...]:
    """The codes of all indicators, in the order of the file."""
    return tuple(_read()["indicators"])


def told(code: str, language: str) -> Mapping[str, str]:
    """What is said of an indicator in one language: `name`, `numerator`, `denominator`, `source`.

    One that was counted once and is defined no longer is named by its code.
    """
    known = _read()["indicators"].get(code)
    if known is None:
        return {"name": code, "numerator": "", "denominator": "", "source": ""}
    return {name: both[language] for name, both in known.items()}


def _indicator(outcome: Outcome, told: Mapping[str, Mapping[str, str]], language: str, fewest: int) -> Indicator:
    return Indicator(
        code=outcome.code, name=told["name"][language], numerator=told["numerator"][language],
        denominator=told["denominator"][language], source=told["source"][language],
        said=said(outcome, language, fewest=fewest), outcome=outcome,
    )  # fmt: skip


def said(outcome: Outcome, language: str, *, fewest: int) -> str:
    """`0 of 252 over 3,528 person-days`; a small count as a bound, and no rate of few people."""
    return _said(outcome.shown(fewest), outcome.percent(fewest), outcome.people, outcome.person_days, language)


def counted(one: CountedIndicator, language: str) -> str:
    """The same of an indicator as it was counted and kept."""
    return _said(one.shown, one.percent, one.people, one.person_days, language)


def _said(shown: Shown, percent: Decimal | None, of: int, person_days: int | None, language: str) -> str:
    phrases: dict[str, str] = {name: both[language] for name, both in _read()["phrases"].items()}
    people = f"{of:,}"
    if shown is None:
        text = phrases["unknown"].format(people=people)
    elif isinstance(shown, Below):
        text = phrases["hidden"].format(people=people, below=shown.below)
    elif not shown:
        text = phrases["zero"].format(people=people)
    else:
        phrase = phrases["counted"] if percent is None else phrases["some"]
        text = phrase.format(people=people, count=f"{shown:,}", percent=percent)
    return text if person_days is None else phrases["days"].format(said=text, days=f"{person_days:,}")

"""What comes with the product as data (随附流程): kinds of incident, runbooks, similar symptoms, the risk grid."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

from lianfang.domain.incidents.risk import Grid
from lianfang.domain.incidents.runbooks import Step, steps_from

FOLDER = Path(__file__).resolve().parents[2] / "runbooks"
SHIPPED = "generic"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident: its words, whether the emergency clock runs, whether it is a hazard, who may open it."""

    code: str
    zh: str
    en: str
    icon: str
    clocked: bool
    hazard: bool
    offered: bool

    def __str__(self) -> str:
        return in_language(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Runbook:
    """A runbook as it holds on a day: its kind, whose version it is, and its steps."""

    kind: str
    code: str
    version: str
    zh: str
    en: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return in_language(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Owed:
    """An act that a kind of incident asks for beside its steps, in words; `tells` whom the product itself tells."""

    number: int
    zh: str
    en: str
    role: str
    tells: str = ""


def in_language(zh: str, en: str) -> str:
    """What data bring in both languages, in the one in force."""
    return en if en and not (get_language() or "").startswith("zh") else zh


@lru_cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@lru_cache
def kinds() -> Mapping[str, Kind]:
    """The kinds of incident by code, in the order in which they are offered."""
    return MappingProxyType({one["code"]: Kind(**one) for one in _read("kinds")["kinds"]})


def kind_words(code: str) -> str:
    """A kind in words; one that is no longer known is shown as it is."""
    known = kinds().get(code)
    return str(known) if known else code


@lru_cache
def runbook(kind: str) -> Runbook:
    """The runbook of a kind that comes with the product."""
    raw = _read(kind)
    head = raw["runbook"]
    steps = steps_from(raw["steps"])
    return Runbook(kind, SHIPPED, f"{head['version']} {_day(head['valid_from'])}", head["zh"], head["en"], steps)


def _day(value: date) -> str:
    return value.isoformat()


@lru_cache
def owed(kind: str, what: str) -> tuple[Owed, ...]:
    """What a kind asks for beside its steps: its `notices` or `tests`, in their order."""
    return tuple(Owed(**one) for one in _read(kind).get(what, []))


@lru_cache
def similar() -> Mapping[str, frozenset[str]]:
    """Group of symptoms -> the symptoms that make people similarly ill."""
    return MappingProxyType({one["code"]: frozenset(one["symptoms"]) for one in _read("similar")["groups"]})


def group_names(code: str) -> tuple[str, str]:
    """What a group of symptoms is called in Chinese and in English; its code where nothing is known of it."""
    known = [*_read("similar")["groups"], *_read("similar")["counted"]]  # alarms on counts know more than groups
    found = next((one for one in known if one["code"] == code), None)
    return (found["zh"], found["en"]) if found else (code, code)


def group_words(code: str) -> str:
    """A group of symptoms in words."""
    return in_language(*group_names(code))


@lru_cache
def grid() -> Grid:
    """The risk grid: likelihood by consequence."""
    raw = _read("risk")
    return Grid(tuple(raw["likelihoods"]), tuple(raw["consequences"]), raw["cells"])


def risk_words(code: str) -> str:
    """A likelihood or consequence in words."""
    words = _read("risk")["words"].get(code)
    return in_language(*words) if words else code


def grade_words(code: str) -> str:
    """A grade of the grid in words."""
    words = _read("risk")["grades"].get(code)
    return in_language(*words) if words else code

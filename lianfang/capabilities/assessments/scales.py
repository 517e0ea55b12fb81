"""The scales of an assessment (风险评估量表): what each number, confidence and grade means, in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

from lianfang.domain.incidents.risk import Grid

PACKAGE = Path(__file__).resolve().parents[2]
SCALES = PACKAGE / "riskscales" / "generic.toml"
GRID = PACKAGE / "runbooks" / "risk.toml"
"""One grid for alerts and for assessments: the same two scores never get two grades."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scale: its number from 1, its code, its word, and what it means."""

    number: int
    code: str
    word: tuple[str, str]
    means: tuple[str, str]

    def __str__(self) -> str:
        return in_language(*self.word)

    @property
    def meaning(self) -> str:
        """What it means, in the language in force."""
        return in_language(*self.means)


def in_language(zh: str, en: str) -> str:
    """What data bring in both languages, in the one in force."""
    return zh if (get_language() or "").startswith("zh") else en


@lru_cache
def _read(path: Path) -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads(path.read_text("utf-8")))


@lru_cache
def grid() -> Grid:
    """Likelihood by consequence, both from low to high."""
    raw = _read(GRID)
    return Grid(tuple(raw["likelihoods"]), tuple(raw["consequences"]), raw["cells"])


@lru_cache
def levels(scale: str) -> tuple[Level, ...]:
    """The levels of a scale from low to high: `likelihood`, `consequence`, `confidence` or `grade`."""
    known = _read(GRID)["grades" if scale == "grade" else "words"]
    return tuple(_level(number, one, known) for number, one in enumerate(_read(SCALES)[scale], start=1))


def _level(number: int, one: Mapping[str, str], known: Mapping[str, Any]) -> Level:
    """A level of the scale; its word stands beside it, or with the grid."""
    if "means_zh" in one:
        return Level(number, one["code"], (one["zh"], one["en"]), (one["means_zh"], one["means_en"]))
    zh, en = known[one["code"]]
    return Level(number, one["code"], (zh, en), (one["zh"], one["en"]))


def level(scale: str, code: str) -> Level:
    """The level of this code. KeyError when the scale has none."""
    return {one.code: one for one in levels(scale)}[code]


def grades() -> tuple[str, ...]:
    """The codes of the grades from low to high."""
    return tuple(one.code for one in levels("grade"))


def principle() -> str:
    """Why what may never be needed is prepared all the same (宁可备而不用)."""
    raw = _read(SCALES)["principle"]
    return in_language(raw["zh"], raw["en"])

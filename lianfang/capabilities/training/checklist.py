"""The items looked at before a class opens (开班检查项目), as data: a circular changes the file, not the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lianfang.capabilities.training.models import ClassRun, OpeningAnswer

SOURCE = Path(__file__).resolve().parent / "opening.toml"


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its code and its words."""

    code: str
    zh: str
    en: str

    def words(self, language: str) -> str:
        """The item in the reader's language."""
        return self.zh if language.startswith("zh") else self.en


@cache
def items() -> tuple[Item, ...]:
    """Every item in its order."""
    raw = tomllib.loads(SOURCE.read_text("utf-8"))
    return tuple(Item(one["code"], one["zh"], one["en"]) for one in raw["items"])


def codes() -> tuple[str, ...]:
    """The codes of all items."""
    return tuple(one.code for one in items())


def standing_answers(run: ClassRun) -> dict[str, OpeningAnswer]:
    """The answer that stands for each item of a class; an item that nobody has answered is not there."""
    rows = OpeningAnswer.objects.filter(run=run).order_by("at", "pk")
    return {row.item: row for row in rows}


def words_of(language: str) -> Mapping[str, str]:
    """Code -> words."""
    return {one.code: one.words(language) for one in items()}

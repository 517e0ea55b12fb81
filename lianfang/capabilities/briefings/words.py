"""The words of briefings, read from data (日报用语)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.domain.briefing.figures import Section
from lianfang.domain.briefing.wording import LANGUAGES, Words, paragraph, words_from

FILE = Path(__file__).with_name("words.toml")


@lru_cache
def words_of(language: str) -> Words:
    """The words in one language, `zh` or `en`."""
    return words_from(tomllib.loads(FILE.read_text("utf-8")), language)


def text_of(sections: Iterable[Section]) -> dict[str, list[dict[str, str]]]:
    """Every section as a paragraph, in each language."""
    known = tuple(sections)
    return {language: [_said(one, words_of(language)) for one in known] for language in LANGUAGES}


def _said(section: Section, words: Words) -> dict[str, Any]:
    return {"code": section.code, "title": words.titles[section.code], "paragraph": paragraph(section, words)}

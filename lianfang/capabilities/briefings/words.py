"""The words of briefings, read from data (日报用语)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from lianfang.capabilities.briefings.models import Briefing
from lianfang.domain.briefing.figures import Section
from lianfang.domain.briefing.wording import LANGUAGES, Words, label_of, paragraph, words_from

FILE = Path(__file__).with_name("words.toml")


@lru_cache
def words_of(language: str) -> Words:
    """The words in one language, `zh` or `en`."""
    return words_from(tomllib.loads(FILE.read_text("utf-8")), language)


def text_of(sections: Iterable[Section]) -> dict[str, list[dict[str, str]]]:
    """Every section as a paragraph, in each language."""
    known = tuple(sections)
    return {language: [_said(one, words_of(language)) for one in known] for language in LANGUAGES}


def figures_of(briefing: Briefing) -> list[dict[str, Any]]:
    """The figures of a version as it keeps them, hidden ones as a bound; sections and figures with their words."""
    return [_worded(one) for one in briefing.sections]


def _worded(section: Section) -> dict[str, Any]:
    title = {language: words_of(language).titles[section.code] for language in LANGUAGES}
    figures = [
        {**one.as_json, "label": {language: label_of(one, words_of(language)) for language in LANGUAGES}}
        for one in section.figures
    ]
    return {"code": section.code, "title": title, "figures": figures}


def _said(section: Section, words: Words) -> dict[str, Any]:
    return {"code": section.code, "title": words.titles[section.code], "paragraph": paragraph(section, words)}

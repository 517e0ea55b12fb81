"""What is counted (监测症状组): the groups of similar symptoms that come with the product, absence and any illness."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

SHIPPED = Path(__file__).resolve().parents[2] / "runbooks" / "similar.toml"


@lru_cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text("utf-8"))


@lru_cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """Group of similar symptoms -> its symptoms, in the order in which they are shown."""
    return MappingProxyType({one["code"]: tuple(one["symptoms"]) for one in _shipped()["groups"]})


@lru_cache
def codes() -> tuple[str, ...]:
    """Everything that is counted: the groups, then absence through illness, then any illness."""
    return (*groups(), *(one["code"] for one in _shipped()["counted"]))


@lru_cache
def leave_for_illness() -> str:
    """A pattern that finds the reasons of approved leave that say illness."""
    words = [word for one in _shipped()["counted"] for word in one.get("leave", [])]
    return "|".join(re.escape(word) if word.isascii() is False else rf"\y{word}\y" for word in words)


def words(code: str) -> str:
    """What is counted, in words; one that is no longer known is shown as it is."""
    found = next((one for one in [*_shipped()["groups"], *_shipped()["counted"]] if one["code"] == code), None)
    if found is None:
        return code
    return str(found["zh"] if (get_language() or "").startswith("zh") else found["en"])


def choices() -> list[tuple[str, str]]:
    """Code and words of everything that is counted."""
    return [(code, words(code)) for code in codes()]

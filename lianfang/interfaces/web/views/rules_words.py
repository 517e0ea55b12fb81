"""Numbers of rules in words (规则用语): what each means, how its value reads, and which sources it names."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

import lianfang
from lianfang.interfaces.commands.show import meanings
from lianfang.interfaces.titles import labelled, listed
from lianfang.interfaces.web.templatetags.formats import language

NOT_ACTED_ON: Final = ("secondary_test_days", "cluster_cases")
"""Numbers of the national editions that no action, task or alert of the product reads."""
SOURCES: Final = Path(lianfang.__file__).resolve().parent / "rulepacks" / "words" / "sources.csv"
_SRC = re.compile(r"src\d+")


@cache
def _meanings() -> Mapping[str, str]:
    return meanings()


def meaning_of(name: str) -> str:
    """What a number of the rules means, and whether anything follows it; one that is not known is named as it is."""
    known = _meanings().get(name)
    meaning = _(known) if known else name
    if name in NOT_ACTED_ON:
        return str(_("%(meaning)s (kept on record; the product does nothing by it)")) % {"meaning": meaning}
    return meaning


def value_of(value: Any) -> str:
    """A number as a person reads it; an empty list is none."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple | list):
        return listed(word_of(str(one)) for one in value) or str(_("none"))
    if isinstance(value, Mapping):
        return listed(labelled(str(key), value_of(one)) for key, one in value.items())
    return word_of(f"{value.normalize():f}" if isinstance(value, Decimal) else str(value))


def rule_numbers(numbers: Mapping[str, Any]) -> str:
    """The numbers of a pack in a row: what each means and how it reads; a pack without any changes nothing."""
    return listed(labelled(meaning_of(name), value_of(one)) for name, one in numbers.items()) or str(_("none"))


def word_of(code: str) -> str:
    """A code that stands in a rule, in words; any other value as it is."""
    words = {
        "am": _("morning"), "noon": _("noon"), "pm": _("evening"), "last_exposure": _("the last exposure"),
        "admission": _("the admission"), "no_symptoms": _("no symptoms"), "tests_negative": _("tests negative"),
        "days_complete": _("days complete"), "daily": _("daily"), "school_days": _("school days"),
    }  # fmt: skip
    return str(words.get(code, code))


@cache
def _sources() -> Mapping[str, tuple[str, str]]:
    with SOURCES.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}


def source_words(text: str) -> str:
    """The sources that a remark names, by their titles in the language in force; without any, nothing."""
    at = 0 if language() == "zh" else 1
    return listed(_sources().get(code, (code, code))[at] for code in dict.fromkeys(_SRC.findall(text)))

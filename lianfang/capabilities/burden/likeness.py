"""Whether two labels mean the same (字段近似): the same word in other dress, a synonym, or much the same characters.

Renaming a field must not hide that it is held already; a person decides what this finds, it decides nothing itself.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lianfang.capabilities.burden.dictionary import DictionaryField

SYNONYMS = Path(__file__).with_name("synonyms.csv")
WHOLE = 100  # percent
_BRACKETED = re.compile(r"[((\[【][^))\]】]*[))\]】]")
_SIGNS = re.compile(r"[\W_]+")
# What is said around the thing itself: please, your, today's, of the pupil, how many.
_AROUND = re.compile(
    r"^(?:请?填写|请输入|请选择|请|您的?|你的?|本人的?|学生的?|个人|其|当前|目前|最新|今日|当日|本日|本单位)+"
    r"|(?:情况|信息|内容|数据|数量|人数|人次|状态|是多少|为何|是什么)+$"
)
_AROUND_EN = re.compile(
    r"\b(?:please|enter|fill|in|your|the|a|an|of|today'?s?|current|number|no|person'?s?|pupil'?s?|student'?s?|his|her|their)\b"
)


@dataclass(frozen=True, slots=True)
class Alike:
    """A field of the dictionary that a label may mean, and how alike the two are, in percent."""

    field: DictionaryField
    percent: int


def alike(labels: Iterable[str], known: Iterable[DictionaryField], *, least: int, of_person: bool) -> Alike | None:
    """The field that a label is most alike to, from `least` percent on; of two alike, the one of people or of units."""
    given = [label for label in labels if label.strip()]
    found = [Alike(one, max((_closest(label, one) for label in given), default=0)) for one in known]
    best = max(found, key=lambda one: (one.percent, one.field.of_person == of_person), default=None)
    return best if best is not None and best.percent >= least else None


def likeness(one: str, other: str) -> int:
    """How alike two labels are, in percent: 100 for the same word or a synonym, else by shared pairs of characters."""
    left, right = normalised(one), normalised(other)
    if not left or not right:
        return 0
    if left == right or _root(left) == _root(right):
        return WHOLE
    pairs, others = _pairs(left), _pairs(right)
    return 2 * WHOLE * len(pairs & others) // max(len(pairs) + len(others), 1)


def normalised(label: str) -> str:
    """A label without case, width, blanks, signs, brackets and the words around the thing itself."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    bare = _SIGNS.sub("", _AROUND_EN.sub(" ", _BRACKETED.sub("", plain)))
    return _AROUND.sub("", bare) or _SIGNS.sub("", plain)


def _closest(label: str, field: DictionaryField) -> int:
    return max(likeness(label, word) for word in (field.zh, field.en, *field.words))


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


def _root(word: str) -> str:
    return _roots().get(word, word)


@lru_cache
def _roots() -> dict[str, str]:
    return dict(_read())


def _read() -> Iterator[tuple[str, str]]:
    with SYNONYMS.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            words = [normalised(word) for word in row if word]
            yield from ((word, words[0]) for word in words)

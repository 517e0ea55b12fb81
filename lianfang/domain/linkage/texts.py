"""Text made comparable (文本归一): width, case, spaces, traditional characters, and words that stand for nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_NOTHING: Final = """
    - -- / \\ 无 無 没有 暂无 不详 不明 未知 未填 空 缺 待查 保密 拒绝
    none null n/a unknown missing ? ?? ??? xxx
"""
NOTHING: Final = frozenset([*_NOTHING.split(), "", "not known"])
"""What people write when they have nothing to write."""

_MALE: Final = frozenset(["男", "男性", "m", "male", "man", "boy", "1"])
_FEMALE: Final = frozenset(["女", "女性", "f", "female", "woman", "girl", "2"])


class _Signs(dict[int, str]):
    """A translation of single signs, worked out when a sign is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = kept = _comparable(chr(code))
        return kept


def _comparable(sign: str) -> str:
    if is_chinese(sign):
        return _simplified(sign)
    base = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return base if base.isalnum() else " "


@cache
def _converter() -> object:
    import opencc  # noqa: PLC0415  only lists with Chinese text need it

    return opencc.OpenCC("t2s")


def _simplified(sign: str) -> str:
    converted: str = _converter().convert(sign)  # type: ignore[attr-defined]
    return converted


_SIGNS: Final = _Signs()


def is_chinese(sign: str) -> bool:
    """Whether it is a Chinese character, rare ones of the later planes included."""
    return "㐀" <= sign <= "鿿" or "豈" <= sign <= "﫿" or "\U00020000" <= sign <= "\U0003ffff" or sign == "〇"


def folded(raw: str) -> str:
    """Full width to half width, lower case, no space around."""
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    return text.strip().lower()


def words(raw: str) -> list[str]:
    """The words of a text in plain letters: no accents, no punctuation, simplified characters."""
    text = folded(raw)
    found = [] if text in NOTHING else text.translate(_SIGNS).lower().split()
    return [] if " ".join(found) in NOTHING else found


def joined(raw: str) -> str | None:
    """The words of a text without what lies between them; None when it says nothing."""
    return "".join(words(raw)) or None


def spaced(raw: str) -> str | None:
    """The words of a text with one space between; None when it says nothing."""
    return " ".join(words(raw)) or None


def sex_code(raw: str) -> str | None:
    """`m`, `f`, or None for anything else."""
    text = folded(raw)
    if text in _MALE:
        return "m"
    return "f" if text in _FEMALE else None


def phone_digits(raw: str) -> str | None:
    """The digits of a phone without country code; None when there are too few or they are all one digit."""
    digits = re.sub(r"\D", "", folded(raw))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) >= len(prefix) + 10:
            digits = digits[len(prefix) :]
    return digits if len(digits) >= 5 and len(set(digits)) > 1 else None  # noqa: PLR2004 short numbers of an office

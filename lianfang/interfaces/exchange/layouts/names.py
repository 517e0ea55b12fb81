"""Names against the register (姓名比对): where a rare character may stand for another, a person should look."""

from __future__ import annotations

import unicodedata

_LAST_COMMON = 0xFFFF  # beyond it a character was long missing from registers, which hold another in its place


def rare_sign_stands_for(one: str, other: str) -> bool:
    """Whether two names differ only where one of them has a character that many registers could not write."""
    if one == other or len(one) != len(other):
        return False
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(differing) < len(one) and all(_is_rare(a) or _is_rare(b) for a, b in differing)


def _is_rare(sign: str) -> bool:
    return ord(sign) > _LAST_COMMON or unicodedata.category(sign) == "Co"

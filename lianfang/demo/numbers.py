"""Numbers of people who do not exist (虚构号码): identity numbers and phones from ranges that nobody has.

Both are unique within one run over a province, in the order in which they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECKS = "10X98765432"
_A_SEX = 500  # sequence numbers of one area, birth date and sex: odd ones male, even ones female
_SEQUENCES = [
    (f"{sequence:03d}", sum(w * int(d) for w, d in zip(_WEIGHTS[14:], f"{sequence:03d}", strict=True)))
    for sequence in range(1000)
]
_PHONES = 10**8  # phones behind a prefix of three digits
_STRIDE = 61_803_399  # has no factor in common with 10**8, so every phone comes once


class IdNumbers:
    """Hands out 18-digit identity numbers (GB 11643-1999); keeps one counter a birth date and sex."""

    def __init__(self, areas: Sequence[str]) -> None:
        self._areas = areas
        self._used: dict[int, int] = {}
        self._begun: dict[int, tuple[str, int]] = {}

    def issue(self, ordinal: int, *, male: bool) -> str:
        """The next number for a birth date, given as `date.toordinal()`; IndexError when all areas are used up."""
        key = 2 * ordinal + male
        used = self._used.get(key, 0)
        self._used[key] = used + 1
        area, place = divmod(used, _A_SEX)
        body, weight = self._begin(ordinal, area)
        tail, more = _SEQUENCES[2 * place + male]
        return f"{body}{tail}{_CHECKS[(weight + more) % 11]}"

    def _begin(self, ordinal: int, area: int) -> tuple[str, int]:
        key = ordinal * len(self._areas) + area
        if key not in self._begun:
            body = self._areas[area] + date.fromordinal(ordinal).strftime("%Y%m%d")
            self._begun[key] = (body, sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=False)))
        return self._begun[key]


class Phones:
    """Hands out eleven-digit mobile numbers behind an unallocated prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._issued = 0

    def issue(self) -> str:
        """The next phone number."""
        self._issued += 1
        return f"{self._prefix}{self._issued * _STRIDE % _PHONES:08d}"

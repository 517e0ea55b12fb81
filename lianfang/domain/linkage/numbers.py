"""Document numbers made comparable (证件号归一): 15 to 18 digits, check digit by GB 11643-1999, repair, masked ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from typing import Final

from lianfang.domain.linkage.days import calendar_day
from lianfang.domain.linkage.texts import NOTHING, folded

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_BODY: Final = len(_WEIGHTS)
_LONG: Final = _BODY + 1
_SHORT: Final = 15
_BIRTH: Final = slice(6, 14)
_FIRST_YEAR, _LAST_YEAR = 1850, 2100
_LOOKALIKES: Final = str.maketrans("OQILZSB", "0011258")
_MASK: Final = re.compile(r"[*＊•●×?_]")
_FEWEST_SIGNS: Final = 3
_RUN: Final = "01234567890123456789"


@dataclass(frozen=True, slots=True)
class Number:
    """A document number: its normal text, whether its check digit stands, whether it is masked, what it says inside.

    `birth` is yyyymmdd or None, `sex` is "m", "f" or None; both only of a number that is valid. `short` marks a number
    of the first generation (15 digits), which has no check digit and leaves the century open.
    """

    text: str
    valid: bool = False
    masked: bool = False
    birth: int | None = None
    sex: str | None = None
    short: bool = False

    @property
    def core(self) -> str:
        """The fifteen digits that both generations share."""
        return self.text[:6] + self.text[8:17]


def check_digit(body: str) -> str:
    """The eighteenth sign for seventeen digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, body))) % len(_CHECKS)]


def is_resident(text: str) -> bool:
    """Whether it is a resident number with a day of birth and the right check digit."""
    return (
        len(text) == _LONG
        and text.isascii()
        and text[:_BODY].isdigit()
        and check_digit(text[:_BODY]) == text[_BODY]
        and _is_birth(text[_BIRTH])
    )


def read_number(raw: str) -> Number | None:
    """The number in its normal form; None for a placeholder such as 000000, 123456 or 无."""
    text = raw if is_resident(raw) else _cleaned(raw)
    if text is None:
        return None
    if "*" in text:
        return Number(text, masked=True) if text.strip("*") else None
    if _is_short(text):
        return Number(lengthened(text, "19"), short=True)
    text = _without_lookalikes(text)
    if not is_resident(text):
        return Number(text)
    return Number(text, valid=True, birth=int(text[_BIRTH]), sex=_sex(text))


def _cleaned(raw: str) -> str | None:
    said = folded(_MASK.sub("*", raw))
    if said in NOTHING:
        return None
    text = re.sub(r"[^0-9A-Z*]", "", said.upper())
    digits = text.strip("X*")
    if len(text) < _FEWEST_SIGNS or (digits and len(set(digits)) == 1) or digits in _RUN:
        return None if "*" not in text or not digits else text
    return text


def _without_lookalikes(text: str) -> str:
    """Letters that were typed for digits, only where that makes a resident number."""
    if len(text) != _LONG or text[:_BODY].isdigit():
        return text
    repaired = text[:_BODY].translate(_LOOKALIKES) + text[_BODY]
    return repaired if is_resident(repaired) else text


def _is_short(text: str) -> bool:
    return len(text) == _SHORT and text.isdigit() and _is_birth(f"19{text[6:12]}")


def lengthened(text: str, century: str) -> str:
    """A number of the first generation (15 digits, two for the year) as it is written today."""
    body = f"{text[:6]}{century}{text[6:]}"
    return body + check_digit(body)


def _is_birth(digits: str) -> bool:
    return _FIRST_YEAR <= int(digits[:4]) <= _LAST_YEAR and calendar_day(int(digits)) is not None


def repairs(text: str) -> Iterator[str]:
    """Every resident number that differs from this one in a single sign."""
    if len(text) != _LONG or not text[:_BODY].isdigit():
        return
    if is_resident(body := text[:_BODY] + check_digit(text[:_BODY])):
        yield body
    for place in range(_BODY):
        for digit in "0123456789":
            changed = f"{text[:place]}{digit}{text[place + 1 :]}"
            if digit != text[place] and is_resident(changed):
                yield changed


def repaired(text: str, *, birth: int | None, sex: str | None = None) -> str | None:
    """The number that its birth date shows to be meant, when its own check digit fails; None when it is not certain.

    Only a digit inside the birth date can be put right so: elsewhere about ten numbers are equally near.
    """
    if birth is None or len(text) != _LONG or not text[:_BODY].isdigit() or is_resident(text):
        return None
    meant = f"{text[:6]}{birth:08d}{text[14:]}"
    changed = sum(one != other for one, other in zip(text, meant, strict=False))
    if changed != 1 or not is_resident(meant):
        return None
    return meant if sex in (None, _sex(meant)) else None


def _sex(text: str) -> str:
    return "m" if int(text[16]) % 2 else "f"

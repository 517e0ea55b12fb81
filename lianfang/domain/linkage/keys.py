"""Blocking keys (分块键): rows that share any of them are compared; from the most telling to the least."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.coding import mixed
from lianfang.domain.linkage.listing import Codes
from lianfang.domain.linkage.numbers import Number
from lianfang.domain.linkage.table import Fields

Key: TypeAlias = NDArray[np.uint64]

_LONG: Final = 14
"""From this length on a document number is cut in three: one wrong digit leaves two parts whole."""
_BEGINNING: Final = 3
_SHORT_BEGINNING: Final = 2

KEYS: Final[tuple[tuple[str, ...], ...]] = (
    ("id_no",),
    ("letters", "birth"),
    ("phone", "letters"),
    ("number_ends", "birth"),
    ("letters", "unit"),
    ("letters", "postcode"),
    ("letters", "locality"),
    ("letters", "month_day"),
    ("letters", "year"),
    ("birth", "unit", "sex"),
    ("birth", "sound_surname"),
    ("birth", "sound_given"),
    ("birth", "postcode"),
    ("birth", "locality"),
    ("birth", "address"),
    ("head", "middle"),
    ("middle", "tail"),
    ("head", "tail"),
    ("number_ends", "letters"),
    ("phone",),
    ("letters",),
    ("birth",),
    ("sound_surname", "given_begins", "month_day"),
    ("sound_given", "surname_begins", "month_day"),
    ("sound_surname", "given_begins", "year"),
    ("sound_given", "surname_begins", "year"),
    ("days_any_order", "surname_begins"),
    ("days_any_order", "given_begins"),
    ("sound_surname", "postcode"),
    ("sound_given", "postcode"),
    ("sound_surname", "address"),
    ("sound_given", "address"),
    ("sound_given", "unit"),
    ("sound_surname", "given_initials"),
    ("sound_given", "surname_initials"),
    ("sound_surname", "locality"),
    ("surname_begins", "given_begins", "year"),
    ("surname_begins", "given_begins", "month_day"),
    ("surname_begins", "given_begins", "postcode"),
    ("surname_begins", "given_begins", "locality"),
    ("surname_begins", "given_begins"),
    ("address", "given_begins"),
    ("address", "surname_begins"),
    ("address", "year"),
    ("address", "month_day"),
    ("address", "locality"),
    ("address", "postcode"),
)


def parts_of(fields: Fields) -> Fields:
    """The fields of a table and what is cut out of them for keys."""
    cuts = {name: fields[of].derived(cut) for name, (of, cut) in CUTS.items() if of in fields}
    return fields | cuts


def keys_of(codes: Mapping[str, Codes]) -> Iterator[tuple[str, Key]]:
    """Each key that these parts allow, with its name; 0 where a row misses a part."""
    for names in KEYS:
        if all(name in codes for name in names):
            yield " + ".join(names), mixed([codes[name] for name in names])


def _day_parts(number: int) -> tuple[int, int, int]:
    return number // 10_000, number // 100 % 100, number % 100


def _any_order(number: int) -> tuple[int, int, int]:
    year, month, day = _day_parts(number)
    return year, min(month, day), max(month, day)


def _begins(size: int) -> Callable[[str], str]:
    return lambda text: text[:size]


def part_of_number(part: int, text: str) -> str | None:
    """A third of a document number (0, 1 or 2): one wrong sign leaves two of them whole; None when it is masked."""
    if "*" in text:
        return None
    places = (0, 6, 14, 17) if len(text) >= _LONG else (0, len(text) // 3, 2 * len(text) // 3, len(text))
    return text[places[part] : places[part + 1]]


def ends_of_number(text: str) -> str | None:
    """The signs that a masked number usually still shows."""
    ends = text[:4] + text[-2:]
    return None if "*" in ends else ends


def _of_text(cut: Callable[[str], str | None]) -> Callable[[Number], str | None]:
    return lambda number: cut(number.text)


CUTS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "year": ("birth", lambda day: day // 10_000),
    "month_day": ("birth", lambda day: day % 10_000),
    "days_any_order": ("birth", _any_order),
    "surname_begins": ("sound_surname", _begins(_BEGINNING)),
    "given_begins": ("sound_given", _begins(_BEGINNING)),
    "surname_initials": ("sound_surname", _begins(_SHORT_BEGINNING)),
    "given_initials": ("sound_given", _begins(_SHORT_BEGINNING)),
    "head": ("id_no", _of_text(partial(part_of_number, 0))),
    "middle": ("id_no", _of_text(partial(part_of_number, 1))),
    "tail": ("id_no", _of_text(partial(part_of_number, 2))),
    "number_ends": ("id_no", _of_text(ends_of_number)),
}

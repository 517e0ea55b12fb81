"""Both lists in one row space (两表合一): every field normal and coded, ours first, theirs behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias

import numpy as np

from lianfang.domain.linkage.coding import MISSING, Field, coded, combined, factorised
from lianfang.domain.linkage.days import day_number
from lianfang.domain.linkage.listing import Codes, Listing
from lianfang.domain.linkage.names import Name, read_name
from lianfang.domain.linkage.numbers import Number, lengthened, read_number, repaired
from lianfang.domain.linkage.texts import joined, phone_digits, sex_code, spaced

Fields: TypeAlias = dict[str, Field]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`fields` by name over `ours` + `theirs` rows; `beyond` counts the rows of a large list that are not in the table.

    Present are those of: name (values of class Name), surname, given_name, whole, sound, sound_surname, sound_given,
    letters, id_no (values of class Number), birth (numbers yyyymmdd), sex, phone, unit, address, locality, postcode.
    """

    ours: int
    theirs: int
    fields: Fields
    beyond: int = 0

    @property
    def rows(self) -> int:
        """Rows of both lists together."""
        return self.ours + self.theirs


_BY_TEXT: Final = attrgetter("text")
PLAIN: Final[dict[str, Callable[[str], str | None]]] = {
    "sex": sex_code,
    "phone": phone_digits,
    "unit": spaced,
    "address": spaced,
    "locality": spaced,
    "postcode": joined,
}


def prepared(lists: list[Listing], *, beyond: int = 0) -> Table:
    """The table of one or two lists; the second may stand for `beyond` more rows that share nothing with the first."""
    fields = {name: _column(lists, name, of) for name, of in PLAIN.items() if _has(lists, name)}
    if _has(lists, "birth"):
        fields["birth"] = _column(lists, "birth", day_number)
    if _has(lists, "id_no"):
        fields["id_no"] = _numbers(lists, fields)
        _filled_from_numbers(fields)
    said = {name: field for name, field in fields.items() if (field.codes >= 0).any()}
    if any(_has(lists, name) for name in ("name", "surname", "given_name")):
        said |= _names(lists)
    sizes = [len(one) for one in lists] + [0]
    return Table(sizes[0], sizes[1], said, beyond)


def _has(lists: list[Listing], name: str) -> bool:
    return any(name in one for one in lists)


def _raw(lists: list[Listing], name: str) -> tuple[list[str], Codes]:
    return factorised([one.columns[name] if name in one else [None] * len(one) for one in lists])


def _column(lists: list[Listing], name: str, of: Callable[[str], Any]) -> Field:
    values, codes = _raw(lists, name)
    return coded(list(map(of, values)), codes)


def _names(lists: list[Listing]) -> Fields:
    raw = [_raw(lists, name) for name in ("surname", "given_name", "name")]
    distinct, codes = combined([codes for _, codes in raw])
    texts = [[*values, None] for values, _ in raw]
    read = [read_name(*(text[at] for text, at in zip(texts, row, strict=True))) for row in distinct.tolist()]
    return _name_fields(read, codes)


def _name_fields(read: list[Name | None], codes: Codes) -> Fields:
    name = coded(read, codes, key=attrgetter("surname", "given"))
    parts: dict[str, Callable[[Name], str | None]] = {
        "surname": lambda one: one.surname or None,
        "given_name": lambda one: one.given or None,
        "whole": lambda one: one.whole,
        "sound": lambda one: one.sound,
        "sound_surname": lambda one: one.sound_surname or None,
        "sound_given": lambda one: one.sound_given or None,
        "letters": lambda one: one.letters,
    }
    return {"name": name} | {part: name.derived(of) for part, of in parts.items()}


def _numbers(lists: list[Listing], fields: Fields) -> Field:
    """Numbers in normal form, put right by the birth date of their row where that is certain."""
    values, codes = _raw(lists, "id_no")
    read = list(map(read_number, values))
    if "birth" not in fields:
        return coded(read, codes, key=_BY_TEXT)
    doubtful = np.array([one is not None and not one.valid and not one.masked for one in read] + [False])
    births = np.where(doubtful[codes], fields["birth"].codes, MISSING)
    distinct, codes = combined([codes, births])
    days = [*fields["birth"].values, None]
    meant = [None if at < 0 else _put_right(read[at], days[birth]) for at, birth in distinct.tolist()]
    return coded(meant, codes, key=_BY_TEXT)


def _put_right(number: Number | None, birth: int | None) -> Number | None:
    if number is None or number.valid or birth is None:
        return number
    if number.short:
        meant = lengthened(number.core, str(birth)[:2])
        return read_number(meant) if meant[6:14] == str(birth) else number
    repair = repaired(number.text, birth=birth)
    return read_number(repair) if repair else number


def _filled_from_numbers(fields: Fields) -> None:
    """Where a row gives no birth date or sex, its valid number tells them."""
    for name in ("birth", "sex"):
        told = fields["id_no"].derived(attrgetter(name))
        if name not in fields:
            fields[name] = told
            continue
        given = fields[name]
        values = [*given.values, *told.values]
        shifted = np.where(told.codes >= 0, told.codes + len(given.values), MISSING)
        fields[name] = coded(values, np.where(given.codes >= 0, given.codes, shifted))

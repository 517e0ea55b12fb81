"""Which column of somebody's list is which field (列识别): by the usual Chinese and English names, else by content.

The names are in `recognition.csv`, the preferred ones of a field first. Nothing is guessed in silence: what was read as
what, and what was not used, is in the answer for the sender to see.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lianfang.domain.identity import mask_name
from lianfang.domain.parsing.text import folded, is_blank, squeezed
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import column_letters

WORDS: Final = Path(__file__).with_suffix(".csv")
PERSONS: Final = ("name", "surname", "given_name", "id_no", "phone")
"""The fields by which a person can be found: a list without any of them is no list of persons."""

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SIGNS = re.compile(r"[\s_\-*:.#/,、。'’]+")
_OTHERS = re.compile(
    "家长|家長|监护|監護|父|母|联系人|聯絡人|亲属|親屬|guardian|parent|mother|father|contact|relative", re.IGNORECASE
)
# A name in two languages or for two things: 姓名/Name, 姓名 Name, Date (出生日期).
_PARTS = re.compile(r"[/|()\n]+|(?<=[^\x00-\x7f])\s*(?=[a-z])|(?<=[a-z])\s*(?=[^\x00-\x7f])", re.IGNORECASE)
_LONGEST_HEADER = 100  # characters
# Whose it is, where lists say so: a list of pupils has 学生姓名, one of a hospital 患者姓名.
_WHOSE = re.compile(
    "^(?:学生|患者|病例|病人|人员|本人|教职工|职工|员工|儿童|幼儿|居民|被采样人|受检者|受检人|密接者?|个案|老师|教师"
    "|patients?|students?|cases?|persons?|child|pupils?|subjects?|members?)"
)
_CONTENT: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "id_no": re.compile(r"[1-9][\d*＊×]{16}[\dXx*＊×]|[1-9][\d*＊×]{14}"),
        "phone": re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?[\d*]{4}[- ]?\d{4}"),
        "sex": re.compile("男|女|男性|女性|male|female", re.IGNORECASE),
    }
)
_MOST = 0.8  # of the cells that hold something are of that kind
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){9,}")  # of a document or a phone; no heading has one
_FEWEST = 3  # cells that hold something


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a table's columns were understood: the place of each field, counted from 0, and the places not used.

    `by_content` are the fields found by what their cells hold, under a name that says nothing.
    """

    header: tuple[str, ...]
    columns: Mapping[str, int]
    by_content: frozenset[str]
    unused: tuple[int, ...]

    def name(self, place: int) -> str:
        """A column as a person sees it: by its name, or by its letters when it has none."""
        return self.header[place] or column_letters(place)

    def shown(self, place: int) -> str:
        """A column as it may be printed: where the header is really somebody's row, nothing of that person is shown."""
        name = self.name(place)
        return mask_name(name) if self._is_of_a_person and _rank(name) is None else name

    @property
    def _is_of_a_person(self) -> bool:
        return any(_LONG_NUMBER.search(folded(name)) for name in self.header)

    @property
    def names_persons(self) -> bool:
        """Whether somebody can be found by it."""
        return any(field in self.columns for field in PERSONS)


def recognise(
    header: Sequence[str], *, given: Mapping[str, str] | None = None, sample: Iterable[Sequence[str | None]] = ()
) -> Recognised:
    """The fields of a table with these column names; `sample` are some of its rows.

    `given` names the column of a field and goes before everything else; a name the header does not have is passed over,
    because it may be meant for the other list. Raises Refused `header.duplicate` when one column is given twice.
    """
    columns = _given(header, given or {})
    _by_name(header, columns)
    found = _by_content(header, columns, list(sample))
    columns = dict(sorted((columns | found).items(), key=lambda item: item[1]))  # as in the file
    unused = tuple(at for at in range(len(header)) if at not in columns.values())
    return Recognised(tuple(header), MappingProxyType(columns), frozenset(found), unused)


def field_of(header: str) -> str | None:
    """The field that a column name means; None when it means none that is known."""
    ranked = _rank(header)
    return ranked[1] if ranked else None


def without_numbers(text: str) -> str:
    """The text with stars for what may be the number of a document or a phone."""
    return _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), text)


@cache
def fields() -> tuple[str, ...]:
    """All fields that can be recognised, in the order of the table of names."""
    return tuple(dict.fromkeys(field for field, _ in _words()))


def place_of(header: Sequence[str], name: str) -> int | None:
    """The column of this name, whatever its blanks, width and case; None when there is none."""
    keys = [_key(one) for one in header]
    return keys.index(_key(name)) if _key(name) in keys else None


def _given(header: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for field, name in given.items():
        place = place_of(header, name)
        if place is not None and place in columns.values():
            raise Refused("header.duplicate", name)
        if place is not None:
            columns[field] = place
    return columns


def _by_name(header: Sequence[str], columns: dict[str, int]) -> None:
    """The column of each further field whose name comes first in the table of names."""
    taken = set(columns.values())
    ranked = [(rank, at) for at, name in enumerate(header) if at not in taken and (rank := _rank(name))]
    for (_, field), at in sorted(ranked):
        columns.setdefault(field, at)


def _rank(header: str) -> tuple[int, str] | None:
    """(place of the name in the table, field); the plain name first, then one that says whose, then one of two."""
    if len(header) > _LONGEST_HEADER:
        return None
    known = _known()
    for distance, way in enumerate(_ways(header)):
        if way and (found := known.get(way)):
            return found[0] + min(distance, 2) * len(known), found[1]
    return None


def _ways(header: str) -> Iterator[str]:
    """The name itself, without whose it is, its parts, and all of that in simplified characters."""
    yield _key(header)
    yield _WHOSE.sub("", _key(header))
    if not _OTHERS.search(header):
        yield from map(_key, _PARTS.split(folded(header)))
    if not header.isascii() and (simplified := _simplified(header)) != header:
        yield from _ways(simplified)


@cache
def _simplified(text: str) -> str:
    from opencc import OpenCC  # noqa: PLC0415  only names in Chinese need it

    simplified: str = OpenCC("t2s").convert(text)
    return simplified


@cache
def _known() -> Mapping[str, tuple[int, str]]:
    return MappingProxyType({_key(word): (at, field) for at, (field, word) in reversed(list(enumerate(_words())))})


@cache
def _words() -> tuple[tuple[str, str], ...]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return tuple((row["field"], row["word"]) for row in csv.DictReader(file))


def _key(header: str) -> str:
    """A column name without what differs from table to table: width, case, blanks, signs, what stands in brackets."""
    plain = folded(header)
    bare = _SIGNS.sub("", squeezed(_IN_BRACKETS.sub("", plain))).casefold()
    return bare or _SIGNS.sub("", squeezed(plain)).casefold()


def _by_content(
    header: Sequence[str], columns: Mapping[str, int], sample: Sequence[Sequence[str | None]]
) -> dict[str, int]:
    """Fields that no name means but whose content is unmistakable; a name that is known for something else stays."""
    found: dict[str, int] = {}
    for field, pattern in _CONTENT.items():
        for at, name in enumerate(header):
            free = field not in columns and field not in found and at not in columns.values() and _rank(name) is None
            if free and not pattern.fullmatch(folded(name)) and _is_of(pattern, sample, at):
                found[field] = at
    return found


def _is_of(pattern: re.Pattern[str], sample: Sequence[Sequence[str | None]], at: int) -> bool:
    cells = [cell for row in sample if at < len(row) and (cell := row[at]) and not is_blank(cell)]
    return len(cells) >= _FEWEST and sum(bool(pattern.fullmatch(folded(cell))) for cell in cells) >= _MOST * len(cells)

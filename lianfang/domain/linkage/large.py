"""A list beside a much larger register (大库比对): which of its rows are worth comparing, read piece by piece.

Values are looked up among those of the small list, so that nothing is kept of the rows that share no key with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianfang.domain.linkage.candidates import Skipped
from lianfang.domain.linkage.coding import MISSING, distinct_sorted
from lianfang.domain.linkage.days import day_number
from lianfang.domain.linkage.keys import CUTS, ends_of_number, keys_of, part_of_number, parts_of
from lianfang.domain.linkage.listing import Coded, Codes, Column, Listing, Rows, plain_values
from lianfang.domain.linkage.names import Name, read_name
from lianfang.domain.linkage.numbers import Number, read_number
from lianfang.domain.linkage.settings import Settings
from lianfang.domain.linkage.table import PLAIN, prepared

_ROWS_A_VALUE: Final = 20
"""A key that more rows of the register share is left to more telling keys."""
_ROWS_A_ROW: Final = 1
"""How many rows of the register a key may bring for each row of the list."""
_MUCH_LARGER: Final = 4
_BITS: Final = 22
_CLEAN_NUMBER: Final = re.compile(r"[1-9]\d{16}[\dX]")
_CLEAN_PHONE: Final = re.compile(r"1\d{10}")

_OF_NAME: Final[dict[str, Callable[[Any], Any]]] = {
    "letters": lambda name: name.letters,
    "sound_surname": lambda name: name.sound_surname or None,
    "sound_given": lambda name: name.sound_given or None,
}
_TOO_COMMON: Final = frozenset(["begins", "initials"])
"""Parts of this kind are shared by too many of a large list's rows to look for."""
_OF_DAY: Final[dict[str, Callable[[Any], Any]]] = {"birth": lambda day: day}
_OF_NUMBER: Final[dict[str, Callable[[Any], Any]]] = {
    "id_no": lambda text: text,
    "head": partial(part_of_number, 0),
    "middle": partial(part_of_number, 1),
    "tail": partial(part_of_number, 2),
    "number_ends": ends_of_number,
}


def is_large(small: Listing, large: Listing, settings: Settings) -> bool:
    """Whether the second list is read piece by piece beside the first."""
    return len(large) > settings.rows_at_once and len(large) >= _MUCH_LARGER * max(len(small), 1)


def worth_comparing(
    small: Listing, large: Listing, settings: Settings, tell: Callable[[int, int], None]
) -> tuple[Rows, tuple[Skipped, ...]]:
    """Rows of the large list that share a key with the small one, in order, and the keys that too many share."""
    known = _Known.of(small)
    sought = {name: _Sought.of(key) for name, key in keys_of(known.codes)}
    cache: dict[int, dict[str, Codes]] = {}
    for begin in range(0, len(large), settings.rows_at_once):
        end = min(begin + settings.rows_at_once, len(large))
        codes = known.codes_of(large.part(begin, end), cache)
        for name, key in keys_of(codes):
            if name in sought:
                sought[name].see(key, begin)
        tell(end, len(large))
    found = [one.rows(_ROWS_A_ROW * len(small)) for one in sought.values()]
    skipped = [Skipped(name, *one.left_out(_ROWS_A_ROW * len(small))) for name, one in sought.items()]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found])), tuple(one for one in skipped if one.blocks)


class _Sought:
    """One key of the small list: its values, how many rows of the large list have each, and those rows."""

    def __init__(self, values: NDArray[np.uint64]) -> None:
        self._values = values
        self._marked = np.zeros(1 << _BITS, bool)
        self._marked[values >> np.uint64(64 - _BITS)] = True
        self._counts = np.zeros(len(values), np.int64)
        self._seen: list[tuple[Rows, NDArray[np.int32]]] = []

    @classmethod
    def of(cls, key: NDArray[np.uint64]) -> _Sought:
        return cls(distinct_sorted(key[key != 0]))

    def see(self, key: NDArray[np.uint64], offset: int) -> None:
        """Remember the rows of a piece that have one of the values, as long as not too many have it."""
        rows = np.flatnonzero((key != 0) & self._marked[key >> np.uint64(64 - _BITS)])
        if not len(rows) or not len(self._values):
            return
        place = np.minimum(np.searchsorted(self._values, key[rows]), len(self._values) - 1)
        hit = self._values[place] == key[rows]
        rows, place = rows[hit], place[hit]
        self._counts += np.bincount(place, minlength=len(self._values))
        few = self._counts[place] <= _ROWS_A_VALUE
        self._seen.append((rows[few] + offset, place[few].astype(np.int32)))

    def rows(self, budget: int) -> Rows:
        """The rows of the values that few enough share."""
        largest = self._largest(budget)
        return np.concatenate([np.empty(0, np.int64)] + [rows[self._counts[at] <= largest] for rows, at in self._seen])

    def left_out(self, budget: int) -> tuple[int, int]:
        """How many values were left out, and how many rows of the large list have them."""
        left = self._counts[self._counts > self._largest(budget)]
        return len(left), int(left.sum())

    def _largest(self, budget: int) -> int:
        sizes = np.bincount(np.minimum(self._counts, _ROWS_A_VALUE + 1), minlength=_ROWS_A_VALUE + 2)
        brought = np.cumsum(sizes * np.arange(len(sizes)))[:-1]
        return int(np.flatnonzero(brought <= max(budget, 1))[-1])


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Parts of keys of the small list: codes by row, and the code of each value."""

    codes: Mapping[str, Codes]
    lookups: Mapping[str, Mapping[Any, int]]

    @classmethod
    def of(cls, small: Listing) -> _Known:
        parts = parts_of(prepared([small]).fields)
        parts = {name: field for name, field in parts.items() if name.rpartition("_")[2] not in _TOO_COMMON}
        lookups = {
            name: dict(zip(_texts(field.values), range(len(field.values)), strict=True))
            for name, field in parts.items()
        }
        return cls({name: field.codes for name, field in parts.items()}, lookups)

    def codes_of(self, part: Listing, cache: dict[int, dict[str, Codes]]) -> dict[str, Codes]:
        """The parts of keys of a piece of the large list, in the codes of the small one."""
        found: dict[str, Codes] = {}
        if "id_no" in part:
            found |= self._column(part.columns["id_no"], _number, _OF_NUMBER, cache)
        for name, of in PLAIN.items():
            if name in part:
                read = _phone if name == "phone" else of
                found |= self._column(part.columns[name], read, {name: lambda value: value}, cache)
        if "birth" in part:
            found |= self._column(part.columns["birth"], day_number, _OF_DAY, cache)
        return found | self._names(part, cache)

    def _names(self, part: Listing, cache: dict[int, dict[str, Codes]]) -> dict[str, Codes]:
        if "name" in part:
            return self._column(part.columns["name"], _whole_name, _OF_NAME, cache)
        if "surname" not in part or "given_name" not in part:
            return {}
        surnames, givens = plain_values(part.columns["surname"]), plain_values(part.columns["given_name"])
        both = [f"{one or ''}\t{other or ''}" for one, other in zip(surnames, givens, strict=True)]
        return self._column(both, _name_in_parts, _OF_NAME, cache)

    def _column(
        self,
        column: Column,
        read: Callable[[str], Any],
        parts: Mapping[str, Callable[[Any], Any]],
        cache: dict[int, dict[str, Codes]],
    ) -> dict[str, Codes]:
        """Codes of the parts that follow from a column."""
        if isinstance(column, Coded):
            tables = cache.get(id(column.values))
            if tables is None:
                tables = cache[id(column.values)] = self._tables(column.values, read, parts)
            return {name: table[column.codes] for name, table in tables.items()}
        values = plain_values(column)
        places = {value: place for place, value in enumerate(dict.fromkeys(values))}
        codes = np.fromiter(map(places.__getitem__, values), np.int64, len(values))
        return {name: table[codes] for name, table in self._tables(places, read, parts).items()}

    def _tables(
        self, values: Iterable[str | None], read: Callable[[str], Any], parts: Mapping[str, Callable[[Any], Any]]
    ) -> dict[str, Codes]:
        """For each part the code of each value, with -1 behind the last for rows that say nothing."""
        normal = [None if value is None else read(value) for value in values]
        cuts = dict(parts)
        for name, (of, cut) in CUTS.items():
            if of in parts and of != "id_no":
                cuts[name] = _after(parts[of], cut)
        return {name: self._codes(name, normal, cut) for name, cut in cuts.items() if name in self.lookups}

    def _codes(self, name: str, normal: list[Any], cut: Callable[[Any], Any]) -> Codes:
        look = self.lookups[name].get
        codes = np.fromiter(
            (MISSING if one is None else look(cut(one), MISSING) for one in normal), np.int64, len(normal)
        )
        return np.append(codes, MISSING)


def _after(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def both(value: Any) -> Any:
        found = first(value)
        return None if found is None else second(found)

    return both


def _texts(values: Sequence[Any]) -> list[Any]:
    return [value.text if isinstance(value, Number) else value for value in values]


def _whole_name(raw: str) -> Name | None:
    return read_name(None, None, raw)


def _name_in_parts(raw: str) -> Name | None:
    surname, _, given = raw.partition("\t")
    return read_name(surname, given, None)


def _number(raw: str) -> str | None:
    """The signs of a number; one that is written as it should be is taken as it is."""
    if _CLEAN_NUMBER.fullmatch(raw):
        return raw
    read = read_number(raw)
    return read.text if read else None


def _phone(raw: str) -> str | None:
    return raw if _CLEAN_PHONE.fullmatch(raw) else PLAIN["phone"](raw)

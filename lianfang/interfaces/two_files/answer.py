"""What two lists say of each other (校核结果): pairs, what is on one list only, duplicates, agreement and estimates."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from lianfang.domain.linkage.days import calendar_day, day_number
from lianfang.domain.linkage.numbers import read_number
from lianfang.domain.linkage.settings import Settings
from lianfang.domain.linkage.texts import joined, phone_digits, sex_code
from lianfang.domain.two_lists.agreement import (
    Agreement,
    DateAgreement,
    FieldAgreement,
    date_agreement,
    field_agreement,
)
from lianfang.domain.two_lists.capture import Estimates
from lianfang.interfaces.two_files.side import Side

DATES: Final = ("onset", "diagnosed", "reported", "sampled", "admitted")
ACCEPTED: Final = ("agree", "conflict")
TELLING: Final = ("name", "surname", "given_name", "id_no", "birth", "sex")
"""By these a person is told apart; where linked rows differ in them, one of the two was written down wrong."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows taken for one person; rows count from 0 in the lists. `conflicts` are the fields that differ.

    `held` is true when something speaks against joining them without people, however likely it is. `evidence` is what
    each field says for it, in bits; given for possible matches.
    """

    ours: int
    theirs: int
    probability: float
    kind: str  # agree, conflict or possible
    conflicts: tuple[str, ...] = ()
    held: bool = False
    evidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Two lists verified. Every row of a list is in a pair, on one list only, or a further row of somebody.

    `pairs` has one pair of rows for each pair of persons; `skipped` counts pairs of rows that were too many to compare.
    """

    ours: Side
    theirs: Side
    settings: Settings
    pairs: Sequence[Pair]
    only_ours: Sequence[int]
    only_theirs: Sequence[int]
    duplicates_ours: Sequence[Sequence[int]]
    duplicates_theirs: Sequence[Sequence[int]]
    expected_false: float
    expected_missed: float
    agreement: Agreement
    estimates: Estimates
    fields: tuple[FieldAgreement, ...]
    dates: Mapping[str, DateAgreement]
    counts: Mapping[str, int]
    skipped: int

    @property
    def shared(self) -> tuple[str, ...]:
        """The fields that both lists have."""
        return shared_fields(self.ours, self.theirs)

    def of_kind(self, kind: str) -> list[Pair]:
        """The pairs of one class, the surest first, then in the order of our list."""
        of_kind = (pair for pair in self.pairs if pair.kind == kind)
        return sorted(of_kind, key=lambda pair: (-round(pair.probability, 3), pair.ours))

    def written_otherwise(self) -> Iterator[tuple[Pair, str]]:
        """Linked pairs with each field of `TELLING` that both give and that is not the same, by field."""
        accepted = sorted((pair for pair in self.pairs if pair.kind in ACCEPTED), key=lambda pair: pair.ours)
        for field in (field for field in self.shared if field in TELLING):
            both = _values(self.ours, self.theirs, accepted, field, _comparison(field))
            for pair, (one, other) in zip(accepted, both, strict=True):
                if one is not None and other is not None and one != other:
                    yield pair, field

    def row_pairs(self) -> Iterator[Pair]:
        """The pairs with the further rows of the same persons, in order of our list and theirs."""
        ours, theirs = _by_row(self.duplicates_ours), _by_row(self.duplicates_theirs)
        rows = (
            replace(pair, ours=one, theirs=other)
            for pair in self.pairs
            for one in ours.get(pair.ours, (pair.ours,))
            for other in theirs.get(pair.theirs, (pair.theirs,))
        )
        yield from sorted(rows, key=lambda pair: (pair.ours, pair.theirs))


def _by_row(groups: Sequence[Sequence[int]]) -> dict[int, Sequence[int]]:
    return {row: group for group in groups for row in group}


def shared_fields(ours: Side, theirs: Side) -> tuple[str, ...]:
    """The fields that both lists have, in the order of ours."""
    return tuple(field for field in ours.listing.columns if field in theirs.listing)


def agreements(ours: Side, theirs: Side, pairs: Sequence[Pair]) -> tuple[FieldAgreement, ...]:
    """How many of the accepted pairs say the same, field by field."""
    accepted = [pair for pair in pairs if pair.kind in ACCEPTED]
    return tuple(
        field_agreement(field, _values(ours, theirs, accepted, field, _comparison(field)))
        for field in shared_fields(ours, theirs)
        if field != "record"
    )


def dates(ours: Side, theirs: Side, pairs: Sequence[Pair]) -> dict[str, DateAgreement]:
    """By how many days the dates of accepted pairs differ."""
    accepted = [pair for pair in pairs if pair.kind in ACCEPTED]
    shared = [field for field in DATES if field in shared_fields(ours, theirs)]
    return {field: date_agreement(_values(ours, theirs, accepted, field, _day)) for field in shared}


def _values(
    ours: Side, theirs: Side, pairs: Sequence[Pair], field: str, read: Callable[[str], Any]
) -> list[tuple[Any, Any]]:
    kept = cache(read)

    def of(side: Side, row: int) -> Any:
        text = side.listing.text(field, row)
        return None if text is None else kept(text)

    return [(of(ours, pair.ours), of(theirs, pair.theirs)) for pair in pairs]


def _comparison(field: str) -> Callable[[str], Hashable]:
    """How a field is compared: numbers, dates and phones by what they mean, anything else as letters and digits."""
    if field in DATES or field == "birth":
        return lambda text: day_number(text) or joined(text)
    if field == "phone":
        return phone_digits
    if field == "sex":
        return sex_code
    return _number if field == "id_no" else joined


def _number(text: str) -> str | None:
    number = read_number(text)
    return None if number is None or number.masked else number.text


def _day(text: str) -> date | None:
    number = day_number(text)
    return None if number is None else calendar_day(number)

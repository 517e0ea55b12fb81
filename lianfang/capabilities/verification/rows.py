"""Reading the rows of a list (名单逐行读取): every row is stored or rejected with its reason; none is lost.

A number with a wrong check digit is kept: it is evidence, and the linkage finds whom it was meant for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from lianfang.capabilities.verification.fields import DAYS, IDENTIFIES, PAST, SECRET
from lianfang.domain.identity import long_number, mask_number, mask_phone
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_count
from lianfang.domain.parsing.text import clean_text, folded, is_blank, squeezed
from lianfang.domain.refusals import Problem, Refused

LONGEST: Final = 200  # characters of a value
LONGEST_NAME: Final = 60
LONGEST_NUMBER: Final = 30
_SPOILT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_DIGITS_KEPT = 15  # digits of a number that a spreadsheet keeps
_SHORT_NUMBER = re.compile(r"[0-9]{15}")
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TELLING = re.compile(r"(?=.*[0-9])[0-9A-Z]{6,}")
_TAIL = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One row as it will be kept: plain values and days as text by field, and what has to be sealed.

    `number` is the document number without blanks, in its long form, as it is compared; "" when none was given.
    """

    row: int
    name: str
    birth: date | None
    number: str
    secrets: Mapping[str, str]
    values: Mapping[str, str]

    @property
    def number_mask(self) -> str:
        """What may be shown of the number."""
        return mask_number(self.number)[:LONGEST_NUMBER] if self.number else ""

    @property
    def number_tail(self) -> str:
        """The last four signs of the number."""
        return self.number[-_TAIL:] if len(self.number) > 2 * _TAIL else ""

    @property
    def phone_mask(self) -> str:
        """What may be shown of the phone."""
        return mask_phone(self.secrets["phone"])[:LONGEST_NUMBER] if self.secrets.get("phone") else ""

    @property
    def is_numbered(self) -> bool:
        """Whether the number tells people apart: no placeholder, and not partly hidden."""
        return bool(_TELLING.fullmatch(self.number)) and len(set(self.number)) > 1

    @property
    def who(self) -> tuple[str, str]:
        """Kind and text of what names the person best: the number, else the sender's own number, else all else."""
        if self.is_numbered:
            return "id", self.number
        if "day" in self.values and not self.name:
            return "total", f"{self.values['unit']}|{self.values['day']}"
        if self.values.get("record"):
            return "record", self.values["record"]
        parts = (self.name or self.values.get("surname", "") + self.values.get("given_name", ""), self.birth or "")
        return "person", "|".join(map(str, (*parts, self.secrets.get("phone", ""), self.values.get("unit", ""))))


@dataclass(slots=True)
class Read:
    """The rows of a list, all accounted for: cases to store, and rows rejected with their reasons."""

    cases: list[Case] = field(default_factory=list)
    rejections: list[Problem] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)

    @property
    def rows_in(self) -> int:
        """How many rows there are."""
        return len(self.cases) + len(self.rejected)

    def reject(self, row: int, problems: Iterable[Problem]) -> None:
        """Reject a row for these reasons."""
        self.rejected.add(row)
        self.rejections += [problem.at_row(row) for problem in problems]


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, Any]]], *, day: date, spoilt: Mapping[int, list[Problem]] | None = None,
    units: Mapping[str, str] | None = None,
) -> Read:  # fmt: skip
    """Rows by number and field, as cases of a list of `day`. `spoilt` names rows that the file's reader has refused.

    Of totals `units` says which code a unit's code or name means; then a row names a unit and a day, and holds counts.
    """
    read, before, cells = Read(), spoilt or {}, set[tuple[str, str]]()
    for number, raw in rows:
        if number in before:
            read.reject(number, before[number])
            continue
        try:
            read.cases.append(_case(number, raw, day) if units is None else _total(number, raw, day, units, cells))
        except Refused as refused:
            read.reject(number, refused.problems)
    return read


def _case(row: int, raw: Mapping[str, Any], day: date) -> Case:
    problems: list[Problem] = []
    texts = dict(_texts(raw, day, problems))
    if not problems and not any(texts.get(name) for name in IDENTIFIES):
        problems.append(Problem("list.names_nobody"))
    if problems:
        raise Refused(problems)
    name, birth = texts.pop("name", ""), texts.pop("birth", "")
    secrets = {one: texts.pop(one) for one in SECRET if one in texts}
    number = normal_number(secrets["id_no"]) if "id_no" in secrets else ""
    return Case(row, name, date.fromisoformat(birth) if birth else None, number, secrets, texts)


def _total(
    row: int, raw: Mapping[str, Any], latest: date, units: Mapping[str, str], cells: set[tuple[str, str]]
) -> Case:  # fmt: skip
    """The counts of a unit on a day; refused when another row has that unit and day already."""
    found, texts = Findings(), {}
    given = clean_text(_as_text("unit", raw.get("unit") or ""), "unit", max_length=LONGEST, notes=[], required=True)
    if given not in units:
        raise Refused("list.unit_unknown", "unit")
    texts = {"unit": units[given], "day": _day("day", raw.get("day"), latest)}
    for name, value in raw.items():
        if name not in texts and not is_blank(value):
            texts[name] = found.attempt(lambda: str(parse_count(value, name, [], channel="text")), "")  # noqa: B023
    found.close()
    if (texts["unit"], texts["day"]) in cells:
        raise Refused("row.duplicate", "unit")
    cells.add((texts["unit"], texts["day"]))
    return Case(row, "", None, "", {}, texts)


def _texts(raw: Mapping[str, Any], day: date, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for name, value in raw.items():
        if is_blank(value):
            continue
        try:
            yield name, _day(name, value, day) if name in DAYS else _text(name, value)
        except Refused as refused:
            problems += refused.problems


def _day(name: str, value: Any, latest: date) -> str:
    plain = isinstance(value, str) and _PLAIN_DAY.fullmatch(value)
    read = parse_day(value, name, [])
    if name in PAST and read > latest:
        raise Refused("date.in_future", name)
    return value if plain else read.isoformat()


def _text(name: str, value: Any) -> str:
    text = _as_text(name, value)
    if name == "id_no" and _SPOILT.fullmatch(text):
        raise Refused("id.precision_lost", name)
    longest = {"name": LONGEST_NAME, "id_no": LONGEST_NUMBER, "phone": LONGEST_NUMBER}.get(name, LONGEST)
    return clean_text(text, name, max_length=longest, notes=[])


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        if name == "id_no" and value.adjusted() >= _DIGITS_KEPT:
            raise Refused("id.precision_lost", name)
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def normal_number(given: str) -> str:
    """A document number without blanks and width, capitals, 15 digits lengthened to 18."""
    number = squeezed(folded(given)).upper()
    return long_number(number) if _SHORT_NUMBER.fullmatch(number) else number

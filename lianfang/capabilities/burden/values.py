"""Reading what was filled in (填报校验): each value by its field's kind, and all of them fitting together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from lianfang.capabilities.burden.designing import LARGEST
from lianfang.capabilities.burden.models import CHOICE, COUNT, DAY, FLAG, MEASURE, NUMBERS, TEXT, FormField
from lianfang.domain.parsing.choices import Choice, Choices, parse_choice, parse_yes_no
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_count, parse_measure
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.refusals import Note, Refused

TEXT_LENGTH = 500  # characters of a text
Value = int | str | bool
"""As it is kept: a measure and a day in writing, so that neither loses a digit."""


def read_values(
    asked: Sequence[FormField], raw: Mapping[str, Any], held: Mapping[str, Value], *, channel: str
) -> tuple[dict[str, Value], list[Note]]:
    """Code -> value of what is asked, and the notes. What is blank and need not be given stays out: unknown, not zero.

    `held` are the values of fields that are filled in from what is held; a bound may name one. Refused once, with all
    problems: those of the parsers, `field.unknown`, `number.out_of_range`, `cross.part_of`.
    """
    if not isinstance(raw, Mapping):
        raise Refused("type", "values", expected="object")
    found = Findings()
    found.check_members(raw, {one.code for one in asked})
    values: dict[str, Value] = {}
    for one in asked:
        given = raw.get(one.code)
        if is_blank(given) and not one.required:
            continue
        read = found.attempt(partial(_read, one, given, found.notes, channel), None)
        if read is not None:
            values[one.code] = read
    _check_wholes(asked, {**held, **values}, found)
    return values, found.close()


def _read(one: FormField, raw: object, notes: list[Note], channel: str) -> Value:
    if is_blank(raw):
        raise Refused("required", one.code)
    return READERS[one.kind](one, raw, notes, channel)


def _count(one: FormField, raw: object, notes: list[Note], channel: str) -> int:
    count = parse_count(raw, one.code, notes, channel=channel)
    low, high = one.minimum, one.maximum
    if (low is not None and count < low) or (high is not None and count > high):
        raise Refused("number.out_of_range", one.code, **_bounds(one))
    return count


def _bounds(one: FormField) -> dict[str, str]:
    """The bounds in writing, without zeros behind the point."""
    given = {"low": one.minimum, "high": one.maximum}
    return {name: written(Decimal(value)) for name, value in given.items() if value is not None}


def _measure(one: FormField, raw: object, notes: list[Note], channel: str) -> str:
    low = -LARGEST if one.minimum is None else Decimal(one.minimum)
    high = LARGEST if one.maximum is None else Decimal(one.maximum)
    return format(parse_measure(raw, one.code, notes, low=low, high=high), "f")


def _text(one: FormField, raw: object, notes: list[Note], channel: str) -> str:
    return clean_text(raw, one.code, max_length=TEXT_LENGTH, notes=notes, required=one.required, multiline=True)


def _choice(one: FormField, raw: object, notes: list[Note], channel: str) -> str:
    return parse_choice(raw, one.code, notes, choices_of(one), channel=channel)


def _flag(one: FormField, raw: object, notes: list[Note], channel: str) -> bool:
    return parse_yes_no(raw, one.code, notes, channel=channel)


def _day(one: FormField, raw: object, notes: list[Note], channel: str) -> str:
    return parse_day(raw, one.code, notes).isoformat()


READERS: Mapping[str, Callable[[FormField, object, list[Note], str], Value]] = {
    COUNT: _count, MEASURE: _measure, TEXT: _text, CHOICE: _choice, FLAG: _flag, DAY: _day,
}  # fmt: skip


def choices_of(one: FormField) -> Choices:
    """The choices of a field, found by code or by either word."""
    return Choices(*(Choice(c["code"], c["zh"], c["en"] or c["zh"]) for c in one.choices))


def written(value: Decimal) -> str:
    """A number without zeros behind the point that say nothing: 12, not 12.00."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check_wholes(asked: Sequence[FormField], values: Mapping[str, Value], found: Findings) -> None:
    for one in asked:
        part, whole = _number(one, values.get(one.code)), _number(one, values.get(one.at_most))
        if part is not None and whole is not None and part > whole:
            found.problem("cross.part_of", one.code, whole=one.at_most, high=written(whole))


def _number(one: FormField, value: Value | None) -> Decimal | None:
    if one.kind not in NUMBERS or not one.at_most or value is None or isinstance(value, bool):
        return None
    return Decimal(value)

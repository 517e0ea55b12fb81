"""Designing a form (设计报表): its fields as they are given, read with their kinds, rules and choices, all or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from lianfang.capabilities.burden.dictionary import dictionary
from lianfang.capabilities.burden.models import CHOICE, COUNT, FIELD_KINDS, NUMBERS, UNITS, FormField, RegisteredForm
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_measure
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel.actions import store
from lianfang.kernel.shapes import Entry, Member, among, said, up_to

WORDS = ("code", "zh", "en", "held_as", "at_most")
MOST_FIELDS, MOST_CHOICES, FEWEST_CHOICES = 60, 40, 2
CODE = re.compile(r"[a-z][a-z0-9_]{1,38}")
WORDS_LENGTH = 80  # characters of a field's label
LARGEST = Decimal("999999999999")
_CODED = {"pattern": f"^{CODE.pattern}$"}
_MEASURE = {"type": ["number", "string"], "description": "of a number: what it lies between"}
ONE_CHOICE = Entry(
    {
        "code": Member(str, "train", owed=True, more=_CODED),
        "zh": Member(str, "火车", owed=True, more=up_to(WORDS_LENGTH)),
        "en": Member(str, "Train", more=up_to(WORDS_LENGTH)),
    }
)
FIELD = Entry(
    {
        "code": Member(str, "beds", owed=True, more=_CODED),
        "zh": Member(str, "隔离床位", owed=True, more=up_to(WORDS_LENGTH)),
        "en": Member(str, "Isolation beds", more=up_to(WORDS_LENGTH)),
        "kind": Member(str, COUNT, more=among(dict(FIELD_KINDS)) | {"default": COUNT}),
        "held_as": Member(str, "person.phone", more=up_to(WORDS_LENGTH) | said("the field of the dictionary it is")),
        "asked": Member(bool, True, more={"default": True, "description": "false: filled in from what is held"}),
        "required": Member(bool, True, more={"default": True}),
        "minimum": Member(Decimal, "0", more=_MEASURE),
        "maximum": Member(Decimal, "500", more=_MEASURE),
        "at_most": Member(str, "rooms", more=up_to(WORDS_LENGTH) | said("code of the number it is a part of")),
        "choices": Member(
            Sequence[Annotated[Mapping[str, Any], ONE_CHOICE]],
            [{"code": "train", "zh": "火车"}, {"code": "bus", "zh": "汽车"}],
            more={"minItems": FEWEST_CHOICES, "maxItems": MOST_CHOICES, "description": "of a choice"},
        ),
    }
)
MEMBERS, CHOICE_MEMBERS = tuple(FIELD.members), tuple(ONE_CHOICE.members)
ToldField = Annotated[Mapping[str, Any], FIELD]


def keep_fields(
    form: RegisteredForm, fields: Sequence[Mapping[str, Any]], day: date, before: Sequence[FormField] = ()
) -> list[FormField]:
    """Store the fields of a form, all of them or none; refused with the place of every problem.

    `before` are the fields of the earlier version: one that stays keeps its kind, so that both versions add up.
    """
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise Refused("limit" if fields else "required", "fields", high=MOST_FIELDS)
    found, known = Findings(), dictionary(day)
    rows = [_field(form, n, dict(raw), known, found) for n, raw in enumerate(fields)]
    _check_twice(rows, found)
    _check_together(rows, before, found)
    _check_subject(form, rows, known, found)
    found.close()
    return [store(one) for one in rows]


def _check_twice(rows: Sequence[FormField], found: Findings) -> None:
    for name in ("code", "zh"):
        given = [getattr(one, name) for one in rows]
        twice = [n for n, value in enumerate(given) if value and value in given[:n]]
        found.problems += [Problem("choice.duplicate", f"fields[{n}].{name}") for n in twice]


def _check_together(rows: Sequence[FormField], before: Sequence[FormField], found: Findings) -> None:
    """A bound names another number of the form; a field of the earlier version is still what it was."""
    numbers, kinds = {one.code for one in rows if one.kind in NUMBERS}, {one.code: one.kind for one in before}
    for n, one in enumerate(rows):
        if one.at_most and (one.kind not in NUMBERS or one.at_most not in numbers - {one.code}):
            found.problem("form.bound", f"fields[{n}].at_most")
        if one.kind != kinds.get(one.code, one.kind):
            found.problem("form.kind_changed", f"fields[{n}].kind")


def _check_subject(form: RegisteredForm, rows: Sequence[FormField], known: Mapping[str, Any], found: Findings) -> None:
    """What is held of each person cannot be filled in for a unit."""
    for n, one in enumerate(rows):
        if form.answered_by == UNITS and not one.asked and one.held_as in known and known[one.held_as].of_person:
            found.problem("form.of_people", f"fields[{n}].held_as")


def _field(form: RegisteredForm, n: int, raw: dict[str, Any], known: Mapping[str, Any], found: Findings) -> FormField:
    found.problems += [Problem("field.unknown", f"fields[{n}].{name}"[:60]) for name in raw if name not in MEMBERS]
    words = {name: _words(raw.get(name), f"fields[{n}].{name}", found, needed=name in ("code", "zh")) for name in WORDS}
    if words["held_as"] and words["held_as"] not in known:
        found.problem("choice.unknown", f"fields[{n}].held_as")
    if words["code"] and not CODE.fullmatch(words["code"]):
        found.problem("form.code", f"fields[{n}].code")
    flags = {name: _flag(raw.get(name, True), f"fields[{n}].{name}", found) for name in ("asked", "required")}
    if not flags["asked"] and not words["held_as"]:
        found.problem("required", f"fields[{n}].held_as")
    kind = _kind(raw.get("kind"), f"fields[{n}].kind", found)
    bounds = {name: _bound(raw.get(name), f"fields[{n}].{name}", kind, found) for name in ("minimum", "maximum")}
    _check_bounds(bounds, f"fields[{n}].maximum", found)
    choices = _choices(raw.get("choices"), f"fields[{n}].choices", kind, found)
    return FormField(
        unit=form.unit, form=form, position=n, kind=kind, choices=choices, **flags, **bounds, **words
    )  # fmt: skip


def _kind(raw: object, place: str, found: Findings) -> str:
    if raw in (None, ""):
        return "count"
    if not isinstance(raw, str) or raw not in dict(FIELD_KINDS):
        found.problem("choice.unknown", place, choices=tuple(dict(FIELD_KINDS)))
        return "count"
    return raw


def _flag(raw: object, place: str, found: Findings) -> bool:
    if not isinstance(raw, bool):
        found.problem("type", place, expected="boolean")
    return bool(raw)


def _words(raw: object, place: str, found: Findings, *, needed: bool) -> str:
    read = found.attempt(lambda: clean_text(raw, place, max_length=WORDS_LENGTH, notes=[], required=needed), "")
    return str(read or "")


def _bound(raw: object, place: str, kind: str, found: Findings) -> Decimal | None:
    if is_blank(raw):
        return None
    if kind not in NUMBERS:
        found.problem("form.bound", place)
        return None
    return found.attempt(lambda: parse_measure(raw, place, [], low=-LARGEST, high=LARGEST), None)


def _check_bounds(bounds: Mapping[str, Decimal | None], place: str, found: Findings) -> None:
    low, high = bounds["minimum"], bounds["maximum"]
    if low is not None and high is not None and high < low:
        found.problem("number.out_of_range", place, low=str(low))


def _choices(raw: object, place: str, kind: str, found: Findings) -> list[dict[str, str]]:
    if kind != CHOICE:
        if raw:
            found.problem("form.choices", place, low=FEWEST_CHOICES, high=MOST_CHOICES)
        return []
    if not isinstance(raw, list | tuple) or not FEWEST_CHOICES <= len(raw) <= MOST_CHOICES:
        found.problem("form.choices", place, low=FEWEST_CHOICES, high=MOST_CHOICES)
        return []
    read = [_choice(one, f"{place}[{n}]", found) for n, one in enumerate(raw)]
    for name in CHOICE_MEMBERS:
        given = [one[name] for one in read if one[name]]
        if len(set(given)) < len(given):
            found.problem("choice.duplicate", place)
    return read


def _choice(raw: object, place: str, found: Findings) -> dict[str, str]:
    if not isinstance(raw, Mapping) or set(raw) - set(CHOICE_MEMBERS):
        found.problem("type", place, expected="object")
        return dict.fromkeys(CHOICE_MEMBERS, "")
    read = {name: _words(raw.get(name), f"{place}.{name}", found, needed=name != "en") for name in CHOICE_MEMBERS}
    if read["code"] and not CODE.fullmatch(read["code"]):
        found.problem("form.code", f"{place}.code")
    return read

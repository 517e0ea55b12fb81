"""The one reader of reports (填报解析): page, API and file all pass here, and every problem is named in one answer.

The raw form is `base_report` of the catalogue of bad inputs; what needs the register or the calendar of dues (who the
person is, whether the unit reports, whether the period is closed) is left to the action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from lianfang.domain.parsing.choices import HEALTH_CODES, SLOTS, STATES, parse_choice
from lianfang.domain.parsing.columns import (
    COLUMNS,
    column_of,
    header_of,
    looks_like_header,
    looks_like_signature_or_total,
    nest,
)
from lianfang.domain.parsing.dates import parse_day, parse_moment
from lianfang.domain.parsing.drafts import AnswerDraft, PersonRef, TestResult
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.laboratory import parse_test
from lianfang.domain.parsing.number import parse_count, parse_temperature
from lianfang.domain.parsing.person import parse_person
from lianfang.domain.parsing.rows import row_problems
from lianfang.domain.parsing.text import clean_text, is_blank
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused
from lianfang.domain.symptoms import needs_care, parse_symptoms

__all__ = [
    "COLUMNS",
    "MEMBERS",
    "RETIRED",
    "AnswerDraft",
    "PersonRef",
    "TestResult",
    "column_of",
    "header_of",
    "looks_like_header",
    "looks_like_signature_or_total",
    "nest",
    "parse_answer",
    "row_problems",
]

# The members of a report, in the order of the form.
_WHERE_AND_WHO = ("key", "unit", "day", "slot", "person")
_OBSERVED = ("state", "temperature", "symptoms", "health_code", "test", "reported_at", "revision", "note")
MEMBERS = (*_WHERE_AND_WHO, *_OBSERVED)
RETIRED: Mapping[str, str] = {"travel_code_star": "2022-12-13"}  # member -> since when it is no longer asked for

UNIT_LENGTH = 100  # characters of a unit's code or name
NOTE_LENGTH = 1_000  # characters
MOST_REVISIONS = 1_000  # of one answer
EARLIEST_DAY = date(2000, 1, 1)  # before it a day is a slip: spreadsheets count from 1900 and 1904

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{6,198})[\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class _Door:
    """Under which rules, when, where and through which door an answer comes."""

    policy: Policy
    today: date
    now: datetime
    zone: tzinfo
    channel: str

    @property
    def from_program(self) -> bool:
        return self.channel == "json"


def parse_answer(
    raw: Mapping[str, object], *, policy: Policy, today: date, now: datetime, zone: tzinfo, channel: str
) -> tuple[AnswerDraft, list[Note]]:
    """The answer and what a person should know of how it was understood; `channel` is "json", "text" or "form".

    Refused once, with all problems. `key`, and `unit` unless the person is given by `ref`, are owed in JSON only: a
    table or page may supply them. The temperature is owed unless `state` is given.
    """
    if not isinstance(raw, Mapping):
        raise Refused("type", expected="object")
    door, found = _Door(policy, today, now, zone, channel), Findings()
    found.check_members(raw, MEMBERS, retired=RETIRED)
    person = parse_person(raw.get("person"), found, policy=policy, today=today, channel=channel)
    temperature, symptoms = _temperature(raw, found, door), _symptoms(raw, found, door)
    draft = AnswerDraft(
        key=found.attempt(lambda: _key(raw, door), ""),
        unit=found.attempt(lambda: _unit(raw, found, door, known_by=person.ref), ""),
        day=found.attempt(lambda: _day(raw, found, door), today),
        slot=found.attempt(lambda: _slot(raw, found, door), ""),
        person=person,
        state=_state(raw, found, door, unwell=needs_care(symptoms, temperature, policy)),
        temperature=temperature,
        symptoms=symptoms,
        health_code=_health_code(raw, found, door),
        test=parse_test(raw.get("test"), found, zone=zone, channel=channel),
        reported_at=_reported_at(raw, found, door),
        note=_note(raw, found),
        revision=_revision(raw, found, door),
    )
    return draft, found.close()


def _key(raw: Mapping[str, object], door: _Door) -> str:
    given = raw.get("key")
    if is_blank(given):
        if door.from_program:
            raise Refused("required", "key")
        return ""
    if not isinstance(given, str):
        raise Refused("type", "key", expected="text")
    if not _KEY.fullmatch(given):
        raise Refused("key.format", "key", low=8, high=200)
    return given


def _unit(raw: Mapping[str, object], found: Findings, door: _Door, *, known_by: str) -> str:
    owed = "unit" in raw or (door.from_program and not known_by)
    return clean_text(raw.get("unit"), "unit", max_length=UNIT_LENGTH, notes=found.notes, required=owed)


def _day(raw: Mapping[str, object], found: Findings, door: _Door) -> date:
    day = parse_day(raw.get("day"), "day", found.notes)
    if day > door.today:
        raise Refused("date.in_future", "day", today=door.today.isoformat())
    if day < EARLIEST_DAY:
        raise Refused("date.out_of_window", "day", low=EARLIEST_DAY.isoformat())
    return day


def _slot(raw: Mapping[str, object], found: Findings, door: _Door) -> str:
    given = raw.get("slot")
    if is_blank(given) and len(door.policy.slots) == 1:
        return door.policy.slots[0]
    slot = parse_choice(given, "slot", found.notes, SLOTS, channel=door.channel)
    if slot not in door.policy.slots:
        raise Refused("choice.unknown", "slot", choices=door.policy.slots)
    return slot


def _temperature(raw: Mapping[str, object], found: Findings, door: _Door) -> Decimal | None:
    given = raw.get("temperature")
    if is_blank(given) and not is_blank(raw.get("state")):
        return None
    return found.attempt(lambda: parse_temperature(given, "temperature", door.policy, found.notes), None)


def _symptoms(raw: Mapping[str, object], found: Findings, door: _Door) -> tuple[str, ...]:
    given = raw.get("symptoms")
    return found.attempt(lambda: parse_symptoms(given, "symptoms", found.notes, channel=door.channel), ())


def _state(raw: Mapping[str, object], found: Findings, door: _Door, *, unwell: bool) -> str:
    """The state given, but never "well" beside a fever or a symptom: somebody must look after the person today."""
    given = raw.get("state")
    if is_blank(given):
        return "unwell" if unwell else "well"
    state = found.attempt(lambda: parse_choice(given, "state", found.notes, STATES, channel=door.channel), "")
    if state == "well" and unwell:
        found.warn("cross.state", "state", kept="unwell")
        return "unwell"
    return state


def _health_code(raw: Mapping[str, object], found: Findings, door: _Door) -> str | None:
    given = raw.get("health_code")
    if is_blank(given):
        return None
    return found.attempt(
        lambda: parse_choice(given, "health_code", found.notes, HEALTH_CODES, channel=door.channel), None
    )


def _reported_at(raw: Mapping[str, object], found: Findings, door: _Door) -> datetime | None:
    given, field = raw.get("reported_at"), "reported_at"
    if is_blank(given):
        return None
    moment = found.attempt(lambda: parse_moment(given, field, found.notes, zone=door.zone, channel=door.channel), None)
    if moment and moment > door.now + timedelta(minutes=door.policy.clock_skew_minutes):
        found.warn("clock.skew", field, kept=moment, minutes=int((moment - door.now).total_seconds() // 60))
    return moment


def _revision(raw: Mapping[str, object], found: Findings, door: _Door) -> int | None:
    given, field = raw.get("revision"), "revision"
    if is_blank(given):
        return None
    count = found.attempt(lambda: parse_count(given, field, found.notes, channel=door.channel), 1)
    if not 1 <= count <= MOST_REVISIONS:
        found.problem("number.out_of_range", field, low=1, high=MOST_REVISIONS)
    return count


def _note(raw: Mapping[str, object], found: Findings) -> str:
    def read() -> str:
        return clean_text(raw.get("note"), "note", max_length=NOTE_LENGTH, notes=found.notes, multiline=True)

    return found.attempt(read, "")

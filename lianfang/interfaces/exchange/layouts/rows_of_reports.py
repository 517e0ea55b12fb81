"""One row of a file of daily answers (填报行): read by the one reader, then its unit and person are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.intake import Taken, understand
from lianfang.domain.answers import AnswerDraft, nest, parse_answer
from lianfang.domain.parsing.text import is_blank
from lianfang.domain.refusals import Note, Problem, Refused
from lianfang.interfaces.exchange.layouts.columns import Columns
from lianfang.interfaces.exchange.layouts.layout import Desk, with_header
from lianfang.interfaces.exchange.layouts.names import rare_sign_stands_for
from lianfang.interfaces.exchange.sheet import Row
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.answers import check_window

CHANNEL = "text"
Subject = tuple[int, date, str, UUID]
"""Unit, day, slot and person of an answer."""


@dataclass(frozen=True, slots=True)
class Read:
    """A row that was understood: the raw answer with its unit and key, and the draft it makes."""

    raw: Mapping[str, Any]
    draft: AnswerDraft
    unit: Unit


def read_row(
    desk: Desk, columns: Columns, row: Row, headers: Mapping[str, str]
) -> tuple[Read | None, list[Problem], list[Note]]:
    """What a row says, None when it cannot be read; what is wrong with it, its unit too; and what to tell of it."""
    raw = nest(columns.raw(row))
    key = raw.get("key")
    raw["key"] = f"{desk.key}-{row.number}" if is_blank(key) else key
    problems, unit = unit_of(desk, raw)
    where = unit or desk.home
    assert where is not None  # noqa: S101  reports are sent for a unit
    try:
        draft, notes = parse_answer(
            raw, policy=desk.rules.of(where), today=clock.today(where.zone), now=clock.now(), zone=where.zone,
            channel=CHANNEL,
        )  # fmt: skip
    except Refused as refused:
        return None, problems + with_header(refused, headers), []
    return Read(raw, draft, where), problems, [note for note in notes if note.field != "key"]


def placed(desk: Desk, one: Read) -> tuple[list[Problem], list[Note], Subject | None]:
    """What stands against a row once its unit and person are looked for, what to tell of it, and whom it is about."""
    try:
        taken = understand(desk.by, one.raw, channel=CHANNEL, rules=desk.rules)
        check_window(taken.unit, taken.draft.day, taken.policy)
    except Refused as refused:
        return list(refused.problems), [], None
    about = (taken.unit.pk, taken.draft.day, taken.draft.slot, taken.person.pk) if taken.person else None
    return list(_person_problems(desk, taken)), list(_new_notes(taken)), about


def unit_of(desk: Desk, raw: dict[str, Any]) -> tuple[list[Problem], Unit | None]:
    """Put the code of the row's unit, or of the one chosen for the file, into the raw answer."""
    assert desk.home is not None  # noqa: S101  reports are sent for a unit
    assert desk.places is not None  # noqa: S101
    if "unit" not in raw:
        raw["unit"] = desk.home.code
        return [], desk.home
    given = raw["unit"]
    if not isinstance(given, str) or is_blank(given):
        return [], None
    try:
        unit = desk.places.find(given)
    except Refused as refused:
        return list(refused.problems), None
    raw["unit"] = unit.code
    return [], unit


def _person_problems(desk: Desk, taken: Taken) -> Iterable[Problem]:
    """A name that does not fit its number is a slip of a row; only who answers for a unit answers for its people."""
    person = taken.person
    own = person is not None and desk.by.answers_for(person.pk)
    if not own and not desk.by.holds(ANSWERERS, taken.unit):
        return [Problem("scope", "person")]
    if person is None or not any(note.code == "person.name_mismatch" for note in taken.notes):
        return []
    if rare_sign_stands_for(taken.draft.person.name, person.name):
        return []
    spoilt = next((note for note in taken.notes if note.code == "text.mojibake"), None)
    code, facts = ("text.mojibake", spoilt.facts) if spoilt else ("person.name_mismatch", {})
    return [Problem(code, "person.name", facts=facts)]


def _new_notes(taken: Taken) -> Iterable[Note]:
    """What finding unit and person added to what parsing has said already."""
    for note in taken.notes:
        if note.code == "person.name_mismatch":
            yield Note("person.possible_match", note.field, warning=True)
        elif note.code.startswith(("person.", "unit.", "minor.")):
            yield note

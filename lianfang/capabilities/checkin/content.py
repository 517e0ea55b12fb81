"""What an answer says (答复内容), as its receipt's hash covers it and as its sender is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from lianfang.domain.answers import AnswerDraft, PersonRef
from lianfang.domain.refusals import Note
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import index_of_number
from lianfang.kernel.reporting.receipts import digest

_DRAFT = tuple(field.name for field in fields(AnswerDraft))
_PERSON = tuple(field.name for field in fields(PersonRef))
_ALIKE = ("state", "temperature", "symptoms", "note")
FINGERPRINT = 16  # characters


def number_index(who: PersonRef) -> bytes | None:
    """The blind index of the number by which the sender names somebody."""
    return index_of_number(who.identity.kind, who.identity.number) if who.identity else None


def phone_index(who: PersonRef) -> bytes | None:
    """The blind index of the phone that came along."""
    return blind_index("phone", who.phone) if who.phone else None


def content_of(unit: Unit, draft: AnswerDraft, number: bytes | None, phone: bytes | None) -> dict[str, Any]:
    """An answer's values without its key, the same when sent again later; number and phone only by their indexes."""
    content: dict[str, Any] = {name: getattr(draft, name) for name in _DRAFT}
    person = {name: getattr(draft.person, name) for name in _PERSON}
    person["identity"], person["phone"] = number.hex() if number else "", phone.hex() if phone else ""
    test = None if draft.test is None else asdict(draft.test)
    return {**content, "key": "", "unit": unit.code, "person": person, "test": test}


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """What is the same in all answers that a script would send."""
    return digest({name: content[name] for name in _ALIKE})[:FINGERPRINT]


def mode_of(by: Actor, person_id: UUID) -> str:
    """In which way an answer came: from a machine, by oneself, or by somebody for the person."""
    if by.machine:
        return "api"
    return "self" if person_id == by.person_id else "proxy"


def said(note: Note) -> dict[str, Any]:
    """A note as a receipt keeps it."""
    return {
        "code": note.code,
        "field": note.field,
        "warning": note.warning,
        "kept": None if note.kept is None else str(note.kept),
        **dict(note.facts),
    }

"""The person of an answer (人员): document, name, phone, birth date, and the notice to a child's guardian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lianfang.domain.identity import (
    OLDEST_AGE,
    Identity,
    age_on,
    is_child,
    parse_id_type,
    parse_identity,
    parse_phone,
)
from lianfang.domain.parsing.choices import parse_yes_no
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.parsing.drafts import PersonRef
from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.text import clean_name, clean_text, is_blank
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused

MEMBERS = ("id_type", "id_number", "id_reason", "name", "phone", "birth_date", "guardian_notice", "ref")
REASON_LENGTH = 200  # characters
REF_LENGTH = 64  # characters of an id inside the product

_NOBODY = PersonRef("", None, "", "", "", None, None, "")


def parse_person(raw: object, found: Findings, *, policy: Policy, today: date, channel: str) -> PersonRef:
    """The person; every problem is kept in `found`. In JSON a number is owed unless `ref` or `id_reason` stands in."""
    if is_blank(raw) or not isinstance(raw, Mapping):
        found.problem("required" if is_blank(raw) else "type", "person")
        return _NOBODY
    found.check_members(raw, MEMBERS, within="person.")
    notes = found.notes
    ref = found.attempt(lambda: clean_text(raw.get("ref"), "person.ref", max_length=REF_LENGTH, notes=notes), "")
    id_type = _id_type(raw, found, channel=channel)
    identity = _identity(raw, id_type, found, today=today, owed=channel == "json" and not ref)
    person = PersonRef(
        id_type=id_type,
        identity=identity,
        id_reason=_reason(raw, id_type, found),
        name=_name(raw, found, owed=not ref),
        phone=_phone(raw, found),
        birth_date=_birth_date(raw, identity, found, today=today),
        guardian_notice=_guardian_notice(raw, found, channel=channel),
        ref=ref,
    )
    _refuse_unnoticed_child(person, found, policy=policy, today=today)
    return person


def _id_type(raw: Mapping[str, object], found: Findings, *, channel: str) -> str:
    given = raw.get("id_type")
    if is_blank(given):
        return "resident"
    return found.attempt(lambda: parse_id_type(given, "person.id_type", found.notes, channel=channel), "")


def _identity(raw: Mapping[str, object], id_type: str, found: Findings, *, today: date, owed: bool) -> Identity | None:
    field = "person.id_number"
    if is_blank(raw.get("id_number")):
        if owed and id_type not in ("", "none"):
            found.problem("required", field)
        return None
    if id_type == "none":
        found.problem("id.format", field)
    if id_type in ("", "none"):
        return None
    return found.attempt(lambda: parse_identity(id_type, raw["id_number"], field, found.notes, today=today), None)


def _reason(raw: Mapping[str, object], id_type: str, found: Findings) -> str:
    owed = id_type == "none" and is_blank(raw.get("id_number"))

    def read() -> str:
        given = raw.get("id_reason")
        return clean_text(given, "person.id_reason", max_length=REASON_LENGTH, notes=found.notes, required=owed)

    return found.attempt(read, "")


def _name(raw: Mapping[str, object], found: Findings, *, owed: bool) -> str:
    given = raw.get("name")
    if given is None and not owed:
        return ""
    return found.attempt(lambda: clean_name(given, "person.name", found.notes), "")


def _phone(raw: Mapping[str, object], found: Findings) -> str:
    given = raw.get("phone")
    return "" if is_blank(given) else found.attempt(lambda: parse_phone(given, "person.phone", found.notes), "")


def _birth_date(raw: Mapping[str, object], identity: Identity | None, found: Findings, *, today: date) -> date | None:
    field = "person.birth_date"
    known = identity.birth_date if identity else None
    if is_blank(raw.get("birth_date")):
        return known
    given = found.attempt(lambda: _past_day(raw["birth_date"], field, found, today=today), None)
    if given and known and given != known:
        found.problem("id.birth_mismatch", field)
    return known or given


def _past_day(raw: object, field: str, found: Findings, *, today: date) -> date | None:
    day = parse_day(raw, field, found.notes)
    if day > today:
        raise Refused("date.in_future", field)
    if age_on(day, today) > OLDEST_AGE:
        raise Refused("date.out_of_window", field)
    return day


def _guardian_notice(raw: Mapping[str, object], found: Findings, *, channel: str) -> bool | None:
    given, field = raw.get("guardian_notice"), "person.guardian_notice"
    if is_blank(given):
        return None
    return found.attempt(lambda: parse_yes_no(given, field, found.notes, channel=channel), None)


def _refuse_unnoticed_child(person: PersonRef, found: Findings, *, policy: Policy, today: date) -> None:
    """A child's data are taken only with notice to the guardian (personal-information law, articles 28 and 31)."""
    if person.guardian_notice is False and is_child(person.birth_date, today, policy):
        found.problem("minor.guardian_notice", "person.guardian_notice", age=policy.child_age)

"""Entries of a round at the door (门口测温录入): raw values read, each problem kept with its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from lianfang.capabilities.training.models import Enrolment
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.parsing.number import parse_temperature
from lianfang.domain.parsing.text import is_blank
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS, parse_symptoms
from lianfang.kernel import clock
from lianfang.kernel.readings.given import Given
from lianfang.kernel.readings.ops import Receipt
from lianfang.kernel.shapes import Entry, Member, each, said, up_to

LONGEST_KEY = 64
MEASURED = Entry(
    {
        "key": Member(str, "tablet-1-000001", owed=True, more=up_to(LONGEST_KEY)),
        "enrolment": Member(
            UUID, "0198c0de-0000-7000-8000-000000000001", more=said("who it is; or `number`, the number in the class")
        ),
        "number": Member(int, 7),
        "celsius": Member(Decimal, "36.5", owed=True, more=said("°C")),
        "symptoms": Member(Sequence[str], [SYMPTOMS.codes[0]], more=each(SYMPTOMS.codes)),
        "at": Member(datetime, "2022-03-02T07:40:00+08:00", more=said("now when left out")),
        "sure": Member(bool, True, more=said("measured again, and it is so")),
    }
)
ToldMeasured = Annotated[Mapping[str, Any], MEASURED]


def given_of(
    raw: Mapping[str, Any], rows: Mapping[str, Enrolment], by_number: Mapping[str, Enrolment], *, day: date, slot: str,
    policy: Policy, zone: tzinfo,
) -> tuple[Enrolment, Given] | Receipt:  # fmt: skip
    """One entry read, with whom it is about; or a receipt that says why it cannot be taken."""
    key = str(raw.get("key") or "")[:LONGEST_KEY]
    try:
        if not key:
            raise Refused("required", "key")
        if unknown := [name for name in raw if name not in MEASURED.members]:
            raise Refused("field.unknown", unknown[0][:60])
        row = _row(raw, rows, by_number)
        return row, _given(raw, row, key, day=day, slot=slot, policy=policy, zone=zone)
    except Refused as refused:
        return Receipt(key, problem=refused.problems[0])


def _row(raw: Mapping[str, Any], rows: Mapping[str, Enrolment], by_number: Mapping[str, Enrolment]) -> Enrolment:
    """Whom an entry is about, by the enrolment or by the number of the class."""
    row = rows.get(str(raw.get("enrolment") or "")) or by_number.get(str(raw.get("number") or ""))
    if row is None or row.left_on is not None:
        raise Refused("class.not_enrolled", "enrolment")
    return row


def _given(
    raw: Mapping[str, Any], row: Enrolment, key: str, *, day: date, slot: str, policy: Policy, zone: tzinfo
) -> Given:
    celsius = raw.get("celsius")
    symptoms = parse_symptoms(raw.get("symptoms") or [], "symptoms", [], channel="json")
    if is_blank(celsius):
        raise Refused("required", "celsius")
    at = raw.get("at")
    return Given(
        key=key, person_id=row.person_id, day=day, slot=slot,
        at=clock.now() if is_blank(at) else parse_moment(at, "at", [], zone=zone, channel="form"),
        celsius=parse_temperature(celsius, "celsius", policy, []), symptoms=symptoms,
        sure=raw.get("sure") in (True, "yes"),
    )  # fmt: skip

"""Keeping answers (登记): one record a person, day and slot, whichever of the three ways it came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.answers import AnswerDraft, TestResult
from lianfang.domain.periods import closes_at, is_on_time
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import is_fever
from lianfang.kernel import clock
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.dues.models import ROLL_CALL
from lianfang.kernel.dues.ops import due_of, settle
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import tally
from lianfang.kernel.reporting.models import Answer, AnswerFields, AnswerRevision, Tally
from lianfang.kernel.scope import EVERYTHING, within

FORM_VERSION = 1


@dataclass(frozen=True, slots=True)
class Sending:
    """How an answer came: by whom, in which way, under which rules, and why it corrects an earlier one."""

    sender_id: int | None
    mode: str
    policy: Policy
    reason: str = ""
    automated: bool = False


def check_window(unit: Unit, day: date, policy: Policy) -> None:
    """Refuse a day that has not begun (`date.in_future`), that is closed (`period.closed`) or before the unit was."""
    at = clock.now()
    if day > at.astimezone(unit.zone).date():
        raise Refused("date.in_future", "day")
    if at > closes_at(day, policy, unit.zone):
        raise Refused("period.closed", "day", closed_at=closes_at(day, policy, unit.zone).isoformat())
    if not unit.open_on(day):
        raise Refused("unit.closed", "unit")


def on_time(unit: Unit, day: date, slot: str, at: datetime) -> bool:
    """Whether something received `at` meets the class check's deadline; without a due on record, it does."""
    due = due_of(ROLL_CALL, unit, day, slot=slot)
    return due is None or is_on_time(at, due.due_at)


def keep_answer(unit: Unit, person_id: UUID, draft: AnswerDraft, how: Sending) -> Answer:
    """Store an answer, or a revision of it, and count it. The same content again changes nothing."""
    with within(EVERYTHING):
        tally.hold(unit, draft.day, draft.slot)
        before = Answer.objects.filter(unit=unit, day=draft.day, slot=draft.slot, person_id=person_id).first()
        answer = _written(unit, person_id, draft, how)
        if before is not None:
            if _same(before, answer) or _is_overtaken(before, answer, draft.revision):
                return _with_number(before, answer, draft.revision)
            answer = _revised(before, answer, draft.revision)
        fault("before_insert")
        answer.save(force_insert=before is None)
        fault("after_insert")
        counted = tally.recount(unit, draft.day, draft.slot)
        _close_if_complete(unit, counted)
    return answer


def _written(unit: Unit, person_id: UUID, draft: AnswerDraft, how: Sending) -> Answer:
    at = clock.now()
    answer = Answer(
        unit=unit,
        day=draft.day,
        slot=draft.slot,
        person_id=person_id,
        state=draft.state,
        temperature=draft.temperature,
        symptoms=list(draft.symptoms),
        fever=is_fever(draft.temperature, how.policy),
        health_code=draft.health_code or "",
        note=draft.note,
        mode=how.mode,
        form_version=FORM_VERSION,
        claimed_at=draft.reported_at,
        received_at=at,
        sender_id=how.sender_id,
        on_time=on_time(unit, draft.day, draft.slot, at),
        automated=how.automated,
        reason=how.reason,
        revision=draft.revision or 1,
    )
    if draft.test is not None:
        answer.test = json.dumps(as_text_of(draft.test), sort_keys=True)
        answer.sample_index = blind_index("sample", draft.test.sample_no) if draft.test.sample_no else None
    return answer


def as_text_of(test: TestResult) -> dict[str, str | None]:
    """A test result as it is sealed: its members as text."""
    values = {name: getattr(test, name) for name in ("result", "sample_no", "sampled_at", "reported_at", "ct")}
    return {name: None if value is None else str(value) for name, value in values.items()}


_CONTENT = ("state", "temperature", "symptoms", "health_code", "note", "test")


def _same(one: AnswerFields, other: AnswerFields) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _CONTENT)


def _is_overtaken(before: Answer, answer: Answer, number: int | None) -> bool:
    """Whether the sender numbered this answer before the one in force: it was overtaken on its way."""
    return number is not None and before.sender_id == answer.sender_id and number < before.revision


def _with_number(before: Answer, answer: Answer, number: int | None) -> Answer:
    """The answer in force, unchanged; what was overtaken is filed under its own number."""
    if number is None or before.sender_id != answer.sender_id:
        return before
    known = _revisions(before).filter(revision=number).first()
    if number < before.revision and known is None:
        _file(answer, number)
    elif number < before.revision and known is not None and not _same(known, answer):
        _file(answer, before.revision)
        number = before.revision + 1
    if number > before.revision:
        before.revision = number
        before.save(update_fields=["revision"])
    return before


def _revised(before: Answer, answer: Answer, number: int | None) -> Answer:
    """File the earlier answer as a revision. Of two senders who disagree, the graver answer is shown until settled."""
    contradicted = before.sender_id != answer.sender_id and not answer.reason and _graver(before, answer)
    older, newer = (answer, before) if contradicted else (before, answer)
    _file(older, before.revision)
    own = number if number is not None and before.sender_id == answer.sender_id else 0
    newer.revision = max(before.revision + 1, own)
    return newer


def _file(answer: AnswerFields, number: int) -> None:
    names = [f.name for f in AnswerRevision._meta.local_concrete_fields]
    AnswerRevision.objects.create(**{name: getattr(answer, name) for name in names} | {"revision": number})


def _revisions(answer: AnswerFields) -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(unit=answer.unit, day=answer.day, slot=answer.slot, person_id=answer.person_id)


def _graver(one: Answer, other: Answer) -> bool:
    return (one.fever, one.state == "unwell", len(one.symptoms)) > (
        other.fever,
        other.state == "unwell",
        len(other.symptoms),
    )


def _close_if_complete(unit: Unit, counted: Tally) -> None:
    if counted.answered + counted.excused >= counted.rostered > 0:
        settle(ROLL_CALL, unit, counted.day, slot=counted.slot, at=clock.now(), by=f"tally:{unit.code}")

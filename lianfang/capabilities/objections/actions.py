"""What may be done about a status (申诉、答复、更正事实、人工变更): object, answer, correct a fact, change by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lianfang.capabilities.objections.models import CORRECTED, ENDED, OUTCOMES, STANDS, Objection
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors, under
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.registers.sight import children_out_of_sight
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.sources import Correction, correct_at_its_row, follows_a_row, refuse_beside_its_row
from lianfang.kernel.tasks import ops as tasks

REVIEWERS = (Role.DOCTOR, Role.DUTY_OFFICER)
"""Who answers objections and changes statuses by hand; of a child's only the doctor."""
ON_BEHALF = (Role.CLASS_HEAD, Role.NURSE, *REVIEWERS)
"""Who may write an objection down for somebody who has no phone."""
CLEAR = statuses.CLEAR
"""The status of somebody for whom, by the right facts, nothing holds any more."""
TASK = "objection"


@action("status.objected", by=ON_BEHALF, over="status", oneself=True, facts=("status",))
def object_to_status(by: Actor, *, status: Status, person: Person, text: str) -> Objection:
    """Object to a status of one's own or of a child one answers for; it is answered within the hours of the rules."""
    if status.person_id != person.pk:
        raise Refused("scope", "person")
    if not text.strip():
        raise Refused("required", "text")
    now, status = clock.now(), _holding(status)
    if Objection.objects.filter(status=status, answered_at__isnull=True).exists():
        raise Refused("objection.open", "status")
    made = store(_objection(by, status, text, now))
    with within(EVERYTHING):  # the member who objects does not see the reviewers' tasks
        tasks.owe(status.unit, TASK, made, due_at=made.due_at, alert_at=made.due_at, role=Role.DOCTOR)
    return made


def _holding(status: Status) -> Status:
    """The status as it is now, held still; refused (`status.over`) once it has ended."""
    held = Status.objects.select_for_update(of=("self",)).select_related("unit").get(pk=status.pk)
    if not _holds(held):
        raise Refused("status.over", "status")
    return held


def _holds(status: Status) -> bool:
    return status.until is None or status.until > clock.now()


def _objection(by: Actor, status: Status, text: str, now: datetime) -> Objection:
    hours = policy_of(status.unit, on=clock.today(status.unit.zone)).objection_hours
    return Objection(
        unit=status.unit, status=status, person_id=status.person_id, text=text, made_at=now, made_by=by.name[:60],
        made_by_id=by.account_id, due_at=now + timedelta(hours=hours), decider_id=status.given_by_id,
    )  # fmt: skip


@action("status.objection_answered", by=REVIEWERS, over="objection", facts=("objection", "outcome"))
def answer_objection(by: Actor, *, objection: Objection, outcome: str, answer: str) -> Objection:
    """Answer an objection: the status stands or ends, with the reason; a wrong fact is corrected instead.

    What follows a row of its own (a stay, a contact, a code) is ended there first (`status.at_its_source`).
    """
    if outcome not in (STANDS, ENDED):
        raise Refused("choice.unknown", "outcome", given=outcome[:40])
    held = _to_answer(by, objection)
    if outcome == ENDED:
        if _holds(held.status):
            refuse_beside_its_row(held.status, "outcome")
        statuses.end_all([held.status_id], at=clock.now(), by=by, reason=answer)
    return _answered(by, held, outcome, answer)


def _to_answer(by: Actor, objection: Objection) -> Objection:
    held = Objection.objects.select_for_update(of=("self",)).select_related("status", "unit").get(pk=objection.pk)
    if held.answered_at is not None:
        raise Refused("flow.condition", "objection")
    _require_other(by, held.status)
    return held


def _require_other(by: Actor, status: Status) -> None:
    """Neither who decided the status, nor whom it is about, nor who does not see a child's."""
    if by.account_id is not None and by.account_id == status.given_by_id:
        raise Refused("objection.own_decision", "status")
    _require_sight(by, status.person_id)


def _require_sight(by: Actor, person_id: Any) -> None:
    if by.answers_for(person_id):
        raise Refused("flow.own_request", "person")
    hidden = children_out_of_sight(by)
    if hidden is not None and hidden.filter(person_id=person_id).exists():
        raise Refused("scope", "person")


def _answered(by: Actor, objection: Objection, outcome: str, answer: str) -> Objection:
    if not answer.strip():
        raise Refused("required", "answer")
    objection.outcome, objection.answer = outcome, answer
    objection.answered_at, objection.answered_by, objection.answered_by_id = clock.now(), by.name[:60], by.account_id
    for task in tasks.of(objection, TASK):
        tasks.settle(task, at=objection.answered_at, by=by.name)
    return store(objection)


@action("status.fact_corrected", by=REVIEWERS, over="status", facts=("status", "fact"))
def correct_fact(by: Actor, *, status: Status, fact: str, right: str, reason: str, holds: bool = False) -> Status:
    """Correct a wrong fact behind a status, which still holds by the right one or is clear; answers the objection.

    The entry with the wrong fact stays on record, superseded. Where the status follows a row of its own, the row is
    corrected, and says whether and how long it still holds. Else whoever owns the fact hears of it by the event.
    """
    held = _holding(status)
    if fact not in held.facts:
        raise Refused("choice.unknown", "fact", given=fact[:40])
    _require_other(by, held)
    if follows_a_row(held):
        new = correct_at_its_row(Correction(by, held, fact, right, reason, holds))
    else:
        value, facts = held.value if holds else CLEAR, {**held.facts, fact: right, "corrected": fact}
        new = statuses.correct(held, facts=facts, value=value, by=by, at=clock.now(), reason=reason)
    for objection in Objection.objects.select_for_update().filter(status=held, answered_at__isnull=True):
        _answered(by, objection, CORRECTED, reason)
    return new


@action("status.change_proposed", by=REVIEWERS, over="unit", facts=("unit", "kind"))
def propose_change(
    by: Actor, *, unit: Unit, person: Person, kind: str, reason: str, value: str = "", until: datetime | None = None
) -> ByHand:
    """Propose to change one person's status by hand, with the reason; an empty value ends it. Somebody else decides."""
    _require_sight(by, person.pk)
    if not reason.strip():
        raise Refused("required", "reason")
    now = clock.now()
    if until is not None and until <= now:
        raise Refused("cross.order", "until", earlier=f"{now:%Y-%m-%d %H:%M}")
    _refuse_beside_rows(person, kind)
    most = policy_of(unit, on=clock.today(unit.zone)).manual_changes_a_day
    if len(changes_by_hand(unit, since=now - timedelta(days=1))) >= most:
        raise Refused("status.by_hand_limit", "unit", most=most)
    if ByHand.objects.filter(person=person, kind=kind, decided_at__isnull=True).exists():
        raise Refused("status.change_waits", "person")
    return store(
        ByHand(
            unit=unit, person=person, kind=kind, value=value, until=until, reason=reason, proposed_at=now,
            proposed_by=by.name[:60], proposed_by_id=by.account_id,
        )
    )  # fmt: skip


@action("status.change_decided", by=REVIEWERS, over="change", facts=("change", "agree"))
def decide_change(by: Actor, *, change: ByHand, agree: bool) -> ByHand:
    """Confirm or refuse a change by hand that somebody else has proposed."""
    held = ByHand.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=change.pk)
    if held.decided_at is not None:
        raise Refused("flow.condition", "change")
    if by.account_id == held.proposed_by_id:  # nobody has two accounts
        raise Refused("status.second_person", "change")
    _require_sight(by, held.person_id)
    now = clock.now()
    if agree:
        _refuse_beside_rows(held.person, held.kind)
    held.outcome, held.decided_at = "confirmed" if agree else "refused", now
    held.decided_by, held.decided_by_id = by.name[:60], by.account_id
    store(held)
    if agree:
        statuses.give_by_hand(held, by, at=now)
    return held


def _refuse_beside_rows(person: Person, kind: str) -> None:
    for status in statuses.current(person, kind):
        refuse_beside_its_row(status, "kind")


def institution_of(unit: Unit) -> Unit:
    """The school, university or other institution that a unit belongs to; an office is its own."""
    line = [one for one in (unit, *ancestors(unit)) if one.kind not in OFFICES]
    return min(line, key=lambda one: one.path.count("/"), default=unit)


def changes_by_hand(unit: Unit, *, since: datetime) -> list[str]:
    """The outcomes of the changes by hand proposed in the institution of a unit since then; counts for everybody."""
    with within(EVERYTHING):
        found = ByHand.objects.filter(under(institution_of(unit), "unit__"), proposed_at__gt=since)
        return list(found.values_list("outcome", flat=True))


def outcome_words() -> Iterable[tuple[str, Any]]:
    """The outcomes of an objection that an answer may choose."""
    return [(code, words) for code, words in OUTCOMES if code != CORRECTED]

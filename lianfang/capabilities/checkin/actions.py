"""What may be done about people's daily answers (打卡、晨检、联系未报人员)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.capabilities.checkin.models import ContactAttempt
from lianfang.domain.answers import AnswerDraft
from lianfang.domain.roles import REPORTERS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.dues.models import ROLL_CALL
from lianfang.kernel.dues.ops import settle
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.people.models import Person
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting import tally
from lianfang.kernel.reporting.answers import Sending, check_window, keep_answer, on_time
from lianfang.kernel.reporting.models import Answer, RollCall
from lianfang.kernel.scope import EVERYTHING, within

ANSWERERS = (*REPORTERS, Role.DOCTOR)


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who is not simply well in a class check: the person and what was seen."""

    person: Person
    draft: AnswerDraft


@action("answer.recorded", by=ANSWERERS, over="unit", oneself=True, facts=("unit",))
def record_answer(
    by: Actor, *, unit: Unit, person: Person, answer: AnswerDraft, mode: str, reason: str = "", automated: bool = False
) -> Answer:
    """Keep a person's answer for a day and slot. A later one is a revision; the earlier stays on record."""
    policy = policy_of(unit, on=answer.day)
    check_window(unit, answer.day, policy)
    return keep_answer(unit, person.pk, answer, Sending(by.account_id, mode, policy, reason, automated))


@action("class.checked", by=ANSWERERS, over="unit", facts=("unit", "day", "slot"))
def take_roll_call(
    by: Actor, *, unit: Unit, day: date, slot: str, observed_by: str, exceptions: Sequence[Seen] = ()
) -> RollCall:
    """Check a class as one act: everyone on the roster is well but these. Taken again, it is a revision."""
    policy = policy_of(unit, on=day)
    check_window(unit, day, policy)
    with within(EVERYTHING):
        tally.hold(unit, day, slot)
        checked = _checked(unit, day, slot, observed_by or by.name)
        for one in exceptions:
            keep_answer(unit, one.person.pk, one.draft, Sending(by.account_id, "roll_call", policy))
        tally.recount(unit, day, slot)
        settle(ROLL_CALL, unit, day, slot=slot, at=checked.received_at, by=f"roll_call:{checked.revision}")
    return checked


def _checked(unit: Unit, day: date, slot: str, observed_by: str) -> RollCall:
    at = clock.now()
    before = RollCall.objects.filter(unit=unit, day=day, slot=slot).first()
    checked = RollCall(
        **place_of(unit), day=day, slot=slot, observed_by=observed_by, observed_at=at, received_at=at,
        revision=before.revision + 1 if before else 1,
        on_time=before.on_time if before else on_time(unit, day, slot, at),
    )  # fmt: skip
    checked.save(force_insert=before is None)
    return checked


@action("contact.recorded", by=ANSWERERS, over="unit", facts=("unit", "day", "outcome"))
def record_contact(
    by: Actor,
    *,
    unit: Unit,
    person: Person,
    day: date,
    slot: str,
    outcome: str,
    answer: AnswerDraft | None = None,
    remark: str = "",
) -> ContactAttempt:
    """Write down a call to somebody whose answer is missing; somebody reached has answered, by phone."""
    policy = policy_of(unit, on=day)
    check_window(unit, day, policy)
    attempt = ContactAttempt.objects.create(
        unit=unit,
        person_id=person.pk,
        day=day,
        slot=slot,
        at=clock.now(),
        caller=by.name,
        outcome=outcome,
        remark=remark,
    )
    if answer is not None:
        keep_answer(unit, person.pk, answer, Sending(by.account_id, "phone", policy))
    return attempt

"""What an isolation on campus owes (校内隔离应办): the referral, calls to guardians, readings of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from lianfang.capabilities.stays.models import Isolated, Isolation
from lianfang.domain.policy import Policy
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.policies.ops import measures_of
from lianfang.kernel.readings.ops import READING, owed_by_all
from lianfang.kernel.readings.seconds import SECOND
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

REFERRAL: Final = "referral"
CALL: Final = "guardian_call"
LATE: Final = "isolation.late"
ALERTED: Final = (Role.DOCTOR, Role.DUTY_OFFICER)


def owe_isolation(occasion: Isolation, people: Sequence[Isolated]) -> None:
    """Everything that is owed from the moment somebody is isolated; `people` are all of the occasion (I09, J-14)."""
    day = occasion.since.astimezone(occasion.unit.zone).date()
    policy = measures_of(occasion.unit, on=day).policy
    last = day + timedelta(days=policy.observation_days)
    readings = owed_by_all(
        occasion.unit, [(one.person, one) for one in people], since=occasion.since, last_day=last, policy=policy,
        last_slots=policy.reading_slots,
    )  # fmt: skip
    tasks.owe_all([_referral(occasion, policy), *_calls(occasion, people, policy), *readings])


def _referral(occasion: Isolation, policy: Policy) -> Task:
    return _by_the_doctor(occasion, ref(occasion), REFERRAL, "转诊并确认接收", "Refer, and see it accepted",
                          minutes=policy.referral_minutes)  # fmt: skip


def _calls(occasion: Isolation, people: Sequence[Isolated], policy: Policy) -> list[Task]:
    """A call for each whom nobody could be told of in the product; staff have no guardians."""
    day = occasion.since.astimezone(occasion.unit.zone).date()
    waiting = [one for one in people if not one.guardians_told]
    on_staff = Membership.objects.filter(
        on_roster(day), kind="staff", person__in=[one.person_id for one in waiting]
    ).values_list("person_id", flat=True)  # fmt: skip
    staff = set(on_staff)
    found = []
    for one in waiting:
        if one.person_id not in staff:
            task = _by_the_doctor(occasion, ref(one), CALL, "电话告知监护人", "Call a guardian",
                                  minutes=policy.guardian_minutes)  # fmt: skip
            task.person_id = one.person_id
            found.append(task)
    return found


def _by_the_doctor(occasion: Isolation, about: str, kind: str, zh: str, en: str, *, minutes: int) -> Task:
    due = occasion.since + timedelta(minutes=minutes)
    return Task(
        unit=occasion.unit, kind=kind, subject=about, name=zh, name_en=en, opens_at=occasion.since, due_at=due,
        alert_at=max(due, clock.now()), role=Role.DOCTOR, place=occasion.place,
    )  # fmt: skip


def done(about: Isolation | Isolated, kind: str, *, at: datetime, by: str, note: str = "") -> None:
    """The referral was accepted, or a guardian told."""
    tasks.settle_open(tasks.of(about, kind).filter(excused=""), at=at, by=by, note=note)


def end_owed(occasion: Isolation, people: Sequence[Isolated], reason: str) -> None:
    """Nothing of an isolation that is over is owed any more, except that a guardian who was not told still is."""
    tasks.excuse(occasion, reason=reason, kinds=(REFERRAL,))
    tasks.excuse_all(people, reason=reason, kinds=(READING, SECOND))


def tell_of_late_isolation(event: Event) -> None:
    """No referral, or a guardian not told, within the minutes of the rules: doctor and duty officer hear of it."""
    if event.facts.get("kind") not in (REFERRAL, CALL):
        return
    task = Task.objects.select_related("unit").get(pk=event.subject.partition(":")[2])
    if task.settled_at is not None or task.excused:
        return
    told = sorted({one for role in ALERTED for one in nearest_holders(task.unit, (role,))})
    tell(told, LATE, subject=ref(task), unit=task.unit, isolation=_isolation_of(task))


def _isolation_of(task: Task) -> str:
    key = task.subject.partition(":")[2]
    if task.kind == REFERRAL:
        return key
    return str(Isolated.objects.values_list("isolation_id", flat=True).get(pk=key))

"""The transfer of contacts (密接转运): within the hours of the rules to a site or an isolation room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from lianfang.capabilities.cases.following import VISITORS, followed
from lianfang.capabilities.cases.known import policy_for
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.capabilities.cases.turning import TRANSFER
from lianfang.domain.cases.terms import FOLLOWED, SECOND
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

LATE: Final = "contact.not_transferred"


def owe_transfers(case: Case) -> None:
    """Owe the transfer of each contact of a case who is followed up; a contact's contact stays where they are.

    From the decision, so that asking again changes nothing; nobody is moved by rules that observe nobody at a site.
    """
    policy = policy_for(case)
    if policy.observation_days == 0:
        return
    rows = Contact.objects.filter(case=case, state=FOLLOWED).exclude(grade=SECOND).select_related("unit")
    tasks.owe_all([_owed(row, row.decided_at, policy.transfer_hours) for row in rows if row.decided_at])


def _owed(row: Contact, decided_at: datetime, hours: int) -> Task:
    due = decided_at + timedelta(hours=hours)
    return Task(
        unit=row.unit, kind=TRANSFER, subject=ref(row), person_id=row.person_id, name="转运密切接触者",
        name_en="Transfer a contact", opens_at=decided_at, due_at=due, alert_at=due, role=Role.DOCTOR,
    )  # fmt: skip


@action("contact.transferred", by=VISITORS, over="contact", facts=("where", "at"))
def record_transfer(by: Actor, *, contact: Contact, where: str, at: datetime | None = None) -> Contact:
    """Write down that a contact is where they are observed, when that place is not kept in the product."""
    held = followed(contact)
    moment = at or clock.now()
    if moment > clock.now():
        raise Refused("date.in_future", "at")
    if held.decided_at is not None and moment < held.decided_at:
        raise Refused("date.order", "at", earlier="decided_at")
    if not where.strip():
        raise Refused("required", "where")
    arrived([held.person_id], at=moment, by=by.name, where=where)
    return held


def arrived(people: Iterable[UUID], *, at: datetime, by: str, where: str) -> int:
    """These people have a room of a site or of an isolation area: their transfers are done; how many were owed."""
    contacts = Contact.objects.filter(person__in=list(people), state=FOLLOWED)
    waiting = Task.objects.filter(kind=TRANSFER, subject__in=[ref(one) for one in contacts], excused="")
    return tasks.settle_open(waiting, at=at, by=by, note=where)


def tell_of_late_transfer(event: Event) -> None:
    """A contact is not where they are observed within the hours of the rules: doctor and duty officer hear of it."""
    if event.facts.get("kind") != TRANSFER:
        return
    task = Task.objects.select_related("unit").get(pk=event.subject.partition(":")[2])
    if task.settled_at is not None or task.excused:
        return
    told = {one for role in (Role.DOCTOR, Role.DUTY_OFFICER) for one in nearest_holders(task.unit, (role,))}
    case = Contact.objects.values_list("case_id", flat=True).get(pk=task.subject.partition(":")[2])
    tell(sorted(told), LATE, subject=ref(task), unit=task.unit, case=str(case))

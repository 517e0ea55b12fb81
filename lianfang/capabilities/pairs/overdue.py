"""A contact that is not made in time (逾期未联系) goes to the backup, then to the lead; need of help, to the doctor."""

from __future__ import annotations

from datetime import timedelta

from lianfang.capabilities.pairs.actions import CONTACT
from lianfang.capabilities.pairs.models import NEEDS_HELP, DailyContact
from lianfang.domain.roles import Role
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

IN_CHARGE = (Role.LEADER, Role.DUTY_OFFICER)


def pass_contact_on(event: Event) -> None:
    """Tell the backup of a contact that is overdue, and some time later whoever is in charge."""
    if event.facts.get("kind") != CONTACT:
        return
    task = Task.objects.select_related("unit").get(pk=event.subject.partition(":")[2])
    if task.settled_at is not None or task.excused:
        return
    first = event.facts.get("level") == 1
    accounts = [task.backup_id] if first and task.backup_id else nearest_holders(task.unit, IN_CHARGE)
    tell(accounts, "contact.overdue", subject=ref(task), unit=task.unit, day=str(task.day))
    if first and task.due_at is not None and task.day is not None:
        wait = timedelta(minutes=policy_of(task.unit, on=task.day).pair_escalate_minutes)
        tasks.alert_again(task, task.due_at + wait)


def call_doctor_for_help(event: Event) -> None:
    """Somebody in one-to-one follow-up needs help: tell the nearest doctor."""
    if event.facts.get("result") != NEEDS_HELP:
        return
    contact = DailyContact.objects.select_related("unit").get(pk=event.subject.partition(":")[2])
    told = nearest_holders(contact.unit, (Role.DOCTOR,))
    tell(told, "contact.needs_help", subject=event.subject, unit=contact.unit, day=str(contact.day))

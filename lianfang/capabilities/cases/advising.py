"""Advice to those who are not followed up (提醒告知): told in the product, or by phone where nobody has an account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from lianfang.capabilities.cases.models import Contact
from lianfang.domain.policy import Policy
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

ADVICE: Final = "contact.advice"
BY_PHONE: Final = "advice"


def advise(rows: Iterable[Contact], policy: Policy) -> None:
    """Tell whoever was only advised, and a child's guardians, in words that name nobody; else the doctor calls them."""
    due = clock.now() + timedelta(hours=policy.tracing_hours)
    calls: list[Task] = []
    for row in rows:
        accounts = accounts_of(row.person_id)
        tell(accounts, ADVICE, subject=ref(row), unit=row.unit)
        if accounts:
            row.notified_at = clock.now()
        elif row.notified_at is None:
            # Without the person: tasks are listed to crews too, and who was advised to the doctor only.
            calls.append(
                Task(unit=row.unit, kind=BY_PHONE, subject=ref(row), opens_at=clock.now(), due_at=due, role=Role.DOCTOR)
            )
    Task.objects.filter(kind=BY_PHONE, subject__in=[one.subject for one in calls], settled_at=None).update(excused="")
    tasks.owe_all(calls)


def told_by_phone(row: Contact, by: str) -> None:
    """The call that was owed was made, at the moment that the contact keeps."""
    tasks.settle_open(tasks.of(row, BY_PHONE), at=row.notified_at or clock.now(), by=by)


def advise_no_more(rows: Iterable[Contact], reason: str) -> None:
    """Another decision: nobody is called about the earlier one any more."""
    tasks.excuse_all(rows, reason=reason, kinds=(BY_PHONE,))


def accounts_of(person: UUID) -> list[int]:
    """The accounts of somebody, and of those who answer for them."""
    guardians = Guardianship.objects.in_force().filter(ward_id=person).values_list("guardian_id", flat=True)
    found = Account.objects.filter(person_id__in=[person, *guardians], is_active=True)
    return list(found.order_by("pk").values_list("pk", flat=True))

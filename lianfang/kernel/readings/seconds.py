"""Second readings (复测): a first one out of range owes another within minutes; who is told when it stays away is in
the plan of reactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_noop as _

from lianfang.domain.policy import Policy
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.readings.models import CONTACT, HOME, Reading
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

SECOND: Final = "second"
LATER, VOID = _("measured again later"), _("the reading was void")
_MEASURED_BY = {HOME: Role.DOCTOR, CONTACT: Role.DOCTOR}
"""Whose duty the second one is; everywhere else it is the nurse's."""


def follow_first(unit: Unit, rows: Sequence[Reading], by: Actor, policy: Policy) -> None:
    """Owe a second reading for each new one out of range that has none; settle and excuse those these answer."""
    if not rows:
        return
    waiting = list(Task.objects.filter(unit=unit, kind=SECOND, settled_at=None, excused=""))
    for row in rows if waiting else ():
        _answer([task for task in waiting if task.subject == row.subject], row, by)
    done = {row.second_of_id for row in rows if row.second_of_id is not None}
    owing = [row for row in rows if row.abnormal and row.second_of_id is None and row.pk not in done]
    if owing:
        tasks.owe_all([_owed(row, policy) for row in owing])


def _answer(waiting: Sequence[Task], row: Reading, by: Actor) -> None:
    """A second reading settles what it answers; a reading of another time of day says more than it would have."""
    same = [task.pk for task in waiting if (task.day, task.slot) == (row.day, row.slot)]
    other = [task.pk for task in waiting if task.pk not in same and task.opens_at < row.at]
    if row.second_of_id is not None:
        tasks.settle_all(same, at=row.at, by=by.name)
    elif other:
        Task.objects.filter(pk__in=other).update(excused=str(LATER), alert_at=None)


def _owed(row: Reading, policy: Policy) -> Task:
    due = row.at + timedelta(minutes=policy.second_reading_minutes)
    before = Task.objects.filter(kind=SECOND, subject=row.subject, day=row.day, slot=row.slot)
    return Task(
        unit=row.unit, kind=SECOND, subject=row.subject, person_id=row.person_id, day=row.day, slot=row.slot,
        number=before.count(), name="复测体温", name_en="Second reading", opens_at=row.at, due_at=due,
        alert_at=max(due, clock.now()), role=_MEASURED_BY.get(row.kind, Role.NURSE),
    )  # fmt: skip


def no_second(row: Reading) -> None:
    """A void reading asks for none."""
    waiting = Task.objects.filter(kind=SECOND, subject=row.subject, day=row.day, slot=row.slot, settled_at=None)
    waiting.filter(excused="").update(excused=str(VOID), alert_at=None)

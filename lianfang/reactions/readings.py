"""A reading out of range that nobody took again (未复测): the doctor hears of it, as of a second one that is too."""

from __future__ import annotations

from lianfang.capabilities.training.models import Enrolment
from lianfang.domain.roles import Role
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.readings.seconds import SECOND
from lianfang.kernel.tasks.models import Task
from lianfang.reactions.about import doctors_at_site, key_of, nearest

MISSING, OF_STAYS = "reading.no_second", "stays.stay:"


def call_doctor_about_missing_second(event: Event) -> None:
    """Tell the doctor of a site, or the nearest one, where to look; the reading itself is seen there (I06)."""
    if event.facts.get("kind") != SECOND:
        return
    task = Task.objects.select_related("unit").get(pk=key_of(event)[0])
    if task.settled_at is not None or task.excused:
        return
    at_site = task.subject.startswith(OF_STAYS)
    told = doctors_at_site(task.unit) if at_site else nearest(task.unit, Role.DOCTOR)
    tell(told, MISSING, subject=ref(task), unit=task.unit, **_where(task))


def _where(task: Task) -> dict[str, str]:
    model, key = task.subject.split(":", 1)
    if model == Enrolment._meta.label_lower:
        return {"run": str(Enrolment.objects.values_list("run_id", flat=True).get(pk=key))}
    return {"stay": key} if task.subject.startswith(OF_STAYS) else {}

"""What follows for those recalled (召回联动): an overdue return goes to the leader, a downgraded area is a question."""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.capabilities.recall.actions import BACK, DECIDE
from lianfang.capabilities.recall.models import RecallPerson
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

LOWEST = "low"
"""The level of an area that is on no list."""


def call_for_overdue_return(event: Event) -> None:
    """Tell the leader and the duty officer that somebody recalled is not back."""
    if event.facts.get("kind") != BACK:
        return
    task = Task.objects.select_related("unit").get(pk=event.subject.partition(":")[2])
    for role in (Role.LEADER, Role.DUTY_OFFICER):
        tell(nearest_holders(task.unit, (role,)), "recall.overdue", subject=ref(task), unit=task.unit)


def level_in(levels: Mapping[str, str], area: str) -> str:
    """The level of an area on a list of area codes (or names) and levels: that of the narrowest one it lies within."""
    within = [code for code in levels if code and area.startswith(code)]
    return levels[max(within, key=len)] if within else LOWEST


def ask_about_exemptions(unit: Unit, before: Mapping[str, str], after: Mapping[str, str]) -> list[Task]:
    """Ask, of everybody exempt because of an area that a new list has downgraded, whether the exemption ends.

    `before` and `after` give the level of each listed area by its code; an area on neither is not asked about.
    """
    allowed = policy_of(unit, on=clock.today(unit.zone)).recall_exempt_levels
    held = RecallPerson.objects.filter(
        under(unit, "unit__"), order__lifted_at__isnull=True, exempted_at__isnull=False,
        exemption_lifted_at__isnull=True, returned_at__isnull=True,
    ).exclude(area="")  # fmt: skip
    downgraded = [
        row
        for row in held.select_related("unit", "person", "order__unit")
        if level_in(before, row.area) in allowed and level_in(after, row.area) not in allowed
    ]
    return [_asked(row, level_in(after, row.area)) for row in downgraded]


def _asked(row: RecallPerson, level: str) -> Task:
    waiting = tasks.of(row, DECIDE).filter(settled_at=None, excused="").first()
    return waiting or tasks.owe(
        row.unit, DECIDE, row, name=f"{row.area} 已调低风险等级：是否取消免于返回",
        name_en=f"{row.area} is now {level}: lift the exemption from recall?", role=Role.DUTY_OFFICER,
        person=row.person, due_at=row.due_at, alert_at=row.due_at, number=tasks.of(row, DECIDE).count(),
    )  # fmt: skip

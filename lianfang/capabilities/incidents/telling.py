"""Who hears of an incident (处置通报): the superior when it is reported, the owner when a step is late."""

from __future__ import annotations

from uuid import UUID

from lianfang.capabilities.incidents.codes import KIND
from lianfang.capabilities.incidents.models import ClusterAlert, CodeEvent, Incident
from lianfang.capabilities.incidents.shipped import owed
from lianfang.capabilities.incidents.steps import NOTICE
from lianfang.capabilities.incidents.watching import office_above
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.ops import holders, nearest_holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

OFFICE_ABOVE = "office_above"
INCIDENT, ALERT = Incident._meta.label_lower, ClusterAlert._meta.label_lower


def tell_superior(event: Event) -> None:
    """An incident was reported upwards: the nearest office above hears of it."""
    if event.facts.get("stop") != "reported":
        return
    incident = Incident.objects.select_related("unit__parent").get(pk=_key(event.subject))
    above = incident.unit.parent
    told = nearest_holders(above, SUPERVISORS) if above else []
    tell(told, "incident.reported", subject=ref(incident), unit=incident.unit, incident=incident.kind)


def tell_office_of_code(event: Event) -> None:
    """A yellow or red code: the office above hears of it in the product, which gives the notice owed to it (J02).

    Where nobody holds a duty in any office above, the notice stays owed by whoever is on duty.
    """
    incident = CodeEvent.objects.select_related("incident__unit").get(pk=_key(event.subject)).incident
    above = office_above(incident.unit)
    told = nearest_holders(above, SUPERVISORS) if above else []
    tell(told, "incident.code", subject=ref(incident), unit=incident.unit)
    if not told:
        return
    names = "、".join(Account.objects.filter(pk__in=told).order_by("pk").values_list("name", flat=True))
    mine = [one.number for one in owed(KIND, "notices") if one.tells == OFFICE_ABOVE]
    waiting = tasks.of(incident, NOTICE).filter(number__in=mine, excused="")
    tasks.settle_open(waiting, at=clock.now(), by=incident.reporter, note=names)


def tell_of_late_step(event: Event) -> None:
    """A step, notice or order is late: its owner, the backup and the duty officer hear of it."""
    task = Task.objects.select_related("unit").filter(pk=_key(event.subject)).first()
    if task is None or task.subject.partition(":")[0] not in (INCIDENT, ALERT):
        return
    asked = [one for one in (task.account_id, task.backup_id) if one]
    told = sorted({*asked, *nearest_holders(task.unit, (Role.DUTY_OFFICER,))})
    tell(told, "incident.late", subject=ref(task), unit=task.unit, step=task.name, step_en=task.name_en)


def tell_of_alert(event: Event) -> None:
    """Similar illness was found: the school's doctor and duty officer, and the office above."""
    alert = ClusterAlert.objects.select_related("unit").get(pk=_key(event.subject))
    near = [*nearest_holders(alert.unit, (Role.DOCTOR,)), *nearest_holders(alert.unit, (Role.DUTY_OFFICER,))]
    office = nearest_holders(alert.unit, (Role.OFFICER,))
    told = sorted({*near, *holders(alert.unit, (Role.CLASS_HEAD,)), *office})
    tell(told, "cluster.found", subject=ref(alert), unit=alert.unit, cases=alert.cases)


def _key(subject: str) -> UUID:
    return UUID(subject.partition(":")[2])

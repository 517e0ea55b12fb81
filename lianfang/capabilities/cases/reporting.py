"""Reporting a case by law (病例上报): within the hours that its definition gives a class, from the moment it got it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from lianfang.capabilities.cases.casework import OPENERS, locked
from lianfang.capabilities.cases.definitions import definition_of
from lianfang.capabilities.cases.models import Case, ClassificationStep
from lianfang.domain.cases.terms import CLASSES
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

REPORT: Final = "report"
LATE: Final = "case.report_late"


def owe_report(event: Event) -> None:
    """A case was classified: its report falls due within the hours of that class (row J05: specified events 2 h).

    One report a class; what another class asked for and nobody has sent is no longer owed.
    """
    step = ClassificationStep.objects.select_related("case__unit").get(pk=event.subject.partition(":")[2])
    case = step.case
    if case.steps.order_by("-at", "-pk").first() != step:
        return  # judged otherwise since
    number = 1 + CLASSES.codes.index(step.into)
    unsent = tasks.of(case, REPORT).filter(settled_at=None)
    unsent.filter(excused="").exclude(number=number).update(excused=step.into, alert_at=None)
    definition = definition_of(case.definition, case.edition)
    hours = definition.report_hours.get(step.into) if definition else None
    if hours is None:
        return
    due = step.at + timedelta(hours=hours)
    again = unsent.filter(number=number).exclude(excused="")
    again.update(excused="", opens_at=step.at, due_at=due, alert_at=due)
    tasks.owe(
        case.unit, REPORT, case, number=number, name="病例上报", name_en="Report the case", role=Role.DOCTOR,
        opens_at=step.at, due_at=due, alert_at=due,
    )  # fmt: skip


def report_of(case: Case) -> Task | None:
    """The newest report that a case owes or has made."""
    return tasks.of(case, REPORT).filter(excused="").order_by("-opens_at").first()


@action("case.reported", by=OPENERS, over="case", facts=("at",))
def report_case(by: Actor, *, case: Case, reported_to: str, at: datetime | None = None) -> Case:
    """Write down that the case was reported as the law asks: to whom, and when."""
    held = locked(case)
    owed = tasks.of(held, REPORT).filter(settled_at=None, excused="").first()
    moment = at or clock.now()
    if owed is None:
        raise Refused("case.no_report_owed", "case")
    if not reported_to.strip():
        raise Refused("required", "reported_to")
    if moment > clock.now():
        raise Refused("date.in_future", "at")
    if moment < owed.opens_at:
        raise Refused("date.order", "at", earlier=owed.opens_at.astimezone(held.unit.zone).isoformat())
    tasks.settle(owed, at=moment, by=by.name, note=reported_to.strip())
    return held


def tell_of_late_report(event: Event) -> None:
    """The hour is over and the case is not reported: doctor and duty officer hear of it."""
    model, _, key = str(event.facts.get("about", "")).partition(":")
    if event.facts.get("kind") != REPORT or model != Case._meta.label_lower:
        return
    case = Case.objects.select_related("unit").get(pk=key)
    told = {one for role in (Role.DOCTOR, Role.DUTY_OFFICER) for one in nearest_holders(case.unit, (role,))}
    tell(sorted(told), LATE, subject=event.subject, unit=case.unit, case=ref(case).partition(":")[2])

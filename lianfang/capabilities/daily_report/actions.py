"""What may be done with a unit's daily report (日报、零报告): draft, sign, send back, explain a gap, nudge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SIGNERS, SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.alerts.ops import holders, tell
from lianfang.kernel.dues.models import Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.answers import check_window
from lianfang.kernel.reporting.forms import form_on
from lianfang.kernel.reporting.models import Draft, UnitReport
from lianfang.kernel.reporting.reports import freeze, return_report
from lianfang.kernel.scope import EVERYTHING, within

CHASERS = (*SUPERVISORS, Role.ADMINISTRATOR)


@action("report.drafted", by=SIGNERS, over="unit", facts=("unit", "day", "form"))
def save_draft(by: Actor, *, unit: Unit, day: date, form: str, values: Mapping[str, Any], remark: str = "") -> Draft:
    """Keep a report under the pen. A draft is counted nowhere."""
    check_window(unit, day, policy_of(unit, on=day))
    draft = Draft(
        unit=unit, form=form, day=day, values=dict(values), remark=remark, saved_by=by.name, saved_at=clock.now()
    )
    exists = Draft.objects.filter(unit=unit, form=form, day=day).exists()
    draft.save(force_insert=not exists, force_update=exists)
    return draft


@action("report.signed", by=SIGNERS, over="unit", facts=("unit", "day", "form", "nothing_to_report", "reason"))
def sign_report(
    by: Actor,
    *,
    unit: Unit,
    day: date,
    form: str,
    values: Mapping[str, Any],
    nothing_to_report: bool,
    remark: str = "",
    reason: str = "",
    mode: str = "proxy",
) -> UnitReport:
    """Sign a unit's report and send it up. Zeros are written as zeros; a correction needs a reason."""
    if not unit.reports:
        raise Refused("unit.not_reporting", "unit")
    if not signs_for(by, unit):
        raise Refused("scope", "unit")
    check_window(unit, day, policy_of(unit, on=day))
    edition = form_on(form, day)
    return freeze(
        by, unit, edition, day, dict(values), nothing=nothing_to_report, remark=remark, reason=reason, mode=mode
    )


def signs_for(by: Actor, unit: Unit) -> bool:
    """Whether somebody may sign a unit's report: an officer for the own office only; a school signs its own."""
    return by.system or any(
        post.role in SIGNERS and post.unit.covers(unit) and (post.role != Role.OFFICER or post.unit.pk == unit.pk)
        for post in by.posts
    )


@action("report.sent_back", by=SUPERVISORS, over="superior", facts=("reason",))
def send_back(by: Actor, *, superior: Unit, report: UnitReport, reason: str) -> UnitReport:
    """Send a lower unit's report back with a reason; it is owed again."""
    if report.unit.pk == superior.pk or not superior.covers(report.unit):
        raise Refused("scope", "report")
    if not reason.strip():
        raise Refused("required", "reason")
    returned = return_report(by, report, reason.strip())
    told = holders(report.unit, SIGNERS)
    tell(told, "report.sent_back", subject=f"{report.receipt}", unit=report.unit, day=str(report.day), reason=reason)
    return returned


@action("gap.explained", by=CHASERS, over="superior", facts=("reason",))
def explain_gap(by: Actor, *, superior: Unit, due: Due, reason: str) -> Due:
    """Write down why a lower unit's report is missing; the unit stays missing until it reports."""
    if not superior.covers(due.unit):
        raise Refused("scope", "due")
    due.explained = reason.strip()[:120]
    with within(EVERYTHING):
        due.save(update_fields=["explained"])
    return due


@action("report.excused", by=CHASERS, over="superior", facts=("reason",))
def excuse(by: Actor, *, superior: Unit, due: Due, reason: str) -> Due:
    """Excuse a lower unit from one day's report: it is counted as excused, neither as missing nor as expected."""
    if not superior.covers(due.unit) or due.unit.pk == superior.pk:
        raise Refused("scope", "due")
    if not reason.strip():
        raise Refused("required", "reason")
    due.excused = reason.strip()[:120]
    with within(EVERYTHING):
        due.save(update_fields=["excused"])
    return due


@action("report.nudged", by=CHASERS, over="superior", facts=("superior", "day"))
def nudge(by: Actor, *, superior: Unit, day: date, dues: Sequence[Due]) -> Sequence[Due]:
    """Remind lower units whose report is not in; those who have reported hear nothing."""
    with within(EVERYTHING):
        for due in dues:
            if due.settled_at is not None or not superior.covers(due.unit):
                continue
            due.nudges += 1
            due.save(update_fields=["nudges"])
            tell(
                holders(due.unit, SIGNERS),
                "report.nudge",
                subject=f"{due.unit.code}/{due.kind}/{day}/{due.nudges}",
                unit=due.unit,
                due_at=due.due_at.isoformat(),
            )
    return dues

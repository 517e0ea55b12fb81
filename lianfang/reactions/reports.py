"""A report is late, comes again or is corrected (迟报、重报、更正); who does the daily screening changes (排查专员)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from lianfang.capabilities.screening.handout import hand_over
from lianfang.capabilities.screening.models import Screener
from lianfang.capabilities.upward.corrections import mark_outdated
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.ops import holders, tell
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import current_report
from lianfang.reactions.about import key_of, unit_of

ON_DUTY = (Role.LEADER, Role.DUTY_OFFICER)
RECEIVING = (Role.DUTY_OFFICER, Role.OFFICER)


def alert_leader_on_duty(event: Event) -> None:
    """Tell the leader on duty and the duty officer of the unit that owes it."""
    unit = unit_of(event.unit)
    tell(holders(unit, ON_DUTY), "due.overdue", subject=due_name(event), unit=unit, **event.facts)


def alert_superior(event: Event) -> None:
    """Tell those who receive what is overdue."""
    above = Unit.objects.filter(code=event.facts.get("recipient") or "-").first()
    if above is not None:
        told = holders(above, RECEIVING)
        tell(told, "due.overdue_below", subject=due_name(event), unit=unit_of(event.unit), **event.facts)


def tell_superior_of_new_revision(event: Event) -> None:
    """A report that was sent back has come again: tell the superiors who wait for it."""
    if is_first(event):
        return
    report = report_of(event)
    before = _before(report)
    if before is not None and before.returned_at is not None:
        for above in superiors(report):
            tell(
                holders(above, SUPERVISORS),
                "report.sent_again",
                subject=ref(report),
                unit=report.unit,
                **_facts(report),
            )


def tell_holders_of_old_figure(event: Event) -> None:
    """A corrected report: tell every superior whose signed report still holds the old figure (C08)."""
    if is_first(event):
        return
    report = report_of(event)
    for above in superiors(report):
        holds = current_report(above, report.form, report.day)
        if holds is not None and _holds_older(holds, report):
            tell(
                holders(above, SUPERVISORS), "report.corrected", subject=ref(report), unit=report.unit, **_facts(report)
            )


def mark_copies_handed_over(event: Event) -> None:
    """A corrected report: mark each recipient outside that holds an old figure, of the unit and above (E04)."""
    if is_first(event):
        return
    report = report_of(event)
    for unit in (report.unit, *superiors(report)):
        for copy in mark_outdated(unit, report.day):
            subject = f"{ref(copy)}/{report.revision}"
            tell(holders(unit, RECEIVING), "copy.outdated", subject=subject, unit=unit, day=str(report.day))


def owe_screening_today(event: Event) -> None:
    """A unit that gets a screener today owes today's screening."""
    unit = unit_of(event.unit)
    open_day(clock.today(unit.zone), among=Q(pk=unit.pk))


def hand_screening_over(event: Event) -> None:
    """When a screener goes on leave, today's task goes to the substitute."""
    person = Absence.objects.values_list("person_id", flat=True).get(pk=key_of(event)[0])
    away = Account.objects.filter(person_id=person).values_list("pk", flat=True)
    hand_over(Screener.objects.filter(account_id__in=away, until__isnull=True).values_list("unit_id", flat=True))


def due_name(event: Event) -> str:
    facts = event.facts
    return f"{facts['code']}/{facts['what']}/{facts['day']}/{facts['slot']}/{facts['due_at']}"


def is_first(event: Event) -> bool:
    return key_of(event)[-1] == "1"


def report_of(event: Event) -> UnitReport:
    unit, form, day, revision = key_of(event)
    found = UnitReport.objects.select_related("unit")
    return found.get(unit_id=unit, form=form, day=date.fromisoformat(day), revision=revision)


def _before(report: UnitReport) -> UnitReport | None:
    older = UnitReport.objects.filter(unit=report.unit, form=report.form, day=report.day)
    return older.filter(revision=report.revision - 1).first()


def superiors(report: UnitReport) -> list[Unit]:
    owed = Due.objects.filter(unit=report.unit, kind=REPORT, day=report.day, recipient__isnull=False)
    return [due.recipient for due in owed.select_related("recipient") if due.recipient is not None]


def _holds_older(above: UnitReport, report: UnitReport) -> bool:
    sources: list[dict[str, Any]] = above.children.get("sources", [])
    return any(s["unit"] == report.unit.code and s["revision"] < report.revision for s in sources)


def _facts(report: UnitReport) -> dict[str, Any]:
    return {"day": str(report.day), "form": report.form, "revision": report.revision, "reason": report.reason}

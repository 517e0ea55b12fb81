"""A signed report on one sheet (签报日报), sending it back, why it is missing, and the list of receipts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianfang.capabilities.daily_report.actions import explain_gap, send_back, signs_for
from lianfang.capabilities.daily_report.intake import yesterday_of
from lianfang.domain.counts import difference
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SUPERVISORS
from lianfang.interfaces.titles import labelled
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import page, said_of, signed_in, told, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import DAILY, Edition, form_on, hazard_forms
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import current_report, since_sent

SHOWN = 50


@signed_in
def show(request: HttpRequest, code: str, day: str, form: str, revision: int | None = None) -> HttpResponse:
    """A report as it was signed; a revision number shows that very sheet, unchanged."""
    return page(request, "pages/report.html", {"report": _sheet(request, code, day, form, revision, None)})


def _sheet(
    request: HttpRequest, code: str, day: str, form: str, revision: int | None, refused: Refused | None
) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit, on = unit_of(actor, code), parse_day(day, "day", [])
    edition = form_on(form, on)
    revisions = list(UnitReport.objects.filter(unit=unit, form=form, day=on).order_by("revision"))
    chosen = (
        next((r for r in revisions if r.revision == revision), None)
        if revision
        else (revisions[-1] if revisions else None)
    )
    if chosen is None:
        raise Http404
    earlier = [r for r in revisions if r.revision <= chosen.revision]
    return {
        **_head(unit, chosen, edition),
        **_body(unit, chosen, earlier, edition),
        **_deeds(actor, unit, chosen, refused),
    }


def _head(unit: Unit, report: UnitReport, form: Edition) -> dict[str, Any]:
    due = due_of(REPORT, unit, report.day)
    children = report.children
    return {
        "title": form.title[language()],
        "unit": str(unit),
        "superior": str(due.recipient) if due and due.recipient else "",
        "number": str(report.receipt)[-12:],
        "day": report.day,
        "revision": report.revision,
        "status": _status(report),
        "coverage": {
            "expected": children.get("expected"),
            "received": children.get("received"),
            "missing": len(children.get("gaps", [])),
            **{name: children.get(name) for name in ("zero", "on_time", "late", "returned", "excused")},
        },
        "sentence": labelled(str(unit), form.zero_sentence[language()]) if report.nothing_to_report else "",
        "signer": report.signer,
        "signed_at": report.received_at,
        "receipt": states.receipt_of(report),
        "printed_at": clock.now(),
        "remarks": [{"label": str(_("Remark")), "text": report.remark}] if report.remark else [],
    }


def _status(report: UnitReport) -> str:
    if report.returned_at:
        return "returned"
    if not report.current:
        return "corrected"
    if report.nothing_to_report:
        return "zero"
    return "sent" if report.on_time else "late"


def _body(unit: Unit, report: UnitReport, revisions: list[UnitReport], form: Edition) -> dict[str, Any]:
    labels = {item.code: item.zh if language() == "zh" else item.en for item in form.items}
    earlier = revisions[:-1]
    before = yesterday_of(unit, form, report.day) or {}
    gaps = Unit.objects.filter(code__in=report.children.get("gaps", [])).order_by("code")
    return {
        "lines": [
            {
                "label": labels[c],
                "unit": "",
                "value": states.shown(report.values.get(c), c, report.children),
                "yesterday": before.get(c),
                "old": _old(earlier, c, report),
            }
            for c in labels
        ],
        "hazards": _hazards(unit, report),
        "gaps": [{"name": str(gap), "note": str(_("not in when this was signed"))} for gap in gaps],
        "revisions": _revisions(revisions, labels),
        "difference": _since(report, labels),
    }


def _old(earlier: list[UnitReport], code: str, report: UnitReport) -> list[Any]:
    values = [r.values.get(code) for r in earlier]
    return [v for v in dict.fromkeys(values) if v != report.values.get(code)]


def _hazards(unit: Unit, report: UnitReport) -> list[dict[str, str]]:
    lines = []
    for form in hazard_forms(report.day):
        other = current_report(unit, form.code, report.day) if form.code != report.form else None
        if other is not None:
            state = _("all well") if other.nothing_to_report else _("something to report")
            lines.append({"label": form.title[language()], "state": str(state), "remark": other.remark})
    return lines


def _revisions(revisions: list[UnitReport], labels: dict[str, str]) -> list[dict[str, Any]]:
    shown = []
    for before, after in zip([None, *revisions], revisions, strict=False):
        changes = difference(before.values, after.values) if before else {}
        shown.append(
            {
                "number": after.revision,
                "at": after.received_at,
                "by": after.signer,
                "why": after.reason or (after.return_reason if after.returned_at else ""),
                "changes": [{"label": labels.get(c, c), "old": old, "new": new} for c, (old, new) in changes.items()],
            }
        )
    return shown[::-1] if len(shown) > 1 else []


def _since(report: UnitReport, labels: dict[str, str]) -> list[dict[str, Any]]:
    """What lower units have corrected since: the figure in this sheet, the figure now."""
    moved: dict[str, int] = {}
    for correction in since_sent(report):
        for item, delta in correction.deltas.items():
            moved[item] = moved.get(item, 0) + delta
    return [
        {"label": labels[c], "sent": report.values[c], "now": report.values[c] + d, "change": d}
        for c, d in moved.items()
        if c in labels and isinstance(report.values.get(c), int) and d
    ]


def _deeds(actor: Actor, unit: Unit, report: UnitReport, refused: Refused | None) -> dict[str, Any]:
    above = unit.parent
    stands = report.current and report.returned_at is None
    may_return = stands and above is not None and actor.holds(SUPERVISORS, above)
    at = f"/reports/{unit.code}/{report.day}"
    form = {
        "action": f"{at}/{report.form}/send-back",
        "errors": said_of(refused, "reason") if refused else [],
        "value": "",
    }
    return {
        "printed_by": actor.name,
        "correct_url": f"{at}/entry" if report.current and signs_for(actor, unit) and report.form == DAILY else "",
        "send_back": form if may_return else None,
        "void_url": "",
    }


@require_POST
@signed_in
def back(request: HttpRequest, code: str, day: str, form: str) -> HttpResponse:
    """Send a report back with a reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    report = current_report(unit, form, parse_day(day, "day", []))
    if report is None or unit.parent is None:
        raise Http404
    try:
        send_back(actor, superior=unit.parent, report=report, reason=request.POST.get("reason", ""))
    except Refused as refused:
        if refused.code != "required":
            raise
        return page(
            request, "pages/report.html", {"report": _sheet(request, code, day, form, None, refused)}, status=422
        )
    told(request, _("Sent back. It is owed again until a new one comes."))
    return redirect(f"/board/{unit.parent.code}?day={day}")


@require_POST
@signed_in
def explain(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """Write down why a unit's report is missing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    due = due_of(REPORT, unit, parse_day(day, "day", []))
    if due is None or unit.parent is None:
        raise Http404
    explain_gap(actor, superior=unit.parent, due=due, reason=request.POST.get("reason", ""))
    told(request, _("The reason is written down. The unit stays missing until it reports."))
    return redirect(f"/board/{unit.parent.code}?day={day}")


@signed_in
def receipts(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a unit has sent, newest first, with what proves it."""
    unit = unit_of(request.actor, code)  # type: ignore[attr-defined]
    rows = UnitReport.objects.filter(unit=unit).order_by("-day", "form", "-revision")[:SHOWN]
    empty = {
        "kind": "new",
        "title": _("Nothing sent yet"),
        "detail": "",
        "actions": [{"label": _("Duty desk"), "url": f"/board/{unit.code}", "primary": True}],
    }
    context = {
        "unit": str(unit),
        "superior": str(unit.parent) if unit.parent else "",
        "tabs": [],
        "pager": None,
        "empty": empty,
        "rows": [_receipt_row(unit, report) for report in rows],
    }
    return page(request, "pages/receipts.html", {"receipts": context})


def _receipt_row(unit: Unit, report: UnitReport) -> dict[str, Any]:
    return {
        "key": f"{report.day}-{report.form}-{report.revision}",
        "day": report.day,
        "url": f"/reports/{unit.code}/{report.day}/{report.form}/{report.revision}",
        "kind": form_on(report.form, report.day).title[language()],
        "status": _status(report),
        "word": None,
        "sent_at": report.received_at,
        "received_at": report.received_at,
        "number": str(report.receipt)[-12:],
        "hash": report.hash,
        "revision": report.revision,
        "signer": report.signer,
    }

"""The closing report on paper (结班报告): of a class, or of all classes of a phase; figures from records only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import typst
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.training.closing import kept_figures, phase_report, runs_of
from lianfang.capabilities.training.models import ClassRun, TrainingPhase
from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.domain.classes.states import CLOSED
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.templatetags.formats import iso
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import signed_in
from lianfang.interfaces.web.views.training import placed, run_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor

TEMPLATE = Path(__file__).resolve().parent / "training_report.typ"


@require_GET
@signed_in
def of_class(request: HttpRequest, number: UUID) -> HttpResponse:
    """The closing report of a closed class as PDF."""
    run = run_of(request.actor, number)  # type: ignore[attr-defined]
    if run.state != CLOSED:
        raise Http404
    title = str(_("Closing report of a class"))
    drawn = _sheet(request, title, str(run.unit), f"{run.first_day} – {run.last_day}", run.report)
    drawn["closing"] = [
        str(_("Closed by {name} at {at}.")).format(name=run.closed_by, at=iso(run.closed_at)),
        str(_("Every figure is counted from records; none is typed.")),
    ]
    return _file(drawn, f"{title}-{run.unit.code}.pdf")


@require_GET
@signed_in
def of_phase(request: HttpRequest, code: str) -> HttpResponse:
    """The report of the last training phase of a unit as PDF: every class in a line, and the sums."""
    _actor, unit = placed(request, code)
    phases = TrainingPhase.objects.filter(unit__path__startswith=unit.path).select_related("unit")
    phase = phases.order_by("-last_day").first()
    if phase is None:
        raise Http404
    title = str(_("Closing report of a training phase"))
    drawn = _sheet(request, title, str(phase.unit), f"{phase.first_day} – {phase.last_day}", phase_report(phase))
    drawn["heads"] = [str(_("Number")), str(_("Class")), str(_("Dates")), str(_("Attendances")), str(_("Temperatures"))]
    drawn["lines"] = [_line(run) for run in runs_of(phase.unit, phase)]
    drawn["closing"] = [str(_("Every figure is counted from records; none is typed."))]
    return _file(drawn, f"{title}-{unit.code}.pdf")


def _line(run: ClassRun) -> list[str]:
    days = f"{run.first_day} – {run.last_day}"
    if run.state != CLOSED:
        return [str(run.number), str(run.unit), days, "—", "—"]
    figures = kept_figures(run)
    return [str(run.number), str(run.unit), days, str(figures.attendances), f"{figures.received}/{figures.expected}"]


def _sheet(request: HttpRequest, title: str, unit: str, days: str, report: Mapping[str, Any]) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = _words()
    printed = str(_("Printed by {name} at {at}")).format(name=actor.name, at=iso(clock.now()))
    return {
        "title": title, "unit": unit, "days": days, "printed": printed, "lang": language(), "heads": [], "lines": [],
        "rows": [[word, str(report[name])] for name, word in words.items() if name in report], "closing": [],
    }  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "classes": str(_("Classes")), "attendances": str(_("Attendances")), "infected": str(_("Infected")),
        "isolated": str(_("Isolated")), "expected": str(_("Temperatures at the door owed")),
        "received": str(_("Temperatures at the door taken")), "fevers": str(_("Fevers at the door")),
        "orders": str(_("Orders before classes")), "orders_signed": str(_("Orders signed off")),
        "order_signed": str(_("Orders signed off")), "zone_rounds_owed": str(_("Disinfections of zones owed")),
        "zone_rounds": str(_("Disinfections of zones done")), "out_of_sitting": str(_("Meals out of sitting")),
    }  # fmt: skip


def _file(drawn: dict[str, Any], name: str) -> HttpResponse:
    """The sheet as PDF. Refused with `font.missing` where no font of this machine has Chinese characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    drawn["fonts"] = list(fonts)
    made = typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(drawn, ensure_ascii=False)}).compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("a report of several files")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["Cache-Control"] = "no-store"
    return response

"""The briefing of an incident on paper (情况简报): ICS 201 in front, the activity log (ICS 214) behind it, as PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import typst
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.incidents.actions import verdicts
from lianfang.capabilities.incidents.log import Entry, log_of
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.incidents.models.incident import SEVERITIES
from lianfang.capabilities.incidents.seen import seen_words
from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.templatetags.formats import clock as clock_words
from lianfang.interfaces.web.templatetags.formats import day, iso, language
from lianfang.interfaces.web.views.frame import signed_in
from lianfang.interfaces.web.views.incidents_one import incident_for
from lianfang.interfaces.web.views.incidents_words import (
    clock_title,
    entry_words,
    minutes,
    role_words,
    runbook_words,
    state_chip,
    stop_words,
    verdict_chip,
    where_of,
)
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

TEMPLATE: Final = Path(__file__).with_name("incidents_briefing.typ")
UNKNOWN: Final = "—"


@require_GET
@signed_in
def briefing(request: HttpRequest, number: UUID) -> HttpResponse:
    """The briefing as a file; taking it is on record."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    incident = incident_for(actor, number)
    made = as_paper(incident, by=actor.name)
    record("briefing.printed", by=actor, unit=incident.unit, subject=incident, facts={})
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{_('Briefing')}-{iso(incident.detected_at.date())}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def as_paper(incident: Incident, *, by: str) -> bytes:
    """The bytes of the PDF. Refused `font.missing` where no font of this machine has Chinese characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    sheet = {**drawn(incident, by=by), "fonts": list(fonts), "lang": language()}
    made = typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)}).compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("a briefing of several files")
    return made


def drawn(incident: Incident, *, by: str) -> dict[str, Any]:
    """What the paper shows, all of it text."""
    owed = list(tasks.of(incident))
    printed = _("Printed {at} by {name}").format(at=iso(clock.now()), name=by)
    return {
        "title": _("Incident briefing"), "sub": f"{incident} · {where_of(incident)}",
        "unit": str(incident.unit), "day": day(incident.detected_at, "date"), "printed": printed,
        "facts": _facts(incident), "blocks": _blocks(incident),
        "clocks": {"title": _("Clocks"), "heads": _clock_heads(), "rows": _clock_rows(incident)},
        "actions": {"title": _("Actions"), "heads": _action_heads(), "rows": [_action(one) for one in owed]},
        "people": {"title": _("Resources and organisation"), "heads": _people_heads(), "rows": _people(incident)},
        "referrals": {"title": _("Referral"), "heads": _referral_heads(), "rows": _referrals(incident)},
        "log": {"title": _("Activity log"), "heads": [_("Time"), _("Notable activity"), _("By")],
                "rows": [_log_row(one) for one in log_of(incident, own=owed)]},
    }  # fmt: skip


def _log_row(entry: Entry) -> list[str]:
    return [clock_words(entry.at, seconds=True), entry_words(entry), entry.by or UNKNOWN]


def _facts(incident: Incident) -> list[list[str]]:
    severity = dict(SEVERITIES).get(incident.severity, UNKNOWN)
    facts = [
        (_("Status"), state_chip(incident)["word"]), (_("Severity"), str(severity)),
        (_("Detected at"), f"{iso(incident.detected_at)}:{incident.detected_at.second:02}"),
        (_("Reported by"), incident.reporter),
        (_("Runbook"), runbook_words(incident.runbook, incident.runbook_version)),
        (_("Cause of a delay"), incident.cause or UNKNOWN),
    ]  # fmt: skip
    return [[str(label), str(text)] for label, text in facts]


def _blocks(incident: Incident) -> list[list[str]]:
    texts = [
        (_("Situation"), incident.situation or seen_words(incident)), (_("Objectives"), incident.objectives),
        (_("Map in words"), incident.map_text), (_("How it ended"), incident.outcome),
    ]  # fmt: skip
    return [[str(title), text or UNKNOWN] for title, text in texts]


def _clock_heads() -> list[str]:
    return [_("Clock"), _("Stopped at"), _("Took"), _("Limit"), _("Result"), _("By")]


def _clock_rows(incident: Incident) -> list[list[str]]:
    stops = {one.what: one for one in incident.stops.order_by("revision")}
    rows = []
    if stop := stops.get("on_scene"):
        took = minutes(stop.at - incident.detected_at)
        rows.append([stop_words("on_scene"), clock_words(stop.at, seconds=True), took, UNKNOWN, UNKNOWN, stop.by])
    for one in verdicts(incident):
        found = stops.get(one.what)
        at, by = (clock_words(found.at, seconds=True), found.by) if found else (UNKNOWN, UNKNOWN)
        rows.append([
            clock_title(one.what), at, minutes(one.elapsed), minutes(one.limit), verdict_chip(one)["word"], by,
        ])  # fmt: skip
    return rows


def _action_heads() -> list[str]:
    return [_("Action taken"), _("Duty"), _("Due"), _("Done at"), _("Done by")]


def _action(task: Task) -> list[str]:
    number = f"{task.number}. " if task.kind == "step" else ""
    done = clock_words(task.settled_at, seconds=True) if task.settled_at else task.excused or UNKNOWN
    return [f"{number}{task}", role_words([task.role]), clock_words(task.due_at), done, task.settled_by or UNKNOWN]


def _referral_heads() -> list[str]:
    return [_("Medical institution"), _("Transport"), _("Handed over at"), _("Handed over by"), _("Taken in at"),
            _("Taken in by")]  # fmt: skip


def _referrals(incident: Incident) -> list[list[str]]:
    return [
        [one.provider, one.transport, clock_words(one.handed_over_at, seconds=True), one.handed_over_by,
         clock_words(one.accepted_at, seconds=True) if one.accepted_at else UNKNOWN, one.accepted_by or UNKNOWN]
        for one in incident.referrals.order_by("handed_over_at")
    ]  # fmt: skip


def _people_heads() -> list[str]:
    return [_("Duty"), _("Name"), _("Called at"), _("On the way at")]


def _people(incident: Incident) -> list[list[str]]:
    return [
        [role_words([one.role]), one.name or _("nobody"), clock_words(one.at, seconds=True),
         clock_words(one.answered_at, seconds=True)]
        for one in incident.calls.order_by("role", "name")
    ]  # fmt: skip

"""One incident (处置页): clocks, steps with their owners, who was called, the log, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.incidents.actions import verdicts
from lianfang.capabilities.incidents.clocks import concerned
from lianfang.capabilities.incidents.codes import lacking
from lianfang.capabilities.incidents.duties import LEADS, MEDICAL, RESPONDERS
from lianfang.capabilities.incidents.log import log_of
from lianfang.capabilities.incidents.models import ClusterAlert, CodeEvent, Incident
from lianfang.capabilities.incidents.models.codes import COLOURS, RESULTS
from lianfang.capabilities.incidents.models.incident import SEVERITIES
from lianfang.capabilities.incidents.referring import REFERRERS
from lianfang.capabilities.incidents.register import CodeEvents, Incidents
from lianfang.capabilities.incidents.seen import seen_words
from lianfang.capabilities.incidents.steps import DONE_HERE, NOTICE, ORDER, TEST
from lianfang.domain.identity import mask_name
from lianfang.domain.incidents.clocks import ON_SCENE, STOPS, failed_on
from lianfang.domain.incidents.flows import UNFINISHED, flow_of
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.incidents_clocks import bar_of
from lianfang.interfaces.web.views.incidents_words import (
    entry_words,
    role_words,
    runbook_words,
    state_chip,
    stop_words,
    verdict_chip,
    where_of,
)
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.evidence.ops import photos_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

GROUPS: Final = ("step", NOTICE, TEST, ORDER)
EVERY: Final = 15  # seconds between looks


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The page of an incident; a task of an alert or of a code leads here too and is passed on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if elsewhere := _elsewhere(actor, number):
        return redirect(elsewhere)
    return shown(request, incident_for(actor, number))


def incident_for(actor: Actor, number: UUID) -> Incident:
    """The incident, if the actor may see it; otherwise there is none."""
    found: Incident | None = Incidents.rows(actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _elsewhere(actor: Actor, number: UUID) -> str:
    if Incident.objects.filter(pk=number).exists():
        return ""
    if event := CodeEvent.objects.filter(pk=number).first():
        seen = Incidents.rows(actor).filter(pk=event.incident_id).exists()
        return f"/incidents/{event.incident_id}" if seen else "/incidents/own"
    return f"/alerts/clusters/{number}" if ClusterAlert.objects.filter(pk=number).exists() else ""


def shown(
    request: HttpRequest, incident: Incident, *, posted: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page, or the page again with what was wrong and what was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {"incident": content_of(actor, incident), "typed": posted or {}, "errors": errors or []}
    return page(request, "pages/incident.html", context, status=422 if errors else 200)


def content_of(actor: Actor, incident: Incident) -> dict[str, Any]:
    """Everything the page shows."""
    owed = list(tasks.of(incident))
    judged = verdicts(incident)
    stops = {one.what: one for one in incident.stops.order_by("revision")}
    running = incident.state in UNFINISHED
    leads, works = actor.holds(LEADS, incident.unit), actor.holds(RESPONDERS, incident.unit)
    near = works and concerned(actor, incident)
    return {
        "url": f"/incidents/{incident.pk}", "kind": str(incident), "where": where_of(incident), "row": incident,
        "seen": seen_words(incident),
        "runbook": runbook_words(incident.runbook, incident.runbook_version),
        "chip": state_chip(incident), "every": EVERY if running else None, "running": running,
        "bars": [bar_of(incident, one, stops.get(one.what)) for one in judged],
        "summary": [{**verdict_chip(one), "what": one.what} for one in judged],
        "stops": _stops(incident) if running and near else [],
        "corrections": _corrections(incident) if running and leads else [],
        "groups": _groups(incident, owed, works=running and works), "done": _done(owed),
        "calls": _calls(incident), "called": _is_called(actor, incident),
        "log": [{"at": one.at, "by": one.by, "text": entry_words(one)} for one in reversed(log_of(incident, own=owed))],
        "messages": _messages(incident) if running and works else [],
        "late": bool(failed_on(judged)), "may_lead": leads and running, "may_note": works and running, "near": near,
        "closes": _closes(incident, owed, leads=leads and running),
        "severities": [{"value": code, "label": str(word)} for code, word in SEVERITIES],
        "referrals": _referrals(actor, incident), "code": _code(actor, incident),
        "photos": [one.pk for one in photos_of(incident)[:12]],
    }  # fmt: skip


def _stops(incident: Incident) -> list[dict[str, str]]:
    """The clocks that can still be stopped now; a hazard has no scene, and nobody arrives once it is under control."""
    names = [one for one in STOPS if one != ON_SCENE or incident.contained_at is None] if incident.clocked else []
    return [{"code": one, "label": stop_words(one)} for one in names if getattr(incident, f"{one}_at") is None]


def _corrections(incident: Incident) -> list[dict[str, Any]]:
    stopped = [one for one in STOPS if getattr(incident, f"{one}_at")]
    return [{"code": one, "label": stop_words(one), "at": getattr(incident, f"{one}_at")} for one in stopped]


def _groups(incident: Incident, owed: list[Task], *, works: bool) -> list[dict[str, Any]]:
    titles = {"step": _("Steps"), NOTICE: _("Notices"), TEST: _("Tests"), ORDER: _("Disinfection")}
    names = _owners(owed)
    done = {one.number for one in owed if one.kind == "step" and (one.settled_at or one.excused)}
    numbers = {one.number: str(one) for one in owed if one.kind == "step"}
    found = []
    for kind in GROUPS:
        rows = [_row(one, names, done, numbers, works=works) for one in owed if one.kind == kind]
        if rows:
            found.append({"kind": kind, "title": titles[kind], "rows": rows})
    return found


def _owners(owed: list[Task]) -> dict[int, str]:
    wanted = {one.account_id for one in owed if one.account_id}
    return dict(Account.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _row(
    task: Task, names: Mapping[int, str], done: set[int], numbers: Mapping[int, str], *, works: bool
) -> dict[str, Any]:  # fmt: skip
    waits = [numbers[number] for number in task.waits_for if number not in done and number in numbers]
    return {
        "key": str(task.pk), "number": task.number, "text": str(task), "role": role_words([task.role]),
        "owner": names.get(task.account_id or 0, ""), "due": task.due_at, "at": task.settled_at,
        "by": task.settled_by, "note": task.note, "chip": _chip(task, waits), "waits": waits,
        "may": works and not waits and task.settled_at is None and not task.excused and task.kind in DONE_HERE,
    }  # fmt: skip


def _chip(task: Task, waits: list[str]) -> dict[str, str]:
    late = task.due_at is not None and (task.settled_at or clock.now()) > task.due_at
    if task.excused:
        return {"state": "wait", "word": _("Not owed any more")}
    if task.settled_at:
        return {"state": "warn", "word": _("Done late")} if late else {"state": "ok", "word": _("Done")}
    if late:
        return {"state": "bad", "word": _("Past its time")}
    return {"state": "wait", "word": _("Waits")} if waits else {"state": "info", "word": _("Can be done now")}


def _done(owed: list[Task]) -> dict[str, int]:
    wanted = [one for one in owed if not one.excused or one.settled_at]
    return {"n": sum(one.settled_at is not None for one in wanted), "whole": len(wanted)}


def _calls(incident: Incident) -> list[dict[str, Any]]:
    return [
        {"role": role_words([one.role]), "name": one.name, "at": one.at, "answered": one.answered_at}
        for one in incident.calls.order_by("role", "name")
    ]


def _is_called(actor: Actor, incident: Incident) -> bool:
    """Whether this account was called and has not answered."""
    return incident.calls.filter(account_id=actor.account_id or 0, answered_at__isnull=True).exists()


def _messages(incident: Incident) -> list[dict[str, Any]]:
    """The messages that wait for a reply."""
    waiting = incident.lines.filter(kind="message", replies__isnull=True).order_by("at")
    return [{"key": str(one.pk), "to": one.to, "text": one.text, "by": one.by} for one in waiting]


def _closes(incident: Incident, owed: list[Task], *, leads: bool) -> dict[str, Any] | None:
    """What still stands in the way of closing; None where one does not lead."""
    if not leads:
        return None
    waiting = [str(one) for one in owed if one.settled_at is None and not one.excused]
    ready = "close" in flow_of(clocked=incident.clocked).allowed(incident.state)
    return {"ready": ready and not waiting, "handled": ready, "waiting": len(waiting)}


def _referrals(actor: Actor, incident: Incident) -> dict[str, Any] | None:
    """Who was handed over to which hospital; None where nobody was and one writes none down."""
    may = actor.holds(REFERRERS, incident.unit) and incident.state in UNFINISHED
    rows = [
        {"key": str(one.pk), "provider": one.provider, "transport": one.transport, "at": one.handed_over_at,
         "by": one.handed_over_by, "accepted_at": one.accepted_at, "accepted_by": one.accepted_by}
        for one in incident.referrals.order_by("handed_over_at")
    ]  # fmt: skip
    return {"rows": rows, "may": may} if rows or may else None


def _code(actor: Actor, incident: Incident) -> dict[str, Any] | None:
    """The person and the tests of a code event, for those who may see people's health."""
    event = CodeEvents.rows(actor).filter(incident=incident).first()
    if event is None:
        return None
    results = dict(RESULTS)
    latest = {one.number: one for one in event.tests.order_by("number", "revision")}
    owed = tasks.counted(tasks.of(event), at=clock.now())
    return {
        "key": str(event.pk), "name": mask_name(event.person.name), "person": f"/people/{event.person_id}",
        "colour": event.colour, "colour_word": str(dict(COLOURS)[event.colour]), "cause": event.cause,
        "found_at": event.found_at, "until": event.home_until, "edition": event.edition, "readings": owed,
        "tests": [
            {"number": n, "result": str(results[latest[n].result]) if n in latest else "",
             "at": latest[n].sampled_at if n in latest else None, "again": n in latest}
            for n in range(1, event.terms["tests"] + 1)
        ],
        "results": [{"value": code, "label": str(word)} for code, word in RESULTS],
        "may_test": actor.holds(MEDICAL, incident.unit) and event.closed_at is None, "lacking": lacking(event),
    }  # fmt: skip

"""Acts on an incident (处置操作): every button of its page is one action, read as its form is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lianfang.capabilities.incidents.actions import (
    accept_referral,
    answer_call,
    brief,
    close_incident,
    complete_step,
    correct_stop,
    dismiss_incident,
    explain_delay,
    order_disinfection,
    record_test,
    refer,
    reply,
    stop_clock,
    write_log,
)
from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import Incident
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, signed_in
from lianfang.interfaces.web.views.incidents_one import incident_for, shown
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.ops import attach
from lianfang.kernel.fields import read_parameters

DEEDS: Final[Mapping[str, Callable[..., Any]]] = {
    "accept": accept_referral,
    "answer": answer_call,
    "brief": brief,
    "close": close_incident,
    "correct": correct_stop,
    "disinfect": order_disinfection,
    "dismiss": dismiss_incident,
    "explain": explain_delay,
    "note": write_log,
    "refer": refer,
    "reply": reply,
    "step": complete_step,
    "stop": stop_clock,
    "test": record_test,
}
"""The acts that the page offers, by their place in the address."""


@require_POST
@signed_in
def do(request: HttpRequest, number: UUID, deed: str) -> HttpResponse:
    """One act on an incident; refused, the page comes back with the reason and what was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    incident = incident_for(actor, number)
    if deed == "photo":
        return _photo(request, actor, incident)
    function = DEEDS.get(deed)
    if function is None:
        raise Http404
    try:
        _call(function, actor, incident, request)
    except Refused as refused:
        return shown(request, incident_for(actor, number), posted=request.POST, errors=errors_of(refused))
    return redirect(f"/incidents/{number}")


def _call(function: Callable[..., Any], actor: Actor, incident: Incident, request: HttpRequest) -> None:
    declared = function.action  # type: ignore[attr-defined]
    names = {one.name for one in declared.parameters}
    raw: dict[str, Any] = {
        name: str(value) for name, value in request.POST.items() if name in names and str(value).strip()
    }
    if "incident" in names:
        raw["incident"] = str(incident.pk)
    if "places" in raw:
        raw["places"] = [one.strip() for one in raw["places"].splitlines() if one.strip()]
    given = read_parameters(declared, actor, raw, channel="form")
    _check_belongs(given, incident)
    function(actor, **given)


def _check_belongs(given: Mapping[str, Any], incident: Incident) -> None:
    """What is named belongs to the incident in the address."""
    owners: Mapping[str, Callable[[Any], bool]] = {
        "task": lambda row: row.subject == f"{Incident._meta.label_lower}:{incident.pk}",
        "line": lambda row: row.incident_id == incident.pk,
        "event": lambda row: row.incident_id == incident.pk,
        "referral": lambda row: row.incident_id == incident.pk,
    }
    for name, belongs in owners.items():
        if name in given and not belongs(given[name]):
            raise Refused("scope", name)


def _photo(request: HttpRequest, actor: Actor, incident: Incident) -> HttpResponse:
    sent = request.FILES.get("photo")
    if not actor.holds(RESPONDERS, incident.unit):
        raise Http404
    try:
        if sent is None:
            raise Refused("required", "photo")
        attach(actor, incident.unit, about=incident, upload=sent.read(), name=sent.name or "photo")
    except Refused as refused:
        return shown(request, incident, posted=request.POST, errors=errors_of(refused))
    return redirect(f"/incidents/{incident.pk}")

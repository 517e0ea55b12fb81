"""Incidents (突发情况): the list with its clocks, and raising one on a phone, also without a network."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.incidents.actions import open_incident, stop_clock, verdicts
from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.incidents.register import Incidents
from lianfang.capabilities.incidents.shipped import kinds
from lianfang.domain.incidents.flows import UNFINISHED
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.views.frame import check_sender, errors_of, page, signed_in, wants_json
from lianfang.interfaces.web.views.incidents_clocks import bar_of
from lianfang.interfaces.web.views.incidents_codes import link_of
from lianfang.interfaces.web.views.incidents_words import clock_title, state_chip, stop_words, where_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import default_policy
from lianfang.kernel.reporting.receipts import claim, complete

MOST: Final = 100
MOST_SPOTS: Final = 8
STOPS: Final = ("on_scene", "contained", "reported")


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The open incidents first, with their clocks; then the newest closed ones."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not Incidents.open_to(actor):
        raise Http404
    rows = Incidents.rows(actor).order_by("-detected_at")
    running = list(rows.filter(state__in=UNFINISHED)[:MOST])
    finished = list(rows.exclude(state__in=UNFINISHED)[:MOST])
    context = {
        "open": [_listed(one) for one in running],
        "done": [_listed(one) for one in finished],
        "may_raise": bool(actor.roles & set(RESPONDERS)),
        "codes_url": link_of(actor),
        "every": 15,
    }
    return page(request, "pages/incidents.html", {"incidents": context})


def _listed(incident: Incident) -> dict[str, Any]:
    return {
        "url": f"/incidents/{incident.pk}",
        "kind": str(incident),
        "where": where_of(incident),
        "unit": str(incident.unit),
        "at": incident.detected_at,
        "chip": state_chip(incident),
        "bars": [bar_of(incident, one) for one in verdicts(incident)],
    }


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Raise an emergency: who, where, which kind. The outbox also brings the stops made while there was no network."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    units = units_of(actor)
    if not units:
        raise Http404
    if request.method == "GET":
        return page(request, "pages/incident_new.html", {"raise": _form(actor, units, {})})
    try:
        with transaction.atomic():
            receipt = _received(request, actor, units)
    except Refused as refused:
        if wants_json(request):
            return problem_response(request, refused)
        context = {"raise": _form(actor, units, request.POST), "errors": errors_of(refused)}
        return page(request, "pages/incident_new.html", context, status=422)
    return JsonResponse(receipt) if wants_json(request) else redirect(receipt["url"])


def units_of(actor: Actor) -> list[Unit]:
    """Where somebody may raise an emergency: the units they hold a duty over, the nearest first."""
    found = {post.unit.pk: post.unit for post in actor.posts if post.role in RESPONDERS}
    return sorted(found.values(), key=lambda unit: (-unit.path.count("/"), unit.code))


def _received(request: HttpRequest, actor: Actor, units: list[Unit]) -> dict[str, Any]:
    check_sender(request)
    posted = {name: str(value).strip() for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    key = posted.get("key") or str(uuid7())
    unit = _unit_of(units, posted.get("unit", ""))
    at = _claimed(request, unit)
    receipt, is_new = claim(actor, key[:120], {**posted, "key": key}, kind="incident", unit=unit)
    incident = _act(actor, unit, posted, at, key) if is_new else _named(actor, posted.get("incident") or key)
    told = complete(receipt, state="received") if is_new else dict(receipt.answer)
    return {**told, "key": key, "url": f"/incidents/{incident.pk}"}


def _unit_of(units: list[Unit], code: str) -> Unit:
    """The unit that was chosen, one's nearest when none was. Refused `scope`: an emergency opens nowhere else."""
    found = next((one for one in units if code in ("", one.code)), None)
    if found is None:
        raise Refused("scope", "unit")
    return found


def _act(actor: Actor, unit: Unit, posted: dict[str, str], at: datetime | None, key: str) -> Incident:
    if posted.get("stop"):
        stopped: Incident = stop_clock(
            actor, incident=_named(actor, posted.get("incident", "")), stop=posted["stop"], at=at
        )
        return stopped
    incident: Incident = open_incident(
        actor, unit=unit, kind=posted.get("kind", ""), where=posted.get("where", ""), note=posted.get("note", ""),
        detected_at=at,
    )  # fmt: skip
    Incident.objects.filter(pk=incident.pk).update(key=key[:64])
    return incident


def _named(actor: Actor, name: str) -> Incident:
    """The incident by the key of the device that raised it, or by its own number. Refused `scope`."""
    found = Incident.objects.filter(reporter_id=actor.account_id, key=name[:64] or "-").first()
    if found is None:
        try:
            found = Incidents.rows(actor).filter(pk=UUID(name)).first()
        except ValueError:
            found = None
    if found is None:
        raise Refused("scope", "incident")
    return found


def _claimed(request: HttpRequest, unit: Unit) -> datetime | None:
    """When the device says it was: by the server's clock as far as the page knew it, else by the device's own."""
    text = request.POST.get("at", "").strip() or request.headers.get("X-Lianfang-Made-At", "").strip()
    return parse_moment(text, "at", [], zone=unit.zone, channel="json") if text else None


def _form(actor: Actor, units: list[Unit], posted: Any) -> dict[str, Any]:
    chosen = posted.get("kind", "")
    return {
        "now": clock.now(),
        "key": f"incident-{uuid7()}",
        "action": "/incidents/new",
        "kinds": [
            {"code": one.code, "label": str(one), "icon": one.icon, "chosen": one.code == chosen}
            for one in kinds().values()
            if one.offered
        ],
        "units": [{"code": one.code, "label": str(one), "chosen": one.code == posted.get("unit")} for one in units],
        "spots": _spots(units),
        "where": posted.get("where", ""),
        "note": posted.get("note", ""),
        "stops": [{"code": one, "label": stop_words(one)} for one in STOPS],
        "limit": timedelta(minutes=default_policy().incident_minutes),
        "codes_url": link_of(actor),
        "titles": {one: clock_title(one) for one in STOPS[1:]},
    }


def _spots(units: list[Unit]) -> list[str]:
    """Places that are named with one tap."""
    found = Place.objects.filter(unit__in=units, kind__in=("zone", "spot", "venue", "dining"), closed_on__isnull=True)
    return [str(one) for one in found.order_by("walk", "code")[:MOST_SPOTS]]


def shell(request: HttpRequest) -> HttpResponse:
    """The page as the device keeps it for when there is no network: it names nobody and no unit."""
    form = {**_form(Actor(None, ""), [], {}), "key": "", "spots": []}
    return page(request, "pages/incident_new.html", {"raise": form, "offline_shell": True, "title": _("Emergency")})

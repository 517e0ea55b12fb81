"""A patrol on a phone (巡查页): its points in walking order, each in order or a hazard with what was seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.incidents.actions import check_point
from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import Patrol
from lianfang.capabilities.incidents.register import Patrols
from lianfang.capabilities.incidents.shipped import kind_words
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import registry
from lianfang.kernel.fields import read_parameters


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The round under way: which points were looked at, and which come next."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    patrol: Patrol | None = Patrols.rows(actor).filter(pk=number).first()
    if patrol is None:
        raise Http404
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            return _checked(request, actor, patrol)
        except Refused as refused:
            errors = errors_of(refused)
    context = {"patrol": _content(actor, patrol), "typed": request.POST, "errors": errors}
    return page(request, "pages/incident_patrol.html", context, status=422 if errors else 200)


def _checked(request: HttpRequest, actor: Actor, patrol: Patrol) -> HttpResponse:
    declared = registry["patrol.checked"]
    raw = {name: request.POST[name] for name in ("place", "fine", "note") if request.POST.get(name, "").strip()}
    check = check_point(actor, **read_parameters(declared, actor, {**raw, "patrol": str(patrol.pk)}, channel="form"))
    if check.incident_id:
        return redirect(f"/incidents/{check.incident_id}")
    if check.round.finished_at:
        told(request, _("Every point was looked at."))
    return redirect(f"/incidents/patrols/{patrol.pk}")


def _content(actor: Actor, patrol: Patrol) -> dict[str, Any]:
    under_way = patrol.rounds.filter(finished_at__isnull=True).first()
    last = patrol.rounds.filter(finished_at__isnull=False).order_by("-finished_at").first()
    checks = {one.place_id: one for one in under_way.checks.all()} if under_way else {}
    return {
        "name": patrol.name, "kind": kind_words(patrol.kind), "unit": str(patrol.unit),
        "url": f"/incidents/patrols/{patrol.pk}", "may": actor.holds(RESPONDERS, patrol.unit),
        "last": last.finished_at if last else None, "done": len(checks),
        "points": [
            {"key": str(one.place_id), "number": one.number, "name": str(one.place), "check": checks.get(one.place_id)}
            for one in patrol.points.select_related("place")
        ],
    }  # fmt: skip

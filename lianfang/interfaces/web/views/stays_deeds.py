"""Doing something about a stay (留观办理): one address an act; and the certificate on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lianfang.capabilities.stays.models import Stay
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.forms import told_done
from lianfang.interfaces.web.views.frame import signed_in
from lianfang.interfaces.web.views.stays_acts import ACTS, Act
from lianfang.interfaces.web.views.stays_certificate import certificate
from lianfang.interfaces.web.views.stays_person import shown, stay_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.places.models import SITE_ROOM, Place


@require_POST
@signed_in
def do(request: HttpRequest, number: UUID, name: str) -> HttpResponse:
    """Do one of the acts of a stay; what is refused is said on its page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stay, one = stay_of(actor, number), ACTS.get(name)
    if one is None or not actor.holds(one.action.by, stay.unit):
        raise Http404
    try:
        result = one.call(actor, **_read(actor, one, stay, request.POST))
    except Refused as refused:
        return shown(request, stay, refused, name)
    told_done(request, one.action, result)
    return redirect(f"/stays/{stay.pk}")


def _read(actor: Actor, one: Act, stay: Stay, posted: Mapping[str, str]) -> dict[str, Any]:
    if any(name == "tick" for name, *_rest in one.fields) and posted.get("tick") != "yes":
        raise Refused("required", "tick", reason="unticked")
    raw: dict[str, Any] = {name: posted.get(name, "") for name, *_rest in one.fields if posted.get(name, "").strip()}
    raw.pop("tick", None)
    if "room" in raw:
        place = Place.objects.filter(unit=stay.unit, kind=SITE_ROOM, code=raw["room"]).first()
        if place is None:
            raise Refused("scope", "room")
        raw["room"] = str(place.pk)
    return read_parameters(one.action, actor, {**raw, "stay": str(stay.pk)}, channel="form")


@signed_in
def paper(request: HttpRequest, number: UUID) -> HttpResponse:
    """The certificate of a release, as a PDF file."""
    stay = stay_of(request.actor, number)  # type: ignore[attr-defined]
    if not stay.certificate:
        raise Http404
    answer = HttpResponse(certificate(stay, language()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{stay.certificate}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer

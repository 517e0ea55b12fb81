"""Markers at gathering spots on one list (一米线): the list the inspector sees too; checked and repaired here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import MARKER_KINDS, Marker
from lianfang.capabilities.training.register import Spots
from lianfang.capabilities.training.roles import CLEANERS, HOSTS
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.training import placed
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.ops import attach
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.tasks.models import Task

CHIPS = {"ok": "ok", "worn": "warn", "missing": "bad", "repaired": "info", "": "wait"}


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The spots of a unit with the last result of each; a form checks, repairs or adds one."""
    actor, unit = placed(request, code)
    if request.method == "GET":
        return _page(request, actor, unit, None)
    try:
        with transaction.atomic():
            text = _done(request, actor, unit)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _page(request, actor, unit, refused)
    told(request, text)
    return redirect(f"/spots/{unit.code}")


def _done(request: HttpRequest, actor: Actor, unit: Unit) -> str:
    if "add" in request.POST:
        return _add(request, actor, unit)
    marker = _marker(actor, unit, request.POST.get("marker", ""))
    evidence, upload = request.POST.get("evidence", ""), request.FILES.get("photo")
    if request.POST.get("result") == "repaired":
        check = acts.repair_marker(actor, marker=marker, evidence=evidence)
    else:
        check = acts.check_marker(actor, marker=marker, result=request.POST.get("result", ""), evidence=evidence)
    if upload is not None:
        attach(actor, marker.unit, about=check, upload=upload.read(), name=str(upload.name))
    return str(_("{spot}: {result}")).format(spot=marker, result=check.get_result_display())


def _add(request: HttpRequest, actor: Actor, unit: Unit) -> str:
    posted = request.POST
    acts.register_spot(
        actor, unit=unit, code=_text(posted, "code"), name=_text(posted, "name"), name_en=posted.get("name_en", ""),
        kind=posted.get("kind", ""), spacing_m=_metres(_text(posted, "spacing_m")), visible="visible" in posted,
    )  # fmt: skip
    return str(_("The spot is on the list."))


def _text(posted: Mapping[str, str], name: str) -> str:
    value = posted.get(name, "").strip()
    if not value:
        raise Refused("required", name)
    return value


def _metres(raw: str) -> Decimal:
    try:
        value = Decimal(raw.replace(",", "."))
    except InvalidOperation:
        raise Refused("number.format", "spacing_m") from None
    if not value.is_finite():
        raise Refused("number.format", "spacing_m")
    if value < 0:
        raise Refused("number.out_of_range", "spacing_m", low=0)
    return value


def _marker(actor: Actor, unit: Unit, raw: str) -> Marker:
    try:
        found: Marker | None = _rows(actor, unit).filter(pk=UUID(raw)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _rows(actor: Actor, unit: Unit) -> Any:
    low, high = below(unit.path)
    return Spots.rows(actor).filter(unit__path__gte=low, unit__path__lt=high).order_by("unit__code", "place__walk")


def _page(request: HttpRequest, actor: Actor, unit: Unit, refused: Refused | None) -> HttpResponse:
    markers = list(_rows(actor, unit))
    due = _due(unit)
    repairs = _repairs(unit)
    rows = [_row(one, due, repairs) for one in markers]
    context = {
        "unit": str(unit), "code": unit.code, "rows": rows, "figures": _figures(markers, len(repairs)),
        "may": actor.holds(CLEANERS, unit), "hosts": actor.holds(HOSTS, unit), "given": request.POST.dict(),
        "kinds": [{"value": code, "label": str(word)} for code, word in MARKER_KINDS],
        "list": f"/list/spots?unit={unit.code}",
    }  # fmt: skip
    errors = errors_of(refused) if refused else []
    return page(
        request, "pages/training_spots.html", {"spots": context, "errors": errors}, status=422 if refused else 200
    )


def _due(unit: Unit) -> dict[str, Any]:
    """Marker -> the day of its next check."""
    low, high = below(unit.path)
    open_ = Task.objects.filter(kind="check", settled_at=None, unit__path__gte=low, unit__path__lt=high)
    found = open_.filter(subject__startswith=f"{Marker._meta.label_lower}:").order_by("-day")
    return {task.subject.partition(":")[2]: task.day for task in found}


def _repairs(unit: Unit) -> set[UUID]:
    """The places whose marker waits for a repair."""
    low, high = below(unit.path)
    open_ = Task.objects.filter(kind="repair", settled_at=None, excused="", unit__path__gte=low, unit__path__lt=high)
    found = open_.filter(subject__startswith="training.markercheck:").values_list("place_id", flat=True)
    return {one for one in found if one}


def _row(one: Marker, due: Mapping[str, Any], repairs: set[UUID]) -> dict[str, Any]:
    next_day = due.get(str(one.pk))
    return {
        "key": str(one.pk), "name": str(one.place), "code": one.place.code, "kind": str(one.get_kind_display()),
        "spacing": f"{one.spacing_m.normalize():f}", "visible": one.visible, "checked": one.checked_on,
        "chip": CHIPS[one.state], "word": str(one.get_state_display() if one.state else _("not looked at yet")),
        "next": next_day, "late": next_day is not None and next_day < clock.today(one.unit.zone),
        "repair": one.place_id in repairs,
    }  # fmt: skip


def _figures(markers: list[Marker], repairs: int) -> list[dict[str, Any]]:
    count = Counter(one.state for one in markers)
    worn, gone = count["worn"], count["missing"]
    return [
        states.figure(str(_("Spots")), len(markers)),
        states.figure(str(_("In order")), count["ok"]),
        states.figure(str(_("Worn")), worn, tone="warn" if worn else ""),
        states.figure(str(pgettext("of a marker", "missing")), gone, tone="bad" if gone else ""),
        states.figure(str(_("Repairs open")), repairs, tone="warn" if repairs else ""),
    ]

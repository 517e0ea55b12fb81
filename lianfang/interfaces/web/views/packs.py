"""After-action packs (总结与资料): ask for one of a period or of an incident, see it being made, take its file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.briefings.models import FAILED, MADE, WAITING, Pack
from lianfang.capabilities.briefings.packs import PACKERS, ask_pack
from lianfang.capabilities.briefings.register import Packs
from lianfang.capabilities.incidents.models import Incident
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told, unit_of
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.registers.register import registers

LISTED: Final = 60  # packs, and incidents to choose from; all are in their registers
EVERY_SECONDS: Final = 5  # while one is being made
CHIPS: Final = {WAITING: "wait", MADE: "ok", FAILED: "bad"}


def placed(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """The unit in the address, for whoever makes its packs; anybody else does not find it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(PACKERS, unit):
        raise Refused("scope", "unit")
    return actor, unit


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The packs of a unit and of all below it, newest first, and the forms for a new one."""
    return _shown(request, *placed(request, code))


def _shown(request: HttpRequest, actor: Actor, unit: Unit, refused: Refused | None = None) -> HttpResponse:
    low, high = below(unit.path)
    rows = list(Packs.rows(actor).filter(unit__path__gte=low, unit__path__lt=high).order_by(*Packs.order)[:LISTED])
    here = f"/after-action/{unit.code}"
    waits = any(one.state == WAITING for one in rows)
    content = {
        "unit": str(unit), "here": here, "rows": [_row(here, one) for one in rows],
        "period": [_day_field(request, unit, name, label, refused) for name, label in _days()],
        "incident": _incident_field(request, unit, _incidents(actor, unit), refused),
    }  # fmt: skip
    context = {
        "packs": content, "live": {"url": here, "every": EVERY_SECONDS} if waits else None,
        "errors": errors_of(refused) if refused else [],
    }  # fmt: skip
    return page(request, "pages/packs.html", context, status=422 if refused else 200)


def _row(here: str, one: Pack) -> dict[str, Any]:
    return {
        "pack": one, "unit": str(one.unit), "state": CHIPS[one.state], "word": one.get_state_display(),
        "url": f"{here}/{one.pk}.zip" if one.state == MADE else "",
        "problem": sentence(Problem(one.problem)) if one.problem else "",
    }  # fmt: skip


def _days() -> list[tuple[str, str]]:
    return [("since", _("From")), ("until", _("To"))]


def _day_field(request: HttpRequest, unit: Unit, name: str, label: str, refused: Refused | None) -> dict[str, Any]:
    today = clock.today(unit.zone)
    usual = {"since": today.replace(month=1, day=1), "until": today}[name].isoformat()
    return _field(name, label, "date", request.POST.get(name, usual), refused)


def _incident_field(
    request: HttpRequest, unit: Unit, found: list[Incident], refused: Refused | None
) -> dict[str, Any] | None:
    if not found:
        return None
    field = _field("incident", _("Incident"), "select", request.POST.get("incident", ""), refused)
    field["choices"] = [
        {"value": str(one.pk), "label": _words(one), "chosen": str(one.pk) == field["value"]} for one in found
    ]
    return field


def _field(name: str, label: str, kind: str, value: str, refused: Refused | None) -> dict[str, Any]:
    return {
        "name": name, "label": label, "kind": kind, "value": value, "errors": said_of(refused, name) if refused else [],
        "required": True, "hint": "", "unit": "", "choices": [], "autocomplete": "off", "short": kind == "date",
        "accept": "",
    }  # fmt: skip


def _incidents(actor: Actor, unit: Unit) -> list[Incident]:
    """The newest incidents of the unit and all below it, as far as the actor sees them."""
    low, high = below(unit.path)
    rows = registers["incidents"].rows(actor).filter(unit__path__gte=low, unit__path__lt=high)
    return list(rows.select_related("unit").order_by("-detected_at")[:LISTED])


def _words(one: Incident) -> str:
    since, until = _period(one)
    return f"{one} · {one.unit} · {since}" + (f" – {until}" if until > since else "")


def _period(one: Incident) -> tuple[date, date]:
    """From the day it was detected to the day it was closed, or to today while it is open."""
    zone = one.unit.zone
    return _day(one.detected_at, one.unit), _day(one.closed_at, one.unit) if one.closed_at else clock.today(zone)


def _day(at: datetime, unit: Unit) -> date:
    return at.astimezone(unit.zone).date()


@require_POST
@signed_in
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a pack of a period, or of an incident: then of its own unit, over its own days."""
    actor, unit = placed(request, code)
    try:
        of, since, until, about = _asked(request, actor, unit)
        ask_pack(actor, unit=of, since=since, until=until, about=about)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _shown(request, actor, unit, refused)
    told(request, _("Asked for. The file is made in the background and appears here."))
    return redirect(f"/after-action/{unit.code}")


def _asked(request: HttpRequest, actor: Actor, unit: Unit) -> tuple[Unit, date, date, str]:
    if "incident" in request.POST:
        known = {str(one.pk): one for one in _incidents(actor, unit)}
        found = known.get(request.POST["incident"])
        if found is None:
            raise Refused("choice.unknown", "incident")
        return found.unit, *_period(found), str(found)
    since, until = (parse_day(request.POST.get(name, ""), name, []) for name, _label in _days())
    return unit, since, until, ""


@require_GET
@signed_in
def file(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """The file of a version; taking it is on record."""
    actor, unit = placed(request, code)
    low, high = below(unit.path)
    found = Packs.rows(actor).filter(pk=number, state=MADE, unit__path__gte=low, unit__path__lt=high).first()
    if found is None:
        raise Http404
    record("pack.taken", by=actor, unit=found.unit, subject=found, facts={"version": found.version})
    response = HttpResponse(bytes(found.content), content_type="application/zip")
    name = f"after-action-{found.unit.code}-{found.since}-{found.until}-v{found.version}.zip"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response

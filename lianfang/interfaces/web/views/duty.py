"""Two desks (服务台与责任): answering for somebody who has no phone, and who is responsible without gaps."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.responsibility.coverage import Gap, gaps, posts
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.web.views.checkin import ASKED
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import ID_TYPES, Membership, on_roster
from lianfang.kernel.people.ops import by_number

MOST = 200


@require_http_methods(["GET", "POST"])
@signed_in
def desk(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for somebody who stands here with a card: no phone, no account, half a minute."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(ANSWERERS, unit):
        raise Refused("scope", "unit")
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _desk(unit, {}, None)})
    try:
        receipt = receive_answer(actor, _raw(unit, request.POST), channel="form", mode="proxy")
    except Refused as refused:
        context = {"form": _desk(unit, request.POST, refused), "errors": errors_of(refused)}
        return page(request, "pages/form.html", context, status=422)
    told(request, str(_("Received. Receipt {number}.")).format(number=receipt["receipt"][-12:]))
    return redirect(f"/desk/{unit.code}")


def _raw(unit: Unit, posted: Any) -> dict[str, Any]:
    number, kind = posted.get("id_number", "").strip(), posted.get("id_type") or "resident"
    where = _where(unit, kind, number)
    raw: dict[str, Any] = {
        "key": posted.get("key") or f"desk-{uuid7()}",
        "unit": where.code,
        "day": str(clock.today(unit.zone)),
        "state": posted.get("state", ""),
        "slot": posted.get("slot") or "am",
        "person": {"id_type": kind, "id_number": number, "name": posted.get("name", "").strip()},
    }
    if posted.get("temperature", "").strip():
        raw["temperature"] = posted["temperature"]
    if raw["state"] == "unwell":
        raw["symptoms"] = posted.getlist("symptoms") or ["other"]
    return raw


def _where(unit: Unit, kind: str, number: str) -> Unit:
    """The unit under this desk on whose roster the person is; the desk's own when there is none."""
    known = kind in dict(ID_TYPES)  # another kind is refused where the answer is read
    person = by_number(kind, number.upper().replace(" ", "")) if number and known else None
    if person is None:
        return unit
    found = Membership.objects.filter(
        on_roster(clock.today(unit.zone)), person=person, unit__keeps_roster=True
    ).select_related("unit")
    return next((m.unit for m in found if unit.covers(m.unit)), unit)


def _desk(unit: Unit, posted: Any, refused: Refused | None) -> dict[str, Any]:
    states = [("well", _("Well")), ("unwell", _("Not well"))]
    symptoms = [(code, SYMPTOMS.label(code, language())) for code in ASKED]
    fields = [
        _field("key", "", "hidden", f"desk-{uuid7()}", refused),
        _field("id_type", _("Document"), "select", posted.get("id_type", "resident"), refused, ID_TYPES[:-1]),
        _field("id_number", _("ID number"), "text", posted.get("id_number", ""), refused, at="person.id_number"),
        _field("name", _("Name"), "text", posted.get("name", ""), refused, at="person.name"),
        _field("state", _("How is this person today?"), "radio", posted.get("state", ""), refused, states),
        _field("symptoms", _("What is wrong"), "checkboxes", "", refused, symptoms, required=False),
        _field("temperature", _("Temperature"), "decimal", posted.get("temperature", ""), refused, required=False),
    ]
    return {
        "title": str(_("Answer for somebody")),
        "sub": str(unit),
        "intro": str(_("For people without a phone: read the card, ask, write.")),
        "facts": [],
        "fields": fields,
        "action": f"/desk/{unit.code}",
        "verb": str(_("Submit")),
        "files": False,
        "sentence": "",
        "tick": "",
        "danger": False,
        "back_url": f"/board/{unit.code}",
    }


def _field(
    name: str,
    label: Any,
    kind: str,
    value: str,
    refused: Refused | None,
    choices: Any = (),
    *,
    at: str = "",
    required: bool = True,
) -> dict[str, Any]:
    return {
        "name": name,
        "label": str(label),
        "hint": "",
        "kind": kind,
        "value": value,
        "errors": said_of(refused, at or name) if refused else [],
        "required": required,
        "unit": "℃" if kind == "decimal" else "",
        "autocomplete": "off",
        "short": kind == "decimal",
        "accept": "",
        "choices": [{"value": v, "label": str(w), "chosen": v == value} for v, w in choices],
    }


@signed_in
def responsibility(request: HttpRequest, code: str) -> HttpResponse:
    """Who is on post, and everything under a unit that has no owner."""
    unit = unit_of(request.actor, code)  # type: ignore[attr-defined]
    today = clock.today(unit.zone)
    marks, found = posts(unit, today), list(gaps(unit, today))[:MOST]
    facts = [
        (_("On post"), marks["on_post"]),
        (_("Off post"), marks["off_post"]),
        (_("Not reported"), marks["not_reported"]),
        (_("Without an owner"), len(found)),
    ]
    shown = [{"label": str(label), "value": str(n), "masked": False, "reveal_url": ""} for label, n in facts]
    sections = [{"title": str(_("Without an owner")), "table": _gaps_table(found)}] if found else []
    detail = {
        "title": str(_("Responsibility")),
        "sub": str(unit),
        "chips": [],
        "timeline": [],
        "actions": [],
        "people": [],
        "facts": shown,
        "sections": sections,
        "back": {"label": str(_("Duty desk")), "url": f"/board/{unit.code}"},
    }
    return page(request, "pages/detail.html", {"detail": detail})


def _gaps_table(found: list[Gap]) -> dict[str, Any]:
    words = {"unit": _("unit"), "person": _("person"), "zone": _("zone")}
    labels = (_("What"), _("Code"), _("Name"))
    columns = [{"label": str(one), "priority": 1, "numeric": False, "sort_url": "", "sorted": ""} for one in labels]
    rows = [_gap_row(str(words[gap.kind]), gap) for gap in found]
    caption = str(_("Without an owner"))
    return {"caption": caption, "selectable": False, "columns": columns, "rows": rows, "totals": None}


def _gap_row(word: str, gap: Gap) -> dict[str, Any]:
    values = (word, gap.code, gap.name)
    cells = [{"kind": "text", "value": value, "url": "", "word": "", "state": ""} for value in values]
    return {"key": "/".join(values), "state": "", "url": "", "heading": 2, "action": None, "cells": cells}

"""Arrivals at an observation site (到站入住): a list pasted in, rooms proposed, people admitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianfang.capabilities.stays.actions import admit_batch, awaited, mark_not_arrived, propose_rooms, receive_manifest
from lianfang.capabilities.stays.manifests import PARTIES, WORDS_OF_NEEDS
from lianfang.capabilities.stays.models import Manifest, Stay
from lianfang.capabilities.stays.roles import RECEPTION
from lianfang.capabilities.stays.rooms import free_rooms
from lianfang.domain.parsing.dates import parse_moment
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import page, signed_in, told, unit_of
from lianfang.interfaces.web.views.rules import title_of
from lianfang.interfaces.web.views.stays_paste import COLUMNS, rows_of
from lianfang.interfaces.web.views.stays_said import said_of_list
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import BED, Premises
from lianfang.kernel.places.ops import present
from lianfang.kernel.policies.ops import ANY, Rules
from lianfang.kernel.registers.register import registers

MOST_LISTS = 12


def _unit(request: HttpRequest, code: str) -> Unit:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(RECEPTION, unit):
        raise Refused("scope", "unit")
    return unit


@signed_in
def arrivals(request: HttpRequest, code: str) -> HttpResponse:
    """The lists of a site, and of the one chosen everybody who has not come yet with a room proposed."""
    unit = _unit(request, code)
    return _page(request, unit, _chosen(unit, request.GET.get("list", "")), None)


def _chosen(unit: Unit, given: str) -> Manifest | None:
    lists = Manifest.objects.filter(unit=unit).select_related("unit")
    try:
        named = lists.filter(pk=UUID(given)).first() if given else None
    except ValueError:
        named = None
    return named or lists.filter(completed_at=None).order_by("arrives_at").first()


def _page(request: HttpRequest, unit: Unit, chosen: Manifest | None, refused: Refused | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now, sites = clock.now(), registers["sites"]
    has_page = sites.open_to(actor) and sites.rows(actor).filter(unit=unit).exists()
    waiting = awaited(chosen) if chosen else []
    proposed = propose_rooms(unit, waiting, now) if waiting else {}
    lists = Manifest.objects.filter(unit=unit).order_by("-arrives_at")[:MOST_LISTS]
    premises = Premises.objects.filter(unit=unit).first()
    context = {
        "site": {"code": unit.code, "name": str(unit), "page": has_page},
        "premises": premises,
        "state": str(premises.get_state_display()) if premises else "",
        "lists": list(lists),
        "chosen": chosen,
        "people": [_person(stay, proposed.get(stay.pk), request.POST) for stay in waiting],
        "free": [room.code for room in free_rooms(unit, now)],
        "here": present(unit, at=now, layer=BED).count(),
        "moment": request.POST.get("admitted_at") or f"{now.astimezone(unit.zone):%Y-%m-%dT%H:%M}",
        "reason": request.POST.get("reason", ""),
        "pasted": request.POST.get("people", ""),
        "hazards": _hazards(unit, now.astimezone(unit.zone).date(), request.POST.get("hazard", ANY)),
        "columns": [(label_zh if language() == "zh" else label_en) for _name, label_zh, label_en in COLUMNS],
        "errors": _errors(request, refused, waiting) if refused else [],
    }
    return page(request, "pages/stays_arrivals.html", context, status=422 if refused else 200)


def _hazards(unit: Unit, day: date, chosen: str) -> list[dict[str, Any]]:
    """The hazards that the rules in force here are for, each with its edition; nothing where there are none."""
    packs = {pack.hazard: title_of(pack) for pack in Rules(day).chain_of_all(unit) if pack.hazard != ANY}
    if not packs:
        return []
    words = {ANY: str(_("none named")), **{code: f"{code} ({title})" for code, title in packs.items()}}
    return [{"value": code, "label": label, "chosen": code == chosen} for code, label in words.items()]


def _errors(request: HttpRequest, refused: Refused, waiting: Sequence[Stay]) -> list[dict[str, str]]:
    names = {str(stay.pk): stay.person.name for stay in waiting}
    rooms = {key: request.POST.get(f"room-{key}", "").strip() for key in names}
    return said_of_list(refused, language(), names=names, rooms=rooms)


def _person(stay: Stay, room: Any, posted: Any) -> dict[str, Any]:
    return {
        "id": str(stay.pk),
        "name": stay.person.name,
        "born": stay.person.birth_date,
        "party": stay.party or PARTIES.label(stay.party_kind, language()),
        "needs": [WORDS_OF_NEEDS.label(one, language()) for one in stay.needs],
        "companion": stay.companion.name if stay.companion else "",
        "exposure": stay.last_exposure,
        "room": posted.get(f"room-{stay.pk}", room.code if room else ""),
    }


@require_POST
@signed_in
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Take in a list that was pasted from a table."""
    unit = _unit(request, code)
    try:
        rows = rows_of(request.POST.get("people", ""))
        manifest = receive_manifest(
            request.actor,  # type: ignore[attr-defined]
            unit=unit,
            arrives_at=_moment(request, unit, "arrives_at"),
            people=rows,
            source=request.POST.get("source", "")[:80],
            hazard=request.POST.get("hazard", ANY),
        )
    except Refused as refused:
        return _page(request, unit, _chosen(unit, ""), refused)
    told(request, _("{n} people are expected.").format(n=manifest.people))
    return redirect(f"/site/{unit.code}/arrivals?list={manifest.pk}")


@require_POST
@signed_in
def admit_some(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """Admit those of a list who have a room beside their name."""
    unit = _unit(request, code)
    manifest = _chosen(unit, str(number))
    if manifest is None or manifest.pk != number:
        raise Refused("scope", "list")
    rooms = {stay.pk: request.POST.get(f"room-{stay.pk}", "").strip() for stay in awaited(manifest)}
    given = {pk: room for pk, room in rooms.items() if room}
    try:
        if not given:
            raise Refused("required", "rooms")
        at, reason = _moment(request, unit, "admitted_at"), request.POST.get("reason", "")
        admit_batch(request.actor, manifest=manifest, rooms=given, admitted_at=at, reason=reason)  # type: ignore[attr-defined]
    except Refused as refused:
        return _page(request, unit, manifest, refused)
    told(request, _("{n} people admitted.").format(n=len(given)))
    return redirect(f"/site/{unit.code}/arrivals?list={number}")


@require_POST
@signed_in
def absent(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """Say that somebody on a list did not come."""
    unit = _unit(request, code)
    stay = Stay.objects.filter(unit=unit, pk=number).select_related("unit", "person").first()
    if stay is None:
        raise Refused("scope", "stay")
    mark_not_arrived(request.actor, stay=stay, reason=request.POST.get("reason", "")[:160])  # type: ignore[attr-defined]
    return redirect(f"/site/{unit.code}/arrivals?list={stay.manifest_id}")


def _moment(request: HttpRequest, unit: Unit, name: str) -> datetime:
    return parse_moment(request.POST.get(name), name, [], zone=unit.zone, channel="form")

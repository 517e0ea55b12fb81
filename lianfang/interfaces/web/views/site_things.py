"""One control item, one room (管控项、房间详情): what is so, what happened, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.site.models import Breach, Control, Room, Site
from lianfang.capabilities.site.templates import room_equipment
from lianfang.capabilities.site.tiles import tiles
from lianfang.domain.identity import mask_name
from lianfang.domain.site.controls import BREACHED, EVIDENCED
from lianfang.domain.site.rooms import READY
from lianfang.interfaces.titles import event_words
from lianfang.interfaces.web.templatetags.formats import day as on_day
from lianfang.interfaces.web.templatetags.formats import when
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.site import site_of
from lianfang.interfaces.web.views.site_panels import MARKS, breach_state
from lianfang.interfaces.web.views.site_rooms import words
from lianfang.interfaces.web.views.site_verbs import VERBS, may_do
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.evidence.ops import photos_of
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, Occupancy

MOST: Final = 40  # lines of history
TILE_MARKS: Final = {
    "alert": "bad", "leaving": "warn", "occupied": "info", "ready": "ok", "cleaning": "wait", "repair": "warn",
    "planned": "wait", "closed": "wait",
}  # fmt: skip


@require_GET
@signed_in
def control(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """One of the twenty items: its standard, owner, evidence, breaches and photos."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = site_of(actor, code)
    one = Control.objects.filter(site=site, pk=number).first()
    if one is None:
        raise Http404
    breaches = list(one.breaches.order_by("-at"))
    facts = [
        (_("Standard"), one.said_standard), (_("Owner"), one.owner or _suggested(one)), (_("Evidence"), one.evidence),
        (_("Evidence by"), _by(one.evidence_by, one.evidence_at)),
        (_("Verified by"), _by(one.verified_by, one.verified_at)),
    ]  # fmt: skip
    detail = {
        **_detail(str(one), one.get_group_display(), facts, site),
        "chips": [{"state": MARKS[one.state], "word": one.get_state_display()}],
        "timeline": _history([one, *breaches]), "actions": _acts_on_control(actor, site, one, breaches),
        "back": {"label": str(site.unit), "url": f"/site/{site.unit.code}"},
    }  # fmt: skip
    context = {"detail": detail, "photos": _photos([one, *breaches]), "breaches": [_breach(b) for b in breaches]}
    return page(request, "pages/site_thing.html", context)


def _suggested(one: Control) -> str:
    role = str(ROLE_NAMES.get(one.suggested, one.suggested))  # type: ignore[call-overload]
    return str(_("nobody yet; suggested: {role}")).format(role=role)


def _by(who: str, at: datetime | None) -> str:
    return f"{who} {when(at)}" if who and at else ""


def _acts_on_control(actor: Actor, site: Site, one: Control, breaches: Sequence[Breach]) -> list[dict[str, Any]]:
    unfixed = [b for b in breaches if b.fixed_at is None]
    named = [("fix", str(b.pk)) for b in unfixed]
    if one.state == EVIDENCED and one.evidence_by_id != actor.account_id:
        named.append(("verify", str(one.pk)))
    if one.state != BREACHED or not unfixed:
        named.append(("evidence", str(one.pk)))
    named += [("owner", str(one.pk)), ("breach", str(one.pk))]
    return _buttons(actor, site, named)


def _buttons(actor: Actor, site: Site, named: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    able = [(name, key) for name, key in named if may_do(actor, name, site)]
    return [
        {
            "label": VERBS[name].title, "url": f"/site/{site.unit.code}/do/{name}/{key}", "primary": place == 0,
            "danger": False, "key": "", "icon": "", "dialog": False,
        }
        for place, (name, key) in enumerate(able)
    ]  # fmt: skip


def _breach(one: Breach) -> dict[str, Any]:
    return {
        "at": one.at, "what": one.what, "by": one.by, "fix": one.fix, "fixed_by": one.fixed_by,
        "fixed_at": one.fixed_at, "state": breach_state(one),
    }  # fmt: skip


@require_GET
@signed_in
def room(request: HttpRequest, code: str, room: str) -> HttpResponse:
    """One room: who is in it as far as the reader sees people, its state, what happened, what to do."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, now = site_of(actor, code), clock.now()
    one = Room.objects.select_related("place").filter(site=site, place__code=room).first()
    if one is None:
        raise Http404
    tile = next(tile for tile in tiles(site.unit, now=now) if tile.code == room)
    beds = list(Occupancy.objects.filter(place=one.place_id, layer=BED).order_by("-since")[:MOST])
    detail = {
        **_detail(_("Room {code}").format(code=room), str(site.unit), _facts(one), site),
        "chips": [{"state": TILE_MARKS[tile.state], "word": words()[tile.state]}],
        "timeline": _history([one]), "actions": _acts_on_room(actor, site, one, bool(tile.guests)),
        "back": {"label": str(_("Room board")), "url": f"/site/{site.unit.code}/rooms"},
    }  # fmt: skip
    guests = _guests(beds, now, actor)
    return page(request, "pages/site_thing.html", {"detail": detail, "guests": guests, "photos": _photos([one])})


def _facts(one: Room) -> list[tuple[str, Any]]:
    language = "en" if get_language() == "en" else "zh"
    return [
        (_("Zone"), one.get_zone_display()), (_("Passage"), one.get_passage_display()), (_("Route"), one.route),
        (_("Beds"), one.place.capacity), (_("Readiness"), one.get_readiness_display()), (_("Since"), when(one.since)),
        (_("Reason"), one.reason), (_("Missing equipment"), "、".join(room_equipment()[c][language] for c in one.lacks)
         if language == "zh" else ", ".join(room_equipment()[c]["en"] for c in one.lacks)),
    ]  # fmt: skip


def _acts_on_room(actor: Actor, site: Site, one: Room, taken: bool) -> list[dict[str, Any]]:
    key = str(one.pk)
    acts = _buttons(actor, site, [] if taken else [("out", key), ("equipment", key)])
    if one.readiness != READY and may_do(actor, "ready", site):
        ready = {"label": VERBS["ready"].title, "url": f"/site/{site.unit.code}/ready#room-{key}", "primary": True}
        acts = [{"danger": False, "key": "", "icon": "", "dialog": False, **ready}] + [
            {**one, "primary": False} for one in acts
        ]
    return acts


def _guests(beds: Sequence[Occupancy], now: datetime, actor: Actor) -> list[dict[str, Any]]:
    """Stays in the room, newest first; a name only where the reader sees people there, and masked."""
    seen = Person.objects.in_bulk([one.person_id for one in beds])
    return [
        {
            "name": mask_name(seen[one.person_id].name) if one.person_id in seen else str(_("a guest")),
            "url": _stay_url(one) if one.person_id in seen else "", "since": one.since, "until": one.until,
            "here": one.since <= now and (one.until is None or one.until > now), "bed": one.spot,
            "leaves": on_day(one.expected_until) if one.expected_until else "",
        }
        for one in beds
    ]  # fmt: skip


def _stay_url(one: Occupancy) -> str:
    kind, _colon, key = one.subject.partition(":")
    return f"/stays/{key}" if kind == "stays.stay" else ""


def _detail(title: str, sub: str, facts: Sequence[tuple[str, Any]], site: Site) -> dict[str, Any]:
    shown = [{"label": str(k), "value": str(v or ""), "masked": False, "reveal_url": ""} for k, v in facts]
    return {"title": title, "sub": str(sub), "facts": shown, "sections": [], "people": []}


def _history(rows: Sequence[models.Model]) -> list[dict[str, Any]]:
    events = Event.objects.filter(subject__in=[ref(one) for one in rows]).order_by("-at")[:MOST]
    return [
        {"at": e.at, "who": e.actor_name, "text": event_words(e.kind), "why": e.facts.get("reason", ""), "changes": []}
        for e in events
    ]


def _photos(rows: Sequence[models.Model]) -> list[dict[str, Any]]:
    found = [photo for row in rows for photo in photos_of(row)]
    return [{"url": f"/photos/{one.pk}", "at": one.taken_at, "by": one.by} for one in found]

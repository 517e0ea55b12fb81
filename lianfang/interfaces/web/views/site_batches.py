"""Many rooms at once (成批登记): made ready, or ticked in terminal disinfection, floor by floor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.site.clean_up import unswept
from lianfang.capabilities.site.models import Room, Site
from lianfang.domain.refusals import Refused
from lianfang.domain.site import life
from lianfang.domain.site.rooms import CLOSED, READY
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.interfaces.web.views.site import site_of
from lianfang.interfaces.web.views.site_verbs import VERBS, may_do
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import LABELS, read_parameters
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of

_HOW = ("crew", "agent", "mg_per_l", "minutes")


@require_http_methods(["GET", "POST"])
@signed_in
def ready(request: HttpRequest, code: str) -> HttpResponse:
    """Mark rooms ready: those that are not are listed by floor."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = site_of(actor, code)
    if not may_do(actor, "ready", site):
        raise Http404
    waiting = Room.objects.filter(site=site).exclude(readiness__in=(READY, CLOSED)).select_related("place")
    rows = [(one.place, str(one.pk), _note(one)) for one in waiting.order_by("place__walk", "place__code")]
    return _answered(request, site, "ready", rows, "rooms", {})


def _note(one: Room) -> str:
    word = str(one.get_readiness_display())
    return word + str(_(", lacks {n}")).format(n=len(one.lacks)) if one.lacks else word


@require_http_methods(["GET", "POST"])
@signed_in
def sweep(request: HttpRequest, code: str) -> HttpResponse:
    """Tick rooms and zones as disinfected: those that are not are listed by floor."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = site_of(actor, code)
    if not may_do(actor, "sweep", site):
        raise Http404
    left = list(unswept(site)) if site.state == life.DISINFECTING else []
    rows = [(one, str(one.pk), "") for one in left]
    given = {name: request.POST[name] for name in _HOW if request.POST.get(name, "").strip()}
    return _answered(request, site, "sweep", rows, "places", given)


Rows = Sequence[tuple[Place, str, str]]


def _answered(
    request: HttpRequest, site: Site, name: str, rows: Rows, parameter: str, given: Mapping[str, str]
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    verb, chosen = VERBS[name], _chosen(request, rows)
    if request.method == "GET":
        return _page(request, site, name, rows, None)
    try:
        if not chosen:
            raise Refused("required", parameter)
        raw = {"site": str(site.pk), parameter: chosen, **given}
        verb.call(actor, **read_parameters(verb.action, actor, raw, channel="form"))
    except Refused as refused:
        return _page(request, site, name, rows, refused)
    told(request, ngettext("{n} place noted.", "{n} places noted.", len(chosen)).format(n=len(chosen)))
    return redirect(request.path if len(chosen) < len(rows) else f"/site/{site.unit.code}")


def _chosen(request: HttpRequest, rows: Rows) -> list[str]:
    """What is ticked: one by one, or a whole floor at once."""
    floors, ones = set(request.POST.getlist("floor")), set(request.POST.getlist("one"))
    return [key for place, key, _note in rows if key in ones or _floor(place) in floors]


def _floor(place: Place) -> str:
    return f"{place.kind}/{place.building}/{place.floor}"


def _page(request: HttpRequest, site: Site, name: str, rows: Rows, refused: Refused | None) -> HttpResponse:
    verb = VERBS[name]
    batch = {
        "title": verb.title, "name": str(site.unit), "url": f"/site/{site.unit.code}", "action": request.path,
        "groups": [_group(among) for _key, among in groupby(rows, key=lambda row: _floor(row[0]))],
        "left": len(rows), "fields": _fields(request, site, refused) if name == "sweep" else [], "verb": verb.title,
        "empty": str(_("Every room and zone is ticked.") if name == "sweep" else _("Every room is ready.")),
        "intro": "" if name == "sweep" else str(_("Cleaned, and everything on the list in place. The time is now.")),
    }  # fmt: skip
    context = {"batch": batch, "errors": errors_of(refused) if refused else []}
    return page(request, "pages/site_batch.html", context, status=422 if refused else 200)


def _group(among: Iterable[tuple[Place, str, str]]) -> dict[str, Any]:
    rows = list(among)
    first = rows[0][0]
    named = str(_("Building {building}, floor {floor}")).format(building=first.building, floor=first.floor)
    return {
        "key": _floor(first), "name": named if first.building else str(_("Common zones")),
        "rows": [{"key": key, "code": str(place), "note": note} for place, key, note in rows],
    }  # fmt: skip


def _fields(request: HttpRequest, site: Site, refused: Refused | None) -> list[dict[str, Any]]:
    policy = policy_of(site.unit, on=clock.today(site.unit.zone))
    least = {"mg_per_l": policy.terminal_mg_per_l, "minutes": policy.terminal_contact_minutes}
    return [
        {
            "name": name, "label": str(LABELS[name]), "kind": "number" if name in least else "text",
            "hint": str(_("at least {n}")).format(n=least[name]) if name in least else "",
            "value": request.POST.get(name, ""), "errors": said_of(refused, name) if refused else [],
            "required": True, "unit": "", "choices": [], "autocomplete": "off", "short": False, "accept": "",
        }
        for name in _HOW
    ]  # fmt: skip

"""The page of one act on a site or a thing of it (隔离点操作页): what it asks, and the way back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.site.models import Breach, Control, Room, Site
from lianfang.capabilities.site.models.sites import PASSAGE_NAMES, READINESS, ROOM_ZONES
from lianfang.capabilities.site.models.trips import ASSET_KINDS, TRIP_PURPOSES, USES
from lianfang.capabilities.site.rooms import OUT
from lianfang.capabilities.site.templates import room_equipment
from lianfang.domain.refusals import Refused
from lianfang.domain.site.use import CARRIES
from lianfang.interfaces.web.views.frame import errors_of, page, said_of, signed_in, told
from lianfang.interfaces.web.views.site import site_of
from lianfang.interfaces.web.views.site_verbs import VERBS, Verb, may_do
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.evidence.ops import attach
from lianfang.kernel.fields import Field, fields_of, read_parameters
from lianfang.kernel.kinds import bare_of

_INPUTS: Final = {date: "date", datetime: "datetime-local", int: "number"}
_IN_BATCHES: Final = ("ready", "sweep")  # these have pages of their own
_LONG: Final = ("evidence", "what", "fix", "reason", "blocker", "sampling")


@require_http_methods(["GET", "POST"])
@signed_in
def of_site(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """An act on the site itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = site_of(actor, code)
    verb = _verb(actor, name, site)
    if verb.model is not Site or name in _IN_BATCHES:
        raise Http404
    return _answered(request, site, verb, site)


@require_http_methods(["GET", "POST"])
@signed_in
def of_thing(request: HttpRequest, code: str, name: str, number: UUID) -> HttpResponse:
    """An act on something of the site: a milestone, a control, a breach, an asset, a trip, a room."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = site_of(actor, code)
    verb = _verb(actor, name, site)
    found = verb.model._default_manager.filter(pk=number, unit=site.unit).first() if verb.model is not Site else None
    if found is None:
        raise Http404
    return _answered(request, site, verb, found)


def _verb(actor: Actor, name: str, site: Site) -> Verb:
    if name not in VERBS or not may_do(actor, name, site):
        raise Http404
    return VERBS[name]


def _answered(request: HttpRequest, site: Site, verb: Verb, thing: models.Model) -> HttpResponse:
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _asking(request, site, verb, thing, None)})
    try:
        with transaction.atomic():  # a photo that is refused takes the act back with it
            _act(request, site, verb, thing)
    except Refused as refused:
        errors = errors_of(refused, ways=_ways(site, thing))
        context = {"form": _asking(request, site, verb, thing, refused), "errors": errors}
        return page(request, "pages/form.html", context, status=422)
    told(request, str(_("Done.")))
    return redirect(_back(site, thing))


def _ways(site: Site, thing: models.Model) -> dict[str, tuple[str, str]]:
    """Where to do what comes first: a breach is put right before anything else shows that the item is met."""
    breach = thing.breaches.filter(fixed_at__isnull=True).first() if isinstance(thing, Control) else None
    here = f"/site/{site.unit.code}/do/fix/{breach.pk}" if breach else ""
    return {"control.breach_open": (VERBS["fix"].title, here)} if breach else {}


def _act(request: HttpRequest, site: Site, verb: Verb, thing: models.Model) -> None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    raw: dict[str, Any] = {verb.thing: site.pk if isinstance(thing, Site) else thing.pk}
    raw = {name: str(value) for name, value in raw.items()}
    for field in _asked(verb):
        given = request.POST.getlist(field.name) if field.name == "things" else request.POST.get(field.name, "").strip()
        if given or field.name == "things":
            raw[field.name] = given
    result = verb.call(actor, **read_parameters(verb.action, actor, raw, channel="form"))
    upload = request.FILES.get("photo") if verb.photo else None
    if upload is not None:
        about = result if isinstance(result, models.Model) else thing
        attach(actor, site.unit, about=about, upload=upload.read(), name=upload.name or "")


def _asked(verb: Verb) -> list[Field]:
    return [field for field in fields_of(verb.action) if field.name != verb.thing]


def _back(site: Site, thing: models.Model) -> str:
    url = f"/site/{site.unit.code}"
    if isinstance(thing, Control):
        return f"{url}/controls/{thing.pk}"
    if isinstance(thing, Breach):
        return f"{url}/controls/{thing.control_id}"
    return f"{url}/rooms/{thing.place.code}" if isinstance(thing, Room) else url


def _asking(
    request: HttpRequest, site: Site, verb: Verb, thing: models.Model, refused: Refused | None
) -> dict[str, Any]:
    fields = [_input(request, verb, field, thing, refused) for field in _asked(verb)]
    fields += [_photo(refused)] if verb.photo else []
    sub = str(thing) if thing is site or verb.thing in ("trip", "breach") else f"{thing} {site}"
    return {
        "title": verb.title, "sub": sub if verb.thing != "trip" else str(site), "intro": str(verb.intro), "facts": [],
        "fields": fields, "action": request.path, "verb": verb.title, "files": verb.photo, "sentence": "", "tick": "",
        "danger": verb.danger, "back_url": _back(site, thing),
    }  # fmt: skip


def _input(
    request: HttpRequest, verb: Verb, field: Field, thing: models.Model, refused: Refused | None
) -> dict[str, Any]:
    annotation = bare_of(next(p.annotation for p in verb.action.parameters if p.name == field.parameter))
    value = request.POST.get(field.name, "")
    chosen = request.POST.getlist(field.name) if request.method == "POST" else _known(field.name, thing)
    choices = _choices(field.name, annotation, thing)
    kind = "checkboxes" if field.name == "things" else "radio" if choices else _INPUTS.get(annotation, "text")
    return {
        "name": field.name, "label": str(field.label), "hint": "",
        "kind": "textarea" if kind == "text" and field.name in _LONG else kind, "value": value,
        "errors": said_of(refused, field.name) if refused else [], "required": field.required, "unit": "",
        "choices": [{"value": v, "label": str(w), "chosen": v in chosen} for v, w in choices], "autocomplete": "off",
        "short": kind in ("date", "datetime-local"), "accept": "",
    }  # fmt: skip


def _known(name: str, thing: models.Model) -> list[str]:
    return list(thing.lacks) if name == "things" and isinstance(thing, Room) else []


def _choices(name: str, annotation: Any, thing: models.Model) -> list[tuple[str, Any]]:
    language = "en" if get_language() == "en" else "zh"
    if annotation is bool:
        return [("true", _("yes")), ("false", _("no"))]
    if name == "purpose":
        return [one for one in TRIP_PURPOSES if one[0] in CARRIES[getattr(thing, "use", "guest")]]
    choices: dict[str, list[tuple[str, Any]]] = {
        "zone": ROOM_ZONES, "passage": PASSAGE_NAMES, "kind": ASSET_KINDS, "use": USES,
        "readiness": [one for one in READINESS if one[0] in OUT],
        "things": [(code, words[language]) for code, words in room_equipment().items()],
    }  # fmt: skip
    return choices.get(name, [])


def _photo(refused: Refused | None) -> dict[str, Any]:
    return {
        "name": "photo", "label": str(_("Photo")), "hint": "", "kind": "file", "value": "",
        "errors": said_of(refused, "photo") if refused else [], "required": False, "unit": "", "choices": [],
        "autocomplete": "", "short": False, "accept": "image/*",
    }  # fmt: skip

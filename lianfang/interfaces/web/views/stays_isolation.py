"""Campus isolation (校内隔离): who is in, who was told, the referral, and the one decision for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.capabilities.stays.actions import (
    accept_referral,
    end_isolation,
    isolate,
    people_of,
    record_guardian_told,
    refer,
)
from lianfang.capabilities.stays.models import Isolated, Isolation
from lianfang.capabilities.stays.models.isolation import OUTCOMES
from lianfang.capabilities.stays.register import Isolations
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told, unit_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Membership
from lianfang.kernel.places.models import ISOLATION, Place

DEEDS = {"refer": refer, "accept": accept_referral, "end": end_isolation}
MOST_PEOPLE = 300


def _isolation(actor: Actor, number: UUID) -> Isolation:
    found: Isolation | None = Isolations.rows(actor).filter(pk=number).select_related("unit", "place").first()
    if found is None:
        raise Http404
    return found


@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """One occasion in full."""
    return _page(request, _isolation(request.actor, number), None)  # type: ignore[attr-defined]


def _page(request: HttpRequest, isolation: Isolation, refused: Refused | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "isolation": isolation,
        "unit": isolation.unit,
        "people": people_of(isolation),
        "decides": actor.holds((Role.DOCTOR,), isolation.unit) and isolation.ended_at is None,
        "outcomes": [(code, str(word)) for code, word in OUTCOMES if code != "positive"],
        "errors": errors_of(refused) if refused else [],
    }
    return page(request, "pages/stay_isolation.html", context, status=422 if refused else 200)


@require_POST
@signed_in
def do(request: HttpRequest, number: UUID, name: str) -> HttpResponse:
    """Refer, note that the referral was accepted, note a call to a guardian, or end it for everybody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    isolation = _isolation(actor, number)
    try:
        _done(actor, isolation, name, request)
    except Refused as refused:
        return _page(request, isolation, refused)
    told(request, _("Done."))
    return redirect(f"/isolations/{number}")


def _done(actor: Actor, isolation: Isolation, name: str, request: HttpRequest) -> None:
    if name == "told":
        one = Isolated.objects.filter(isolation=isolation, pk=_id(request)).select_related("unit").first()
        if one is None:
            raise Refused("scope", "isolated")
        record_guardian_told(actor, isolated=one, how=request.POST.get("how", ""))
        return
    if name not in DEEDS:
        raise Http404
    given = {field: request.POST[field] for field in ("provider", "outcome", "reason") if request.POST.get(field)}
    declared = DEEDS[name].action  # type: ignore[attr-defined]
    DEEDS[name](actor, **read_parameters(declared, actor, {**given, "isolation": str(isolation.pk)}, channel="form"))


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("person", ""))
    except ValueError:
        raise Refused("scope", "isolated") from None


@require_http_methods(["GET", "POST"])
@signed_in
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Take somebody into the isolation area: who, where, why, and what was measured."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds((Role.DOCTOR,), unit):
        raise Refused("scope", "unit")
    refused: Refused | None = None
    if request.method == "POST":
        try:
            made = isolate(actor, **_read(actor, unit, request))
            return redirect(f"/isolations/{made.pk}")
        except Refused as problem:
            refused = problem
    form = {
        "title": title_of("person.isolated"), "sub": str(unit), "intro": "", "facts": [],
        "fields": _fields(unit, request), "action": request.path, "verb": str(_("Isolate")), "files": False,
        "sentence": "", "tick": "", "danger": False, "back_url": "/list/isolations",
    }  # fmt: skip
    context = {"form": form, "errors": errors_of(refused) if refused else []}
    return page(request, "pages/form.html", context, status=422 if refused else 200)


def _read(actor: Actor, unit: Unit, request: HttpRequest) -> dict[str, Any]:
    names = ("person", "place", "reason", "celsius", "provider")
    raw = {name: request.POST[name] for name in names if request.POST.get(name, "").strip()}
    declared = isolate.action  # type: ignore[attr-defined]
    return read_parameters(declared, actor, {**raw, "unit": unit.code}, channel="form")


def _fields(unit: Unit, request: HttpRequest) -> list[dict[str, Any]]:
    low, high = below(unit.path)
    within = {"unit__path__gte": low, "unit__path__lt": high}
    members = Membership.objects.filter(until__isnull=True, **within).select_related("person", "unit")
    people = [(str(m.person_id), f"{m.person.name} ({m.unit})") for m in members.order_by("unit", "person__sort_key")]
    rooms = [(str(p.pk), str(p)) for p in Place.objects.filter(kind=ISOLATION, **within).order_by("walk", "code")]
    return [
        _field(request, "person", _("Person"), people[:MOST_PEOPLE]),
        _field(request, "place", _("Isolation room"), rooms),
        _field(request, "reason", _("Reason")),
        _field(request, "celsius", _("Temperature, °C"), kind="decimal", required=False),
        _field(request, "provider", _("Referred to"), required=False),
    ]


def _field(
    request: HttpRequest, name: str, label: str, choices: list[tuple[str, str]] | None = None, *,
    kind: str = "text", required: bool = True,
) -> dict[str, Any]:  # fmt: skip
    value = request.POST.get(name) or request.GET.get(name, "")
    listed = [{"value": key, "label": word, "chosen": key == value} for key, word in choices or ()]
    return {
        "name": name, "label": str(label), "hint": "", "kind": "select" if choices is not None else kind,
        "value": value, "errors": [], "required": required, "unit": "", "choices": listed, "autocomplete": "off",
        "short": False, "accept": "",
    }  # fmt: skip

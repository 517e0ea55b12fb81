"""Campus isolation (校内隔离): who is in, who was told, the referral, and the one decision for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from uuid_utils.compat import uuid7

from lianfang.capabilities.stays.actions import (
    accept_referral,
    end_isolation,
    isolate,
    measure_isolated,
    people_of,
    record_guardian_told,
    record_isolation_test,
    refer,
)
from lianfang.capabilities.stays.isolation_owed import CALL, REFERRAL
from lianfang.capabilities.stays.models import RESULTS, Isolated, Isolation
from lianfang.capabilities.stays.register import Isolations
from lianfang.capabilities.stays.roles import WARD
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.titles import title_of
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told, unit_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Membership
from lianfang.kernel.places.models import ISOLATION, Place
from lianfang.kernel.readings.ops import owed, readings_of
from lianfang.kernel.tasks import ops as tasks

DEEDS = {"refer": refer, "accept": accept_referral, "end": end_isolation}
ABOUT_ONE = {"told": record_guardian_told, "measure": measure_isolated, "test": record_isolation_test}
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


def _person(one: Isolated) -> dict[str, Any]:
    """Somebody of the occasion, with what was measured and found last, and the call that is still owed."""
    call = tasks.of(one, CALL).filter(settled_at=None, excused="").first()
    test = one.tests.order_by("-sampled_at", "-resulted_at").first()
    return {
        "row": one, "reading": readings_of(one).last(), "test": test,
        "owed": owed(one).filter(settled_at=None, excused="", opens_at__lte=clock.now()).count(), "call": call,
    }  # fmt: skip


def _page(request: HttpRequest, isolation: Isolation, refused: Refused | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    going_on = isolation.ended_at is None
    context = {
        "isolation": isolation,
        "unit": isolation.unit,
        "people": [_person(one) for one in people_of(isolation)],
        "referral": tasks.of(isolation, REFERRAL).first(),
        "decides": actor.holds((Role.DOCTOR,), isolation.unit) and going_on,
        "cares": actor.holds(WARD, isolation.unit) and going_on,
        "results": [(code, str(word)) for code, word in RESULTS],
        "key": str(uuid7()),
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
    if name in ABOUT_ONE:
        one = Isolated.objects.filter(isolation=isolation, pk=_id(request)).first()
        if one is None:
            raise Refused("scope", "isolated")
        _call(actor, ABOUT_ONE[name], request, {"isolated": str(one.pk)})
    elif name in DEEDS:
        _call(actor, DEEDS[name], request, {"isolation": str(isolation.pk)})
    else:
        raise Http404


def _call(actor: Actor, deed: Callable[..., Any], request: HttpRequest, about: Mapping[str, str]) -> None:
    declared = deed.action  # type: ignore[attr-defined]
    asked = [one.name for one in declared.parameters if one.name not in about]
    given = {name: request.POST[name] for name in asked if request.POST.get(name)}
    deed(actor, **read_parameters(declared, actor, {**given, **about}, channel="form"))


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

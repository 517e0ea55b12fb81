"""Setting classes up (开班准备): a training phase, rooms and zones, a class and its learners from a pasted list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.actions.premises import KINDS
from lianfang.capabilities.training.models import ClassRun
from lianfang.capabilities.training.roles import HOSTS
from lianfang.domain.parsing.dates import parse_day
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in, told
from lianfang.interfaces.web.views.training import placed
from lianfang.interfaces.web.views.training_acts import count_in, text_in
from lianfang.interfaces.web.views.training_people import read_people
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import PLACE_KINDS, Place


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The forms that set classes up, and the rooms there are."""
    actor, unit = placed(request, code)
    if not actor.holds(HOSTS, unit):
        raise Refused("scope", "unit")
    if request.method == "GET":
        return _page(request, unit, None)
    deed = DEEDS.get(request.POST.get("what", ""))
    if deed is None:
        raise Http404
    try:
        with transaction.atomic():
            text, url = deed(request, actor, unit)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _page(request, unit, refused)
    told(request, text)
    return redirect(url)


def _phase(request: HttpRequest, actor: Actor, unit: Unit) -> tuple[str, str]:
    acts.begin_phase(actor, unit=unit, first_day=_day(request, "first_day"), last_day=_day(request, "last_day"))
    return str(_("The phase is on the plan, and its disinfections are owed.")), f"/training/{unit.code}"


def _rooms(request: HttpRequest, actor: Actor, unit: Unit) -> tuple[str, str]:
    posted = request.POST
    rooms = acts.add_places(
        actor, unit=unit, kind=posted.get("kind", ""), prefix=text_in(request, "prefix"), name=text_in(request, "name"),
        name_en=posted.get("name_en", ""), how_many=count_in(request, "how_many"),
        ordinary=count_in(request, "ordinary", owed=False) or 1, furniture=count_in(request, "furniture", owed=False),
    )  # fmt: skip
    return str(_("{n} rooms are on the list.")).format(n=len(rooms)), f"/training/{unit.code}/set-up"


def _class(request: HttpRequest, actor: Actor, unit: Unit) -> tuple[str, str]:
    """The class with its learners, or nothing: a list that cannot be read leaves no empty class behind."""
    posted = request.POST
    people = read_people(actor, posted.get("people", ""))
    run: ClassRun = acts.schedule_class(
        actor, unit=unit, code=text_in(request, "code"), name=text_in(request, "name"),
        name_en=posted.get("name_en", ""), first_day=_day(request, "first_day"), last_day=_day(request, "last_day"),
        boards="boards" in posted,
    )  # fmt: skip
    if people:
        acts.enrol(actor, run=run, newcomers=people)
    return str(_("The class is on the plan. Its disinfection is owed.")), f"/training/runs/{run.pk}"


DEEDS: Mapping[str, Callable[[HttpRequest, Actor, Unit], tuple[str, str]]] = {
    "phase": _phase, "rooms": _rooms, "class": _class,
}  # fmt: skip


def _day(request: HttpRequest, name: str) -> date:
    return parse_day(text_in(request, name), name, [])


def _page(request: HttpRequest, unit: Unit, refused: Refused | None) -> HttpResponse:
    context: dict[str, Any] = {
        "unit": str(unit), "code": unit.code, "here": f"/training/{unit.code}/set-up", "rooms": _held(unit),
        "kinds": [{"value": code, "label": str(word)} for code, word in PLACE_KINDS if code in KINDS],
        "what": request.POST.get("what", ""), "given": request.POST.dict(),
        "list": f"/list/class-places?unit={unit.code}",
    }  # fmt: skip
    errors = _errors(refused) if refused else []
    return page(
        request, "pages/training_setup.html", {"setup": context, "errors": errors}, status=422 if refused else 200
    )


def _errors(refused: Refused) -> list[dict[str, str]]:
    """Each problem as a link to its field; one of a pasted line says which line."""
    said = errors_of(refused)
    for one, problem in zip(said, refused.problems, strict=True):
        if problem.row:
            one["message"] = str(_("Line {n}: {says}")).format(n=problem.row, says=one["message"])
    return said


def _held(unit: Unit) -> list[dict[str, Any]]:
    low, high = below(unit.path)
    words = dict(PLACE_KINDS)
    found = Place.objects.filter(kind__in=KINDS, unit__path__gte=low, unit__path__lt=high, closed_on=None)
    counted = found.values("kind").annotate(n=Count("pk"), places=Sum("capacity"), pieces=Sum("furniture"))
    return [{**one, "word": str(words[one["kind"]])} for one in counted.order_by("kind")]

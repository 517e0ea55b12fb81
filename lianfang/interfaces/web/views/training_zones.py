"""Disinfection of the zones of a day (每日消毒): each zone and half of a day, done or missing, recorded on the spot."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.training.actions import record_disinfection
from lianfang.capabilities.training.closing import ZONE_TASK
from lianfang.capabilities.training.models import ZoneDisinfection
from lianfang.capabilities.training.roles import CLEANERS
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import day_of, errors_of, page, signed_in, told
from lianfang.interfaces.web.views.training import placed, slot_word
from lianfang.interfaces.web.views.training_acts import count_in, text_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import ZONE, Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks.models import Task


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The zones of a day; a form records what was done at one or several of them."""
    actor, unit = placed(request, code)
    day = day_of(request, unit)
    if request.method == "GET":
        return _page(request, actor, unit, day, None)
    try:
        done = _record(request, actor, unit, day)
    except Refused as refused:
        if refused.code in ("scope", "role.ended"):
            raise
        return _page(request, actor, unit, day, refused)
    told(request, str(_("{n} disinfections are kept.")).format(n=done))
    return redirect(f"/training/{unit.code}/zones?day={day}")


def _record(request: HttpRequest, actor: Actor, unit: Unit, day: date) -> int:
    """Every ticked zone with the same agent, strength and time; all of them or none."""
    ticked = request.POST.getlist("zone")
    if not ticked:
        raise Refused("required", "zone")
    given: dict[str, Any] = {
        "agent": text_in(request, "agent"), "mg_l": count_in(request, "mg_l"), "minutes": count_in(request, "minutes"),
    }  # fmt: skip
    with transaction.atomic():
        for one in ticked:
            key, _sep, slot = one.partition("/")
            record_disinfection(actor, zone=_zone(unit, key), day=day, slot=slot, **given)
    return len(ticked)


def _zone(unit: Unit, raw: str) -> Place:
    low, high = below(unit.path)
    try:
        zones = Place.objects.filter(kind=ZONE, unit__path__gte=low, unit__path__lt=high).select_related("unit")
        found = zones.filter(pk=UUID(raw)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, actor: Actor, unit: Unit, day: date, refused: Refused | None) -> HttpResponse:
    low, high = below(unit.path)
    owed = Task.objects.filter(kind=ZONE_TASK, day=day, unit__path__gte=low, unit__path__lt=high, excused="")
    rows = list(owed.select_related("place").order_by("place__walk", "due_at"))
    done = {
        (one.place_id, one.slot): one
        for one in ZoneDisinfection.objects.filter(day=day, unit__path__gte=low, unit__path__lt=high).order_by(
            "revision"
        )
    }
    policy = policy_of(unit, on=day)
    cells = [_cell(task, done.get((task.place_id, task.slot))) for task in rows if task.place_id]
    late = [one for one in cells if one["late"]]
    context = {
        "unit": str(unit), "code": unit.code, "day": day, "cells": cells, "may": actor.holds(CLEANERS, unit),
        "least": policy.surface_mg_l, "stays": policy.surface_minutes, "here": f"/training/{unit.code}/zones?day={day}",
        "figures": [
            states.figure(str(_("Done")), len([one for one in cells if one["done"]]), of=len(cells)),
            states.figure(str(_("Over time")), len(late), tone="bad" if late else ""),
        ],
        "left": any(not one["done"] for one in cells), "given": request.POST.dict(),
    }  # fmt: skip
    errors = errors_of(refused) if refused else []
    return page(
        request, "pages/training_zones.html", {"zones": context, "errors": errors}, status=422 if refused else 200
    )


def _cell(task: Task, done: ZoneDisinfection | None) -> dict[str, Any]:
    late = task.settled_at is None and task.due_at is not None and task.due_at < clock.now()
    return {
        "value": f"{task.place_id}/{task.slot}", "name": str(task.place), "slot": slot_word(task.slot),
        "due": task.due_at, "late": late, "done": done is not None, "at": done.at if done else None,
        "agent": done.agent if done else "", "mg_l": done.mg_l if done else None,
        "minutes": done.minutes if done else None, "by": done.by if done else "",
        "revision": done.revision if done else 0,
    }  # fmt: skip

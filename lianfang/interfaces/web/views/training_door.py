"""Temperatures at the door of a class (门口测温): a field for everybody on a phone, kept without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from lianfang.capabilities.training.actions import record_door_round
from lianfang.capabilities.training.models import ClassRun, Enrolment
from lianfang.capabilities.training.roles import AT_THE_DOOR
from lianfang.domain.readings import slot_at
from lianfang.domain.refusals import Refused
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.views.frame import check_sender, day_of, errors_of, page, signed_in, told, wants_json
from lianfang.interfaces.web.views.training import run_of, slot_word
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.ops import Receipt

FIELD = "c-"
MOST_NUMBERS = 400  # characters of the numbers that an address carries


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """The list at the door for a slot; sent, it is taken entry by entry, and what was not taken comes back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    run = run_of(actor, number)
    if not actor.holds(AT_THE_DOOR, run.unit):
        raise Refused("scope", "run")
    day, slot = day_of(request, run.unit), _slot(request, run)
    if request.method == "GET":
        return _page(request, run, day, slot, None)
    try:
        check_sender(request)
        receipts = _take(request, actor, run, day, slot)
    except Refused as refused:
        return problem_response(request, refused) if wants_json(request) else _page(request, run, day, slot, refused)
    return _answered(request, run, day, slot, receipts)


def _slot(request: HttpRequest, run: ClassRun) -> str:
    policy = policy_of(run.unit, on=clock.today(run.unit.zone))
    given = request.POST.get("slot") or request.GET.get("slot") or ""
    return given if given in policy.reading_slots else slot_at(clock.now(), policy, run.unit.zone)


def _take(request: HttpRequest, actor: Actor, run: ClassRun, day: date, slot: str) -> list[tuple[str, Receipt]]:
    key = request.POST.get("key", "").strip()
    if not key:
        raise Refused("required", "key")
    made = _made_at(request, run, day)
    filled = [name for name in request.POST if name.startswith(FIELD) and request.POST[name].strip()]
    entries = [_entry(request, name, key, made) for name in filled]
    if not entries:
        raise Refused("required", "celsius")
    receipts = record_door_round(actor, run=run, day=day, slot=slot, entries=entries)
    return [(entry["number"], receipt) for entry, receipt in zip(entries, receipts, strict=True)]


def _entry(request: HttpRequest, name: str, key: str, made: datetime | None) -> dict[str, Any]:
    """One field as an entry; measured when the form was kept on the device, if it was."""
    number = name.removeprefix(FIELD)
    entry: dict[str, Any] = {"key": f"{key[:40]}-{number[:8]}", "number": number, "celsius": request.POST[name]}
    if made is not None:
        entry["at"] = made.isoformat()
    return entry | ({"sure": True} if request.POST.get(f"sure-{number}") == "yes" else {})


def _made_at(request: HttpRequest, run: ClassRun, day: date) -> datetime | None:
    """When the device kept the form; a device whose clock shows another day or what is to come is not believed."""
    try:
        made = datetime.fromisoformat(request.headers.get("X-Lianfang-Made-At", ""))
    except ValueError:
        return None
    known = made.tzinfo is not None and made <= clock.now()
    return made if known and made.astimezone(run.unit.zone).date() == day else None


def _answered(
    request: HttpRequest, run: ClassRun, day: date, slot: str, receipts: Sequence[tuple[str, Receipt]]
) -> HttpResponse:
    refused = [(number, one) for number, one in receipts if one.problem is not None]
    again = ",".join(number for number, _one in refused)[:MOST_NUMBERS]
    url = f"/training/runs/{run.pk}/door?day={day}&slot={slot}" + (f"&again={again}" if again else "")
    _tell(request, len(receipts) - len(refused), refused)
    if wants_json(request):
        return JsonResponse({"receipt": str(run.pk), "key": request.POST.get("key"), "url": url})
    return redirect(url)


def _tell(request: HttpRequest, taken: int, refused: Sequence[tuple[str, Receipt]]) -> None:
    if taken:
        told(request, str(_("{n} temperatures are kept.")).format(n=taken))
    for number, one in refused:
        if one.problem is not None:
            said = sentence(one.problem)
            messages.error(request, str(_("Number {number}: {says}")).format(number=number, says=said))


def _page(request: HttpRequest, run: ClassRun, day: date, slot: str, refused: Refused | None) -> HttpResponse:
    taken = _taken(run, day, slot)
    people = list(Enrolment.objects.filter(run=run, left_on=None).select_related("person").order_by("number"))
    again = set(request.GET.get("again", "").split(","))
    rows = [_row(one, taken.get(one.person_id), str(one.number) in again, request) for one in people]
    left = [row for row in rows if row["open"]]
    policy = policy_of(run.unit, on=day)
    context = {
        "name": str(run.unit), "here": f"/training/runs/{run.pk}/door", "back": f"/training/runs/{run.pk}", "day": day,
        "slot": slot, "slot_word": slot_word(slot), "key": f"door-{uuid7()}", "left": left,
        "done": len(rows) - len(left),
        "whole": len(rows), "runs": run.state == "open", "fever": policy.fever_c,
        "slots": [{"code": one, "word": slot_word(one), "current": one == slot} for one in policy.reading_slots],
    }  # fmt: skip
    errors = errors_of(refused, {"celsius": "list"}) if refused else []
    return page(
        request, "pages/training_door.html", {"door": context, "errors": errors}, status=422 if refused else 200
    )


def _taken(run: ClassRun, day: date, slot: str) -> dict[UUID, list[Reading]]:
    found: dict[UUID, list[Reading]] = {}
    rows = Reading.objects.filter(unit=run.unit, kind="class", day=day, slot=slot, voided_at=None)
    for reading in rows.order_by("at"):
        found.setdefault(reading.person_id, []).append(reading)
    return found


def _row(one: Enrolment, taken: Sequence[Reading] | None, again: bool, request: HttpRequest) -> dict[str, Any]:
    """Somebody at the door; `open` while a reading, or a second one after an abnormal first, is still wanted."""
    second = bool(taken) and taken is not None and taken[-1].abnormal and len(taken) == 1
    return {
        "number": one.number, "name": one.person.name, "second": second, "open": not taken or second, "again": again,
        "first": taken[0].celsius if second and taken else None,
        "value": request.POST.get(f"{FIELD}{one.number}", ""),
    }  # fmt: skip

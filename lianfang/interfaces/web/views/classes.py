"""A class head's list (班级打卡): who has answered, who is missing, the class check, and calls to the missing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from lianfang.capabilities.checkin.intake import receive_roll_call
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.chasing import chase
from lianfang.interfaces.web.views.daily import language
from lianfang.interfaces.web.views.frame import (
    check_sender,
    day_of,
    errors_of,
    page,
    signed_in,
    told,
    unit_of,
    wants_json,
)
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import ROLL_CALL
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence, Person
from lianfang.kernel.people.ops import members
from lianfang.kernel.reporting.models import MODES, Answer, RollCall, Tally

EVERY_SECONDS = 20


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The list of a class on a day."""
    unit = unit_of(request.actor, code)  # type: ignore[attr-defined]
    return _page(request, unit, day_of(request, unit), None)


def _page(request: HttpRequest, unit: Unit, day: date, refused: Refused | None) -> HttpResponse:
    live = (
        {"url": request.get_full_path(), "every": EVERY_SECONDS}
        if request.method == "GET" and day == clock.today(unit.zone)
        else None
    )
    context = {
        "class": _class(unit, day, request, refused),
        "live": live,
        "errors": errors_of(refused) if refused else [],
    }
    return page(request, "pages/class_list.html", context, status=422 if refused else 200)


def _class(unit: Unit, day: date, request: HttpRequest, refused: Refused | None) -> dict[str, Any]:
    slot = states.slot_of(unit, day, request.GET.get("slot", ""))
    people = members(unit, day)
    rows = _rows(unit, day, slot, people, request.POST, refused)
    due = due_of(ROLL_CALL, unit, day, slot=slot)
    check = RollCall.objects.filter(unit=unit, day=day, slot=slot).first()
    waiting = [row for row in rows if row["status"] in ("not_in", "absent")]
    clocks = (
        [states.countdown(str(_("Class check due")), due.due_at, str(_("Closed")) if due.settled_at else "")]
        if due
        else []
    )
    return {
        "name": str(unit),
        "day": day,
        "clocks": clocks,
        "figures": _figures(unit, day, slot),
        "chase": chase(unit, day, waiting, {p.pk: p for p in people}, len(people)),
        "roll_call": _roll_call(unit, day, slot, rows),
        "closed": _closed(check),
    }


def _rows(
    unit: Unit, day: date, slot: str, people: list[Person], posted: Any, refused: Refused | None
) -> list[dict[str, Any]]:
    answers = {a.person_id: a for a in Answer.objects.filter(unit=unit, day=day, slot=slot)}
    away = set(Absence.objects.filter(unit=unit, since__lte=day, until__gte=day).values_list("person_id", flat=True))
    seen = RollCall.objects.filter(unit=unit, day=day, slot=slot).exists()
    return [_row(p, answers.get(p.pk), seen, p.pk in away, posted, refused) for p in people]


def _row(
    person: Person, answer: Answer | None, seen: bool, excused: bool, posted: Any, refused: Refused | None
) -> dict[str, Any]:
    code, status = str(person.pk), states.answer_state(answer, seen=seen, excused=excused)
    mode = dict(MODES)[answer.mode] if answer else dict(MODES)["roll_call"] if seen and status == "well" else ""
    kept = status if status in ("unwell", "absent", "on_leave") else ""
    return {
        "code": code,
        "name": person.name,
        "status": status,
        "word": None,
        "at": answer.received_at if answer else None,
        "mode": str(mode),
        "temperature": answer.temperature if answer else None,
        "exception": posted.get(f"exception-{code}", kept),
        "reading": posted.get(f"temperature-{code}", ""),
        "note": posted.get(f"note-{code}", ""),
        "errors": _errors(code, refused),
    }


def _errors(code: str, refused: Refused | None) -> list[str]:
    return [sentence(p) for p in refused.problems if p.facts.get("person") == code] if refused else []


def _figures(unit: Unit, day: date, slot: str) -> list[dict[str, Any]]:
    tally = Tally.objects.filter(unit=unit, day=day, slot=slot).first() or Tally()
    unknown = tally.rostered - tally.excused - tally.answered
    return [
        states.figure(str(_("Expected")), tally.rostered - tally.excused),
        states.figure(str(_("Answered")), tally.answered),
        states.figure(str(_("Unknown")), unknown, tone="warn" if unknown else ""),
        states.figure(str(_("Not well")), tally.unwell, tone="bad" if tally.unwell else ""),
        states.figure(str(_("On leave")), tally.excused),
    ]


def _roll_call(unit: Unit, day: date, slot: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "action": f"/classes/{unit.code}/check",
        "key": f"roll-{uuid7()}",
        "done_url": f"/classes/{unit.code}?day={day}&slot={slot}",
        "hidden": [{"name": "day", "value": str(day)}, {"name": "slot", "value": slot}],
        "people": rows,
        "rest": sum(not row["exception"] for row in rows),
        "symptoms": [{"code": s, "label": SYMPTOMS.label(s, language())} for s in ("fever", "cough")],
    }


def _closed(check: RollCall | None) -> dict[str, Any] | None:
    if check is None:
        return None
    receipt = {
        "number": f"{check.unit.code} {check.slot} {check.revision}",
        "at": check.received_at,
        "hash": "",
        "late_by": None,
        "held": False,
    }
    return {"text": str(_("Checked by {name}")).format(name=check.observed_by), "receipt": receipt}


@require_POST
@signed_in
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Take the class check; from the outbox it answers with a receipt, from a page it shows the list again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = day_of(request, unit)
    try:
        check_sender(request)
        with transaction.atomic():
            receipt = _taken(actor, unit, day, request.POST)
    except Refused as refused:
        return problem_response(request, refused) if wants_json(request) else _page(request, unit, day, refused)
    if wants_json(request):
        return JsonResponse(receipt)
    told(request, _("The class is checked."))
    return redirect(f"/classes/{unit.code}?day={day}")


def _taken(actor: Actor, unit: Unit, day: date, posted: Any) -> dict[str, Any]:
    if posted.get("tick") != "yes":
        raise Refused("required", "tick", reason="unticked")
    slot = states.slot_of(unit, day, posted.get("slot", ""))
    standing = {one.person_id: one for one in Answer.objects.filter(unit=unit, day=day, slot=slot)}
    exceptions = [_exception(person, standing.get(person.pk), posted) for person in members(unit, day)]
    for person in members(unit, day):
        if (
            posted.get(f"exception-{person.pk}") == "on_leave"
            and not Absence.objects.filter(unit=unit, person_id=person.pk, since__lte=day, until__gte=day).exists()
        ):
            approve_leave(
                actor,
                unit=unit,
                person=person,
                since=day,
                until=day,
                reason=posted.get(f"note-{person.pk}", "") or str(_("on leave")),
                despite_recall=posted.get(f"note-{person.pk}", ""),
            )
    raw = {
        "key": posted.get("key"),
        "unit": unit.code,
        "day": str(day),
        "slot": slot,
        "observed_by": actor.name,
        "exceptions": [one for one in exceptions if one],
        "everyone_else": "well",
    }
    return receive_roll_call(actor, raw, channel="form")


_STATES = {"unwell": "unwell", "absent": "unknown"}


def _exception(person: Person, standing: Answer | None, posted: Any) -> dict[str, Any] | None:
    """What was seen of one person; nothing where it is what the person's answer says already, with all its detail."""
    chosen = posted.get(f"exception-{person.pk}", "")
    reading = posted.get(f"temperature-{person.pk}", "").strip()
    state = _STATES.get(chosen, "well")
    known = standing is not None and standing.state == state
    if not reading and (known or chosen not in _STATES):
        return None
    seen = {"person": str(person.pk), "state": state, "note": posted.get(f"note-{person.pk}", "")}
    if known and standing is not None:
        seen |= {"symptoms": standing.symptoms, "note": seen["note"] or standing.note}
    return seen | ({"temperature": reading} if reading else {})

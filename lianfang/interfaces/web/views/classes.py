"""A class head's list (班级打卡): who has answered, who is missing, the class check, and calls to the missing."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.checkin.chase import remind_missing
from lianfang.capabilities.checkin.intake import receive_roll_call, understand
from lianfang.capabilities.checkin.models import OUTCOMES
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.api.problems import problem_response
from lianfang.interfaces.web.views import states
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
from lianfang.interfaces.web.views.missing import attempts, phone_of
from lianfang.interfaces.web.views.missing import rows as rows_to_call
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import ROLL_CALL
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Absence, Person
from lianfang.kernel.people.ops import members
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.missing import unanswered
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


def slot_of(unit: Unit, day: date, given: str = "") -> str:
    """The time of day asked for, or the first that the rules name."""
    slots = policy_of(unit, on=day).slots
    return given if given in slots else slots[0]


def _class(unit: Unit, day: date, request: HttpRequest, refused: Refused | None) -> dict[str, Any]:
    slot = slot_of(unit, day, request.GET.get("slot", ""))
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
        "name": str(unit), "day": day, "clocks": clocks, "figures": _figures(unit, day, slot),
        "chase": _chase(unit, day, waiting, {p.pk: p for p in people}, len(people)),
        "roll_call": _roll_call(unit, day, slot, rows), "closed": _closed(check),
    }  # fmt: skip


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
        "code": code, "name": person.name, "status": status, "word": None, "at": answer.received_at if answer else None, "mode": str(mode),
        "temperature": answer.temperature if answer else None, "exception": posted.get(f"exception-{code}", kept),
        "reading": posted.get(f"temperature-{code}", ""), "note": posted.get(f"note-{code}", ""), "errors": _errors(code, refused),
    }  # fmt: skip


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


def _chase(
    unit: Unit, day: date, waiting: list[dict[str, Any]], people: dict[UUID, Person], all_of_them: int
) -> dict[str, Any]:
    tried = attempts([UUID(row["code"]) for row in waiting], day)
    empty = {
        "kind": "good",
        "title": ngettext("{n} person is accounted for", "All {n} people are accounted for", all_of_them).format(
            n=all_of_them
        ),
        "detail": "",
        "actions": [],
    }
    return {
        "title": str(_("Nobody is missing")) if not waiting else ngettext("{n} still missing", "{n} still missing", len(waiting)).format(n=len(waiting)),
        "remind_n": len(waiting), "remind_url": f"/classes/{unit.code}/remind?day={day}", "empty": empty,
        "people": [_to_call(unit, day, row, people[UUID(row["code"])], tried.get(UUID(row["code"]), [])) for row in waiting],
    }  # fmt: skip


def _to_call(unit: Unit, day: date, row: dict[str, Any], person: Person, tried: list[Any]) -> dict[str, Any]:
    return {
        "code": row["code"], "name": person.name, "phone": phone_of(person),
        "call_url": f"/people/{person.pk}/call" if person.phone else "",
        "note": ngettext("called {n} time", "called {n} times", len(tried)).format(n=len(tried)) if tried else "",
        "state": "warn" if tried else "", "word": str(dict(OUTCOMES)[tried[0].outcome]) if tried else "",
        "reached_url": f"/classes/{unit.code}/reached/{person.pk}?day={day}",
    }  # fmt: skip


def _roll_call(unit: Unit, day: date, slot: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "action": f"/classes/{unit.code}/check", "key": f"roll-{uuid7()}", "done_url": f"/classes/{unit.code}?day={day}&slot={slot}",
        "hidden": [{"name": "day", "value": str(day)}, {"name": "slot", "value": slot}], "people": rows,
        "rest": sum(not row["exception"] for row in rows),
        "symptoms": [{"code": s, "label": SYMPTOMS.label(s, language())} for s in ("fever", "cough")],
    }  # fmt: skip


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
        raise Refused("required", "tick")
    exceptions = [_exception(person, posted) for person in members(unit, day)]
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
            )
    raw = {
        "key": posted.get("key"), "unit": unit.code, "day": str(day), "slot": slot_of(unit, day, posted.get("slot", "")),
        "observed_by": actor.name, "exceptions": [one for one in exceptions if one], "everyone_else": "well",
    }  # fmt: skip
    return receive_roll_call(actor, raw, channel="form")


_STATES = {"unwell": "unwell", "absent": "unknown"}


def _exception(person: Person, posted: Any) -> dict[str, Any] | None:
    chosen = posted.get(f"exception-{person.pk}", "")
    reading = posted.get(f"temperature-{person.pk}", "").strip()
    if chosen not in _STATES and not reading:
        return None
    more = {"temperature": reading} if reading else {}
    return {
        "person": str(person.pk),
        "state": _STATES.get(chosen, "well"),
        "note": posted.get(f"note-{person.pk}", ""),
        **more,
    }


@require_POST
@signed_in
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Remind everybody of the class whose answer is missing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = day_of(request, unit)
    result = remind_missing(actor, unit=unit, day=day, slot=slot_of(unit, day))
    told(
        request,
        str(_("Reminded {told} of {missing}; the others have no account and are best called.")).format(
            told=result.told, missing=result.missing
        ),
    )
    return redirect(f"/classes/{unit.code}?day={day}" if unit.keeps_roster else f"/board/{unit.code}?day={day}")


@require_POST
@signed_in
def reached(request: HttpRequest, code: str, person: UUID) -> HttpResponse:
    """Write down a call to somebody whose answer is missing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    day = day_of(request, unit)
    found = Person.objects.filter(pk=person).first()
    if found is None:
        raise Http404
    _called(actor, unit, day, found, request.POST.get("state", ""), request.POST.get("note", "").strip()[:200])
    return redirect(f"/classes/{unit.code}?day={day}")


def _called(actor: Actor, unit: Unit, day: date, person: Person, said: str, note: str) -> None:
    slot = slot_of(unit, day)
    if said == "on_leave":
        approve_leave(actor, unit=unit, person=person, since=day, until=day, reason=note or str(_("on leave")))
    elif said in ("well", "unwell"):
        raw = {
            "key": f"phone-{uuid7()}",
            "unit": unit.code,
            "day": str(day),
            "slot": slot,
            "person": {"ref": str(person.pk)},
            "state": said,
            "note": note,
        }
        draft = understand(actor, raw, channel="form").draft
        record_contact(actor, unit=unit, person=person, day=day, slot=slot, outcome=said, answer=draft, remark=note)
    else:
        record_contact(actor, unit=unit, person=person, day=day, slot=slot, outcome="no_answer", remark=note)


@signed_in
def missing(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody under a unit of whom nothing is known today."""
    unit = unit_of(request.actor, code)  # type: ignore[attr-defined]
    day = day_of(request, unit)
    people = rows_to_call(unanswered(unit, day, slot_of(unit, day)), day)
    detail = {
        "title": str(_("Not in")), "sub": str(unit), "chips": [], "facts": [], "sections": [], "timeline": [], "actions": [],
        "people": people, "back": {"label": str(_("Duty desk")), "url": f"/board/{unit.code}?day={day}"},
    }  # fmt: skip
    return page(request, "pages/detail.html", {"detail": detail})

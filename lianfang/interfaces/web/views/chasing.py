"""Chasing the missing of a class (催报与电话联系): whom to call, what came of it, and reminding all of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from uuid_utils.compat import uuid7

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.checkin.chase import remind_missing
from lianfang.capabilities.checkin.intake import understand
from lianfang.capabilities.checkin.models import OUTCOMES
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.interfaces.web.views.frame import day_of, page, signed_in, told, unit_of
from lianfang.interfaces.web.views.missing import attempts, phone_of
from lianfang.interfaces.web.views.missing import rows as rows_to_call
from lianfang.interfaces.web.views.states import slot_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.missing import unanswered


def chase(
    unit: Unit, day: date, waiting: list[dict[str, Any]], people: dict[UUID, Person], all_of_them: int
) -> dict[str, Any]:
    """The card of those who are missing."""
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
        "title": str(_("Nobody is missing"))
        if not waiting
        else ngettext("{n} still missing", "{n} still missing", len(waiting)).format(n=len(waiting)),
        "remind_n": len(waiting),
        "remind_url": f"/classes/{unit.code}/remind?day={day}",
        "empty": empty,
        "people": [
            _to_call(unit, day, row, people[UUID(row["code"])], tried.get(UUID(row["code"]), [])) for row in waiting
        ],
    }


def _to_call(unit: Unit, day: date, row: dict[str, Any], person: Person, tried: list[Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": person.name,
        "phone": phone_of(person),
        "call_url": f"/people/{person.pk}/call" if person.phone else "",
        "note": ngettext("called {n} time", "called {n} times", len(tried)).format(n=len(tried)) if tried else "",
        "state": "warn" if tried else "",
        "word": str(dict(OUTCOMES)[tried[0].outcome]) if tried else "",
        "reached_url": f"/classes/{unit.code}/reached/{person.pk}?day={day}",
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
        why = note or str(_("on leave"))
        approve_leave(actor, unit=unit, person=person, since=day, until=day, reason=why, despite_recall=note)
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
        "title": str(_("Not in")),
        "sub": str(unit),
        "chips": [],
        "facts": [],
        "sections": [],
        "timeline": [],
        "actions": [],
        "people": people,
        "empty": None
        if people
        else {"kind": "good", "title": str(_("Nobody is missing")), "detail": "", "actions": []},
        "back": {"label": str(_("Duty desk")), "url": f"/board/{unit.code}?day={day}"},
    }
    return page(request, "pages/detail.html", {"detail": detail})

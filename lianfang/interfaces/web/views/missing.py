"""The card of people of whom nothing is known today (未打卡人员), and reminding them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.models import OUTCOMES, ContactAttempt
from lianfang.domain.identity import mask_phone
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.board import Board
from lianfang.kernel.reporting.missing import Unanswered, unanswered

SHOWN = 6


def missing_people(actor: Actor, seen: Board, slot: str) -> dict[str, Any] | None:
    """The card for a time of day, or nothing when everybody has answered."""
    found = unanswered(seen.unit, seen.day, slot)
    if not found:
        return None
    total = seen.people.unknown
    return {
        "title": ngettext("{n} person not in", "{n} people not in", total).format(n=total),
        "remind_n": total if actor.holds(ANSWERERS, seen.unit) else 0,
        "remind_url": f"/classes/{seen.unit.code}/remind?day={seen.day}",
        "people": rows(found[:SHOWN], seen.day),
        "more": max(0, total - SHOWN),
        "more_url": f"/missing/{seen.unit.code}?day={seen.day}",
    }


def rows(found: list[Unanswered], day: date) -> list[dict[str, Any]]:
    """Whom to call: name, unit, masked phone, what was tried so far."""
    people = Person.objects.in_bulk([one.person_id for one in found])
    units = Unit.objects.in_bulk([one.unit_id for one in found])
    tries = attempts([one.person_id for one in found], day)
    return [
        _row(people[one.person_id], units[one.unit_id], tries.get(one.person_id, []))
        for one in found
        if one.person_id in people
    ]


def _row(person: Person, unit: Unit, tried: list[ContactAttempt]) -> dict[str, Any]:
    last = tried[0] if tried else None
    return {
        "name": person.name,
        "unit": str(unit),
        "phone": phone_of(person),
        "call_url": f"/people/{person.pk}/call" if person.phone else "",
        "note": _note(tried),
        "state": "warn" if last else "",
        "word": str(dict(OUTCOMES)[last.outcome]) if last else "",
    }


def phone_of(person: Person) -> str:
    """The phone as those see it who call the person: enough to know it is the right one."""
    return mask_phone(person.phone.open(), for_follower=True) if person.phone else ""


def _note(tried: list[ContactAttempt]) -> str:
    if not tried:
        return str(_("not called yet"))
    return ngettext("called {n} time", "called {n} times", len(tried)).format(n=len(tried))


def attempts(person_ids: list[Any], day: date) -> dict[Any, list[ContactAttempt]]:
    """Calls of the day by person, newest first."""
    found: dict[Any, list[ContactAttempt]] = {}
    for attempt in ContactAttempt.objects.filter(person_id__in=person_ids, day=day).order_by("-at"):
        found.setdefault(attempt.person_id, []).append(attempt)
    return found

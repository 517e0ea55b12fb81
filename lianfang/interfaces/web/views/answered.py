"""What was answered (打卡结果与记录): today's receipt, the week, and one's own records."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.checkin import asked_of, helping, links_of, slot_today
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.reporting.models import Answer, Receipt
from lianfang.kernel.scope import EVERYTHING, within


@signed_in
def done(request: HttpRequest) -> HttpResponse:
    """What was received today, and how to correct it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = asked_of(actor)
    answers = [_answered(actor, m) for m in mine]
    if not any(one["receipt"] for one in answers):
        return redirect("/check-in")
    unwell = [m for m, a in zip(mine, answers, strict=True) if a["status"] == "unwell"]
    day = clock.today(mine[0].unit.zone) if mine else clock.now().date()
    context = {
        "day": day,
        "answers": answers,
        "help": helping(unwell[0].unit) if unwell else None,
        "links": links_of(actor),
    }
    return page(request, "pages/check_in_done.html", {"done": context})


def _answered(actor: Actor, membership: Membership) -> dict[str, Any]:
    unit, who = membership.unit, membership.person_id
    day, slot = clock.today(unit.zone), slot_today(unit)
    given = Answer.objects.filter(unit=unit, day=day, slot=slot, person_id=who).first()
    return {
        "name": membership.person.name,
        "place": str(unit),
        "status": given.state if given else "not_in",
        "word": None,
        "temperature": given.temperature if given else None,
        "receipt": _receipt(actor, given),
        "strip": _strip(unit, who, day),
        "correct_url": "/check-in",
    }


def _receipt(actor: Actor, given: Answer | None) -> dict[str, Any] | None:
    if given is None:
        return None
    kept = _acknowledged(given) if given.sender_id == actor.account_id else None
    return {
        "number": str(kept.id)[-12:] if kept else "—",
        "at": given.received_at,
        "hash": kept.hash if kept else "",
        "late_by": None,
        "held": False,
    }


def _acknowledged(given: Answer) -> Receipt | None:
    """The receipt of an answer: the last one made out to its sender before the answer was written."""
    with within(EVERYTHING):
        mine = Receipt.objects.filter(sender_id=given.sender_id or 0, unit=given.unit, kind="answer")
        return mine.filter(received_at__lte=given.received_at).order_by("-received_at").first()


def _strip(unit: Unit, who: UUID, day: date) -> list[str]:
    days = states.week(day)[::-1]
    given = {a.day: a for a in Answer.objects.filter(unit=unit, person_id=who, day__in=days)}
    return [_mark(given.get(one)) for one in days]


def _mark(answer: Answer | None) -> str:
    if answer is None:
        return "none"
    if not answer.on_time:
        return "late"
    return "report" if answer.state == "unwell" else "zero"


@signed_in
def records(request: HttpRequest) -> HttpResponse:
    """My own answers and those of my wards, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = {m.person_id: m for m in asked_of(actor)}
    answers = Answer.objects.filter(person_id__in=mine).select_related("unit").order_by("-day", "slot")[:60]
    rows = [
        {
            "key": str(a.pk),
            "state": "",
            "url": "",
            "heading": 0,
            "action": None,
            "cells": [
                {"kind": "name", "value": mine[a.person_id].person.name, "url": "", "word": "", "state": ""},
                {"kind": "day", "value": a.day, "url": "", "word": "", "state": ""},
                {"kind": "status", "value": a.state, "url": "", "word": None, "state": ""},
                {"kind": "temperature", "value": a.temperature, "url": "", "word": "", "state": ""},
            ],
        }
        for a in answers
    ]
    columns = [
        {"label": str(label), "priority": 1, "numeric": False, "sort_url": "", "sorted": ""}
        for label in (_("Name"), _("Day"), _("State"), _("Temperature"))
    ]
    table = {"caption": str(_("My records")), "selectable": False, "columns": columns, "rows": rows, "totals": None}
    detail = {
        "title": str(_("My records")),
        "sub": "",
        "chips": [],
        "facts": [],
        "timeline": [],
        "actions": [],
        "people": [],
        "sections": [{"title": str(_("Answers")), "table": table}] if rows else [],
        "empty": None if rows else {"kind": "new", "title": str(_("Nothing here yet")), "detail": "", "actions": []},
        "back": {"label": str(_("Check-in")), "url": "/check-in"},
    }
    return page(request, "pages/detail.html", {"detail": detail})

"""My day (我的今日): what one owes now and until when, what is done, who reminded one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianfang.capabilities.upward.corrections import recipient_of
from lianfang.domain.roles import SIGNERS
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.checkin import asked_by, asked_of
from lianfang.interfaces.web.views.filling_due import form_dues
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.interfaces.web.views.guest_requests import link_of
from lianfang.interfaces.web.views.statuses import change_words
from lianfang.interfaces.web.views.today_site import site_dues
from lianfang.interfaces.web.views.today_tasks import task_dues
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.alerts.ops import newest
from lianfang.kernel.dues.models import DIFFERENCE, FORM, HANDOVER, KIND_NAMES, REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.statuses.telling import CHANGED


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The first page of everybody who is signed in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.scope.exchange_paths and not (actor.scope.paths or actor.person_id):
        return redirect("/verification")  # another authority's liaison owes nothing else
    home = actor.home
    zone_day = clock.today(home.zone) if home else clock.now().date()
    dues = [_due(due) for due in _owed(actor)] + _own(actor) + form_dues(actor, asked_of(actor)) + task_dues(actor)
    dues += site_dues(actor)
    waiting = [d for d in dues if not d["settled"]]
    finished = [_finished(d) for d in dues if d["settled"]]
    waiting.sort(key=lambda d: (d["status"] != "overdue", d["due"] is None, d["due"] or clock.now()))
    context = {
        "day": zone_day,
        "unit": str(home) if home else "",
        "dues": waiting,
        "done": finished,
        "empty": None if waiting else _nothing(bool(finished), link_of(actor)),
        "nudges": [_nudge(alert) for alert in newest(actor)],
    }
    return page(request, "pages/today.html", {"today": context})


def _owed(actor: Actor) -> list[Due]:
    units = [post.unit for post in actor.posts if post.role in SIGNERS]
    day_of = {unit.pk: clock.today(unit.zone) for unit in units}
    # What goes to the sector superior is the same report as the territory's, and stands here once.
    today = Q(day__in=set(day_of.values())) | Q(kind=DIFFERENCE, settled_at=None)  # these are due by the hour
    found = Due.objects.filter(today, unit__in=units).exclude(line="sector").exclude(kind=FORM)
    found = found.select_related("unit", "recipient").order_by("due_at")
    return [due for due in found if due.kind == DIFFERENCE or due.day == day_of[due.unit_id]]


def _due(due: Due) -> dict[str, Any]:
    at = clock.now()
    return {
        "title": capfirst(str(KIND_NAMES[due.kind])),
        "unit": str(due.unit),
        "due": due.due_at,
        "left": due.due_at - at,
        "near": states.NEAR_MINUTES,
        "status": states.state_of(due, at),
        "word": states.word_of(due, at),
        "url": _url(due),
        "verb": str(_verb(due.kind)),
        "note": due.explained or _outside(due),
        "primary": due.kind == REPORT,
        "settled": due.settled_at,
    }


def _outside(due: Due) -> str:
    """Who outside the tree gets a copy."""
    return str(recipient_of(due)) if due.kind == HANDOVER else ""


def _url(due: Due) -> str:
    if due.kind == DIFFERENCE:
        return "/verification"
    if due.kind == HANDOVER:
        return f"/upward/{due.unit.code}"
    return f"/board/{due.unit.code}" if due.kind == REPORT else f"/classes/{due.unit.code}"


def _verb(kind: str) -> str:
    return str({REPORT: _("Go to the board"), ROLL_CALL: _("Check the class")}.get(kind, _("Open")))


def _finished(due: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": due["title"],
        "unit": due["unit"],
        "at": due["settled"],
        "url": due["url"],
        "status": due["status"],
        "word": due["word"],
    }


def _own(actor: Actor) -> list[dict[str, Any]]:
    """One's own check-in and that of one's wards."""
    mine = asked_of(actor)
    if not mine:
        return []
    unit: Unit = mine[0].unit
    day = clock.today(unit.zone)
    given = Answer.objects.filter(person_id__in=[m.person_id for m in mine], day=day)
    answered = dict(given.order_by("received_at").values_list("person_id", "received_at"))
    open_ = {m.person_id for m in mine} - set(answered)
    due_at = asked_by(unit, day)
    return [
        {
            "title": str(_("Health check-in")),
            "unit": listed(m.person.name for m in mine),
            "due": due_at,
            "left": due_at - clock.now(),
            "near": states.NEAR_MINUTES,
            "status": "not_in" if open_ else "done",
            "word": None,
            "url": "/check-in",
            "verb": str(_("Check in")),
            "note": "",
            "primary": True,
            "settled": None if open_ else max(answered.values()),
        }
    ]


def _nothing(done: bool, actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": "good",
        "title": str(_("Nothing is due any more today")) if done else str(_("Nothing is due")),
        "detail": "",
        "actions": actions,
    }


_TEXTS = {
    "report.sent_back": gettext_noop("A report was sent back: {reason}"),
    "report.nudge": gettext_noop("Your report is awaited"),
    "answer.missing": gettext_noop("Your answer for today is missing"),
    "screening.reminder": gettext_noop("Today's screening is not done yet"),
    "screening.task": gettext_noop("Today's screening is yours"),
    "answer.fever": gettext_noop("Somebody has a fever"),
    "answer.unwell": gettext_noop("Somebody is not well"),
    "answer.health_code": gettext_noop("A yellow or red health code asks for follow-up"),
    "due.reminder": gettext_noop("A report is due soon"),
    "due.overdue": gettext_noop("A report is overdue"),
    "due.overdue_below": gettext_noop("A lower unit's report is overdue"),
    "report.corrected": gettext_noop("A lower unit has corrected its report"),
    "copy.outdated": gettext_noop("A recipient outside holds an old figure"),
    "difference.opened": gettext_noop("Two lists differ and wait for an answer"),
    "difference.corrected": gettext_noop("A fact was corrected on which a difference rests"),
    "contact.advice": gettext_noop(
        "Somebody at a place you were at is not well now. If you feel unwell, please tell the school doctor at once."
    ),
    "contact.unwell": gettext_noop("A contact under follow-up is not well"),
    "case.of_test": gettext_noop("A test was positive: a case is open"),
    "case.report_late": gettext_noop("A case is not reported in time"),
    "contact.not_transferred": gettext_noop("A contact is not in isolation in time"),
    "contact.overdue": gettext_noop("Somebody in one-to-one follow-up was not reached in time"),
    "contact.needs_help": gettext_noop("Somebody in one-to-one follow-up needs help"),
    "recall.overdue": gettext_noop("Somebody called back from leave is not back"),
    "door.unwell": gettext_noop("Somebody at the door of a class is not well"),
    "reading.no_second": gettext_noop("A reading out of range was not taken again"),
    "stay.unwell": gettext_noop("A guest under observation is not well"),
    "isolation.late": gettext_noop("An isolated person still waits for the referral, or a guardian for the call"),
    "person.isolated": gettext_noop("Your child is in the isolation area of the school"),
    "incident.own": gettext_noop("A yellow or red code of yours is being followed: see everything about it"),
    "incident.called": gettext_noop("An emergency: you are called"),
    "incident.reported": gettext_noop("An incident was reported to you"),
    "incident.code": gettext_noop("A yellow or red code was reported to you"),
    "incident.late": gettext_noop("A step of an incident is late"),
    "cluster.found": gettext_noop("Several people are ill alike"),
    "stock.runs_out": gettext_noop("Supplies run out soon: order them"),
    "risk.review_overdue": gettext_noop("The review of a risk assessment is overdue"),
    "report.sent_again": gettext_noop("A lower unit has sent its report again"),
}


_OF_A_THING = (
    "case.report_late", "case.of_test", "contact.not_transferred", "isolation.late", "stay.unwell", "door.unwell",
    "reading.no_second",
)  # fmt: skip
"""Alerts whose facts name the thing to look at."""
_THINGS = {"case": "/cases", "stay": "/stays", "run": "/training/runs", "isolation": "/isolations"}


def _nudge(alert: Alert) -> dict[str, Any]:
    if alert.kind == CHANGED:
        return {"at": alert.at, "by": str(alert.unit), "text": change_words(alert), "url": "/me/statuses"}
    text = str(_(_TEXTS.get(alert.kind, alert.kind)))
    url = "/check-in" if alert.kind == "answer.missing" else f"/board/{alert.unit.code}"
    if alert.kind.startswith("difference."):
        url = "/verification"
    if alert.kind == "contact.advice":
        url = "/check-in"
    if alert.kind == "answer.health_code" and "answer" in alert.facts:
        url = f"/codes/{alert.unit.code}/open?answer={quote(alert.facts['answer'].partition(':')[2])}"
    if alert.kind in _OF_A_THING:
        url = next((f"{where}/{alert.facts[name]}" for name, where in _THINGS.items() if name in alert.facts), url)
    if alert.kind == "contact.unwell":
        url = "/cases"
    if alert.kind in ("contact.overdue", "contact.needs_help", "recall.overdue"):
        url = f"/{'recall' if alert.kind == 'recall.overdue' else 'pairs'}/{alert.unit.code}"
    if alert.kind == "stock.runs_out":
        url = f"/stock/{alert.unit.code}"
    if alert.kind == "risk.review_overdue":
        url = f"/risks/{alert.unit.code}"
    if alert.kind.startswith("incident."):
        url = f"/incidents/{alert.subject.partition(':')[2]}" if alert.kind != "incident.late" else "/incidents"
    if alert.kind == "incident.own":
        url = "/incidents/own"
    if alert.kind == "cluster.found":
        url = f"/alerts/clusters/{alert.subject.partition(':')[2]}"
    return {"at": alert.at, "by": str(alert.unit), "text": text.format_map({"reason": "", **alert.facts}), "url": url}

"""Cases (病例): the cases within one's scope with what is to be done today, and one case in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.cases.actions import DECIDERS, OPENERS, VISITORS
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.capabilities.cases.register import Contacts, FollowUps, LineList
from lianfang.domain.cases.terms import FOLLOWED, PROPOSED
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.cases_chain import chain_of
from lianfang.interfaces.web.views.cases_contacts import deciding, followed, others
from lianfang.interfaces.web.views.cases_judging import judging, timeline
from lianfang.interfaces.web.views.cases_reporting import reporting
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor

SHOWN: Final = 200
VISITS_SHOWN: Final = 100
CLASS_STATES: Final = {
    "": "wait", "suspected": "warn", "probable": "warn", "confirmed": "bad", "asymptomatic": "bad", "discarded": "ok",
}  # fmt: skip


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The cases, open ones first, and the follow-up visits of today."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not LineList.open_to(actor):
        raise Http404
    rows = list(LineList.rows(actor).order_by("-state", "-date_reporting", "-number")[:SHOWN])
    contacts = Contacts.rows(actor)
    visits = _visits(actor)
    shown = {
        "figures": [
            _figure(_("Open cases"), LineList.rows(actor).filter(state="open").count()),
            _figure(_("Contacts to decide"), contacts.filter(state=PROPOSED).count(), warns=True),
            _figure(_("Followed up"), contacts.filter(state=FOLLOWED).count()),
            _figure(_("Visits still owed today"), sum(one["state"] != "ok" for one in visits), warns=True),
        ],
        "rows": [_row(one) for one in rows],
        "visits": visits,
        "open_url": "/cases/open" if actor.roles & set(OPENERS) else "",
        "kpis_url": f"/cases/kpis?unit={actor.home.code}" if actor.home else "/cases/kpis",
        "csv_url": "/cases/chains.csv",
        "list_url": "/list/cases",
    }
    return page(request, "pages/cases.html", {"cases": shown})


def _figure(label: str, value: int, *, warns: bool = False) -> dict[str, Any]:
    return {"label": str(label), "value": value, "note": "", "of": None, "tone": "warn" if warns and value else ""}


def _row(case: Case) -> dict[str, Any]:
    return {
        "url": f"/cases/{case.pk}", "key": str(case.pk), "number": str(case), "name": case.person.name,
        "unit": str(case.unit), "class": class_chip(case), "onset": case.date_onset, "reported": case.date_reporting,
        "open": case.state == "open", "outcome": case.get_outcome_display() if case.outcome else "",
    }  # fmt: skip


def class_chip(case: Case) -> dict[str, str]:
    """What the case is, in shape and word."""
    return {"state": CLASS_STATES[case.classification], "word": str(case.get_classification_display())}


def _visits(actor: Actor) -> list[dict[str, Any]]:
    """Today's visits, one's own first; what is done goes last."""
    if not FollowUps.open_to(actor) or actor.home is None:
        return []
    today, now = clock.today(actor.home.zone), clock.now()
    found = FollowUps.rows(actor).filter(day=today).order_by("settled_at", "due_at", "pk")[:VISITS_SHOWN]
    rows = sorted(found, key=lambda task: (task.settled_at is not None, task.account_id != actor.account_id))
    contacts = {str(one.pk): one for one in Contact.objects.filter(pk__in=[_key(task.subject) for task in rows])}
    return [
        {
            "name": task.person.name if task.person else "", "due": task.due_at,
            "mine": task.account_id == actor.account_id,
            "url": f"/cases/{contacts[_key(task.subject)].case_id}#contact-{_key(task.subject)}",
            "state": "ok" if task.settled_at else "bad" if task.due_at and task.due_at < now else "wait",
        }
        for task in rows if _key(task.subject) in contacts
    ]  # fmt: skip


def _key(subject: str) -> str:
    return subject.partition(":")[2]


@require_GET
@signed_in
def show(request: HttpRequest, number: UUID) -> HttpResponse:
    """One case: what it is and why, its contacts, its chain, what happened."""
    return case_page(request, case_of(request, number))


def case_of(request: HttpRequest, number: UUID) -> Case:
    """A case that the actor may see; another is not there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case: Case | None = LineList.rows(actor).filter(pk=number).first()
    if case is None:
        raise Http404
    return case


def case_page(
    request: HttpRequest, case: Case, *, refused: Refused | None = None, given: Mapping[str, str] | None = None
) -> HttpResponse:  # fmt: skip
    """The whole page; with a refusal, what was entered is still there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    decides, visits = actor.holds(DECIDERS, case.unit), actor.holds(VISITORS, case.unit)
    rows = list(Contacts.rows(actor).filter(case=case).order_by("-score", "person__sort_key", "pk"))
    shown = {
        **_row(case),
        "here": f"/cases/{case.pk}",
        "decides": decides and case.state == "open",
        "figures": _figures(rows),
        "reporting": reporting(case, may=actor.holds(OPENERS, case.unit)),
        "judging": judging(case, decides=decides),
        "deciding": deciding(case, rows, given or {}) if decides else None,
        "followed": followed(case, rows, visits=visits, decides=decides),
        "others": others(rows) if decides else [],
        "chain": chain_of(actor, case),
        "timeline": timeline(case),
    }
    errors = errors_of(refused) if refused else []
    context = {"case": shown, "errors": errors, "typed": given or {}}
    return page(request, "pages/case.html", context, status=422 if refused else 200)


def _figures(rows: list[Contact]) -> list[dict[str, Any]]:
    count = {state: sum(one.state == state for one in rows) for state in {one.state for one in rows}}
    named = [(_("To decide"), PROPOSED, True), (_("Followed up"), FOLLOWED, False), (_("Advised"), "advised", False),
             (_("Released"), "released", False), (_("Became a case"), "became_case", True)]  # fmt: skip
    return [_figure(str(label), count.get(state, 0), warns=warns) for label, state, warns in named]

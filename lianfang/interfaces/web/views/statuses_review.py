"""Objections and changes by hand, for those who review them (申诉答复、人工变更)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.capabilities.objections.actions import (
    REVIEWERS,
    answer_objection,
    changes_by_hand,
    correct_fact,
    decide_change,
    outcome_words,
)
from lianfang.capabilities.objections.models import Objection
from lianfang.domain.parsing.choices import parse_yes_no
from lianfang.domain.refusals import Refused
from lianfang.interfaces.editions import edition_words
from lianfang.interfaces.titles import labelled
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.interfaces.web.views import states
from lianfang.interfaces.web.views.frame import page, signed_in, told
from lianfang.interfaces.web.views.statuses import PERIOD, counted, decider_words, facts_of, kind_words
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import registers
from lianfang.kernel.statuses.models import ByHand
from lianfang.kernel.statuses.words import value_words

MOST_OPEN, MOST_ANSWERED = 40, 50


@require_GET
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the soonest due first, and what was answered."""
    actor = _reviewer(request)
    rows = registers["objections"].rows(actor)
    waiting = list(rows.filter(answered_at__isnull=True).order_by("due_at")[:MOST_OPEN])
    answered = list(rows.filter(answered_at__isnull=False).order_by("-answered_at")[:MOST_ANSWERED])
    changes = (
        registers["changes-by-hand"].rows(actor).filter(decided_at__isnull=True).order_by("proposed_at")[:MOST_OPEN]
    )
    context = {
        "open": [_open(one, actor) for one in waiting], "answered": [_answered(one) for one in answered],
        "changes": [_change(one, actor) for one in changes], "figures": _figures(actor, len(waiting)),
        "outcomes": [{"value": code, "label": str(words)} for code, words in outcome_words()],
        "propose_url": "/do/status.change_proposed", "list_url": "/list/objections",
    }  # fmt: skip
    return page(request, "pages/objections.html", {"review": context})


def _reviewer(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.roles & set(REVIEWERS):
        raise Refused("scope", "unit")
    return actor


def _open(one: Objection, actor: Actor) -> dict[str, Any]:
    status = one.status
    return {
        "key": str(one.pk), "name": one.person.name, "unit": str(one.unit),
        "value": value_words(status.value, language()), "rule": status.rule,
        "edition": edition_words(status.edition),
        "text": one.text, "made_at": one.made_at, "due_at": one.due_at, "overdue": one.due_at < clock.now(),
        "own": actor.account_id == status.given_by_id or actor.answers_for(one.person_id), "by": decider_words(status),
        "facts": facts_of(status) if status.rule else [], "answer_url": f"/objections/{one.pk}/answer",
        "correct_url": f"/objections/{one.pk}/correct",
    }  # fmt: skip


def _answered(one: Objection) -> dict[str, Any]:
    at: datetime | None = one.answered_at
    return {
        "name": one.person.name, "text": one.text, "made_at": one.made_at, "answered_at": at,
        "in_time": at is not None and at <= one.due_at, "outcome": str(one.get_outcome_display()),
        "answer": one.answer,
    }  # fmt: skip


def _change(one: ByHand, actor: Actor) -> dict[str, Any]:
    return {
        "key": str(one.pk), "name": one.person.name, "unit": str(one.unit), "change": _change_words(one),
        "reason": one.reason, "by": one.proposed_by,
        "at": one.proposed_at, "own": one.proposed_by_id == actor.account_id, "url": f"/objections/changes/{one.pk}",
    }  # fmt: skip


def _change_words(one: ByHand) -> str:
    becomes = value_words(one.value, language()) if one.value else str(_("ends"))
    return labelled(kind_words(one.kind), becomes)


def _figures(actor: Actor, waiting: int) -> list[dict[str, Any]]:
    found = changes_by_hand(actor.home, since=clock.now() - PERIOD) if actor.home else []
    by_hand, period = counted(found), str(_("by hand, 30 days"))
    return [
        states.figure(str(_("Objections waiting")), waiting, tone="warn" if waiting else ""),
        states.figure(str(_("Changes confirmed")), by_hand["confirmed"], note=period),
        states.figure(str(_("Changes refused")), by_hand["refused"], note=period),
        states.figure(str(_("Changes waiting")), by_hand["waiting"], note=period),
    ]


@require_POST
@signed_in
def answer(request: HttpRequest, number: UUID) -> HttpResponse:
    """Answer an objection: the status stands or ends."""
    actor, one = _objection(request, number)
    given = {name: request.POST.get(name, "")[:300] for name in ("outcome", "answer")}
    answer_objection(actor, objection=one, **given)
    told(request, str(_("Answered. The person sees it at once.")))
    return redirect("/objections")


@require_POST
@signed_in
def correct(request: HttpRequest, number: UUID) -> HttpResponse:
    """Correct a wrong fact behind the status; that answers the objection."""
    actor, one = _objection(request, number)
    given = {name: request.POST.get(name, "")[:300] for name in ("fact", "right", "reason")}
    for name, value in given.items():
        if not value.strip():
            raise Refused("required", name)
    correct_fact(actor, status=one.status, holds=request.POST.get("holds") == "yes", **given)
    told(request, str(_("Corrected. The person sees it at once.")))
    return redirect("/objections")


def _objection(request: HttpRequest, number: UUID) -> tuple[Actor, Objection]:
    actor = _reviewer(request)
    one = registers["objections"].rows(actor).filter(pk=number).first()
    if one is None:
        raise Refused("scope", "objection")
    return actor, one


@require_POST
@signed_in
def decide(request: HttpRequest, number: UUID) -> HttpResponse:
    """Confirm or refuse a change by hand that a colleague has proposed."""
    actor = _reviewer(request)
    one = registers["changes-by-hand"].rows(actor).filter(pk=number).first()
    if one is None:
        raise Refused("scope", "change")
    agree = parse_yes_no(request.POST.get("agree", ""), "agree", [], channel="form")
    decide_change(actor, change=one, agree=agree)
    told(request, str(_("Changed by two people.")) if agree else str(_("Refused. Nothing was changed.")))
    return redirect("/objections")

"""The risks of a unit over a period (风险评估页): the matrix, each risk with its reasons, and when a grade changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.assessments.actions import ASSESSORS, RISK
from lianfang.capabilities.assessments.models import RiskAssessment, RiskEntry, RiskScore
from lianfang.capabilities.assessments.register import Risks
from lianfang.capabilities.assessments.scales import grades, grid, level, levels, principle
from lianfang.domain.refusals import Refused
from lianfang.domain.risks import Cell, Scored, Turn, matrix, turns
from lianfang.domain.roles import EVERYONE
from lianfang.interfaces.titles import labelled
from lianfang.interfaces.web.views.command_forms import answer, placed
from lianfang.interfaces.web.views.frame import day_of, page, signed_in
from lianfang.interfaces.web.views.risks_forms import DEEDS
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit

MOST: Final = 300  # risks of one assessment on the page, and of each its scores; the lists have them all
MOST_ASSESSMENTS: Final = 8  # tabs
CHIPS: Final[Mapping[str, str]] = {"low": "ok", "moderate": "info", "high": "warn", "very_high": "bad"}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One assessment of a unit, the newest that goes on unless the address names another."""
    actor, unit = placed(request, code)
    if not actor.holds(EVERYONE, unit):
        raise Refused("scope", "unit")
    day_of(request, unit)  # this page is of no single day; one in its address that is none is said, not passed over
    found = list(RiskAssessment.objects.filter(unit=unit).order_by("-first_day", "-id")[:MOST_ASSESSMENTS])
    chosen = _chosen(found, unit, request.GET.get("assessment", ""))
    context = {
        "unit": str(unit), "here": f"/risks/{unit.code}", "may": actor.holds(ASSESSORS, unit),
        "principle": principle(), "tabs": [_tab(one, chosen) for one in found],
        "list_url": f"/list/risks?unit={unit.code}", "scores_url": f"/list/risk-scores?unit={unit.code}",
    }  # fmt: skip
    if chosen is not None:
        risks = list(Risks.rows(actor).filter(assessment=chosen).order_by("number")[:MOST])
        context |= _content(chosen, risks, clock.today(unit.zone))
    return page(request, "pages/risks.html", {"risks": context})


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed; done, one comes back to the assessment that it was about."""
    return answer(request, code, DEEDS, deed, number, _home(code, deed, number))


def _home(code: str, deed: str, number: str) -> str:
    model = DEEDS[deed].model if deed in DEEDS else None
    if model is None or not number:
        return f"/risks/{code}"
    key = _uuid(number)
    found = RiskEntry.objects.filter(pk=key).values_list("assessment_id", flat=True).first()
    return f"/risks/{code}?assessment={found or key}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _chosen(found: Sequence[RiskAssessment], unit: Unit, asked: str) -> RiskAssessment | None:
    if asked:
        one = RiskAssessment.objects.filter(unit=unit, pk=_uuid(asked)).first()
        if one is None:
            raise Http404
        return one
    going_on = [one for one in found if one.ended_at is None]
    return next(iter([*going_on, *found]), None)


def _tab(one: RiskAssessment, chosen: RiskAssessment | None) -> dict[str, Any]:
    url = f"/risks/{one.unit.code}?assessment={one.pk}"
    return {"label": one.title, "url": url, "count": None, "current": chosen is not None and one.pk == chosen.pk}


def _content(one: RiskAssessment, risks: Sequence[Any], today: date) -> dict[str, Any]:
    scores = _scores(risks)
    rows = [_risk(risk, scores[risk.pk]) for risk in risks]
    open_ = [row for row in rows if row["open"]]
    places = [(risk.code, risk.latest_likelihood, risk.latest_consequence) for risk in risks if risk.state == "open"]
    return {
        "one": one, "state": _state(one, today), "matrix": _matrix(places, rows),
        "consequences": levels("consequence"), "likelihoods": levels("likelihood")[::-1],
        "grades": [{"chip": CHIPS[grade.code], "row": grade} for grade in levels("grade")[::-1]],
        "open": sorted(open_, key=_worst_first), "closed": [row for row in rows if not row["open"]],
        "turns": sorted((turn for row in rows for turn in row["turns"]), key=lambda turn: turn["at"], reverse=True),
        "reviews": list(one.reviews.order_by("-number")[:MOST]),
    }  # fmt: skip


def _state(one: RiskAssessment, today: date) -> dict[str, str]:
    if one.ended_at is not None:
        return {"chip": "wait", "word": str(_("ended"))}
    if one.review_on < today:
        return {"chip": "bad", "word": str(_("review overdue"))}
    if one.review_on == today:
        return {"chip": "warn", "word": str(_("review due today"))}
    return {"chip": "info", "word": str(_("goes on"))}


def _scores(risks: Sequence[RiskEntry]) -> dict[UUID, list[RiskScore]]:
    """The scores of each risk, newest first, in one question to the database."""
    found: dict[UUID, list[RiskScore]] = {risk.pk: [] for risk in risks}
    for score in RiskScore.objects.filter(risk__in=list(found)).order_by("risk_id", "-revision"):
        found[score.risk_id].append(score)
    return found


def _risk(risk: Any, scores: Sequence[RiskScore]) -> dict[str, Any]:
    found = turns([Scored(s.likelihood, s.consequence, s.grade, s.at) for s in scores], grades=grades())
    last = scores[0]
    return {
        "row": risk, "key": str(risk.pk), "code": risk.code, "open": risk.state == "open", "last": last,
        "grade": _grade(last.grade), "scales": _scales(last), "owner": last.get_owner_role_display(),
        "moves": RISK.allowed(risk.state), "turns": [_turn(risk.code, turn) for turn in found],
        "history": [_line(score) for score in scores[:MOST]],
    }  # fmt: skip


def _scales(last: RiskScore) -> list[dict[str, Any]]:
    named = (
        (_("Likelihood"), last.likelihood, levels("likelihood")[last.likelihood - 1], last.likelihood_reason),
        (_("Consequence"), last.consequence, levels("consequence")[last.consequence - 1], last.consequence_reason),
        (_("Confidence"), "", level("confidence", last.confidence), last.confidence_reason),
    )
    return [{"label": a, "number": b, "word": str(c), "why": d} for a, b, c, d in named]


def _grade(code: str) -> dict[str, str]:
    return {"chip": CHIPS[code], "word": str(level("grade", code))}


def _turn(code: str, turn: Turn) -> dict[str, Any]:
    return {"code": code, "at": turn.at, "before": _grade(turn.before), "after": _grade(turn.after)}


def _line(score: RiskScore) -> dict[str, Any]:
    turned = score.grade_before not in ("", score.grade)
    said = [
        (f"{_('Likelihood')} {score.likelihood}", score.likelihood_reason),
        (f"{_('Consequence')} {score.consequence}", score.consequence_reason),
        (f"{_('Confidence')} {level('confidence', score.confidence)}", score.confidence_reason),
    ]
    return {
        "row": score, "grade": _grade(score.grade), "said": [labelled(name, why) for name, why in said],
        "before": _grade(score.grade_before) if turned else None,
    }  # fmt: skip


def _matrix(places: Sequence[tuple[str, int, int]], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    hazards = {row["code"]: row["row"].hazard for row in rows}
    names = levels("likelihood")
    return [
        {"number": row[0].likelihood, "name": str(names[row[0].likelihood - 1]), "cells": _cells(row, hazards)}
        for row in matrix(grid(), places)
    ]


def _cells(row: Sequence[Cell], hazards: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "grade": cell.grade, "word": str(level("grade", cell.grade)),
            "risks": [{"code": code, "number": code[1:], "hazard": hazards[code]} for code in cell.codes],
        }
        for cell in row
    ]  # fmt: skip


def _worst_first(row: Mapping[str, Any]) -> tuple[int, int, int]:
    """By grade, then what is known least of, then by number."""
    last = row["last"]
    sure = level("confidence", last.confidence).number
    return -grades().index(last.grade), sure, row["row"].number

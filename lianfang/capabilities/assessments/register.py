"""How risks and their scores are listed (风险台账): what is thought of each risk now, and everything it was before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.assessments.actions import (
    assess_risk,
    close_risk,
    end_assessment,
    open_assessment,
    review_assessment,
    score_risk_anew,
)
from lianfang.capabilities.assessments.models import CONFIDENCES, STATES, RiskEntry, RiskScore
from lianfang.capabilities.assessments.scales import level
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit

LATEST = ("likelihood", "consequence", "confidence", "grade", "response", "owner_role", "revision")


def with_latest(risks: QuerySet[Any]) -> QuerySet[Any]:
    """Risks with the parts of their latest score, each named `latest_` and its name."""
    newest = RiskScore.objects.filter(risk=OuterRef("pk")).order_by("-revision")
    found: QuerySet[Any] = risks.annotate(**{f"latest_{name}": Subquery(newest.values(name)[:1]) for name in LATEST})
    return found


def grade_word(code: str) -> str:
    """A grade in words; none where there was none before, the code itself where the scale has it no more."""
    try:
        return str(level("grade", code)) if code else ""
    except KeyError:
        return code


def _word(words: Mapping[str, Any], code: str | None) -> str:
    """A code in words; nothing where a risk has no score yet."""
    return str(words.get(code or "", code or ""))


class Risks(Register):
    name = "risks"
    title = _("Risks")
    model = RiskEntry
    related = ("unit", "assessment")
    order = ("-assessment_id", "-number")
    search = ("hazard", "assessment__title")
    columns = [
        column(RiskEntry, "unit"),
        Column("assessment", _("risk assessment"), lambda row: row.assessment.title, priority=2),
        Column("risk", _("risk"), lambda row: row.code, "code"),
        column(RiskEntry, "hazard"),
        Column("likelihood", _("likelihood"), lambda row: row.latest_likelihood, "amount"),
        Column("consequence", _("consequence"), lambda row: row.latest_consequence, "amount"),
        Column("grade", _("grade"), lambda row: grade_word(row.latest_grade)),
        Column("confidence", _("confidence"), lambda row: _word(dict(CONFIDENCES), row.latest_confidence), priority=2),
        Column("response", _("what is done about it"), lambda row: row.latest_response, priority=3),
        Column("owner", _("owner"), lambda row: _word(ROLE_NAMES, row.latest_owner_role), priority=2),
        Column("revision", _("revision"), lambda row: row.latest_revision, "amount", 3),
        column(RiskEntry, "state"),
        column(RiskEntry, "closed_because", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("state", _("state"), STATES)]
    actions = [open_assessment, assess_risk, score_risk_anew, close_risk, review_assessment, end_assessment]
    address = staticmethod(lambda row: f"/risks/{row.unit.code}?assessment={row.assessment_id}#r-{row.number}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The risks within scope, each with what is thought of it now."""
        return with_latest(super().rows(actor))


class RiskScores(Register):
    name = "risk-scores"
    title = _("Risk scores")
    model = RiskScore
    related = ("unit", "risk__assessment")
    order = ("-at", "-id")
    search = ("risk__hazard",)
    columns = [
        column(RiskScore, "at"),
        column(RiskScore, "unit"),
        Column("risk", _("risk"), lambda row: str(row.risk)),
        column(RiskScore, "revision"),
        column(RiskScore, "likelihood"),
        column(RiskScore, "likelihood_reason", priority=3),
        column(RiskScore, "consequence"),
        column(RiskScore, "consequence_reason", priority=3),
        Column("grade_before", _("grade before"), lambda row: grade_word(row.grade_before)),
        Column("grade", _("grade"), lambda row: grade_word(row.grade)),
        column(RiskScore, "confidence", priority=2),
        column(RiskScore, "confidence_reason", priority=3),
        column(RiskScore, "response", priority=3),
        column(RiskScore, "owner_role", priority=3),
        column(RiskScore, "reason", priority=2),
        column(RiskScore, "by", priority=2),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("from", _("from"), "at__date", bound="gte"),
        on_day("to", _("to"), "at__date", bound="lte"),
    ]

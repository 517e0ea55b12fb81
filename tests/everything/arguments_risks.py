"""What the actions about risks are given, and their addresses (权限矩阵: 风险评估)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY
from tests.risks import JUDGED


def _begun(w: Any, title: str) -> Any:
    """An assessment of the near school."""
    from lianfang.capabilities.assessments.actions import open_assessment
    from lianfang.capabilities.assessments.models import RiskAssessment

    with within(EVERYTHING):
        found = RiskAssessment.objects.filter(unit=w.school, title=title).first()
        given = {"first_day": DAY, "last_day": DAY + timedelta(days=20)}
        return found or open_assessment(SYSTEM, unit=w.school, title=title, **given)


def _risk(assessment: Any) -> Any:
    """A risk that is open."""
    from lianfang.capabilities.assessments.actions import assess_risk

    with within(EVERYTHING):
        return assess_risk(SYSTEM, assessment=assessment, **{**JUDGED, "hazard": "3"})


def of_risks(w: Any) -> dict[str, dict[str, Any]]:
    """Arguments by kind of action."""
    one, empty = _begun(w, "3"), _begun(w, "4")
    return {
        "assessment.opened": {"unit": w.school, "title": "x", "first_day": DAY, "last_day": DAY},
        "assessment.ended": {"assessment": empty, "reason": "x"},
        "risk.assessed": {"assessment": one, **JUDGED},
        "risk.scored_anew": {"risk": _risk(one), "reason": "x", "response": "y"},
        "risk.closed": {"risk": _risk(one), "reason": "x"},
        "risk.reviewed": {"assessment": one, "findings": "x"},
    }


def addresses_of_risks(w: Any) -> dict[str, str]:
    """The pages about risks, made concrete for the near school."""
    here = f"/risks/{w.school.code}"
    return {
        "risks/<str:code>": here,
        "risks/<str:code>/<str:deed>": f"{here}/begin",
        "risks/<str:code>/<str:deed>/<str:number>": f"{here}/review/{_begun(w, '3').pk}",
    }

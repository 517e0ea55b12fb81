"""A school that assesses its risks (风险评估搭建), through the product's own actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.capabilities.assessments.actions import assess_risk, open_assessment
from lianfang.capabilities.assessments.models import RiskEntry
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

JUDGED: dict[str, Any] = {
    "hazard": "返校学员来自多个地区",
    "likelihood": 3,
    "likelihood_reason": "近两周邻近地区有散发",
    "consequence": 3,
    "consequence_reason": "同住一栋宿舍，可能波及数个班",
    "confidence": "medium",
    "confidence_reason": "行程由本人填报，未全部核对",
    "response": "报到前逐人核对行程，预留 12 间单间",
    "owner_role": "doctor",
}


class School:
    """A school under a county, with an assessment of this month and no risk yet."""

    def __init__(self, prefix: str = "") -> None:
        self.county = make.unit(make.root(f"{prefix}P"), f"{prefix}N1", "county")
        self.unit = make.unit(self.county, f"{prefix}S1", "school", "一号学校")
        with clock.at(at(8)), within(EVERYTHING):
            self.assessment = open_assessment(
                SYSTEM, unit=self.unit, title="三月返校", first_day=DAY, last_day=DAY + timedelta(days=20),
                review_on=DAY + timedelta(days=14),
            )  # fmt: skip

    def given(self, **more: Any) -> dict[str, Any]:
        """What is said of a risk."""
        return {"assessment": self.assessment, **JUDGED, **more}

    def assess(self, **more: Any) -> RiskEntry:
        """A risk written down this morning."""
        with clock.at(at(8, 30)), within(EVERYTHING):
            return assess_risk(SYSTEM, **self.given(**more))

"""National editions adopted by a unit of the tests (采用全国方案), each from its own first day."""

from __future__ import annotations

from datetime import date

from lianfang.capabilities.rules.actions import adopt_edition
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

UNDER_8TH, UNDER_9TH = date(2021, 8, 5), date(2022, 7, 1)
"""A day on which each of the two was in force."""


def adopt(unit: Unit, *editions: str) -> None:
    """Adopt these editions, the oldest first, each from the day it has in the rules."""
    with within(EVERYTHING):
        for edition in editions or ("cn-8th", "cn-9th"):
            adopt_edition(SYSTEM, unit=unit, edition=edition, basis="示例文号")

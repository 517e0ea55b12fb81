"""What the actions about briefings are tried with, and their pages (权限矩阵: 日报)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.capabilities.briefings.models import Briefing
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY


def _made(w: Any) -> Briefing:
    """The near school's briefing of the day before, made once."""
    day = DAY - timedelta(days=1)
    with within(EVERYTHING):
        found = Briefing.objects.filter(unit=w.school, day=day).first()
        return found or compose_briefing(SYSTEM, unit=w.school, day=day)


def of_briefings(w: Any) -> dict[str, Any]:
    """Arguments by kind of action."""
    return {
        "briefing.composed": {"unit": w.school, "day": DAY},
        "briefing.assessed": {"briefing": _made(w), "text": "x"},
    }


def addresses_of_briefings(w: Any) -> dict[str, str]:
    """Pages and files of briefings, made concrete for the near school."""
    here = f"/briefings/{w.school.code}"
    return {
        "briefings/<str:code>": here,
        "briefings/<str:code>/compose": f"{here}/compose",
        "briefings/<str:code>/assess": f"{here}/assess",
        "briefings/<str:code>/<uuid:number>.<str:kind>": f"{here}/{_made(w).pk}.docx",
    }

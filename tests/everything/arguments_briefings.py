"""What the actions about briefings are tried with, and their pages (权限矩阵: 日报)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianfang.capabilities.briefings.actions import compose_briefing
from lianfang.capabilities.briefings.models import Briefing, Pack
from lianfang.capabilities.briefings.packs import ask_pack, keep_file
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY


def _made(w: Any) -> Briefing:
    """The near school's briefing of the day before, made once."""
    day = DAY - timedelta(days=1)
    with within(EVERYTHING):
        found = Briefing.objects.filter(unit=w.school, day=day).first()
        return found or compose_briefing(SYSTEM, unit=w.school, day=day)


def _packed(w: Any) -> Pack:
    """An after-action pack of the near school, asked for once, with the file that a worker would have made."""
    with within(EVERYTHING):
        found = Pack.objects.filter(unit=w.school).first()
        return found or keep_file(ask_pack(SYSTEM, unit=w.school, since=DAY, until=DAY), b"PK", files=1)


def of_briefings(w: Any) -> dict[str, Any]:
    """Arguments by kind of action."""
    return {
        "briefing.composed": {"unit": w.school, "day": DAY},
        "briefing.assessed": {"briefing": _made(w), "text": "x"},
        "indicators.counted": {"unit": w.school, "since": DAY - timedelta(days=9), "until": DAY},
        "pack.asked": {"unit": w.school, "since": DAY - timedelta(days=9), "until": DAY},
    }


def addresses_of_briefings(w: Any) -> dict[str, str]:
    """Pages and files of briefings, made concrete for the near school."""
    here = f"/briefings/{w.school.code}"
    return {
        "briefings/<str:code>": here,
        "briefings/<str:code>/compose": f"{here}/compose",
        "briefings/<str:code>/assess": f"{here}/assess",
        "briefings/<str:code>/<uuid:number>.<str:kind>": f"{here}/{_made(w).pk}.docx",
        "after-action/<str:code>": f"/after-action/{w.school.code}",
        "after-action/<str:code>/ask": f"/after-action/{w.school.code}/ask",
        "after-action/<str:code>/<uuid:number>.zip": f"/after-action/{w.school.code}/{_packed(w).pk}.zip",
    }

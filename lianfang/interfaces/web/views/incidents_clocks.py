"""The clock of an emergency as a bar (时限条): it fills up to the limit and goes on red beyond it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lianfang.capabilities.incidents.models import Incident, Stop
from lianfang.domain.incidents.clocks import RUNNING, Verdict
from lianfang.interfaces.web.views.incidents_words import clock_title, minutes, verdict_chip

LIMIT_AT: Final = 70  # percent of the bar's width at which the limit stands
WHOLE: Final = 100


def bar_of(incident: Incident, verdict: Verdict, stop: Stop | None = None) -> dict[str, Any]:
    """One judged clock: its bar, its words, and when and by whom it was stopped."""
    share = _share(verdict)
    stopped: datetime | None = getattr(incident, f"{verdict.what}_at")
    return {
        "what": verdict.what,
        "title": clock_title(verdict.what),
        "since": incident.detected_at,
        "limit_seconds": incident.limit_seconds,
        "elapsed": minutes(verdict.elapsed),
        "limit": minutes(verdict.limit),
        "fill": min(share, LIMIT_AT),
        "over": max(0, share - LIMIT_AT),
        "limit_at": LIMIT_AT,
        "running": stopped is None and incident.closed_at is None,
        "chip": verdict_chip(verdict),
        "late": verdict.exceeded,
        "calm": verdict.state == RUNNING,
        "stopped_at": stopped,
        "by": stop.by if stop else "",
        "received_at": stop.received_at if stop and stop.received_at.replace(microsecond=0) > stop.at else None,
        "trusted": stop.trusted if stop else True,
    }


def _share(verdict: Verdict) -> int:
    """How far the bar reaches, in percent: the limit at 70, twice the limit and more at the end."""
    part = verdict.elapsed / verdict.limit if verdict.limit else 0
    if part <= 1:
        return round(LIMIT_AT * part)
    return min(WHOLE, max(LIMIT_AT + 1, round(LIMIT_AT + (WHOLE - LIMIT_AT) * (part - 1))))

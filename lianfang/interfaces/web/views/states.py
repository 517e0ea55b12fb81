"""How a due, a report or a person's day is called on a page (状态): one function each, so that no two pages differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianfang.interfaces.web.templatetags.formats import duration
from lianfang.kernel import clock
from lianfang.kernel.dues.models import Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.models import Answer, UnitReport

WEEK = 7
_DRAWN = {"not_yet": "none"}  # before its time nothing is missing
NEAR_MINUTES = 20


def state_of(due: Due | None, at: datetime) -> str:
    """The state of one due at a moment."""
    if due is None:
        return "unknown"
    if due.settled_at is not None:
        return _settled(due)
    if due.excused:
        return "excused"
    if due.returned_at is not None:
        return "returned"
    return "overdue" if at > due.due_at else "missing"


def _settled(due: Due) -> str:
    if due.settled_at is not None and due.settled_at > due.due_at:
        return "late"
    return "zero" if due.zero else "reported"


def word_of(due: Due | None, at: datetime) -> str | None:
    """The word beside the state of a due, where the usual one says too little."""
    state = state_of(due, at)
    if due is not None and state == "overdue":
        return overdue_for(due.due_at, due.day, at)
    return _("Not yet due") if state == "missing" else None


def overdue_for(due_at: datetime, day: date, at: datetime) -> str:
    """The word beside `overdue`, where the usual one says too little."""
    minutes = int((at - due_at).total_seconds() // 60)
    if minutes >= 60 * 24:
        return str(_("Overdue since {day}")).format(day=day.isoformat())
    return str(_("{time} overdue")).format(time=duration(minutes))


def strip_of(marks: Mapping[date, str], last: date) -> list[str]:
    """The last seven days of a unit, oldest first; `marks` as `history` gives them."""
    return [_DRAWN.get(mark := marks.get(day, "none"), mark) for day in reversed(week(last))]


def week(last: date) -> list[date]:
    """The seven days that end with `last`."""
    return [last - timedelta(days=back) for back in range(WEEK)]


def countdown(label: str, due_at: datetime, done: str = "") -> dict[str, Any]:
    """A countdown's context."""
    return {"label": label, "due": due_at, "left": due_at - clock.now(), "near": NEAR_MINUTES, "done": done}


def figure(label: str, value: Any, *, note: str = "", of: int | None = None, tone: str = "") -> dict[str, Any]:
    """One figure of a row of figures."""
    return {"label": label, "value": value, "note": note, "of": of, "tone": tone}


def receipt_of(report: UnitReport) -> dict[str, Any]:
    """The proof of a report."""
    return {
        "number": str(report.receipt),
        "at": report.received_at,
        "hash": report.hash,
        "late_by": None,
        "held": False,
    }


def answer_state(answer: Answer | None, *, seen: bool, excused: bool) -> str:
    """The state of one person's day."""
    if answer is not None and answer.state != "unknown":
        return "reached" if answer.mode == "phone" and answer.state == "well" else answer.state
    if excused:
        return "on_leave"
    if answer is not None:
        return "absent"
    return "well" if seen else "not_in"


def title_of(kind: str) -> str:
    """What the rows of a board are, for a unit of this kind."""
    words = {
        "province": _("Prefectures"),
        "prefecture": _("Counties and schools"),
        "city": _("Counties and schools"),
        "county": _("Schools"),
        "sector": _("Universities"),
    }
    return str(words.get(kind, _("Units")))


def crumbs(units: list[Unit]) -> list[dict[str, str]]:
    """The way up the tree."""
    return [{"label": str(unit), "url": f"/board/{unit.code}"} for unit in units]


def slot_of(unit: Unit, day: date, given: str = "") -> str:
    """The time of day asked for, or the first that the rules name."""
    slots = policy_of(unit, on=day).slots
    return given if given in slots else slots[0]


def shown(value: Any, item: str, children: Mapping[str, Any]) -> Any:
    """A figure as a page shows it: a lower bound while not all lower units have given it."""
    gave = sum(source["values"].get(item) is not None for source in children.get("sources", []))
    bound = isinstance(value, int) and gave < (children.get("expected") or 0)
    return {"n": value, "at_least": True} if bound else value

"""The contacts of a case on its page (密接处置): to be decided row by row, followed up day by day, and the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.models import DECISIONS, KIND_NAMES, VISIT_OUTCOMES, Case, Contact
from lianfang.domain.cases.terms import ADVISED, BECAME_CASE, DISMISSED, FOLLOWED, PROPOSED, RELEASED
from lianfang.interfaces.titles import labelled, listed
from lianfang.interfaces.web.templatetags.formats import duration, when
from lianfang.kernel import clock
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.tasks.models import Task

SHOWN: Final = 300
GRADE_STATES: Final = {"close": "warn", "general": "wait", "secondary": "info"}


def reason_words(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Why somebody is proposed, in words: the kind of meeting, where, and how long when that is known."""
    return listed(_reason(one) for one in reasons)


def _reason(one: Mapping[str, Any]) -> str:
    kind = str(dict(KIND_NAMES)[one["kind"]])
    more = [one["place"], duration(one["minutes"]) if one["minutes"] is not None else ""]
    return labelled(kind, " ".join(filter(None, more))) if any(more) else kind


def deciding(case: Case, rows: Sequence[Contact], given: Mapping[str, str]) -> dict[str, Any]:
    """Those to be decided, each with a choice and the proposal's reason to begin with; and whether to propose."""
    waiting = [one for one in rows if one.state == PROPOSED]
    return {
        "rows": [_to_decide(one, given) for one in waiting[:SHOWN]], "more": max(len(waiting) - SHOWN, 0),
        "decisions": [{"value": code, "label": str(word)} for code, word in DECISIONS],
        "may_propose": case.state == "open" and bool(case.date_onset or case.sampled_at),
        "any": bool(rows), "open": case.state == "open",
    }  # fmt: skip


def _to_decide(one: Contact, given: Mapping[str, str]) -> dict[str, Any]:
    said = reason_words(one.reasons)
    return {
        "key": str(one.pk), "name": one.person.name, "why": said, "grade": one.grade,
        "chip": {"state": GRADE_STATES[one.grade], "word": str(one.get_grade_display())}, "last": one.last_exposure,
        "decision": given.get(f"d-{one.pk}", ""), "reason": given.get(f"r-{one.pk}", said),
    }  # fmt: skip


def followed(case: Case, rows: Sequence[Contact], *, visits: bool, decides: bool) -> list[dict[str, Any]]:
    """Those followed up and released, with a mark a day."""
    mine = [one for one in rows if one.state in (FOLLOWED, RELEASED, BECAME_CASE) and one.decision == "keep"][:SHOWN]
    tasks = _tasks(mine)
    today = clock.today(case.unit.zone)
    return [_followed(one, tasks[ref(one)], today, visits=visits, decides=decides) for one in mine]


def _tasks(rows: Sequence[Contact]) -> dict[str, list[Task]]:
    found: dict[str, list[Task]] = defaultdict(list)
    for task in Task.objects.filter(kind=VISIT, subject__in=[ref(one) for one in rows]).order_by("day"):
        found[task.subject].append(task)
    return found


def _followed(one: Contact, tasks: Sequence[Task], today: date, *, visits: bool, decides: bool) -> dict[str, Any]:
    marks = [_mark(task) for task in tasks]
    active = one.state == FOLLOWED
    return {
        "key": str(one.pk), "name": one.person.name, "kind": str(one.get_kind_display()), "until": one.until,
        "reason": one.decision_reason, "notified": one.notified_at, "state": _state(one), "days": marks,
        "days_words": _words(marks), "left": (one.until - today).days if one.until and active else None,
        "visit": active and visits, "release": active and decides and one.until is not None and today >= one.until,
        "becomes": active and decides, "case_url": f"/cases/{one.became_id}" if one.became_id else "",
        "outcomes": _outcomes(),
    }  # fmt: skip


def _outcomes() -> list[dict[str, str]]:
    """What a visit came to, in words as short as a button."""
    words = {"well": pgettext("of a contact", "Well"), "unwell": _("Not well"), "not_reached": _("Not reached")}
    return [{"value": code, "label": str(words[code])} for code, _word in VISIT_OUTCOMES]


def _state(one: Contact) -> dict[str, str]:
    states = {FOLLOWED: "info", RELEASED: "ok", BECAME_CASE: "bad"}
    return {"state": states[one.state], "word": str(one.get_state_display())}


def _mark(task: Task) -> dict[str, Any]:
    now = clock.now()
    if task.settled_at is not None:
        kind = "late" if task.due_at and task.settled_at > task.due_at else "done"
    elif task.opens_at > now or task.excused:
        kind = "ahead"
    else:
        kind = "missed" if task.due_at and task.due_at < now else "open"
    return {"kind": kind, "day": task.day}


def _words(marks: Sequence[Mapping[str, Any]]) -> str:
    """The strip as a text: how many days of each kind."""
    words = {
        "done": _("seen"),
        "late": _("seen late"),
        "missed": _("not seen"),
        "open": _("still open"),
        "ahead": _("to come"),
    }
    counted = {kind: sum(mark["kind"] == kind for mark in marks) for kind in words}
    return listed(f"{words[kind]} {count}" for kind, count in counted.items() if count)


def others(rows: Sequence[Contact]) -> list[dict[str, Any]]:
    """Those only advised, or no contacts: for the doctor who decided, who may still change it."""
    return [
        {
            "key": str(one.pk), "name": one.person.name, "why": reason_words(one.reasons),
            "word": str(one.get_state_display()), "reason": one.decision_reason, "at": when(one.decided_at),
            "to_call": one.state == ADVISED and one.notified_at is None, "told": one.notified_at,
        }
        for one in rows if one.state in (ADVISED, DISMISSED)
    ][:SHOWN]  # fmt: skip

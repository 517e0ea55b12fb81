"""Tasks on the first page (今日任务): what one has to do about an incident, a stay, a class or a store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.capabilities.worklist.owed import Round, own_rounds, own_tasks
from lianfang.interfaces.web.views import states
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.tasks.models import KIND_NAMES, Task

MOST: Final = 60
"""Tasks shown on the page; the others are in the list of tasks."""
_PAGES: Final[Mapping[str, str]] = {
    "incidents": "/incidents/{key}",
    "cases": "/cases",
    "stays.stay": "/stays/{key}",
    "stays.isolation": "/isolations/{key}",
    "stays.isolated": "/list/isolations",
    "stays.homewatch": "/list/home-watches",
    "training": "/training/{unit}",
    "site": "/site/{unit}",
    "recall": "/recall/{unit}",
    "pairs": "/pairs/{unit}",
    "catering": "/kitchen/{unit}",
    "supplies": "/stock/{unit}",
    "assessments": "/risks/{unit}",
}
"""App of the thing that a task is about, or the thing itself -> where it is done."""


def task_dues(actor: Actor) -> list[dict[str, Any]]:
    """The tasks and rounds of this account in the shape of the page's dues."""
    at = clock.now()
    return [_of_round(one, at) for one in own_rounds(actor)] + [_of_task(one, at) for one in own_tasks(actor)[:MOST]]


def address_of(task: Task) -> str:
    """The page on which a task is done; the list of tasks where it has none of its own."""
    thing, _colon, key = task.subject.partition(":")
    page = _PAGES.get(thing) or _PAGES.get(thing.partition(".")[0], "/list/tasks?unit={unit}&state=open")
    return page.format(unit=task.unit.code, key=key)


def _of_task(task: Task, at: datetime) -> dict[str, Any]:
    late = task.due_at is not None and task.due_at < at
    zone_day = task.due_at.astimezone(task.unit.zone).date() if task.due_at else at.date()
    return {
        "title": str(task),
        "unit": str(task.unit),
        "due": task.due_at,
        "left": task.due_at - at if task.due_at else timedelta(days=1),
        "near": states.NEAR_MINUTES,
        "status": "overdue" if late else "missing",
        "word": states.overdue_for(task.due_at, zone_day, at) if late and task.due_at else str(_("To do")),
        "url": address_of(task),
        "verb": str(_("Open")),
        "note": str(task.place) if task.place else str(KIND_NAMES.get(task.kind, "")),
        "primary": False,
        "settled": None,
    }


def _of_round(one: Round, at: datetime) -> dict[str, Any]:
    left = one.expected - one.done
    return {
        "title": str(_("Round of readings")),
        "unit": str(one.unit),
        "due": None,
        "left": timedelta(0),
        "near": states.NEAR_MINUTES,
        "status": "missing" if left else "reported",
        "word": str(_("{done} of {n}")).format(done=one.done, n=one.expected),
        "url": f"/site/{one.unit.code}/round",
        "verb": str(_("Begin the round")),
        "note": "",
        "primary": True,
        "settled": None if left else at,
    }

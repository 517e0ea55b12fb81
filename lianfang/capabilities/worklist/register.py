"""How tasks are listed (任务台账): steps, notices, orders, requests, repairs; without names, for crews too."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SERVICES
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Column, Filter, Register, column, equals, on_day, under_unit
from lianfang.kernel.tasks.models import KIND_NAMES, Task


def _state(value: str) -> Q:
    conditions = {
        "open": Q(settled_at=None, excused=""),
        "overdue": Q(settled_at=None, excused="", due_at__lt=clock.now()),
        "done": Q(settled_at__isnull=False),
        "excused": ~Q(excused=""),
    }
    if value not in conditions:
        raise Refused("choice.unknown", "state")
    return conditions[value]


STATES = (("open", _("open")), ("overdue", _("overdue")), ("done", _("done")), ("excused", _("no longer owed")))


class Tasks(Register):
    name = "tasks"
    title = _("Tasks")
    model = Task
    roles = SERVICES
    related = ("unit", "place")
    order = ("-id",)
    search = ("name", "name_en")
    columns = [
        Column("what", _("what is to be done"), str),
        Column("kind", _("kind"), lambda row: str(KIND_NAMES.get(row.kind, row.kind))),
        column(Task, "unit"),
        Column("place", _("place"), lambda row: row.place and row.place.code, "code", 2),
        column(Task, "day", priority=3),
        column(Task, "slot", priority=3),
        column(Task, "due_at"),
        column(Task, "settled_at"),
        column(Task, "settled_by", priority=2),
        column(Task, "note", priority=3),
        column(Task, "excused", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        equals("kind", _("kind"), tuple(KIND_NAMES.items())),
        on_day("day", _("day"), "day"),
        Filter("state", _("state"), _state, STATES),
    ]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The tasks of the units one works for; readings of people are listed where they are taken."""
        return super().rows(actor).exclude(kind="reading")

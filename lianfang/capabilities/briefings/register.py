"""How briefings are listed (日报台账): every version of every day, with its proof."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.briefings.actions import assess_briefing, compose_briefing
from lianfang.capabilities.briefings.models import Briefing
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Register, column, on_day, under_unit


class Briefings(Register):
    name = "briefings"
    title = _("Daily briefings")
    model = Briefing
    related = ("unit",)
    order = ("-day", "-id")
    columns = [
        column(Briefing, "unit"),
        column(Briefing, "day"),
        column(Briefing, "version"),
        column(Briefing, "at"),
        column(Briefing, "by", priority=2),
        column(Briefing, "assessment", priority=2),
        column(Briefing, "reason", priority=3),
        column(Briefing, "hash", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
    ]
    actions = [compose_briefing, assess_briefing]
    address = staticmethod(lambda row: f"/briefings/{row.unit.code}?day={row.day}&version={row.version}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The briefings within scope, without figures and sentences, which are long."""
        return super().rows(actor).defer("figures", "text", "changed")

"""How briefings, indicators and packs are listed (日报、成效指标、资料包台账): every version, with its proof."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.briefings.actions import assess_briefing, compose_briefing
from lianfang.capabilities.briefings.counting import count_indicators
from lianfang.capabilities.briefings.indicators import codes, counted, told
from lianfang.capabilities.briefings.models import Briefing, CountedIndicator, Pack
from lianfang.capabilities.briefings.packs import PACKERS, ask_pack
from lianfang.capabilities.briefings.words import figures_of
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit


def _language() -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"


def _name(code: str) -> str:
    return told(code, _language())["name"]


_named = lazy(_name, str)


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
    details = [
        Column("figures", _("figures"), figures_of, "parts"),
        Column("text", _("in words"), lambda row: row.text, "facts"),
        Column("changed", _("figures that changed"), lambda row: row.changed, "list"),
        column(Briefing, "as_of"),
    ]
    actions = [compose_briefing, assess_briefing]
    address = staticmethod(lambda row: f"/briefings/{row.unit.code}?day={row.day}&version={row.version}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The briefings within scope, without figures and sentences, which are long."""
        return super().rows(actor).defer("figures", "text", "changed")


class Indicators(Register):
    name = "indicators"
    title = _("Outcome indicators")
    model = CountedIndicator
    related = ("unit",)
    order = ("-until", "-id")
    columns = [
        column(CountedIndicator, "unit"),
        Column("indicator", _("indicator"), lambda row: _name(row.code)),
        column(CountedIndicator, "since"),
        column(CountedIndicator, "until"),
        Column("numerator", _("numerator"), lambda row: row.shown, "small"),
        Column("denominator", _("denominator"), lambda row: row.people, "amount"),
        column(CountedIndicator, "person_days", kind="amount"),
        Column("result", _("result"), lambda row: counted(row, _language())),
        Column("counts", _("what it counts"), lambda row: told(row.code, _language())["numerator"], "text", 3),
        Column("of_whom", _("of whom"), lambda row: told(row.code, _language())["denominator"], "text", 3),
        Column("source", _("source"), lambda row: told(row.code, _language())["source"], "text", 3),
        column(CountedIndicator, "at", priority=2),
    ]
    details = [
        column(CountedIndicator, "percent"), column(CountedIndicator, "version"), column(CountedIndicator, "by"),
    ]  # fmt: skip
    filters = [
        under_unit("unit", _("unit")),
        equals("indicator", _("indicator"), tuple((code, _named(code)) for code in codes()), "code"),
        on_day("from", _("from"), "since", bound="gte"),
        on_day("to", _("to"), "until", bound="lte"),
    ]
    actions = [count_indicators]
    address = staticmethod(lambda row: f"/briefings/{row.unit.code}?from={row.since}&to={row.until}#indicators")


class Packs(Register):
    name = "packs"
    title = _("After-action packs")
    model = Pack
    related = ("unit",)
    order = ("-asked_at", "-id")
    roles = PACKERS
    columns = [
        column(Pack, "unit"),
        column(Pack, "since"),
        column(Pack, "until"),
        column(Pack, "about", priority=2),
        column(Pack, "version"),
        column(Pack, "state"),
        column(Pack, "asked_at"),
        column(Pack, "asked_by", priority=2),
        column(Pack, "made_at", priority=2),
        column(Pack, "files", priority=3),
        column(Pack, "size", kind="amount", priority=3),
        column(Pack, "hash", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("from", _("from"), "since", bound="gte"),
        on_day("to", _("to"), "until", bound="lte"),
    ]
    actions = [ask_pack]
    address = staticmethod(lambda row: f"/after-action/{row.unit.code}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The packs within scope, without their files."""
        return super().rows(actor).defer("content")

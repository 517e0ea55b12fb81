"""How forms and their fields are listed (报表备案台账)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.burden.models import ANSWERED_BY, FREQUENCIES, STATES, FormField, RegisteredForm, UnitFilling
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit, visible


class Forms(Register):
    name = "forms"
    title = _("Forms")
    model = RegisteredForm
    related = ("unit",)
    unit_path = None
    order = ("-id",)
    search = ("code", "title", "title_en")
    columns = [
        column(RegisteredForm, "code", kind="code", priority=3),
        column(RegisteredForm, "version", priority=3),
        Column("title", _("title"), str),
        column(RegisteredForm, "unit"),
        column(RegisteredForm, "state", kind="choice"),
        column(RegisteredForm, "answered_by", priority=2),
        column(RegisteredForm, "frequency", priority=2),
        Column("takes", _("seconds it takes"), lambda row: row.takes, "amount", 2),
        column(RegisteredForm, "proposed_by", priority=3),
        column(RegisteredForm, "proposed_at", priority=3),
        column(RegisteredForm, "published_at", priority=3),
    ]
    filters = [
        equals("state", _("state"), STATES),
        equals("answered_by", _("who answers"), ANSWERED_BY),
        equals("frequency", _("how often"), FREQUENCIES),
        under_unit("unit", _("unit")),
    ]
    address = staticmethod(lambda row: f"/forms/{row.pk}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """Forms of the units under the actor's own, and of those above, which may ask them."""
        return concerning(super().rows(actor), actor)


class FormFields(Register):
    name = "form-fields"
    title = _("Fields of forms")
    model = FormField
    related = ("form", "unit")
    unit_path = None
    order = ("-id",)
    search = ("code", "zh", "en", "held_as")
    columns = [
        Column("form", _("form"), lambda row: str(row.form)),
        column(FormField, "code", kind="code", priority=3),
        Column("field", _("field"), str),
        column(FormField, "kind", priority=2),
        column(FormField, "held_as", kind="code"),
        column(FormField, "asked"),
        column(FormField, "decision", priority=2),
        column(FormField, "decided_by", priority=3),
        column(FormField, "decided_why", priority=3),
    ]
    filters = [equals("held_as", _("held as"))]

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """Fields of the forms that concern the actor."""
        return concerning(super().rows(actor), actor)


class Given(dict[str, Any]):
    """What was given on a form: an object for a program, `beds: 4, masks: short` for a person."""

    def __str__(self) -> str:
        return ", ".join(f"{code}: {value}" for code, value in self.items())


class UnitFillings(Register):
    name = "form-fillings"
    title = _("Forms filled in")
    model = UnitFilling
    related = ("unit",)
    unit_path = ""
    order = ("-day", "-unit_id", "-form", "-revision")
    columns = [
        column(UnitFilling, "unit"),
        column(UnitFilling, "form", kind="code"),
        column(UnitFilling, "version", priority=3),
        column(UnitFilling, "day"),
        column(UnitFilling, "revision", priority=2),
        column(UnitFilling, "current", priority=3),
        Column("values", _("values"), lambda row: Given(row.values), "text", 3),
        column(UnitFilling, "filled_by", priority=2),
        column(UnitFilling, "filled_at"),
        column(UnitFilling, "on_time"),
        column(UnitFilling, "reason", priority=3),
        column(UnitFilling, "receipt", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit"), prefix=""),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
        equals("form", _("form")),
    ]


def concerning(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Of rows that belong to units, those at, under or above the units over which the actor holds a duty."""
    if actor.system:
        return rows
    lines = [path for post in actor.posts for path in (post.unit.path, post.unit.sector_path)]
    above = {int(part) for path in lines for part in path.split("/") if part}
    return rows.filter(visible(actor, "unit__") | Q(unit_id__in=above))

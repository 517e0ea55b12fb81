"""How recipients and the copies handed to them are listed (对上报送台账)."""

from __future__ import annotations

from typing import Any

from django.db.models import Expression, F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.upward.actions import define_layout, end_recipient, name_recipient
from lianfang.capabilities.upward.models import HandedCopy, LayoutRow, Recipient
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.registers.register import Column, Register, column, on_day, under_unit


def _named(prefix: str) -> Expression | F:
    """What `str(recipient)` says, said by the database."""
    english = Coalesce(NullIf(f"{prefix}name_en", Value("")), f"{prefix}name")
    return english if get_language() == "en" else F(f"{prefix}name")


class Recipients(Register):
    name = "recipients"
    title = _("Recipients")
    model = Recipient
    related = ("unit",)
    order = ("id",)
    search = ("name", "name_en")
    columns = [
        Column("name", _("recipient"), str, source=lambda: _named("")),
        column(Recipient, "unit"),
        column(Recipient, "layout", kind="code", priority=2),
        column(Recipient, "deadline"),
        column(Recipient, "file", priority=2),
        column(Recipient, "since", priority=3),
        column(Recipient, "until", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [name_recipient, end_recipient]


class HandedCopies(Register):
    name = "handed-copies"
    title = _("Copies handed over")
    model = HandedCopy
    related = ("unit", "recipient")
    order = ("-id",)
    columns = [
        Column("recipient", _("recipient"), lambda row: str(row.recipient), source=lambda: _named("recipient__")),
        column(HandedCopy, "unit"),
        column(HandedCopy, "day"),
        column(HandedCopy, "number", priority=2),
        column(HandedCopy, "revision", priority=2),
        column(HandedCopy, "file", priority=3),
        column(HandedCopy, "handed_at"),
        column(HandedCopy, "handed_by", priority=3),
        column(HandedCopy, "on_time", priority=2),
        column(HandedCopy, "outdated_at"),
        column(HandedCopy, "hash", kind="code", priority=3),
        column(HandedCopy, "source_hash", kind="code", priority=3),
    ]
    filters = [
        under_unit("unit", _("unit")),
        on_day("day", _("day"), "day"),
        on_day("from", _("from"), "day", bound="gte"),
        on_day("to", _("to"), "day", bound="lte"),
    ]
    address = staticmethod(lambda row: f"/upward/{row.unit.code}?day={row.day}")

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The copies within scope, without the files themselves."""
        return super().rows(actor).defer("content", "sheet", "figures")


class Layouts(Register):
    name = "layouts"
    title = _("Layouts")
    model = LayoutRow
    related = ("unit",)
    order = ("-id",)
    columns = [
        column(LayoutRow, n) for n in ("code", "title", "title_en", "unit", "shape", "by_unit", "language", "since")
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [define_layout]

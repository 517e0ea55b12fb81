"""How recall orders and the people they concern are listed (召回台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.recall import correcting, freeze  # noqa: F401  what they register with the kernel
from lianfang.capabilities.recall.actions import (
    exempt_from_recall,
    keep_exemption,
    lift_exemption,
    lift_recall,
    order_recall,
    recall_person,
    record_return,
)
from lianfang.capabilities.recall.models import LEVELS, RecallOrder, RecallPerson
from lianfang.domain.roles import EVERYONE, SIGHTS
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit

SEES_PEOPLE = tuple(role for role in EVERYONE if SIGHTS[role].people)


class Recalls(Register):
    name = "recalls"
    title = _("Recall orders")
    model = RecallOrder
    related = ("unit",)
    roles = EVERYONE
    order = ("-issued_at",)
    columns = [
        column(RecallOrder, "title"),
        column(RecallOrder, "unit"),
        column(RecallOrder, "issued_at"),
        column(RecallOrder, "back_before"),
        column(RecallOrder, "reason", priority=2),
        column(RecallOrder, "lifted_at", priority=3),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [order_recall, lift_recall]


class Recalled(Register):
    name = "recalled"
    title = _("Recalled people")
    model = RecallPerson
    related = ("unit", "order", "person")
    roles = SEES_PEOPLE
    people = True
    order = ("-order__issued_at", "-unit_id", "-id")
    columns = [
        Column("name", _("name"), lambda row: row.person.name),
        column(RecallPerson, "unit"),
        Column("order", _("recall order"), lambda row: str(row.order), priority=3, source="order__title"),
        column(RecallPerson, "whereabouts"),
        column(RecallPerson, "level", priority=2),
        column(RecallPerson, "due_at"),
        column(RecallPerson, "returned_at"),
        column(RecallPerson, "exempted_at", priority=2),
        column(RecallPerson, "exemption_lifted_at", priority=3),
        column(RecallPerson, "evidence", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("level", _("risk level"), [one for one in LEVELS if one[0]])]
    actions = [recall_person, exempt_from_recall, lift_exemption, keep_exemption, record_return]

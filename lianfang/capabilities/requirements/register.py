"""How requirements are listed (要求清单台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.requirements.actions import (
    add_requirement,
    assign_requirement,
    close_requirement,
    import_set,
)
from lianfang.capabilities.requirements.models import STATES, Requirement
from lianfang.kernel import clock
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit


class Requirements(Register):
    name = "requirements"
    title = _("Requirements")
    model = Requirement
    related = ("unit",)
    order = ("unit_id", "collection", "number")
    search = ("text", "owner")
    columns = [
        column(Requirement, "unit"),
        column(Requirement, "collection", kind="choice"),
        column(Requirement, "number"),
        Column("text", _("requirement"), lambda row: row.words),
        column(Requirement, "owner"),
        column(Requirement, "due_on", priority=2),
        Column("status", _("Status"), lambda row: str(STATES[row.state(clock.today(row.unit.zone))])),
        column(Requirement, "evidence", priority=2),
        column(Requirement, "closed_at", priority=3),
        column(Requirement, "closed_by", priority=3),
    ]
    filters = [under_unit("unit", _("unit")), equals("collection", _("set of requirements"))]
    actions = [import_set, add_requirement, assign_requirement, close_requirement]

    address = staticmethod(lambda row: f"/requirements/{row.unit.code}")

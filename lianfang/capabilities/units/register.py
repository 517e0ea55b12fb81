"""How units are listed (单位台账)."""

from __future__ import annotations

from django.db.models import Expression, F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.units.actions import change_unit, close_unit, merge_unit, move_unit, open_unit
from lianfang.kernel.orgs.kinds import KINDS
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.registers.register import Column, Register, column, equals, under_unit


def _name() -> Expression | F:
    """What `str(unit)` says, said by the database."""
    return Coalesce(NullIf("name_en", Value("")), "name") if get_language() == "en" else F("name")


class Units(Register):
    name = "units"
    title = _("Units")
    model = Unit
    related = ("parent", "sector_parent")
    unit_path = ""
    order = ("code",)
    search = ("code", "name", "name_en")
    columns = [
        column(Unit, "code", kind="code"),
        Column("name", pgettext_lazy("of a unit", "name"), str, source=_name),
        column(Unit, "kind", priority=2),
        Column("parent", _("superior"), lambda unit: unit.parent, "unit", 2, "parent__code"),
        Column(
            "sector_parent", _("sector superior"), lambda unit: unit.sector_parent, "unit", 3, "sector_parent__code"
        ),
        column(Unit, "reports", priority=3),
        column(Unit, "opened_on", priority=3),
        column(Unit, "closed_on", priority=3),
    ]
    filters = [equals("kind", _("kind"), KINDS), under_unit("unit", _("under unit"), prefix="")]
    actions = [open_unit, change_unit, move_unit, merge_unit, close_unit]
    address = staticmethod(lambda unit: f"/units/{unit.code}")

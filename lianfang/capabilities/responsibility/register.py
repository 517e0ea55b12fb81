"""How first responsible persons and zones are listed (责任台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.responsibility.actions import assign_zone, mark_on_post, name_responsible
from lianfang.capabilities.responsibility.models import Responsible, Zone
from lianfang.kernel.registers.register import Register, column, under_unit


class Responsibles(Register):
    name = "responsible"
    title = _("First responsible persons")
    model = Responsible
    related = ("unit",)
    order = ("id",)
    columns = [column(Responsible, n) for n in ("unit", "name", "deputy", "phone", "since", "until")]
    filters = [under_unit("unit", _("unit"))]
    actions = [name_responsible, mark_on_post]


class Zones(Register):
    name = "zones"
    title = _("Zones")
    model = Zone
    related = ("unit",)
    order = ("id",)
    columns = [column(Zone, n) for n in ("unit", "name", "owner", "backup")]
    filters = [under_unit("unit", _("unit"))]
    actions = [assign_zone]

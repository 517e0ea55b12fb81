"""How screeners are listed (排查专员台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.screening.models import Screener
from lianfang.kernel.registers.register import Register, column, under_unit


class Screeners(Register):
    name = "screeners"
    title = _("Screeners")
    model = Screener
    related = ("unit",)
    order = ("id",)
    columns = [column(Screener, n) for n in ("unit", "account_id", "substitute_id", "since", "until")]
    filters = [under_unit("unit", _("unit"))]

"""How imports are listed (导入台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.kernel.files.models import Import
from lianfang.kernel.registers.register import Register, column, under_unit


class Imports(Register):
    name = "imports"
    title = _("Imports")
    model = Import
    related = ("unit",)
    order = ("-id",)
    columns = [
        column(Import, n)
        for n in (
            "id",
            "what",
            "filename",
            "unit",
            "stage",
            "read",
            "written",
            "refused",
            "held",
            "blank",
            "sender",
            "received_at",
        )
    ]
    filters = [under_unit("unit", _("unit"))]
    address = staticmethod(lambda row: f"/import/{row.id}")

"""How imports are listed (导入台账)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.domain.roles import EVERYONE, Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.models import Import
from lianfang.kernel.registers.register import Register, column, under_unit, visible


class Imports(Register):
    name = "imports"
    title = _("Imports")
    model = Import
    related = ("unit",)
    order = ("-id",)
    roles = (*EVERYONE, Role.LIAISON)  # who sends a list of cases sees what became of it
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

    @classmethod
    def rows(cls, actor: Actor) -> QuerySet[Any]:
        """The imports of one's units, and those that one has sent oneself as far as the fence lets them through."""
        if actor.system or not cls.open_to(actor):
            return super().rows(actor)
        own = Q() if actor.account_id is None else Q(sender_id=actor.account_id)
        return Import.objects.select_related(*cls.related).filter(visible(actor, "unit__") | own)

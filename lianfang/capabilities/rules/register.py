"""How rule packs are listed (规则包台账)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.registers.register import Register, column


class RulePacks(Register):
    name = "rules"
    title = _("Rule packs")
    model = RulePack
    related = ("unit",)
    unit_path = None
    order = ("id",)
    columns = [
        *(column(RulePack, n) for n in ("code", "title", "unit", "basis", "valid_from", "valid_until")),
        column(RulePack, "parameters", priority=3),
    ]
    actions = [adopt_rules]

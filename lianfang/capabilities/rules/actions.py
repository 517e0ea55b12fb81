"""What may be done with rule packs (规则包管理)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lianfang.domain.policy import merged, policy_from
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import DEFAULT, as_json, shipped


@action(
    "rules.adopted", by=(Role.OFFICER, Role.ADMINISTRATOR), over="unit", facts=("unit", "code", "valid_from", "basis")
)
def adopt_rules(
    by: Actor, *, unit: Unit, code: str, title: str, basis: str, valid_from: date, parameters: Mapping[str, Any],
    title_en: str = "", hazard: str = "any", valid_until: date | None = None,
) -> RulePack:  # fmt: skip
    """Adopt rules for everything under a unit from a day on; what was owed before keeps its terms."""
    try:
        policy_from(merged([shipped(DEFAULT)["parameters"], parameters]))
    except (ValueError, TypeError, ArithmeticError) as error:
        raise Refused("rules.invalid", "parameters", says=str(error)) from error
    return store(
        RulePack(
            unit=unit,
            code=code,
            title=title,
            title_en=title_en,
            basis=basis,
            hazard=hazard,
            valid_from=valid_from,
            valid_until=valid_until,
            parameters=as_json(dict(parameters)),
        )
    )

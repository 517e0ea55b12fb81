"""What may be done with rule packs (规则包管理)."""

from __future__ import annotations

from datetime import date

from lianfang.capabilities.rules import touched_dues  # noqa: F401  says whom a change touches
from lianfang.capabilities.rules.adopting import (
    KEEPERS,
    check_numbers,
    make_room,
    require_not_looser,
    shipped_pack,
)
from lianfang.capabilities.rules.numbers import Parameters
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import as_json


@action("rules.adopted", by=KEEPERS, over="unit", facts=("unit", "code", "valid_from", "basis"))
def adopt_rules(
    by: Actor, *, unit: Unit, code: str, title: str, basis: str, valid_from: date, parameters: Parameters,
    title_en: str = "", hazard: str = "any", valid_until: date | None = None, alternative: str = "",
) -> RulePack:  # fmt: skip
    """Adopt rules for everything under a unit from a day on; what was owed before keeps its terms."""
    check_numbers(parameters)
    return _adopted(
        by,
        RulePack(
            unit=unit, code=code, series=code, title=title, title_en=title_en, basis=basis, hazard=hazard,
            valid_from=valid_from, valid_until=valid_until, parameters=as_json(dict(parameters)),
            alternative=alternative,
        ),
    )  # fmt: skip


@action("edition.adopted", by=KEEPERS, over="unit", facts=("unit", "edition", "valid_from", "basis"))
def adopt_edition(
    by: Actor, *, unit: Unit, edition: str, basis: str, valid_from: date | None = None,
    valid_until: date | None = None, alternative: str = "",
) -> RulePack:  # fmt: skip
    """Adopt an edition that comes with the product; the one before it ends the day before, stays keep theirs."""
    if not basis.strip():
        raise Refused("basis.required", "basis")
    pack = shipped_pack(unit, edition, since=valid_from, until=valid_until)
    pack.basis, pack.alternative = basis, alternative
    return _adopted(by, pack)


@action("rules.ended", by=KEEPERS, over="pack", facts=("pack", "last_day", "reason"))
def end_rules(by: Actor, *, pack: RulePack, last_day: date, reason: str) -> RulePack:
    """Let a rule pack end on a day, today at the earliest; what began under it keeps its terms."""
    today = clock.today(pack.unit.zone) if pack.unit else clock.now().date()
    if last_day < max(today, pack.valid_from):
        raise Refused("cross.order", "last_day", earlier=str(max(today, pack.valid_from)))
    if pack.valid_until is not None and pack.valid_until < last_day:
        raise Refused("cross.order", "last_day", earlier=str(pack.valid_until))
    pack.valid_until = last_day
    return store(pack)


def _adopted(by: Actor, pack: RulePack) -> RulePack:
    pack.loosens = require_not_looser(by, pack)
    make_room(pack)
    return store(pack)

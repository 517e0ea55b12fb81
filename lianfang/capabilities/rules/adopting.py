"""What is looked at before rules are adopted (规则采用审查): numbers, stricter levels, editions, whom it touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from lianfang.domain.policy import Policy, kinds
from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.domain.rules.changes import Changes, compared
from lianfang.domain.rules.laying import Looser, looser
from lianfang.domain.rules.reading import read
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import ANY, DEFAULT, Rules, as_json, laid, layer_of, shipped, shipped_codes
from lianfang.kernel.policies.touched import Touched, touched_by

KEEPERS = (Role.OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Preview:
    """What adopting a pack would change: the numbers, whom it touches, and where it would ask for less than another."""

    changes: Changes
    touched: tuple[Touched, ...]
    looser: tuple[Looser, ...]


def shipped_pack(unit: Unit, edition: str, *, since: date | None = None, until: date | None = None) -> RulePack:
    """A shipped edition as the pack a unit would adopt, from its own first day unless another is given.

    Refused (`choice.unknown`, `edition`) when nothing of that code is shipped.
    """
    if edition == DEFAULT or edition not in shipped_codes():
        raise Refused("choice.unknown", "edition", given=edition[:40])
    found = shipped(edition)
    pack = found["pack"]
    return RulePack(
        unit=unit, code=edition, title=pack["title_zh"], title_en=pack["title_en"], series=pack["series"],
        issuer=pack["issuer"], hazard=pack["hazard"], basis=pack["basis"], grade=pack["grade"],
        valid_from=since or pack["valid_from"], valid_until=until, parameters=as_json(found["parameters"]),
        sources=found["sources"],
    )  # fmt: skip


def preview(pack: RulePack) -> Preview:
    """What adopting this pack would change for its unit, before anything is written."""
    check_numbers(pack.parameters)
    assert pack.unit is not None  # noqa: S101  packs are adopted by a unit
    rules = Rules(pack.valid_from)
    chain = rules.chain(pack.unit, pack.hazard)
    changes = compared(
        laid(chain), laid(_after(chain, pack)), since=pack.valid_from, hazard=pack.hazard, sources=pack.sources,
        afterwards=_by_hazard(_after(rules.chain_of_all(pack.unit), pack)),
    )  # fmt: skip
    touched = touched_by(pack.unit, changes) if changes.items else []
    return Preview(changes, tuple(touched), tuple(looser_than_others(pack)))


def _by_hazard(chain: Iterable[RulePack]) -> dict[str, Policy]:
    """The policy for each hazard that these packs are for, and for any."""
    packs = list(chain)
    named = {ANY, *(pack.hazard for pack in packs)}
    return {hazard: laid([pack for pack in packs if pack.hazard in (ANY, hazard)]) for hazard in named}


def _after(chain: Iterable[RulePack], pack: RulePack) -> list[RulePack]:
    """The chain with the pack where its depth puts it, the edition that it replaces gone."""
    kept = [one for one in chain if (one.unit_id, one.hazard, one.series) != (pack.unit_id, pack.hazard, pack.series)]
    return sorted([*kept, pack], key=_strength)


def _strength(pack: RulePack) -> tuple[bool, int, date]:
    return pack.hazard != ANY, pack.unit.path.count("/") if pack.unit else 0, pack.valid_from


def looser_than_others(pack: RulePack) -> list[Looser]:
    """Where the pack asks for less than a higher unit's does."""
    assert pack.unit is not None  # noqa: S101  packs are adopted by a unit
    chain = Rules(pack.valid_from).chain(pack.unit, pack.hazard)
    above = [one for one in chain if one.unit_id != pack.unit_id]
    return looser(shipped(DEFAULT)["parameters"], [layer_of(one) for one in above], layer_of(pack))


def check_numbers(parameters: Mapping[str, Any]) -> None:
    """Refused (`rules.invalid`) with every number that is unknown or of another kind."""
    problems = [said for name, value in parameters.items() if (said := _trouble(name, value))]
    if problems:
        raise Refused("rules.invalid", "parameters", says="; ".join(problems))


def _trouble(name: str, value: Any) -> str:
    if name not in kinds():
        return f"unknown: {name[:60]}"
    try:
        read(kinds()[name], value)
    except ValueError as error:
        return f"{name}: {error}"
    except (TypeError, ArithmeticError):  # their own words are about Python
        return f"{name}: {str(value)[:40]!r} is of another kind"
    return ""


def require_not_looser(by: Actor, pack: RulePack) -> list[str]:
    """The numbers that may ask for less, by leave of the unit that asks for more; otherwise refused (`rule.looser`).

    Leave is given by doing it: whoever keeps the rules of that unit adopts the looser number for the lower one.
    """
    found = looser_than_others(pack)
    owners = {str(one.pk): one for one in Unit.objects.filter(pk__in=[one.owner for one in found])}
    held = [one for one in found if not by.holds(KEEPERS, owners[one.owner])]
    if held:
        raise Refused([_too_loose(one, owners[one.owner]) for one in held])
    return sorted(one.name for one in found)


def _too_loose(one: Looser, owner: Unit) -> Problem:
    facts = {"name": one.name, "above": str(one.above), "unit": str(owner)}
    return Problem("rule.looser", f"parameters.{one.name}", facts=facts)


def make_room(pack: RulePack) -> RulePack | None:
    """Let the open edition before this one end the day before; refused (`rules.overlap`) where that is not enough."""
    if pack.valid_until is not None and pack.valid_until < pack.valid_from:
        raise Refused("cross.order", "valid_until", earlier=str(pack.valid_from))
    same = RulePack.objects.select_for_update(of=("self",)).filter(
        unit=pack.unit, hazard=pack.hazard, series=pack.series
    )
    before = same.filter(valid_from__lt=pack.valid_from, valid_until__isnull=True).first()
    others = same.exclude(pk=before.pk) if before else same
    meets = Q(valid_until__isnull=True) | Q(valid_until__gte=pack.valid_from)
    if pack.valid_until is not None:
        meets &= Q(valid_from__lte=pack.valid_until)
    if clash := others.filter(meets).order_by("valid_from").first():
        field = "valid_until" if clash.valid_from > pack.valid_from else "valid_from"
        raise Refused("rules.overlap", field, edition=clash.code, since=str(clash.valid_from))
    if before is not None:
        before.valid_until = pack.valid_from - timedelta(days=1)
        before.save(update_fields=["valid_until"])
    return before

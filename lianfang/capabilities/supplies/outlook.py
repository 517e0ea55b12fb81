"""How long an item lasts in a store (保障测算): three forecasts, from the ledger and from every capability's plans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import Length

from lianfang.capabilities.supplies.models import LeadTime
from lianfang.domain.policy import Policy
from lianfang.domain.stock.forecast import PLAN, PRESENT, Forecast, Outlook, burn_rate, planned, warning_days
from lianfang.kernel.ledgers import plans, reading
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.ledgers.plans import AWAITED, PlannedUse
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import ancestors
from lianfang.kernel.places.models import Premises
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within

AHEAD = timedelta(days=366)  # how far plans are asked for


def planned_uses(unit: Unit, *, at: datetime) -> list[PlannedUse]:
    """Everything that is planned to be used in the unit from now on, of every item."""
    day = at.astimezone(unit.zone).date()
    return list(plans.uses(unit, day, day + AHEAD, at=at))


def outlook(
    unit: Unit, item: Item, *, at: datetime, uses: Iterable[PlannedUse] | None = None, coming: Decimal = Decimal(0)
) -> Outlook:
    """The three forecasts of an item; `uses` are what `planned_uses` gave, when several items are asked for.

    `coming` is reckoned as if it were in stock: how long it lasts with what is on order.
    """
    day = at.astimezone(unit.zone).date()
    policy = policy_of(unit, on=day)
    mine = [one for one in (planned_uses(unit, at=at) if uses is None else uses) if one.item_code == item.code]
    on_hand = reading.usable(unit, item, on=day).amount + coming
    here = [one for one in mine if one.because != AWAITED]
    return Outlook(
        _burn(unit, item, on_hand, day, mine, policy),
        _planned(PRESENT, on_hand, here, day),
        _planned(PLAN, on_hand, mine, day),
        warning_days(least=policy.stock_warn_days, lead=lead_days(unit, item, policy), safety=policy.stock_safety_days),
    )


def lead_days(unit: Unit, item: Item, policy: Policy) -> int:
    """Days to delivery of an item: as entered for the unit or the nearest above it, else those of the rules."""
    above = [unit.pk, *(one.pk for one in ancestors(unit))]
    with within(EVERYTHING):  # it may have been entered above what the reader sees
        known = LeadTime.objects.filter(item=item, unit__in=above).order_by(Length("unit__path").desc())
        found = known.values_list("lead_days", flat=True).first()
    return policy.stock_lead_days if found is None else found


def _burn(unit: Unit, item: Item, on_hand: Decimal, day: date, mine: list[PlannedUse], policy: Policy) -> Forecast:
    used = reading.uses(unit, item, since=day - timedelta(days=policy.burn_days), until=day)
    # Today counts once nothing more is planned for it; where nothing is planned, a day is whole when it is over.
    whole = bool(mine) and day in used and all(one.day > day for one in mine)
    last_day = day if whole else day - timedelta(days=1)
    return burn_rate(
        on_hand, {one: amount for one, amount in used.items() if one <= last_day}, last_day=last_day,
        span=policy.burn_days, least=policy.burn_days_least, until=_end(unit, mine),
    )  # fmt: skip


def _end(unit: Unit, mine: list[PlannedUse]) -> date | None:
    """The last day for which anything is planned, or on which the premises close, if later."""
    closing = Premises.objects.filter(unit=unit, closed_on__isnull=False).values_list("closed_on", flat=True)
    return max([*(one.day for one in mine), *(day for day in closing if day)], default=None)


def _planned(basis: str, on_hand: Decimal, uses: list[PlannedUse], day: date) -> Forecast:
    by_day: dict[date, Decimal] = {}
    for one in uses:
        by_day[one.day] = by_day.get(one.day, Decimal(0)) + one.quantity
    return planned(basis, on_hand, by_day, on=day, assumptions=_assumed(uses))


def _assumed(uses: list[PlannedUse]) -> dict[str, Any]:
    """What a plan rests on: how many are there, how many are awaited in how many batches, and until when."""
    heads = {(one.because, one.source): one.heads for one in uses}
    awaited = [number for (because, _), number in heads.items() if because == AWAITED]
    return {
        "guests": sum(number for (because, _), number in heads.items() if because != AWAITED),
        "awaited": sum(awaited),
        "batches": len(awaited),
        "until": str(max(one.day for one in uses)) if uses else "",
    }


def facts_of(found: Outlook) -> dict[str, Any]:
    """The three forecasts as an order keeps them: dates and amounts as text, unknown as null."""
    return {"drives": found.drives.basis, "warn_days": found.warn_days} | {
        one.basis: {
            "on": str(one.on), "on_hand": str(one.on_hand), "unknown": one.unknown,
            "runs_out_on": str(one.runs_out_on) if one.runs_out_on else None,
            "needed": _text(one.needed), "short": str(one.short), "left": _text(one.left),
            "assumptions": dict(one.assumptions),
        }
        for one in found.all
    }  # fmt: skip


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)

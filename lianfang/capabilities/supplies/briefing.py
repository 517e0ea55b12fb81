"""What the briefing says of stores (日报: 物资保障): what there is of each item, and for how many days it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from lianfang.capabilities.supplies.outlook import outlook, planned_uses
from lianfang.domain.briefing.figures import Figure, Name
from lianfang.domain.stock.forecast import Outlook
from lianfang.kernel import clock
from lianfang.kernel.briefing import Asked, briefed
from lianfang.kernel.ledgers import reading
from lianfang.kernel.ledgers.models import Balance, Entry, Item
from lianfang.kernel.ledgers.plans import PlannedUse
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit

STORES: Final = 4  # stores of one institution
ITEMS: Final = 6  # items of a store, those that run out first


@briefed("supplies")
def supplies(asked: Asked) -> Iterator[Figure]:
    """The stores of an institution; nothing where there is no stock, and for an office, whose stores are others'."""
    for store in _stores(asked):
        uses = planned_uses(store, at=asked.at)
        known = [(item, _outlook(asked, store, item, uses)) for item in reading.items_in(store)]
        for item, seen in sorted(known, key=_soonest)[:ITEMS]:
            yield from _figures(asked, store, item, seen)


def _stores(asked: Asked) -> list[Unit]:
    if asked.unit.kind in OFFICES:
        return [asked.unit] if Balance.objects.filter(unit=asked.unit).exists() else []
    held = Balance.objects.filter(asked.within()).values("unit_id")
    return list(Unit.objects.filter(pk__in=held).order_by("path")[:STORES])


def _outlook(asked: Asked, store: Unit, item: Item, uses: list[PlannedUse]) -> Outlook | None:
    """The forecast, as long as the day has not passed: a plan of today says nothing about a day long ago."""
    if asked.day < clock.today(asked.unit.zone):
        return None
    return outlook(store, item, at=asked.at, uses=uses)


def _soonest(known: tuple[Item, Outlook | None]) -> tuple[bool, object, str]:
    item, seen = known
    out = seen.drives.runs_out_on if seen else None
    return (out is None, out or "", item.code)


def _figures(asked: Asked, store: Unit, item: Item, seen: Outlook | None) -> Iterator[Figure]:
    about = Name.of(item.name, item.name_en)
    if store != asked.unit:
        about = Name(f"{store.name}{about.zh}", f"{about.en} at {store.name_en or store.name}")
    entries = Entry.objects.filter(unit=store, item=item, at__lt=asked.at + timedelta(microseconds=1))
    held = entries.aggregate(held=Sum("quantity"))["held"] or Decimal(0)
    yield Figure("supplies.item", held, about=about, measure=item.measure)
    if seen is None:
        return
    drives = seen.drives
    if drives.days is not None:
        yield Figure("supplies.days", Decimal(drives.days), about=about, measure="day")
    elif drives.lasts:
        yield Figure("supplies.forecast", about=about, state="lasts")

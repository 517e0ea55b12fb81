"""Reading the ledger (查账): what a store holds, the card of a lot, what days used; never a sum over two measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from lianfang.domain.stock.cards import ISSUE, Card, Line, card
from lianfang.domain.stock.cards import totals as totals_of
from lianfang.domain.stock.quantity import Quantity
from lianfang.kernel.ledgers.models import Balance, Entry, Item, Lot
from lianfang.kernel.orgs.models import Unit

ZERO = Decimal(0)


def balance(unit: Unit, item: Item) -> Quantity:
    """What the store holds of an item over all its lots, expired ones too; zero when it never had any."""
    found = Balance.objects.filter(unit=unit, item=item).aggregate(held=Sum("quantity"))["held"]
    return Quantity(found or ZERO, item.measure)


def usable(unit: Unit, item: Item, *, on: date) -> Quantity:
    """What of it may still be issued on the day: lots that have not expired."""
    good = Q(lot__expires_on__isnull=True) | Q(lot__expires_on__gte=on)
    found = Balance.objects.filter(good, unit=unit, item=item).aggregate(held=Sum("quantity"))["held"]
    return Quantity(found or ZERO, item.measure)


def balances(unit: Unit) -> QuerySet[Balance]:
    """Everything the store has ever held, lot by lot, with item and lot."""
    return Balance.objects.filter(unit=unit).select_related("item", "lot").order_by("item__code", "lot__came_on", "pk")


def items_in(unit: Unit) -> list[Item]:
    """The items the store has ever held, by code."""
    held = Balance.objects.filter(unit=unit).values("item_id")
    return list(Item.objects.filter(pk__in=held).order_by("code"))


def entries_of(unit: Unit, *, item: Item | None = None, lot: Lot | None = None) -> QuerySet[Entry]:
    """The store's entries, newest first."""
    found = Entry.objects.filter(unit=unit).select_related("item", "lot", "corrects")
    if item is not None:
        found = found.filter(item=item)
    return (found.filter(lot=lot) if lot is not None else found).order_by("-at", "-pk")


def totals(entries: Iterable[Entry]) -> dict[tuple[str, str], Quantity]:
    """The sum of entries for each item in its measure, by item code and measure."""
    found = totals_of(Line(one.item.code, one.kind, one.amount) for one in entries)
    return {(str(item), measure): quantity for (item, measure), quantity in found.items()}


def card_of(unit: Unit, lot: Lot, *, since: date, until: date) -> Card:
    """The card of a lot in a store over days, both counted; its closing balance is read, not reckoned, at the end."""
    return _card(Entry.objects.filter(unit=unit, lot=lot), lot.item, since, until)


def card_of_item(unit: Unit, item: Item, *, since: date, until: date) -> Card:
    """The card of an item over all its lots in a store."""
    return _card(Entry.objects.filter(unit=unit, item=item), item, since, until)


def uses(unit: Unit, item: Item, *, since: date, until: date) -> dict[date, Decimal]:
    """What was issued on each day that has issues on record, corrected entries at their corrected amount."""
    known = Entry.objects.filter(
        Q(kind=ISSUE) | Q(corrects__kind=ISSUE), unit=unit, item=item,
    ).annotate(of=Coalesce("corrects__day", "day"))  # fmt: skip
    days = known.filter(of__gte=since, of__lte=until).values("of").annotate(used=Sum("quantity"))
    return {one["of"]: -one["used"] for one in days}


def disagreeing(unit: Unit) -> list[Balance]:
    """Balances that are not the sum of their entries; there are none unless somebody wrote past the ledger."""
    sums = dict(Entry.objects.filter(unit=unit).values_list("lot_id").annotate(Sum("quantity")))
    return [one for one in balances(unit) if one.quantity != sums.get(one.lot_id, ZERO)]


def _card(entries: QuerySet[Entry], item: Item, since: date, until: date) -> Card:
    before, within = (
        _lines(entries.filter(day__lt=since), item),
        _lines(entries.filter(day__range=(since, until)), item),
    )
    ended = sum((one.quantity.amount for one in (*before, *within)), ZERO)
    return card(before, within, Quantity(ended, item.measure))


def _lines(entries: QuerySet[Entry], item: Item) -> Sequence[Line]:
    sums = entries.values_list("kind").annotate(Sum("quantity")).order_by()
    return [Line(item.code, kind, Quantity(total, item.measure)) for kind, total in sums]

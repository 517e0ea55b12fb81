"""Moving stock (出入库): each movement locks the store's balances of the item, adds entries and changes what is held.

Every movement carries a key: the same key again gives the same entries, and nothing moves twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from uuid_utils.compat import uuid7

from lianfang.domain.refusals import Refused
from lianfang.domain.stock.cards import ADJUSTMENT, COUNT, IN, ISSUE, LOSS, OUT, RECEIPT
from lianfang.domain.stock.picking import Held, pick
from lianfang.domain.stock.quantity import checked, plain
from lianfang.kernel import clock
from lianfang.kernel.actions import store
from lianfang.kernel.ledgers.models import Balance, Entry, Item, Lot
from lianfang.kernel.orgs.models import Unit


@dataclass(frozen=True, slots=True)
class Act:
    """Who moves stock, when, for what (`because` names a row), why, and under which key of the sender."""

    by: str
    at: datetime
    because: str = ""
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What left the store, lot by lot, and how much was lacking."""

    entries: tuple[Entry, ...]
    short: Decimal

    @property
    def amount(self) -> Decimal:
        """How much left, as a positive amount."""
        return -sum((one.quantity for one in self.entries), Decimal(0))


def item_of(unit: Unit, code: str) -> Item:
    """The item a unit calls so: its own, else that of the nearest unit above, else everybody's; or refused."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    found = Item.objects.filter(Q(unit__isnull=True) | Q(unit_id__in=above), code=code).select_related("unit")
    nearest = max(found, key=lambda one: len(one.unit.path) if one.unit else 0, default=None)
    if nearest is None:
        raise Refused("scope", "item")
    return nearest


def receive(
    unit: Unit,
    item: Item,
    quantity: Decimal,
    *,
    act: Act,
    kind: str = RECEIPT,
    number: str = "",
    expires_on: date | None = None,
    source: str = "",
) -> Entry:
    """Take stock in, as an opening balance or a receipt, into the lot of this number and last day of use."""
    amount, act = checked(quantity), _ready(act)
    if done := _written(unit, item, act, amount):
        return done[0]
    day = _day(unit, act)
    lot, _ = Lot.objects.get_or_create(
        unit=unit, item=item, number=number, expires_on=expires_on, defaults={"came_on": day, "source": source}
    )
    return _enter(_held(unit, lot), kind, amount, act)


def issue(
    unit: Unit, item: Item, quantity: Decimal, *, act: Act, all_or_nothing: bool = True, kind: str = ISSUE
) -> Issued:
    """Let stock out, what expires first going first. Short of it: `stock.short`, or as much as there is."""
    amount, act = checked(quantity), _ready(act)
    if done := _written(unit, item, act, None if not all_or_nothing else -amount):
        return Issued(tuple(done), amount + sum((one.quantity for one in done), Decimal(0)))
    held = _locked(unit, item)
    picked = pick([_shown(one) for one in held], amount, on=_day(unit, act))
    if picked.short and all_or_nothing:
        raise Refused("stock.short", "quantity", on_hand=plain(picked.amount), measure=item.get_measure_display())
    balances = {one.lot_id: one for one in held}
    taken = [
        _enter(balances[lot], kind, -take, replace(act, key=f"{act.key}/{n}" if n else act.key))
        for n, (lot, take) in enumerate(picked.takes)
    ]
    return Issued(tuple(taken), picked.short)


def lose(unit: Unit, lot: Lot, quantity: Decimal, *, act: Act) -> Entry:
    """Write off what was spoilt, lost or has expired, with the reason."""
    return _out_of_lot(unit, lot, quantity, LOSS, act)


def move_out(unit: Unit, lot: Lot, quantity: Decimal, *, act: Act) -> Entry:
    """Send a part of a lot on its way to another store."""
    return _out_of_lot(unit, lot, quantity, OUT, act)


def move_in(unit: Unit, lot: Lot, quantity: Decimal, *, act: Act) -> Entry:
    """Take in a part of a lot that another store sent."""
    amount, act = checked(quantity), _ready(act)
    if done := _written(unit, lot.item, act, amount):
        return done[0]
    return _enter(_held(unit, lot), IN, amount, act)


def count(unit: Unit, lot: Lot, counted: Decimal, *, act: Act) -> Entry:
    """Record a count. One that disagrees needs a reason (`count.differs`) and becomes an adjustment beside it."""
    amount, act = checked(counted, "counted", zero=True), _ready(act)
    done = Entry.objects.filter(key=act.key).first()
    if done is not None:
        if done.counted != amount or done.lot_id != lot.pk:
            raise Refused("key.reused", "key")
        return _same(done, unit, lot.item, None)
    held = _held(unit, lot)
    difference = amount - held.quantity
    if difference and not act.reason:
        raise Refused("count.differs", "reason", book=plain(held.quantity), counted=plain(amount))
    entry = _enter(held, COUNT, Decimal(0), act, counted=amount)
    if difference:
        _enter(held, ADJUSTMENT, difference, replace(act, key=f"{act.key}/+"))
    return entry


def correct(entry: Entry, quantity: Decimal, *, act: Act) -> Entry:
    """Say what an entry should have been: a new entry of the difference. The first one stays as it was written."""
    if not act.reason:
        raise Refused("required", "reason")
    if entry.corrects_id or entry.kind == COUNT:
        raise Refused("entry.not_correctable", "entry")
    sign = -1 if entry.quantity < 0 else 1
    right, act = sign * checked(quantity, zero=True), _ready(act)
    held = _held(entry.unit, entry.lot)
    stands = entry.quantity + sum((one.quantity for one in Entry.objects.filter(corrects=entry)), Decimal(0))
    if right == stands:
        raise Refused("entry.unchanged", "quantity", stands=plain(abs(stands)))
    return _enter(held, ADJUSTMENT, right - stands, replace(act, because=act.because or entry.because), corrects=entry)


def _out_of_lot(unit: Unit, lot: Lot, quantity: Decimal, kind: str, act: Act) -> Entry:
    amount, act = checked(quantity), _ready(act)
    if done := _written(unit, lot.item, act, -amount):
        return done[0]
    return _enter(_held(unit, lot), kind, -amount, act)


def _ready(act: Act) -> Act:
    """The act, not in the future, with a key of its own when the sender gave none."""
    if act.at > clock.now():
        raise Refused("date.in_future", "at")
    return act if act.key else replace(act, key=str(uuid7()))


def _day(unit: Unit, act: Act) -> date:
    return act.at.astimezone(unit.zone).date()


def _written(unit: Unit, item: Item, act: Act, amount: Decimal | None) -> list[Entry]:
    """What this key moved before; another content under it is refused."""
    found = list(Entry.objects.filter(Q(key=act.key) | Q(key__startswith=f"{act.key}/")).order_by("key"))
    if found:
        _same(found[0], unit, item, None)
        if amount is not None and sum((one.quantity for one in found), Decimal(0)) != amount:
            raise Refused("key.reused", "key")
    return found


def _same(entry: Entry, unit: Unit, item: Item, quantity: Decimal | None) -> Entry:
    if entry.unit_id != unit.pk or entry.item_id != item.pk or (quantity is not None and entry.quantity != quantity):
        raise Refused("key.reused", "key")
    return entry


def _held(unit: Unit, lot: Lot) -> Balance:
    """The store's balance of a lot, locked."""
    Balance.objects.get_or_create(unit=unit, lot=lot, defaults={"item_id": lot.item_id})
    return Balance.objects.select_for_update().get(unit=unit, lot=lot)


def _locked(unit: Unit, item: Item) -> list[Balance]:
    found = Balance.objects.select_for_update(of=("self",)).filter(unit=unit, item=item, quantity__gt=0)
    return list(found.select_related("lot").order_by("pk"))


def _shown(balance: Balance) -> Held:
    return Held(balance.lot_id, balance.lot.expires_on, balance.lot.came_on, balance.quantity)


def _enter(
    held: Balance,
    kind: str,
    quantity: Decimal,
    act: Act,
    *,
    counted: Decimal | None = None,
    corrects: Entry | None = None,
) -> Entry:
    left = held.quantity + quantity
    if left < 0:
        raise Refused(
            "stock.short", "quantity", on_hand=plain(held.quantity), measure=held.lot.item.get_measure_display()
        )
    held.quantity = left
    held.save(update_fields=["quantity"])
    return store(
        Entry(
            unit=held.unit, item_id=held.item_id, lot_id=held.lot_id, kind=kind, quantity=quantity, counted=counted,
            balance=left, at=act.at, day=_day(held.unit, act), because=act.because, reason=act.reason, by=act.by[:60],
            key=act.key, corrects=corrects,
        )
    )  # fmt: skip

"""What may be done with stock (出入库): words and entries. Every act goes into the ledger; none is ever taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from lianfang.capabilities.supplies.models import Transfer
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.stock.cards import OPENING, RECEIPT
from lianfang.domain.stock.quantity import checked, of_measure, plain
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers import ops
from lianfang.kernel.ledgers.models import MEASURES, USES, Balance, Entry, Item, Lot
from lianfang.kernel.orgs.models import Unit

KEEPERS = (Role.LOGISTICIAN, Role.SITE_MANAGER, Role.ADMINISTRATOR)
"""Who keeps the stores."""
HANDLERS = (*KEEPERS, Role.KITCHEN, Role.NURSE, Role.CREW)
"""Who may take out of them."""


@action("item.registered", by=KEEPERS, over="unit", facts=("code", "measure"))
def register_item(
    by: Actor, *, unit: Unit, code: str, name: str, measure: str, name_en: str = "", used_by: str = ""
) -> Item:
    """Give a kind of supply its code and its unit of measure, which never changes."""
    _one_of(measure, MEASURES, "measure")
    _one_of(used_by, [*USES, ("", "")], "used_by")
    if Item.objects.filter(unit=unit, code=code).exists():
        raise Refused("item.exists", "code")
    return store(Item(unit=unit, code=code, name=name, name_en=name_en, measure=measure, used_by=used_by))


@action("item.weighed", by=KEEPERS, over="item", facts=("grams", "chlorine_percent"))
def set_grams(by: Actor, *, item: Item, grams: Decimal, chlorine_percent: Decimal | None = None) -> Item:
    """Enter the grams of one, and the available chlorine, as printed on the pack; before that no mass is known."""
    held = Item.objects.select_for_update().get(pk=item.pk)
    held.grams = checked(grams, "grams")
    if chlorine_percent is not None:
        held.chlorine_percent = chlorine_percent
    return store(held)


@action("stock.received", by=KEEPERS, over="unit", facts=("item", "quantity", "source", "opening"))
def receive_supplies(
    by: Actor, *, unit: Unit, item: Item, quantity: Decimal, number: str = "", expires_on: date | None = None,
    source: str = "", opening: bool = False, at: datetime | None = None, key: str = "",
) -> Entry:  # fmt: skip
    """Take supplies into stock, as a lot with its number and last day of use."""
    done = act(by, at=at, key=key)
    if not opening:
        check_usable(unit, expires_on, done)
    return ops.receive(
        unit, _known(unit, item), of_measure(quantity, item.measure), act=done, kind=OPENING if opening else RECEIPT,
        number=number, expires_on=expires_on, source=source,
    )  # fmt: skip


@action("stock.issued", by=HANDLERS, over="unit", facts=("item", "quantity", "purpose"))
def issue_supplies(
    by: Actor, *, unit: Unit, item: Item, quantity: Decimal, purpose: str = "", at: datetime | None = None,
    key: str = "",
) -> list[Entry]:  # fmt: skip
    """Issue supplies; what expires first goes first, and never more than there is."""
    amount = of_measure(quantity, item.measure)
    done = ops.issue(unit, _known(unit, item), amount, act=act(by, at=at, key=key, because=purpose))
    return list(done.entries)


@action("stock.sent", by=KEEPERS, over="unit", facts=("lot", "quantity", "to"))
def move_supplies(
    by: Actor, *, unit: Unit, lot: Lot, quantity: Decimal, to: Unit, at: datetime | None = None, key: str = ""
) -> Transfer:
    """Send a part of a lot to another store; it is on its way until somebody there has received it."""
    # A transfer is named by the entry that took it out: the same key again finds both.
    if to.pk == unit.pk:
        raise Refused("transfer.same_store", "to")
    done = act(by, at=at, key=key)
    entry = ops.move_out(unit, _here(unit, lot), of_measure(quantity, lot.item.measure), act=done)
    before = Transfer.objects.filter(pk=entry.pk).first()
    return before or store(
        Transfer(
            pk=entry.pk, unit=to, sender=unit, lot=lot, quantity=-entry.quantity, sent_at=entry.at, sent_by=by.name[:60]
        )
    )


@action("stock.accepted", by=KEEPERS, over="transfer", facts=("came", "reason"))
def accept_supplies(
    by: Actor, *, transfer: Transfer, came: Decimal, reason: str = "", at: datetime | None = None
) -> Transfer:
    """Receive what another store sent. When less has come, say why; the books of both stores then show it."""
    held = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if held.received is not None:
        raise Refused("flow.condition", "transfer", state="received", move="receive")
    whole = of_measure(came, held.lot.item.measure, "came")
    amount, done = checked(whole, "came", zero=True), act(by, at=at, key=f"in-{held.pk}", because=ref(held))
    if amount > held.quantity:
        raise Refused("number.out_of_range", "came", low="0", high=plain(held.quantity))
    if amount < held.quantity and not reason:
        raise Refused("transfer.short", "reason", sent=plain(held.quantity), received=plain(amount))
    if done.at < held.sent_at:
        raise Refused("date.order", "at", earlier="sent_at")
    if amount:
        ops.move_in(held.unit, held.lot, amount, act=done)
    held.received, held.received_at, held.received_by, held.reason = amount, done.at, by.name[:60], reason
    return store(held)


@action("stock.counted", by=KEEPERS, over="unit", facts=("lot", "counted", "reason"))
def count_stock(
    by: Actor, *, unit: Unit, lot: Lot, counted: Decimal, reason: str = "", at: datetime | None = None, key: str = ""
) -> Entry:
    """Record a count of a lot; one that disagrees with the books needs its reason and adjusts them."""
    found = of_measure(counted, lot.item.measure, "counted")
    return ops.count(unit, _here(unit, lot), found, act=act(by, at=at, key=key, reason=reason))


@action("stock.written_off", by=KEEPERS, over="unit", facts=("lot", "quantity", "reason"))
def write_off(
    by: Actor, *, unit: Unit, lot: Lot, quantity: Decimal, reason: str, at: datetime | None = None, key: str = ""
) -> Entry:
    """Write off what is lost, spoilt or expired, with the reason."""
    amount = of_measure(quantity, lot.item.measure)
    return ops.lose(unit, _here(unit, lot), amount, act=act(by, at=at, key=key, reason=reason))


@action("stock.corrected", by=KEEPERS, over="entry", facts=("entry", "quantity", "reason"))
def correct_entry(by: Actor, *, entry: Entry, quantity: Decimal, reason: str) -> Entry:
    """Say what an entry should have been; a new entry makes the difference, and the first one stays."""
    return ops.correct(entry, of_measure(quantity, entry.lot.item.measure), act=act(by, reason=reason))


def act(by: Actor, *, at: datetime | None = None, key: str = "", because: str = "", reason: str = "") -> ops.Act:
    """An act of the ledger by this actor: now, unless it was earlier."""
    return ops.Act(by=by.name, at=at or clock.now(), because=because, reason=reason, key=key)


def check_usable(unit: Unit, expires_on: date | None, done: ops.Act) -> None:
    """What comes in can still be used on the day it comes; only an opening balance may hold what has expired."""
    day = done.at.astimezone(unit.zone).date()
    if expires_on is not None and expires_on < day:
        raise Refused("lot.expired", "expires_on", expired=expires_on.isoformat())


def _one_of(value: str, choices: Sequence[tuple[str, object]], field: str) -> None:
    if value not in {code for code, _ in choices}:
        raise Refused("choice.unknown", field)


def _known(unit: Unit, item: Item) -> Item:
    """The item, if it is one of this unit's words: everybody's, its own, or of a unit above."""
    if item.unit is not None and not item.unit.covers(unit):
        raise Refused("scope", "item")
    return item


def _here(unit: Unit, lot: Lot) -> Lot:
    """The lot, if the store has ever held any of it."""
    if not Balance.objects.filter(unit=unit, lot=lot).exists():
        raise Refused("scope", "lot")
    return lot

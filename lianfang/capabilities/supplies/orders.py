"""Norms before a phase (储备标准) and orders (请购): proposed from forecasts, decided by somebody else, received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from lianfang.capabilities.supplies.actions import KEEPERS, act, check_usable
from lianfang.capabilities.supplies.models import MOST_LEAD_DAYS, ORDER, LeadTime, Norm, Order
from lianfang.capabilities.supplies.outlook import facts_of, outlook
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.stock.norms import Need, need
from lianfang.domain.stock.quantity import checked, of_measure
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers import ops, reading
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.people.models import Membership, on_roster

APPROVERS = (Role.SITE_MANAGER, Role.LEADER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Readiness:
    """One line of a phase: its norm, for how many heads it was reckoned, and what is needed and there."""

    norm: Norm
    heads: int
    need: Need


@action("stock.norm_set", by=KEEPERS, over="unit", facts=("item", "phase", "per_head", "days", "heads"))
def set_norm(
    by: Actor, *, unit: Unit, item: Item, phase: str, per_head: Decimal, days: int, heads: int | None = None
) -> Norm:
    """Set what must be in stock before a phase; without a number of people, the roster of the day is taken."""
    found = Norm.objects.filter(unit=unit, item=item, phase=phase).first() or Norm(unit=unit, item=item, phase=phase)
    found.per_head, found.days, found.heads = checked(per_head, "per_head"), days, heads
    return store(found)


@action("stock.lead_time_set", by=KEEPERS, over="unit", facts=("item", "lead_days"))
def set_lead_time(by: Actor, *, unit: Unit, item: Item, lead_days: int) -> LeadTime:
    """Enter the days that the supplier of an item takes to deliver, for a store and those under its unit."""
    if not 0 <= lead_days <= MOST_LEAD_DAYS:
        raise Refused("number.out_of_range", "lead_days", low=0, high=MOST_LEAD_DAYS)
    found = LeadTime.objects.filter(unit=unit, item=item).first() or LeadTime(unit=unit, item=item)
    found.lead_days = lead_days
    return store(found)


def readiness(unit: Unit, *, on: date, phase: str = "") -> list[Readiness]:
    """Every line of the unit's norms (of one phase): each is ready, or lacks so much, by itself."""
    norms = Norm.objects.filter(unit=unit).select_related("item").order_by("phase", "item__code")
    return [_line(norm, on) for norm in (norms.filter(phase=phase) if phase else norms)]


def _line(norm: Norm, on: date) -> Readiness:
    heads = norm.heads if norm.heads is not None else _on_rosters(norm.unit, on)
    held = reading.usable(norm.unit, norm.item, on=on)
    return Readiness(norm, heads, need(heads=heads, per_head=norm.per_head, days=norm.days, on_hand=held))


def _on_rosters(unit: Unit, on: date) -> int:
    low, high = below(unit.path)
    rosters = Membership.objects.filter(on_roster(on), unit__path__gte=low, unit__path__lt=high)
    return rosters.values("person_id").distinct().count()


@action("supply_order.proposed", by=(*KEEPERS, Role.KITCHEN), over="unit", facts=("item", "quantity", "reason"))
def propose_order(by: Actor, *, unit: Unit, item: Item, quantity: Decimal | None = None, reason: str = "") -> Order:
    """Propose an order; without a quantity, of what the forecast that drives the order, or a norm, says is short."""
    found = outlook(unit, item, at=clock.now())
    wanted = quantity if quantity is not None else to_order(unit, item, found.drives.short)
    if not wanted:
        raise Refused("order.nothing_short", "quantity")
    return store(
        Order(
            unit=unit, item=item, quantity=checked(wanted), reason=reason, forecasts=facts_of(found),
            needed_by=found.drives.runs_out_on, proposed_at=clock.now(), proposed_by=by.name[:60],
            proposer_id=by.account_id,
        )
    )  # fmt: skip


def to_order(unit: Unit, item: Item, short: Decimal) -> Decimal:
    """What is short by forecast or norm, less what is on order already; never below zero."""
    lines = readiness(unit, on=clock.today(unit.zone))
    missing = max([short, *(one.need.shortage.amount for one in lines if one.norm.item_id == item.pk)])
    return max(missing - on_order(unit, item), Decimal(0))


def on_order(unit: Unit, item: Item) -> Decimal:
    """What has been proposed or approved and has not come."""
    waiting = Order.objects.filter(unit=unit, item=item, state__in=("proposed", "approved"))
    return waiting.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0)


@action("supply_order.approved", by=APPROVERS, over="order")
def approve_order(by: Actor, *, order: Order) -> Order:
    """Approve an order that somebody else proposed."""
    held = _locked(order)
    if by.account_id is not None and by.account_id == held.proposer_id:
        raise Refused("flow.own_request", "order")
    return _decided(held, "approve", by)


@action("supply_order.withdrawn", by=(*KEEPERS, *APPROVERS), over="order", facts=("reason",))
def withdraw_order(by: Actor, *, order: Order, reason: str) -> Order:
    """Withdraw an order that has not come, with the reason."""
    held = _locked(order)
    held.reason = reason
    return _decided(held, "withdraw", by)


@action("supply_order.received", by=KEEPERS, over="order", facts=("came",))
def receive_order(
    by: Actor, *, order: Order, came: Decimal, number: str = "", expires_on: date | None = None,
    source: str = "", at: datetime | None = None,
) -> Order:  # fmt: skip
    """Take what was ordered into stock, as much as has come."""
    held = _locked(order)
    held.state = ORDER.after(held.state, "receive")
    done = act(by, at=at, key=f"order-{held.pk}", because=ref(held))
    check_usable(held.unit, expires_on, done)
    amount = checked(of_measure(came, held.item.measure, "came"), "came")
    entry = ops.receive(
        held.unit, held.item, amount, act=done,
        number=number, expires_on=expires_on, source=source,
    )  # fmt: skip
    held.received, held.received_at = entry.quantity, entry.at
    return store(held)


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("unit", "item").get(pk=order.pk)


def _decided(order: Order, move: str, by: Actor) -> Order:
    order.state = ORDER.after(order.state, move)
    order.decided_at, order.decided_by = clock.now(), by.name[:60]
    return store(order)

"""Stock and how long it lasts (物资与保障测算): each item with its three forecasts, norms, orders, what is coming."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianfang.capabilities.supplies.actions import KEEPERS
from lianfang.capabilities.supplies.models import Order, Transfer
from lianfang.capabilities.supplies.orders import APPROVERS, Readiness, on_order, readiness, to_order
from lianfang.capabilities.supplies.outlook import outlook, planned_uses
from lianfang.domain.refusals import Refused
from lianfang.domain.stock.dilution import kilograms_of, litres
from lianfang.domain.stock.forecast import Outlook
from lianfang.domain.stock.quantity import plain
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.interfaces.web.views.stock_forecasts import card_of_outlook, grouped
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.ledgers.models import Balance, Item, Lot
from lianfang.kernel.ledgers.reading import balance, balances, card_of, entries_of, items_in
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.registers.register import registers

MOST = 200  # entries, orders, lots at once


def store_of(request: HttpRequest, code: str) -> tuple[Actor, Unit]:
    """Who looks at which unit's store; refused where the role has nothing to do with stores."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not registers["stock"].open_to(actor):
        raise Refused("scope", "unit")
    return actor, unit


@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Everything in the store: what lasts how long by which forecast, what is short of a norm, what is ordered."""
    actor, unit = store_of(request, code)
    at = clock.now()
    today = at.astimezone(unit.zone).date()
    uses, keeps = planned_uses(unit, at=at), actor.holds(KEEPERS, unit)
    found = [(item, outlook(unit, item, at=at, uses=uses)) for item in items_in(unit)]
    held = _by_item(unit)
    cards = [
        card_of_outlook(item, seen) | _item(unit, item, held[item.pk], today) | _ordered(unit, item, seen)
        for item, seen in found if any(not one.unknown for one in seen.all)
    ]  # fmt: skip
    others = [_item(unit, item, held[item.pk], today) for item, seen in found if all(one.unknown for one in seen.all)]
    context = {
        "unit": str(unit), "code": unit.code, "today": today, "cards": sorted(cards, key=_urgent), "others": others,
        "norms": [_norm(one) for one in readiness(unit, on=today)], "orders": _orders(unit, actor),
        "coming": _coming(unit), "keeps": keeps, "any": bool(found),
    }  # fmt: skip
    return page(request, "pages/stock.html", {"stock": context})


def _ordered(unit: Unit, item: Item, seen: Outlook) -> dict[str, str]:
    """What is on order, and what should still be ordered."""
    coming, wanted = on_order(unit, item), to_order(unit, item, seen.drives.short)
    return {"ordered": grouped(coming) if coming else "", "to_order": grouped(wanted) if wanted else ""}


def _urgent(card: dict[str, Any]) -> tuple[bool, bool, str]:
    return not card["warns"], not card["short"], card["code"]


def _by_item(unit: Unit) -> dict[UUID, list[Balance]]:
    found: dict[UUID, list[Balance]] = {}
    for one in balances(unit):
        found.setdefault(one.item_id, []).append(one)
    return found


def _item(unit: Unit, item: Item, held: Iterable[Balance], today: date) -> dict[str, Any]:
    on_hand, rows = balance(unit, item).amount, [one for one in held if one.quantity]
    return {
        "key": str(item.pk), "code": item.code, "name": str(item), "on_hand": grouped(on_hand),
        "measure": str(item.get_measure_display()), "lots": [_lot(unit, one, today) for one in rows[:MOST]],
        "makes": _makes(unit, item, on_hand, today),
    }  # fmt: skip


def _lot(unit: Unit, held: Balance, today: date) -> dict[str, Any]:
    expires = held.lot.expires_on
    return {
        "url": f"/stock/{unit.code}/lots/{held.lot_id}", "number": held.lot.number, "expires_on": expires,
        "expired": expires is not None and expires < today, "quantity": grouped(held.quantity),
    }  # fmt: skip


def _makes(unit: Unit, item: Item, on_hand: Decimal, today: date) -> dict[str, str] | None:
    """How many litres of working solution the stock makes; None where the strength is not known."""
    if item.chlorine_percent is None or not on_hand:
        return None
    strength = policy_of(unit, on=today).terminal_mg_per_l
    try:
        mass = on_hand if item.measure == "kg" else kilograms_of(on_hand, item.grams)
    except Refused:
        return None
    made = litres(kilograms=mass, percent=item.chlorine_percent, mg_per_litre=Decimal(strength))
    return {"litres": grouped(made.quantize(Decimal(1))), "strength": grouped(Decimal(strength))}


def _norm(one: Readiness) -> dict[str, Any]:
    item = one.norm.item
    return {
        "key": str(item.pk), "phase": one.norm.phase, "item": str(item), "measure": str(item.get_measure_display()),
        "how": _("{heads} people × {each} × {days} days").format(
            heads=one.heads, each=plain(one.norm.per_head), days=one.norm.days
        ),
        "needed": grouped(one.need.needed.amount), "on_hand": grouped(one.need.on_hand.amount),
        "shortage": grouped(one.need.shortage.amount), "ready": one.need.ready,
    }  # fmt: skip


def _orders(unit: Unit, actor: Actor) -> list[dict[str, Any]]:
    found = Order.objects.filter(unit=unit).select_related("item").order_by("-proposed_at")[:MOST]
    may = {"approve": actor.holds(APPROVERS, unit), "receive": actor.holds(KEEPERS, unit)}
    return [
        {
            "key": str(one.pk), "item": str(one.item), "quantity": grouped(one.quantity),
            "measure": str(one.item.get_measure_display()), "state": one.state, "word": str(one.get_state_display()),
            "tone": {"proposed": "warn", "approved": "info", "received": "ok"}.get(one.state, "wait"),
            "by": one.proposed_by, "at": one.proposed_at, "needed_by": one.needed_by, "reason": one.reason,
            "approve": one.state == "proposed" and may["approve"] and one.proposer_id != actor.account_id,
            "receive": one.state == "approved" and may["receive"],
        }
        for one in found
    ]  # fmt: skip


def _coming(unit: Unit) -> list[dict[str, Any]]:
    found = Transfer.objects.filter(unit=unit, received__isnull=True).select_related("sender", "lot__item")
    return [
        {
            "key": str(one.pk), "item": str(one.lot.item), "quantity": grouped(one.quantity),
            "measure": str(one.lot.item.get_measure_display()), "sender": str(one.sender), "at": one.sent_at,
        }
        for one in found.order_by("sent_at")[:MOST]
    ]  # fmt: skip


@signed_in
def lot(request: HttpRequest, code: str, number: UUID) -> HttpResponse:
    """The card of a lot in this store, proved, and every entry of it."""
    actor, unit = store_of(request, code)
    held = Balance.objects.filter(unit=unit, lot_id=number).select_related("lot", "item").first()
    if held is None:
        raise Http404
    entries = list(entries_of(unit, lot=held.lot)[:MOST])
    context = {
        "unit": str(unit), "code": unit.code, "key": str(number), "item": str(held.item), "item_key": str(held.item_id),
        "number": held.lot.number, "source": held.lot.source,
        "expires_on": held.lot.expires_on, "measure": str(held.item.get_measure_display()),
        "on_hand": grouped(held.quantity), "card": _card(unit, held.lot), "keeps": actor.holds(KEEPERS, unit),
        "entries": [_entry(one) for one in entries], "more": len(entries) == MOST,
    }  # fmt: skip
    return page(request, "pages/stock_lot.html", {"lot": context})


def _card(unit: Unit, one: Lot) -> dict[str, Any]:
    found = card_of(unit, one, since=date.min, until=clock.today(unit.zone))
    parts = [
        (_("Opening"), found.opening), (_("Came in"), found.received), (_("Went out"), -found.issued),
        (_("Adjusted"), found.adjusted), (_("Closing"), found.closing),
    ]  # fmt: skip
    return {"parts": [{"label": label, "value": signed(value)} for label, value in parts], "proved": found.proved}


def signed(amount: Decimal) -> str:
    """An amount with a true minus."""
    return ("−" if amount < 0 else "") + grouped(abs(amount))


def _entry(one: Any) -> dict[str, Any]:
    return {
        "key": str(one.pk), "at": one.at, "word": str(one.get_kind_display()), "quantity": signed(one.quantity),
        "balance": grouped(one.balance), "counted": None if one.counted is None else grouped(one.counted),
        "reason": one.reason, "by": one.by, "corrects": one.corrects.day if one.corrects else None,
        "correctable": one.corrects_id is None and one.kind != "count",
    }  # fmt: skip

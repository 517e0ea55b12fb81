"""How stock, its entries, norms, orders and transfers are listed (物资台账)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.supplies.actions import (
    accept_supplies,
    correct_entry,
    count_stock,
    issue_supplies,
    move_supplies,
    receive_supplies,
    register_item,
    set_grams,
    write_off,
)
from lianfang.capabilities.supplies.models import ENDINGS, ORDER_STATES, LeadTime, Norm, Order, Shortage, Transfer
from lianfang.capabilities.supplies.orders import (
    approve_order,
    propose_order,
    receive_order,
    set_lead_time,
    set_norm,
    withdraw_order,
)
from lianfang.domain.roles import SERVICES
from lianfang.kernel.ledgers.models import ENTRY_KINDS, Balance, Entry, Item
from lianfang.kernel.registers.register import Column, Register, column, equals, on_day, under_unit


def _item(row: Any) -> Any:
    return str(row.item)


def _measure(row: Any) -> Any:
    return row.item.get_measure_display()


ITEM = Column("item", _("supply item"), _item)
MEASURE = Column("measure", _("unit of measure"), _measure)


class Items(Register):
    name = "items"
    title = _("Items of supply")
    model = Item
    related = ("unit",)
    order = ("code", "id")
    unit_path = None
    roles = SERVICES
    search = ("code", "name", "name_en")
    columns = [column(Item, n) for n in ("code", "name", "name_en", "measure", "grams", "chlorine_percent", "unit")]
    actions = [register_item, set_grams]


class Stock(Register):
    name = "stock"
    title = _("Stock")
    model = Balance
    related = ("unit", "item", "lot")
    order = ("item__code", "id")
    roles = SERVICES
    columns = [
        column(Balance, "unit"), ITEM, Column("lot", _("lot"), lambda row: row.lot.number, "code", 1, "lot__number"),
        Column("expires_on", _("good until"), lambda row: row.lot.expires_on, "day", 1, "lot__expires_on"),
        column(Balance, "quantity"), MEASURE,
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit")), equals("item", _("supply item"), column="item__code")]
    actions = [receive_supplies, issue_supplies, move_supplies, count_stock, write_off]


class Entries(Register):
    name = "stock-entries"
    title = _("Stock entries")
    model = Entry
    related = ("unit", "item", "lot")
    order = ("-at", "-id")
    roles = SERVICES
    columns = [
        column(Entry, "at"), column(Entry, "unit"), ITEM, column(Entry, "kind"), column(Entry, "quantity"), MEASURE,
        Column("lot", _("lot"), lambda row: row.lot.number, "code", 2, "lot__number"),
        column(Entry, "counted", priority=3), column(Entry, "balance"), column(Entry, "reason", priority=2),
        column(Entry, "by", priority=3),
    ]  # fmt: skip
    filters = [
        under_unit("unit", _("unit")), equals("item", _("supply item"), column="item__code"),
        equals("kind", _("kind"), ENTRY_KINDS), on_day("since", _("since"), "day", bound="gte"),
        on_day("until", _("until"), "day", bound="lte"),
    ]  # fmt: skip
    actions = [correct_entry]


class Norms(Register):
    name = "stock-norms"
    title = _("Stock norms")
    model = Norm
    related = ("unit", "item")
    order = ("phase", "id")
    roles = SERVICES
    columns = [
        column(Norm, "unit"),
        column(Norm, "phase"),
        ITEM,
        *(column(Norm, n) for n in ("per_head", "days", "heads")),
    ]
    filters = [under_unit("unit", _("unit"))]
    actions = [set_norm]


class Orders(Register):
    name = "supply-orders"
    title = _("Orders of supplies")
    model = Order
    related = ("unit", "item")
    order = ("-proposed_at", "-id")
    roles = SERVICES
    columns = [
        column(Order, "unit"), ITEM, column(Order, "quantity"), MEASURE, column(Order, "state"),
        *(column(Order, n) for n in ("needed_by", "proposed_at", "proposed_by")),
        *(column(Order, n, priority=2) for n in ("decided_at", "decided_by", "received", "received_at", "reason")),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit")), equals("state", _("state"), ORDER_STATES)]
    actions = [propose_order, approve_order, receive_order, withdraw_order]


class Transfers(Register):
    name = "supply-transfers"
    title = _("Transfers of supplies")
    model = Transfer
    related = ("unit", "sender", "lot__item")
    order = ("-sent_at", "-id")
    roles = SERVICES
    columns = [
        column(Transfer, "sender"), column(Transfer, "unit"),
        Column("item", _("supply item"), lambda row: str(row.lot.item)),
        column(Transfer, "quantity"), column(Transfer, "sent_at"), column(Transfer, "received"),
        column(Transfer, "received_at"), column(Transfer, "reason", priority=2),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit"))]
    actions = [accept_supplies]


class LeadTimes(Register):
    name = "delivery-times"
    title = _("Delivery times")
    model = LeadTime
    related = ("unit", "item")
    order = ("unit_id", "item__code", "id")
    roles = SERVICES
    columns = [column(LeadTime, "unit"), ITEM, column(LeadTime, "lead_days")]
    filters = [under_unit("unit", _("unit")), equals("item", _("supply item"), column="item__code")]
    actions = [set_lead_time]


class Shortages(Register):
    name = "stock-shortages"
    title = _("Items running out")
    model = Shortage
    related = ("unit", "item")
    order = ("-seen_at", "-id")
    roles = SERVICES
    columns = [
        column(Shortage, "unit"), ITEM,
        *(column(Shortage, n) for n in ("seen_at", "runs_out_on", "order_by", "warn_days", "ended_at", "because")),
    ]  # fmt: skip
    filters = [under_unit("unit", _("unit")), equals("because", _("why it ended"), ENDINGS)]

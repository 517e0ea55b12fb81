"""What the actions about stock, meals and requests are tried with (权限矩阵: 物资与供餐)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lianfang.capabilities.catering.actions import fix_list, send_meals
from lianfang.capabilities.catering.models import Delivery
from lianfang.capabilities.catering.requests import open_request
from lianfang.capabilities.supplies.actions import issue_supplies, move_supplies, receive_supplies, register_item
from lianfang.capabilities.supplies.models import Order, Transfer
from lianfang.capabilities.supplies.orders import approve_order, propose_order
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import BED, SITE_ROOM, Place
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY


class Stocked:
    """The first school's store with masks in it, a pupil in a room, a sitting, a request, and things on their way."""

    def __init__(self, school: Any, klass: Any, pupil: Any) -> None:
        self.school, self.klass, self.pupil = school, klass, pupil
        with within(EVERYTHING):
            self.item = register_item(SYSTEM, unit=school, code="mask", name="口罩", measure="piece")
            self.lot = receive_supplies(SYSTEM, unit=school, item=self.item, quantity=Decimal(100)).lot
            (self.entry,) = issue_supplies(SYSTEM, unit=school, item=self.item, quantity=Decimal(10))
            self._ordered()
            self._fed()

    def _ordered(self) -> None:
        self.order = self._order()
        self.approved = approve_order(SYSTEM, order=self._order())
        self.transfer = self._sent()

    def _order(self) -> Order:
        return propose_order(SYSTEM, unit=self.school, item=self.item, quantity=Decimal(5), reason="reserve")

    def _sent(self) -> Transfer:
        receive_supplies(SYSTEM, unit=self.klass, item=self.item, quantity=Decimal(9), number="K")
        lot = self.item.lots.get(number="K")
        return move_supplies(SYSTEM, unit=self.klass, lot=lot, quantity=Decimal(3), to=self.school)

    def _fed(self) -> None:
        since = datetime.combine(DAY - timedelta(days=2), time(15), self.school.zone)
        self.place = Place.objects.create(unit=self.school, kind=SITE_ROOM, code="101", name="101")
        occupy(unit=self.school, place=self.place, layer=BED, person=self.pupil, spot="1", since=since)
        with clock.at(datetime.combine(DAY, time(11), self.school.zone)):
            self.delivery: Delivery = fix_list(SYSTEM, unit=self.school, day=DAY, meal="lunch").deliveries.get()
            breakfast = fix_list(SYSTEM, unit=self.school, day=DAY, meal="breakfast")
            self.under_way: Delivery = send_meals(SYSTEM, delivery=breakfast.deliveries.get())
            self.request = open_request(SYSTEM, unit=self.school, kind="goods", wanted="soap", place=self.place)


def of_supplies(w: Any) -> dict[str, Any]:
    """Arguments by kind of action."""
    s = Stocked(w.school, w.klass, w.pupil)
    return {**_stock(s), **_orders(s), **_meals(s), **_requests(s)}


def _stock(s: Stocked) -> dict[str, Any]:
    one = Decimal(1)
    return {
        "item.registered": {"unit": s.school, "code": "soap", "name": "肥皂", "measure": "piece"},
        "item.weighed": {"item": s.item, "grams": Decimal(4)},
        "stock.received": {"unit": s.school, "item": s.item, "quantity": one},
        "stock.issued": {"unit": s.school, "item": s.item, "quantity": one},
        "stock.sent": {"unit": s.school, "lot": s.lot, "quantity": one, "to": s.klass},
        "stock.accepted": {"transfer": s.transfer, "came": Decimal(3)},
        "stock.counted": {"unit": s.school, "lot": s.lot, "counted": Decimal(90)},
        "stock.written_off": {"unit": s.school, "lot": s.lot, "quantity": one, "reason": "wet"},
        "stock.corrected": {"entry": s.entry, "quantity": one, "reason": "typed wrong"},
        "stock.lead_time_set": {"unit": s.school, "item": s.item, "lead_days": 10},
        "stock.norm_set": {"unit": s.school, "item": s.item, "phase": "开学", "per_head": one, "days": 1},
    }


def _orders(s: Stocked) -> dict[str, Any]:
    return {
        "supply_order.proposed": {"unit": s.school, "item": s.item, "quantity": Decimal(5), "reason": "reserve"},
        "supply_order.approved": {"order": s.order},
        "supply_order.withdrawn": {"order": s.order, "reason": "not needed"},
        "supply_order.received": {"order": s.approved, "came": Decimal(5)},
    }


def _meals(s: Stocked) -> dict[str, Any]:
    return {
        "diet.set": {"unit": s.school, "person": s.pupil, "diet": "halal"},
        "staff_meal.set": {"unit": s.school, "colleague": s.pupil, "meal": "lunch"},
        "meal.item_set": {"unit": s.school, "item": s.item},
        "meal.list_fixed": {"unit": s.school, "day": DAY, "meal": "lunch"},
        "meal.served": {"unit": s.school, "day": DAY, "meal": "lunch"},
        "meal.sent": {"delivery": s.delivery},
        "meal.arrived": {"delivery": s.under_way},
    }


def _requests(s: Stocked) -> dict[str, Any]:
    return {
        "request.opened": {"unit": s.school, "kind": "goods", "wanted": "towel", "place": s.place},
        "request.taken": {"request": s.request},
        "request.closed": {"request": s.request, "receipt": "R-1"},
        "request.declined": {"request": s.request, "reason": "none left"},
        "amenity.set": {"unit": s.school, "name": "网络", "kind": "network"},
    }


def addresses_of_supplies(w: Any) -> dict[str, str]:
    """Pages of stock, kitchen and requests, made concrete for the near school."""
    code = w.school.code
    return {
        "stock/<str:code>": f"/stock/{code}",
        "stock/<str:code>/lots/<uuid:number>": f"/stock/{code}/lots/{w.pupil.pk}",
        "stock/<str:code>/do/<str:name>": f"/stock/{code}/do/receive",
        "kitchen/<str:code>": f"/kitchen/{code}",
        "kitchen/<str:code>/sheet": f"/kitchen/{code}/sheet",
        "kitchen/<str:code>/do/<str:name>": f"/kitchen/{code}/do/serve",
        "requests/<str:code>": f"/requests/{code}",
        "requests/<str:code>/do/<str:name>": f"/requests/{code}/do/ask",
    }

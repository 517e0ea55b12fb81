"""The pages of stock, kitchen and requests (物资、厨房、需求页面), on a phone and at a desk, in both languages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.catering.actions import deliver_meals, send_meals, serve_meals, set_diet
from lianfang.capabilities.catering.models import Delivery
from lianfang.capabilities.catering.requests import close_request, open_request, set_amenity
from lianfang.capabilities.catering.sittings import fixed
from lianfang.capabilities.supplies.actions import receive_supplies, register_item, set_grams
from lianfang.capabilities.supplies.orders import propose_order, set_norm
from lianfang.domain.meals.sittings import MEALS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.ledgers.models import Balance, Item
from lianfang.kernel.places.models import Expected
from lianfang.kernel.scope import EVERYTHING, within
from tests import kitchen, make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.kitchen import moment
from tests.make import DAY

HOURS = {"breakfast": (8, 30), "lunch": (12, 30), "dinner": (18, 30)}
FIRST = DAY - timedelta(days=4)


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """A site with 30 guests on six floors, 450 boxes and 12 more people awaited; lunch of the day is on its way."""
    where = house.world.units["GS"] = make.unit(house.world.units["N2"], "GS", "site", "云岭观察点")
    with clock.at(moment(FIRST, 6)):
        for role in ("logistician", "kitchen", "leader"):
            house.world.accounts[f"{role}-gs"] = make.account(where, role, f"{role}-gs")
    _stored(where)
    rooms, who = kitchen.rooms(where, 30), kitchen.people(where, 30)
    stays = kitchen.arrive(where, rooms, who, moment(FIRST, 15))
    with within(EVERYTHING):
        _eaten(where, who)
    kitchen.leave(stays[:1], moment(DAY, 10, 45))
    with within(EVERYTHING):
        _lunch(where)
        _asked(where, rooms)
    return house


def _stored(where) -> None:
    item = kitchen.boxes(where, 650, moment(FIRST, 8))
    lines = [
        ("mask", "口罩", "Masks", "piece", 2080), ("hypochlorite_5pct", "次氯酸钠消毒液", "Hypochlorite", "kg", 675),
        ("nadcc", "泡腾片", "NaDCC", "bag", 400),
    ]  # fmt: skip
    with within(EVERYTHING), clock.at(moment(FIRST, 8)):
        for code, name, english, measure, amount in lines:
            one = register_item(SYSTEM, unit=where, code=code, name=name, measure=measure, name_en=english)
            receive_supplies(SYSTEM, unit=where, item=one, quantity=Decimal(amount), number="A1", opening=True)
        set_grams(
            SYSTEM, item=Item.objects.get(code="hypochlorite_5pct"), grams=Decimal(1000), chlorine_percent=Decimal(5)
        )
        mask = Item.objects.get(code="mask")
        set_norm(SYSTEM, unit=where, item=mask, phase="开学", per_head=Decimal(2), days=15, heads=100)
        set_norm(SYSTEM, unit=where, item=item, phase="开学", per_head=Decimal(3), days=1, heads=100)
        at = moment(DAY + timedelta(days=3), 15)
        Expected.objects.create(unit=where, day=at.date(), at=at, count=12)


def _eaten(where, who) -> None:
    with clock.at(moment(FIRST, 16)):
        for diet, some in (("halal", who[:3]), ("diabetic", who[10:12]), ("child", who[20:21])):
            for person in some:
                set_diet(SYSTEM, unit=where, person=person, diet=diet, avoid="花生" if diet == "diabetic" else "")
    for days in range(4, 0, -1):
        for meal in MEALS:
            day = DAY - timedelta(days=days)
            with clock.at(moment(day, *HOURS[meal])):
                serve_meals(SYSTEM, unit=where, day=day, meal=meal)
    with clock.at(moment(DAY, 8, 30)):
        serve_meals(SYSTEM, unit=where, day=DAY, meal="breakfast")


def _lunch(where) -> None:
    with clock.at(moment(DAY, 10, 50)):
        rows = list(fixed(where, DAY, "lunch", by="厨师长").deliveries.order_by("drop"))
    for number, row in enumerate(rows[:5]):
        with clock.at(moment(DAY, 11, 40)):
            send_meals(SYSTEM, delivery=row, vehicle="V2")
        with clock.at(moment(DAY, 12, 9) if number == 4 else moment(DAY, 11, 50 + number)):
            deliver_meals(SYSTEM, delivery=row, celsius=Decimal("63.5") if number else Decimal(55))
    with clock.at(moment(DAY, 9)):
        propose_order(
            SYSTEM, unit=where, item=Item.objects.get(code="lunch_box"), quantity=Decimal(300), reason="第一车"
        )


def _asked(where, rooms) -> None:
    with clock.at(moment(DAY, 9, 10)):
        done = open_request(SYSTEM, unit=where, kind="infant", wanted="婴儿奶粉 infant formula", place=rooms[2])
        open_request(SYSTEM, unit=where, kind="network", wanted="网络断了 no network", place=rooms[3])
        set_amenity(
            SYSTEM,
            unit=where,
            name="健身角",
            kind="exercise",
            name_en="Exercise corner",
            how="三楼东侧",
            how_en="3rd floor, east",
        )
    with clock.at(moment(DAY, 13, 40)):
        close_request(SYSTEM, request=done, receipt="R-12", cost=Decimal("128.50"))


def pages(house: House) -> list[tuple[str, str]]:
    with within(EVERYTHING):
        lot = Balance.objects.get(unit__code="GS", item__code="lunch_box").lot_id
        item = Item.objects.get(code="lunch_box").pk
        delivery = Delivery.objects.get(
            arrived_at__isnull=True, unit__code="GS", sitting__day=DAY, sitting__meal="lunch"
        ).pk
    return [
        ("logistician-gs", "/stock/GS"), ("logistician-gs", f"/stock/GS/lots/{lot}"),
        ("logistician-gs", f"/stock/GS/do/order?item={item}"), ("kitchen-gs", f"/kitchen/GS?day={DAY}"),
        ("kitchen-gs", f"/kitchen/GS/sheet?meal=dinner&day={DAY}"),
        ("kitchen-gs", f"/kitchen/GS/do/deliver?delivery={delivery}"),
        ("logistician-gs", "/requests/GS"), ("logistician-gs", "/requests/GS/do/ask"),
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_stock_kitchen_and_requests_are_whole(stocked: House, lang: str) -> None:
    set_clock(14, 5)
    found = []
    for n, (handle, path) in enumerate(pages(stocked)):
        with stocked.visit(handle, lang=lang) as visitor:
            assert visitor.open(path).status == 200, path
            found += [f"{path}: {one}" for one in ill_formed(visitor.page, lang)]
            for size in (DESK, PHONE):
                visitor.page.set_viewport_size(size)
                found += [f"{path}: {one}" for one in barriers_in_turn(visitor.page)]
                found += [f"{path}: {one}"] if (one := too_wide(visitor.page)) else []
                visitor.picture(f"stock{n}")
    assert found == []


def test_M02_an_order_of_what_is_short_is_proposed_with_two_presses_and_approved_by_another(stocked: House) -> None:
    set_clock(14, 20)
    with stocked.visit("logistician-gs") as visitor:
        visitor.open("/stock/GS")
        visitor.page.get_by_role("link", name="Propose an order of").click()
        visitor.page.get_by_role("button", name="Propose an order").click()
        visitor.page.wait_for_load_state()
        assert "to be approved" in visitor.page.locator("main").inner_text()
    with stocked.visit("leader-gs") as visitor:
        visitor.open("/stock/GS")
        visitor.page.get_by_role("link", name="Approve").first.click()
        visitor.page.get_by_role("button", name="Approve").click()
        visitor.page.wait_for_load_state()
        assert "approved, on its way" in visitor.page.locator("main").inner_text()

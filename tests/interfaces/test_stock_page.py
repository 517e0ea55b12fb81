"""The pages of stock (物资页面): three forecasts side by side, an order out of them, the card of a lot."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.test import Client
from django.utils.translation import override

from lianfang.capabilities.catering.actions import serve_meals
from lianfang.capabilities.supplies.actions import issue_supplies, receive_supplies, register_item, set_grams
from lianfang.capabilities.supplies.models import Order
from lianfang.capabilities.supplies.orders import set_norm
from lianfang.domain.meals.sittings import MEALS
from lianfang.domain.stock.forecast import burn_rate
from lianfang.interfaces.web.views.stock_forecasts import _after, _headline
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.ledgers.models import Entry
from lianfang.kernel.ledgers.reading import balance, balances, card_of
from lianfang.kernel.places.models import Expected
from lianfang.kernel.scope import EVERYTHING, within
from tests import kitchen, make
from tests.kitchen import moment

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 10)
HOURS = {"breakfast": (8, 30), "lunch": (12, 30), "dinner": (18, 30)}


def entered(where, role: str, lang: str = "en") -> Client:
    client = Client(headers={"accept-language": lang})
    client.force_login(make.account(where, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def site():
    """Ten guests since three days, ten more awaited, 200 boxes; it is the evening of the 10th."""
    where = kitchen.site()
    item = kitchen.boxes(where, 200, moment(DAY - timedelta(days=4), 8))
    kitchen.arrive(where, kitchen.rooms(where, 10), kitchen.people(where, 10), moment(DAY - timedelta(days=3), 15))
    with within(EVERYTHING):
        at = moment(DAY + timedelta(days=2), 15)
        Expected.objects.create(unit=where, day=at.date(), at=at, count=10)
        for days in (3, 2, 1, 0):
            for meal in MEALS:
                day = DAY - timedelta(days=days)
                with clock.at(moment(day, *HOURS[meal])):
                    serve_meals(SYSTEM, unit=where, day=day, meal=meal)
        other = register_item(SYSTEM, unit=where, code="nadcc", name="泡腾片", measure="bag", name_en="NaDCC")
        with clock.at(moment(DAY, 9)):
            receive_supplies(SYSTEM, unit=where, item=other, quantity=Decimal(400), number="N1", opening=True)
    with clock.at(moment(DAY, 20)):
        yield where, item, other


def test_M02_the_three_forecasts_stand_side_by_side_and_the_plan_drives_the_order(site):
    where, item, _other = site
    page = entered(where, "logistician").get(f"/stock/{where.code}").content.decode()
    assert page.count('class="forecast"') + page.count("forecast-drives") == 3
    for words in (
        "By use so far", "Guests here now", "Guests here and arrivals planned", "10 guests here now",
        "10 more in 1 batch", "30.0 pieces a day", "drives the order", "The order follows the plan",
    ):  # fmt: skip
        assert words in page, words
    # 200 - 10 - 3 x 30 are left; those here need 30 x 10 days + 10, those to come 10 + 30 x 13 + 10.
    assert "210 pieces short in the end" in page or "pieces short in the end" in page
    with within(EVERYTHING):
        assert balance(where, item).amount == 100


def test_an_order_is_proposed_of_what_is_short_and_approved_by_somebody_else(site):
    where, item, _other = site
    keeper, leader = entered(where, "logistician"), entered(where, "leader")
    form = keeper.get(f"/stock/{where.code}/do/order?item={item.pk}").content.decode()
    assert "Lunch box" in form
    assert "100 pieces" in form
    assert keeper.post(f"/stock/{where.code}/do/order", {"item": str(item.pk)}).status_code == 302
    with within(EVERYTHING):
        order = Order.objects.get()
        assert order.forecasts["drives"] == "present_plus_plan"
    assert f"approve?order={order.pk}" not in keeper.get(f"/stock/{where.code}").content.decode()
    assert keeper.post(f"/stock/{where.code}/do/approve", {"order": str(order.pk)}).status_code == 404
    assert leader.post(f"/stock/{where.code}/do/approve", {"order": str(order.pk)}).status_code == 302
    answer = keeper.post(f"/stock/{where.code}/do/receive-order", {"order": str(order.pk), "came": "50"})
    assert answer.status_code == 302
    with within(EVERYTHING):
        assert balance(where, item).amount == 150


def test_the_card_of_a_lot_adds_up_and_a_count_that_differs_asks_why(site):
    where, item, _other = site
    client = entered(where, "logistician")
    with within(EVERYTHING):
        lot = item.lots.get()
    page = client.get(f"/stock/{where.code}/lots/{lot.pk}").content.decode()
    assert "adds up" in page and "−100" in page
    answer = client.post(f"/stock/{where.code}/do/count", {"lot": str(lot.pk), "counted": "97", "key": "one"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "The books say 100, the count 97" in said
    assert 'value="97"' in said, "what was typed stays"
    given = {"lot": str(lot.pk), "counted": "97", "key": "one", "reason": "3 torn"}
    assert client.post(f"/stock/{where.code}/do/count", given).status_code == 302
    with within(EVERYTHING):
        assert balance(where, item).amount == 97


@pytest.mark.parametrize("quantity", ["-1", "0", "101", "abc", "", "1e9", "0.0001", "９９９９９"])
def test_what_cannot_be_issued_is_refused_at_the_field_and_nothing_moves(site, quantity):
    where, item, _other = site
    with within(EVERYTHING):
        before = Entry.objects.count()
    answer = entered(where, "logistician").post(
        f"/stock/{where.code}/do/issue", {"item": str(item.pk), "quantity": quantity}
    )
    assert answer.status_code == 422
    with within(EVERYTHING):
        assert Entry.objects.count() == before


def test_the_same_form_sent_twice_moves_once(site):
    where, item, _other = site
    client = entered(where, "logistician")
    for _ in range(2):
        client.post(f"/stock/{where.code}/do/issue", {"item": str(item.pk), "quantity": "5", "key": "form-1"})
    with within(EVERYTHING):
        assert balance(where, item).amount == 95


def test_bags_say_nothing_of_litres_until_they_are_weighed(site):
    where, _item, other = site
    client = entered(where, "logistician")
    assert "mg/L" not in client.get(f"/stock/{where.code}").content.decode()
    with within(EVERYTHING):
        set_grams(SYSTEM, item=other, grams=Decimal(500), chlorine_percent=Decimal(60))
    assert "mg/L of available chlorine" in client.get(f"/stock/{where.code}").content.decode()


def test_M03_a_line_that_is_short_is_red_and_the_others_are_not(site):
    where, item, other = site
    with within(EVERYTHING):
        set_norm(SYSTEM, unit=where, item=item, phase="开学", per_head=Decimal(2), days=15, heads=1200)
        set_norm(SYSTEM, unit=where, item=other, phase="开学", per_head=Decimal("0.01"), days=15, heads=1200)
    page = entered(where, "logistician").get(f"/stock/{where.code}").content.decode()
    assert page.count("not ready") == 1
    assert "36,000" in page and "35,900" in page


@pytest.mark.parametrize(("role", "status"), [("kitchen", 200), ("leader", 200), ("liaison", 404)])
def test_who_serves_the_site_sees_its_stock(site, role, status):
    where, _item, _other = site
    assert entered(where, role).get(f"/stock/{where.code}").status_code == status


def test_another_site_is_not_there(site):
    where, item, _other = site
    stranger = entered(kitchen.site("H"), "logistician")
    assert stranger.get(f"/stock/{where.code}").status_code == 404
    assert stranger.post(f"/stock/{where.code}/do/issue", {"item": str(item.pk), "quantity": "1"}).status_code == 404
    with within(EVERYTHING):
        lot = item.lots.get()
    assert stranger.get(f"/stock/H/lots/{lot.pk}").status_code == 404


def test_a_store_of_thirty_items_is_a_page_that_stays_light(site):
    where, _item, _other = site
    with within(EVERYTHING):
        for n in range(30):
            one = register_item(SYSTEM, unit=where, code=f"i{n}", name=f"物资{n}", measure="piece")
            receive_supplies(SYSTEM, unit=where, item=one, quantity=Decimal(100), at=moment(DAY - timedelta(days=4), 9))
            for days in (2, 1):
                at = moment(DAY - timedelta(days=days), 9)
                issue_supplies(SYSTEM, unit=where, item=one, quantity=Decimal(1), at=at)
    answer = entered(where, "logistician").get(f"/stock/{where.code}", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) < 60_000


def test_the_date_and_the_days_of_the_burn_rate_are_one_computation():
    day = date(2020, 8, 5)
    seen = burn_rate(
        Decimal(45), {day - timedelta(days=n): Decimal(10) for n in range(3)}, last_day=day, span=3, least=2
    )
    with override("en"):
        assert (_headline(seen), _after(seen, "")) == ("9 Aug", "4 whole days of supply after 5 Aug")


def test_the_form_of_a_receipt_calls_the_item_and_the_lot_what_they_are_and_so_do_its_refusals(site):
    where, _item, _other = site
    client = entered(where, "logistician")
    asked = client.get(f"/stock/{where.code}/do/receive").content.decode()
    assert "Supply item" in asked and "Lot number" in asked
    assert "Difference" not in asked and "Roster number" not in asked
    refused = client.post(f"/stock/{where.code}/do/receive", {"quantity": "5"})
    assert refused.status_code == 422
    assert "Supply item is still missing" in refused.content.decode()


def test_registers_of_stock_say_amounts_as_they_were_given_and_things_have_names_of_things(site):
    where, *_ = site
    client = entered(where, "logistician", "zh-hans")
    stock = client.get("/list/stock").content.decode()
    assert "400" in stock and "400.000" not in stock
    assert "无记录" in stock or "nothing on record" in stock, "an expiry that nobody entered is not one that is unknown"
    items = client.get("/list/items").content.decode()
    assert ">名称<" in items and ">姓名<" not in items


def test_M01_five_lines_in_four_units_of_measure_are_never_printed_as_one_total(site):
    where, _item, other = site
    lines = (("mask", "piece", 2080), ("hypochlorite_5pct", "kg", 675), ("alcohol", "L", 50))
    with within(EVERYTHING), clock.at(moment(DAY, 19)):
        for code, measure, amount in lines:
            found = register_item(SYSTEM, unit=where, code=code, name=code, measure=measure)
            receive_supplies(SYSTEM, unit=where, item=found, quantity=Decimal(amount), opening=True)
        held = balances(where)
        assert (len(held), len({one.item.measure for one in held})) == (5, 4)
        assert all(card_of(where, one.lot, since=DAY, until=DAY).proved for one in held)
        assert "grams" not in f"{balance(where, other)}" and other.grams is None
    sums = {str(sum(one.quantity for one in some).normalize()) for some in combinations(held, 2)}
    sums |= {str(sum(one.quantity for one in held).normalize())}
    client = entered(where, "logistician")
    for path in (f"/stock/{where.code}", "/list/stock", "/list/stock-entries", "/api/v1/stock/?format=csv"):
        answer = client.get(path)
        shown = b"".join(answer.streaming_content) if answer.streaming else answer.content
        printed = set(re.findall(r"\d+", re.sub(r"<[^>]*>", " ", shown.decode()).replace(",", "")))
        assert answer.status_code == 200 and "675" in printed and not sums & printed, path


def test_M02_what_runs_out_within_the_days_of_warning_is_on_the_day_of_the_logistician(site):
    where, *_ = site
    shown = entered(where, "logistician").get("/today").content.decode()
    assert "Supplies that run out soon" in shown and f'href="/stock/{where.code}"' in shown
    assert "Supplies that run out soon" not in entered(where, "kitchen").get("/today").content.decode()


def test_acceptance_18_675_kilograms_of_5_percent_that_were_received_make_33750_litres_on_the_page(site):
    where, *_ = site
    client = entered(where, "logistician")
    with within(EVERYTHING), clock.at(moment(DAY, 19)):
        found = register_item(SYSTEM, unit=where, code="hypochlorite", name="次氯酸钠", measure="kg")
        set_grams(SYSTEM, item=found, grams=Decimal(1000), chlorine_percent=Decimal(5))
        receive_supplies(SYSTEM, unit=where, item=found, quantity=Decimal(600), number="H1", opening=True)
    assert "Makes 30,000 L at 1000 mg/L" in client.get(f"/stock/{where.code}").content.decode()
    given = {"item": str(found.pk), "quantity": "75", "number": "H2", "source": "市指挥部调拨"}
    assert client.post(f"/stock/{where.code}/do/receive", given).status_code == 302
    assert "Makes 33,750 L at 1000 mg/L of available chlorine" in client.get(f"/stock/{where.code}").content.decode()

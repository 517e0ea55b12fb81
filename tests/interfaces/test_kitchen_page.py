"""The pages of the kitchen and of requests (供餐与需求页面): rooms and numbers, no names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from lianfang.capabilities.catering.actions import fix_list, set_diet
from lianfang.capabilities.catering.models import Delivery, Request, Sitting
from lianfang.capabilities.catering.requests import open_request
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.ledgers.reading import balance
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import kitchen, make
from tests.kitchen import moment

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 6)


def entered(where, role: str, lang: str = "en") -> Client:
    client = Client(headers={"accept-language": lang})
    with clock.at(moment(DAY, 1)):
        account = make.account(where, role)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def site():
    """Twelve guests on six floors, one diabetic who must have no peanuts."""
    where = kitchen.site()
    rooms, who = kitchen.rooms(where, 12), kitchen.people(where, 12)
    stays = kitchen.arrive(where, rooms, who, moment(DAY - timedelta(days=1), 15))
    with within(EVERYTHING), clock.at(moment(DAY, 5)):
        set_diet(SYSTEM, unit=where, person=who[0], diet="diabetic", avoid="peanuts")
    return where, rooms, who, stays


def get(client: Client, path: str, *, hour: int, minute: int = 0) -> str:
    with clock.at(moment(DAY, hour, minute)):
        answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_I07_the_kitchen_opens_the_list_at_six_by_sitting_diet_and_drop_point_without_a_name(site):
    where, rooms, who, _stays = site
    page = get(entered(where, "kitchen"), f"/kitchen/{where.code}", hour=6)
    assert "Building A, floor 1" in page and "diabetic" in page and "without peanuts" in page
    assert rooms[0].code in page
    assert not any(one.name in page for one in who)


def test_M07_a_change_after_the_cut_off_stands_beside_the_fixed_list(site):
    where, rooms, _who, stays = site
    cook = entered(where, "kitchen")
    with clock.at(moment(DAY, 10, 30)):
        answer = cook.post(f"/kitchen/{where.code}/do/fix", {"day": str(DAY), "meal": "lunch"})
        assert answer.status_code == 302
    kitchen.leave(stays[3:4], moment(DAY, 10, 45))
    page = get(cook, f"/kitchen/{where.code}", hour=11)
    assert "Changed after" in page
    assert f"<b>−1</b> Building A, floor 4 {rooms[3].code} normal" in page


def test_before_the_cut_off_the_list_cannot_be_fixed(site):
    where, *_ = site
    cook = entered(where, "kitchen")
    with clock.at(moment(DAY, 10)):
        answer = cook.post(f"/kitchen/{where.code}/do/fix", {"day": str(DAY), "meal": "lunch"})
    assert answer.status_code == 422
    assert "10:30" in answer.content.decode()


def test_M07_a_delivery_nine_minutes_late_says_so(site):
    where, *_ = site
    cook = entered(where, "kitchen")
    with clock.at(moment(DAY, 11)):
        cook.post(f"/kitchen/{where.code}/do/fix", {"day": str(DAY), "meal": "lunch"})
    with within(EVERYTHING):
        rows = list(Delivery.objects.order_by("drop"))
    for number, row in enumerate(rows):
        with clock.at(moment(DAY, 11, 40)):
            assert cook.post(f"/kitchen/{where.code}/do/send-meals", {"delivery": str(row.pk)}).status_code == 302
        with clock.at(moment(DAY, 12, 9) if number == 5 else moment(DAY, 11, 50)):
            given = {"delivery": str(row.pk), "celsius": "63" if number else "55"}
            assert cook.post(f"/kitchen/{where.code}/do/deliver", given).status_code == 302
    page = get(cook, f"/kitchen/{where.code}", hour=13)
    assert page.count("9 min late") == 1
    assert page.count("on time") == 5
    assert "55.0 ℃ &lt; 60" in page, "too cool says below what"


def test_serving_takes_the_boxes_out_of_stock_and_says_how_many_are_left(site):
    where, *_ = site
    item = kitchen.boxes(where, 100, moment(DAY, 1))
    cook = entered(where, "kitchen")
    with clock.at(moment(DAY, 12)):
        assert cook.post(f"/kitchen/{where.code}/do/serve", {"day": str(DAY), "meal": "lunch"}).status_code == 302
        again = cook.post(f"/kitchen/{where.code}/do/serve", {"day": str(DAY), "meal": "lunch"})
    assert again.status_code == 422
    with within(EVERYTHING):
        assert balance(where, item).amount == 88
        assert Sitting.objects.get().served == 12
    assert "<b>88</b> pieces" in get(cook, f"/kitchen/{where.code}", hour=13)


def test_the_sheet_lists_every_room_of_each_drop_point_and_no_name(site):
    where, rooms, who, _stays = site
    page = get(entered(where, "kitchen"), f"/kitchen/{where.code}/sheet?meal=lunch&day={DAY}", hour=9)
    assert all(one.code in page for one in rooms)
    assert "without peanuts" in page
    assert not any(one.name in page for one in who)
    assert entered(where, "kitchen").get(f"/kitchen/{where.code}/sheet?meal=brunch").status_code in (302, 404, 422)


@pytest.mark.parametrize(("role", "may"), [("kitchen", False), ("nurse", True)])
def test_a_diet_is_set_by_who_knows_it_and_not_by_the_kitchen(site, role, may):
    where, _rooms, who, _stays = site
    with clock.at(moment(DAY, 9)):
        answer = entered(where, role).post(
            f"/kitchen/{where.code}/do/diet", {"person": str(who[1].pk), "diet": "halal"}
        )
    assert answer.status_code == (302 if may else 404)


def test_I07_requests_wait_the_oldest_first_and_the_usual_time_is_shown(site):
    where, rooms, *_ = site
    crew = entered(where, "crew")
    with within(EVERYTHING):
        with clock.at(moment(DAY, 9, 10)):
            asked = open_request(SYSTEM, unit=where, kind="infant", wanted="infant formula", place=rooms[0])
        with clock.at(moment(DAY, 9, 20)):
            open_request(SYSTEM, unit=where, kind="goods", wanted="towel", place=rooms[1])
    page = get(crew, f"/requests/{where.code}", hour=10)
    assert page.index("infant formula") < page.index("towel")
    assert "no usual time" in page
    with clock.at(moment(DAY, 13, 40)):
        short = crew.post(f"/requests/{where.code}/do/close", {"request": str(asked.pk)})
        assert short.status_code == 422
        given = {"request": str(asked.pk), "receipt": "R-7", "cost": "128.50"}
        assert crew.post(f"/requests/{where.code}/do/close", given).status_code == 302
    page = get(crew, f"/requests/{where.code}", hour=14)
    assert "Half are done within 270 min" in page
    assert "128.50" in page and "R-7" in page
    with within(EVERYTHING):
        assert Request.objects.get(pk=asked.pk).cost == Decimal("128.50")


def test_another_sites_kitchen_is_not_there(site):
    where, *_ = site
    stranger = entered(kitchen.site("H"), "kitchen")
    for path in (f"/kitchen/{where.code}", f"/kitchen/{where.code}/sheet", f"/requests/{where.code}"):
        assert stranger.get(path).status_code == 404, path


def test_a_way_to_a_drop_point_is_owed_and_noted_in_the_words_of_the_site(site):
    where, _rooms, _who, _stays = site
    client = entered(where, "kitchen", lang="zh-hans")
    with clock.at(moment(DAY, 10)), within(EVERYTHING):
        fix_list(SYSTEM, unit=where, day=DAY, meal="breakfast")
        row = Delivery.objects.order_by("drop").first()
        assert row.drop == "A F1"
        named = Task.objects.get(subject=ref(row))
        assert (named.name, named.name_en) == ("送餐至 A 栋 1 层", "Meals to building A, floor 1")
    shown = get(client, f"/kitchen/{where.code}/do/send-meals?delivery={row.pk}", hour=10)
    assert "A F1" not in shown and "A 栋 1 层" in shown
    with clock.at(moment(DAY, 10)):
        early = client.post(f"/kitchen/{where.code}/do/deliver", {"delivery": str(row.pk), "celsius": "65"})
    assert early.status_code == 422
    assert f'href="/kitchen/{where.code}/do/send-meals?delivery={row.pk}"' in early.content.decode()


@pytest.mark.parametrize(("lang", "words"), [("en", "Building A, floor 1"), ("zh-hans", "A 栋 1 层")])
def test_the_register_of_deliveries_says_drop_points_as_the_kitchen_does(site, lang, words):
    where, *_ = site
    with clock.at(moment(DAY, 10)), within(EVERYTHING):
        fix_list(SYSTEM, unit=where, day=DAY, meal="breakfast")
    shown = get(entered(where, "kitchen", lang=lang), "/list/deliveries", hour=10)
    assert words in shown and "A F1" not in shown


def test_M07_a_meal_of_a_member_of_staff_is_chosen_from_the_roster_and_stands_as_a_drop_point(site):
    where, *_ = site
    with clock.at(moment(DAY, 8)):
        helper = make.member(where.parent, "炊事员", kind="staff")
        client = entered(where.parent, "administrator")
        form = client.get(f"/kitchen/{where.code}/do/staff-meal").content.decode()
        assert f'value="{helper.pk}"' in form and 'value="dinner"' in form
        given = {"colleague": str(helper.pk), "meal": "dinner", "post": "食堂"}
        assert client.post(f"/kitchen/{where.code}/do/staff-meal", given).status_code == 302
    shown = get(entered(where, "kitchen"), f"/kitchen/{where.code}", hour=9)
    assert shown.count('<th scope="row">Staff</th>') == 1

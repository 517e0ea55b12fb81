"""Meals and requests (供餐与生活保障): lists come from who is there, boxes from the store, lateness from the clock."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.catering.actions import deliver_meals, fix_list, send_meals, serve_meals, set_diet
from lianfang.capabilities.catering.models import Delivery, Shortfall, Sitting
from lianfang.capabilities.catering.plan import meals_served
from lianfang.capabilities.catering.requests import (
    close_request,
    decline_request,
    median_time,
    open_request,
    take_request,
)
from lianfang.capabilities.catering.sittings import late_changes, list_at, ordered
from lianfang.capabilities.supplies.outlook import outlook
from lianfang.domain.meals.lists import by_diet, by_drop
from lianfang.domain.meals.sittings import MEALS
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.ledgers.models import Entry
from lianfang.kernel.ledgers.reading import balance, disagreeing
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Expected
from lianfang.kernel.places.ops import occupy, vacate
from lianfang.kernel.scope import EVERYTHING, Scope, within
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import counted
from tests import kitchen, make
from tests.kitchen import ARRIVALS, moment
from tests.make import SHANGHAI

pytestmark = pytest.mark.django_db
DAY = date(2020, 2, 6)


@pytest.fixture
def site():
    return kitchen.site()


def filled(site, how_many: int = 178):
    """Guests in rooms of six floors since yesterday afternoon."""
    places = kitchen.rooms(site, how_many)
    who = kitchen.people(site, how_many)
    stays = kitchen.arrive(site, places, who, moment(DAY - timedelta(days=1), 15))
    return places, who, stays


def test_I07_lunch_for_178_is_161_normal_9_halal_5_diabetic_and_3_for_children(site):
    _, who, _ = filled(site)
    with within(EVERYTHING), clock.at(moment(DAY, 5)):
        for diet, some in (("halal", who[:9]), ("diabetic", who[20:25]), ("child", who[40:43])):
            for person in some:
                set_diet(SYSTEM, unit=site, person=person, diet=diet)
    with within(EVERYTHING), clock.at(moment(DAY, 6)):
        listed = list_at(site, DAY, "lunch", at=clock.now())
    assert by_diet(listed) == {"normal": 161, "halal": 9, "diabetic": 5, "child": 3}
    assert len(by_drop(listed)) == 6


def test_I07_a_guest_released_at_ten_is_not_in_lunch(site):
    places = kitchen.rooms(site, 3)
    who = kitchen.people(site, 3)
    kitchen.arrive(site, places[:1], who[:1], moment(DAY - timedelta(days=14), 15))  # to leave today
    early = kitchen.arrive(site, places[1:2], who[1:2], moment(DAY - timedelta(days=3), 15))  # moves to hospital at ten
    kitchen.arrive(site, places[2:], who[2:], moment(DAY - timedelta(days=3), 15))
    with within(EVERYTHING):
        assert sum(list_at(site, DAY, "breakfast", at=moment(DAY, 6)).values()) == 3
        assert sum(list_at(site, DAY, "lunch", at=moment(DAY, 6)).values()) == 2
    kitchen.leave(early, moment(DAY, 10))
    with within(EVERYTHING):
        assert sum(list_at(site, DAY, "lunch", at=moment(DAY, 10, 30)).values()) == 1
        assert sum(list_at(site, DAY, "lunch", at=moment(DAY, 9)).values()) == 2, "at nine nobody knew"


def test_a_move_to_another_room_is_not_an_arrival_and_is_served_once_in_the_new_room(site):
    places, who = kitchen.rooms(site, 2), kitchen.people(site, 1)
    (stay,) = kitchen.arrive(site, places[:1], who, moment(DAY - timedelta(days=3), 15))
    at = moment(DAY, 9)
    with within(EVERYTHING), clock.at(at):
        vacate(stay, at=at)
        occupy(
            unit=site,
            place=places[1],
            layer="bed",
            person=who[0],
            spot="1",
            since=at,
            expected_until=stay.expected_until,
        )
        assert [one.room for one in list_at(site, DAY, "lunch", at=moment(DAY, 10))] == [places[1].code]


def test_M07_the_list_is_fixed_at_half_past_ten_and_changes_after_it_stand_beside_it(site):
    places, _, stays = filled(site, 12)
    with within(EVERYTHING), clock.at(moment(DAY, 10, 29)), pytest.raises(Refused) as refused:
        fix_list(SYSTEM, unit=site, day=DAY, meal="lunch")
    assert refused.value.code == "meal.too_early"
    kitchen.leave(stays[:1], moment(DAY, 10, 40))
    with within(EVERYTHING), clock.at(moment(DAY, 10, 50)):
        sitting = fix_list(SYSTEM, unit=site, day=DAY, meal="lunch")
        assert sum(ordered(sitting).values()) == 12, "as it stood at the cut-off, though somebody left since"
        found = late_changes(sitting, at=clock.now())
        assert [(one.portion.room, one.number) for one in found] == [(places[0].code, -1)]
        again = fix_list(SYSTEM, unit=site, day=DAY, meal="lunch")
    assert again == sitting


def test_M07_five_of_six_deliveries_are_in_time_and_one_is_nine_minutes_late(site):
    filled(site, 12)
    with within(EVERYTHING), clock.at(moment(DAY, 11)):
        sitting = fix_list(SYSTEM, unit=site, day=DAY, meal="lunch")
        rows = list(Delivery.objects.filter(sitting=sitting).order_by("drop"))
        assert [row.quantity for row in rows] == [2] * 6
    for number, row in enumerate(rows):
        with within(EVERYTHING), clock.at(moment(DAY, 11, 40)):
            send_meals(SYSTEM, delivery=row, vehicle="V2")
        with within(EVERYTHING), clock.at(moment(DAY, 12, 9) if number == 5 else moment(DAY, 11, 50 + number)):
            deliver_meals(SYSTEM, delivery=row, celsius=Decimal("63.5"))
    with within(EVERYTHING):
        found = counted(Task.objects.filter(kind="delivery"), at=moment(DAY, 13))
        assert (found.expected, found.on_time, found.late) == (6, 5, 1)
        from lianfang.domain.meals.lists import minutes_late

        late = [minutes_late(row.arrived_at, row.due_at) for row in Delivery.objects.order_by("drop")]
        assert late == [0, 0, 0, 0, 0, 9]
        with clock.at(moment(DAY, 13)), pytest.raises(Refused) as refused:
            deliver_meals(SYSTEM, delivery=rows[0])
    assert refused.value.code == "flow.condition"


def test_a_kitchen_that_records_no_deliveries_owes_none_once_the_meal_is_over(site):
    filled(site, 12)
    with within(EVERYTHING), clock.at(moment(DAY, 12, 30)):
        serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch")
        found = counted(Task.objects.filter(kind="delivery"), at=clock.now())
    assert (found.expected, found.open, found.excused) == (0, 0, 6)


def test_a_meal_is_served_once_and_takes_its_boxes_once(site):
    filled(site, 12)
    item = kitchen.boxes(site, 100, moment(DAY, 1))
    with within(EVERYTHING), clock.at(moment(DAY, 12)):
        serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch")
        with pytest.raises(Refused) as refused:
            serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch")
        assert refused.value.code == "meal.served_already"
        assert balance(site, item).amount == 88


def test_when_the_store_has_too_few_boxes_they_are_issued_and_the_rest_is_on_record(site):
    filled(site, 12)
    item = kitchen.boxes(site, 7, moment(DAY, 1))
    with within(EVERYTHING), clock.at(moment(DAY, 12)):
        assert serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch").served == 12
        assert balance(site, item).amount == 0
        short = Shortfall.objects.get()
    assert (short.wanted, short.issued, short.short) == (12, 7, 5)


def test_acceptance_3_and_4_scenario_000_serves_10222_meals_and_the_boxes_run_out_on_03_10(site):
    item = kitchen.boxes(site, 10_000, make.at(14, day=date(2020, 1, 30)))
    places = kitchen.rooms(site, 245)
    batches = []
    for at, number in ARRIVALS:
        batches.append((at.replace(tzinfo=SHANGHAI), number, kitchen.people(site, number)))
    with within(EVERYTHING):
        awaited = [
            Expected.objects.create(unit=site, day=at.date(), at=at, count=number, leaves_on=at.date() + kitchen.STAY)
            for at, number, _ in batches
        ]
    free, inside, seen = list(places), [], None
    day = date(2020, 1, 30)
    while day <= date(2020, 3, 19):
        inside = released(inside, day, free)
        for row, (at, _, who) in zip(awaited, batches, strict=True):
            if at.date() == day:
                taken = [free.pop(0) for _ in who]
                inside.append((kitchen.arrive(site, taken, who, at), taken, day + kitchen.STAY))
                with within(EVERYTHING):
                    Expected.objects.filter(pk=row.pk).update(settled_at=at)
        for meal in MEALS:
            with (
                within(EVERYTHING),
                clock.at(moment(day, *{"breakfast": (8, 30), "lunch": (12, 30), "dinner": (18, 30)}[meal])),
            ):
                serve_meals(SYSTEM, unit=site, day=day, meal=meal)
        if day == date(2020, 2, 10):
            with within(EVERYTHING), clock.at(moment(day, 20)):
                seen = outlook(site, item, at=clock.now())
        day += timedelta(days=1)
    assert (seen.burn.on_hand, seen.burn.runs_out_on) == (4_989, date(2020, 2, 18))
    assert (seen.present.runs_out_on, seen.present.needed, seen.present.left) == (None, 3_243, 1_746)
    assert (seen.plan.runs_out_on, seen.plan.short) == (date(2020, 3, 10), 222)
    assert seen.plan.assumptions == {"guests": 204, "awaited": 48, "batches": 4, "until": "2020-03-19"}
    assert seen.drives is seen.plan
    with within(EVERYTHING):
        assert meals_served(site) == 10_222
        assert meals_served(site, until=date(2020, 2, 10)) == 5_011
        assert sum(Shortfall.objects.values_list("short", flat=True)) == 222
        assert Shortfall.objects.order_by("sitting__day").first().sitting.day == date(2020, 3, 10)
        assert balance(site, item).amount == 0
        assert disagreeing(site) == []


def released(inside, day: date, free: list) -> list:
    """Who leaves at ten in the morning, after breakfast: their rooms are free again."""
    staying = []
    for stays, taken, last in inside:
        if last == day:
            kitchen.leave(stays, moment(day, 10))
            free += taken
        else:
            staying.append((stays, taken, last))
    return staying


def test_I07_a_request_for_formula_at_ten_past_nine_is_done_at_1340_with_a_receipt(site):
    places, who, _ = filled(site, 2)
    with within(EVERYTHING):
        with clock.at(moment(DAY, 9, 10)):
            asked = open_request(SYSTEM, unit=site, kind="infant", wanted="infant formula", place=places[0])
            other = open_request(SYSTEM, unit=site, kind="goods", wanted="towel", person=who[1])
        assert other.place == places[1], "the room of whoever asks"
        assert median_time(site) is None, "nothing is done yet"
        with clock.at(moment(DAY, 10)):
            take_request(SYSTEM, request=asked)
            close_request(SYSTEM, request=other, receipt="R-1", cost=Decimal("12.50"))
        with clock.at(moment(DAY, 13, 40)):
            with pytest.raises(Refused) as refused:
                close_request(SYSTEM, request=asked, receipt="")
            assert refused.value.code == "required"
            done = close_request(SYSTEM, request=asked, receipt="R-2")
            with pytest.raises(Refused):
                decline_request(SYSTEM, request=asked, reason="late")
    assert (done.closed_at - done.opened_at, done.receipt, done.cost) == (timedelta(minutes=270), "R-2", None)
    with within(EVERYTHING):
        assert median_time(site) == 160


def test_a_guest_asks_for_oneself_and_sees_ones_own_request_only(site):
    _, who, _ = filled(site, 2)
    guests = [Actor(account_id=n, name="guest", person_id=one.pk) for n, one in enumerate(who, start=1)]
    from lianfang.capabilities.catering.models import Request

    with clock.at(moment(DAY, 9)):
        for guest, person in zip(guests, who, strict=True):
            with make.acting(guest):
                open_request(guest, unit=site, kind="goods", wanted="soap", person=person)
        with make.acting(guests[0]):
            assert [one.person_id for one in Request.objects.all()] == [who[0].pk]
            with pytest.raises(Refused) as refused:
                open_request(guests[0], unit=site, kind="goods", wanted="soap", person=who[1])
    assert refused.value.code == "scope"


def test_the_kitchen_counts_by_room_and_reads_no_name(site):
    filled(site, 12)
    with within(Scope(paths=(site.path,))), clock.at(moment(DAY, 6)):
        assert sum(list_at(site, DAY, "lunch", at=clock.now()).values()) == 12
        assert not Person.objects.exists()


def test_a_list_of_no_meal_is_refused_and_a_day_without_guests_serves_nobody(site):
    with within(EVERYTHING), clock.at(moment(DAY, 12)):
        with pytest.raises(Refused) as refused:
            fix_list(SYSTEM, unit=site, day=DAY, meal="brunch")
        assert refused.value.code == "choice.unknown"
        assert serve_meals(SYSTEM, unit=site, day=DAY, meal="lunch").served == 0
        assert Sitting.objects.count() == 1
        assert not Entry.objects.exists()


def test_food_that_has_not_left_does_not_arrive_and_none_arrives_before_it_left(site):
    filled(site, 12)
    with within(EVERYTHING), clock.at(moment(DAY, 11)):
        row = fix_list(SYSTEM, unit=site, day=DAY, meal="lunch").deliveries.first()
        with pytest.raises(Refused) as early:
            deliver_meals(SYSTEM, delivery=row)
        assert (early.value.code, early.value.problems[0].field) == ("meal.not_sent", "delivery")
        send_meals(SYSTEM, delivery=row)
        with pytest.raises(Refused) as before:
            deliver_meals(SYSTEM, delivery=row, at=moment(DAY, 10, 55))
        assert (before.value.code, before.value.problems[0].field) == ("date.order", "at")

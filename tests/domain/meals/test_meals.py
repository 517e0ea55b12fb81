"""Who eats which sitting, and how the kitchen's list is counted (供餐), without a database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.meals.lists import Change, Portion, by_diet, by_drop, changes, median_minutes, minutes_late
from lianfang.domain.meals.sittings import MEALS, Guest, MealRule, eats, meals_by_day, meals_on

RULE = MealRule(arrival_before=time(18), arrival_meals=1, release_meals=1)
CAME = datetime(2020, 2, 5, 15)


def test_arrival_before_six_gives_dinner_and_after_six_nothing():
    assert meals_on(Guest(CAME, None), CAME.date(), RULE) == ("dinner",)
    assert meals_on(Guest(CAME.replace(hour=17, minute=59), None), CAME.date(), RULE) == ("dinner",)
    assert meals_on(Guest(CAME.replace(hour=18), None), CAME.date(), RULE) == ()


def test_a_full_day_has_three_meals_and_the_last_day_breakfast():
    guest = Guest(CAME, date(2020, 2, 19))
    assert meals_on(guest, date(2020, 2, 12), RULE) == MEALS
    assert meals_on(guest, date(2020, 2, 19), RULE) == ("breakfast",)
    assert meals_on(guest, date(2020, 2, 20), RULE) == ()


def test_I07_a_guest_released_at_ten_is_not_in_lunch():
    assert not eats(Guest(CAME, date(2020, 2, 12)), date(2020, 2, 12), "lunch", RULE)


@given(st.integers(0, 23), st.integers(1, 30))
def test_a_stay_of_fourteen_days_has_thirteen_full_ones(hour, days):
    at = datetime(2020, 2, 5, hour)
    found = dict(meals_by_day(Guest(at, at.date() + timedelta(days=days)), RULE, since=at.date(), until=date.max))
    assert sum(found.values()) == (days - 1) * 3 + 1 + (1 if hour < 18 else 0)


def portions() -> dict[Portion, int]:
    return {
        Portion("F1", "101", "normal"): 1, Portion("F1", "102", "halal"): 1, Portion("F2", "201", "normal"): 2,
        Portion("F2", "202", "child"): 1,
    }  # fmt: skip


def test_the_list_counts_by_diet_and_by_drop_point():
    assert by_diet(portions()) == {"normal": 3, "halal": 1, "child": 1}
    assert by_drop(portions()) == {"F1": {"normal": 1, "halal": 1}, "F2": {"normal": 2, "child": 1}}


def test_M07_changes_after_the_cut_off_are_listed_room_by_room():
    now = portions() | {Portion("F1", "103", "normal"): 1}
    del now[Portion("F2", "202", "child")]
    assert changes(portions(), now) == [
        Change(Portion("F1", "103", "normal"), 1),
        Change(Portion("F2", "202", "child"), -1),
    ]


def test_M07_a_delivery_at_nine_past_is_nine_minutes_late():
    noon = datetime(2020, 2, 5, 12)
    assert minutes_late(noon + timedelta(minutes=9), noon) == 9
    assert minutes_late(noon, noon) == 0
    assert minutes_late(noon - timedelta(minutes=4), noon) == 0


def test_the_median_is_unknown_before_anything_is_done():
    assert median_minutes([]) is None
    assert median_minutes([timedelta(minutes=270), timedelta(minutes=30), timedelta(minutes=60)]) == 60

"""Three forecasts of the lunch boxes (保障测算), derived from the arrivals of scenario 000 alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.meals.sittings import Guest, MealRule, meals_by_day
from lianfang.domain.stock.forecast import NO_PLAN, PLAN, PRESENT, TOO_FEW_DAYS, Outlook, burn_rate, planned

RULE = MealRule(arrival_before=time(18), arrival_meals=1, release_meals=1)
ARRIVALS = [
    (datetime(2020, 1, 30, 22), 62), (datetime(2020, 1, 31, 20, 30), 48), (datetime(2020, 2, 2, 16), 37),
    (datetime(2020, 2, 5, 15), 31), (datetime(2020, 2, 9, 15), 26), (datetime(2020, 2, 14, 15), 19),
    (datetime(2020, 2, 20, 15), 14), (datetime(2020, 2, 27, 15), 9), (datetime(2020, 3, 5, 15), 6),
]  # fmt: skip
BOXES = Decimal(10_000)
SEEN, END = date(2020, 2, 10), date(2020, 3, 20)


def guest(at: datetime) -> Guest:
    return Guest(at, at.date() + timedelta(days=14))


def meals(arrivals, since: date, until: date = END) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for at, number in arrivals:
        for day, count in meals_by_day(guest(at), RULE, since=since, until=until):
            found[day] = found.get(day, Decimal(0)) + count * number
    return found


def test_acceptance_3_the_stays_of_scenario_000_eat_10222_meals():
    eaten = meals(ARRIVALS, date(2020, 1, 30))
    assert sum(eaten.values()) == 10_222
    table = {"01-31": 186, "02-02": 367, "02-05": 472, "02-09": 560, "02-10": 612, "02-14": 349, "02-20": 149,
             "02-28": 88, "03-05": 47, "03-10": 45, "03-19": 6}  # fmt: skip
    assert {day: int(eaten[date.fromisoformat(f"2020-{day}")]) for day in table} == table
    assert date(2020, 1, 30) not in eaten


def outlook() -> Outlook:
    eaten = meals(ARRIVALS, date(2020, 1, 30), SEEN)
    left = BOXES - sum(eaten.values())
    assert left == 4_989
    tomorrow = SEEN + timedelta(days=1)
    here = [one for one in ARRIVALS if one[0].date() <= SEEN]
    return Outlook(
        burn_rate(left, eaten, last_day=SEEN, span=3, least=2, until=END),
        planned(PRESENT, left, meals(here, tomorrow), on=SEEN, assumptions={}),
        planned(PLAN, left, meals(ARRIVALS, tomorrow), on=SEEN, assumptions={}),
        warn_days=7,
    )


def test_M02_the_burn_rate_says_02_18():
    burn = outlook().burn
    assert burn.runs_out_on == date(2020, 2, 18)
    assert burn.days == Decimal("8.8")
    assert burn.assumptions["rate"] == "568.7"
    assert burn.short == 17_189, "what would have been bought for the 39 days left"


def test_M02_the_present_guests_alone_never_run_out():
    present = outlook().present
    assert present.lasts
    assert (present.needed, present.left) == (3_243, 1_746)


def test_M02_the_present_guests_and_the_plan_run_out_on_03_10_and_222_short():
    found = outlook()
    assert found.plan.runs_out_on == date(2020, 3, 10)
    assert (found.plan.needed, found.plan.short, found.plan.left) == (5_211, 222, None)
    assert found.drives is found.plan
    assert not found.warns, "29 days before"


def test_one_day_of_record_is_not_enough_for_a_rate_and_a_missing_day_is_not_zero():
    one = burn_rate(Decimal(100), {SEEN: Decimal(5)}, last_day=SEEN, span=3, least=2)
    assert (one.unknown, one.runs_out_on) == (TOO_FEW_DAYS, None)
    gap = {SEEN: Decimal(5), SEEN - timedelta(days=2): Decimal(5)}
    assert burn_rate(Decimal(100), gap, last_day=SEEN, span=3, least=2).unknown == TOO_FEW_DAYS


def test_without_a_plan_the_burn_rate_drives_the_order():
    none = planned(PLAN, Decimal(10), {}, on=SEEN, assumptions={})
    used = {SEEN: Decimal(5), SEEN - timedelta(days=1): Decimal(5)}
    burn = burn_rate(Decimal(10), used, last_day=SEEN, span=3, least=2)
    found = Outlook(burn, none, none, 7)
    assert none.unknown == NO_PLAN
    assert found.drives is burn
    assert found.warns


@given(st.integers(0, 500), st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_the_day_it_runs_out_is_the_first_that_cannot_be_served_whole(stock, uses):
    by_day = {SEEN + timedelta(days=n): Decimal(used) for n, used in enumerate(uses)}
    found = planned(PLAN, Decimal(stock), by_day, on=SEEN, assumptions={})
    total = sum(uses)
    if total == 0:
        assert found.unknown
    elif total <= stock:
        assert found.lasts
        assert found.left == stock - total
    else:
        before = sum(used for day, used in by_day.items() if day < found.runs_out_on)
        assert before <= stock < before + by_day[found.runs_out_on]
        assert found.short == total - stock

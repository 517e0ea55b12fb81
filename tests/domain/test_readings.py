"""Readings owed and judged (测温规则)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.readings import check_celsius, judge, slot_at, slots_owed
from lianfang.domain.refusals import Refused
from lianfang.kernel.policies.ops import default_policy

ZONE = ZoneInfo("Asia/Shanghai")


def _owed(since: datetime, last: date, slots: tuple[str, ...] = ("am",)):
    return slots_owed(since, last, last_slots=slots, policy=default_policy(), zone=ZONE)


def test_a_stay_of_14_days_from_an_evening_to_a_morning_owes_28_readings() -> None:
    for hour in (15, 20, 22):
        owed = _owed(datetime(2020, 1, 30, hour, tzinfo=ZONE), date(2020, 2, 13))
        assert len(owed) == 28
        assert (owed[0].slot, owed[-1].slot, owed[-1].day) == ("pm", "am", date(2020, 2, 13))


def test_a_stay_that_begins_in_the_morning_owes_that_morning_too() -> None:
    owed = _owed(datetime(2020, 1, 30, 8, tzinfo=ZONE), date(2020, 2, 13))
    assert len(owed) == 29


def test_the_first_reading_is_due_an_hour_after_arrival_when_its_time_has_passed() -> None:
    arrival = datetime(2020, 1, 30, 22, tzinfo=ZONE)
    assert _owed(arrival, date(2020, 2, 1))[0].due_at == arrival + timedelta(hours=1)
    late = datetime(2020, 1, 30, 23, 30, tzinfo=ZONE)
    first = _owed(late, date(2020, 2, 1))[0]
    assert first.due_at == first.closes_at > late


@given(st.datetimes(datetime(2020, 1, 1), datetime(2020, 12, 31), timezones=st.just(UTC)), st.integers(0, 30))
def test_every_slot_opens_before_it_is_due_and_none_is_owed_twice(since: datetime, days: int) -> None:
    owed = _owed(since, since.astimezone(ZONE).date() + timedelta(days=days), ("am", "pm"))
    assert all(since <= one.opens_at or one.opens_at == since or one.opens_at > since for one in owed)
    assert all(one.opens_at <= one.due_at <= one.closes_at and one.closes_at > since for one in owed)
    assert len({(one.day, one.slot) for one in owed}) == len(owed)
    assert [one.due_at for one in owed] == sorted(one.due_at for one in owed)


def test_a_moment_belongs_to_the_slot_that_has_opened() -> None:
    policy = default_policy()
    for hour, slot in ((2, "am"), (7, "am"), (12, "am"), (15, "pm"), (23, "pm")):
        assert slot_at(datetime(2020, 2, 1, hour, tzinfo=ZONE), policy, ZONE) == slot


def test_a_fever_begins_at_the_limit_and_an_unknown_reading_is_neither() -> None:
    policy = default_policy()
    assert judge(Decimal("37.3"), (), policy).fever
    assert not judge(Decimal("37.25"), (), policy).abnormal
    assert judge(Decimal("36.5"), ("cough",), policy).abnormal
    assert not judge(None, (), policy).abnormal


def test_impossible_values_are_refused_and_unlikely_ones_are_asked_again() -> None:
    policy = default_policy()
    for value in ("29.9", "33.9", "43.1", "365"):
        with pytest.raises(Refused, match=r"number\.out_of_range"):
            check_celsius(Decimal(value), policy, sure=True)
    with pytest.raises(Refused, match=r"reading\.unlikely"):
        check_celsius(Decimal("34.5"), policy, sure=False)
    check_celsius(Decimal("34.5"), policy, sure=True)
    check_celsius(None, policy, sure=False)

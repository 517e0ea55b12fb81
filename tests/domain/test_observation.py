"""The rules of observation (医学观察规则): days, rooms, and what ends it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lianfang.domain.observation.days import day_number, last_day, planned_tests
from lianfang.domain.observation.release import Observed, Tested, missing
from lianfang.domain.observation.rooms import Room, propose
from lianfang.domain.observation.sharing import Guest, check_room, may_be_alone
from lianfang.domain.observation.terms import Terms, terms_from
from lianfang.domain.refusals import Refused

DAY = date(2020, 1, 31)
TERMS = Terms(
    edition="test 2020-01-01", observation_days=14, home_days=0, count_from="last_exposure", slots=("am", "pm"),
    test_days=(1, 14), test_days_after=(), conditions=("no_symptoms", "tests_negative", "days_complete"),
    free_readings=2, share_max_age=14,
)  # fmt: skip
CHILD = date(2011, 1, 1)
days = some.dates(date(2020, 1, 1), date(2020, 12, 31))


def from_admission() -> Terms:
    return terms_from({**TERMS.as_json, "count_from": "admission"})


def test_I08_the_last_day_counts_from_the_last_exposure_or_from_the_admission_as_the_rules_say():
    assert last_day(TERMS, admitted_on=DAY, last_exposure=date(2020, 1, 28)) == date(2020, 2, 11)
    assert last_day(from_admission(), admitted_on=date(2020, 1, 30), last_exposure=None) == date(2020, 2, 13)


def test_an_exposure_that_is_not_known_cannot_make_a_stay_shorter():
    assert last_day(TERMS, admitted_on=DAY, last_exposure=None) == date(2020, 2, 14)


@given(admitted=days, exposed=days, later=some.integers(0, 30))
def test_a_later_exposure_never_makes_a_stay_shorter(admitted, exposed, later):
    for terms in (TERMS, from_admission()):
        before = last_day(terms, admitted_on=admitted, last_exposure=exposed)
        after = last_day(terms, admitted_on=admitted, last_exposure=exposed + timedelta(days=later))
        assert admitted <= before <= after


@given(admitted=days, exposed=days)
def test_tests_are_planned_only_while_somebody_is_here(admitted, exposed):
    ends = last_day(TERMS, admitted_on=admitted, last_exposure=exposed)
    plan = planned_tests(TERMS, began=exposed, admitted_on=admitted, ends_on=ends)
    assert all(admitted <= one.day <= ends and one.number == day_number(exposed, one.day) for one in plan)


def test_terms_are_read_back_as_they_were_kept():
    assert terms_from(TERMS.as_json) == TERMS


@pytest.mark.parametrize(
    ("guest", "alone"),
    [
        (Guest("a"), True),
        (Guest("a", born=CHILD), False),
        (Guest("a", born=date(2005, 1, 31)), True),
        (Guest("a", born=date(2005, 2, 1)), False),
        (Guest("a", needs=frozenset({"pregnant"})), False),
        (Guest("a", needs=frozenset({"accessible_room"})), True),
    ],
)
def test_who_may_not_be_alone(guest, alone):
    assert may_be_alone(guest, DAY, TERMS) is alone


PARENT = Guest("p", born=date(1985, 1, 1), party="f")
SON = Guest("s", born=CHILD, party="f", companion="p")


@pytest.mark.parametrize(
    ("guest", "present", "reason", "code"),
    [
        (SON, [PARENT], "九岁", ""),
        (PARENT, [SON], "陪护", ""),
        (SON, [PARENT], " ", "stay.reason"),
        (SON, [], "", "stay.alone"),
        (SON, [], "护士陪护", ""),
        (Guest("x"), [PARENT], "x", "stay.strangers"),
        (Guest("x", party="g"), [PARENT], "x", "stay.strangers"),
        (Guest("x", party="f"), [PARENT], "x", "stay.sharing"),
        (Guest("t", born=CHILD, party="f"), [PARENT], "x", "stay.sharing"),
        (Guest("t", born=CHILD, party="f", companion="p"), [PARENT, SON], "x", ""),
        (Guest("t", born=CHILD, party="f", companion="s"), [SON], "x", "stay.sharing"),
    ],
)
def test_I03_who_may_share_a_room(guest, present, reason, code):
    if not code:
        check_room(guest, present, day=DAY, terms=TERMS, reason=reason)
        return
    with pytest.raises(Refused) as caught:
        check_room(guest, present, day=DAY, terms=TERMS, reason=reason)
    assert caught.value.code == code


guests = some.builds(
    Guest,
    key=some.uuids().map(str),
    born=some.one_of(some.none(), some.dates(date(1940, 1, 1), date(2020, 1, 1))),
    party=some.sampled_from(["", "f", "g"]),
    needs=some.frozensets(some.sampled_from(["pregnant", "dependent"]), max_size=1),
)


@given(guest=guests, others=some.lists(guests, min_size=1, max_size=3))
def test_two_strangers_never_share_whatever_the_reason(guest, others):
    strangers = [one for one in others if one.party != guest.party or not guest.party]
    if strangers:
        with pytest.raises(Refused):
            check_room(guest, strangers, day=DAY, terms=TERMS, reason="because")


@given(people=some.lists(guests, max_size=12, unique_by=lambda one: one.key), rooms=some.integers(0, 12))
def test_a_proposal_gives_nobody_two_rooms_and_no_room_to_two_who_are_not_together(people, rooms):
    free = [Room(f"{n:03d}", n) for n in range(rooms)]
    proposed = propose(people, free, day=DAY, terms=TERMS)
    assert [one.guest for one in proposed] == [one.key for one in people]
    used = [one.room for one in proposed if one.room]
    assert len(used) == len(set(used)) == min(len(people), rooms)


def test_a_proposal_puts_a_party_side_by_side_and_a_child_with_its_companion():
    free = [Room(f"{n:03d}", n, beds=2 if n == 4 else 1, accessible=n == 2) for n in range(1, 7)]
    people = [Guest("x"), PARENT, SON, Guest("y", party="f"), Guest("w", needs=frozenset({"accessible_room"}))]
    rooms = {one.guest: one.room for one in propose(people, free, day=DAY, terms=TERMS)}
    assert rooms == {"w": "002", "p": "004", "s": "004", "y": "001", "x": "003"}


def test_what_is_missing_before_a_release_is_named():
    observed = [Observed(DAY, "am", taken=True, abnormal=True), Observed(DAY, "pm", taken=False)]
    tested = [Tested("day 1", DAY, "negative"), Tested("day 14", DAY)]
    found = missing(TERMS, day=DAY, ends_on=DAY + timedelta(days=1), observed=observed, tested=tested)
    assert [one.code for one in found] == ["days", "symptoms", "reading", "test"]
    assert found[-1].facts["test"] == "day 14"


@given(ends=days, later=some.integers(0, 9))
def test_nothing_is_missing_once_days_readings_and_tests_are_there(ends, later):
    observed = [Observed(ends, "am", taken=False), *[Observed(ends, slot, taken=True) for slot in ("am", "pm")]]
    day = ends + timedelta(days=later)
    assert missing(TERMS, day=day, ends_on=ends, observed=observed, tested=[Tested("x", ends, "negative")]) == []

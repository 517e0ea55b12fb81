"""Rules of classes under control measures (开班规则): seats, beds, sittings, groups, what holds an opening up."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.domain.classes.dining import groups_of, parted, sittings_of, starts
from lianfang.domain.classes.rooms import Room, beds_under, options, places_under, shortage
from lianfang.domain.classes.seats import desks_of, shared_out, spots
from lianfang.domain.classes.states import CLASS_FLOW, Figures, Standing, holding_up
from lianfang.domain.refusals import Refused

SIZES = st.lists(st.integers(1, 9), max_size=7)


def test_G01_72_double_desks_drop_from_144_to_72_places():
    assert places_under(furniture=72, ordinary=144, per_piece=2) == 144
    assert places_under(furniture=72, ordinary=144, per_piece=1) == 72


def test_a_room_whose_desks_are_not_counted_keeps_its_places():
    assert places_under(furniture=0, ordinary=30, per_piece=1) == 30


def test_G01_118_learners_need_118_desks_in_one_room_or_the_fewest_rooms_together():
    here = [Room("A", 72), Room("B", 60), Room("C", 40), Room("D", 46)]
    found = options(118, here, per_desk=1)
    assert (found.desks, found.one, found.together) == (118, "", ("A", "D"))
    found = options(118, [*here, Room("HALL", 130), Room("BIG", 200)], per_desk=1)
    assert found.one == "HALL"


def test_where_all_rooms_are_not_enough_no_combination_is_named():
    assert options(118, [Room("A", 72), Room("B", 40)], per_desk=1).together == ()
    assert options(118, [], per_desk=1).together == ()


@given(st.lists(st.integers(1, 60), max_size=8), st.integers(1, 200))
def test_rooms_together_are_enough_and_the_fewest(seats: list[int], learners: int):
    found = options(learners, [Room(f"{n:02d}", size) for n, size in enumerate(seats)], per_desk=1)
    held = {f"{n:02d}": size for n, size in enumerate(seats)}
    if found.together:
        assert sum(held[code] for code in found.together) >= learners
        assert len(set(found.together)) == len(found.together) >= 2
        fewer = sum(sorted(seats, reverse=True)[: len(found.together) - 1])
        assert len(found.together) == 2 or fewer < learners
    else:
        assert sum(seats) < learners or len(seats) < 2
    assert bool(found.one) == any(size >= learners for size in seats)


def test_G02_60_twin_rooms_are_60_beds_and_118_learners_are_58_short():
    assert sum(beds_under(ordinary=2, per_room=1) for _ in range(60)) == 60
    assert shortage(needed=118, held=60) == 58
    assert shortage(needed=50, held=60) == 0


def test_G03_118_diners_and_60_seats_are_two_sittings_of_59():
    found = groups_of(118, seats=60, largest=8)
    assert [sum(sitting) for sitting in found] == [59, 59]
    assert max(size for sitting in found for size in sitting) == 8


def test_G03_groups_that_stand_are_never_split():
    groups = [8, 7] * 6 + [7] * 4
    assert sum(groups) == 118
    found = sittings_of(groups, 60)
    assert sorted(index for sitting in found for index in sitting) == list(range(len(groups)))
    assert [sum(groups[index] for index in sitting) for sitting in found] == [59, 59]


def test_G03_a_group_is_rather_given_a_sitting_more_than_split():
    assert len(sittings_of([8] * 14 + [6], 60)) == 3


def test_a_group_that_no_sitting_holds_is_said():
    with pytest.raises(ValueError, match="larger"):
        sittings_of([61], 60)


@settings(deadline=None)
@given(SIZES, st.integers(9, 20))
def test_sittings_hold_every_group_whole_and_are_the_fewest(groups: list[int], seats: int):
    found = sittings_of(groups, seats)
    assert sorted(index for sitting in found for index in sitting) == list(range(len(groups)))
    assert all(sum(groups[index] for index in sitting) <= seats for sitting in found)
    assert len(found) == _fewest(groups, seats)


def _fewest(groups: list[int], seats: int) -> int:
    """For every set of groups, the fewest sittings and how full the last one is at least."""
    best = [(0, seats)]
    for chosen in range(1, 2 ** len(groups)):
        ways = []
        for index, size in enumerate(groups):
            if chosen >> index & 1:
                count, filled = best[chosen & ~(1 << index)]
                ways.append((count, filled + size) if filled + size <= seats else (count + 1, size))
        best.append(min(ways))
    return best[-1][0]


@given(st.integers(0, 400), st.integers(1, 60))
def test_parts_are_as_few_as_possible_and_even(people: int, most: int):
    found = parted(people, most)
    assert sum(found) == people
    assert len(found) == -(-people // most)
    assert not found or max(found) - min(found) <= 1


def test_sittings_follow_each_other_and_never_run_past_midnight():
    assert starts(time(11, 30), 2, 40) == [(time(11, 30), time(12, 10)), (time(12, 10), time(12, 50))]
    with pytest.raises(ValueError, match="midnight"):
        starts(time(23), 2, 40)


def test_a_seat_plan_goes_back_and_forth_and_is_the_same_each_time():
    desks = desks_of(6, across=3)
    assert spots(desks, per_desk=1, people=6) == ["1-1", "1-2", "1-3", "2-3", "2-2", "2-1"]
    assert spots(desks, per_desk=1, people=6) == spots(desks, per_desk=1, people=6)


def test_every_second_row_stays_empty_where_half_are_enough():
    assert spots(desks_of(12, across=3), per_desk=1, people=6) == ["1-1", "1-2", "1-3", "3-1", "3-2", "3-3"]


def test_two_at_a_desk_have_seats_of_their_own():
    assert spots(desks_of(2, across=2), per_desk=2, people=4) == ["1-1A", "1-1B", "1-2A", "1-2B"]


@given(st.integers(1, 150), st.integers(0, 20), st.integers(1, 3))
def test_nobody_shares_a_spot_and_no_desk_is_invented(count: int, across: int, per_desk: int):
    desks = desks_of(count, across)
    found = spots(desks, per_desk=per_desk, people=count * per_desk)
    assert len(found) == len(set(found)) == count * per_desk


def test_people_fill_one_room_before_the_next():
    assert shared_out("abcde", [3, 4]) == [["a", "b", "c"], ["d", "e"]]
    with pytest.raises(ValueError, match="more people"):
        shared_out("abcde", [2, 2])


def standing(**changes: object) -> Standing:
    usual = {"learners": 3, "seats": 3, "beds_short": 0, "order": "signed", "answers": {"a": "yes", "b": "na"},
             "items": ("a", "b")}  # fmt: skip
    return Standing(**{**usual, **changes})  # type: ignore[arg-type]


def test_a_class_that_has_everything_may_open():
    assert holding_up(standing()) == []


@pytest.mark.parametrize(
    ("changes", "code", "count"),
    [
        ({"learners": 0, "seats": 0}, "class.nobody", 0),
        ({"seats": 1}, "class.seats_short", 2),
        ({"beds_short": 58}, "class.beds_short", 58),
        ({"order": "owed"}, "class.order_owed", 0),
        ({"order": "done"}, "class.order_unsigned", 0),
        ({"answers": {"a": "no", "b": "yes"}}, "class.answered_no", 1),
        ({"answers": {"a": "yes"}}, "class.not_looked_at", 1),
    ],
)
def test_each_reason_alone_holds_the_opening_up(changes: dict, code: str, count: int):
    found = holding_up(standing(**changes))
    assert [(one.code, one.count) for one in found] == [(code, count)]


def test_a_class_opens_only_when_it_is_laid_out_and_closes_only_when_it_runs():
    assert CLASS_FLOW.after("ready", "open") == "open"
    for state, move in (("planned", "open"), ("ready", "close"), ("closed", "open"), ("open", "open")):
        with pytest.raises(Refused):
            CLASS_FLOW.after(state, move)


def test_R05_38_classes_sum_to_4479_attendances():
    figures = [Figures(classes=1, attendances=118)] * 33 + [Figures(classes=1, attendances=117)] * 5
    total = sum(figures, Figures())
    assert (total.classes, total.attendances, total.infected, total.isolated) == (38, 4479, 0, 0)

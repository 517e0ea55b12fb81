"""What a wall says of its figures (大屏口径): steps, means, changes and the places of tiles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.wall import (
    MISSING,
    NOT_YET,
    NOTHING_OWED,
    RECEIVED,
    Share,
    days_below,
    placed,
    running_mean,
    share_of,
)  # fmt: skip
from lianfang.interfaces.wall.tiles import layouts


@pytest.mark.parametrize(
    ("received", "step"), [(0, 1), (899, 1), (900, 2), (949, 2), (950, 3), (980, 4), (994, 4), (995, 5), (1000, 5)]
)
def test_the_ramp_steps_at_90_95_98_and_99_5_percent(received, step):
    assert Share(RECEIVED, received, 1000).step == step


def test_nothing_in_is_not_yet_before_its_time_and_missing_after_it_and_never_the_lightest_step():
    before = share_of(received=0, expected=4, late=0, due=False)
    after = share_of(received=0, expected=4, late=0, due=True)
    assert (before.state, after.state) == (NOT_YET, MISSING)
    assert before.step == after.step == 0


def test_a_part_whose_own_report_is_owed_still_is_missing_though_others_below_it_are_in():
    assert share_of(received=3, expected=4, late=0, due=True, own_missing=True).state == MISSING
    assert share_of(received=3, expected=4, late=0, due=False, own_missing=True).state == RECEIVED


def test_nothing_owed_is_no_amount():
    assert share_of(received=0, expected=0, late=0, due=True) == Share(NOTHING_OWED)


def test_a_mean_needs_all_its_days():
    assert running_mean([7, 7, 7, 7, 7, 7]) == [None] * 6
    assert running_mean([0, 7, 14, 21, 28, 35, 42])[-1] == 21
    assert running_mean([None, 1, 1, 1, 1, 1, 1, 1, 1])[6:] == [None, 1, 1]


@given(st.lists(st.integers(0, 10**9), min_size=7, max_size=60), st.integers(2, 9))
def test_means_scale_with_their_counts(counts, factor):
    more = [factor * count for count in counts]
    for one, other in zip(running_mean(counts), running_mean(more), strict=True):
        assert (one is None) == (other is None)
        assert one is None or other == pytest.approx(factor * one)


def test_days_below_are_counted_back_from_the_last():
    percents = [Decimal(90), Decimal(99), Decimal(94), Decimal(93), Decimal("94.9")]
    assert days_below(percents, Decimal(95)) == 3
    assert days_below([*percents, None], Decimal(95)) == 0


@given(st.integers(1, 400))
def test_every_unit_has_a_tile_of_its_own_and_the_block_is_broader_than_high(units):
    places = placed([f"U{n}" for n in range(units)], {})
    assert len(set(places.values())) == units
    assert max(column for column, _ in places.values()) >= max(row for _, row in places.values())


def test_the_layout_of_sichuan_gives_21_prefectures_places_of_their_own_and_a_stranger_one_below():
    known = {code: one.place for code, one in layouts().items()}
    assert len(known) == len(set(known.values())) == 21
    places = placed([*known, "X"], known)
    assert all(places[code] == place for code, place in known.items())
    assert places["X"][1] > max(row for _, row in known.values())

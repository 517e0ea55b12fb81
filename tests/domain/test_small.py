"""Small numbers (小格): hidden from one to four, zero shown, and no hidden count told by its neighbours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.small import Below, small, small_row

FEWEST = 5


@pytest.mark.parametrize(
    ("count", "shown"), [(None, None), (0, 0), (1, Below(5)), (4, Below(5)), (5, 5), (1_000_000_000, 1_000_000_000)]
)
def test_counts_from_one_to_four_are_hidden_and_zero_and_unknown_are_not(count, shown):
    assert small(count, FEWEST).shown == shown


def test_nothing_is_hidden_where_everybody_may_know():
    assert small(1, 0).shown == 1


def test_a_share_is_told_only_of_a_known_count_and_a_whole_that_is_not_small_itself():
    assert small(63, FEWEST, denominator=252).share == Decimal("0.25")
    assert small(0, FEWEST, denominator=252).share == 0
    assert small(3, FEWEST, denominator=252).share is None
    assert small(0, FEWEST, denominator=4).share is None
    assert small(10, FEWEST).share is None


def told(row) -> list[range]:
    """What a reader knows of each count."""
    return [range(1, FEWEST) if one.shown == Below(FEWEST) else range(FEWEST, one.shown.below)
            if isinstance(one.shown, Below) else range(one.count, one.count + 1) for one in row]  # fmt: skip


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8).filter(lambda row: any(one >= FEWEST for one in row)))
def test_no_hidden_count_follows_from_the_sum_of_its_row(row):
    shown = small_row(row, FEWEST)
    hidden = [place for place, one in enumerate(shown) if one.suppressed]
    assert all(count in known for count, known in zip(row, told(shown), strict=True))
    if len(hidden) < 2:
        assert not any(0 < count < FEWEST for count in row)
        return
    left = sum(row[place] for place in hidden)
    ways = {0: 1}
    for place in hidden:
        known, before = told(shown)[place], ways
        ways = {}
        for so_far, many in before.items():
            for value in known:
                ways[so_far + value] = ways.get(so_far + value, 0) + many
    assert ways.get(left, 0) >= 1
    if all(0 < row[place] < FEWEST for place in hidden) and left in (len(hidden), len(hidden) * (FEWEST - 1)):
        return  # all ones or all fours: the sum tells, and is small itself or said of many alike
    assert ways[left] > 1

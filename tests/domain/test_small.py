"""Small numbers (小格): hidden from one to four, zero and unknown shown; beside sums see test_small_sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lianfang.domain.small import Below, small

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

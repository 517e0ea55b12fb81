"""Who came and who left beside who is there (来去互补隐藏): over two days no hidden one can be told."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.small import Small
from lianfang.domain.small_flows import flows_bound, in_whole

FEWEST = 5
few = st.integers(0, 30)


@given(few, few, few)
def test_whoever_knows_both_days_cannot_tell_a_small_flow(before: int, came: int, left: int):
    left = min(left, before + came)
    now = before + came - left
    bound = flows_bound([Small(before, None, FEWEST), Small(now, None, FEWEST)], [came, left], FEWEST)
    may_be = range(1, FEWEST)
    days = [may_be if 0 < count < FEWEST else [count] for count in (before, now)]
    flows = [range(bound) if bound else [count] for count in (came, left)]
    possible = {(b, c, n) for b, n, c, gone in product(*days, *flows) if b + c == n + gone}
    for place, count in enumerate((before, came, now)):
        if 0 < count < FEWEST:
            assert len({one[place] for one in possible}) > 1


@pytest.mark.parametrize(
    ("there", "flows", "bound"),
    [
        ((14, 16), (2, 0), 10), ((20, 8), (0, 12), 0), ((20, 20), (0, 0), 0), ((3, 10), (7, 0), 15),
        ((30, 20), (2, 12), 20), ((0, 3), (3, 0), 10),
    ],
)  # fmt: skip
def test_flows_are_said_together(there: tuple[int, int], flows: tuple[int, int], bound: int):
    assert flows_bound([Small(one, None, FEWEST) for one in there], flows, FEWEST) == bound
    assert flows_bound([Small(one) for one in there], flows, 0) == 0


def test_beside_a_day_that_is_hidden_for_a_neighbour_flows_are_hidden_too():
    assert flows_bound([Small(17, None, FEWEST, 25), Small(17, None, FEWEST)], [0, 0], FEWEST) == 10


def test_a_whole_that_grows_is_said_in_steps():
    assert [in_whole(count, FEWEST) for count in (0, 4, 5, 14, 16)] == [0, 0, 5, 10, 15]
    assert in_whole(14, 0) == 14

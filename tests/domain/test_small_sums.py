"""Counts beside their sums (小格互补隐藏): whoever knows a sum and all that is shown cannot tell a hidden count."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.small import Below, Small
from lianfang.domain.small_sums import Sum, hidden_beside_sums, hidden_beside_total, total_beside

FEWEST = 5
counts = st.one_of(st.integers(0, 6), st.sampled_from([0, 1, 4]), st.integers(0, 60))


def told(one: Small) -> range:
    """What a reader can know of a count at most: of one that is hidden for its neighbours even that it is not small."""
    if not one.suppressed:
        return range(one.count or 0, (one.count or 0) + 1)
    assert isinstance(one.shown, Below)
    return range(1 if (one.count or 0) < FEWEST else FEWEST, one.shown.below)


def values_of(place: int, shown: Sequence[Small], one: Sum) -> set[int]:
    """Every value that a count of a sum may have, by that sum and what is shown alone; its rest is known."""
    rest = (shown[one.total].count or 0) - sum(shown[part].count or 0 for part in one.parts)
    others = {0}
    for other in (one.total, *one.parts):
        if other != place:
            sign = 1 if other == one.total else -1
            others = {so_far + sign * value for so_far in others for value in told(shown[other])}
    sign = 1 if place == one.total else -1
    return {value for value in told(shown[place]) if rest - sign * value in others}


def check(shown: Sequence[Small], sums: Sequence[Sum]) -> None:
    for place, one in enumerate(shown):
        assert one.count is None or one.count in told(one)
        assert one.suppressed or not 0 < (one.count or 0) < FEWEST
        assert not (one.count == 0 and one.suppressed), "zero is always shown"
        for whole in sums:
            in_it = place in (whole.total, *whole.parts) and any(shown[part].count for part in whole.parts)
            if one.suppressed and in_it and shown[whole.total].count is not None:
                assert len(values_of(place, shown, whole)) > 1, (place, whole)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[int], list[Sum]]:
    """Units in a tree: the count of each is the sum of those below it and of a few of its own."""
    found: list[int] = []
    sums: list[Sum] = []

    def grown(depth: int) -> int:
        below = draw(st.integers(0, 4)) if depth else 0
        parts = tuple(grown(depth - 1) for _ in range(below))
        own = draw(st.sampled_from([0, 0, 0, 1, 7])) if parts else draw(counts)
        found.append(own + sum(found[part] for part in parts))
        if parts:
            sums.append(Sum(len(found) - 1, parts))
        return len(found) - 1

    grown(3)
    return found, sums


@given(trees())
def test_no_hidden_count_of_a_tree_follows_from_any_of_its_sums(tree: tuple[list[int], list[Sum]]):
    found, sums = tree
    check(hidden_beside_sums(found, sums, FEWEST), sums)


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_hidden_count_of_a_table_with_margins_follows_from_a_row_or_a_column(rows: int, columns: int, data):
    inner = [[data.draw(counts) for _ in range(columns)] for _ in range(rows)]
    table = [[*row, sum(row)] for row in inner]
    table.append([sum(column) for column in zip(*table, strict=True)])
    wide = columns + 1
    sums = [Sum(row * wide + columns, tuple(range(row * wide, row * wide + columns))) for row in range(rows + 1)]
    sums += [Sum(rows * wide + c, tuple(range(c, rows * wide, wide))) for c in range(wide)]
    check(hidden_beside_sums([one for row in table for one in row], sums, FEWEST), sums)


@given(st.lists(counts, min_size=1, max_size=8))
def test_a_row_beside_its_sum_tells_no_hidden_count(row: list[int]):
    parts, total = hidden_beside_total(row, sum(row), FEWEST)
    check([*parts, total], [Sum(len(row), tuple(range(len(row))))])


@given(trees())
def test_where_nothing_is_small_nothing_is_hidden(tree: tuple[list[int], list[Sum]]):
    found = [count * 100 for count in tree[0]]
    assert [one.shown for one in hidden_beside_sums(found, tree[1], FEWEST)] == found
    assert [one.shown for one in hidden_beside_sums(tree[0], tree[1], 0)] == tree[0]


@pytest.mark.parametrize(
    ("row", "shown", "whole"),
    [
        ([3, 7, 9], ["<5", "<15", "9"], "19"),  # the next smallest goes with the only small one
        ([3, 0, 9], ["<5", "0", "<15"], "12"),  # never a zero
        ([3, 2, 9], ["<5", "<5", "9"], "14"),
        ([1, 1, 1, 1, 1], ["<5"] * 5, "<15"),  # all ones: the sum would tell them
        ([1, 1, 1, 1], ["<5"] * 4, "<15"),  # and so would that it is below five
        ([1, 5], ["<5", "<15"], "<15"),
        ([4, 4, 0], ["<15", "<5", "0"], "8"),  # all fours: less is said of one
        ([0, 0], ["0", "0"], "0"),
        ([12, 30], ["12", "30"], "42"),
        ([3, None, 9], ["<5", "None", "<15"], "12"),
    ],
)
def test_what_is_hidden_of_a_row_beside_its_sum(row, shown, whole):
    parts, total = hidden_beside_total(row, sum(one or 0 for one in row), FEWEST)
    assert [str(one.shown) for one in parts] == shown
    assert str(total.shown) == whole


def test_a_part_hidden_for_its_neighbour_is_not_told_by_its_own_parts():
    #        0: whole 30 = 1: 3 + 2: 12 + 3: 15;   2 = 4: 12 + 5: 0
    found = hidden_beside_sums([30, 3, 12, 15, 12, 0], [Sum(0, (1, 2, 3)), Sum(2, (4, 5))], FEWEST)
    assert [str(one.shown) for one in found] == ["30", "<5", "<20", "15", "<20", "0"]


def test_a_sum_that_is_hidden_for_its_parts_takes_a_neighbour_of_its_own_with_it():
    #        0: whole 25 = 1: 5 + 2: 20;   1 = five ones
    found = hidden_beside_sums([25, 5, 20, 1, 1, 1, 1, 1], [Sum(0, (1, 2)), Sum(1, (3, 4, 5, 6, 7))], FEWEST)
    assert [str(one.shown) for one in found[:3]] == ["25", "<15", "<30"]


@given(st.lists(counts, min_size=1, max_size=6), st.data())
def test_a_sum_beside_parts_settled_elsewhere_tells_none_of_them(row: list[int], data):
    loose = data.draw(st.lists(st.booleans(), min_size=len(row), max_size=len(row)))
    settled = [Small(one, None, FEWEST, (max(one, FEWEST) // FEWEST + 2) * FEWEST * (hide and one > 0))
               for one, hide in zip(row, loose, strict=True)]  # fmt: skip
    shown = [*settled, total_beside(settled, sum(row), FEWEST)]
    check(shown, [Sum(len(row), tuple(range(len(row))))])


def test_an_unknown_sum_stays_unknown():
    assert total_beside([Small(3, None, FEWEST)], None, FEWEST).shown is None
    assert hidden_beside_total([3, 9], None, FEWEST)[1].shown is None

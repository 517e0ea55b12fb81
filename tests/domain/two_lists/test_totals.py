"""Totals by unit and day (总量核对测试): every status, margins, errors that cancel out, slipped dates, the tree."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.two_lists.cells import Counts
from lianfang.domain.two_lists.roll_up import below, cells_of, roll_up
from lianfang.domain.two_lists.shifts import moves, shifts
from lianfang.domain.two_lists.totals import ATTENDANCE, Status, Totals, reconcile_totals

MONDAY = date(2026, 3, 2)
Cells = dict[tuple[str, int], float]


def counts(cells: Cells) -> Counts:
    """Counts by (unit, days after Monday)."""
    days = [MONDAY + timedelta(days=day) for _, day in cells]
    return Counts([unit for unit, _ in cells], days, list(cells.values()))


def compared(ours: Cells, theirs: Cells, **settings) -> Totals:
    return reconcile_totals(counts(ours), counts(theirs), **settings)


def series(unit: str, *values: float) -> Cells:
    return {(unit, day): value for day, value in enumerate(values)}


cells = st.dictionaries(st.tuples(st.sampled_from("ABC"), st.integers(0, 5)), st.integers(0, 9))


def test_each_cell_has_its_status():
    found = compared({("A", 0): 3, ("A", 1): 3, ("B", 0): 3, ("B", 1): 3}, {("A", 0): 3, ("A", 1): 4, ("B", 0): 2})
    assert [Status(one).name for one in found.status] == ["EQUAL", "OVER", "UNDER", "MISSING_THEIRS"]
    assert compared({}, {("A", 0): 1}).status.tolist() == [Status.MISSING_OURS]


def test_missing_is_not_zero():
    found = compared({("A", 0): 0}, {("A", 0): None})
    assert found.count(Status.MISSING_THEIRS) == 1
    assert compared({("A", 0): 0}, {("A", 0): 0}).count(Status.EQUAL) == 1


@pytest.mark.parametrize(("theirs", "status"), [(110, "WITHIN"), (90, "WITHIN"), (112, "OVER"), (88, "UNDER")])
def test_attendance_may_differ_by_a_tenth_of_the_greater_figure(theirs: int, status: str):
    found = compared({("A", 0): 100}, {("A", 0): theirs}, tolerance=ATTENDANCE)
    assert Status(found.status[0]).name == status


def test_attendance_may_always_differ_by_one_and_cases_never():
    assert compared({("A", 0): 2}, {("A", 0): 3}, tolerance=ATTENDANCE).count(Status.WITHIN) == 1
    assert compared({("A", 0): 2}, {("A", 0): 3}).count(Status.OVER) == 1


def test_sums_that_agree_by_cancelling_out_are_flagged():
    found = compared(series("A", 3, 5), series("A", 5, 3))
    (unit,) = found.by_unit()
    assert unit.status is Status.EQUAL
    assert unit.offset and not unit.agrees
    assert not any(day.offset for day in found.by_day())


def test_margins_count_what_is_missing_and_sum_what_is_there():
    found = compared(series("A", 3, 5) | series("B", 1), series("A", 3))
    both, alone = found.by_unit()
    assert (both.ours, both.theirs, both.missing_theirs, both.agrees) == (8, 3, 1, False)
    assert (alone.status, alone.ratio) == (Status.MISSING_THEIRS, 0)
    assert [day.key for day in found.by_day()] == [MONDAY, MONDAY + timedelta(days=1)]


@given(cells, cells)
def test_units_and_days_add_up_to_the_same_whole(ours: Cells, theirs: Cells):
    found = compared(ours, theirs)
    if len(found):
        whole = found.overall()
        for margins in (found.by_unit(), found.by_day()):
            assert sum(one.ours for one in margins) == whole.ours == sum(ours.values())
            assert sum(one.differing for one in margins) == whole.differing
            assert sum(one.cells for one in margins) == len(found)


@given(cells, cells)
def test_swapping_the_sides_mirrors_every_cell(ours: Cells, theirs: Cells):
    mirror = {0: 0, 1: 1, 2: 3, 3: 2, 4: 5, 5: 4}
    assert [mirror[one] for one in compared(ours, theirs).status.tolist()] == compared(theirs, ours).status.tolist()


@given(cells, cells, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(ours: Cells, theirs: Cells, order: random.Random):
    shuffled = list(ours.items())
    order.shuffle(shuffled)
    one, other = compared(ours, theirs), compared(dict(shuffled), theirs)
    assert one.status.tolist() == other.status.tolist()
    assert one.grid.day.tolist() == other.grid.day.tolist()


def test_a_cell_given_twice_is_refused():
    twice = Counts(["A", "A"], [MONDAY, MONDAY], [1, 2])
    with pytest.raises(ValueError, match="A has a day twice"):
        reconcile_totals(twice, counts({}))


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        Counts(["A"], [], [1])


def test_concordance_is_lins():
    ours, theirs = (1, 2, 3, 4, 5), (2, 2, 3, 5, 5)
    found = compared(series("A", *ours), series("A", *theirs)).agreement()
    x, y = np.array(ours), np.array(theirs)
    expected = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert found.concordance == pytest.approx(expected, rel=1e-12)
    assert (found.exact, found.mean_difference) == (pytest.approx(3 / 5), pytest.approx(2 / 5))


def test_equal_sides_are_in_full_concordance_and_empty_ones_in_none():
    assert compared(series("A", 1, 2), series("A", 1, 2)).agreement().concordance == 1
    assert compared({}, {}).agreement().exact is None


def test_a_unit_that_dates_everything_a_day_later_is_found():
    ours, theirs = (0, 3, 1, 4, 0, 2), (5, 0, 3, 1, 4, 0)
    found = compared(series("A", *ours) | series("B", *ours), series("A", *theirs) | series("B", *ours))
    (shift,) = shifts(found)
    assert (shift.unit, shift.days, shift.after) == ("A", 1, shift.compared)


@given(cells)
def test_sides_that_agree_have_no_shift(same: Cells):
    found = compared(same, same)
    assert not shifts(found) and not moves(found)


def test_a_count_booked_on_the_next_day_is_found():
    found = compared(series("A", 1, 4, 0, 2), series("A", 1, 0, 4, 2))
    (move,) = moves(found)
    assert (move.unit, move.day, move.days, move.count) == ("A", MONDAY + timedelta(days=1), 1, 4)


def test_a_count_booked_a_day_early_is_found():
    (move,) = moves(compared(series("A", 0, 4), series("A", 4, 0)))
    assert (move.day, move.days) == (MONDAY + timedelta(days=1), -1)


TREE = {"class 1": "school", "class 2": "school", "school": "county", "clinic": "county", "county": None}


def test_every_unit_is_summed_with_all_below_it():
    ours, theirs = series("class 1", 3, 5) | series("clinic", 2), series("class 1", 5, 3) | series("class 2", 1)
    sums = roll_up(compared(ours, theirs), TREE)
    assert (sums["county"].ours, sums["county"].theirs) == (10, 9)
    assert (sums["county"].missing_ours, sums["county"].missing_theirs) == (1, 1)
    assert sums["class 1"].offset
    assert sums["clinic"].status is Status.MISSING_THEIRS


def test_drilling_down_ends_at_the_cells_that_differ():
    found = compared(series("class 1", 3, 5), series("class 1", 3, 4))
    sums = roll_up(found, TREE)
    assert below("county", TREE, sums) == ["school"]
    assert below("school", TREE, sums) == ["class 1"]
    assert [found.grid.date(cell) for cell in cells_of(found, "class 1")] == [MONDAY + timedelta(days=1)]
    assert cells_of(found, "class 9") == []


def test_a_tree_that_bites_its_tail_is_refused():
    with pytest.raises(ValueError, match="above itself"):
        roll_up(compared(series("A", 1), {}), {"A": "B", "B": "A"})


def test_a_million_cells_are_reconciled_in_about_a_second():
    units, days = np.repeat(np.arange(1_000), 1_000), np.tile(np.arange(1_000).astype("datetime64[D]"), 1_000)
    values = np.random.default_rng(1).poisson(2.0, 1_000_000)
    began = time.process_time()
    found = reconcile_totals(Counts(units, days, values), Counts(units, days, values[::-1]))
    found.by_unit(), found.by_day(), found.agreement()
    assert time.process_time() - began < 3  # 0.4 s alone; room for machines under load
    assert len(found) == 1_000_000

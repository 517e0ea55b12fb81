"""De-identified rows (去标识化): no cell below the smallest, nobody lost, nobody told by difference."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.deidentify import (
    ANY,
    Column,
    as_it_is,
    banded,
    by_month,
    by_week,
    deidentify,
    smallest_cell,
)

COLUMNS = (
    Column("age", (banded(5), banded(20))), Column("came", (by_week, by_month)), Column("fever", (as_it_is,)),
)  # fmt: skip
ages = st.one_of(st.none(), st.integers(0, 99))
days = st.dates(date(2020, 1, 30), date(2020, 3, 20))
people = st.lists(st.tuples(ages, days, st.booleans()), max_size=120)


@given(people, st.integers(1, 8))
def test_every_cell_of_every_table_made_from_the_file_is_large_enough(rows: list[Any], fewest: int):
    found = deidentify(rows, COLUMNS, fewest=fewest)
    for some in (columns for size in (1, 2, 3) for columns in combinations(range(3), size)):
        cells = Counter(tuple(row[at] for at in some) for row in found.rows)
        assert all(count >= fewest for count in cells.values())
    assert not found.rows or smallest_cell(found.rows) >= fewest


@given(people, st.integers(1, 8))
def test_nobody_is_lost_and_those_written_together_are_no_small_cell(rows: list[Any], fewest: int):
    found = deidentify(rows, COLUMNS, fewest=fewest)
    assert found.total == len(rows)
    assert len(found.rows) == (len(rows) if len(rows) >= fewest else 0)
    assert found.together == 0 or found.together >= fewest


@given(people, st.integers(1, 8), st.randoms())
def test_the_order_of_the_rows_says_nothing(rows: list[Any], fewest: int, chance: random.Random):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert deidentify(rows, COLUMNS, fewest=fewest) == deidentify(shuffled, COLUMNS, fewest=fewest)


@given(people, st.integers(1, 8))
def test_a_row_says_nothing_but_what_was_true_of_somebody(rows: list[Any], fewest: int):
    found = deidentify(rows, COLUMNS, fewest=fewest)
    for at, column in enumerate(COLUMNS):
        steps = column.steps[found.levels[column.name] :]
        true = {step(row[at]) for step in steps for row in rows}
        assert {row[at] for row in found.rows} <= true | {ANY}


def test_finest_values_stay_where_they_are_shared_by_enough():
    rows = [(34, date(2020, 2, 5), False)] * 7 + [(52, date(2020, 2, 5), True)] * 6
    found = deidentify(rows, COLUMNS, fewest=5)
    assert Counter(found.rows) == {("30-34", "2020-W06", "no"): 7, ("50-54", "2020-W06", "yes"): 6}
    assert (found.together, set(found.levels.values()), set(found.stars.values())) == (0, {0}, {0})


def test_one_who_stands_out_is_written_with_as_many_others_as_it_takes():
    rows = [(34, date(2020, 2, 5), False)] * 40 + [(52, date(2020, 2, 5), False)] * 6 + [(71, date(2020, 2, 5), True)]
    found = deidentify(rows, COLUMNS, fewest=5)
    assert Counter(found.rows) == {
        ("30-34", "2020-W06", "no"): 36, ("50-54", "2020-W06", "no"): 6, (ANY, "2020-W06", ANY): 5,
    }  # fmt: skip
    assert (found.together, found.stars) == (5, {"age": 5, "came": 0, "fever": 5})


def test_the_file_of_a_small_site_says_what_it_can():
    columns = (
        Column("age", (banded(10), banded(20), banded(40))), Column("party", (as_it_is,)),
        Column("nights", (banded(1), banded(7), banded(14))), Column("fever", (as_it_is,), outcome=True),
        Column("ended", (as_it_is,), outcome=True),
    )  # fmt: skip
    rows = [(None, "tour", 14, False, "released")] * 12 + [
        (None, "tour", 3, True, "converted"), (None, "tour", 9, True, "released"),
        (None, "family", None, False, "here"), (None, "tour", None, False, "here"),
    ]  # fmt: skip
    found = deidentify(rows, columns, fewest=5)
    assert Counter(found.rows) == {("", "tour", "14", "no", "released"): 11, ("", ANY, ANY, ANY, ANY): 5}
    assert found.stars == {"age": 0, "party": 5, "nights": 5, "fever": 5, "ended": 5}


def test_an_outcome_that_enough_rows_have_is_not_lost_though_ages_become_coarser():
    columns = (Column("age", (banded(5), banded(20))), Column("fever", (as_it_is,), outcome=True))
    rows = [(20 + n % 40, False) for n in range(200)] + [(age, True) for age in (22, 31, 38, 44, 57)]
    found = deidentify(rows, columns, fewest=5)
    assert Counter(row[1] for row in found.rows)["yes"] == 5


def test_fewer_than_the_smallest_cell_do_not_leave_at_all():
    found = deidentify([(34, date(2020, 2, 5), False)] * 4, COLUMNS, fewest=5)
    assert (found.rows, found.together, found.total) == ((), 0, 4)


@pytest.mark.parametrize("rows", [[(1, 2)], [(1, date(2020, 2, 5), True, "name")]])
def test_a_row_with_more_or_fewer_values_than_columns_is_a_fault(rows: list[Any]):
    with pytest.raises(ValueError, match="differ"):
        deidentify(rows, COLUMNS, fewest=5)


def test_values_are_written_in_bands_weeks_and_months():
    assert [banded(10)(one) for one in (0, 9, 34, None)] == ["0-9", "0-9", "30-39", ""]
    assert (by_week(date(2020, 12, 31)), by_month(date(2020, 12, 31)), by_week(None)) == ("2020-W53", "2020-12", "")
    assert [as_it_is(one) for one in (True, False, None, "tour")] == ["yes", "no", "", "tour"]

"""Counts of offices hidden for their neighbours (机关互补隐藏): whoever opens every wall cannot add up a hidden one."""

from __future__ import annotations

from lianfang.kernel.reporting.office_bounds import ENDED, Row, bounds_of

FEWEST = 5


def row(path: str, gone: int, *, held: tuple[int, int, int, int] = (0, 0, 0, 0), sector: bool = False) -> Row:
    """An office's day: who is in observation (all, at sites, on campus, at home), who was let go, nobody newly ill."""
    return Row(path, sector, [*held, gone, 0], [])


def let_go(rows: list[Row]) -> list[int]:
    return [bounds[ENDED] if bounds else 0 for bounds in bounds_of(rows, FEWEST)]


def test_the_neighbour_of_a_small_office_is_hidden_down_to_its_own_parts():
    rows = [row("1/", 33), row("1/2/", 3), row("1/3/", 12), row("1/4/", 18), row("1/3/5/", 12), row("1/3/6/", 0)]
    assert let_go(rows) == [0, 0, 20, 0, 20, 0]


def test_institutions_right_below_an_office_are_no_reason_to_tell_the_only_small_one():
    assert let_go([row("1/", 33), row("1/2/", 3), row("1/4/", 0)]) == [40, 0, 0]


def test_offices_of_a_sector_add_up_on_their_own_line():
    rows = [row("1/", 30), row("1/2/", 30), row("1/9/", 3, sector=True), row("1/9/8/", 3, sector=True)]
    assert let_go(rows) == [0, 0, 0, 0]


def test_places_of_observation_and_their_sum_are_settled_together_with_the_neighbours():
    rows = [
        row("1/", 0, held=(40, 37, 3, 0)),
        row("1/2/", 0, held=(30, 30, 0, 0)),
        row("1/3/", 0, held=(10, 7, 3, 0)),
    ]
    # Three on campus are hidden, and beside them those at sites; the other office has nobody on campus and tells none.
    assert [bounds[:4] for bounds in bounds_of(rows, FEWEST)] == [[0, 45, 0, 0], [], [0, 15, 0, 0]]


def test_a_day_without_offices_or_without_small_counts_has_no_bounds():
    assert bounds_of([], FEWEST) == []
    assert bounds_of([row("1/", 30), row("1/2/", 30)], FEWEST) == [[], []]


def test_who_was_let_go_is_hidden_above_as_well_where_the_days_beside_tell_how_many_came():
    rows = [
        Row("1/", False, [36, 36, 0, 0, 0, 0], [], [34, 34, 0, 0, 0, 0], []),
        Row("1/2/", False, [16, 16, 0, 0, 0, 0], [], [14, 14, 0, 0, 0, 0], []),
        Row("1/3/", False, [20, 20, 0, 0, 0, 0], [], [20, 20, 0, 0, 0, 0], []),
    ]
    assert let_go(rows) == [10, 10, 0]  # nobody was let go, which said as zero would tell that two came


def test_days_on_which_many_came_and_left_or_nobody_did_hide_nothing():
    rows = [
        Row("1/2/", False, [30, 30, 0, 0, 12, 0], [], [20, 20, 0, 0, 0, 0], []),
        Row("1/3/", False, [20, 20, 0, 0, 0, 0], [], [20, 20, 0, 0, 0, 0], []),
    ]
    assert let_go(rows) == [0, 0]

"""Lists that say little or too much (坏名单): a clear answer, never a wrong merge in silence."""

from __future__ import annotations

import time

import pytest

from lianfang.domain.linkage import Listing, reconcile
from tests.domain.linkage.people import Person, classes, listing, people

MILLION = 1_000_000


def test_empty_lists_have_nothing_in_common() -> None:
    assert classes(reconcile(Listing({}), Listing({}))) == (0, 0, 0, 0, 0)
    assert classes(reconcile(listing([]), listing(people(3)))) == (0, 0, 0, 0, 3)
    assert classes(reconcile(listing(people(3)), listing([]))) == (0, 0, 0, 3, 0)


def test_a_list_beside_itself_agrees_throughout() -> None:
    rows = people(300)
    found = reconcile(listing(rows), listing(rows))
    assert found.row_pairs() == [(at, at) for at in range(300)]
    assert classes(found) == (300, 0, 0, 0, 0)


@pytest.mark.parametrize("nothing", [None, "", "无", "000000", "000000000000000000"])
def test_without_any_identity_number_people_are_found_by_the_rest(nothing: str | None) -> None:
    rows: list[Person] = [{**row, "id_no": nothing} for row in people(200)]
    found = reconcile(listing(rows[:150]), listing(rows[50:]))
    assert found.row_pairs() == [(at, at - 50) for at in range(50, 150)]
    assert found.counts.duplicates_ours == 0


def test_a_row_that_says_nothing_is_alone() -> None:
    rows = people(10)
    found = reconcile(listing([*rows, {}]), listing([*rows, {}, {}]))
    assert classes(found) == (10, 0, 0, 1, 2)


def test_rows_without_a_known_column_are_alone() -> None:
    found = reconcile(Listing({"colour": ["red"]}), Listing({"colour": ["red"]}))
    assert classes(found) == (0, 0, 0, 1, 1)


def test_a_million_identical_names_are_not_joined_and_take_no_time() -> None:
    many = Listing({"name": ["王伟"] * MILLION})
    begun = time.process_time()
    found = reconcile(many, many)
    assert time.process_time() - begun < 60
    assert classes(found) == (0, 0, 0, MILLION, MILLION)
    assert found.counts.duplicates_ours == 0
    assert found.skipped, "what was not compared is told"


def test_identical_names_with_birth_dates_are_found_by_the_dates() -> None:
    days = sorted({str(row["birth"]) for row in people(400)})
    rows: list[Person] = [{"name": "王伟", "birth": day, "sex": "男"} for day in days]
    found = reconcile(listing(rows), listing(rows[::-1]))
    wrong = [pair for pair in found.row_pairs() if pair[0] + pair[1] != len(days) - 1]
    assert not wrong


def test_a_placeholder_in_every_row_joins_nobody() -> None:
    rows: list[Person] = [{**row, "phone": "13800000000", "unit": "S01", "id_no": "110"} for row in people(120)]
    found = reconcile(listing(rows[:60]), listing(rows[60:]))
    assert found.row_pairs() == []
    assert found.counts.duplicates_ours == found.counts.duplicates_theirs == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"surname": ["王", "李"]},
        {"given_name": ["伟", "娜"], "surname": [None, None]},
        {"name": ["王" * 5_000, "x"], "address": ["y" * 100_000, None]},
        {"name": ["\x00", "😀"], "birth": ["99999999", "9" * 40], "id_no": ["*", "5101********2417"]},
        {"sex": ["男", "男"], "phone": ["1", "x"]},
        {"name": ["", None], "unit": ["S01", "S01"]},
    ],
    ids=["surnames alone", "given names alone", "very long", "no sense", "almost nothing", "units alone"],
)
def test_odd_columns_are_no_obstacle(columns: dict[str, list[str | None]]) -> None:
    found = reconcile(Listing(columns), Listing(columns))
    counts = found.counts
    assert counts.agree + counts.possible + counts.only_ours + counts.duplicates_ours == 2


def test_lists_that_share_no_column_have_nothing_in_common() -> None:
    found = reconcile(Listing({"name": ["王伟", "李娜"]}), Listing({"phone": ["19900001111"]}))
    assert classes(found) == (0, 0, 0, 2, 1)


def test_a_column_that_says_one_thing_for_everybody_joins_nobody() -> None:
    for columns in ({"sex": ["男"] * 300}, {"birth": ["2010-01-01"] * 300}, {"unit": ["S01"] * 300}):
        assert reconcile(Listing(columns), Listing(columns)).row_pairs() == []


@pytest.mark.parametrize("shared", [("phone",), ("phone", "sex"), ("phone", "sex", "unit")])
def test_other_names_on_one_phone_are_other_people_until_somebody_has_looked(shared: tuple[str, ...]) -> None:
    rows = people(300)
    others = [{"name": other["name"], **{key: row[key] for key in shared}} for row, other in others_of(rows)]
    ours: list[Person] = [{"name": row["name"], **{key: row[key] for key in shared}} for row, _ in others_of(rows)]
    found = reconcile(listing(ours), listing(others))
    assert (found.counts.agree, found.counts.conflict) == (0, 0)


def test_a_valid_number_of_two_who_are_not_alike_is_shown_and_never_joined() -> None:
    rows = people(300)
    ours: list[Person] = [row for row, _ in others_of(rows)]
    theirs: list[Person] = [{**other, "id_no": row["id_no"]} for row, other in others_of(rows)]
    found = reconcile(listing(ours), listing(theirs))
    assert (found.counts.agree, found.counts.conflict, found.counts.only_ours) == (0, 0, 0)
    assert found.counts.possible == len(ours)


def others_of(rows: list[Person]) -> list[tuple[Person, Person]]:
    """Each person of the first half beside somebody with another surname and other characters, another day and sex."""
    half = len(rows) // 2
    pairs = zip(rows[:half], rows[half:], strict=True)
    return [
        (one, other)
        for one, other in pairs
        if not set(str(one["name"])) & set(str(other["name"])) and one["birth"] != other["birth"]
    ]

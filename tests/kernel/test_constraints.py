"""Constraints (约束): the database keeps them, and a row that breaks one is refused in the constraint's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.actions import action, registry, store, store_all
from lianfang.kernel.constraints import Unkept, kept_by
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import BED, Occupancy, Place
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
Write = Callable[[], Any]


@pytest.fixture
def act() -> Iterator[Callable[..., Any]]:
    """An action that does what it is given, in a transaction, as every action does."""

    @action("test.written", over="unit")
    def written(by: Actor, *, unit: Unit, write: Write) -> None:
        """Write something."""
        write()

    try:
        yield lambda unit, write: written(SYSTEM, unit=unit, write=write)
    finally:
        registry.pop("test.written")


def refused(call: Write) -> list[Problem]:
    with within(EVERYTHING), pytest.raises(Refused) as caught:
        call()
    return list(caught.value.problems)


def says(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(one.field, str(one.facts["says"])) for one in problems]


def house() -> tuple[Unit, Place, Callable[..., Occupancy]]:
    """A school with a room, and a way to say that somebody is in it."""
    school = make.unit(make.root("P"), "S", "school")
    people = make.members(make.unit(school, "K", "class"), 2)
    with within(EVERYTHING):
        room = Place.objects.create(unit=school, kind="site_room", code="101", name="101")

    def bed(who: int = 0, **more: Any) -> Occupancy:
        told = {"unit": school, "place": room, "layer": BED, "person": people[who], "spot": "1", "since": at(9)}
        return Occupancy(**told | more)

    return school, room, bed


def test_what_breaks_a_constraint_of_any_kind_is_refused_in_its_own_words(act: Callable[..., Any]) -> None:
    unit, room, bed = house()
    with within(EVERYTHING):
        store(bed())
    second = Place(unit=unit, kind=room.kind, code=room.code, name="Another")
    for row, words in (
        (bed(1), "Somebody is there at that time."),
        (bed(spot="2"), "This person is somewhere else at that time."),
        (bed(1, since=at(9), until=at(8)), "Nobody can leave before they came."),
        (second, "There is a place with this code already."),
    ):
        problems = refused(lambda row=row: act(unit, lambda: store(row)))  # type: ignore[misc]
        assert [one.code for one in problems] == ["invalid"]
        assert says(problems) == [("", words)]
    with within(EVERYTHING):
        assert (Occupancy.objects.count(), Place.objects.count()) == (1, 1)


def test_every_check_that_a_row_breaks_is_said_and_not_only_the_first(act: Callable[..., Any]) -> None:
    unit, *_ = house()
    item = Item(unit=unit, code="x", name="x", measure="piece", grams=Decimal(0), chlorine_percent=Decimal("100.5"))
    broken = {one.name: str(one.violation_error_message) for one in Item._meta.constraints}
    told = {words for _, words in says(refused(lambda: act(unit, lambda: store(item))))}
    assert told == {broken["grams_above_zero"], broken["chlorine_is_a_percentage"]}


def test_a_wrong_value_and_a_broken_constraint_are_said_together(act: Callable[..., Any]) -> None:
    unit, _, bed = house()
    problems = refused(lambda: act(unit, lambda: store(bed(layer="nowhere", until=at(8)))))
    assert [one.field for one in problems] == ["layer", ""]


def test_a_row_that_names_nothing_there_is_refused_by_its_field(act: Callable[..., Any]) -> None:
    unit, _, bed = house()
    row = bed()
    row.place_id = uuid4()
    assert [one.field for one in refused(lambda: act(unit, lambda: store(row)))] == ["place"]


def test_of_many_rows_all_are_written_in_one_statement_or_none(act: Callable[..., Any]) -> None:
    unit, _, _ = house()

    def places(*codes: str) -> list[Place]:
        return [Place(unit=unit, kind="site_room", code=code, name=code) for code in codes]

    for codes, told in (
        (("201", "101", "202"), [("", "There is a place with this code already.")]),
        (("201", "2" * 50), [("code", "Ensure this value has at most 40 characters (it has 50).")]),
    ):
        assert says(refused(lambda codes=codes: act(unit, lambda: store_all(places(*codes))))) == told  # type: ignore[misc]
    with within(EVERYTHING):
        assert list(Place.objects.values_list("code", flat=True)) == ["101"]
        with CaptureQueriesContext(connection) as asked:
            store_all(places("201", "202", "203"))
        assert len(asked) == 1
        assert store_all(iter(())) == []


def test_what_is_at_hand_is_not_looked_up_again() -> None:
    _, _, bed = house()
    with within(EVERYTHING), CaptureQueriesContext(connection) as asked:
        store(bed())
    assert len(asked) == 1, [one["sql"] for one in asked]


def test_a_constraint_that_a_shard_refuses_is_known_by_its_name() -> None:
    class Told:
        constraint_name = "one_place_a_code_102008"

    error = IntegrityError("duplicate")
    error.__cause__ = Exception()
    error.__cause__.diag = Told()  # type: ignore[attr-defined]
    with pytest.raises(Unkept, match="There is a place with this code already"), kept_by([Place()]):
        raise error
    Told.constraint_name = "nothing_we_know"
    with pytest.raises(IntegrityError), kept_by([Place()]):
        raise error

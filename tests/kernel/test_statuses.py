"""Statuses (状态): never without a rule and its facts, one at a time, ended and corrected by further entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.ops import Given, correct, current, end, give, give_all, history
from tests import make
from tests.make import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
NOON = at(12)


@pytest.fixture
def school() -> Unit:
    return make.root("S", "school")


@pytest.fixture
def person(school: Unit) -> Person:
    return make.member(make.unit(school, "K", "class"))


def given(school: Unit, person: Person, since: datetime = NOON, **more: Any) -> Status:
    with within(EVERYTHING):
        return give(
            unit=school, person=person, since=since, by=SYSTEM,
            **{"kind": "observation", "value": "in_observation", "rule": "R-observation",
               "edition": "cn-8th 2021-05-14", "facts": {"days": 14}, "about": "stays.stay:1", **more},
        )  # fmt: skip


def now(person: Person, **more: Any) -> list[str]:
    with within(EVERYTHING):
        return [one.value for one in current(person, **more)]


def test_a_status_without_a_rule_is_refused(school: Unit, person: Person) -> None:
    with pytest.raises(Refused) as refused:
        given(school, person, rule=" ")
    assert (refused.value.code, refused.value.problems[0].field) == ("status.rule_required", "rule")
    assert now(person) == []


def test_it_keeps_rule_edition_facts_and_who_decided(school: Unit, person: Person) -> None:
    given(school, person)
    with within(EVERYTHING):
        [one] = history(person)
    assert (one.rule, one.edition, one.facts, one.given_by) == (
        "R-observation", "cn-8th 2021-05-14", {"days": 14}, "system",
    )  # fmt: skip


def test_a_second_status_about_the_same_row_supersedes_the_first_from_then_on(school: Unit, person: Person) -> None:
    first = given(school, person)
    second = given(school, person, since=NOON + timedelta(hours=2), value="released")
    with within(EVERYTHING):
        first.refresh_from_db()
    assert (first.until, first.superseded_by_id) == (second.since, second.pk)
    assert now(person) == ["released"]
    assert now(person, at=NOON + timedelta(hours=1)) == ["in_observation"], "what held then is still known"


def test_statuses_about_different_rows_stand_beside_each_other(school: Unit, person: Person) -> None:
    given(school, person)
    given(school, person, kind="recall", value="recalled", rule="R-recall", about="recall:1")
    assert sorted(now(person)) == ["in_observation", "recalled"]
    assert now(person, kind="recall") == ["recalled"]


def test_ending_says_when_why_and_by_whom(school: Unit, person: Person) -> None:
    one = given(school, person)
    with within(EVERYTHING):
        assert end(about="stays.stay:1", kind="observation", at=at(15), by=SYSTEM, reason="complete") == 1
        assert end(about="stays.stay:1", kind="observation", at=at(15, 30), by=SYSTEM, reason="again") == 0
        one.refresh_from_db()
    assert (one.until, one.ended_because, one.ended_by) == (at(15), "complete", "system")
    assert now(person) == []


def test_a_status_that_was_to_begin_later_never_holds_once_ended(school: Unit, person: Person) -> None:
    one = given(school, person, since=at(20))
    with within(EVERYTHING):
        end(about="stays.stay:1", kind="observation", at=at(16), by=SYSTEM, reason="not needed")
        one.refresh_from_db()
    assert one.until == one.since
    assert now(person, at=at(21)) == []


def test_a_correction_is_a_further_entry_by_the_same_rule(school: Unit, person: Person) -> None:
    old = given(school, person)
    with within(EVERYTHING):
        new = correct(old, facts={"days": 7}, value="clear", by=SYSTEM, at=at(15), reason="7 days")
        old.refresh_from_db()
    assert (new.rule, new.edition, new.facts) == (old.rule, old.edition, {"days": 7})
    assert (old.facts, old.superseded_by_id) == ({"days": 14}, new.pk)


def test_the_database_itself_refuses_two_at_a_time_and_an_end_before_the_start(school: Unit, person: Person) -> None:
    one = given(school, person)
    with within(EVERYTHING):
        copy = {f.attname: getattr(one, f.attname) for f in Status._meta.fields} | {"id": uuid7()}
        for wrong in (copy, copy | {"about": "x", "until": NOON - timedelta(hours=1)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Status.objects.bulk_create([Status(**wrong)])


def many(school: Unit, how_many: int) -> list[Given]:
    people = make.members(make.unit(school, f"K{how_many}", "class"), how_many)
    return [Given(school.pk, one.pk, "red", NOON, "x:1", {"why": "list"}) for one in people]


def test_T04_a_bulk_change_of_more_than_twenty_people_without_a_rule_is_impossible(school: Unit) -> None:
    with within(EVERYTHING), pytest.raises(Refused) as refused:
        give_all(many(school, 21), kind="pass", rule="", edition="", by=SYSTEM)
    assert refused.value.code == "status.rule_required"
    with within(EVERYTHING):
        assert not Status.objects.exists()
        assert give_all(many(school, 22), kind="pass", rule="R-x", edition="e", by=SYSTEM) == 22


def test_T04_not_even_a_statement_of_the_database_gives_people_a_status_without_a_rule(school: Unit) -> None:
    given_to = many(school, 21)
    rows = [
        Status(unit_id=one.unit_id, person_id=one.person_id, kind="pass", value="red", since=NOON, given_at=NOON,
               given_by="x") for one in given_to
    ]  # fmt: skip
    with within(EVERYTHING):
        with pytest.raises(IntegrityError, match="status_has_a_rule_or_two_people"), transaction.atomic():
            Status.objects.bulk_create(rows)
        changes = ByHand.objects.bulk_create(
            ByHand(unit_id=one.unit_id, person_id=one.person_id, kind="pass", reason="r", proposed_at=NOON)
            for one in given_to
        )
        for row, change in zip(rows, changes, strict=True):
            row.by_hand = change
        with pytest.raises(IntegrityError, match="one by one"), transaction.atomic():
            Status.objects.bulk_create(rows)
        assert not Status.objects.exists()


def test_people_outside_the_scope_have_no_status_here(school: Unit, person: Person) -> None:
    given(school, person)
    other = make.unit(school, "Q", "class")
    with make.acting(make.actor(other, "class_head")):
        assert not Status.objects.exists()
    with make.acting(make.actor(school, "officer")):
        assert not Status.objects.exists(), "an office sees counts, not people"
    with make.acting(make.actor(school, "doctor")):
        assert Status.objects.count() == 1

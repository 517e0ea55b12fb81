"""Why, by which rule, and how to object (说明与申诉): row T04."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianfang.capabilities.objections.actions import (
    answer_objection,
    changes_by_hand,
    correct_fact,
    decide_change,
    object_to_status,
    propose_change,
)
from lianfang.capabilities.objections.models import Objection
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor, actor_for
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import ByHand, Status
from lianfang.kernel.statuses.ops import current, give
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
FACTS = {"area_name": "示例县", "area_name_en": "Example county", "from": "2026-02-27", "list_version": 8}


class School:
    """A school with a class, its doctor, a duty officer and one member with an account."""

    def __init__(self) -> None:
        with clock.at(at(7)):
            self.unit: Unit = make.root("S", "school")
            self.klass: Unit = make.unit(self.unit, "K", "class")
            self.doctor, self.officer = make.actor(self.unit, "doctor"), make.actor(self.unit, "duty_officer")
            self.second = make.actor(self.unit, "doctor")
            self.person: Person = make.member(self.klass, "甲")
        with within(EVERYTHING):
            account = Account.objects.create(
                handle="member", name="甲", person_id=self.person.pk, created_at=clock.now()
            )
            self.member: Actor = actor_for(account)

    def yellow(self, by: Actor | None = None, **more: Any) -> Status:
        """The member's status, decided by the doctor."""
        with clock.at(at(8)), within(EVERYTHING):
            return give(
                unit=self.klass, person=more.pop("person", self.person), kind="risk_area", value="yellow",
                rule="R-area", edition="cn-8th 2021-05-14", facts=FACTS, since=at(8), about="x:1",
                by=by or self.doctor, **more,
            )  # fmt: skip

    def values(self) -> list[str]:
        """What holds for the member now."""
        with within(EVERYTHING):
            return [one.value for one in current(self.person)]


def do(when: tuple[int, ...], who: Actor, act: Any, **given: Any) -> Any:
    with clock.at(at(*when)), make.acting(who):
        return act(who, **given)


def refusal(when: tuple[int, ...], who: Actor, act: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        do(when, who, act, **given)
    return refused.value.code


@pytest.fixture
def school() -> School:
    return School()


def test_T04_an_objection_at_nine_is_answered_by_eleven(school: School) -> None:
    status = school.yellow()
    made = do((9,), school.member, object_to_status, status=status, person=school.person, text="I was not there")
    assert made.due_at == at(11)
    with within(EVERYTHING):
        [task] = Task.objects.filter(kind="objection")
        assert (task.due_at, task.settled_at) == (at(11), None)
    answered = do((10, 40), school.officer, answer_objection, objection=made, outcome="stands", answer="ticket seen")
    with within(EVERYTHING):
        task.refresh_from_db()
    assert (answered.answered_at, task.settled_at, school.values()) == (at(10, 40), at(10, 40), ["yellow"])


def test_T04_a_corrected_fact_restores_the_status_and_both_entries_stay_on_record(school: School) -> None:
    status = school.yellow()
    made = do((9,), school.member, object_to_status, status=status, person=school.person, text="other county")
    new = do((10,), school.officer, correct_fact, status=status, fact="area_name", right="邻县", reason="ticket seen")
    assert school.values() == ["clear"]
    assert (new.facts["area_name"], new.rule, new.edition) == ("邻县", status.rule, status.edition)
    with within(EVERYTHING):
        made.refresh_from_db()
        old = Status.objects.get(pk=status.pk)
    assert (made.outcome, made.answered_at) == ("corrected", at(10))
    assert (old.facts["area_name"], old.superseded_by_id) == ("示例县", new.pk)


def test_a_corrected_fact_by_which_the_status_still_holds_keeps_it(school: School) -> None:
    status = school.yellow()
    do((10,), school.officer, correct_fact, status=status, fact="from", right="2026-02-26", reason="ticket", holds=True)
    assert school.values() == ["yellow"]


def test_who_decided_the_status_does_not_answer_nor_does_whom_it_is_about(school: School) -> None:
    status = school.yellow()
    made = do((9,), school.member, object_to_status, status=status, person=school.person, text="no")
    answer = {"objection": made, "outcome": "ended", "answer": "right"}
    assert refusal((10,), school.doctor, answer_objection, **answer) == "objection.own_decision"
    assert refusal((10,), school.doctor, correct_fact, status=status, fact="from", right="x", reason="y") == (
        "objection.own_decision"
    )
    assert refusal((10,), school.member, answer_objection, **answer) == "scope"
    do((10,), school.second, answer_objection, **answer)
    assert school.values() == []
    assert refusal((10, 5), school.officer, answer_objection, **answer) == "flow.condition"


def test_one_objects_only_to_ones_own_status_once_and_while_it_holds(school: School) -> None:
    status = school.yellow()
    with clock.at(at(7)):
        other = make.member(school.klass)
    mine = {"status": status, "person": school.person, "text": "no"}
    assert refusal((9,), school.member, object_to_status, **(mine | {"person": other})) == "scope"
    assert refusal((9,), school.member, object_to_status, **(mine | {"text": " "})) == "required"
    do((9,), school.member, object_to_status, **mine)
    assert refusal((9, 1), school.member, object_to_status, **mine) == "objection.open"
    with within(EVERYTHING):
        Objection.objects.all().delete()
        Status.objects.update(until=at(9, 30))
    assert refusal((10,), school.member, object_to_status, **mine) == "status.over"


def test_a_fact_that_the_status_does_not_rest_on_cannot_be_corrected(school: School) -> None:
    status = school.yellow()
    assert refusal((9,), school.officer, correct_fact, status=status, fact="colour", right="x", reason="y") == (
        "choice.unknown"
    )


def test_a_childs_status_is_the_doctors_to_review(school: School) -> None:
    with clock.at(at(7)):
        child = make.member(school.klass, born=date(2016, 1, 1))
    status = school.yellow(person=child)
    wrong = {"status": status, "fact": "from", "right": "2026-02-01", "reason": "ticket"}
    assert refusal((9,), school.officer, correct_fact, **wrong) == "scope"
    do((9,), school.second, correct_fact, **wrong)


def propose(school: School, who: Actor, when: tuple[int, ...] = (9,), **more: Any) -> ByHand:
    given = {"unit": school.klass, "person": school.person, "kind": "pass", "value": "red", "reason": "seen ill"}
    change: ByHand = do(when, who, propose_change, **(given | more))
    return change


def test_T04_a_change_by_hand_needs_two_people_and_a_reason(school: School) -> None:
    assert refusal((9,), school.doctor, propose_change, unit=school.klass, person=school.person, kind="pass",
                   value="red", reason=" ") == "required"  # fmt: skip
    change = propose(school, school.doctor)
    assert school.values() == [], "a proposal changes nothing"
    assert refusal((9, 5), school.doctor, decide_change, change=change, agree=True) == "status.second_person"
    do((9, 10), school.officer, decide_change, change=change, agree=True)
    with within(EVERYTHING):
        [one] = current(school.person)
    assert (one.value, one.rule, one.reason, one.by_hand_id) == ("red", "", "seen ill", change.pk)
    assert refusal((9, 15), school.second, decide_change, change=change, agree=False) == "flow.condition"


def test_a_refused_change_changes_nothing_and_an_empty_one_ends_what_holds(school: School) -> None:
    school.yellow()
    do((9, 5), school.officer, decide_change, change=propose(school, school.doctor, kind="risk_area"), agree=False)
    assert school.values() == ["yellow"]
    ending = propose(school, school.doctor, (9, 10), kind="risk_area", value="")
    do((9, 15), school.officer, decide_change, change=ending, agree=True)
    assert school.values() == []


def test_T04_more_than_twenty_changes_by_hand_a_day_are_refused_and_counted_for_everybody(school: School) -> None:
    with clock.at(at(7)):
        people = make.members(school.klass, 21)
    for n, person in enumerate(people[:20]):
        change = propose(school, school.doctor, (9, n), person=person)
        do((10, n), school.officer, decide_change, change=change, agree=n % 2 == 0)
    last = {"unit": school.klass, "person": people[20], "kind": "pass", "value": "red", "reason": "ill"}
    assert refusal((11,), school.doctor, propose_change, **last) == "status.by_hand_limit"
    with clock.at(at(11)), make.acting(school.member):
        seen = changes_by_hand(school.klass, since=at(11) - timedelta(days=1))
    assert (seen.count("confirmed"), seen.count("refused")) == (10, 10)


def test_statistics_count_the_whole_institution_and_not_the_county(school: School) -> None:
    propose(school, school.doctor)
    with clock.at(at(7)):
        other = make.unit(school.unit, "K2", "class")
    with clock.at(at(12)), within(EVERYTHING):
        assert changes_by_hand(other, since=at(8)) == [""], "another class of the same school"

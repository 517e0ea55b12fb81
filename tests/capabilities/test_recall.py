"""Recall from leave (停休与召回)."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.capabilities.persons.actions import approve_leave
from lianfang.capabilities.recall.actions import (
    BACK,
    DECIDE,
    counted,
    exempt_from_recall,
    keep_exemption,
    lift_exemption,
    lift_recall,
    order_recall,
    recall_person,
    record_return,
)
from lianfang.capabilities.recall.following import ask_about_exemptions, level_in
from lianfang.capabilities.recall.models import RecallPerson
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
AUG = {n: date(2021, 8, n) for n in range(5, 10)}


def refused(call, *args, **given):
    with pytest.raises(Refused) as refusal:
        call(*args, **given)
    return refusal.value.code


@pytest.fixture
def order():
    """The order of 2021-08-05, afternoon: nine are away, back before 08-08, two of them in areas of medium risk."""
    with clock.at(at(15, 10, day=AUG[5])):
        school = make.root("S", "institute")
        division = make.unit(school, "D", "division")
        leader = make.account(school, Role.LEADER)
        people = make.members(division, 9, kind="staff")
        with within(EVERYTHING):
            made = order_recall(SYSTEM, unit=school, title="中断休假", reason="疫情", back_before=at(0, day=AUG[8]))
            named = [recall_person(SYSTEM, order=made, person=one, whereabouts="省外") for one in people]
            for one in named[7:]:
                exempt_from_recall(SYSTEM, recalled=one, evidence="风险区名单截图", level="medium", area="530102001")
    return made, named, leader


def back(recalled, moment):
    with clock.at(moment), within(EVERYTHING):
        record_return(SYSTEM, recalled=recalled)


def sweep(moment):
    with clock.at(moment):
        with within(EVERYTHING):
            tasks.alert()
        dispatch(REACTIONS)


def test_D05_acceptance_10_six_are_back_in_time_one_is_overdue_and_escalated_two_are_exempt(order):
    made, named, leader = order
    for one in named[:4]:
        back(one, at(18, day=AUG[6]))
    for one in named[4:6]:
        back(one, at(21, day=AUG[7]))
    sweep(at(23, 59, day=AUG[7]))
    with within(EVERYTHING):
        assert not Alert.objects.filter(account_id=leader.pk).exists()
    sweep(at(0, 1, day=AUG[8]))
    with within(EVERYTHING):
        seen = counted(made, at(0, day=AUG[8]))
        assert (seen.away, seen.must_return, seen.exempt) == (9, 7, 2)
        assert (seen.on_time, seen.overdue, seen.late) == (6, 1, 0)
        assert Alert.objects.filter(account_id=leader.pk, kind="recall.overdue").count() == 1
    back(named[6], at(10, day=AUG[8]))
    with within(EVERYTHING):
        seen = counted(made, at(12, day=AUG[8]))
        assert (seen.on_time, seen.overdue, seen.late) == (6, 0, 1)
        assert counted(made, at(0, day=AUG[8])).overdue == 1, "what was overdue at midnight stays on record"
        owed = tasks.counted(Task.objects.filter(kind=BACK), at=at(12, day=AUG[8]))
        assert (owed.expected, owed.on_time, owed.late, owed.excused) == (7, 6, 1, 2)


def test_D05_the_person_sees_by_which_rule_and_facts_one_is_called_back_or_exempt(order):
    _made, named, _leader = order
    with clock.at(at(16, day=AUG[5])), within(EVERYTHING):
        (recalled,) = statuses.current(named[0].person)
        (exempt,) = statuses.current(named[8].person)
        assert (recalled.kind, recalled.rule, recalled.facts["back_before"]) == (
            "recall",
            "R-recall",
            "2021-08-08 00:00",
        )
        assert (exempt.kind, exempt.rule, exempt.facts["level"]) == ("exempt", "R-recall-exempt", "medium")


def test_D05_when_the_area_is_downgraded_the_system_asks_whether_to_lift_the_exemption(order):
    made, named, _leader = order
    with clock.at(at(9, day=AUG[6])), within(EVERYTHING):
        assert ask_about_exemptions(made.unit, {"5301": "medium"}, {"5301": "high"}) == [], "not downgraded"
        assert ask_about_exemptions(made.unit, {"5303": "medium"}, {}) == [], "another area"
        assert ask_about_exemptions(made.unit, {}, {}) == [], "on no list: nothing has changed"
        asked = ask_about_exemptions(made.unit, {"530102": "medium"}, {"5303": "high"})
        assert [one.kind for one in asked] == [DECIDE, DECIDE]
        again = ask_about_exemptions(made.unit, {"530102": "medium"}, {})
        assert [one.pk for one in again] == [one.pk for one in asked], "asked once"
    with clock.at(at(10, day=AUG[6])), within(EVERYTHING):
        lift_exemption(SYSTEM, recalled=named[7], reason="已降为低风险", level="low")
        keep_exemption(SYSTEM, recalled=named[8], reason="无交通")
        assert not Task.objects.filter(kind=DECIDE, settled_at=None).exists()
        seen = counted(made, clock.now())
        assert (seen.must_return, seen.exempt, seen.awaited) == (8, 1, 8)
        assert [one.kind for one in statuses.current(named[7].person)] == ["recall"]
        assert tasks.of(named[7], BACK).filter(settled_at=None, excused="").count() == 1


def test_an_exemption_needs_evidence_and_an_area_of_a_level_that_exempts(order):
    _made, named, _leader = order
    with clock.at(at(9, day=AUG[6])), within(EVERYTHING):
        give = {"recalled": named[0], "evidence": "截图"}
        assert refused(exempt_from_recall, SYSTEM, **give, level="low") == "recall.no_exemption"
        assert refused(exempt_from_recall, SYSTEM, **{**give, "evidence": " "}, level="high") == "required"
        assert refused(exempt_from_recall, SYSTEM, **give, level="red") == "choice.unknown"
        assert refused(exempt_from_recall, SYSTEM, **{**give, "recalled": named[8]}, level="high") == "recall.settled"
        assert refused(lift_exemption, SYSTEM, recalled=named[0], reason="x") == "recall.not_exempt"


def test_returns_that_cannot_be_are_refused(order):
    made, named, _leader = order
    with clock.at(at(9, day=AUG[6])), within(EVERYTHING):
        assert refused(record_return, SYSTEM, recalled=named[0], returned_at=at(10, day=AUG[6])) == "date.in_future"
        assert refused(record_return, SYSTEM, recalled=named[0], returned_at=at(9, day=AUG[5])) == "date.order"
        record_return(SYSTEM, recalled=named[0])
        assert refused(record_return, SYSTEM, recalled=named[0]) == "recall.settled"
        assert refused(recall_person, SYSTEM, order=made, person=named[0].person, whereabouts="x") == (
            "recall.named_already"
        )
        early = {"title": "t", "reason": "r", "back_before": at(8, day=AUG[6])}
        assert refused(order_recall, SYSTEM, unit=made.unit, **early) == "date.order"
        assert statuses.current(named[0].person) == []


def test_a_recall_that_ends_asks_nobody_back(order):
    made, named, _leader = order
    with clock.at(at(9, day=AUG[6])), within(EVERYTHING):
        lift_recall(SYSTEM, order=made, reason="解除")
        assert refused(lift_recall, SYSTEM, order=made, reason="x") == "recall.lifted"
        assert not Task.objects.filter(settled_at=None, excused="").exists()
        assert all(statuses.current(one.person) == [] for one in named)
        assert RecallPerson.objects.count() == 9


def test_an_area_has_the_level_of_the_narrowest_listed_one_it_lies_within():
    listed = {"53": "medium", "530102": "high"}
    assert [level_in(listed, area) for area in ("530102001", "530103", "510104", "")] == [
        "high",
        "medium",
        "low",
        "low",
    ]


def test_D05_a_published_list_asks_by_itself(order):
    made, named, _leader = order
    from lianfang.capabilities.risk_areas.actions import publish_areas

    with clock.at(at(20, day=AUG[5])), within(EVERYTHING):
        publish_areas(
            SYSTEM, unit=made.unit, basis="1", entries=[{"code": "530102", "name": "某区", "level": "medium"}]
        )
    sweep(at(20, 1, day=AUG[5]))
    with clock.at(at(9, day=AUG[6])), within(EVERYTHING):
        assert not Task.objects.filter(kind=DECIDE).exists()
        publish_areas(SYSTEM, unit=made.unit, basis="2", entries=[{"code": "530303", "name": "别处", "level": "high"}])
    sweep(at(9, 1, day=AUG[6]))
    with within(EVERYTHING):
        assert set(Task.objects.filter(kind=DECIDE).values_list("person_id", flat=True)) == {
            one.person_id for one in named[7:]
        }


def test_D05_leave_is_stopped_while_the_order_stands_and_approved_with_what_makes_it_needed(order):
    made, named, _leader = order
    with clock.at(at(17, day=AUG[5])), within(EVERYTHING):
        unit, person = named[0].unit, named[0].person
        leave = {"unit": unit, "person": person, "since": AUG[6], "until": AUG[7], "reason": "年假"}
        assert refused(approve_leave, SYSTEM, **leave) == "leave.frozen"
        assert approve_leave(SYSTEM, **leave, despite_recall="骨折住院").pk
        lift_recall(SYSTEM, order=made, reason="疫情结束")
        later = {**leave, "since": AUG[8], "until": AUG[9]}
        assert approve_leave(SYSTEM, **later).pk

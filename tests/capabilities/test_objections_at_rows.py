"""A wrong fact behind a status that follows a row (状态随业务记录): the row is corrected, the status with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianfang.capabilities.objections.actions import answer_objection, correct_fact, object_to_status, propose_change
from lianfang.capabilities.recall.actions import order_recall, recall_person
from lianfang.capabilities.stays.actions import isolate
from lianfang.capabilities.stays.models import Isolated
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.places.models import ISOLATION, Place
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import cases_world, incidents_world, make
from tests import stays_world as stays
from tests.make import DAY, acting, at

pytestmark = pytest.mark.django_db


def held(person: Any) -> Status:
    """The one status of a person."""
    with within(EVERYTHING):
        [one] = current(person)
    return one


def corrected(who: Actor, status: Status, fact: str, right: str, **more: Any) -> Status:
    """A fact corrected by a reviewer, and everything that follows from it done."""
    with acting(who):
        new: Status = correct_fact(who, status=status, fact=fact, right=right, reason="ticket seen", **more)
    with within(EVERYTHING):
        while dispatch(REACTIONS):
            pass
        new.refresh_from_db()
    return new


def refreshed(row: Any) -> None:
    """The row as it is now."""
    with within(EVERYTHING):
        row.refresh_from_db()


def refusal(call: Any, *args: Any, **given: Any) -> tuple[str, Any]:
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    [problem] = caught.value.problems
    return problem.code, problem.facts.get("reason")


def test_T04_a_corrected_exposure_moves_the_stay_with_its_status() -> None:
    site = stays.site()
    [stay] = stays.admitted(site, [stays.guest(last_exposure="2020-01-28")], stays.moment("01-31", 20))
    before = held(stay.person)
    with clock.at(stays.moment("02-01", 9)):
        after = corrected(site.doctor, before, "last_exposure", "2020-01-20")
        now = stays.fresh(stay)
        assert (now.last_exposure, now.ends_on) == (date(2020, 1, 20), date(2020, 2, 3))
        assert (after.value, after.facts["last_exposure"], after.facts["ends_on"]) == (
            "in_observation", "2020-01-20", "2020-02-03",
        )  # fmt: skip
        with within(EVERYTHING):
            owed = Task.objects.filter(subject=ref(stay), kind="reading", excused="")
            assert owed.order_by("-day").values_list("day", flat=True)[0] == date(2020, 2, 3)
        with acting(site.doctor):
            wrong = {"status": after, "right": "2020-02-20", "reason": "x"}
            with clock.at(stays.moment("02-01", 10)):
                other = make.actor(site.unit, "doctor")
            assert refusal(correct_fact, other, **wrong, fact="ends_on") == ("status.at_its_source", "observation")


def test_T04_an_objection_does_not_end_a_stay_nor_is_its_status_changed_by_hand() -> None:
    site = stays.site()
    [stay] = stays.admitted(site, [stays.guest(last_exposure="2020-01-28")], stays.moment("01-31", 20))
    with clock.at(stays.moment("02-01", 9)), acting(site.doctor) as doctor:
        made = object_to_status(doctor, status=held(stay.person), person=stay.person, text="no")
        answer = {"objection": made, "outcome": "ended", "answer": "right"}
        assert refusal(answer_objection, doctor, **answer) == ("status.at_its_source", "observation")
        by_hand = {"unit": site.unit, "person": stay.person, "kind": "observation", "reason": "x"}
        assert refusal(propose_change, doctor, **by_hand) == ("status.at_its_source", "observation")
        assert answer_objection(doctor, **(answer | {"outcome": "stands"})).outcome == "stands"


def test_T04_a_corrected_exposure_moves_the_follow_up_of_a_contact_or_ends_it() -> None:
    with clock.at(cases_world.EVENING):
        campus = cases_world.Campus(group=0, others=20)
        with acting(campus.doctor):
            _, [contact] = cases_world.kept(campus)
            second = make.actor(campus.school, "doctor")
        moved = corrected(second, held(contact.person), "last_exposure", str(DAY - timedelta(days=4)))
        with within(EVERYTHING):
            contact.refresh_from_db()
            owed = Task.objects.filter(subject=ref(contact), excused="", day__isnull=False)
            assert contact.until == DAY + timedelta(days=10) == owed.order_by("-day")[0].day
        assert (moved.value, moved.facts["until"]) == ("isolation", str(contact.until))
        corrected(campus.doctor, moved, "last_exposure", str(DAY - timedelta(days=20)))
        with within(EVERYTHING):
            contact.refresh_from_db()
            assert (contact.state, current(contact.person)) == ("released", [])
            assert not Task.objects.filter(subject=ref(contact), excused="", settled_at=None, day__gt=DAY).exists()


def test_J02_a_wrong_cause_is_corrected_in_the_code_event_and_a_false_alarm_is_dismissed() -> None:
    world = incidents_world.built()
    person = make.member(world.school, "王强", kind="staff")
    event = incidents_world.code_event(world, person, at(18, 20))
    with clock.at(at(19)):
        doctor = make.actor(world.school, "doctor")
        after = corrected(doctor, held(person), "cause", "同住人到过风险区", holds=True)
        refreshed(event)
        assert (event.cause, after.value, after.facts["cause"]) == ("同住人到过风险区", "home_isolation", event.cause)
        nurse = make.actor(world.school, "duty_officer")
        corrected(nurse, after, "cause", "同名的另一人")
        with within(EVERYTHING):
            event.incident.refresh_from_db()
            event.refresh_from_db()
            assert (event.incident.state, event.closed_at is not None) == ("false_alarm", True)
            assert list(Task.objects.filter(subject=ref(event), excused="", settled_at=None)) == []
            assert current(person) == []


def test_T04_the_reason_of_an_isolation_is_corrected_and_its_end_is_left_to_the_doctor() -> None:
    with clock.at(at(8)):
        school = make.root("SCH", "school")
        pupil = make.member(make.unit(school, "SCH-K1", "class"))
        doctor, other = make.actor(school, "doctor"), make.actor(school, "doctor")
        with within(EVERYTHING):
            room = Place.objects.create(unit=school, kind=ISOLATION, code="ISO1", name="隔离一室")
        with acting(doctor):
            isolate(doctor, unit=school, person=pupil, place=room, reason="发热")
    with clock.at(at(9)):
        status = held(pupil)
        wrong = {"status": status, "fact": "reason", "right": "皮疹", "reason": "seen"}
        with acting(other):
            assert refusal(correct_fact, other, **wrong) == ("status.at_its_source", "isolation")
        after = corrected(other, status, "reason", "皮疹", holds=True)
        with within(EVERYTHING):
            assert (Isolated.objects.get().reason, after.value) == ("皮疹", "isolated_suspected")


def test_T04_where_a_recalled_person_is_gets_corrected_in_the_recall() -> None:
    with clock.at(at(8)):
        school = make.root("S", "institute")
        person = make.member(make.unit(school, "D", "division"), kind="staff")
        officer = make.actor(school, "duty_officer")
        with within(EVERYTHING):
            order = order_recall(SYSTEM, unit=school, title="中断休假", reason="疫情", back_before=at(20))
            row = recall_person(SYSTEM, order=order, person=person, whereabouts="省外")
    with clock.at(at(9)):
        after = corrected(officer, held(person), "whereabouts", "省内", holds=True)
        refreshed(row)
        assert (row.whereabouts, after.value, after.facts["whereabouts"]) == ("省内", "recalled", "省内")
        with acting(officer):
            late = {"status": after, "fact": "back_before", "right": "x", "reason": "y"}
            other = make.actor(school, "duty_officer")
            assert refusal(correct_fact, other, **late) == ("status.at_its_source", "recall")


def test_T04_a_case_changes_with_what_the_doctor_finds_and_not_beside_it() -> None:
    with clock.at(cases_world.EVENING):
        campus = cases_world.Campus(group=0, others=0)
        with acting(campus.doctor):
            case = campus.case()
            other = make.actor(campus.school, "doctor")
            wrong = {"status": held(case.person), "fact": "opened_on", "right": "x", "reason": "y"}
            assert refusal(correct_fact, other, **wrong) == ("status.at_its_source", "case")

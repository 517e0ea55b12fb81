"""Classes under control measures (开班运行): planned, cleaned, opened, measured at the door, closed from records."""

from __future__ import annotations

import time as clock_of_machine
from datetime import date, timedelta

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.models import (
    ClassRun,
    Enrolment,
    WorkOrder,
)
from lianfang.capabilities.training.standing import reasons
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Membership
from lianfang.kernel.places.models import SEAT, Occupancy
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.training_world import (
    EARLIER,
    FIRST,
    LAST,
    Academy,
    at,
    codes_of,
    newcomers,
    refusal,
)

pytestmark = pytest.mark.django_db


# ---- before a class opens ------------------------------------------------------------------------------------------


def test_H02_an_unsigned_order_blocks_the_opening_at_0800_and_the_signature_unblocks_it_at_once(academy: Academy):
    run = academy.run(12, "K12", number=12)
    with clock.at(EARLIER):
        academy.ready(run, [academy.classroom("A", 12)])
        with within(EVERYTHING):
            WorkOrder.objects.update(state="owed", signed_at=None, signed_by_id=None)
    with clock.at(at(7)):
        order = academy.clean(run, signed=False)
    with clock.at(at(8)), make.acting(academy.head) as head:
        assert codes_of(refusal(acts.open_class, head, run=run)) == ["class.order_unsigned"]
        acts.sign_order(head, order=order, evidence="照片3张")
        assert acts.open_class(head, run=run).state == "open"


def test_H02_the_order_is_owed_from_the_plan_on_by_the_hour_of_opening(academy: Academy):
    run = academy.run(0)
    with within(EVERYTHING):
        order, task = WorkOrder.objects.get(run=run), Task.objects.get(kind="order")
        assert order.due_at == task.due_at == at(8)
        assert codes_of(Refused(reasons_as_problems(run)))[:1] == ["class.nobody"]
        assert "class.order_owed" in codes_of(Refused(reasons_as_problems(run)))


def reasons_as_problems(run: ClassRun):
    from lianfang.capabilities.training.standing import problems

    return problems(reasons(run))


def test_H02_whoever_did_the_work_does_not_sign_it(academy: Academy):
    run = academy.run(3)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        order = WorkOrder.objects.select_related("unit").get(run=run)
        assert refusal(acts.sign_order, head, order=order, evidence="x").code == "order.not_done"
        acts.finish_order(head, order=order, agent="84", mg_l=500, minutes=30, surfaces=True, floors=True)
        assert refusal(acts.sign_order, head, order=order, evidence="seen").code == "order.own_work"
        assert Task.objects.get(kind="order").settled_at
        assert not Task.objects.get(kind="check").settled_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mg_l": 249}, "disinfection.too_weak"),
        ({"minutes": 29}, "disinfection.too_short"),
        ({"floors": False}, "order.incomplete"),
        ({"surfaces": False}, "order.incomplete"),
    ],
)
def test_work_that_does_not_count_is_refused(academy: Academy, changes: dict, code: str):
    run = academy.run(3)
    with clock.at(EARLIER), make.acting(academy.crew) as crew:
        order = WorkOrder.objects.select_related("unit").get(run=run)
        given = {"agent": "84", "mg_l": 250, "minutes": 30, "surfaces": True, "floors": True, **changes}
        assert refusal(acts.finish_order, crew, order=order, **given).code == code


def test_acceptance_15_a_single_no_blocks_the_opening_until_it_is_put_right(academy: Academy):
    run = academy.run(6)
    with clock.at(EARLIER):
        academy.ready(run, [academy.classroom("A", 6)])
        with make.acting(academy.head) as head:
            assert refusal(acts.answer_opening, head, run=run, question="airing", answer="no").code == "required"
            acts.answer_opening(head, run=run, question="airing", answer="no", note="东窗打不开")
    with clock.at(at(8)), make.acting(academy.head) as head:
        refused = refusal(acts.open_class, head, run=run)
        assert codes_of(refused) == ["class.answered_no"]
        assert refused.problems[0].facts["items"] == ["airing"]
        acts.answer_opening(head, run=run, question="airing", answer="yes")
        assert acts.open_class(head, run=run).state == "open"


def test_an_item_that_nobody_has_looked_at_is_not_a_yes(academy: Academy):
    run = academy.run(6)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        found = {one.code: one for one in reasons(run)}
        assert found["class.not_looked_at"].items == codes()
        assert refusal(acts.answer_opening, head, run=run, question="nothing", answer="yes").code == "choice.unknown"


def test_a_class_opens_on_none_but_its_days(academy: Academy):
    run = academy.run(6)
    academy.ready(run, [academy.classroom("A", 6)])
    with make.acting(academy.head) as head:
        with clock.at(at(8, day=FIRST - timedelta(days=1))):
            assert refusal(acts.open_class, head, run=run).code == "class.not_yet"
        with clock.at(at(8, day=LAST + timedelta(days=1))):
            assert refusal(acts.open_class, head, run=run).code == "class.over"


def test_every_reason_is_named_at_once(academy: Academy):
    run = academy.run(6)
    with clock.at(at(8)), make.acting(academy.head) as head:
        assert codes_of(refusal(acts.open_class, head, run=run)) == [
            "class.seats_short", "class.order_owed", "class.not_looked_at"
        ]  # fmt: skip
    with within(EVERYTHING):
        assert not Event.objects.filter(kind="class.opened").exists()


# ---- who attends ---------------------------------------------------------------------------------------------------


def test_118_people_are_entered_in_less_than_two_seconds(academy: Academy):
    run = academy.run(0)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        began = clock_of_machine.perf_counter()
        assert len(acts.enrol(head, run=run, newcomers=newcomers(118, "K1"))) == 118
        assert clock_of_machine.perf_counter() - began < 2
    with within(EVERYTHING):
        assert Membership.objects.filter(unit=run.unit, since=FIRST, until=LAST).count() == 118


def test_somebody_known_is_entered_and_nobody_twice(academy: Academy):
    run, later = academy.run(3, "K1"), academy.run(0, "K2", first=date(2026, 3, 9), last=date(2026, 3, 11))
    with clock.at(EARLIER), make.acting(academy.head) as head:
        again = acts.enrol(head, run=later, newcomers=newcomers(3, "K1"))
        assert {one.person_id for one in again} == set(
            Enrolment.objects.filter(run=run).values_list("person", flat=True)
        )
        refused = refusal(acts.enrol, head, run=later, newcomers=newcomers(4, "K1"))
        assert [(p.code, p.field) for p in refused.problems] == [
            ("choice.duplicate", f"newcomers[{n}]") for n in range(3)
        ]
        assert Enrolment.objects.filter(run=later).count() == 3


def test_whoever_leaves_owes_nothing_after_the_last_day_and_the_seat_is_free(academy: Academy):
    run = academy.opened(6)
    with clock.at(at(18)), make.acting(academy.head) as head:
        one = Enrolment.objects.select_related("unit", "run").get(run=run, number=1)
        acts.leave_class(head, enrolment=one, last_day=FIRST, reason="单位召回")
        owed = Task.objects.filter(kind="reading", person=one.person)
        assert owed.filter(excused="").count() == 2
        assert owed.filter(excused="单位召回").count() == 4
        seat = Occupancy.objects.get(layer=SEAT, person=one.person)
        assert seat.until == at(0, day=FIRST + timedelta(days=1))
        assert refusal(acts.leave_class, head, enrolment=one, last_day=FIRST, reason="x").code == "flow.condition"


def test_somebody_entered_late_owes_readings_from_then_on(academy: Academy):
    run = academy.opened(6)
    with clock.at(at(14)), make.acting(academy.head) as head:
        acts.enrol(head, run=run, newcomers=newcomers(1, "LATE"))
        late = Enrolment.objects.get(run=run, number=7)
        assert Task.objects.filter(kind="reading", person=late.person).count() == 5
        assert [(one.code, one.count) for one in reasons(run)] == [("class.seats_short", 1)]

"""Seats, beds and tables of a class (座位、床位、餐桌)."""

from __future__ import annotations

from datetime import time

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import (
    ClassRun,
    Enrolment,
    LodgingPlan,
    RoomPlan,
)
from lianfang.capabilities.training.standing import reasons
from lianfang.kernel import clock
from lianfang.kernel.places.models import SEAT, Occupancy
from lianfang.kernel.places.ops import together
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.training_world import (
    EARLIER,
    LAST,
    Academy,
    at,
    codes_of,
    refusal,
)

pytestmark = pytest.mark.django_db


# ---- seats, beds, tables -------------------------------------------------------------------------------------------


def test_G01_a_class_of_118_in_72_double_desks_is_refused_with_the_two_feasible_options(academy: Academy):
    run = academy.run(118)
    with clock.at(EARLIER):
        room, other = academy.classroom("A", 72), academy.classroom("B", 60)
        with make.acting(academy.head) as head:
            refused = refusal(acts.plan_class, head, run=run, rooms=[room])
            facts = refused.problems[0].facts
            assert refused.code == "class.too_large"
            assert (facts["seats"], facts["learners"], facts["desks"]) == (72, 118, 118)
            assert (facts["one"], facts["rooms"], facts["together"]) == (None, 2, ["A", "B"])
            assert not RoomPlan.objects.exists()
            acts.plan_class(head, run=run, rooms=[room, other])
    with within(EVERYTHING):
        assert list(RoomPlan.objects.order_by("place__code").values_list("ordinary", "seats", "seated")) == [
            (144, 72, 72), (120, 60, 46)
        ]  # fmt: skip
        seats = Occupancy.objects.filter(layer=SEAT)
        assert seats.count() == seats.values("place", "spot").distinct().count() == 118


def test_G01_the_room_that_is_large_enough_is_named(academy: Academy):
    run = academy.run(20)
    with clock.at(EARLIER):
        small = academy.classroom("A", 10)
        academy.classroom("HALL", 25)
        with make.acting(academy.head) as head:
            assert refusal(acts.plan_class, head, run=run, rooms=[small]).problems[0].facts["one"] == "HALL"


def test_two_classes_of_the_same_days_never_have_one_seat(academy: Academy):
    first, second = academy.run(6, "K1"), academy.run(6, "K2")
    with clock.at(EARLIER):
        room = academy.classroom("A", 6)
        with make.acting(academy.head) as head:
            acts.plan_class(head, run=first, rooms=[room])
            assert refusal(acts.plan_class, head, run=second, rooms=[room]).code == "constraint"
    with within(EVERYTHING):
        assert Occupancy.objects.filter(layer=SEAT).count() == 6
        assert ClassRun.objects.get(pk=second.pk).state == "planned"


def test_a_plan_made_anew_takes_the_place_of_the_one_before(academy: Academy):
    run = academy.run(6)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        a, b = academy.classroom("A", 6), academy.classroom("B", 6)
        acts.plan_class(head, run=run, rooms=[a])
        acts.plan_class(head, run=run, rooms=[b])
        assert set(Occupancy.objects.filter(layer=SEAT).values_list("place__code", flat=True)) == {"B"}
        assert RoomPlan.objects.get(replaced_at=None).place == b


def test_a_plan_changed_under_way_keeps_who_sat_where_before(academy: Academy):
    run = academy.opened(6)
    room = academy.classroom("B", 6)
    with clock.at(at(12)), make.acting(academy.head) as head:
        acts.plan_class(head, run=run, rooms=[room])
        seats = Occupancy.objects.filter(layer=SEAT)
        assert seats.filter(place=room, since=at(12)).count() == 6
        assert seats.exclude(place=room).filter(until=at(12), ended_because="planned anew").count() == 6


def test_a_room_of_another_kind_or_another_institution_is_no_classroom(academy: Academy):
    run = academy.run(6)
    with clock.at(EARLIER):
        hall = academy.hall()
        stranger = make.unit(academy.unit.parent, "OTHER", "institute")
        with make.acting(make.actor(stranger, "administrator")) as admin:
            far = acts.add_place(admin, unit=stranger, kind="classroom", code="F", name="F", ordinary=9, furniture=9)
        with make.acting(academy.head) as head:
            assert refusal(acts.plan_class, head, run=run, rooms=[hall]).code == "place.wrong_kind"
            assert refusal(acts.plan_class, head, run=run, rooms=[far]).code == "scope"
            assert refusal(acts.plan_class, head, run=run, rooms=[]).code == "required"


def test_G02_58_beds_are_short_and_said_before_the_class_opens(academy: Academy):
    run = academy.run(118, boards=True)
    with clock.at(EARLIER):
        rooms = academy.dormitory(60)
        with make.acting(academy.head) as head:
            plan = acts.plan_beds(head, run=run, rooms=rooms)
            assert (plan.rooms, plan.ordinary, plan.beds, plan.needed, plan.short) == (60, 120, 60, 118, 58)
        academy.ready(run, [academy.classroom("A", 118)])
        with make.acting(academy.head) as head:
            assert [(one.code, one.count) for one in reasons(run)] == [("class.beds_short", 58)]
    with clock.at(at(8)):
        with make.acting(academy.head) as head:
            assert codes_of(refusal(acts.open_class, head, run=run)) == ["class.beds_short"]
        with make.acting(academy.admin) as admin:
            acts.accept_shortage(admin, run=run, reason="58人走读")
        with make.acting(academy.head) as head:
            assert acts.open_class(head, run=run).state == "open"
    with within(EVERYTHING):
        assert list(LodgingPlan.objects.order_by("at").values_list("short", "accepted")) == [(58, ""), (58, "58人走读")]


def test_beds_that_another_class_has_are_not_given_again(academy: Academy):
    first, second = academy.run(3, "K1", boards=True), academy.run(3, "K2", boards=True)
    with clock.at(EARLIER):
        rooms = academy.dormitory(5)
        with make.acting(academy.head) as head:
            assert acts.plan_beds(head, run=first, rooms=rooms).short == 0
            assert acts.plan_beds(head, run=second, rooms=rooms).short == 1


def test_a_shortage_is_decided_once_and_only_where_there_is_one(academy: Academy):
    run = academy.run(3, boards=True)
    with clock.at(EARLIER), make.acting(academy.admin) as admin:
        assert refusal(acts.accept_shortage, admin, run=run, reason="x").code == "flow.condition"
        acts.plan_beds(admin, run=run, rooms=academy.dormitory(5))
        assert refusal(acts.accept_shortage, admin, run=run, reason="x").code == "flow.condition"


def test_G03_118_diners_and_60_seats_are_two_sittings_of_59_and_no_group_is_split(academy: Academy):
    run = academy.run(118)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        sittings = acts.plan_dining(head, run=run, place=academy.hall(), meal="lunch", first_sitting=time(11, 30))
        assert [(one.seats, one.people) for one in sittings] == [(60, 59), (60, 59)]
        assert [(one.starts, one.ends) for one in sittings] == [
            (time(11, 30), time(12, 10)),
            (time(12, 10), time(12, 50)),
        ]
        rows = Enrolment.objects.filter(run=run)
        by_group = {(row.group, row.sitting) for row in rows}
        assert len(by_group) == len({group for group, _ in by_group}) == 16


def test_G03_a_group_of_8_yields_7_contacts_and_not_117(academy: Academy):
    run = academy.run(118)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        acts.plan_dining(head, run=run, place=academy.hall(), meal="lunch", first_sitting=time(11, 30))
        one = Enrolment.objects.get(run=run, number=1)
        assert Enrolment.objects.filter(run=run, group=one.group).count() == 8
        found = together(one.person, since=at(0), until=at(0, day=LAST), layers=("dining",))
        assert len({shared.person_id for shared in found}) == 7


def test_G03_groups_stay_whole_when_a_further_meal_is_planned(academy: Academy):
    run = academy.run(20)
    with clock.at(EARLIER), make.acting(academy.head) as head:
        acts.plan_dining(head, run=run, place=academy.hall(15), meal="lunch", first_sitting=time(11, 30))
        before = dict(Enrolment.objects.values_list("number", "group"))
        sittings = acts.plan_dining(head, run=run, place=academy.hall(3), meal="dinner", first_sitting=time(17))
        assert dict(Enrolment.objects.values_list("number", "group")) == before
        assert sum(one.people for one in sittings) == 20


def test_G03_somebody_eating_out_of_sitting_is_flagged(academy: Academy):
    run = academy.opened(118)
    hall = academy.hall()
    with clock.at(at(9)), make.acting(academy.head) as head:
        acts.plan_dining(head, run=run, place=hall, meal="lunch", first_sitting=time(11, 30))
        first, last = (Enrolment.objects.get(run=run, number=n).person for n in (1, 118))
    with clock.at(at(11, 45)), make.acting(academy.head) as head:
        given = {"run": run, "place": hall, "meal": "lunch"}
        assert not acts.record_meal(head, person=first, **given).out_of_sitting
        flagged = acts.record_meal(head, person=last, **given)
        assert (flagged.out_of_sitting, flagged.sitting, flagged.found) == (True, 2, 1)
        assert acts.record_meal(head, person=first, at=at(7), **given).found is None


def test_two_classes_share_a_dining_room_only_while_there_are_seats(academy: Academy):
    first, second = academy.run(40, "K1"), academy.run(40, "K2")
    with clock.at(EARLIER), make.acting(academy.head) as head:
        hall = academy.hall()
        acts.plan_dining(head, run=first, place=hall, meal="lunch", first_sitting=time(11, 30))
        refused = refusal(acts.plan_dining, head, run=second, place=hall, meal="lunch", first_sitting=time(12))
        assert (refused.code, refused.problems[0].facts["free"]) == ("dining.taken", 20)
        assert acts.plan_dining(head, run=second, place=hall, meal="lunch", first_sitting=time(12, 10))

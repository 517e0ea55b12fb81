"""Classes under control measures (开班运行): planned, cleaned, opened, measured at the door, closed from records."""

from __future__ import annotations

import time as clock_of_machine
from datetime import date, time, timedelta

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.closing import phase_report
from lianfang.capabilities.training.models import (
    ClassRun,
    Enrolment,
    LodgingPlan,
    Marker,
    RoomPlan,
    WorkOrder,
    ZoneDisinfection,
)
from lianfang.capabilities.training.standing import figures_of, reasons
from lianfang.capabilities.training.zones import missing
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Membership
from lianfang.kernel.places.models import SEAT, Occupancy
from lianfang.kernel.places.ops import together
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.training_world import EARLIER, FIRST, LAST, Academy, at, entries, newcomers

pytestmark = pytest.mark.django_db


@pytest.fixture
def academy() -> Academy:
    with clock.at(EARLIER):
        return Academy()


def refusal(call, *args, **given) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value


def codes_of(refused: Refused) -> list[str]:
    return [problem.code for problem in refused.problems]


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


# ---- at the door ---------------------------------------------------------------------------------------------------


def test_R05_a_class_of_three_days_owes_six_readings_a_learner_and_closes_from_records(academy: Academy):
    run = academy.opened(20)
    for day in (FIRST, FIRST + timedelta(days=1), LAST):
        for slot in ("am", "pm"):
            academy.measured(run, day, slot)
    closed = academy.closed(run)
    assert closed.state == "closed"
    assert closed.report == {
        "classes": 1, "attendances": 20, "expected": 120, "received": 120, "fevers": 0, "infected": 0, "isolated": 0,
        "order_signed": 1, "out_of_sitting": 0,
    }  # fmt: skip


def test_a_closing_report_says_what_was_not_taken(academy: Academy):
    run = academy.opened(5)
    academy.measured(run, FIRST, "am")
    report = academy.closed(run).report
    assert (report["expected"], report["received"]) == (30, 5)


def test_the_same_round_sent_again_is_kept_once(academy: Academy):
    run = academy.opened(5)
    academy.measured(run, FIRST, "am")
    academy.measured(run, FIRST, "am")
    with within(EVERYTHING):
        assert Reading.objects.filter(kind="class").count() == 5


def test_an_entry_that_cannot_be_taken_is_refused_alone(academy: Academy):
    run = academy.opened(4)
    wrong = [
        {"key": "a", "number": 1, "celsius": "36.5"},
        {"key": "b", "number": 99, "celsius": "36.5"},
        {"key": "c", "number": 2, "celsius": "3650"},
        {"key": "d", "number": 3},
        {"number": 4, "celsius": "36.5"},
        {"key": "e", "number": 4, "celsius": "36.5", "colour": "red"},
    ]
    with clock.at(at(8, 30)), make.acting(academy.head) as head:
        found = acts.record_door_round(head, run=run, day=FIRST, slot="am", entries=wrong)
    assert [one.problem and one.problem.code for one in found] == [
        None, "class.not_enrolled", "number.out_of_range", "required", "required", "field.unknown"
    ]  # fmt: skip
    with within(EVERYTHING):
        assert Reading.objects.count() == 1


def test_a_fever_asks_for_a_second_reading_and_the_second_one_is_told(academy: Academy):
    run = academy.opened(4)
    with clock.at(at(8, 30)), make.acting(academy.head) as head:
        first = {"key": "one", "number": 1, "celsius": "37.6"}
        found = acts.record_door_round(head, run=run, day=FIRST, slot="am", entries=[first])
        assert found[0].wants_second
        assert not Event.objects.filter(kind="door.abnormal").exists()
        second = {"key": "two", "number": 1, "celsius": "37.5"}
        acts.record_door_round(head, run=run, day=FIRST, slot="am", entries=[second])
        assert Event.objects.filter(kind="door.abnormal").count() == 1
        figures = figures_of([run])[run.pk]
        assert (figures.received, figures.fevers) == (1, 1)


def test_nobody_is_measured_at_the_door_of_a_class_that_does_not_run(academy: Academy):
    run = academy.run(3)
    with clock.at(at(8, 30)), make.acting(academy.head) as head:
        given = {"run": run, "day": FIRST, "slot": "am", "entries": entries(run, FIRST, "am")}
        assert refusal(acts.record_door_round, head, **given).code == "flow.condition"


def test_a_class_closes_on_its_last_day_and_once(academy: Academy):
    run = academy.opened(3)
    with clock.at(at(19)), make.acting(academy.head) as head:
        assert refusal(acts.close_class, head, run=run).code == "class.not_yet"
    academy.closed(run)
    with clock.at(at(20, day=LAST)), make.acting(academy.head) as head:
        assert refusal(acts.close_class, head, run=run).code == "flow.condition"


# ---- zones and markers ---------------------------------------------------------------------------------------------


def test_9_zones_twice_a_day_over_31_days_are_558_rounds_and_the_missing_ones_are_listed(academy: Academy):
    with clock.at(EARLIER):
        zones = academy.zones(9)
        with make.acting(academy.admin) as admin:
            phase = acts.begin_phase(admin, unit=academy.unit, first_day=FIRST, last_day=FIRST + timedelta(days=30))
            acts.begin_phase(admin, unit=academy.unit, first_day=FIRST, last_day=FIRST + timedelta(days=30))
    given = {"day": FIRST, "slot": "am", "agent": "84", "mg_l": 500, "minutes": 30}
    with clock.at(at(11)), make.acting(academy.crew) as crew:
        for zone in zones[:8]:
            acts.record_disinfection(crew, zone=zone, **given)
    with clock.at(at(12, 30)), within(EVERYTHING):
        assert phase_report(phase)["zone_rounds_owed"] == 558
        assert phase_report(phase)["zone_rounds"] == 8
        assert [task.place for task in missing(academy.unit, FIRST)] == zones[8:]


def test_a_disinfection_is_corrected_with_a_reason_and_both_stay(academy: Academy):
    with clock.at(EARLIER):
        zone = academy.zones(1)[0]
    given = {"zone": zone, "day": FIRST, "slot": "am", "agent": "84", "minutes": 30}
    with clock.at(at(11)), make.acting(academy.crew) as crew:
        acts.record_disinfection(crew, mg_l=500, **given)
        assert refusal(acts.record_disinfection, crew, mg_l=1000, **given).code == "disinfection.recorded"
        acts.record_disinfection(crew, mg_l=1000, reason="浓度写错", **given)
        assert list(ZoneDisinfection.objects.order_by("revision").values_list("mg_l", flat=True)) == [500, 1000]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mg_l": 249}, "disinfection.too_weak"),
        ({"minutes": 10}, "disinfection.too_short"),
        ({"slot": "noon"}, "choice.unknown"),
        ({"day": LAST}, "date.in_future"),
        ({"at": at(13)}, "date.in_future"),
    ],
)
def test_a_disinfection_that_does_not_count_is_refused(academy: Academy, changes: dict, code: str):
    with clock.at(EARLIER):
        zone = academy.zones(1)[0]
    given = {"zone": zone, "day": FIRST, "slot": "am", "agent": "84", "mg_l": 500, "minutes": 30, **changes}
    with clock.at(at(11)), make.acting(academy.crew) as crew:
        assert refusal(acts.record_disinfection, crew, **given).code == code


def test_G04_14_spots_13_in_order_1_worn_with_a_repair_open_on_the_list_the_inspector_sees(academy: Academy):
    from lianfang.capabilities.training.register import Spots

    with clock.at(EARLIER):
        auditor = make.actor(academy.unit, "auditor")
        with make.acting(academy.admin) as admin:
            for n in range(1, 15):
                given = {"code": f"S{n}", "name": f"食堂入口{n}", "kind": "line", "spacing_m": 1}
                acts.register_spot(admin, unit=academy.unit, **given)
    with clock.at(at(9)), make.acting(academy.crew) as crew:
        for n, marker in enumerate(Marker.objects.select_related("unit", "place").order_by("place__walk"), start=1):
            seen = {"result": "worn", "evidence": "第三条磨损"} if n == 14 else {"result": "ok"}
            acts.check_marker(crew, marker=marker, **seen)
        worn = Marker.objects.select_related("unit", "place").get(state="worn")
        assert Task.objects.get(kind="repair", settled_at=None).place == worn.place
        upcoming = Task.objects.filter(kind="check", settled_at=None)
        assert set(upcoming.values_list("day", flat=True)) == {FIRST + timedelta(days=7)}
        assert upcoming.count() == 14
        given = {"marker": worn, "evidence": "已重贴"}
        assert refusal(acts.repair_marker, crew, marker=worn, evidence=" ").code == "required"
        with make.acting(auditor) as inspector:
            states = sorted(row.state for row in Spots.rows(inspector))
            assert states == ["ok"] * 13 + ["worn"]
        acts.repair_marker(crew, **given)
        assert not Task.objects.filter(kind="repair", settled_at=None).exists()
        assert refusal(acts.repair_marker, crew, **given).code == "flow.condition"

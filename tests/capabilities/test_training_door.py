"""Readings at the door, zones and markers of a class (门口测温、公共区域、标识)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.cases.actions import (
    classify_case,
    decide_contacts,
    isolate_case,
    name_contact,
    open_case,
    record_test,
)
from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.closing import phase_report
from lianfang.capabilities.training.models import (
    Marker,
    ZoneDisinfection,
)
from lianfang.capabilities.training.outcomes import of_classes
from lianfang.capabilities.training.standing import figures_of
from lianfang.capabilities.training.zones import missing
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Person
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import alert
from lianfang.reactions import REACTIONS
from tests import make
from tests.training_world import (
    EARLIER,
    FIRST,
    LAST,
    Academy,
    at,
    entries,
    refusal,
)

pytestmark = pytest.mark.django_db


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


def test_R05_a_fever_at_the_door_that_nobody_measures_again_is_told_to_the_nearest_doctor(academy: Academy):
    run = academy.opened(2)
    with clock.at(EARLIER):
        doctor = make.actor(academy.unit, "doctor")
    with clock.at(at(8, 30)), make.acting(academy.head) as head:
        acts.record_door_round(
            head, run=run, day=FIRST, slot="am", entries=[{"key": "one", "number": 1, "celsius": "37.6"}]
        )
    with clock.at(at(8, 45)), within(EVERYTHING):
        assert alert() == 1
        while dispatch(REACTIONS):
            pass
        [told] = Alert.objects.filter(kind="reading.no_second")
    assert (told.account_id, told.facts["run"]) == (doctor.account_id, str(run.pk))


def test_a_fever_asks_for_a_second_reading_and_the_second_one_is_told(academy: Academy):
    run = academy.opened(4)
    with clock.at(at(8, 30)), make.acting(academy.head) as head:
        first = {"key": "one", "number": 1, "celsius": "37.6"}
        found = acts.record_door_round(head, run=run, day=FIRST, slot="am", entries=[first])
        assert found[0].wants_second
        assert not Event.objects.filter(kind="door.abnormal").exists()
        with within(EVERYTHING):
            owed = Task.objects.get(kind="second")
            assert (owed.unit, owed.due_at, owed.alert_at) == (run.unit, at(8, 45), at(8, 45))
        second = {"key": "two", "number": 1, "celsius": "37.5"}
        acts.record_door_round(head, run=run, day=FIRST, slot="am", entries=[second])
        assert Event.objects.filter(kind="door.abnormal").count() == 1
        with within(EVERYTHING):
            owed.refresh_from_db()
            assert owed.settled_at == at(8, 30)
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


# ---- infected and isolated -----------------------------------------------------------------------------------------


def test_R05_S02_a_class_reports_who_was_infected_and_who_was_isolated_from_records(academy: Academy):
    run = academy.opened(8)
    doctor = make.actor(academy.unit, "doctor")
    with within(EVERYTHING):
        ill, doubted, mate, other, _free = (one.person for one in run.enrolments.order_by("number")[:5])
    with clock.at(at(10)), make.acting(doctor):
        case = _case(academy, doctor, ill)
        cleared = _case(academy, doctor, doubted)
        assert figures_of([run])[run.pk].infected == 0, "nobody knows yet"
        record_test(doctor, case=case, kind="laboratory", result="positive")
        isolate_case(doctor, case=case)
        classify_case(doctor, case=case, into="confirmed")
        for person in (mate, other):
            contact = name_contact(
                doctor, case=case, person=person, kind="table", since=at(8, 10), until=at(8, 50), where="一号桌"
            )
            decide_contacts(doctor, case=case, contacts=[contact], decision="keep", reason="同桌")
        classify_case(doctor, case=cleared, into="confirmed", reason="快速判断")
    with clock.at(at(15)), make.acting(doctor):
        classify_case(doctor, case=cleared, into="discarded", reason="实验室更正")
    found = academy.closed(run).report
    assert (found["infected"], found["isolated"]) == (1, 3), "a finding put right is no infection"
    with within(EVERYTHING):
        outcome = {one.code: (one.count, one.people) for one in of_classes(academy.unit, FIRST, LAST)}
    assert outcome == {"classes.infected": (1, 8), "classes.isolated": (3, 8)}


def _case(academy: Academy, doctor: Actor, person: Person) -> Case:
    given = {"definition": "fever_respiratory", "date_onset": FIRST, "symptoms": ["fever", "cough"]}
    return open_case(doctor, unit=academy.unit, person=person, **given)

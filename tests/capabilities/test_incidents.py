"""Emergencies, runbooks and hazards (突发情况), through the product's own actions."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.incidents.actions import (
    answer_call,
    brief,
    check_point,
    complete_step,
    correct_stop,
    dismiss_incident,
    explain_delay,
    in_force,
    plan_patrol,
    publish_runbook,
    reply,
    verdicts,
    write_log,
)
from lianfang.capabilities.incidents.log import log_of
from lianfang.capabilities.incidents.models import ClusterAlert, Incident, PatrolRound, Stop
from lianfang.domain.incidents.clocks import failed_on
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.places.models import Place
from lianfang.kernel.reporting.models import Tally
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from tests import make
from tests.incidents_world import (
    World,
    all_steps_done,
    built,
    closed,
    done,
    points,
    raised,
    step_of,
    stopped,
)
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return built()


def refused(code: str):
    return pytest.raises(Refused, match=code)


# The ten minutes (J01)


def test_J01_handled_and_reported_within_ten_minutes_passes(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 7, 30))
    incident = stopped(world, incident, "reported", at(9, 9, 10), role="duty_officer")
    assert failed_on(verdicts(incident)) == ()
    assert (incident.state, incident.handled_seconds, incident.reported_seconds) == ("reported", 450, 550)
    all_steps_done(world, incident, at(10))
    assert closed(world, incident, at(11)).state == "closed"


def test_J01_reported_a_second_late_fails_on_that_alone_and_asks_for_the_cause(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 8))
    incident = stopped(world, incident, "reported", at(9, 10, 1))
    assert failed_on(verdicts(incident)) == ("reported",)
    all_steps_done(world, incident, at(10))
    with refused("incident.cause"):
        closed(world, incident, at(11))
    with make.acting(world.as_("duty_officer")) as who:
        explain_delay(who, incident=incident, cause="值班电话占线")
    assert closed(world, incident, at(11)).cause == "值班电话占线"


def test_J01_the_database_itself_keeps_a_late_incident_without_a_cause_open(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 11))
    stopped(world, incident, "reported", at(9, 9))
    with within(EVERYTHING), pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(state="closed", closed_at=at(10))


def test_J01_an_act_done_without_a_network_counts_at_its_own_time_and_says_when_it_came_in(world):
    incident = raised(world, at(9, 40), detected_at=at(9))
    incident = stopped(world, incident, "contained", at(9, 40), at=at(9, 7, 30))
    incident = stopped(world, incident, "reported", at(9, 40), at=at(9, 9, 10))
    assert failed_on(verdicts(incident)) == ()
    with within(EVERYTHING):
        stop = incident.stops.get(what="contained")
    assert (stop.at, stop.claimed_at, stop.received_at) == (at(9, 7, 30), at(9, 7, 30), at(9, 40))
    assert (incident.detected_at, incident.received_at) == (at(9), at(9, 40))


def test_a_device_whose_clock_is_impossible_is_not_believed_but_not_lost_either(world):
    incident = raised(world, at(9), detected_at=at(9, day=DAY + timedelta(days=2)))
    assert (incident.detected_at, incident.trusted) == (at(9), False)
    assert incident.detected_claimed == at(9, day=DAY + timedelta(days=2))


def test_each_clock_is_stopped_once_and_nothing_happens_before_it_was_detected(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 5))
    with refused("incident.stopped"):
        stopped(world, incident, "contained", at(9, 6))
    with refused("date.order"):
        stopped(world, incident, "reported", at(9, 6), at=at(8, 59))
    with refused("choice.unknown"):
        stopped(world, incident, "finished", at(9, 6))


def test_a_stopped_clock_is_corrected_by_a_further_entry_with_its_reason(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 12))
    with clock.at(at(9, 20)), make.acting(world.as_("duty_officer")) as who:
        with refused("required"):
            correct_stop(who, incident=incident, stop="contained", at=at(9, 9), reason=" ")
        incident = correct_stop(who, incident=incident, stop="contained", at=at(9, 9), reason="按监控时间")
        kept = list(incident.stops.filter(what="contained").order_by("revision").values_list("at", flat=True))
    assert kept == [at(9, 12), at(9, 9)]
    assert incident.handled_seconds == 540


def test_an_emergency_that_was_not_reported_is_not_closed(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 5))
    all_steps_done(world, incident, at(10))
    with refused("flow.condition"):
        closed(world, incident, at(11))


def test_an_emergency_needs_a_kind_and_a_place(world):
    with clock.at(at(9)), make.acting(world.as_("guard")) as who:
        from lianfang.capabilities.incidents.actions import open_incident

        for given in ({"kind": "illness", "where": " "}, {"kind": "earthquake", "where": "x"}):
            with pytest.raises(Refused):
                open_incident(who, unit=world.school, **given)
        with refused("choice.unknown"):
            open_incident(who, unit=world.school, kind="code_change", where="x")
    with within(EVERYTHING):
        assert not Incident.objects.exists()


def test_two_who_stop_the_same_clock_leave_one_stop(world):
    incident = raised(world, at(9))
    stopped(world, incident, "on_scene", at(9, 1))
    with within(EVERYTHING):
        first = Stop.objects.get()
        first.pk, first._state.adding = None, True
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_stop_one_clock_at_once_one_does(world):
    incident = raised(world, at(9))
    ready, outcomes = Barrier(8), []

    def press() -> None:
        ready.wait()
        try:
            stopped(world, incident, "contained", at(9, 5))
            outcomes.append("stopped")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [*["incident.stopped"] * 7, "stopped"]
    with within(EVERYTHING):
        assert Stop.objects.count() == 1


def test_nobody_outside_sees_the_incident_and_those_above_do(world):
    incident = raised(world, at(9))
    with clock.at(at(9)):
        far = make.actor(make.unit(world.county.parent, "N2", "county"), "officer")
    with make.acting(far):
        assert not Incident.objects.exists()
    with make.acting(world.as_("officer")):
        assert Incident.objects.get() == incident


# Runbooks, calls, log (J04)


def test_J04_a_twelve_step_runbook_keeps_its_order_and_lets_two_run_beside_each_other(world):
    incident = raised(world, at(9))
    with within(EVERYTHING):
        assert tasks.of(incident, "step").count() == 12
    with pytest.raises(Refused) as refusal:
        done(world, incident, 5, at(9, 2))
    assert refusal.value.code == "task.waits"
    assert refusal.value.problems[0].facts["waits"] == [str(step_of(incident, 3))]
    for number in (2, 1, 3):
        done(world, incident, number, at(9, 3))
    assert done(world, incident, 5, at(9, 4)).settled_at == at(9, 4)


def test_J04_the_version_in_force_on_the_day_opens_and_keeps_its_steps(world):
    steps = [{"number": 1, "zh": "先做", "en": "First", "role": "nurse", "minutes": 5}]
    with clock.at(at(7)), make.acting(world.as_("leader")) as who:
        publish_runbook(who, unit=world.school, kind="illness", title="本校流程", valid_from=DAY, steps=steps)
        later = [*steps, {"number": 2, "zh": "后做", "en": "Then", "role": "doctor", "after": [1]}]
        publish_runbook(
            who, unit=world.school, kind="illness", title="新流程", valid_from=DAY + timedelta(days=1), steps=later
        )
    incident = raised(world, at(9))
    assert (incident.runbook, incident.runbook_version) == ("S1", f"1 {DAY}")
    with within(EVERYTHING):
        assert [str(one) for one in tasks.of(incident, "step")] == ["First"]
        assert in_force(world.klass, "illness", on=DAY + timedelta(days=1)).version == f"2 {DAY + timedelta(days=1)}"
        assert in_force(world.county, "illness", on=DAY).code == "generic"


def test_J04_a_runbook_that_cannot_be_walked_is_refused_with_every_problem(world):
    wrong = [{"number": 1, "zh": "", "en": "x", "role": "nobody"}]
    with clock.at(at(7)), make.acting(world.as_("leader")) as who, pytest.raises(Refused) as refusal:
        publish_runbook(who, unit=world.school, kind="illness", title="x", valid_from=DAY, steps=wrong)
    assert {one.field for one in refusal.value.problems} == {"steps[0].zh", "steps[0].role"}


def test_J04_roles_are_called_from_the_roster_and_the_log_says_who_and_who_is_missing(world):
    incident = raised(world, at(9))
    with within(EVERYTHING):
        calls = {one.role: one for one in incident.calls.all()}
        assert calls["doctor"].account_id == world.as_("doctor").account_id
        assert calls["class_head"].account_id is None  # of a school's incident no class head is called
        told = Alert.objects.filter(kind="incident.called").values_list("account_id", flat=True)
        assert set(told) == {
            world.as_(role).account_id for role in ("guard", "nurse", "doctor", "duty_officer", "crew")
        }
    with clock.at(at(9, 1)), make.acting(world.as_("doctor")) as who:
        answer_call(who, incident=incident)
        called = next(one for one in log_of(incident) if one.what == "called")
    assert called.facts["nobody"] == ["class_head"]
    with clock.at(at(9, 1)), make.acting(world.as_("leader")) as who, refused("incident.not_called"):
        answer_call(who, incident=incident)


def test_J04_the_log_writes_itself_in_the_order_of_time(world):
    incident = raised(world, at(9))
    stopped(world, incident, "on_scene", at(9, 2))
    done(world, incident, 1, at(9, 3))
    with clock.at(at(9, 4)), make.acting(world.as_("duty_officer")) as who:
        message = write_log(who, incident=incident, text="请派车", to="县医院")
    with clock.at(at(9, 6)), make.acting(world.as_("nurse")) as who:
        reply(who, line=message, text="车已出发")
        with refused("flow.condition"):
            reply(who, line=message, text="again")
        write_log(who, incident=incident, text="体温 38.1")
    stopped(world, incident, "contained", at(9, 7))
    with make.acting(world.as_("nurse")):
        entries = log_of(Incident.objects.get())
    said = [one.what for one in entries]
    assert said == ["opened", "runbook", "called", "on_scene", "step", "message", "reply", "note", "contained"]
    assert [one.at for one in entries] == sorted(one.at for one in entries)


def test_the_briefing_is_written_by_whoever_leads(world):
    incident = raised(world, at(9))
    with clock.at(at(9, 10)), make.acting(world.as_("duty_officer")) as who:
        brief(
            who, incident=incident, situation="一人发热", objectives="送医", map_text="东门到隔离室", severity="serious"
        )
    with make.acting(world.as_("guard")) as who, refused("scope"):
        brief(who, incident=incident, situation="x")
    with within(EVERYTHING):
        assert Incident.objects.get().severity == "serious"


def test_a_false_alarm_stays_on_record_and_its_steps_are_no_longer_owed(world):
    incident = raised(world, at(9))
    with clock.at(at(9, 5)), make.acting(world.as_("duty_officer")) as who:
        with refused("required"):
            dismiss_incident(who, incident=incident, reason="")
        held = dismiss_incident(who, incident=incident, reason="误报")
        assert held.state == "false_alarm"
        assert tasks.counted(tasks.of(incident), at=at(9, 5)).open == 0
    with refused("flow.condition"):
        stopped(world, incident, "contained", at(9, 6))
    with refused("flow.condition"):
        done(world, incident, 1, at(9, 6))


def test_an_incident_with_an_open_step_is_not_closed_and_says_which(world):
    incident = raised(world, at(9), kind="other")
    stopped(world, incident, "contained", at(9, 5))
    stopped(world, incident, "reported", at(9, 6))
    done(world, incident, 1, at(9, 6))
    with pytest.raises(Refused) as refusal:
        closed(world, incident, at(11))
    assert refusal.value.code == "incident.open_steps"
    assert len(refusal.value.problems[0].facts["steps"]) == 2


def test_a_task_of_something_else_is_no_step_of_an_incident(world):
    with within(EVERYTHING):
        task = tasks.owe(world.school, "step", "site.site:1")
    with make.acting(world.as_("nurse")) as who, refused("scope"):
        complete_step(who, task=task)


# Hazards (J06)


def test_J06_a_flood_patrol_of_six_points_logs_one_hazard_and_leaves_the_epidemic_figures_alone(world):
    where = points(world)
    with within(EVERYTHING):
        before = list(Tally.objects.values())
    with clock.at(at(7)), make.acting(world.as_("duty_officer")) as who:
        patrol = plan_patrol(who, unit=world.school, name="防汛巡查", kind="hazard_flood", points=where)
    with clock.at(at(8)), make.acting(world.as_("guard")) as who:
        checks = [check_point(who, patrol=patrol, place=one, fine=one.code != "P3", note="排水沟堵") for one in where]
        with refused("scope"):
            check_point(who, patrol=patrol, place=_elsewhere(world), fine=True)
    (incident,) = [one.incident for one in checks if one.incident]
    assert (incident.kind, incident.clocked, str(incident.place)) == ("hazard_flood", False, "3号点")
    with within(EVERYTHING):
        assert PatrolRound.objects.get().finished_at == at(8)
        assert list(Tally.objects.values()) == before
        assert ClusterAlert.objects.count() == 0
    for number, role in ((1, "guard"), (2, "crew"), (3, "duty_officer")):
        done(world, incident, number, at(9, number), role=role)
    assert closed(world, incident, at(10)).state == "closed"


def test_J06_whoever_fixed_a_hazard_does_not_verify_it(world):
    incident = raised(world, at(9), kind="hazard_flood")
    for number in (1, 2):
        done(world, incident, number, at(9, number), role="crew")
    with refused("incident.same_person"):
        done(world, incident, 3, at(9, 5), role="crew")
    done(world, incident, 3, at(9, 6), role="duty_officer")


def test_J06_a_point_is_looked_at_once_a_round_and_a_hazard_says_what_was_seen(world):
    where = points(world, 2)
    with clock.at(at(7)), make.acting(world.as_("duty_officer")) as who:
        patrol = plan_patrol(who, unit=world.school, name="防汛巡查", kind="hazard_flood", points=where)
        with refused("choice.unknown"):
            plan_patrol(who, unit=world.school, name="x", kind="illness", points=where)
    with clock.at(at(8)), make.acting(world.as_("guard")) as who:
        with refused("required"):
            check_point(who, patrol=patrol, place=where[0], fine=False)
        check_point(who, patrol=patrol, place=where[0], fine=True)
        with refused("patrol.checked"):
            check_point(who, patrol=patrol, place=where[0], fine=True)
        check_point(who, patrol=patrol, place=where[1], fine=True)
        check_point(who, patrol=patrol, place=where[0], fine=True)
    with within(EVERYTHING):
        assert PatrolRound.objects.count() == 2


def _elsewhere(world: World) -> Place:
    with within(EVERYTHING):
        return Place.objects.create(unit=world.school, kind="spot", code="X", name="别处")


def test_J01_only_who_sees_people_raised_it_or_was_called_stops_a_clock(world):
    incident = raised(world, at(9), role="guard")
    kitchen = make.actor(world.school, "kitchen")
    world.staff["kitchen"] = kitchen
    with refused("incident.not_called"):
        stopped(world, incident, "contained", at(9, 4), role="kitchen")
    assert stopped(world, incident, "contained", at(9, 5), role="guard").handled_seconds == 300


def test_nobody_arrives_after_the_scene_was_under_control_whichever_is_recorded_first(world):
    incident = raised(world, at(9))
    stopped(world, incident, "contained", at(9, 5))
    with refused("date.not_after"):
        stopped(world, incident, "on_scene", at(9, 8))
    stopped(world, incident, "on_scene", at(9, 8), at=at(9, 4))
    with clock.at(at(9, 20)), make.acting(world.as_("duty_officer")) as who, refused("date.order"):
        correct_stop(who, incident=incident, stop="contained", at=at(9, 3), reason="按监控时间")

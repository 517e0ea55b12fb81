"""Dues as the worker sees them (应办): opened when a day begins, reminded of, escalated, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.checkin.intake import receive_roll_call
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.units.actions import move_unit
from lianfang.domain.periods import minutes_late
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.models import Event
from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Tally
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def pass_at(*clock_time: int, worker: Worker | None = None, day: date = DAY) -> dict[str, int]:
    """The worker's pass at that time."""
    with clock.at(at(*clock_time, day=day)):
        return (worker or Worker()).sweep()


def send(who: Actor, unit: Unit, *clock_time: int) -> None:
    """A zero report, sent at that time."""
    with clock.at(at(*clock_time)), make.acting(who):
        receive_report(who, {"unit": unit.code, "day": str(DAY), "nothing_to_report": True}, channel="json")


def told(kind: str) -> list[tuple[int, str]]:
    """Account and unit of every alert of a kind about a report."""
    with within(EVERYTHING):
        alerts = Alert.objects.filter(kind=kind, facts__what=REPORT)
        return sorted(alerts.values_list("account_id", "unit__code"))


def holder(where: Unit, role: str) -> Actor:
    """Somebody who has held a role since early that day."""
    with clock.at(at(5)):
        return make.actor(where, role)


def dues(**where: object) -> list[Due]:
    with within(EVERYTHING):
        return list(Due.objects.filter(**where).select_related("unit", "recipient").order_by("unit__code"))


@pytest.fixture
def institute() -> tuple[Unit, list[Unit], list[Actor]]:
    """A superior, an institute of five divisions, and a screener in each."""
    with clock.at(at(5)):
        above = make.root("SUP", "sector")
        school = make.unit(above, "INST", "institute")
        divisions = [make.unit(school, f"D{n}") for n in range(1, 6)]
        return school, divisions, [make.actor(unit, "screener") for unit in divisions]


def test_a_day_is_opened_once_with_every_report_that_is_owed(institute):
    worker = Worker()
    first, again = pass_at(6, worker=worker), pass_at(6, 1, worker=worker)
    assert (first["opened"], again["opened"]) == (11, 0)  # six reports, a class check in each division
    assert {(d.unit.code, d.recipient.code) for d in dues(kind=REPORT)} == {
        ("INST", "SUP"), ("D1", "INST"), ("D2", "INST"), ("D3", "INST"), ("D4", "INST"), ("D5", "INST"),
    }  # fmt: skip
    with within(EVERYTHING):
        assert Tally.objects.filter(day=DAY).count() == 5


def test_a_worker_that_starts_anew_opens_nothing_twice(institute):
    pass_at(6)
    assert pass_at(6, 1)["opened"] == 0
    assert len(dues(kind=REPORT)) == 6


def test_a_unit_opened_during_the_day_owes_from_then_on_and_its_superior_no_longer_counts_beside_it():
    worker = Worker()
    with clock.at(at(8)):
        county = make.root("N1", "county")
        school = make.unit(county, "S1", "institute")
    pass_at(8, worker=worker)
    assert dues(unit=school)[0].source
    with clock.at(at(9)):
        make.unit(school, "D1")
    assert pass_at(9, 1, worker=worker)["opened"] == 2
    assert not dues(unit=school)[0].source and dues(unit__code="D1", kind=REPORT)[0].source


def test_days_missed_while_the_worker_was_away_are_opened_as_long_as_reports_may_still_come(institute):
    pass_at(6)
    pass_at(9, day=DAY + timedelta(days=10))
    assert sorted({d.day for d in dues(kind=REPORT)}) == [DAY, *(DAY + timedelta(days=n) for n in (8, 9, 10))]


def test_a_report_that_came_before_its_due_was_opened_settles_it_at_the_time_it_came(institute):
    _, divisions, screeners = institute
    people = make.members(divisions[1], 3, kind="staff")
    send(screeners[0], divisions[0], 16, 5)
    with clock.at(at(8, 30)), make.acting(screeners[1]) as who:
        receive_roll_call(
            who,
            {"key": "early-check", "unit": "D2", "day": str(DAY), "slot": "am", "everyone_else": "well"},
            channel="json",
        )  # fmt: skip
    pass_at(16, 40)
    assert dues(unit=divisions[0], kind=REPORT)[0].settled_at == at(16, 5)
    assert dues(unit=divisions[1], kind=ROLL_CALL)[0].settled_at == at(8, 30)
    assert dues(unit=divisions[2], kind=REPORT)[0].settled_at is None
    assert len(people) == 3


def test_every_time_zone_has_its_own_day():
    with clock.at(at(5)):
        west = make.root("WEST", "institute")
        east = make.root("EAST", "institute")
        with within(EVERYTHING):
            Unit.objects.filter(pk=west.pk).update(zone_name="America/Bogota")
    pass_at(8)
    assert {d.unit.code: d.day for d in dues(kind=REPORT)} == {"EAST": DAY, "WEST": DAY - timedelta(days=1)}
    assert dues(unit=west)[0].due_at.astimezone(dues(unit=west)[0].unit.zone).hour == 17
    assert east.code == "EAST"


def test_a_move_dated_tomorrow_is_carried_out_before_tomorrows_dues_are_opened(institute):
    school, divisions, _ = institute
    with clock.at(at(9)):
        other = make.unit(Unit.objects.get(code="SUP"), "INST2", "institute")
        with within(EVERYTHING):
            move_unit(SYSTEM, unit=divisions[0], new_parent=other, since=DAY + timedelta(days=1))
    pass_at(9, 1)
    assert [d.recipient.code for d in dues(unit=divisions[0], kind=REPORT)] == ["INST"]
    pass_at(0, 0, 1, day=DAY + timedelta(days=1))
    tomorrow = dues(unit=divisions[0], kind=REPORT, day=DAY + timedelta(days=1))
    assert [d.recipient.code for d in tomorrow] == ["INST2"]
    assert school.code == "INST"


def test_C02_the_reminder_at_1600_goes_only_to_divisions_not_yet_in_and_only_once(institute):
    _, divisions, screeners = institute
    worker = Worker()
    pass_at(6, worker=worker)
    send(screeners[0], divisions[0], 15, 55)
    assert pass_at(15, 59, 59, worker=worker)["reminded"] == 0
    assert pass_at(16, worker=worker)["reminded"] == 4
    assert pass_at(16, 0, 1, worker=worker)["reminded"] == 0
    reminded = [(who.account_id, unit.code) for who, unit in zip(screeners[1:], divisions[1:], strict=True)]
    assert told("due.reminder") == sorted(reminded)


def test_C02_acceptance_8_four_divisions_are_on_time_and_one_is_late_by_twelve_minutes(institute):
    _, divisions, screeners = institute
    pass_at(6)
    for who, unit, moment in zip(screeners, divisions, [(16, 5), (16, 12), (16, 29), (16, 30), (16, 42)], strict=True):
        send(who, unit, *moment)
    owed = dues(kind=REPORT, unit__in=divisions)
    assert [minutes_late(d.settled_at, d.due_at) for d in owed] == [0, 0, 0, 0, 12]


def test_a_division_past_its_limit_is_escalated_once_and_one_that_is_in_is_not(institute):
    school, divisions, screeners = institute
    officer = holder(school, "duty_officer")
    worker = Worker()
    pass_at(6, worker=worker)
    for who, unit in zip(screeners[:4], divisions[:4], strict=True):
        send(who, unit, 16, 20)
    for moment in ((16, 30, 59), (16, 31), (16, 32), (16, 45)):
        pass_at(*moment, worker=worker)
    assert told("due.overdue_below") == [(officer.account_id, "D5")]
    with within(EVERYTHING):
        assert [e.unit.code for e in Event.objects.filter(kind="due.overdue", facts__what=REPORT)] == ["D5"]


def test_C03_nothing_sent_up_alerts_the_leader_at_1701_and_the_superior_sees_the_unit_missing(institute):
    school, _, _ = institute
    leader, officer = holder(school, "leader"), holder(school, "duty_officer")
    above = holder(Unit.objects.get(code="SUP"), "officer")
    worker = Worker()
    pass_at(6, worker=worker)
    pass_at(17, 0, 59, worker=worker)
    assert [account for account, unit in told("due.overdue") if unit == "INST"] == []
    pass_at(17, 1, worker=worker)
    assert {account for account, unit in told("due.overdue") if unit == "INST"} == {
        leader.account_id,
        officer.account_id,
    }
    assert (above.account_id, "INST") in told("due.overdue_below")


def test_an_excused_due_is_neither_reminded_of_nor_escalated(institute):
    _, divisions, _ = institute
    worker = Worker()
    pass_at(6, worker=worker)
    with within(EVERYTHING):
        Due.objects.filter(unit=divisions[4]).update(excused="停水停电")
    pass_at(16, worker=worker)
    pass_at(16, 31, worker=worker)
    assert "D5" not in {unit for _, unit in told("due.reminder") + told("due.overdue_below")}

"""Scenario 002's report day (假期紧急重启): replayed once, and other turns of it (C02, C03, C09, D04)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from lianfang.capabilities.daily_report.intake import receive_bulletin, receive_report
from lianfang.capabilities.screening.actions import never_screened, record_screening
from lianfang.demo import script, story_002
from lianfang.demo.replay import replay
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, FLOOD, form_on
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

REPORT_DAY = date(2021, 8, 4)


@pytest.fixture(scope="module")
def outcome(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[script.Outcome]:
    """The story, played once for the tests of this module that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield replay("002", Worker().sweep)
        transaction.set_rollback(True)


def found(outcome: script.Outcome, name: str) -> object:
    return next(one.got for one in outcome.findings if one.name == name)


def test_every_covered_total_comes_out_as_the_scenario_expects(outcome):
    assert [one.name for one in outcome.findings if not one.passes] == []
    assert {"people", "on_time", "late", "late_minutes"} <= {one.name for one in outcome.findings}


def test_no_total_of_the_scenario_is_left_out_silently(outcome):
    covered = {one.name for one in outcome.findings} | set(outcome.partial)
    assert set(script.scenario("002")["expect"]) <= covered
    assert not {one.name for one in outcome.findings} & set(outcome.partial)


def test_C02_acceptance_8_four_are_on_time_and_one_is_twelve_minutes_late(outcome):
    assert (found(outcome, "on_time"), found(outcome, "late"), found(outcome, "late_minutes")) == (4, 1, 12)
    with within(EVERYTHING):
        late = Due.objects.get(
            kind=REPORT, day=REPORT_DAY, recipient__code="INST", settled_at__gt=at(16, 30, day=REPORT_DAY)
        )
    assert late.unit.code == "LOGISTICS"


def test_C02_at_1600_every_division_is_reminded_because_none_is_in(outcome):
    with within(EVERYTHING):
        reminded = Alert.objects.filter(kind="due.reminder", at=at(16, day=REPORT_DAY), facts__what=REPORT)
        assert set(reminded.values_list("unit__code", flat=True)) == {
            "OFFICE", "TEACHING", "RESEARCH_OFFICE", "SCIENCE", "LOGISTICS",
        }  # fmt: skip


def test_C03_the_roll_up_of_five_of_five_goes_up_at_1655_with_hash_and_time(outcome):
    with within(EVERYTHING):
        report = UnitReport.objects.get(unit__code="INST", form=DAILY, current=True)
        due = Due.objects.get(unit__code="INST", kind=REPORT, day=REPORT_DAY)
    assert (report.children["received"], report.children["expected"], report.children["gaps"]) == (5, 5, [])
    assert len(report.hash) == 64 and report.received_at == at(16, 55, day=REPORT_DAY)
    assert due.settled_by == str(report.receipt) and due.recipient.code == "SUP"


def test_C03_when_the_report_went_up_nobody_is_alerted_at_1701(outcome):
    with within(EVERYTHING):
        assert not Alert.objects.filter(kind="due.overdue", unit__code="INST", facts__what=REPORT).exists()


def test_D04_the_substitute_of_the_screener_on_leave_has_the_task_at_0800(outcome):
    with within(EVERYTHING):
        told = Alert.objects.filter(kind="screening.task", at=at(8, day=REPORT_DAY))
        assert told.count() == 5
        held = {alert.unit.code: alert.account_id for alert in told.select_related("unit")}
        names = {code: _handle(account) for code, account in held.items()}
    assert names["SCIENCE"] == "substitute-science"
    assert {name.partition("-")[0] for code, name in names.items() if code != "SCIENCE"} == {"screener"}


def _handle(account_id: int) -> str:
    from lianfang.kernel.accounts.models import Account

    return Account.objects.get(pk=account_id).handle


def test_D04_the_four_agency_workers_whom_the_screener_forgot_were_never_screened(outcome):
    with within(EVERYTHING):
        forgotten = never_screened(Unit.objects.get(code="LOGISTICS"), REPORT_DAY)
        agency = Membership.objects.filter(kind="agency").values_list("person_id", flat=True)
        assert {person.pk for person in forgotten} == set(agency) and len(forgotten) == 4
        assert never_screened(Unit.objects.get(code="OFFICE"), REPORT_DAY) == []


def test_C09_one_entry_made_the_epidemic_zero_report_and_the_flood_line(outcome):
    assert found(outcome, "upward_signed_lines") == [DAILY, FLOOD]
    with within(EVERYTHING):
        lines = UnitReport.objects.filter(unit__code="INST", day=REPORT_DAY, current=True)
        assert {line.form: line.nothing_to_report for line in lines} == {DAILY: True, FLOOD: True}


# Other turns of the afternoon.


@pytest.fixture
def institute(db: None) -> tuple[Unit, list[Unit], Actor]:
    """Five divisions, their screeners' reports but one, and the duty officer; today's dues are open."""
    with clock.at(at(5)):
        above = make.root("SUP", "sector")
        school = make.unit(above, "INST", "institute")
        divisions = [make.unit(school, f"D{n}") for n in range(1, 6)]
        screeners = [make.actor(unit, "screener") for unit in divisions]
        officer = make.actor(school, "duty_officer")
    with clock.at(at(6)):
        Worker().sweep()
    for unit, screener in zip(divisions[:4], screeners[:4], strict=True):
        with clock.at(at(16, 20)), make.acting(screener) as by:
            receive_report(by, {"unit": unit.code, "day": str(DAY), "nothing_to_report": True}, channel="json")
    return school, divisions, officer


def test_C03_with_one_missing_at_1658_the_officer_may_send_four_of_five_and_the_gap_is_named(institute):
    school, _, officer = institute
    with clock.at(at(16, 58)), make.acting(officer) as by:
        sent = receive_report(by, {"unit": "INST", "day": str(DAY), "nothing_to_report": True}, channel="json")
    with within(EVERYTHING):
        report = current_report(school, DAILY, DAY)
    assert (report.children["received"], report.children["expected"]) == (4, 5)
    assert report.children["gaps"] == ["D5"]
    assert sent["state"] == "on_time" and sent["report"]["hash"] == report.hash


def test_C03_the_superior_sees_the_institute_missing_while_nothing_was_sent(institute):
    with clock.at(at(17, 1)), within(EVERYTHING):
        above = Unit.objects.get(code="SUP")
        seen = board(above, form_on(DAILY, DAY), DAY)
    row = next(row for row in seen.rows if row.unit.code == "INST")
    assert row.due is not None and row.due.settled_at is None
    assert [due.unit.code for due in seen.missing] == ["D5"]


def test_C09_a_change_of_the_flood_line_does_not_reopen_the_epidemic_one(institute):
    school, _, officer = institute
    zero = {"nothing_to_report": True}
    with clock.at(at(16, 55)), make.acting(officer) as by:
        first = receive_bulletin(by, {"unit": "INST", "day": str(DAY), DAILY: zero, FLOOD: zero}, channel="json")
    flooded = {"counts": {"places_flooded": 1, "people_moved": 0}, "reason": "地下车库进水"}
    with clock.at(at(18)), make.acting(officer) as by:
        second = receive_bulletin(by, {"unit": "INST", "day": str(DAY), DAILY: zero, FLOOD: flooded}, channel="json")
    assert [line["revision"] for line in second] == [1, 2]
    assert second[0]["hash"] == first[0]["hash"] and second[1]["hash"] != first[1]["hash"]
    with within(EVERYTHING):
        assert current_report(school, DAILY, DAY).received_at == at(16, 55)


def test_D04_a_division_is_done_when_everybody_was_checked_through_agency_workers_too(institute):
    _, divisions, _ = institute
    unit = divisions[0]
    with clock.at(at(7)):
        staff = make.members(unit, 3, kind="staff")
        agency = make.members(unit, 4, kind="agency")
        screener = make.actor(unit, "screener")
    with clock.at(at(9)), make.acting(screener) as by:
        record_screening(by, unit=unit, day=DAY, people=staff, findings={})
        assert len(never_screened(unit, DAY)) == 4
        record_screening(by, unit=unit, day=DAY, people=[*staff, *agency], findings={})
        assert never_screened(unit, DAY) == []


# The command.


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`lianfang demo …` against the tests' server."""
    server = os.environ["LIANFANG_TEST_SERVER"]
    environment = {**os.environ, "DATABASE_URL": server}
    command = [sys.executable, "-m", "lianfang", "demo", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_a_scenario_that_is_not_built_is_refused_in_one_sentence():
    refused = run("001", "--json")
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.strip() == "lianfang demo: Scenario 001 is not built yet; there are 000, 002, 004."
    assert run("999").returncode == 2


def test_the_command_prints_every_expectation_and_leaves_no_database_behind():
    import psycopg

    done = run("002", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["expect"]["late_minutes"] == {"expected": 12, "got": 12, "pass": True}
    assert {one["name"] for one in said["partial"]} == set(story_002.PARTIAL)
    with psycopg.connect(os.environ["LIANFANG_TEST_SERVER"]) as server:
        assert server.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'demo_002_%'").fetchone() is None


def test_an_outcome_that_differs_fails_and_names_what_differs():
    wrong = script.Finding("late", 1, 2)
    outcome = script.Outcome("002", (script.Finding("people", 71, 71), wrong))
    assert not outcome.passes
    assert outcome.as_json()["expect"]["late"] == {"expected": 1, "got": 2, "pass": False}

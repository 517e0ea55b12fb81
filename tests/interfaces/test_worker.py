"""The worker (后台进程): what follows from events, each once; it goes on when something fails, and ends when told."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.actions import send_back
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.capabilities.screening.actions import name_screener
from lianfang.interfaces.worker import sweep as passes
from lianfang.interfaces.worker.sweep import Worker, sweep
from lianfang.interfaces.worker.watch import stop_on_signals, watch
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert, Heartbeat
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event, Handling
from lianfang.kernel.audit.ops import record
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> Iterator[None]:
    """It is 08:10 on the day of the tests."""
    with clock.at(at(8, 10)):
        yield


def alerts(kind: str) -> list[int | None]:
    """Who was told something of this kind."""
    with within(EVERYTHING):
        return sorted(Alert.objects.filter(kind=kind).values_list("account_id", flat=True))


def school_and_class() -> tuple[Unit, Unit, Actor, Actor, Actor]:
    """A school with a doctor and a duty officer, and a class with a head."""
    school = make.root("S1", "school")
    klass = make.unit(school, "S1-K1", "class")
    return (
        school,
        klass,
        make.actor(school, "doctor"),
        make.actor(school, "duty_officer"),
        make.actor(klass, "class_head"),
    )


# Somebody is not well.


def test_a_fever_is_told_to_the_school_doctor_and_the_class_head_once(morning):
    _, klass, doctor, officer, head = school_and_class()
    pupil = make.member(klass)
    with make.acting(head):
        receive_answer(
            head, make.answer(pupil, klass, state="unwell", temperature="38.1", symptoms=["fever"]), channel="json"
        )
    sweep()
    sweep()
    assert alerts("answer.fever") == sorted([doctor.account_id, head.account_id])
    assert officer.account_id not in alerts("answer.fever")
    with within(EVERYTHING):
        assert "38.1" not in str(Alert.objects.filter(kind="answer.fever").values("facts", "subject"))


def test_who_is_unwell_in_a_class_check_or_on_the_phone_is_told_too_and_who_is_well_is_not(morning):
    _, klass, doctor, _, head = school_and_class()
    first, second, _ = make.members(klass, 3)
    with make.acting(head):
        ill = {"person": str(first.pk), "state": "unwell", "symptoms": ["cough"]}
        receive_roll_call(
            head,
            {"key": "check-0001", "unit": klass.code, "day": str(DAY), "slot": "am", "observed_by": "head",
             "exceptions": [ill], "everyone_else": "well"},
            channel="json",
        )  # fmt: skip
    sweep()
    assert alerts("answer.unwell") == sorted([doctor.account_id, head.account_id])
    with make.acting(head):
        record_contact(
            head, unit=klass, person=second, day=DAY, slot="am", outcome="unwell", answer=_answer(second, klass, head)
        )
    sweep()
    assert len(alerts("answer.unwell")) == 4


def _answer(person: Any, klass: Unit, head: Actor) -> Any:
    from lianfang.capabilities.checkin.intake import understand

    raw = make.answer(person, klass, state="unwell", symptoms=["sore_throat"])
    return understand(head, raw, channel="json").draft


def test_a_yellow_code_is_followed_up_and_a_green_one_is_not(morning):
    _, klass, doctor, officer, head = school_and_class()
    green, yellow = make.members(klass, 2)
    with make.acting(head):
        receive_answer(head, make.answer(green, klass, health_code="green"), channel="json")
    sweep()
    assert alerts("answer.health_code") == []
    with make.acting(head):
        receive_answer(head, make.answer(yellow, klass, health_code="yellow"), channel="json")
    sweep()
    assert alerts("answer.health_code") == sorted([doctor.account_id, officer.account_id, head.account_id])


# A report is sent back, sent again, corrected.


def chain() -> tuple[Unit, Unit, Actor, Actor]:
    """A county with a school, and who signs for each."""
    with clock.at(at(5)):
        county = make.root("N1", "county")
        school = make.unit(county, "S1", "school")
        people = make.actor(county, "officer"), make.actor(school, "duty_officer")
    with clock.at(at(6)):
        sweep()
    return county, school, *people


def send(by: Actor, unit: Unit, *when: int, fever: int = 0, reason: str = "") -> None:
    """A report with so many fevers."""
    figures = {"expected": 412, "present": 400, "absent": 12, "fever": fever, "tested": 0, "confirmed": 0}
    with clock.at(at(*when)), make.acting(by):
        receive_report(by, {"unit": unit.code, "day": str(DAY), "reason": reason, "counts": figures}, channel="json")


def test_C08_a_correction_is_told_to_the_superior_that_holds_the_old_figure():
    county, school, officer, signer = chain()
    send(signer, school, 16, 0, fever=1)
    send(officer, county, 16, 45, fever=1)
    send(signer, school, 17, 30, fever=2, reason="漏报一人")
    with clock.at(at(17, 31)):
        sweep()
    assert alerts("report.corrected") == [officer.account_id]
    with within(EVERYTHING):
        assert Alert.objects.get(kind="report.corrected").facts["reason"] == "漏报一人"


def test_a_correction_before_the_superior_has_signed_is_nobody_elses_business():
    county, school, officer, signer = chain()
    send(signer, school, 16, 0, fever=1)
    send(signer, school, 16, 10, fever=2, reason="漏报一人")
    send(officer, county, 16, 45, fever=2)
    with clock.at(at(17)):
        sweep()
    assert alerts("report.corrected") == []


def test_the_new_edition_of_a_report_that_was_sent_back_is_told_to_the_superior():
    county, school, officer, signer = chain()
    send(signer, school, 16, 0)
    with clock.at(at(16, 5)), make.acting(officer):
        send_back(officer, superior=county, report=current_report(school, DAILY, DAY), reason="请核对")
    with clock.at(at(16, 6)):
        sweep()
    assert alerts("report.sent_again") == []
    send(signer, school, 16, 20)
    with clock.at(at(16, 21)):
        sweep()
    assert alerts("report.sent_back") == [signer.account_id]
    assert alerts("report.sent_again") == [officer.account_id]


# The daily screening.


def screened_division() -> tuple[Unit, Account, Account, Any]:
    """A division with a screener who is on its roster, and a substitute."""
    with clock.at(at(5)):
        institute = make.root("I1", "institute")
        unit = make.unit(institute, "D1")
        person = make.member(unit, kind="staff")
        screener, substitute = make.account(unit, "screener"), make.account(unit, "screener")
        with within(EVERYTHING):
            Account.objects.filter(pk=screener.pk).update(person_id=person.pk)
            name_screener(SYSTEM, unit=unit, account=screener, substitute=substitute)
    return unit, screener, substitute, person


def leave(unit: Unit, person: Any) -> None:
    with within(EVERYTHING):
        approve_leave(SYSTEM, unit=unit, person=person, since=DAY, until=DAY + timedelta(days=3), reason="事假")


def test_D04_the_substitute_gets_the_task_at_0800_when_the_screener_is_on_leave():
    unit, _, substitute, person = screened_division()
    with clock.at(at(5, 30)):
        leave(unit, person)
    worker = Worker()
    for moment in (at(6), at(7, 59, 59)):
        with clock.at(moment):
            worker.sweep()
    assert alerts("screening.task") == []
    for moment in (at(8), at(8, 0, 1)):
        with clock.at(moment):
            worker.sweep()
    assert alerts("screening.task") == [substitute.pk]


def test_D04_leave_approved_after_the_task_was_handed_out_hands_it_over():
    unit, screener, substitute, person = screened_division()
    worker = Worker()
    for moment in (at(6), at(8)):
        with clock.at(moment):
            worker.sweep()
    assert alerts("screening.task") == [screener.pk]
    with clock.at(at(9)):
        leave(unit, person)
        worker.sweep()
    assert alerts("screening.task") == sorted([screener.pk, substitute.pk])


# Each once, and never in each other's way.


def happened(kind: str, number: int = 1) -> None:
    """Events of a kind, one after the other."""
    for n in range(number):
        with clock.at(at(8, n)), within(EVERYTHING):
            record(kind, by=SYSTEM, unit=None, subject=f"test:{n}", facts={})


def test_a_failing_reaction_is_tried_again_later_and_holds_up_neither_its_event_nor_others():
    done: list[str] = []
    broken = True

    def stumble(event: Event) -> None:
        if broken and event.subject == "test:0":
            raise ZeroDivisionError
        done.append(f"stumble {event.subject}")

    def go_on(event: Event) -> None:
        done.append(f"go on {event.subject}")

    happened("test.happened", 2)

    def come_last(event: Event) -> None:
        done.append(f"come last {event.subject}")

    plan = {"test.happened": (go_on, stumble, come_last)}
    with clock.at(at(9)):
        assert dispatch(plan) == 1
        assert dispatch(plan) == 0
    assert done == ["go on test:0", "come last test:0", "go on test:1", "stumble test:1", "come last test:1"]
    broken = False
    with clock.at(at(9, 1)):
        assert dispatch(plan) == 1
        assert dispatch(plan) == 0
    assert done[5:] == ["stumble test:0"]


def test_what_a_failing_reaction_had_written_is_undone():
    def half(event: Event) -> None:
        Heartbeat.objects.create(process="half", at=at(8))
        raise ZeroDivisionError

    happened("test.happened")
    with clock.at(at(9)):
        dispatch({"test.happened": (half,)})
    with within(EVERYTHING):
        assert not Heartbeat.objects.filter(process="half").exists()
        noted = Handling.objects.get()
    assert (noted.tries, noted.done_at, noted.trouble) == (1, None, "ZeroDivisionError")


def test_an_event_that_nobody_reacts_to_or_that_was_denied_is_settled_at_once():
    seen: list[Event] = []
    with within(EVERYTHING):
        record("test.other", by=SYSTEM, unit=None, subject="a", facts={})
        record("test.happened", by=SYSTEM, unit=None, subject="b", facts={}, denied=True)
    dispatch({"test.happened": (seen.append,)})
    with within(EVERYTHING):
        assert not Event.objects.filter(handled_at__isnull=True).exists()
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_an_event_that_another_worker_has_in_hand_is_left_to_it():
    happened("test.happened", 2)
    seen: list[str] = []
    plan = {"test.happened": (lambda event: seen.append(event.subject),)}
    database = settings.DATABASES["default"]
    address = {"host": database["HOST"], "user": database["USER"], "password": database["PASSWORD"]}
    with psycopg.connect(dbname=database["NAME"], **address) as other:
        other.execute("SET ROLE lianfang_system")
        other.execute("SELECT 1 FROM audit_event WHERE subject = 'test:0' FOR UPDATE")
        dispatch(plan)
        assert seen == ["test:1"]
    dispatch(plan)
    assert seen == ["test:1", "test:0"]


def test_a_step_that_fails_rests_and_the_others_go_on(monkeypatch):
    calls: list[int] = []

    def fail() -> int:
        calls.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(passes, "remind", fail)
    happened("test.happened")
    worker = Worker()
    with clock.at(at(9)):
        worker.sweep()
        worker.sweep()
    assert len(calls) == 1
    with within(EVERYTHING):
        assert Heartbeat.objects.get(process="worker").facts == {"resting": ["reminded"]}
        assert not Event.objects.filter(handled_at__isnull=True).exists()
    with clock.at(at(9, 1)):
        worker.sweep()
    assert len(calls) == 2


def test_a_pass_makes_the_health_page_say_that_the_worker_is_well():
    assert Client().get("/healthz").json()["worker"] == "silent"
    sweep()
    assert Client().get("/healthz").json()["worker"] == "ok"


# The loop.


class Impatient(threading.Event):
    """A stop that does not wait, and is set after so many waits."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self._after = after

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self._after:
            self.set()
        return self.is_set()


class Restarting(Worker):
    """A worker whose database is away for some passes."""

    def __init__(self, away: int) -> None:
        super().__init__()
        self.away = away

    def sweep(self) -> dict[str, int]:
        self.away -= 1
        if self.away >= 0:
            raise OperationalError
        return {}


def test_while_the_database_restarts_the_worker_waits_ever_longer_and_then_goes_on(monkeypatch):
    monkeypatch.setattr("lianfang.interfaces.worker.watch.connection", SimpleNamespace(close=list))
    stop = Impatient(after=9)
    assert watch(stop, worker=Restarting(away=6)) == 3
    assert stop.waits == [2, 4, 8, 16, 30, 30, 1, 1, 1]


def test_a_signal_to_end_lets_the_pass_under_way_finish():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""The worker (后台进程): what follows from events, each once; it goes on when something fails, and ends when told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.actions import send_back
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.capabilities.screening.actions import name_screener
from lianfang.interfaces.worker.sweep import Worker, sweep
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
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

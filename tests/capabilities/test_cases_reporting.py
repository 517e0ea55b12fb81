"""Reporting a case by law (病例上报): the clock starts with the classification, and ends with the report."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianfang.capabilities.cases.actions import classify_case, report_case
from lianfang.capabilities.cases.definitions import definitions_on
from lianfang.capabilities.cases.models import Case
from lianfang.domain.cases.definitions import definition_from
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from tests import make
from tests.cases_world import EVENING, Campus, refused
from tests.incidents_world import followed
from tests.make import DAY, acting

pytestmark = pytest.mark.django_db
TWO_HOURS = EVENING + timedelta(hours=2)


@pytest.fixture
def campus():
    with clock.at(EVENING):
        yield Campus()


def opened(campus: Campus) -> Case:
    with acting(campus.doctor):
        return campus.case()


def classified(campus: Campus, case: Case, into: str) -> None:
    with acting(campus.doctor) as doctor:
        classify_case(doctor, case=case, into=into, reason="化验")
    followed(clock.now())


def test_J05_a_confirmed_case_is_reported_within_the_hours_of_its_definition(campus):
    assert definitions_on(DAY)["fever_respiratory"].report_hours["confirmed"] == 2
    officer = make.actor(campus.school, "duty_officer")
    case = opened(campus)
    classified(campus, case, "suspected")
    with within(EVERYTHING):
        assert not tasks.of(case, "report").exists(), "no hours are given for a suspicion"
    classified(campus, case, "confirmed")
    with within(EVERYTHING):
        [owed] = tasks.of(case, "report")
    assert (owed.opens_at, owed.due_at, owed.alert_at, owed.role) == (EVENING, TWO_HOURS, TWO_HOURS, "doctor")
    with clock.at(TWO_HOURS - timedelta(minutes=1)), within(EVERYTHING):
        tasks.alert()
        followed(clock.now())
        assert not Alert.objects.filter(kind="case.report_late").exists()
    with clock.at(TWO_HOURS + timedelta(minutes=1)), within(EVERYTHING):
        tasks.alert()
        followed(clock.now())
        late = list(Alert.objects.filter(kind="case.report_late").order_by("account_id"))
    assert [one.account_id for one in late] == sorted([campus.account.pk, officer.account_id])
    assert {one.facts["case"] for one in late} == {str(case.pk)}


def test_J05_the_report_says_to_whom_it_went_and_when(campus):
    case = opened(campus)
    with acting(campus.doctor) as doctor:
        refused("case.no_report_owed", report_case, doctor, case=case, reported_to="县疾控中心")
    classified(campus, case, "confirmed")
    sent = EVENING + timedelta(minutes=50)
    with clock.at(sent), acting(campus.doctor) as doctor:
        refused("required", report_case, doctor, case=case, reported_to=" ")
        minute = timedelta(minutes=1)
        for at, code in ((sent + minute, "date.in_future"), (EVENING - minute, "date.order")):
            refused(code, report_case, doctor, case=case, reported_to="县疾控中心", at=at)
        report_case(doctor, case=case, reported_to="县疾控中心")
        [made] = tasks.of(case, "report")
    assert (made.settled_at, made.note) == (sent, "县疾控中心")


def test_J05_a_case_judged_otherwise_owes_the_report_no_more_and_judged_so_again_owes_it_anew(campus):
    case = opened(campus)
    for into, hours in (("confirmed", 0), ("discarded", 1), ("confirmed", 3)):
        with clock.at(EVENING + timedelta(hours=hours)):
            classified(campus, case, into)
        with within(EVERYTHING):
            [one] = tasks.of(case, "report")
        assert one.excused == ("discarded" if into == "discarded" else "")
    assert one.due_at == EVENING + timedelta(hours=5)


def test_J05_the_page_of_the_case_shows_the_hour_and_takes_the_report(campus):
    case = opened(campus)
    classified(campus, case, "confirmed")
    client = Client()
    client.force_login(campus.account, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/cases/{case.pk}").content.decode()
    assert "Report the case" in text and 'name="reported_to"' in text
    assert client.post(f"/cases/{case.pk}/report", {"reported_to": ""}).status_code == 422
    assert client.post(f"/cases/{case.pk}/report", {"reported_to": "县疾控中心"}).status_code == 302
    text = client.get(f"/cases/{case.pk}").content.decode()
    assert "县疾控中心" in text and "In time" in text and 'name="reported_to"' not in text


@pytest.mark.parametrize("hours", [{"certain": 2}, {"confirmed": 0}, {"confirmed": "2"}, {"confirmed": True}])
def test_hours_that_are_none_are_not_read(hours):
    raw = {"code": "x", "zh": "x", "en": "x", "rules": [], "report_hours": hours}
    with pytest.raises(ValueError, match="is not reported within"):
        definition_from(raw, edition="e")

"""A unit's report: signed, frozen, sent back, corrected in the open (日报、零报告、更正)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Q

from lianfang.capabilities.daily_report.actions import send_back
from lianfang.capabilities.daily_report.intake import receive_bulletin, receive_report
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, FLOOD, form_on
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import corrections, is_intact, since_sent
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
FIGURES = {"expected": 412, "present": 412, "absent": 0, "fever": 0, "tested": 412, "confirmed": 0}


def opened() -> None:
    with within(EVERYTHING):
        open_day(DAY)


def send(who, unit: Unit, **body):
    with make.acting(who):
        return receive_report(who, {"unit": unit.code, "day": str(DAY), **body}, channel="json")


@pytest.fixture
def chain():
    """A province, a prefecture and a county with one officer each, at 16:20."""
    with clock.at(at(6)):
        province = make.root("P", "province")
        prefecture = make.unit(province, "P1", "prefecture")
        county = make.unit(prefecture, "N1", "county")
        opened()
        officers = [make.actor(unit, Role.OFFICER) for unit in (province, prefecture, county)]
    return (province, prefecture, county), officers


def test_C08_a_correction_reaches_the_province_as_a_difference_and_yesterdays_sheet_stays(chain):
    (province, prefecture, county), (_, second, third) = chain
    with clock.at(at(16, 20)):
        send(third, county, counts=FIGURES)
    with clock.at(at(17, 10)):
        send(second, prefecture, counts=FIGURES)
        with within(EVERYTHING):
            sheet = UnitReport.objects.get(unit=county)
    with clock.at(at(9, day=DAY + timedelta(days=1))):
        corrected = {**FIGURES, "expected": 411, "present": 411, "tested": 411}
        send(third, county, counts=corrected, reason="一人已转走")
        with within(EVERYTHING):
            [correction] = corrections(Q(path__startswith=province.path), DAY)
            [held] = since_sent(UnitReport.objects.get(unit=prefecture))
            first = UnitReport.objects.get(unit=county, revision=1)
    assert correction.deltas == {"expected": -1, "present": -1, "tested": -1}
    assert correction.report.reason == "一人已转走"
    assert held.report.unit == county
    assert (first.values, first.hash, first.received_at) == (sheet.values, sheet.hash, sheet.received_at)
    assert is_intact(first)


def test_a_standing_report_is_not_replaced_without_a_reason(chain):
    (_, _, county), (_, _, officer) = chain
    with clock.at(at(16, 20)):
        send(officer, county, counts=FIGURES)
        with pytest.raises(Refused) as refused:
            send(officer, county, counts={**FIGURES, "tested": 411})
    assert (refused.value.code, refused.value.problems[0].field) == ("required", "reason")


def test_a_report_sent_back_is_owed_again_and_late_when_it_comes_after_the_deadline(chain):
    (_, prefecture, county), (_, above, officer) = chain
    with clock.at(at(16, 20)):
        send(officer, county, counts=FIGURES)
    with clock.at(at(16, 40)), make.acting(above):
        send_back(above, superior=prefecture, report=UnitReport.objects.get(unit=county), reason="请核对检测人数")
    with clock.at(at(16, 41)), within(EVERYTHING):
        counts = board(prefecture, form_on(DAILY, DAY), DAY).counts
        assert (counts.received, counts.not_yet, counts.missing, counts.returned) == (0, 1, 1, 1)
    with clock.at(at(17, 5)):
        assert send(officer, county, counts=FIGURES)["state"] == "late"
    with clock.at(at(17, 6)), within(EVERYTHING):
        counts = board(prefecture, form_on(DAILY, DAY), DAY).counts
        assert (counts.received, counts.late, counts.returned) == (1, 1, 0)


def test_C09_changing_the_flood_line_does_not_reopen_the_epidemic_one(chain):
    (_, _, county), (_, _, officer) = chain
    quiet = {DAILY: {"nothing_to_report": True}, FLOOD: {"nothing_to_report": True}}
    flooded = {**quiet, FLOOD: {"places_flooded": 1, "people_moved": 12}}
    with clock.at(at(16, 50)), make.acting(officer):
        receive_bulletin(officer, {"unit": "N1", "day": str(DAY), **quiet}, channel="json")
        receive_bulletin(officer, {"unit": "N1", "day": str(DAY), "reason": "山洪", **flooded}, channel="json")
    with within(EVERYTHING):
        revisions = {form: UnitReport.objects.filter(unit=county, form=form).count() for form in (DAILY, FLOOD)}
        assert revisions == {DAILY: 1, FLOOD: 2}
        assert UnitReport.objects.get(form=FLOOD, current=True).values == {"places_flooded": 1, "people_moved": 12}


def test_a_zero_report_cannot_sign_away_a_fever_that_the_answers_show(afternoon):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupil = make.member(klass)
    from lianfang.capabilities.checkin.intake import receive_answer
    from lianfang.kernel.reporting.tally import open_tallies

    opened()
    with within(EVERYTHING):
        open_tallies(DAY)
    head, officer = make.actor(klass, Role.CLASS_HEAD), make.actor(school, Role.DUTY_OFFICER)
    with make.acting(head):
        receive_answer(
            head, make.answer(pupil, klass, state="unwell", temperature="38.2", symptoms=["fever"]), channel="json"
        )
    with pytest.raises(Refused) as refused:
        send(officer, school, nothing_to_report=True)
    assert refused.value.code == "cross.zero_report"


def test_a_closed_day_takes_no_report_and_says_so(chain):
    (_, _, county), (_, _, officer) = chain
    with clock.at(at(9, day=DAY + timedelta(days=5))), pytest.raises(Refused) as refused:
        send(officer, county, counts=FIGURES)
    assert refused.value.code == "period.closed"

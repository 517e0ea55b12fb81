"""The chain from a class to a board, on its mechanisms (报送链)."""

from __future__ import annotations

import pytest

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.actions import save_draft
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.kernel import clock
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def board_of(unit):
    with within(EVERYTHING):
        return board(unit, form_on(DAILY, DAY), DAY)


def opened(day=DAY):
    with within(EVERYTHING):
        open_day(day)
        open_tallies(day)


def test_C01_an_explicit_zero_is_reported_and_a_draft_of_zeros_is_missing(afternoon):
    county = make.root("N1", "county")
    units = [make.unit(county, f"S{n}", "school") for n in range(3)]
    opened()
    heads = [make.actor(unit, "duty_officer") for unit in units]
    with make.acting(heads[0]) as officer:
        receive_report(
            officer, {"key": "zero-report-1", "unit": "S0", "day": str(DAY), "nothing_to_report": True}, channel="json"
        )
    with make.acting(heads[2]) as officer:
        save_draft(officer, unit=units[2], day=DAY, form=DAILY, values={"fever": 0, "confirmed": 0})

    seen = board_of(county)

    assert (seen.counts.received, seen.counts.missing, seen.counts.not_yet, seen.counts.zero) == (1, 2, 2, 1)
    assert str(seen.totals["fever"]) == "0 (1 of 3 reporting)"
    assert [(due.unit.code, due.over) for due in seen.missing] == [("S1", False), ("S2", False)]
    with make.clock.at(at(23)):
        evening = board_of(county)
    assert (evening.counts.received, evening.counts.not_yet, evening.counts.missing) == (1, 0, 2)
    assert [due.unit.code for due in evening.missing] == ["S1", "S2"]
    with within(EVERYTHING):
        stored = UnitReport.objects.get()
    assert stored.values["fever"] == 0 and "expected" not in stored.values


def test_a_class_check_accounts_for_everyone_and_the_counters_equal_a_recount(afternoon):
    school = make.root("S1", "school")
    klass = make.unit(school, "S1-K1", "class")
    pupils = make.members(klass, 45)
    opened()
    with make.acting(make.actor(klass, "class_head")) as head:
        receive_answer(
            head, make.answer(pupils[0], klass, state="unwell", temperature="38.1", symptoms=["fever"]), channel="json"
        )
        receipt = receive_roll_call(
            head,
            {"key": "roll-call-1", "unit": "S1-K1", "day": str(DAY), "slot": "am", "observed_by": "head",
             "exceptions": [{"person": str(pupils[1].pk), "state": "unwell", "symptoms": ["cough"]}],
             "everyone_else": "well"},
            channel="json",
        )  # fmt: skip

    people = board_of(school).people
    assert receipt["state"] == "received"
    assert (people.rostered, people.answered, people.well, people.unwell, people.fever, people.unknown) == (
        45,
        45,
        43,
        2,
        1,
        0,
    )
    with within(EVERYTHING):
        assert differences(DAY) == []
    assert board_of(school).counts.received == 1


def test_C02_five_divisions_report_and_one_is_late_by_twelve_minutes():
    school = make.root("INST", "institute")
    divisions = [make.unit(school, f"D{n}") for n in range(5)]
    with clock.at(at(6)):
        opened()
    for unit, moment in zip(divisions, [at(16, 5), at(16, 12), at(16, 29), at(16, 30), at(16, 42)], strict=True):
        with clock.at(moment), make.acting(make.actor(unit, "screener")) as screener:
            receive_report(screener, {"unit": unit.code, "day": str(DAY), "nothing_to_report": True}, channel="json")

    counts = board_of(school).counts

    assert (counts.expected, counts.received, counts.on_time, counts.late) == (5, 5, 4, 1)

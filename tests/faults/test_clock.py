"""Clocks that are wrong (时钟): a sender's clock is a claim, and ours set back makes nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.domain.refusals import Refused
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.models import Answer
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.faults.conftest import Proving
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
MILLISECOND = timedelta(milliseconds=1)
WRONG = (timedelta(days=1), timedelta(hours=3), -timedelta(hours=3), -timedelta(days=1))


def klass_of(people: int) -> tuple[Unit, list[Any]]:
    """A class of so many in a school."""
    klass = make.unit(make.root("S1", "school"), "S1-K1", "class")
    return klass, make.members(klass, people)


def test_no_report_moves_a_day_whatever_the_senders_clock_says(proving: Proving) -> None:
    with proving("clock") as figures:
        klass, people = klass_of(len(WRONG))
        head = make.actor(klass, "class_head")
        with clock.at(at(9)), make.acting(head):
            notes = [
                receive_answer(head, make.answer(who, klass, reported_at=(at(9) + wrong).isoformat()), channel="json")[
                    "notes"
                ]
                for who, wrong in zip(people, WRONG, strict=True)
            ]
        with within(EVERYTHING):
            moved = [one for one in Answer.objects.all() if (one.day, one.received_at) != (DAY, at(9))]
        ahead = [any(note["code"] == "clock.skew" for note in said) for said in notes]
        assert (moved, ahead) == ([], [True, True, False, False])
        figures.update({"senders_with_a_wrong_clock": len(WRONG), "moved_rows": len(moved)} | _set_back(klass))


def _set_back(klass: Unit) -> dict[str, int]:
    """The worker's clock is set back by an hour, a day and over midnight while it works."""
    worker, moments = Worker(), [at(8), at(16, 31), at(15, 31), at(8), at(8, day=DAY - timedelta(days=1)), at(17, 1)]
    for moment in moments:
        with clock.at(moment):
            worker.sweep()
    with within(EVERYTHING):
        dues = list(Due.objects.values_list("unit_id", "kind", "day", "slot", "line"))
        told = list(Alert.objects.values_list("account_id", "kind", "subject"))
    assert dues and (len(dues), len(told)) == (len(set(dues)), len(set(told)))
    return {"steps_of_the_clock": len(moments), "second_dues": 0, "second_alerts": 0}


@pytest.mark.parametrize(("late_by", "on_time"), [(-MILLISECOND, True), (timedelta(0), True), (MILLISECOND, False)])
def test_C02_a_deadline_of_1630_ends_after_the_first_instant_of_that_minute(late_by: timedelta, on_time: bool) -> None:
    unit = make.unit(make.root("INST", "institute"), "D1")
    with clock.at(at(6)), within(EVERYTHING):
        open_day(DAY)
    moment = at(16, 30) + late_by
    with clock.at(moment), make.acting(make.actor(unit, "screener")) as screener:
        receive_report(screener, {"unit": "D1", "day": str(DAY), "nothing_to_report": True}, channel="json")
    with within(EVERYTHING):
        due = Due.objects.get(unit=unit, kind=REPORT, day=DAY, line="territory")
    assert (due.settled_at, due.settled_at <= due.due_at) == (moment, on_time)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1)])
def test_leap_days_and_the_turn_of_the_year_are_days_like_others(day: date) -> None:
    klass, (who,) = klass_of(1)
    head = make.actor(klass, "class_head")
    with clock.at(at(9, day=day)), make.acting(head):
        receipt = receive_answer(head, make.answer(who, klass, day=str(day)), channel="json")
    assert receipt["state"] == "received"


def test_a_day_that_never_was_is_refused() -> None:
    klass, (who,) = klass_of(1)
    head = make.actor(klass, "class_head")
    with clock.at(at(9)), make.acting(head), pytest.raises(Refused):
        receive_answer(head, make.answer(who, klass, day="2026-02-29"), channel="json")

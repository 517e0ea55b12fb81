"""What a large file does to counters and constraints (大批导入的计数): the same as its rows one by one."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.checkin import bulk_stage
from lianfang.capabilities.checkin.intake import receive_roll_call
from lianfang.interfaces.exchange import imports
from lianfang.kernel.people.models import Absence
from lianfang.kernel.reporting import bulk
from lianfang.kernel.reporting.models import Answer, Tally
from lianfang.kernel.reporting.tally import differences, uncounted
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.importing_together import ONE_BY_ONE, TOGETHER, School, outcome, row, table
from tests.interfaces.lists import accounted
from tests.make import DAY

COUNTERS_LEAD_TO_UNITS = """
SELECT conname FROM pg_constraint
 WHERE contype = 'f' AND conrelid = 'reporting_tally'::regclass AND confrelid = 'orgs_unit'::regclass
"""
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon", "reads_here")]


def checked(school: School) -> None:
    """A class check of the first class in the morning."""
    content = {"key": "roll-call-1", "unit": "S1-K1", "day": str(DAY), "slot": "am", "observed_by": "head",
               "exceptions": [], "everyone_else": "well"}  # fmt: skip
    with make.acting(school.head):
        receive_roll_call(school.head, content, channel="json")


def excused(school: School) -> None:
    """Somebody of the first class on leave."""
    with within(EVERYTHING):
        Absence.objects.create(unit=school.first, person_id=school.people[1].pk, since=DAY, until=DAY, reason="-")


def nothing(_: School) -> None:
    """An ordinary morning."""


@pytest.mark.parametrize("before", [checked, excused, nothing], ids=["checked", "excused", "plain"])
def test_beside_a_class_check_and_leave_a_large_file_counts_as_its_rows_one_by_one(before):
    school = School()
    before(school)
    rows = [
        row(0),
        row(1, 体温="38.5"),
        row(2, 时段="下午"),
        row(4, 体温="", 健康状况="不适"),
        row(6, 单位代码="S1-K2"),
    ]
    assert outcome(school.admin, table(rows), TOGETHER) == outcome(school.admin, table(rows), ONE_BY_ONE)


def test_first_answers_are_added_to_the_counters_without_counting_the_class_anew(monkeypatch):
    school = School()
    counted = []
    monkeypatch.setattr(bulk.tally, "recount_together", lambda _, places: counted.extend(places))
    with make.acting(school.admin):
        imports.receive(school.admin, "reports", "1.csv", table([row(0), row(1)]), limits=TOGETHER)
    with within(EVERYTHING):
        own = Tally.objects.get(unit=school.first, day=DAY, slot="am")
        assert (own.answered, own.well, own.by_import) == (2, 2, 2)
        assert differences(DAY) == []
    assert counted == []


def test_the_rosters_of_few_units_at_a_time_are_fetched_and_nobody_is_missed(monkeypatch):
    school = School()
    monkeypatch.setattr(bulk_stage, "UNITS_AT_ONCE", 1)
    rows = [row(6, 单位代码="S1-K2"), row(0), row(1, 证件号码=""), row(2)]
    with make.acting(school.admin):
        kept = imports.receive(school.admin, "reports", "1.csv", table(rows), limits=TOGETHER)
    assert accounted(kept) == (4, 4, 0, 0, 0)


def test_a_unit_with_answers_cannot_be_removed_though_an_answer_has_no_constraint_of_its_own():
    school = School()
    with make.acting(school.admin):
        imports.receive(school.admin, "reports", "1.csv", table([row(6, 单位代码="S1-K2")]), limits=TOGETHER)
    with within(EVERYTHING), pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNTERS_LEAD_TO_UNITS)
        constraint = cursor.fetchone()[0]
        cursor.execute("DELETE FROM orgs_unit WHERE id = %s", [school.second.pk])
        cursor.execute(f"SET CONSTRAINTS {constraint} IMMEDIATE")


def test_answers_beside_which_no_counter_stands_are_named():
    school = School()
    with within(EVERYTHING):
        Answer.objects.create(
            unit=school.first, day=DAY, slot="pm", person_id=school.people[0].pk, state="well", mode="self",
            received_at=make.at(9), on_time=True,
        )  # fmt: skip
        found = [(one.unit_id, one.slot, one.kept, one.counted) for one in uncounted(DAY)]
    assert found == [(school.first.pk, "pm", 0, 1)]

"""What a stay owes (留观应做): readings and tests, written down at admission and again when its last day changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time

from lianfang.capabilities.stays.models import LabTest, Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.domain.observation import days
from lianfang.domain.observation.days import TestDay, counted_from, last_day
from lianfang.domain.observation.terms import Terms, terms_of
from lianfang.domain.policy import Policy
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import measures_of
from lianfang.kernel.readings.ops import READING, owed_tasks
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

TEST = "test"


def terms_on(unit: Unit, day: date, hazard: str) -> Terms:
    """The terms for a stay that begins here on that day; where no hazard is named, of the only one rules are for."""
    held = measures_of(unit, on=day, hazard=hazard)
    return terms_of(held.policy, held.edition)


def admitted_on(stay: Stay) -> date:
    """The day of admission where the site is."""
    if stay.admitted_at is None:
        raise LookupError("somebody who was not admitted has no days")
    return stay.admitted_at.astimezone(stay.unit.zone).date()


def began(stay: Stay) -> date:
    """Day 0 of the observation."""
    return counted_from(stay.kept_terms, admitted_on=admitted_on(stay), last_exposure=stay.last_exposure)


def began_here(unit: Unit) -> dict[str, date]:
    """Person (id as text) -> day 0 of the observation, of everybody who is here now, for whoever counts their days."""
    return {str(one.person_id): began(one) for one in Stay.objects.filter(unit=unit, state=HERE).select_related("unit")}


def last_day_of(stay: Stay, terms: Terms) -> date:
    """The first day on which the stay can end under these terms."""
    return last_day(terms, admitted_on=admitted_on(stay), last_exposure=stay.last_exposure)


def planned_tests(stay: Stay) -> tuple[TestDay, ...]:
    """The tests that the terms of the stay ask for."""
    ends_on = stay.ends_on or admitted_on(stay)
    return days.planned_tests(stay.kept_terms, began=began(stay), admitted_on=admitted_on(stay), ends_on=ends_on)


def reading_tasks(stay: Stay, policy: Policy) -> list[Task]:
    """The readings from admission to the last day, of which only the first time of day counts."""
    slots = stay.kept_terms.slots
    if not slots or stay.admitted_at is None or stay.ends_on is None:
        return []
    rules = replace(policy, reading_slots=slots)
    since, until = stay.admitted_at, stay.ends_on
    return owed_tasks(
        stay.unit, stay.person, stay, since=since, last_day=until, policy=rules, last_slots=(_first(slots, rules),)
    )


def _first(slots: Iterable[str], policy: Policy) -> str:
    return min(slots, key=lambda slot: policy.reading_due[slot])


def test_task(test: LabTest) -> Task:
    """The sample that is to be taken on the day of a test."""
    unit = test.unit
    opens = datetime.combine(test.day, time(0), unit.zone)
    ends = datetime.combine(test.day, time(23, 59, 59), unit.zone)
    zh, en = words_of(test)
    return Task(
        unit=unit, kind=TEST, subject=subject_of(test.stay), person=test.person, day=test.day, number=test.number or 0,
        name=zh, name_en=en, opens_at=opens, due_at=ends, role=Role.NURSE,
    )  # fmt: skip


def words_of(test: LabTest) -> tuple[str, str]:
    """What a test is called, in Chinese and English: by its day of observation, or by its day."""
    if test.number is not None:
        return f"第 {test.number} 天检测", f"Test of day {test.number}"
    return f"{test.day:%m-%d} 加测", f"Extra test of {test.day:%m-%d}"


def subject_of(stay: Stay) -> str:
    """How rows of the kernel name this stay."""
    return f"stays.stay:{stay.pk}"


def owe_all(stays: Iterable[Stay], policy: Policy) -> None:
    """Write down what these stays owe from their admission to their last day."""
    rows: list[Task] = []
    tests: list[LabTest] = []
    for stay in stays:
        rows += reading_tasks(stay, policy)
        tests += _tests(stay)
    LabTest.objects.bulk_create(tests)
    tasks.owe_all([*rows, *(test_task(test) for test in tests)])


def _tests(stay: Stay) -> list[LabTest]:
    planned = planned_tests(stay)
    return [LabTest(unit=stay.unit, stay=stay, person=stay.person, number=n.number, day=n.day) for n in planned]


def owe_anew(stay: Stay, policy: Policy, *, reason: str) -> None:
    """After the last day has changed: what is newly owed is written down, what is no longer owed says why."""
    wanted = reading_tasks(stay, policy)
    places = {(task.day, task.slot) for task in wanted}
    _excuse(stay, READING, [task for task in tasks.of(stay, READING) if (task.day, task.slot) not in places], reason)
    _owe_again([task for task in tasks.of(stay, READING) if (task.day, task.slot) in places])
    tasks.owe_all(wanted)
    _plan_tests_anew(stay, reason)


def _excuse(stay: Stay, kind: str, gone: Iterable[Task], reason: str) -> None:
    waiting = Task.objects.filter(pk__in=[task.pk for task in gone], settled_at=None, excused="", kind=kind)
    waiting.update(excused=reason[:120], alert_at=None)


def _owe_again(back: Iterable[Task]) -> None:
    Task.objects.filter(pk__in=[task.pk for task in back if task.excused]).update(excused="")


def _plan_tests_anew(stay: Stay, reason: str) -> None:
    planned = {(one.number, one.day) for one in planned_tests(stay)}
    there = {(one.number, one.day): one for one in stay.tests.filter(number__isnull=False)}
    for place, test in there.items():
        if test.sampled_at is None:
            test.excused = "" if place in planned else reason[:120]
            test.save(update_fields=["excused"])
            Task.objects.filter(subject=subject_of(stay), kind=TEST, number=test.number or 0, day=test.day).update(
                excused=test.excused
            )
    today = clock.today(stay.unit.zone)  # what would have been due before cannot be made up for
    new = [one for one in _tests(stay) if (one.number, one.day) not in there and one.day >= today]
    LabTest.objects.bulk_create(new)
    tasks.owe_all(test_task(test) for test in new)

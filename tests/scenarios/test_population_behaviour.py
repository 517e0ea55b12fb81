"""A day of the synthetic province (一日行为): rates, deadlines, the rush, zero reports and an outbreak."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import lianfang
from lianfang.demo import behaviour
from lianfang.demo.behaviour import Answered, ClassClosed, Corrected, Outbreak, UnitReported
from lianfang.demo.population import START, Province, UnitSeed, province
from lianfang.domain.policy import Policy, policy_from

ZONE = ZoneInfo("Asia/Shanghai")


@cache
def whole(scale: str) -> Province:
    return province(scale)  # type: ignore[arg-type]


@cache
def small_units() -> list[UnitSeed]:
    return list(whole("S").units())


@cache
def policy() -> Policy:
    pack = Path(lianfang.__file__).with_name("rulepacks") / "generic-school.toml"
    return policy_from(tomllib.loads(pack.read_text(encoding="utf-8"))["parameters"])


def share(marks: Iterable[bool]) -> float:
    listed = list(marks)
    return sum(listed) / len(listed)


@cache
def quiet_day() -> list[behaviour.Event]:
    return behaviour.timeline(behaviour.day_of(whole("S"), START, policy(), everyone_answers=True))


def test_a_quiet_day_of_the_whole_province_has_the_published_numbers_of_ill() -> None:
    ill, influenza_like = behaviour.expected_absence(whole("XL"))
    assert round(ill, -2) == 67_800
    assert round(influenza_like, -2) == 12_400


def test_a_day_comes_close_to_its_rates() -> None:
    made = whole("M")
    closed = [e for e in behaviour.day_of(made, START, policy()) if isinstance(e, ClassClosed)]
    ill, influenza_like = behaviour.expected_absence(made)
    assert sum(len(e.absentees) for e in closed) == pytest.approx(ill, rel=0.05)
    assert sum(a.influenza_like for e in closed for a in e.absentees) == pytest.approx(influenza_like, rel=0.10)
    learners = sum(e.learners for e in closed)
    assert sum(len(e.unanswered) for e in closed) / learners == pytest.approx(0.03, rel=0.03)


def test_late_and_missing_units_come_as_often_as_the_rates_say() -> None:
    late = reported = corrected = 0
    made = whole("L")
    for day in range(3):
        for event in behaviour.day_of(made, START + timedelta(days=day), policy()):
            corrected += isinstance(event, Corrected)
            if isinstance(event, UnitReported):
                reported += 1
                late += event.late
    owed = 3 * len(made.schools)
    assert (owed - reported) / owed == pytest.approx(0.001, abs=0.0005)
    assert late / owed == pytest.approx(0.005, abs=0.001)
    assert corrected / owed == pytest.approx(0.0005, abs=0.0004)


def test_answers_and_lists_are_in_before_they_are_due_and_reports_unless_late() -> None:
    due, opens = (datetime.combine(START, at, ZONE) for at in (policy().answer_due, policy().opens_at))
    deadlines = {"other": policy().deadlines["institute"]}
    kinds = {unit.code: unit.kind for unit in small_units()}
    for event in quiet_day():
        if isinstance(event, Answered | ClassClosed):
            assert opens < event.at <= due
        elif isinstance(event, UnitReported):
            local = deadlines.get(kinds[event.unit], policy().deadlines["school"])
            assert (event.at > datetime.combine(START, local, ZONE)) == event.late
        else:
            assert event.at.date() == START + timedelta(days=1)


def test_the_rush_before_the_deadline_is_as_steep_as_the_figures_say() -> None:
    due = datetime.combine(START, policy().answer_due, ZONE)
    answers = [due - e.at for e in quiet_day() if isinstance(e, Answered)]
    assert share(left < timedelta(hours=1) for left in answers) == pytest.approx(0.60, abs=0.01)
    first = [timedelta(minutes=55) <= left < timedelta(hours=1) for left in answers]
    assert share(first) == pytest.approx(0.10, abs=0.01)
    report_due = datetime.combine(START, policy().deadlines["school"], ZONE)
    reports = [report_due - e.at for e in quiet_day() if isinstance(e, UnitReported) and not e.late]
    assert share(timedelta() <= left < timedelta(minutes=5) for left in reports) == pytest.approx(0.40, abs=0.03)


def test_unit_reports_add_up_from_their_classes() -> None:
    absent, reported = Counter(), {}
    for event in quiet_day():
        if isinstance(event, ClassClosed):
            absent[event.unit.partition("-")[0]] += len(event.absentees)
        elif isinstance(event, UnitReported):
            reported[event.unit] = event
    assert {event.nothing_to_report for event in reported.values()} == {True, False}
    for code, event in reported.items():
        assert (event.absent, event.nothing_to_report) == (absent[code], absent[code] == 0)


def test_the_same_people_are_ill_whether_everyone_answers_or_only_exceptions_are_sent() -> None:
    lists = [event for event in quiet_day() if not isinstance(event, Answered)]
    assert behaviour.timeline(behaviour.day_of(whole("S"), START, policy())) == lists
    answers = Counter(event.unit for event in quiet_day() if isinstance(event, Answered) and event.kind == "learner")
    for event in lists:
        if isinstance(event, ClassClosed):
            assert answers[event.unit] == event.learners - len(event.unanswered)


def test_another_day_has_other_absentees() -> None:
    tomorrow = behaviour.timeline(behaviour.day_of(whole("S"), START + timedelta(days=1), policy()))
    assert [e.absentees for e in tomorrow if isinstance(e, ClassClosed)] != [
        e.absentees for e in quiet_day() if isinstance(e, ClassClosed)
    ]


def test_an_outbreak_doubles_daily_and_shows_on_its_third_day() -> None:
    group = next(unit for unit in small_units() if unit.kind == "class" and unit.learners > 30)
    outbreak = Outbreak(group.code, START)
    fresh = []
    for number in range(5):
        day = START + timedelta(days=number)
        cases = behaviour.outbreak_cases(outbreak, group.learners, day)
        assert len({case.member for case in cases}) == len(cases)
        assert all(day - case.onset < timedelta(days=3) for case in cases)
        fresh.append(sum(case.onset == day for case in cases))
    assert fresh == [1, 2, 4, 8, 16]
    assert behaviour.outbreak_cases(outbreak, group.learners, START - timedelta(days=1)) == []
    assert behaviour.outbreak_cases(outbreak, group.learners, START + timedelta(days=30)) == []
    third = START + timedelta(days=2)
    events = behaviour.day_of(whole("S"), third, policy(), outbreak=outbreak)
    closed = next(e for e in events if isinstance(e, ClassClosed) and e.unit == group.code)
    assert sum(case.onset == third and case.symptoms == ("vomiting", "diarrhoea") for case in closed.absentees) == 4
    report = next(e for e in events if isinstance(e, UnitReported) and e.unit == group.parent)
    assert report.absent >= 7

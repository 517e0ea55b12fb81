"""The daily briefing (日报): composed from records, versions kept, small counts hidden, zero said of how many."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from lianfang.capabilities.briefings.actions import assess_briefing, compose_briefing, hash_of
from lianfang.capabilities.briefings.indicators import indicators
from lianfang.capabilities.briefings.indicators import said as said_of
from lianfang.capabilities.briefings.models import Briefing
from lianfang.capabilities.supplies.actions import issue_supplies, receive_supplies, register_item
from lianfang.domain.outcomes import Outcome
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.briefing import outcomes
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import owe
from tests import make
from tests.briefing_world import School, said
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def test_new_symptoms_are_said_with_the_mean_of_seven_days_and_its_change():
    school = School()
    school.fortnight(before=10, now=6)
    school.checks(0, 6, fever=5)
    school.checks(1, 0)
    made = school.composes()
    assert said(made, "symptoms").startswith(
        "New symptoms 6 of 40, seven-day mean 6.0, down 40 % on the week before; fever among them 5,"
    )
    assert "今日报告症状 6 人（共 40 人），七日均值 6.0，较前七日下降 40%" in said(made, "symptoms", "zh")
    assert said(made, "people") == "People accounted for 40 of 40; nothing known of 0 of 40; on approved leave 0 of 40."


def test_who_was_ill_the_day_before_is_not_newly_ill():
    school = School()
    school.day(DAY - timedelta(days=1), 10)
    school.opens()
    school.checks(0, 10, like=DAY - timedelta(days=1))
    school.checks(1, 0)
    assert said(school.composes(), "symptoms").startswith("New symptoms 0 of 40, seven-day mean 5.0 over 2 known days")


def test_while_somebody_is_unknown_counts_are_lower_bounds_and_missing_classes_are_named():
    school = School()
    school.fortnight(before=8, now=8)
    school.checks(0, 8)
    made = school.composes()
    assert said(made, "symptoms").startswith("New symptoms at least 8 of 40, seven-day mean at least 8.0")
    assert said(made, "people").startswith("People accounted for 20 of 40; nothing known of 20")
    assert said(made, "reporting") == "Reports received 1 of 2; on time 1; late 0 of 2; missing 1."
    assert "overdue units 1 of 2, namely Unit S1-K2" in said(made, "quality")
    assert "漏报单位 1 个单位（共 2 个单位），即2班" in said(made, "quality", "zh")


def test_nobody_reported_is_unknown_and_not_zero():
    school = School()
    school.opens()
    made = school.composes()
    assert said(made, "symptoms").startswith("New symptoms not reported; fever among them not reported")
    values = {one["code"]: one["value"] for part in made.figures for one in part["figures"]}
    assert values["symptoms.unwell"] is None
    assert values["reporting.received"] == 0


def test_a_small_count_of_ill_people_is_hidden_and_its_mean_with_it():
    school = School()
    school.fortnight(before=0, now=0)
    school.checks(0, 3, fever=1)
    school.checks(1, 0)
    made = school.composes()
    assert said(made, "symptoms").startswith(
        "New symptoms fewer than 5 of 40, seven-day mean below 5; fever among them fewer than 5, "
        "seven-day mean below 5;"
    )
    assert "3" not in said(made, "symptoms")


def test_an_office_reads_no_mean_and_no_change_from_which_a_hidden_day_would_follow():
    school = School()
    school.fortnight(before=10, now=6)
    school.checks(0, 3)
    school.checks(1, 0)
    with clock.at(at(17)), make.acting(make.actor(school.unit.parent, "officer")) as officer:
        made = compose_briefing(officer, unit=school.unit.parent, day=DAY)
    assert said(made, "symptoms").startswith("New symptoms fewer than 5 of 40, seven-day mean about 6; fever")
    assert "今日报告症状少于 5 人（共 40 人），七日均值约 6；其中发热" in said(made, "symptoms", "zh")
    (unwell,) = [one for part in made.figures for one in part["figures"] if one["code"] == "symptoms.unwell"]
    assert (unwell["value"], unwell["trend"]["mean"], unwell["trend"]["change"]) == ({"below": 5}, "6", None)


def test_before_its_time_a_class_check_is_not_due_yet_and_after_it_missing():
    school = School()
    school.opens()
    school.checks(0, 0, hour=7)
    before, after = school.composes(7), school.composes(17)
    assert said(before, "reporting").endswith("on time 1; late 0 of 2; missing 1; of these not yet due 1.")
    assert said(before, "quality").startswith(
        "Overall: some not yet due, so figures are lower bounds; units not yet due 1 of 2; corrected"
    )
    assert "未到时限单位 1 个单位（共 2 个单位）" in said(before, "quality", "zh")
    assert "漏报单位" not in said(before, "quality", "zh")
    assert said(after, "reporting") == "Reports received 1 of 2; on time 1; late 0 of 2; missing 1."
    assert "overdue units 1 of 2, namely Unit S1-K2" in said(after, "quality")


def test_before_its_time_a_report_to_the_county_is_not_due_yet_and_after_it_missing_by_name():
    school = School()
    school.opens()
    county = school.unit.parent
    with make.acting(make.actor(county, "officer")) as officer:
        with clock.at(at(7)):
            before = compose_briefing(officer, unit=county, day=DAY)
        with clock.at(at(23)):
            after = compose_briefing(officer, unit=county, day=DAY)
    assert said(before, "reporting").endswith("missing 1; of these not yet due 1.")
    assert "namely" not in said(before, "quality")
    assert said(after, "reporting").endswith("missing 1.")
    assert "overdue units 1 of 1, namely Unit S1" in said(after, "quality")


def test_an_officer_of_the_county_reads_true_counts_of_cases_though_no_person_is_in_sight():
    school = School()
    school.fortnight(before=6, now=6)
    school.checks(0, 6)
    school.checks(1, 0)
    with clock.at(at(17)), make.acting(make.actor(school.unit.parent, "officer")) as officer:
        made = compose_briefing(officer, unit=school.unit.parent, day=DAY)
    assert said(made, "symptoms").startswith("New symptoms 6 of 40")
    assert said(made, "cases").startswith("Open cases 0 among 40 on the roster")


def test_an_unchanged_day_is_refused_and_a_changed_one_is_a_further_version():
    school = School()
    school.opens()
    school.checks(0, 6)
    first = school.composes(9)
    with pytest.raises(Refused) as refused:
        school.composes(10)
    assert (refused.value.code, refused.value.problems[0].facts) == ("briefing.unchanged", {"version": 1})
    school.checks(1, 0, hour=11)
    second = school.composes(12)
    assert (second.version, second.changed[:2]) == (2, ["people.answered", "people.unknown"])
    with within(EVERYTHING):
        kept = Briefing.objects.get(version=1)
        assert (kept.figures, kept.hash) == (first.figures, hash_of(kept))
        assert list(Event.objects.filter(kind="briefing.composed").values_list("actor_name", flat=True)) == [
            school.officer.name, school.officer.name,
        ]  # fmt: skip


def test_an_assessment_is_a_version_of_its_own_and_changing_it_needs_the_reason():
    school = School()
    school.opens()
    first = school.composes(9)
    with clock.at(at(10)), make.acting(school.doctor) as doctor:
        second = assess_briefing(doctor, briefing=first, text="与季节相符")
        assert (second.version, second.assessed_by, second.figures) == (2, doctor.name, first.figures)
        with pytest.raises(Refused) as refused:
            assess_briefing(doctor, briefing=second, text="另行观察")
        assert (refused.value.code, refused.value.problems[0].field) == ("required", "reason")
        with pytest.raises(Refused) as refused:
            assess_briefing(doctor, briefing=first, text="另行观察", reason="x")
        assert refused.value.code == "briefing.superseded"
        third = assess_briefing(doctor, briefing=second, text="另行观察", reason="校医复核")
    assert (third.version, third.reason) == (3, "校医复核")
    school.checks(0, 0, hour=11)
    fourth = school.composes(12)
    assert (fourth.assessment, fourth.assessed_by) == ("另行观察", school.doctor.name)


def test_a_kept_version_cannot_be_changed_even_by_the_application():
    school = School()
    school.opens()
    made = school.composes()
    with make.acting(school.officer), pytest.raises(DatabaseError), transaction.atomic():
        Briefing.objects.filter(pk=made.pk).update(assessment="x")


@pytest.mark.parametrize(("days", "code"), [(1, "date.in_future"), (-4000, "unit.closed")])
def test_a_day_to_come_or_before_the_unit_was_has_no_briefing(days: int, code: str):
    school = School()
    with pytest.raises(Refused) as refused:
        school.composes(day=DAY + timedelta(days=days))
    assert refused.value.code == code


def test_a_class_head_reads_no_briefing_of_the_school_and_composes_none():
    school = School()
    school.opens()
    made = school.composes()
    with make.acting(school.heads[0]) as head:
        assert not Briefing.objects.filter(pk=made.pk).exists()
        with pytest.raises(Refused), clock.at(at(17)):
            compose_briefing(head, unit=school.unit, day=DAY)


def test_stock_is_said_with_its_days_left_where_a_rate_of_use_is_known():
    school = School()
    with within(EVERYTHING):
        with clock.at(at(8, day=DAY - timedelta(days=8))):
            mask = register_item(SYSTEM, unit=school.unit, code="mask", name="口罩", name_en="Masks", measure="piece")
            receive_supplies(SYSTEM, unit=school.unit, item=mask, quantity=Decimal(100))
        for back in range(7, 0, -1):
            with clock.at(at(8, day=DAY - timedelta(days=back))):
                issue_supplies(SYSTEM, unit=school.unit, item=mask, quantity=Decimal(10))
    school.opens()
    made = school.composes()
    assert said(made, "supplies") == "Masks in stock 30 pieces; Masks, days left 3."
    assert said(made, "supplies", "zh") == "口罩库存 30 件；口罩可用 3 天。"


@pytest.mark.parametrize(
    ("outcome", "en", "zh"),
    [
        (Outcome("x", DAY, DAY, 0, 252, 3528), "0 of 252 over 3,528 person-days", "252 人中 0 人，观察 3,528 人日"),
        (Outcome("x", DAY, DAY, 12, 252, 3528), "12 of 252 (4.8 %) over 3,528 person-days",
         "252 人中 12 人（4.8%），观察 3,528 人日"),
        (Outcome("x", DAY, DAY, 4, 252, 3528), "fewer than 5 of 252 over 3,528 person-days",
         "252 人中少于 5 人，观察 3,528 人日"),
        (Outcome("x", DAY, DAY, None, 252), "not known of 252", "252 人中不详"),
        (Outcome("x", DAY, DAY, 0, 3, 42), "0 of 3 over 42 person-days", "3 人中 0 人，观察 42 人日"),
    ],
)  # fmt: skip
def test_S02_zero_is_said_of_how_many_over_which_time_and_few_have_no_rate(outcome: Outcome, en: str, zh: str):
    assert (said_of(outcome, "en", fewest=5), said_of(outcome, "zh", fewest=5)) == (en, zh)
    small = Outcome("x", DAY, DAY, 5, 5).percent(6)
    assert small is None


def test_S02_where_nobody_was_observed_and_no_class_was_held_there_is_no_indicator():
    school = School()
    found = outcomes(school.unit, DAY, DAY)
    assert indicators(found, "en", fewest=5) == []


def test_what_falls_due_tomorrow_is_counted_by_kind():
    school = School()
    school.opens()
    with within(EVERYTHING):
        for number in (1, 2):
            owe(school.unit, "order", school.unit, number=number, due_at=at(9, day=DAY + timedelta(days=1)))
        owe(school.unit, "check", school.unit, due_at=at(9, day=DAY + timedelta(days=2)))
    made = school.composes()
    assert said(made, "owed") == "Own report by 16:30: to be sent in time; work order 2."

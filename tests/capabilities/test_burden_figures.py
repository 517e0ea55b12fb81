"""What forms cost (负担): counted from what was really sent, beside the targets, per level."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.burden.actions import propose_form, publish_form, time_form
from lianfang.capabilities.burden.figures import SELF, Burden, burden, planned
from lianfang.capabilities.burden.filling import answer_form, fill_form
from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.daily_report.intake import receive_bulletin
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import actor_for
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


class Place:
    """A county with a school and a class of four."""

    def __init__(self) -> None:
        self.county = make.root("N1", "county", "乙县")
        self.school = make.unit(self.county, "S1", "school", "第一小学")
        self.klass = make.unit(self.school, "S1-K1", "class", "一班")
        self.pupils = make.members(self.klass, 4)
        self.head = make.actor(self.klass, "class_head")
        self.duty = make.actor(self.school, "duty_officer")
        with within(EVERYTHING):
            open_day(DAY)
            open_tallies(DAY)

    def answers(self, how_many: int, mode: str, slot: str = "am") -> None:
        with make.acting(self.head) as head:
            for pupil in self.pupils[:how_many]:
                receive_answer(head, make.answer(pupil, self.klass, slot=slot), channel="json", mode=mode)

    def checks(self) -> None:
        raw = {"key": f"roll-call-{clock.now():%H%M}", "unit": "S1-K1", "day": str(DAY), "slot": "am",
               "observed_by": "head", "exceptions": [], "everyone_else": "well"}  # fmt: skip
        with make.acting(self.head) as head:
            receive_roll_call(head, raw, channel="json")

    def bulletin(self, **more: object) -> None:
        raw = {"unit": "S1", "day": str(DAY), "daily_counts": {"nothing_to_report": True},
               "flood_safety": {"nothing_to_report": True}, **more}  # fmt: skip
        with make.acting(self.duty) as duty:
            receive_bulletin(duty, raw, channel="json")

    def ask(self, unit: Unit, code: str, answered_by: str, frequency: str, seconds: int) -> None:
        with make.acting(make.actor(unit, "administrator")) as owner:
            form = propose_form(
                owner, unit=unit, code=code, title="表", purpose="x", answered_by=answered_by, frequency=frequency,
                seconds=seconds, fields=[{"code": "beds", "zh": f"床位{code}"}],
            )  # fmt: skip
            publish_form(owner, form=form)

    def burden(self) -> Burden:
        with within(EVERYTHING):
            return burden(self.county, DAY)


@pytest.fixture
def place() -> Place:
    with clock.at(at(6)):
        return Place()


def test_T01_a_member_who_answers_once_a_day_takes_ten_seconds_and_three_times_thirty(place: Place):
    with clock.at(at(8)):
        place.answers(3, "self")
        found = place.burden()
        assert (found.member_seconds_a_day, found.member_minutes_a_week) == (Decimal("10.0"), Decimal("1.2"))
    make.rules(place.county, slots=["am", "noon", "pm"])
    with clock.at(at(12)):
        place.answers(3, "self", "noon")
        place.answers(3, "self", "pm")
        found = place.burden()
    assert found.member_seconds_a_day == Decimal("30.0") and found.member_target == 20
    assert [(one.entries, one.days) for one in found.loads if one.what == SELF] == [(9, 3)]


def test_T01_a_bulletin_of_two_lines_is_one_form_and_a_second_form_is_a_second_one(place: Place):
    with clock.at(at(16)):
        place.bulletin()
        assert place.burden().forms_a_unit_a_day == Decimal("1.0") == place.burden().unit_target
        place.ask(place.county, "stocks", "units", "daily", 45)
        with make.acting(place.duty) as duty:
            fill_form(duty, unit=place.school, form="stocks", values={"beds": 4})
        assert place.burden().forms_a_unit_a_day == Decimal("2.0")


def test_T01_what_others_enter_is_their_work_and_a_correction_is_work_too(place: Place):
    with clock.at(at(8)):
        place.answers(2, "phone")
        place.checks()
    with clock.at(at(16)):
        place.bulletin()
    with clock.at(at(16, 20)):
        place.bulletin(daily_counts={"expected": 4, "present": 4, "absent": 0, "fever": 0, "tested": 0, "confirmed": 0},
                       reason="漏填")  # fmt: skip
    found = place.burden()
    levels = {one.level: one for one in found.levels}
    assert found.member_seconds_a_day is None, "nobody answered for themselves"
    assert levels["class"].seconds == 2 * 30 + 60 and levels["class"].minutes_a_week == Decimal("2.0")
    assert levels["school"].seconds == 2 * 90 and levels["school"].forms == 1


def test_T01_seconds_are_as_measured_once_somebody_has_timed_the_form(place: Place):
    with clock.at(at(16)):
        place.ask(place.county, "stocks", "units", "daily", 45)
        with make.acting(place.duty) as duty:
            fill_form(duty, unit=place.school, form="stocks", values={"beds": 4})
        assert [(one.seconds, one.measured) for one in place.burden().loads] == [(45, False)]
        from lianfang.capabilities.burden.models import RegisteredForm

        with make.acting(make.actor(place.county, "administrator")) as owner:
            time_form(owner, form=RegisteredForm.objects.get(), seconds=70, entries=9)
        assert [(one.seconds, one.measured) for one in place.burden().loads] == [(70, True)]


def test_T01_the_week_has_seven_days_and_no_more(place: Place):
    with clock.at(at(8)):
        place.answers(1, "self")
    for days, expected in ((6, Decimal("10.0")), (7, None)):
        with within(EVERYTHING):
            assert burden(place.county, DAY + timedelta(days=days)).member_seconds_a_day == expected


def test_T01_what_is_planned_for_a_member_adds_the_published_forms_to_the_check_in(place: Place):
    with clock.at(at(16)):
        place.ask(place.county, "weekly_trip", "people", "weekly", 70)
        with within(EVERYTHING):
            assert planned(place.klass, DAY).seconds == Decimal("20.0")
            assert [one.code for one in planned(place.klass, DAY).forms] == ["weekly_trip"]
        other = make.root("N2", "county", "丙县")
        with within(EVERYTHING):
            assert planned(other, DAY).seconds == Decimal("10.0")


def test_T01_a_form_of_people_is_their_work_and_for_somebody_it_is_the_class_heads(place: Place):
    with clock.at(at(8)):
        place.answers(2, "self")
        place.ask(place.county, "trip", "people", "once", 40)
        first, second = place.pupils[:2]
        with within(EVERYTHING):
            account = new_account("pupil", "pupil")
            account.person_id = first.pk
            account.save()
            pupil = actor_for(account)
        for who, person in ((pupil, first), (place.head, second)):
            with make.acting(who):
                answer_form(who, unit=place.klass, person=person, form="trip", values={"beds": 1})
        with make.acting(make.actor(place.county, "officer")):
            found = burden(place.county, DAY)
    assert found.member_seconds_a_day == Decimal("30.0"), "two check-ins of 10 s and one form of 40 s, by two people"
    assert [one.seconds for one in found.levels] == [] and place.burden().forms_a_unit_a_day is None


def test_an_office_sees_the_burden_without_seeing_people(place: Place):
    with clock.at(at(8)):
        place.answers(3, "self")
    with make.acting(make.actor(place.county, "officer")):
        assert burden(place.county, DAY).member_seconds_a_day == Decimal("10.0")
    with make.acting(make.actor(place.school, "officer")):
        assert burden(place.school, DAY).member_seconds_a_day == Decimal("10.0")

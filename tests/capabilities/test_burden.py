"""One entry, many uses (减负): a new form re-asks nothing held and fresh, and everybody sees what forms cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianfang.capabilities.burden.actions import (
    decide_likeness,
    propose_form,
    publish_form,
    revise_form,
    time_form,
    withdraw_form,
)
from lianfang.capabilities.burden.filling import fill_form
from lianfang.capabilities.burden.models import RegisteredForm, UnitFilling
from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.domain.refusals import Refused
from lianfang.interfaces.wording import sentence
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
EIGHT = [
    ("name", "学生姓名", "person.name"),
    ("id_number", "身份证号", "person.id_number"),
    ("phone", "联系电话", "person.phone"),
    ("birth", "出生日期", "person.birth_date"),
    ("klass", "所在班级", "roster.unit"),
    ("temperature", "今日体温", "answer.temperature"),
    ("trip", "寒假外出城市", ""),
    ("flight", "返程航班号", ""),
]
"""Eight fields, of which six are held already."""


class Place:
    """A county with a school and a class of three, who are on the roster and have answered today."""

    def __init__(self) -> None:
        self.county = make.root("N1", "county", "乙县")
        self.school = make.unit(self.county, "S1", "school", "第一小学")
        self.klass = make.unit(self.school, "S1-K1", "class", "一班")
        numbers = ("519999201001010009", "519999201001020012", "51999920100104003X")
        born = (date(2010, 1, 1), date(2010, 1, 2), date(2010, 1, 4))
        self.pupils = [
            make.member(self.klass, number=number, born=day, since=date(2025, 9, 1))
            for number, day in zip(numbers, born, strict=True)
        ]
        with within(EVERYTHING):
            for pupil in self.pupils:
                pupil.phone = "15400000000"
                pupil.save()
        self.owner = make.actor(self.county, "administrator")
        self.officer = make.actor(self.county, "officer")

    def answer(self, day: date = DAY) -> None:
        head = make.actor(self.klass, "class_head")
        with make.acting(head):
            for pupil in self.pupils:
                raw = make.answer(pupil, self.klass, day=str(day), temperature="36.5")
                receive_answer(head, raw, channel="json")

    def propose(self, fields: list[tuple[str, str, str]], **more: Any) -> RegisteredForm:
        asked = [{"code": code, "zh": zh, "held_as": held} for code, zh, held in fields]
        given = {
            "unit": self.county, "code": "return_to_school", "title": "返校登记表", "purpose": "返校安排",
            "answered_by": "people", "frequency": "once", "seconds": 90, "fields": asked,
        } | more  # fmt: skip
        with make.acting(self.owner):
            form: RegisteredForm = propose_form(self.owner, **given)
        return form

    def publish(self, form: RegisteredForm) -> RegisteredForm:
        with make.acting(self.owner):
            published: RegisteredForm = publish_form(self.owner, form=form)
        return published

    def refused(self, form: RegisteredForm) -> dict[str, str]:
        """Field -> code, of everything that keeps the form from being published."""
        with pytest.raises(Refused) as refused:
            self.publish(form)
        return {problem.field: problem.code for problem in refused.value.problems}


@pytest.fixture
def place() -> Place:
    return Place()


def filled_in(fields: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [{"code": code, "zh": zh, "held_as": held, "asked": not held} for code, zh, held in fields]


def test_T01_a_form_of_eight_fields_of_which_six_are_held_is_refused_until_it_asks_two(place: Place):
    place.answer()
    form = place.propose(EIGHT)
    with pytest.raises(Refused) as refused:
        place.publish(form)
    said = [sentence(problem) for problem in refused.value.problems]
    assert [p.field for p in refused.value.problems] == [code for code, _, held in EIGHT if held]
    assert {p.code for p in refused.value.problems} == {"form.held_already"}
    assert "联系电话 is held already: register of people, fresh for 3 of 3, the newest of 2025-09-01." in said[2]
    assert "今日体温 is held already: daily answers, fresh for 3 of 3, the newest of 2026-03-02." in said[5]
    with make.acting(place.owner):
        revise_form(place.owner, form=form, fields=filled_in(EIGHT))
    assert place.publish(form).state == "published"
    with within(EVERYTHING):
        assert [one.code for one in form.fields.filter(asked=True).order_by("position")] == ["trip", "flight"]


def test_T01_what_is_held_but_stale_may_be_asked_again(place: Place):
    make.rules(place.county, fresh_days={"person.phone": 30})
    place.answer(DAY - timedelta(days=2))
    asked = [EIGHT[2], EIGHT[5], *EIGHT[6:]]
    assert place.publish(place.propose(asked)).state == "published"


def test_T01_a_phone_is_fresh_until_the_last_day_that_the_rules_give_it(place: Place):
    with make.acting(place.owner):
        form = place.propose([EIGHT[2], EIGHT[6]])
    entered = date(2025, 9, 1)
    make.rules(place.county, fresh_days={"person.phone": (DAY - entered).days})
    assert place.refused(form) == {"phone": "form.held_already"}
    make.rules(place.county, fresh_days={"person.phone": (DAY - entered).days - 1})
    assert place.publish(form).state == "published"


@pytest.mark.parametrize("label", ["手机号码", "请填写您的手机号(必填)", "移动电话", "手 机 号", "联系手机号（家长）"])
def test_T01_another_name_does_not_hide_that_a_phone_is_held(place: Place, label: str):
    form = place.propose([("number_x", label, ""), EIGHT[6]])
    assert place.refused(form) == {"number_x": "form.undecided"}


def test_T01_binding_a_phone_to_something_that_is_not_held_does_not_hide_it_either(place: Place):
    form = place.propose([("phone", "手机号", "answer.health_code"), EIGHT[6]])
    assert place.refused(form) == {"phone": "form.undecided"}


def test_T01_the_burden_officer_decides_what_a_field_means(place: Place):
    form = place.propose([("mobile", "手机号码", ""), ("other", "紧急联系电话", ""), EIGHT[6]])
    with within(EVERYTHING):
        mobile, other = form.fields.get(code="mobile"), form.fields.get(code="other")
    with make.acting(place.officer) as officer:
        decide_likeness(officer, field=mobile, same=True, reason="就是本人手机号")
        decide_likeness(officer, field=other, same=False, reason="不是本人的")
    assert place.refused(form) == {"mobile": "form.held_already"}
    kept = [
        {"code": "mobile", "zh": "手机号码", "held_as": "person.phone", "asked": False},
        {"code": "other", "zh": "紧急联系电话"},
        {"code": "trip", "zh": "寒假外出城市"},
    ]
    with make.acting(place.owner):
        revise_form(place.owner, form=form, fields=kept)
    assert place.publish(form).state == "published"


def test_T01_nobody_decides_about_a_form_of_their_own(place: Place):
    asked = [{"code": "mobile", "zh": "手机号码"}]
    with make.acting(place.officer) as officer:
        form = propose_form(
            officer, unit=place.county, code="own", title="表", purpose="x", answered_by="people", frequency="once",
            seconds=5, fields=asked,
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            decide_likeness(officer, field=form.fields.get(), same=False, reason="x")
    assert refused.value.code == "form.own_decision"


def test_T01_what_a_published_form_asks_is_not_asked_by_a_second_one(place: Place):
    place.publish(place.propose(EIGHT[6:]))
    again = [("city", "寒假外出城市", "form.return_to_school.trip"), ("seat", "座位号", "")]
    second = place.propose(again, code="second_form")
    assert place.refused(second) == {"city": "form.held_already"}
    renamed = place.propose([("city", "寒假外出的城市", ""), ("seat", "座位号", "")], code="third_form")
    assert place.refused(renamed) == {"city": "form.undecided"}
    with within(EVERYTHING):
        first = RegisteredForm.objects.get(code="return_to_school")
    with make.acting(place.owner):
        withdraw_form(place.owner, form=first, reason="已完成")
    assert place.publish(renamed).state == "published"


def test_T01_a_form_of_units_is_answered_once_and_then_held(place: Place):
    asked = [("beds", "隔离床位", ""), ("masks", "口罩库存", "")]
    place.publish(place.propose(asked, code="stocks", answered_by="units", frequency="weekly"))
    with make.acting(make.actor(place.school, "duty_officer")) as duty:
        fill_form(duty, unit=place.school, form="stocks", values={"beds": 4, "masks": 900})
    with within(EVERYTHING):
        assert UnitFilling.objects.get(form="stocks").values == {"beds": 4, "masks": 900}
    second = place.propose(
        [("beds", "隔离床位数", "report.stocks.beds"), ("nurses", "校医人数", "")], code="more", answered_by="units"
    )
    assert place.refused(second) == {"beds": "form.held_already"}
    with clock.at(make.at(12, day=DAY + timedelta(days=2))):
        assert place.publish(second).state == "published"


def test_T01_the_code_of_a_form_that_everybody_knows_is_not_taken(place: Place):
    with pytest.raises(Refused) as refused:
        place.propose(EIGHT[6:], code="daily_counts")
    assert refused.value.code == "choice.duplicate"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ([], "fields"),
        ([{"code": "a1", "zh": "甲"}, {"code": "a1", "zh": "乙"}], "fields[1].code"),
        ([{"code": "a1", "zh": "甲", "held_as": "person.shoe"}], "fields[0].held_as"),
        ([{"code": "a1", "zh": "甲", "asked": False}], "fields[0].held_as"),
        ([{"code": "A 1", "zh": "甲"}], "fields[0].code"),
        ([{"code": "a1", "zh": ""}], "fields[0].zh"),
        ([{"code": "a1", "zh": "甲", "colour": "red"}], "fields[0].colour"),
        ([{"code": "a1", "zh": "甲", "asked": "no"}], "fields[0].asked"),
    ],
)
def test_a_field_that_cannot_be_read_is_refused_with_its_place(place: Place, fields: list[Any], where: str):
    with make.acting(place.owner) as owner, pytest.raises(Refused) as refused:
        propose_form(
            owner, unit=place.county, code="some_form", title="表", purpose="x", answered_by="people",
            frequency="once", seconds=5, fields=fields,
        )  # fmt: skip
    assert where in [problem.field for problem in refused.value.problems]
    with within(EVERYTHING):
        assert not RegisteredForm.objects.exists()


def test_what_somebody_has_timed_counts_instead_of_the_estimate(place: Place):
    form = place.propose(EIGHT[6:])
    assert form.takes == 90
    with make.acting(place.owner) as owner:
        assert time_form(owner, form=form, seconds=41, entries=12).takes == 41

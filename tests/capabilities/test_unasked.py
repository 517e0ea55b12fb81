"""Answers that nobody asked for, and people named in two ways (多余与矛盾的登记): refused, and counted nowhere."""

from __future__ import annotations

import pytest

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.reporting.models import Tally
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning():
    with clock.at(at(9)):
        yield


def test_a_time_of_day_that_the_rules_do_not_ask_for_is_refused_and_counted_nowhere(morning):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupil = make.member(klass)
    head = make.actor(klass, Role.CLASS_HEAD)
    with make.acting(head), pytest.raises(Refused) as refused:
        receive_answer(head, make.answer(pupil, klass, slot="pm"), channel="json")
    assert [(one.code, one.field) for one in refused.value.problems] == [("choice.unknown", "slot")]
    with within(EVERYTHING):
        assert not Tally.objects.filter(slot="pm").exists()


def test_a_class_check_that_names_somebody_twice_is_refused(morning):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupil = make.member(klass)
    head = make.actor(klass, Role.CLASS_HEAD)
    who = str(pupil.pk)
    exceptions = [{"person": who, "state": "unwell", "temperature": "38.9"}, {"person": who, "state": "well"}]
    check = {"key": "check-twice", "unit": "S-K1", "day": str(DAY), "slot": "am", "everyone_else": "well"}
    with make.acting(head), pytest.raises(Refused) as refused:
        receive_roll_call(head, {**check, "exceptions": exceptions}, channel="json")
    assert [(one.code, one.field) for one in refused.value.problems] == [("row.duplicate", "exceptions[1].person")]


def test_an_id_with_the_number_of_somebody_else_is_refused(morning):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    one, other = make.members(klass, 2)
    head = make.actor(klass, Role.CLASS_HEAD)
    with within(EVERYTHING):
        number = other.number.open()
    person = {"ref": str(one.pk), "id_type": "passport", "id_number": number}
    with make.acting(head), pytest.raises(Refused) as refused:
        receive_answer(head, make.answer(one, klass, person=person), channel="json")
    assert refused.value.code == "person.ambiguous"


def test_somebody_entered_by_an_answer_is_expected_at_every_time_of_the_day(morning):
    school = make.root("S", "school")
    make.rules(school, slots=["am", "pm"])
    klass = make.unit(school, "S-K1", "class")
    pupil = make.member(klass)
    head = make.actor(klass, Role.CLASS_HEAD)
    new = {"id_type": "none", "id_reason": "forgotten", "name": "新来的", "birth_date": "1990-01-01"}
    with make.acting(head):
        with within(EVERYTHING):
            open_day(DAY)
            open_tallies(DAY)
        receive_answer(head, make.answer(pupil, klass), channel="json")
        receive_answer(head, make.answer(pupil, klass, person=new), channel="json")
    with within(EVERYTHING):
        assert differences(DAY) == []

"""Counts of illness by unit and day (监测计数): counted from answers, added up to every level, equal to a recount."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.persons.actions import approve_leave
from lianfang.capabilities.surveillance.counting import count_days
from lianfang.capabilities.surveillance.models import DayCount
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.surveillance_world import answered, built, counted, lived, opened

pytestmark = pytest.mark.django_db


def row(unit: Unit, day=DAY) -> DayCount:
    with within(EVERYTHING):
        return DayCount.objects.get(unit=unit, day=day)


def rows() -> list[tuple]:
    with within(EVERYTHING):
        names = ("unit_id", "day", "path", "above", "level", "expected", "answered", "counts", "bounds", "fewest")
        return sorted(DayCount.objects.values_list(*names), key=str)


def test_counts_go_up_from_class_to_province_with_their_denominators():
    world = built()
    lived(world, DAY, {"S1-K1": [["fever", "cough"], ["vomiting"]], "S2-K2": [["cough"]]})
    assert row(world.classes[0]).counts == {"respiratory": 1, "gastric": 1, "any": 2, "new": 2}
    assert row(world.schools[0]).counts == {"respiratory": 1, "gastric": 1, "any": 2, "new": 2}
    for office in (world.county, world.province):
        assert row(office).counts == {"respiratory": 2, "gastric": 1, "any": 3, "new": 3}
        assert (row(office).expected, row(office).answered) == (80, 80)
    assert row(world.schools[0]).answered == 40


def test_zero_keeps_its_denominator_and_silence_is_no_zero():
    world = built()
    lived(world, DAY)
    assert row(world.county).count("respiratory", hidden=True).shown == 0
    assert row(world.county).count("respiratory", hidden=True).denominator == 80
    opened(DAY + timedelta(days=1))
    counted()
    silent = row(world.county, DAY + timedelta(days=1))
    assert (silent.expected, silent.answered) == (80, 0)
    assert silent.count("respiratory", hidden=True).shown is None


def test_a_person_with_two_symptoms_of_a_group_or_two_answers_counts_once():
    world = built(schools=1, classes=1)
    make.rules(world.province, slots=["am", "pm"])
    lived(world, DAY, {"S1-K1": [["fever", "cough", "sore_throat"]]}, checked=False)
    answered(world, world.classes[0], 0, DAY, symptoms=["cough"], slot="pm")
    counted()
    assert row(world.classes[0]).counts == {"respiratory": 1, "any": 1, "new": 1}


def test_who_was_ill_the_day_before_is_not_new_and_is_when_that_day_is_put_right():
    world, before = built(), DAY - timedelta(days=1)
    for day in (before, DAY):
        lived(world, day, {"S1-K1": [["cough"], ["cough"]]})
    assert row(world.county, before).counts["new"] == 2
    assert (row(world.county).counts["any"], row(world.county).counts.get("new")) == (2, None)
    answered(world, world.classes[0], 0, before)
    counted()
    assert (row(world.county).counts["any"], row(world.county).counts.get("new")) == (2, 1)


def test_what_is_counted_again_after_a_correction_equals_a_whole_recount():
    world = built()
    lived(world, DAY, {"S1-K1": [["cough"], ["cough"]], "S2-K1": [["rash"]]})
    answered(world, world.classes[0], 0, DAY)
    counted()
    assert row(world.classes[0]).counts == {"respiratory": 1, "any": 1, "new": 1}
    piecemeal = rows()
    count_days([DAY])
    assert rows() == piecemeal
    assert row(world.province).counts == {"respiratory": 1, "rash": 1, "any": 2, "new": 2}


def test_leave_for_illness_is_counted_as_absence_and_other_leave_is_not():
    world = built(schools=1, classes=1)
    klass = world.classes[0]
    for place, reason in ((0, "生病"), (1, "sick"), (2, "家中有事"), (3, "a skill test")):
        with clock.at(at(7)), within(EVERYTHING):
            approve_leave(
                SYSTEM, unit=klass, person=world.people[klass.code][place], since=DAY, until=DAY, reason=reason
            )
    lived(world, DAY)
    assert row(klass).counts == {"absence": 2}
    assert row(klass).expected == 16


def test_a_single_small_count_takes_its_next_neighbour_with_it():
    world = built(schools=3, classes=1)
    lived(world, DAY, {"S1-K1": [["cough"]] * 2, "S2-K1": [["cough"]] * 7, "S3-K1": [["cough"]] * 9})
    shown = [row(school).count("respiratory", hidden=True).shown for school in world.schools]
    assert [getattr(one, "below", one) for one in shown] == [5, 15, 9]
    assert row(world.county).count("respiratory", hidden=True).shown == 18

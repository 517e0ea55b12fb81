"""How long a stay lasts (留观期限): its own rules, corrections, extensions, extra tests, moves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.stays.actions import (
    correct_exposure,
    extend,
    extend_floor,
    order_test,
    receive_manifest,
    record_test,
    rederive,
    room_nights,
    transfer_room,
)
from lianfang.capabilities.stays.models import Change
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.policies.ops import edition_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests import stays_world as world
from tests.stays_world import moment

pytestmark = pytest.mark.django_db
EVENING = moment("01-31", 20, 30)


def refused(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [problem.code for problem in caught.value.problems]


def test_a_stay_keeps_the_rules_it_began_under_until_somebody_decides_otherwise():
    site = world.site(count_from="admission")
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    make.rules(site.unit, observation_days=10, count_from="last_exposure")
    assert world.fresh(stay).ends_on == date(2020, 2, 14)
    with clock.at(moment("02-01", 9)), make.acting(site.doctor) as doctor:
        rederive(doctor, unit=site.unit, reason="第九版")
    assert world.fresh(stay).ends_on == date(2020, 2, 7)
    with within(EVERYTHING):
        change = Change.objects.get()
        assert (change.ends_before, change.ends_after, change.reason) == (date(2020, 2, 14), date(2020, 2, 7), "第九版")
        assert Task.objects.filter(kind="reading", excused="").count() == 1 + 6 * 2 + 1


def test_a_corrected_exposure_and_an_extension_move_the_last_day_and_what_is_owed():
    site = world.site(test_days=[1, 14])
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    with clock.at(moment("02-01", 9)), make.acting(site.doctor) as doctor:
        correct_exposure(doctor, stay=stay, last_exposure=date(2020, 1, 30), reason="航班日期有误")
        assert world.fresh(stay).ends_on == date(2020, 2, 13)
        assert refused(lambda: extend(doctor, stay=stay, ends_on=date(2020, 2, 13), reason="x")) == ["date.order"]
        extend(doctor, stay=stay, ends_on=date(2020, 2, 15), reason="同车人员确诊")
        with within(EVERYTHING):
            assert Task.objects.filter(kind="reading", excused="").count() == 1 + 14 * 2 + 1
            assert Occupancy.objects.get().expected_until == date(2020, 2, 15)
            assert list(stay.tests.filter(excused="").values_list("day", flat=True)) == [date(2020, 2, 13)]


def test_a_floor_starts_anew_only_where_the_rules_have_that_option():
    site = world.site(count_from="admission")
    stay = world.admitted(site, [world.guest()], EVENING)[0]
    with clock.at(moment("02-03", 9)), make.acting(site.doctor) as doctor:
        start = lambda: extend_floor(  # noqa: E731
            doctor, unit=site.unit, floor=1, last_exposure=date(2020, 2, 3), reason="同层阳性"
        )
        assert refused(start) == ["rule.not_in_force"]
        make.rules(site.unit, floor_starts_anew=True)
        start()
    assert world.fresh(stay).ends_on == date(2020, 2, 17)


def test_an_extra_test_that_a_doctor_asks_for_holds_the_release_until_it_is_negative():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    with clock.at(moment("02-08", 9)), make.acting(site.doctor) as doctor:
        order_test(doctor, stay=stay, day=date(2020, 2, 8), reason="体温 37.6")
        record_test(doctor, stay=stay, day=date(2020, 2, 8), sampled_at=moment("02-08", 8, 50))
        with within(EVERYTHING):
            assert Task.objects.get(kind="test").settled_at is None, "a sample is no result"
        record_test(doctor, stay=stay, day=date(2020, 2, 8), sampled_at=moment("02-08", 8, 50), result="negative")
    with within(EVERYTHING):
        assert Task.objects.get(kind="test").settled_at is not None


def test_a_move_to_another_room_keeps_the_nights_and_leaves_a_room_to_clean():
    site = world.site(count_from="admission")
    stay = world.admitted(site, [world.guest()], EVENING)[0]
    with clock.at(moment("02-02", 10)), make.acting(site.nurse) as nurse:
        assert refused(lambda: transfer_room(nurse, stay=stay, room=site.room(1), reason="漏水")) == ["room.same"]
        transfer_room(nurse, stay=stay, room=site.room(5), reason="漏水")
        assert room_nights(site.unit, date(2020, 1, 30), date(2020, 2, 4)) == 4
    with within(EVERYTHING):
        assert Event.objects.get(kind="room.vacated").facts["room"] == "001"
        assert Occupancy.objects.get(until__isnull=True).place.code == "005"


def test_a_decided_last_day_outlasts_shorter_rules():
    site = world.site(count_from="last_exposure")
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    with clock.at(moment("02-01", 9)), make.acting(site.doctor) as doctor:
        extend(doctor, stay=stay, ends_on=date(2020, 2, 16), reason="核酸可疑")
    make.rules(site.unit, observation_days=10, count_from="last_exposure")
    with clock.at(moment("02-02", 9)), make.acting(site.doctor) as doctor:
        rederive(doctor, unit=site.unit, reason="第九版")
    assert world.fresh(stay).ends_on == date(2020, 2, 16)


def test_one_decision_extends_a_stay_no_further_than_the_rules_leave_to_it():
    site = world.site(count_from="admission")
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    ends_on = world.fresh(stay).ends_on
    with clock.at(moment("02-01", 9)), make.acting(site.doctor) as doctor:
        for far in (ends_on + timedelta(days=15), date(2099, 1, 1)):
            with pytest.raises(Refused) as wrong:
                extend(doctor, stay=stay, ends_on=far, reason="核酸可疑")
            found = wrong.value.problems[0]
            assert (found.code, found.field) == ("stay.extended_too_far", "ends_on")
            assert (found.facts["most"], found.facts["latest"]) == (14, str(ends_on + timedelta(days=14)))
            assert found.facts["edition"] == edition_of(site.unit, date(2020, 2, 1)).text
        assert world.fresh(stay).ends_on == ends_on
        extend(doctor, stay=stay, ends_on=ends_on + timedelta(days=14), reason="核酸可疑")
        extend(doctor, stay=stay, ends_on=ends_on + timedelta(days=28), reason="再次可疑")
    make.rules(site.unit, extension_days=3)
    with clock.at(moment("02-02", 9)), make.acting(site.doctor) as doctor:
        day = ends_on + timedelta(days=32)
        assert refused(lambda: extend(doctor, stay=stay, ends_on=day, reason="x")) == ["stay.extended_too_far"]
        extend(doctor, stay=stay, ends_on=day - timedelta(days=1), reason="三天")


def test_a_stay_past_its_last_day_is_extended_from_today():
    site = world.site(count_from="admission")
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    with clock.at(moment("03-20", 9)), make.acting(site.doctor) as doctor:
        assert refused(lambda: extend(doctor, stay=stay, ends_on=date(2020, 4, 4), reason="x")) == [
            "stay.extended_too_far"
        ]
        extend(doctor, stay=stay, ends_on=date(2020, 4, 3), reason="结果未出")


def test_a_list_of_a_wrong_year_or_of_a_hazard_that_no_rules_are_for_is_refused():
    site = world.site()
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        given = {"unit": site.unit, "people": [world.guest()]}
        wrong = EVENING.replace(year=2099)
        assert refused(lambda: receive_manifest(nurse, arrives_at=wrong, **given)) == ["date.out_of_window"]
        assert refused(lambda: receive_manifest(nurse, arrives_at=EVENING, hazard="x", **given)) == ["choice.unknown"]

"""How long a stay lasts (留观期限): its own rules, corrections, extensions, extra tests, moves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.rules.adopting import preview, shipped_pack
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
from lianfang.capabilities.stays.models import Change, Stay
from lianfang.capabilities.stays.owed import subject_of
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.models import Event
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import edition_of, measures_of
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make
from tests import stays_world as world
from tests.editions import UNDER_8TH, UNDER_9TH, adopt
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


# National editions (rules 3.1)


@pytest.mark.parametrize(
    ("day", "edition", "ends_on", "tests"),
    [
        (UNDER_8TH, "cn-8th 2021-05-14", date(2021, 8, 17), [date(2021, 8, 17)]),
        (UNDER_9TH, "cn-9th 2022-06-27", date(2022, 7, 6), [date(2022, 7, n) for n in (1, 2, 4, 6)]),
    ],
    ids=("8th", "9th"),
)
def test_I08_a_stay_of_no_named_hazard_is_held_and_tested_by_the_national_edition_of_its_day(
    day, edition, ends_on, tests
):
    site = world.site()
    adopt(site.unit)
    come = make.at(15, day=day)
    [stay] = world.admitted(site, [world.guest(last_exposure=str(day - timedelta(days=2)))], come)
    assert (stay.hazard, stay.edition, stay.ends_on) == ("any", edition, ends_on)
    with within(EVERYTHING):
        assert list(stay.tests.order_by("day").values_list("day", flat=True)) == tests


def test_I08_the_preview_of_an_edition_names_the_stays_that_deriving_anew_then_moves():
    site = world.site()
    adopt(site.unit, "cn-8th")
    came, later = make.at(15, day=date(2022, 6, 25)), make.at(10, day=date(2022, 6, 28))
    guests = [world.guest(last_exposure="2022-06-24") for _ in range(3)]
    plain, named, kept_on = world.admitted(site, guests, came)
    with within(EVERYTHING):
        Stay.objects.filter(pk=named.pk).update(hazard="respiratory-2019")
    with clock.at(came), make.acting(site.doctor) as doctor:
        extend(doctor, stay=kept_on, ends_on=date(2022, 7, 10), reason="同车人员确诊")
    with clock.at(later), within(EVERYTHING):
        seen = [one for one in preview(shipped_pack(site.unit, "cn-9th")).touched if one.kind == "stay"]
    assert [(one.count, set(one.examples)) for one in seen] == [(2, {subject_of(plain), subject_of(named)})]
    assert "2022-07-01" in str(seen[0].effect)
    adopt(site.unit, "cn-9th")
    with clock.at(later), make.acting(site.doctor) as doctor:
        rederive(doctor, unit=site.unit, reason="第九版")
    assert [world.fresh(one).ends_on for one in (plain, named, kept_on)] == [
        date(2022, 7, 1), date(2022, 7, 1), date(2022, 7, 10)
    ]  # fmt: skip
    for_any = {"code": "own", "series": "own", "hazard": "any", "parameters": {"observation_days": 21}}
    with clock.at(later), within(EVERYTHING):
        seen = preview(RulePack(unit=site.unit, valid_from=later.date(), **for_any))
    assert [one.name for one in seen.changes.items] == ["observation_days"]
    assert not [one for one in seen.touched if one.kind == "stay"], "the edition for their hazard lies over it"


def test_where_rules_for_several_hazards_are_in_force_only_those_for_any_hold_for_a_stay_of_none():
    site = world.site()
    adopt(site.unit, "cn-9th")
    with within(EVERYTHING):
        assert measures_of(site.unit, on=UNDER_9TH).hazard == "respiratory-2019"
        adopt_rules(
            SYSTEM, unit=site.unit, code="gut", title="肠道", basis="示例", hazard="gastroenteritis",
            valid_from=date(2022, 6, 1), parameters={"observation_days": 3},
        )  # fmt: skip
        held = measures_of(site.unit, on=UNDER_9TH)
        assert (held.hazard, held.policy.observation_days) == ("any", 14)
        assert measures_of(site.unit, on=UNDER_9TH, hazard="gastroenteritis").policy.observation_days == 3

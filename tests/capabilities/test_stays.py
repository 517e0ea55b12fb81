"""Observation stays (留观): admission by the rules of sharing, twice a day measured, released with a certificate."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianfang.capabilities.cases.actions import classify_case, open_case
from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.stays.actions import (
    admit,
    admit_batch,
    admit_unannounced,
    close_round,
    mark_not_arrived,
    measure_at_home,
    progress,
    propose_rooms,
    receive_manifest,
    record_feedback,
    record_home_test,
    record_test,
    release,
    release_many,
    room_nights,
    take_back,
    transfer_out,
)
from lianfang.capabilities.stays.models import Feedback, HomeWatch, Stay
from lianfang.capabilities.stays.outcomes import of_observation
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.places.models import BED, Expected, Occupancy, Premises
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import alert
from lianfang.reactions import REACTIONS
from tests import make
from tests import stays_world as world
from tests.stays_world import moment

pytestmark = pytest.mark.django_db
EVENING = moment("01-31", 20, 30)


def refused(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [problem.code for problem in caught.value.problems]


def test_I03_an_admission_writes_down_room_last_day_readings_and_the_status_with_its_rule():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    assert (stay.state, stay.ends_on) == ("in_observation", date(2020, 2, 11))
    with within(EVERYTHING):
        bed = Occupancy.objects.get(layer=BED)
        assert (bed.place.code, bed.expected_until) == ("001", date(2020, 2, 11))
        assert Task.objects.filter(kind="reading").count() == 22, "one in the evening, ten full days, one at the end"
        status = current(stay.person, "observation", at=EVENING + timedelta(hours=1))[0]
        assert (status.rule, status.facts["ends_on"]) == ("R-observation", "2020-02-11")
        assert stay.edition in status.edition


def test_I06_fourteen_days_from_admission_owe_twenty_eight_readings():
    site = world.site(count_from="admission")
    stays = world.admitted(site, [world.guest() for _ in range(3)], EVENING)
    assert {stay.ends_on for stay in stays} == {date(2020, 2, 14)}
    with within(EVERYTHING):
        assert Task.objects.filter(kind="reading").count() == 3 * 28


def test_I03_two_strangers_cannot_share_a_room_and_a_family_does_not_by_itself():
    site = world.site()
    family = {"party_kind": "family", "party": "家庭1"}
    manifest = world.announced(
        site, [world.guest(), world.guest(), world.guest(**family), world.guest(**family)], EVENING
    )
    first, second, third, fourth = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        admit(nurse, stay=first, room=site.room(1), admitted_at=EVENING)
        again = lambda: admit(nurse, stay=second, room=site.room(1), admitted_at=EVENING, reason="同意合住")  # noqa: E731
        assert refused(again) == ["stay.strangers"]
        admit(nurse, stay=third, room=site.room(2), admitted_at=EVENING)
        both = lambda: admit(nurse, stay=fourth, room=site.room(2), admitted_at=EVENING, reason="同意合住")  # noqa: E731
        assert refused(both) == ["stay.sharing"]


def test_I03_a_parent_with_a_child_of_nine_shares_a_room_by_exception_with_reason():
    site = world.site()
    family = {"party_kind": "family", "party": "家庭1"}
    child = world.guest(birth_date="2010-06-01", guardian_notice=True, companion=1, **family)
    manifest = world.announced(site, [world.guest(**family), child], EVENING)
    parent, child_ = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        alone = lambda: admit(nurse, stay=child_, room=site.room(1), admitted_at=EVENING)  # noqa: E731
        assert refused(alone) == ["stay.alone"]
        admit(nurse, stay=parent, room=site.room(1), admitted_at=EVENING)
        without = lambda: admit(nurse, stay=child_, room=site.room(1), admitted_at=EVENING)  # noqa: E731
        assert refused(without) == ["stay.reason"]
        admit(nurse, stay=child_, room=site.room(1), admitted_at=EVENING, reason="九岁，由母亲陪护")
    assert world.fresh(child_).exception == "九岁，由母亲陪护"
    with within(EVERYTHING):
        assert sorted(Occupancy.objects.values_list("spot", flat=True)) == ["1", "2"]


def test_a_list_registers_each_once_and_is_refused_whole_with_the_row_that_is_wrong():
    site = world.site()
    known, fresh = world.guest(), world.guest()
    world.announced(site, [known], EVENING)
    other_name = {**known, "name": "另一人"}
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        for rows, code, field in (
            ([fresh, other_name], "person.name_mismatch", "people[1].person.name"),
            ([fresh, world.guest(), {**fresh, "name": "另一人"}], "person.name_mismatch", "people[2].person.name"),
            ([fresh, world.guest(), fresh], "row.duplicate", "people[2].person.id_number"),
        ):
            with pytest.raises(Refused) as caught:
                receive_manifest(nurse, unit=site.unit, arrives_at=EVENING, people=rows)
            assert [(one.code, one.field) for one in caught.value.problems] == [(code, field)]
    with within(EVERYTHING):
        assert (Person.objects.count(), Stay.objects.count()) == (1, 1)


def test_a_list_of_twice_as_many_asks_the_database_nothing_more():
    site = world.site()
    counts = []
    for many in (3, 6):
        with CaptureQueriesContext(connection) as asked:
            world.announced(site, [world.guest() for _ in range(many)], EVENING)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_nobody_is_under_observation_twice_anywhere():
    one, other = world.site(), world.site()
    somebody = world.guest()
    world.admitted(one, [somebody], EVENING)
    with clock.at(EVENING + timedelta(hours=1)), make.acting(other.nurse) as nurse:
        announce = lambda: receive_manifest(nurse, unit=other.unit, arrives_at=EVENING, people=[somebody])  # noqa: E731
        assert refused(announce) == ["stay.open_already"]
        unannounced = lambda: admit_unannounced(  # noqa: E731
            nurse, unit=other.unit, guest=somebody, room=other.room(1), admitted_at=EVENING
        )
        assert refused(unannounced) == ["stay.open_already"]


def test_a_list_with_wrong_rows_is_refused_whole_and_every_row_is_named():
    site = world.site()
    people = [world.guest(), world.guest(last_exposure="2020-02-30"), {"name": "", "id_type": "passport"}]
    with clock.at(EVENING), make.acting(site.nurse) as nurse, pytest.raises(Refused) as caught:
        receive_manifest(nurse, unit=site.unit, arrives_at=EVENING, people=people)
    assert {p.field.partition(".")[0] for p in caught.value.problems} == {"people[1]", "people[2]"}
    with within(EVERYTHING):
        assert Stay.objects.count() == 0 and Expected.objects.count() == 0


def test_a_list_tells_whoever_plans_how_many_come_and_is_settled_when_they_have_come():
    site = world.site()
    manifest = world.announced(site, [world.guest() for _ in range(3)], EVENING)
    with within(EVERYTHING):
        row = Expected.objects.get()
        assert (row.count, row.day, row.settled_at) == (3, EVENING.date(), None)
    first, second, third = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        admit(nurse, stay=first, room=site.room(1), admitted_at=EVENING)
        mark_not_arrived(nurse, stay=third, reason="改签")
        with within(EVERYTHING):
            assert Expected.objects.get().count == 1
        admit(nurse, stay=second, room=site.room(2), admitted_at=EVENING)
    with within(EVERYTHING):
        row.refresh_from_db()
        assert (row.count, row.settled_at) == (2, EVENING)
        assert Event.objects.filter(kind="batch.completed").count() == 1


def test_a_site_that_is_not_open_or_takes_nobody_any_more_refuses():
    site = world.site(state="preparing")
    manifest = world.announced(site, [world.guest()], EVENING)
    stay = world.stays_of(manifest)[0]
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        enter = lambda: admit(nurse, stay=stay, room=site.room(1), admitted_at=EVENING)  # noqa: E731
        assert refused(enter) == ["site.not_open"]
        with within(EVERYTHING):
            Premises.objects.filter(unit=site.unit).update(state="draining", accepts_until=date(2020, 1, 30))
        assert refused(enter) == ["site.draining"]
        with within(EVERYTHING):
            Premises.objects.filter(unit=site.unit).update(accepts_until=date(2020, 1, 31))
        enter()


def test_I01_a_draining_site_takes_back_from_hospital_whose_stay_ends_before_it_closes():
    site = world.site()
    one, other = world.admitted(site, [world.guest(last_exposure="2020-01-28") for _ in range(2)], EVENING)
    with clock.at(moment("02-03", 9)), make.acting(site.nurse) as nurse:
        for stay in (one, other):
            transfer_out(nurse, stay=stay, provider="市医院", reason="腹痛")
    with within(EVERYTHING):
        premises = Premises.objects.filter(unit=site.unit)
        premises.update(state="draining", accepts_until=date(2020, 2, 4), closing_on=one.ends_on)
    with clock.at(moment("02-06", 9)), make.acting(site.nurse) as nurse:
        take_back(nurse, stay=one, room=site.room(3))
        with within(EVERYTHING):
            premises.update(closing_on=one.ends_on - timedelta(days=1))
        assert refused(lambda: take_back(nurse, stay=other, room=site.room(4))) == ["site.closing"]
        with within(EVERYTHING):
            premises.update(state="closed")
        assert refused(lambda: take_back(nurse, stay=other, room=site.room(4))) == ["site.not_open"]
    assert [world.fresh(stay).state for stay in (one, other)] == ["in_observation", "transferred_out"]


def test_a_room_that_is_taken_closed_or_being_cleaned_is_not_given():
    site = world.site()
    manifest = world.announced(site, [world.guest(), world.guest()], EVENING)
    first, second = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        with within(EVERYTHING):
            room = site.room(3)
            room.closed_on = EVENING.date()
            room.save()
            Task.objects.create(unit=site.unit, kind="disinfection", subject="x", place=site.room(4), opens_at=EVENING)
        assert refused(lambda: admit(nurse, stay=first, room=site.room(3), admitted_at=EVENING)) == ["room.closed"]
        assert refused(lambda: admit(nurse, stay=first, room=site.room(4), admitted_at=EVENING)) == ["room.not_ready"]
        admit(nurse, stay=first, room=site.room(1), admitted_at=EVENING)
        proposed = propose_rooms(site.unit, [second], EVENING)
        assert [place.code for place in proposed.values() if place] == ["002"]


def test_I03_sixty_two_people_are_admitted_at_once_in_under_two_seconds():
    site = world.site(rooms=70, count_from="admission")
    manifest = world.announced(site, [world.guest() for _ in range(62)], EVENING)
    stays = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        rooms = {pk: place.code for pk, place in propose_rooms(site.unit, stays, EVENING).items() if place}
        started = time.perf_counter()
        admit_batch(nurse, manifest=manifest, rooms=rooms, admitted_at=EVENING)
        took = time.perf_counter() - started
    print(f"62 admitted in {took:.2f} s")
    with within(EVERYTHING):
        assert Occupancy.objects.filter(layer=BED).count() == 62
        assert Task.objects.filter(kind="reading").count() == 62 * 28
    assert took < 2


def test_a_batch_in_which_two_want_one_room_is_refused_whole():
    site = world.site()
    manifest = world.announced(site, [world.guest(), world.guest()], EVENING)
    stays = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        both = lambda: admit_batch(  # noqa: E731
            nurse, manifest=manifest, rooms={stay.pk: "001" for stay in stays}, admitted_at=EVENING
        )
        assert refused(both) == ["stay.strangers"]
    with within(EVERYTHING):
        assert Occupancy.objects.count() == 0 and Stay.objects.filter(state="expected").count() == 2


def test_I06_a_round_takes_what_can_be_taken_and_names_the_rest():
    site = world.site()
    stays = world.admitted(site, [world.guest() for _ in range(4)], EVENING)
    when = moment("02-01", 7, 30)
    fine = world.entry(stays[0], when, room="001")
    given = [
        fine,
        world.entry(stays[1], when, "55"),
        world.entry(stays[2], when, room="009"),
        world.entry(stays[3], when, None, skipped="睡着了"),
    ]
    receipts = world.round_of(site, given, when)
    assert [one.problem.code if one.problem else "" for one in receipts] == [
        "", "number.out_of_range", "reading.other_room", "",
    ]  # fmt: skip
    again = world.round_of(site, [fine], when + timedelta(minutes=5))
    assert (again[0].duplicate, again[0].reading_id) == (True, receipts[0].reading_id)
    with within(EVERYTHING):
        assert Reading.objects.count() == 1
        stands = progress(site.unit, when.date(), "am")
    assert (stands.expected, stands.done) == (4, 1)
    assert [(one.room, one.note) for one in stands.missed] == [("002", ""), ("003", ""), ("004", "睡着了")]


def test_I06_a_closed_round_proves_n_of_n_or_names_the_rooms_that_were_missed():
    site = world.site()
    stays = world.admitted(site, [world.guest() for _ in range(3)], EVENING)
    when = moment("02-01", 7, 30)
    world.round_of(site, [world.entry(one, when) for one in stays[:2]], when)
    with clock.at(when), make.acting(site.nurse) as nurse:
        first = close_round(nurse, unit=site.unit, day=when.date(), slot="am")
        assert (first.done, first.expected, [one["room"] for one in first.missed]) == (2, 3, ["003"])
        world.round_of(site, [world.entry(stays[2], when)], when)
        second = close_round(nurse, unit=site.unit, day=when.date(), slot="am")
    assert (second.done, second.expected, second.missed) == (3, 3, [])


def test_I06_a_fever_asks_a_second_reading_and_a_confirmed_one_is_an_event():
    site = world.site()
    one, two = world.admitted(site, [world.guest(), world.guest()], EVENING)
    when = moment("02-01", 7, 30)
    receipts = world.round_of(site, [world.entry(one, when, "37.6"), world.entry(two, when, "37.5")], when)
    assert all(receipt.wants_second for receipt in receipts)
    later = when + timedelta(minutes=10)
    world.round_of(site, [world.entry(one, later, "36.8"), world.entry(two, later, "37.6")], later)
    with within(EVERYTHING):
        assert Event.objects.filter(kind="reading.abnormal").count() == 1
        stands = progress(site.unit, when.date(), "am")
        assert (stands.expected, stands.done) == (2, 2), "second readings are not counted among those owed"


def test_I06_a_first_fever_that_nobody_measures_again_is_told_to_the_doctor_and_a_second_one_settles_it():
    site = world.site()
    away, measured, later, gone = world.admitted(site, [world.guest() for _ in range(4)], EVENING)
    when = moment("02-01", 7, 30)
    stays = (away, measured, later, gone)
    world.round_of(site, [world.entry(stay, when, "37.4") for stay in stays], when)
    soon = when + timedelta(minutes=10)
    world.round_of(site, [world.entry(measured, soon, "36.6")], soon)
    with clock.at(soon), make.acting(site.nurse) as nurse:
        transfer_out(nurse, stay=gone, provider="市医院", reason="发热")
    with clock.at(when + timedelta(minutes=14)), within(EVERYTHING):
        assert alert() == 0, "the minutes of the rules are not over"
    with clock.at(when + timedelta(minutes=15)), within(EVERYTHING):
        assert alert() == 2
        while dispatch(REACTIONS):
            pass
        told = Alert.objects.filter(kind="reading.no_second", account_id=site.doctor.account_id)
        assert {one.facts["stay"] for one in told} == {str(away.pk), str(later.pk)}
        assert all("37.4" not in str(one.facts) for one in told), "what was measured is seen where the role allows it"
    evening = moment("02-01", 17, 30)
    world.round_of(site, [world.entry(later, evening, "36.5", slot="pm")], evening)
    with within(EVERYTHING):
        seconds = {t.subject.partition(":")[2]: t for t in Task.objects.filter(kind="second")}
        assert {str(one.pk) for one in stays} == set(seconds)
        assert (seconds[str(measured.pk)].settled_at, seconds[str(away.pk)].excused) == (soon, "")
        assert seconds[str(later.pk)].excused and seconds[str(gone.pk)].excused == "发热"


def test_a_reading_for_somebody_who_has_just_left_is_refused_alone():
    site = world.site()
    one, two = world.admitted(site, [world.guest(), world.guest()], EVENING)
    when = moment("02-01", 7, 30)
    with clock.at(when), make.acting(site.nurse) as nurse:
        transfer_out(nurse, stay=one, provider="市医院", reason="腹痛")
    later = when + timedelta(minutes=5)
    receipts = world.round_of(site, [world.entry(one, later), world.entry(two, later)], later)
    assert [r.problem.code if r.problem else "" for r in receipts] == ["stay.not_here", ""]


def test_I08_a_release_before_its_day_is_refused_and_names_the_day():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    world.measure_all(site, [stay], moment("02-10", 20))
    with clock.at(moment("02-10", 20)), make.acting(site.doctor) as doctor, pytest.raises(Refused) as caught:
        release(doctor, stay=stay)
    (problem,) = caught.value.problems
    assert (problem.code, problem.facts["until"]) == ("release.days", date(2020, 2, 11))
    world.measure_all(site, [stay], moment("02-11", 8))
    with clock.at(moment("02-11", 10)), make.acting(site.doctor) as doctor:
        done = release(doctor, stay=stay, travel="铁路返回")
    assert (done.state, done.certificate) == ("released", f"{site.unit.code}-0001")
    with within(EVERYTHING):
        assert current(stay.person, "observation", at=moment("02-11", 11)) == []
        assert Occupancy.objects.get().until == moment("02-11", 10)
        assert Event.objects.filter(kind="room.vacated").count() == 1


def test_I08_a_missing_test_blocks_the_release_and_names_itself():
    site = world.site(test_days=[1, 14])
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-31")], EVENING)[0]
    with clock.at(moment("02-01", 9)), make.acting(site.nurse) as nurse:
        record_test(nurse, stay=stay, day=date(2020, 2, 1), sampled_at=moment("02-01", 8), result="negative")
    world.measure_all(site, [stay], moment("02-14", 8))
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        with pytest.raises(Refused) as caught:
            release(doctor, stay=stay)
        assert [(p.code, p.facts["test"]) for p in caught.value.problems] == [("release.test", "Test of day 14")]
        record_test(doctor, stay=stay, day=date(2020, 2, 14), sampled_at=moment("02-14", 9), result="negative")
        assert release(doctor, stay=stay).state == "released"


def test_I08_symptoms_in_the_last_readings_block_the_release():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    world.measure_all(site, [stay], moment("02-10", 20))
    morning = moment("02-11", 7, 30)
    world.round_of(site, [world.entry(stay, morning, "36.5", symptoms=["cough"])], morning)
    with clock.at(moment("02-11", 10)), make.acting(site.doctor) as doctor:
        assert refused(lambda: release(doctor, stay=stay)) == ["release.symptoms"]
        second = moment("02-11", 9)
        world.round_of(site, [world.entry(stay, second, "36.5")], moment("02-11", 10))
        assert release(doctor, stay=stay).state == "released"


def test_a_release_without_the_last_reading_is_refused_because_unknown_is_not_well():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    world.measure_all(site, [stay], moment("02-10", 20))
    with clock.at(moment("02-11", 10)), make.acting(site.doctor) as doctor:
        assert refused(lambda: release(doctor, stay=stay)) == ["release.reading"]


def test_I08_after_the_release_the_persons_own_unit_owes_the_readings_and_tests_of_the_rules():
    site = world.site(home_days=2, test_days_after=[1, 3], observation_days=1)
    stay, other = world.admitted(site, [world.guest(last_exposure="2020-01-31") for _ in range(2)], EVENING)
    world.measure_all(site, [stay, other], moment("02-01", 8))
    with clock.at(moment("02-01", 8)):
        klass = make.unit(site.unit.parent, f"{site.unit.code}-K", "class")
        doctor = make.actor(klass, "doctor")
        with within(EVERYTHING):
            Membership.objects.create(unit=klass, person=stay.person, kind="learner", since=date(2020, 1, 1))
    with clock.at(moment("02-01", 10)):
        with make.acting(site.doctor) as deciding:
            release_many(deciding, unit=site.unit, stays=[stay, other])
        with within(EVERYTHING):
            while dispatch(REACTIONS):
                pass
            watch, traveller = HomeWatch.objects.get(stay=stay), HomeWatch.objects.get(stay=other)
            assert (watch.unit, watch.until, traveller.unit) == (klass, date(2020, 2, 4), site.unit)
            owed = Task.objects.filter(subject=f"stays.homewatch:{watch.pk}")
            assert list(owed.filter(kind="test").order_by("day").values_list("day", flat=True)) == [
                date(2020, 2, 2), date(2020, 2, 4),
            ]  # fmt: skip
            assert owed.filter(kind="reading").count() == 2 + 2 * 2, "both of the first day, then two a day"
            [status] = current(stay.person)
            assert (status.value, status.rule, status.facts["until"]) == (
                "home_monitoring", "R-home-watch", "2020-02-04",
            )  # fmt: skip
    with clock.at(moment("02-02", 18)), make.acting(doctor):
        given = {"watch": watch, "person": stay.person, "key": "reading-at-home", "celsius": Decimal("36.6")}
        assert measure_at_home(doctor, **given).kind == "home"
        sampled = {"watch": watch, "sampled_at": moment("02-02", 9), "result": "positive"}
        assert refused(lambda: record_home_test(doctor, **sampled, day=date(2020, 2, 3))) == ["test.not_owed"]
        record_home_test(doctor, **sampled, day=date(2020, 2, 2))
        with within(EVERYTHING):
            while dispatch(REACTIONS):
                pass
            assert Case.objects.get(person=stay.person).unit == klass
            assert owed.filter(settled_at__isnull=False).count() == 2


def test_nurses_do_not_release_and_a_second_release_is_refused():
    site = world.site()
    stay = world.admitted(site, [world.guest(last_exposure="2020-01-28")], EVENING)[0]
    world.measure_all(site, [stay], moment("02-11", 8))
    with clock.at(moment("02-11", 10)):
        with make.acting(site.nurse) as nurse:
            assert refused(lambda: release(nurse, stay=stay)) == ["scope"]
        with make.acting(site.doctor) as doctor:
            release(doctor, stay=stay)
            assert refused(lambda: release(doctor, stay=stay)) == ["flow.condition"]


def test_I03_of_a_batch_all_are_released_by_one_decision_and_the_nights_come_from_records():
    site = world.site(count_from="admission")
    stays = world.admitted(site, [world.guest() for _ in range(5)], EVENING)
    assert world.measure_all(site, stays, moment("02-14", 8)) == 5 * 28
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        release_many(doctor, unit=site.unit, stays=stays)
        assert room_nights(site.unit, date(2020, 1, 30), date(2020, 3, 20)) == 5 * 14
    with within(EVERYTHING):
        assert sorted(Stay.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
        assert Event.objects.filter(kind="stay.released").count() == 5


def test_a_batch_in_which_somebody_may_not_go_yet_is_refused_whole_and_names_the_row():
    site = world.site(count_from="admission")
    stays = world.admitted(site, [world.guest() for _ in range(3)], EVENING)
    world.measure_all(site, [stays[0], stays[2]], moment("02-14", 8))
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        with pytest.raises(Refused) as caught:
            release_many(doctor, unit=site.unit, stays=stays)
        assert {(one.code, one.field) for one in caught.value.problems} == {("release.reading", "stays[1]")}
        twice = lambda: release_many(doctor, unit=site.unit, stays=[stays[0], stays[0]])  # noqa: E731
        assert refused(twice) == ["flow.condition"]
    with within(EVERYTHING):
        assert not Stay.objects.exclude(state="in_observation").exists()
        assert Occupancy.objects.filter(until=None).count() == 3
        assert not Event.objects.filter(kind__in=("stay.released", "room.vacated")).exists()


def test_a_release_of_twice_as_many_asks_the_database_one_question_more_for_each():
    site = world.site(count_from="admission")
    stays = world.admitted(site, [world.guest() for _ in range(9)], EVENING)
    world.measure_all(site, stays, moment("02-14", 8))
    counts = []
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        for some in (stays[:3], stays[3:]):
            with CaptureQueriesContext(connection) as asked:
                release_many(doctor, unit=site.unit, stays=some)
            counts.append(len(asked))
    assert counts[1] - counts[0] == 3, counts


def test_two_who_leave_one_room_leave_it_one_after_the_other_and_it_is_cleaned_once():
    site = world.site(beds=2, count_from="admission")
    family = {"party_kind": "family", "party": "1"}
    child = world.guest(birth_date="2010-06-01", guardian_notice=True, companion=1, **family)
    manifest = world.announced(site, [world.guest(**family), child], EVENING)
    stays = world.stays_of(manifest)
    with clock.at(EVENING), make.acting(site.nurse) as nurse:
        together = {one.pk: "001" for one in stays}
        admit_batch(nurse, manifest=manifest, rooms=together, admitted_at=EVENING, reason="陪护")
    world.measure_all(site, stays, moment("02-14", 8))
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        release_many(doctor, unit=site.unit, stays=stays)
    with within(EVERYTHING):
        left = Event.objects.filter(kind="room.vacated").values_list("facts__left", flat=True)
        assert sorted(left) == [0, 1]
        assert Task.objects.filter(kind="disinfection", place__code="001").count() == 1


def test_I08_feedback_of_three_groups_of_different_kind_is_recorded_once_each():
    site = world.site(count_from="admission")
    people = [
        world.guest(party_kind="tour", party="团1"),
        world.guest(party_kind="tour", party="团1"),
        world.guest(party_kind="family", party="家1"),
        world.guest(),
    ]
    stays = world.admitted(site, people, EVENING)
    world.measure_all(site, stays, moment("02-14", 8))
    with clock.at(moment("02-14", 10)), make.acting(site.doctor) as doctor:
        release_many(doctor, unit=site.unit, stays=stays)
        first, second, family, single = [world.fresh(stay) for stay in stays]
        for one in (first, family, single):
            record_feedback(doctor, stay=one, form="锦旗", text="谢谢照顾")
        assert refused(lambda: record_feedback(doctor, stay=second, text="再谢一次")) == ["feedback.given"]
    with within(EVERYTHING):
        assert sorted(Feedback.objects.values_list("party_kind", flat=True)) == ["family", "single", "tour"]


# A guest is a case (I03, I08)


def test_I08_somebody_with_an_open_case_is_not_released_and_gets_no_certificate():
    site = world.site()
    stay, other = world.admitted(site, [world.guest(last_exposure="2020-01-28") for _ in range(2)], EVENING)
    world.measure_all(site, [stay, other], moment("02-11", 8))
    with clock.at(moment("02-11", 9)), make.acting(site.doctor) as doctor:
        case = open_case(doctor, unit=site.unit, person=stay.person, definition="fever_respiratory")
    with clock.at(moment("02-11", 10)), make.acting(site.doctor) as doctor:
        assert refused(lambda: release(doctor, stay=stay)) == ["release.case"]
        assert refused(lambda: release_many(doctor, unit=site.unit, stays=[other, stay])) == ["release.case"]
        classify_case(doctor, case=case, into="discarded", reason="实验室排除")
    with clock.at(moment("02-11", 11)), make.acting(site.doctor) as doctor:
        assert release(doctor, stay=stay).certificate


def test_I03_a_guest_found_to_be_infected_is_a_converted_stay_and_is_counted_as_one():
    site = world.site()
    ill, doubted, well = world.admitted(site, [world.guest() for _ in range(3)], EVENING)
    with clock.at(moment("02-03", 9)), make.acting(site.doctor) as doctor:
        for stay, into in ((ill, "confirmed"), (doubted, "suspected")):
            case = open_case(doctor, unit=site.unit, person=stay.person, definition="fever_respiratory")
            classify_case(doctor, case=case, into=into, reason="快速检测")
    with clock.at(moment("02-03", 9, 1)):
        dispatch(REACTIONS)
    assert [world.fresh(one).state for one in (ill, doubted, well)] == ["converted", *["in_observation"] * 2]
    with clock.at(moment("02-04")), within(EVERYTHING):
        found = {one.code: (one.count, one.people) for one in of_observation(site.unit, EVENING.date(), EVENING.date())}
        assert current(ill.person, "observation") == []
    assert found["observed.infected"] == (1, 3)

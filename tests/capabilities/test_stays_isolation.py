"""Campus isolation (校内隔离, I09): a boarder with a fever at night, from the room to the one decision that ends it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.catering.guests import placed
from lianfang.capabilities.persons.actions import confirm_guardian
from lianfang.capabilities.stays.actions import (
    accept_referral,
    end_isolation,
    isolate,
    measure_isolated,
    people_of,
    record_guardian_told,
    record_isolation_test,
    refer,
)
from lianfang.capabilities.stays.models import Isolated
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.places.models import BED, DORMITORY, ISOLATION, Occupancy, Place
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import alert
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
BEDS = 8


class School:
    """A school with a dormitory room of eight, an isolation room and a doctor."""

    def __init__(self) -> None:
        self.unit = make.root("SCH", "school")
        self.klass = make.unit(self.unit, "SCH-K1", "class")
        self.boarders = make.members(self.klass, BEDS)
        self.doctor = make.actor(self.unit, "doctor")
        with within(EVERYTHING):
            self.dormitory = Place.objects.create(
                unit=self.unit, kind=DORMITORY, code="D1", name="一舍1", capacity=BEDS
            )
            self.room = Place.objects.create(unit=self.unit, kind=ISOLATION, code="ISO1", name="隔离一室")
            for n, one in enumerate(self.boarders):
                occupy(
                    unit=self.unit, place=self.dormitory, layer=BED, person=one, spot=str(n),
                    since=at(12, day=DAY - timedelta(days=30)),
                )  # fmt: skip
            guardian = make.member(self.unit, "家长", kind="staff")
            confirm_guardian(SYSTEM, unit=self.klass, guardian=guardian, ward=self.boarders[0])
            self.account = new_account("parent", "家长")
            self.account.person_id = guardian.pk
            self.account.save()


@pytest.fixture
def school() -> School:
    with clock.at(at(8)):
        return School()


def test_I09_a_boarder_with_a_fever_at_night_is_isolated_and_all_eight_are_released_by_one_decision(school):
    ill = school.boarders[0]
    with clock.at(at(22, 50)), make.acting(school.doctor) as doctor:
        occasion = isolate(
            doctor, unit=school.unit, person=ill, place=school.room, reason="22:40 发热", celsius=Decimal("38.1")
        )
        refer(doctor, isolation=occasion, provider="县医院发热门诊")
    with clock.at(at(23, 5)), make.acting(school.doctor) as doctor:
        occasion = accept_referral(doctor, isolation=occasion)
    assert (occasion.since, occasion.accepted_at) == (at(22, 50), at(23, 5))
    with within(EVERYTHING):
        people = people_of(occasion)
        assert [one.part for one in people] == ["suspected", *["room_mate"] * 7]
        assert {one.person_id for one in people} == {one.pk for one in school.boarders}
        assert Alert.objects.get(kind="person.isolated").account_id == school.account.pk
        assert people[0].told_at is not None and people[1].told_at is None
        assert current(ill, "isolation", at=at(23))[0].rule == "R-isolation"
    tomorrow = at(10, day=DAY + timedelta(days=1))
    with clock.at(tomorrow), make.acting(school.doctor) as doctor:
        with pytest.raises(Refused, match=r"isolation\.not_negative"):
            end_isolation(doctor, isolation=occasion)
        result_on_record(doctor, people[0], "negative", at(7, day=DAY + timedelta(days=1)))
        ended = end_isolation(doctor, isolation=occasion)
    with within(EVERYTHING):
        assert (ended.outcome, ended.ended_at) == ("negative", tomorrow)
        assert not Isolated.objects.filter(until__isnull=True).exists()
        assert current(ill, "isolation", at=tomorrow) == []
        assert not Task.objects.filter(kind="reading", settled_at=None, excused="").exists()
        task = Task.objects.get(kind="disinfection")
        assert (task.place_id, task.settled_at) == (school.room.pk, None)
        assert Occupancy.objects.filter(until__isnull=True).count() == BEDS, "their own beds stayed theirs"


def test_isolation_needs_an_isolation_room_a_free_bed_and_somebody_of_the_school(school):
    ill, other = school.boarders[:2]
    stranger = make.member(make.root("OTH", "school"))
    common = {"unit": school.unit, "reason": "发热"}
    with clock.at(at(22)), make.acting(school.doctor) as doctor:

        def code(**given) -> str:
            with pytest.raises(Refused) as caught:
                isolate(doctor, **common, **given)
            return caught.value.code

        assert code(person=ill, place=school.dormitory) == "place.not_for_isolation"
        assert code(person=stranger, place=school.room) == "scope"
        assert code(person=ill, place=school.room, celsius=Decimal("50")) == "number.out_of_range"
        isolate(doctor, person=ill, place=school.room, **common)
        assert code(person=ill, place=school.room) == "person.isolated_already"
        assert code(person=other, place=school.room) in ("place.taken", "person.isolated_already")


def test_an_isolation_is_not_ended_by_a_positive_test_and_a_call_to_a_guardian_is_recorded(school):
    with clock.at(at(22)), make.acting(school.doctor) as doctor:
        occasion = isolate(doctor, unit=school.unit, person=school.boarders[0], place=school.room, reason="发热")
        with pytest.raises(Refused, match=r"isolation\.not_referred"):
            accept_referral(doctor, isolation=occasion)
        mate = people_of(occasion)[1]
        assert record_guardian_told(doctor, isolated=mate, how="电话").told_at == at(22)


def result_on_record(by, isolated, result, sampled_at):
    """A test of somebody in isolation, recorded."""
    return record_isolation_test(by, isolated=isolated, result=result, sampled_at=sampled_at)


def test_I09_isolation_owes_the_referral_a_call_to_guardians_without_an_account_and_readings(school):
    with clock.at(at(22, 50)), make.acting(school.doctor) as doctor:
        occasion = isolate(doctor, unit=school.unit, person=school.boarders[0], place=school.room, reason="发热")
    with within(EVERYTHING):
        people = people_of(occasion)
        owed = Task.objects.get(kind="referral")
        assert (owed.due_at, owed.alert_at, owed.role) == (at(23, 15), at(23, 15), "doctor")
        calls = Task.objects.filter(kind="guardian_call")
        assert {one.person_id for one in calls} == {one.pk for one in school.boarders[1:]}, "one was told by account"
        first = Task.objects.filter(kind="reading", subject=ref(people[0]))
        assert (first.count(), first.order_by("opens_at")[0].slot) == (1 + 14 * 2, "pm")
    with clock.at(at(22, 55)), make.acting(school.doctor) as doctor:
        record_guardian_told(doctor, isolated=people[1], how="电话")
        measured = measure_isolated(doctor, isolated=people[0], key="isolated-1", celsius=Decimal("38.0"))
        with pytest.raises(Refused, match=r"reading\.taken_already"):
            for key in ("isolated-2", "isolated-3"):
                measure_isolated(doctor, isolated=people[0], key=key, celsius=Decimal("36.5"))
    assert (measured.kind, measured.slot, measured.fever) == ("isolated", "pm", True)
    with clock.at(at(23, 20)), within(EVERYTHING):
        assert alert() == 1 + 6, "the referral and six calls; the second reading was taken"
        while dispatch(REACTIONS):
            pass
        told = Alert.objects.filter(kind="isolation.late", account_id=school.doctor.account_id)
        assert told.count() == 7
        assert {one.facts["isolation"] for one in told} == {str(occasion.pk)}


def test_I09_a_referral_accepted_in_time_is_told_to_nobody(school):
    with clock.at(at(22, 50)), make.acting(school.doctor) as doctor:
        occasion = isolate(
            doctor, unit=school.unit, person=school.boarders[0], place=school.room, reason="发热", provider="县医院"
        )
    with clock.at(at(23, 5)), make.acting(school.doctor) as doctor:
        accept_referral(doctor, isolation=occasion)
    with within(EVERYTHING):
        owed = Task.objects.get(kind="referral")
        assert (owed.settled_at, owed.note) == (at(23, 5), "县医院")


def test_I09_a_positive_test_opens_a_case_and_only_then_the_isolation_ends_for_everybody(school):
    with clock.at(at(22, 50)), make.acting(school.doctor) as doctor:
        occasion = isolate(doctor, unit=school.unit, person=school.boarders[0], place=school.room, reason="发热")
        with within(EVERYTHING):
            suspected = people_of(occasion)[0]
    tomorrow = at(10, day=DAY + timedelta(days=1))
    with clock.at(tomorrow), make.acting(school.doctor) as doctor:
        with pytest.raises(Refused, match=r"date\.order"):
            result_on_record(doctor, suspected, "positive", at(8))
        result_on_record(doctor, suspected, "positive", at(23))
        with pytest.raises(Refused, match=r"isolation\.not_negative"):
            end_isolation(doctor, isolation=occasion, reason="转院")
        with within(EVERYTHING):
            while dispatch(REACTIONS):
                pass
            [case] = Case.objects.filter(person=school.boarders[0])
            assert (case.source, case.tests.get().result) == ("lab", "positive")
            assert Alert.objects.filter(kind="case.of_test", account_id=school.doctor.account_id).exists()
        assert end_isolation(doctor, isolation=occasion, reason="转院").outcome == "positive"
        with pytest.raises(Refused, match=r"flow\.condition"):
            result_on_record(doctor, suspected, "negative", at(23))


def test_I09_who_is_in_isolation_is_on_the_kitchens_list_once_and_in_the_isolation_room(school):
    moment = at(8, day=DAY + timedelta(days=1))

    def rooms():
        with within(EVERYTHING):
            found = placed(school.unit, day=moment.date(), at=moment)
        return sorted((one.person_id == school.boarders[0].pk, one.place.code) for one in found)

    with clock.at(at(22, 50)), make.acting(school.doctor) as doctor:
        occasion = isolate(doctor, unit=school.unit, person=school.boarders[0], place=school.room, reason="发热")
    assert rooms() == [*[(False, "D1")] * 7, (True, "ISO1")]
    with clock.at(at(23)), make.acting(school.doctor) as doctor:
        end_isolation(doctor, isolation=occasion, reason="误测")
    assert rooms() == [*[(False, "D1")] * 7, (True, "D1")]

"""One-to-one follow-up (人盯人)."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest

from lianfang.capabilities.pairs.actions import CONTACT, contacts_owed, end_pair, hand_on, pair_up, record_contact
from lianfang.capabilities.pairs.coverage import coverage
from lianfang.capabilities.pairs.models import DailyContact, Pairing
from lianfang.capabilities.risk_areas.actions import publish_areas, record_sojourn, refute_sojourn
from lianfang.capabilities.risk_areas.models import Sojourn
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, actor_for
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    with clock.at(at(7)):
        school = make.root("S", "school")
        klass = make.unit(school, "K", "class")
        adults = [make.account(school, Role.SCREENER) for _ in range(9)]
        leader = make.account(school, Role.LEADER)
        people = make.members(klass, 37)
    return school, klass, adults, leader, people


def refused(call, *args, **given):
    with pytest.raises(Refused) as refusal:
        call(*args, **given)
    return refusal.value


@contextmanager
def acting(account):
    with within(EVERYTHING):
        by = actor_for(account)
    with make.acting(by):
        yield by


def sweep():
    """What the worker does every minute, as far as it concerns tasks."""
    with within(EVERYTHING):
        tasks.alert()
    dispatch(REACTIONS)


def told(account, kind="contact.overdue"):
    with within(EVERYTHING):
        return Alert.objects.filter(account_id=account.pk, kind=kind).count()


def stayed(unit, people, area="510104"):
    """They stayed in a county that is on the list, and the worker has weighed it."""
    with clock.at(at(7, 30)), within(EVERYTHING):
        for one in people:
            record_sojourn(SYSTEM, unit=unit, person=one, area=area, since=DAY - timedelta(days=3))
        entries = [{"code": "510104", "name": "示例县", "level": "medium"}]
        publish_areas(SYSTEM, unit=unit, entries=entries, basis="公告")
    with clock.at(at(7, 31)):
        dispatch(REACTIONS)


def test_D02_thirty_seven_people_and_nine_adults_of_five_each_are_all_paired_with_a_backup(school):
    unit, klass, adults, _leader, students = school
    stayed(unit, students)
    with clock.at(at(7)):
        others = [make.member(klass), make.member(klass, kind="staff")]
    stayed(unit, others[1:])
    with clock.at(at(8)), within(EVERYTHING):
        found = coverage(unit, at=at(8))
        people = [one.person for one in found.without]
        assert (found.of, {one.pk for one in people}) == (37, {one.pk for one in students}), "by status, not by hand"
        pair_up(SYSTEM, unit=unit, people=people, adults=adults, cap=5)
        assert (coverage(unit, at=at(8)).covered, coverage(unit, at=at(8)).of) == (37, 37)
        pairs = list(Pairing.objects.all())
        loads = Counter(one.responsible_id for one in pairs)
        assert {one.person_id for one in pairs} == {one.pk for one in people}
        assert sorted(loads.values()) == [4] * 8 + [5]
        assert all(one.backup_id != one.responsible_id for one in pairs)
        assert Task.objects.filter(kind=CONTACT).count() == 37 * 14
        due = Task.objects.filter(kind=CONTACT, day=DAY).values_list("due_at", flat=True)
        assert set(due) == {at(20)}


def test_D02_whoever_comes_from_a_risk_area_and_has_no_adult_is_missing_until_the_stay_or_the_pair_changes(school):
    unit, _klass, adults, _leader, people = school
    stayed(unit, people[:3])
    with clock.at(at(8)), within(EVERYTHING):
        pairs = pair_up(SYSTEM, unit=unit, people=people[:3], adults=adults)
        end_pair(SYSTEM, pairing=pairs[0], reason="x")
        lone = [one.person_id for one in coverage(unit, at=at(8)).without]
        assert lone == [pairs[0].person_id]
        refute_sojourn(SYSTEM, sojourn=Sojourn.objects.get(person=pairs[0].person), reason="ticket")
        dispatch(REACTIONS)
        assert (coverage(unit, at=at(9)).covered, coverage(unit, at=at(9)).of) == (2, 2)
        assert coverage(unit, at=at(9, day=DAY + timedelta(days=14))).covered == 0, "the last day of the pairs is over"


def test_D02_only_who_may_know_of_somebodys_health_is_told_the_names(school):
    unit, klass, _adults, leader, people = school
    stayed(unit, people[:2])
    with clock.at(at(8)):
        doctor = make.account(unit, Role.DOCTOR)
        with within(EVERYTHING):
            child = make.member(klass, born=DAY - timedelta(days=10 * 365))
        officer = make.account(unit, Role.DUTY_OFFICER)
    stayed(unit, [child])
    with clock.at(at(8)):
        for account, names in ((leader, 0), (officer, 2), (doctor, 3)):
            with acting(account) as by:
                found = coverage(unit, at=at(8))
                assert (found.of, len(found.named_to(by, unit))) == (3, names)


def test_D02_at_twenty_hours_two_are_overdue_and_go_to_the_backup_then_to_the_lead(school):
    unit, _klass, adults, leader, people = school
    with clock.at(at(8)), within(EVERYTHING):
        pairs = pair_up(SYSTEM, unit=unit, people=people, adults=adults, cap=5)
    for one in pairs[:35]:
        with clock.at(at(18)), acting(one.responsible) as by:
            record_contact(by, pairing=one, result="reached")
    with clock.at(at(20)), within(EVERYTHING):
        owed = tasks.counted(Task.objects.filter(kind=CONTACT, day=DAY), at=at(20, 0, 1))
        assert (owed.expected, owed.on_time, owed.overdue) == (37, 35, 2)
        assert [one.settled_at for one in contacts_owed(unit, DAY)][:3] == [None, None, at(18)]
    late = pairs[35:]
    backups = Counter(one.backup_id for one in late)
    with clock.at(at(20, 1)):
        sweep()
        assert {one.pk: told(one) for one in adults if told(one)} == dict(backups), "the two backups, and nobody else"
        assert told(leader) == 0
    with clock.at(at(20, 29)):
        sweep()
        assert told(leader) == 0
    with clock.at(at(20, 30)), acting(late[0].backup) as by:
        assert record_contact(by, pairing=late[0], result="reached").made_by == "backup"
    with clock.at(at(20, 32)):
        sweep()
        assert told(leader) == 1, "the one that is still open"


def test_who_was_not_reached_is_still_owed_and_who_needs_help_is_told_to_the_doctor(school):
    unit, _klass, adults, _leader, people = school
    with clock.at(at(8)):
        doctor = make.account(unit, Role.DOCTOR)
        with within(EVERYTHING):
            (one,) = pair_up(SYSTEM, unit=unit, people=people[:1], adults=adults)
    with clock.at(at(9)), acting(one.responsible) as by:
        record_contact(by, pairing=one, result="no_answer")
    with within(EVERYTHING):
        assert tasks.of(one, CONTACT).get(day=DAY).settled_at is None
    with clock.at(at(10)), acting(one.responsible) as by:
        record_contact(by, pairing=one, result="needs_help")
    with clock.at(at(10, 1)):
        sweep()
        assert told(doctor, "contact.needs_help") == 1
    with within(EVERYTHING):
        assert tasks.of(one, CONTACT).get(day=DAY).settled_at == at(10)
        assert DailyContact.objects.count() == 2


def test_another_adult_cannot_record_the_contact_and_the_lead_can(school):
    unit, _klass, adults, leader, people = school
    with clock.at(at(8)), within(EVERYTHING):
        (one,) = pair_up(SYSTEM, unit=unit, people=people[:1], adults=adults)
    stranger = next(a for a in adults if a.pk not in (one.responsible_id, one.backup_id))
    with clock.at(at(9)):
        with acting(stranger) as by:
            assert refused(record_contact, by, pairing=one, result="reached").code == "pairs.not_yours"
        with acting(leader) as by:
            assert refused(record_contact, by, pairing=one, result="fine").code == "choice.unknown"
            assert record_contact(by, pairing=one, result="reached").made_by == "lead"


def test_too_many_people_strangers_doubles_and_adults_without_a_duty_are_refused_whole(school):
    unit, _klass, adults, _leader, people = school
    with clock.at(at(8)):
        other = make.root("X", "school")
        idle, foreign = make.account(other, Role.SCREENER), make.member(other)
        with within(EVERYTHING):
            short = refused(pair_up, SYSTEM, unit=unit, people=people, adults=adults, cap=4)
            assert (short.code, short.problems[0].facts) == ("pairs.too_few_adults", {"short": 1, "adults": 1})
            assert not Pairing.objects.exists()
            pair_up(SYSTEM, unit=unit, people=people[:36], adults=adults, cap=4)
            given = {"unit": unit, "adults": adults, "cap": 9}
            assert refused(pair_up, SYSTEM, people=people[:1], **given).code == "pairs.paired_already"
            assert refused(pair_up, SYSTEM, people=[foreign], **given).code == "scope"
            assert refused(pair_up, SYSTEM, people=[], **given).code == "required"
            lone = {"unit": unit, "people": people[36:], "adults": [adults[0]], "cap": 9}
            assert refused(pair_up, SYSTEM, **lone).code == "pairs.no_backup"
            assert refused(pair_up, SYSTEM, **{**lone, "adults": [adults[0], idle]}).code == "pairs.no_role"
            full = {**lone, "adults": adults, "cap": 4}
            assert refused(pair_up, SYSTEM, **full).code == "pairs.too_few_adults", "what adults have already counts"


def test_a_person_handed_on_keeps_what_was_done_and_owes_the_rest_to_the_next(school):
    unit, _klass, adults, _leader, people = school
    with clock.at(at(8)), within(EVERYTHING):
        (one,) = pair_up(SYSTEM, unit=unit, people=people[:1], adults=adults[:2])
        record_contact(SYSTEM, pairing=one, result="reached")
        second = hand_on(SYSTEM, pairing=one, responsible=adults[4], reason="出差")
        assert second.backup_id == one.backup_id
        assert tasks.of(second, CONTACT).count() == 13, "today's contact was made"
        assert tasks.of(one, CONTACT).filter(excused="出差").count() == 13
        assert refused(record_contact, SYSTEM, pairing=one, result="reached").code == "pairs.ended"
        end_pair(SYSTEM, pairing=second, reason="解除")
        assert not Task.objects.filter(kind=CONTACT, settled_at=None, excused="").exists()


def test_a_pair_whose_last_day_has_passed_leaves_its_person_free(school):
    unit, _klass, adults, _leader, people = school
    with clock.at(at(8)), within(EVERYTHING):
        (one,) = pair_up(SYSTEM, unit=unit, people=people[:1], adults=adults, last_day=DAY)
    with clock.at(at(8, day=DAY + timedelta(days=1))), within(EVERYTHING):
        assert refused(record_contact, SYSTEM, pairing=one, result="reached").code == "pairs.not_today"
        pair_up(SYSTEM, unit=unit, people=people[:1], adults=adults)
        assert Pairing.objects.filter(ended_at__isnull=True).count() == 1

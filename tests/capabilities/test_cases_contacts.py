"""Contacts of a case (密接): proposed from shared places, decided by a doctor, followed up until released."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lianfang.capabilities.cases.actions import (
    chains_of,
    classify_case,
    contact_became_case,
    decide_contacts,
    interview_case,
    name_contact,
    open_case,
    propose_contacts,
    propose_further_contacts,
    record_test,
    record_transfer,
    record_visit,
    release_contact,
    stop_follow_up,
    take_contact_reading,
)
from lianfang.capabilities.cases.known import policy_for
from lianfang.capabilities.cases.models import Case, Contact, Exposure, Link
from lianfang.capabilities.cases.register import FollowUps
from lianfang.capabilities.stays.actions import isolate
from lianfang.domain.cases.chains import listed
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.places.models import ISOLATION, Place
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from lianfang.kernel.tasks.ops import alert
from lianfang.reactions import REACTIONS
from tests import make
from tests.cases_world import EVENING, Campus, kept, refused
from tests.editions import UNDER_8TH, UNDER_9TH, adopt
from tests.make import DAY, acting, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    with clock.at(EVENING):
        yield Campus()


def test_J03_the_look_back_is_the_rule_packs(campus):
    make.rules(campus.school, lookback_days=0)
    with acting(campus.doctor):
        kinds = {one.kind for one in campus.proposed(campus.case())}
    assert "venue" not in kinds, "the library was the day before onset"


def test_an_advised_contact_is_told_in_words_that_name_nobody(campus):
    with within(EVERYTHING):
        account = make.account(campus.school, "leader")
        Account.objects.filter(pk=account.pk).update(person_id=campus.others[0].pk)
    with acting(campus.doctor):
        case = campus.case()
        told = [one for one in campus.proposed(case) if one.person_id == campus.others[0].pk]
        decide_contacts(campus.doctor, case=case, contacts=told, decision="advise")
    with within(EVERYTHING):
        alert = Alert.objects.get(account_id=account.pk)
        assert (alert.kind, alert.facts) == ("contact.advice", {})


def react():
    with within(EVERYTHING):
        while dispatch(REACTIONS):
            pass


def test_J03_a_contact_is_transferred_within_the_hours_of_the_rules_or_the_doctor_hears_of_it(campus):
    make.rules(campus.school, transfer_hours=8)
    with acting(campus.doctor):
        _, contacts = kept(campus, 3)
    react()
    with within(EVERYTHING):
        owed = Task.objects.filter(kind="transfer")
        assert {one.due_at for one in owed} == {EVENING + timedelta(hours=8)}
        assert {one.subject for one in owed} == {ref(one) for one in contacts}
    written, isolated, waits = contacts
    with clock.at(EVENING + timedelta(hours=1)), acting(campus.doctor):
        record_transfer(campus.doctor, contact=written, where="县留观点")
        with within(EVERYTHING):
            room = Place.objects.create(unit=campus.school, kind=ISOLATION, code="I1", name="隔离一室")
        isolate(campus.doctor, unit=campus.school, person=isolated.person, place=room, reason="密接")
        react()
    with clock.at(EVENING + timedelta(hours=8)):
        with within(EVERYTHING):
            done = {one.subject: one.note for one in owed.filter(settled_at__isnull=False)}
            assert done == {ref(written): "县留观点", ref(isolated): str(campus.school)}
            alert()
        react()
        with within(EVERYTHING):
            told = Alert.objects.get(kind="contact.not_transferred", account_id=campus.account.pk)
            assert told.facts["case"] == str(waits.case_id)


def test_follow_up_owes_a_visit_and_two_readings_a_day_until_14_days_after_the_last_exposure(campus):
    with acting(campus.doctor):
        _, [contact] = kept(campus)
        assert contact.until == DAY + timedelta(days=14)
        owed = Task.objects.filter(subject=ref(contact))
        visits = list(owed.filter(kind="visit").order_by("day").values_list("day", flat=True))
        assert visits == [DAY + timedelta(days=n) for n in range(1, 15)], "the day of the decision is over at 22:40"
        assert owed.filter(kind="reading").count() == 1 + 28, "the evening slot is open until midnight"


def test_a_decision_needs_a_reason_and_a_contact_of_this_case(campus):
    with acting(campus.doctor):
        case = campus.case()
        [one, *_] = campus.proposed(case)
        refused("required", decide_contacts, campus.doctor, case=case, contacts=[one], decision="keep")
        other = campus.case(person=campus.others[0])
        refused("scope", decide_contacts, campus.doctor, case=other, contacts=[one], decision="keep", reason="x")
        refused("choice.unknown", decide_contacts, campus.doctor, case=case, contacts=[one], decision="no", reason="x")
        refused("required", decide_contacts, campus.doctor, case=case, contacts=[], decision="keep", reason="x")


def test_proposing_again_adds_whoever_is_new_and_leaves_decisions_alone(campus):
    with acting(campus.doctor):
        case, _ = kept(campus, 2)
        assert propose_contacts(campus.doctor, case=case) == []
        assert Contact.objects.filter(case=case).count() == 41
        assert Contact.objects.filter(case=case, state="under_follow_up").count() == 2
        assert Exposure.objects.filter(case=case).count() == 41


def test_other_tables_of_a_dining_room_are_no_contacts(campus):
    with acting(campus.doctor), within(EVERYTHING):
        campus.dine({"T1": [campus.boarder, campus.others[0]], "T2": [campus.others[1]]})
    with acting(campus.doctor):
        kinds = {one.person_id: [r["kind"] for r in one.reasons] for one in campus.proposed(campus.case())}
    assert "table" in kinds[campus.others[0].pk]
    assert kinds[campus.others[1].pk] == ["classroom"]


def test_without_onset_and_sample_nobody_is_proposed(campus):
    with acting(campus.doctor):
        case = campus.case(date_onset=None)
        refused("case.no_window", propose_contacts, campus.doctor, case=case)
        interview_case(campus.doctor, case=case, date_onset=DAY)
        assert len(propose_contacts(campus.doctor, case=case)) == 41


def test_a_visit_settles_the_day_and_an_unreached_one_does_not(campus):
    with acting(campus.doctor):
        _, [contact] = kept(campus)
        with clock.at(at(9, day=DAY + timedelta(days=1))):
            record_visit(campus.doctor, contact=contact, outcome="not_reached")
            visits = Task.objects.filter(subject=ref(contact), kind="visit", settled_at__isnull=False)
            assert not visits.exists()
            record_visit(campus.doctor, contact=contact, outcome="well")
            assert visits.count() == 1
            tomorrow = DAY + timedelta(days=2)
            refused(
                "date.in_future", record_visit, campus.doctor, contact=contact, outcome="well", day=tomorrow
            )  # fmt: skip
            refused("choice.unknown", record_visit, campus.doctor, contact=contact, outcome="fine")


def test_nobody_is_released_before_the_day_or_unseen_or_unwell(campus):
    with acting(campus.doctor):
        _, [contact] = kept(campus)
        refused("contact.not_over", release_contact, campus.doctor, contact=contact)
        with clock.at(at(9, day=DAY + timedelta(days=14))):
            refused("contact.never_seen", release_contact, campus.doctor, contact=contact)
            fever = {"key": "r-1", "celsius": Decimal("38.0")}
            take_contact_reading(campus.doctor, contact=contact, **fever)
            refused("contact.not_well", release_contact, campus.doctor, contact=contact)
        with clock.at(at(9, day=DAY + timedelta(days=15))):
            refused("contact.not_well", release_contact, campus.doctor, contact=contact)


def test_a_contact_is_released_on_the_last_day_and_owes_nothing_more(campus):
    with acting(campus.doctor):
        _, [contact] = kept(campus)
        with clock.at(at(9, day=DAY + timedelta(days=14))):
            record_visit(campus.doctor, contact=contact, outcome="well")
            release_contact(campus.doctor, contact=contact)
            assert not current(contact.person_id, "contact")
            after = Task.objects.filter(subject=ref(contact), excused="", settled_at=None, opens_at__gte=clock.now())
            assert not after.exists()
            refused("contact.not_followed", record_visit, campus.doctor, contact=contact, outcome="well")


def test_a_contact_becomes_a_case_and_keeps_the_link(campus):
    with acting(campus.doctor):
        case, [contact, _] = kept(campus, 2)
        with clock.at(at(9, day=DAY + timedelta(days=3))):
            given = {"date_onset": DAY + timedelta(days=3), "symptoms": ["fever"]}
            second = contact_became_case(campus.doctor, contact=contact, **given)
            assert not current(contact.person_id, "contact")
        contact.refresh_from_db()
        assert (contact.state, contact.became_id, second.was_contact) == ("became_case", second.pk, True)
        [link] = Link.objects.all()
        assert (link.infector_id, link.infectee_id, link.certainty) == (case.pk, second.pk, "possible")
        assert [chain.size for chain in listed(chains_of(Case.objects.all()))] == [2]


def test_when_it_was_no_case_all_follow_up_stops(campus):
    with acting(campus.doctor):
        case, contacts = kept(campus, 17)
        refused("case.not_discarded", stop_follow_up, campus.doctor, case=case, reason="阴性")
        record_test(campus.doctor, case=case, kind="laboratory", result="negative")
        classify_case(campus.doctor, case=case, into="discarded")
        assert len(stop_follow_up(campus.doctor, case=case, reason="两次阴性")) == 17
        assert not any(current(one.person_id, "contact") for one in contacts)


def test_a_contact_named_at_the_interview_has_its_time_and_distance(campus):
    friend = make.member(campus.klass)
    with acting(campus.doctor):
        case = campus.case()
        met = {"person": friend, "kind": "other", "since": at(12), "until": at(12, 20), "where": "操场"}
        contact = name_contact(campus.doctor, case=case, metres=Decimal("0.5"), **met)
        assert (contact.grade, contact.reasons[0]["minutes"]) == ("close", 20)
        refused("contact.named_already", name_contact, campus.doctor, case=case, **met)
        refused("date.order", name_contact, campus.doctor, case=case, **met | {"until": at(11)})


def test_the_follow_up_list_is_somebodys_for_a_day(campus):
    nurse = make.account(campus.school, "nurse")
    with acting(campus.doctor):
        case = campus.case()
        mine, others = campus.proposed(case)[:3], Contact.objects.filter(case=case)[3:5]
        decide_contacts(campus.doctor, case=case, contacts=mine, decision="keep", reason="x", worker=nurse)
        decide_contacts(campus.doctor, case=case, contacts=list(others), decision="keep", reason="x")
        day = {"day": str(DAY + timedelta(days=1))}
        assert FollowUps.chosen(campus.doctor, day).count() == 5
        assert FollowUps.chosen(campus.doctor, day | {"worker": nurse.handle}).count() == 3


def test_two_who_propose_at_once_leave_one_row_a_person(campus):
    with acting(campus.doctor):
        case = campus.case()
        one = campus.proposed(case)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.create(
                unit=one.unit, case=case, person=one.person, kind="venue", grade="general", source="places",
                last_exposure=clock.now(), elicited_at=clock.now(),
            )  # fmt: skip


def test_the_doctor_hears_of_a_contact_who_is_not_well(campus):
    with acting(campus.doctor):
        _, [well, unwell] = kept(campus, 2)
        with clock.at(at(9, day=DAY + timedelta(days=1))):
            record_visit(campus.doctor, contact=well, outcome="well")
            record_visit(campus.doctor, contact=unwell, outcome="unwell")
            take_contact_reading(campus.doctor, contact=well, key="r-1", celsius=Decimal("38.2"))
    dispatch(REACTIONS)
    with within(EVERYTHING):
        told = Alert.objects.filter(account_id=campus.account.pk, kind="contact.unwell")
        assert told.count() == 2, "one visit, one reading"
        assert all(alert.facts == {} for alert in told)


def test_a_contact_sees_why_and_until_when_and_not_whose_contact(campus):
    with acting(campus.doctor):
        _, [contact] = kept(campus)
        [status] = current(contact.person_id, "contact")
    assert (status.rule, status.edition) == ("R-contact", "generic-school 2000-01-01")
    assert status.facts == {"last_exposure": str(DAY), "until": str(DAY + timedelta(days=14))}


def test_contacts_of_a_contact_are_proposed_only_where_the_rules_ask_for_them(campus):
    friend = make.member(campus.klass)
    with acting(campus.doctor):
        _, [mate] = kept(campus)
        refused("contact.no_further", propose_further_contacts, campus.doctor, contact=mate)
    make.rules(campus.school, secondary_contacts=True, secondary_days=7)
    with acting(campus.doctor), clock.at(at(20, day=DAY + timedelta(days=1))):
        library = campus.place("venue", "GYM", "体育馆")
        campus.visit(library, mate.person, 14, 16, day=DAY + timedelta(days=1))
        campus.visit(library, friend, 15, 17, day=DAY + timedelta(days=1))
        [further] = propose_further_contacts(campus.doctor, contact=mate)
        assert (further.person_id, further.grade) == (friend.pk, "secondary")
        [followed] = decide_contacts(
            campus.doctor, case=mate.case, contacts=[further], decision="keep", reason="密接的密接"
        )
        assert followed.until == DAY + timedelta(days=8)
        refused("contact.not_followed", propose_further_contacts, campus.doctor, contact=followed)


@pytest.mark.parametrize(
    ("day", "edition", "days", "further"),
    [(UNDER_8TH, "cn-8th 2021-05-14", 14, 0), (UNDER_9TH, "cn-9th 2022-06-27", 7, 7)],
    ids=("8th", "9th"),
)
def test_J03_contacts_are_followed_by_the_national_edition_of_their_day(day, edition, days, further):
    # The 8th edition manages contacts of contacts, and names no days for them.
    with clock.at(at(20, day=day)):
        campus = Campus()
        adopt(campus.school)
        mate, friend = campus.room_mates[:2]
        with within(EVERYTHING):
            library = campus.place("venue", "LIB2", "阅览室")
            for person in (mate, friend):
                campus.visit(library, person, 14, 16, day=day)
        with acting(campus.doctor):
            case = campus.case(date_onset=day)
            told = {"kind": "household", "since": at(1, day=day), "until": at(6, day=day)}
            contact = name_contact(campus.doctor, case=case, person=mate, **told)
            [held] = decide_contacts(campus.doctor, case=case, contacts=[contact], decision="keep", reason="同住")
            assert (held.until, held.edition) == (day + timedelta(days=days), edition)
            [second] = propose_further_contacts(campus.doctor, contact=held)
            [kept_too] = decide_contacts(campus.doctor, case=case, contacts=[second], decision="keep", reason="同场所")
            assert (kept_too.person, kept_too.until) == (friend, day + timedelta(days=further))
            assert current(campus.boarder, "case")[0].edition == edition
            other = open_case(campus.doctor, unit=campus.school, person=campus.others[0], definition="gastroenteritis")
            assert current(campus.others[0], "case")[0].edition.startswith("generic-school"), "of another hazard"
            assert policy_for(other).secondary_contacts is False

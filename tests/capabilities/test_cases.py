"""Cases and their contacts (病例与密接): proposed from shared places, decided by a doctor, followed to the end."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lianfang.capabilities.cases.actions import (
    chains_of,
    classify_case,
    close_case,
    contact_became_case,
    decide_contacts,
    interview_case,
    link_cases,
    name_contact,
    notify_contact,
    open_case,
    propose_contacts,
    propose_further_contacts,
    record_test,
    record_visit,
    release_contact,
    stop_follow_up,
    take_contact_reading,
    tracing_of,
)
from lianfang.capabilities.cases.models import Case, Contact, Exposure, Link
from lianfang.capabilities.cases.register import Contacts, FollowUps, LineList
from lianfang.domain.cases.chains import listed
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import make
from tests.cases_world import EVENING, Campus
from tests.make import DAY, acting, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    with clock.at(EVENING):
        yield Campus()


def refused(code: str, call, *args, **given) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        call(*args, **given)
    assert caught.value.code == code
    return caught.value


def kept(campus: Campus, how_many: int = 1):
    """A case with this many contacts followed up."""
    case = campus.case()
    contacts = campus.proposed(case)[:how_many]
    return case, decide_contacts(campus.doctor, case=case, contacts=contacts, decision="keep", reason="同住")


def test_J03_41_contacts_are_proposed_17_kept_with_reasons_and_isolated_24_advised_and_listed_to_nobody(campus):
    case_heads = {"household": 3, "group": 8, "classroom": 20, "venue": 10}
    with acting(campus.doctor):
        case = campus.case()
        began = time.perf_counter()
        proposed = campus.proposed(case)
        assert time.perf_counter() - began < 5
        assert len(proposed) == 41
        assert {kind: sum(one.kind == kind for one in proposed) for kind in case_heads} == case_heads
        near = [one for one in proposed if one.grade == "close"]
        assert {one.person_id for one in near} == {p.pk for p in (*campus.room_mates, *campus.group)}
        chosen, rest = proposed[:17], proposed[17:]
        for one in chosen:
            reason = f"{one.kind}：在 {one.reasons[0]['place']} 共处"
            decide_contacts(campus.doctor, case=case, contacts=[one], decision="keep", reason=reason)
        decide_contacts(campus.doctor, case=case, contacts=rest, decision="advise")
        held = Contact.objects.filter(case=case, state="under_follow_up")
        assert held.count() == 17
        assert all(one.decision_reason for one in held)
        statuses = [current(one.person_id, "contact") for one in held]
        assert all([one.value for one in some] == ["isolation"] and some[0].rule for some in statuses)
        assert not any(current(one.person_id, "contact") for one in rest)
    officer = make.actor(campus.school, "duty_officer")
    with acting(officer):
        assert set(Contacts.rows(officer).values_list("state", flat=True)) == {"under_follow_up"}
    for role in ("leader", "administrator", "class_head", "screener", "officer", "nurse"):
        other = make.actor(campus.school, role)
        with acting(other):
            assert not Contacts.rows(other).filter(state="advised").exists(), role


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


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"date_onset": DAY + timedelta(days=1)}, "date.in_future"),
        ({"sampled_at": at(23, day=DAY)}, "date.in_future"),
        ({"symptoms": ["sneezing"]}, "choice.unknown"),
        ({"symptoms": ["none", "cough"]}, "choice.contradiction"),
        ({"celsius": Decimal("83.1")}, "number.out_of_range"),
        ({"source": "rumour"}, "choice.unknown"),
    ],
)
def test_a_case_is_not_opened_with_what_cannot_be(campus, given, code):
    with acting(campus.doctor):
        wanted = {"unit": campus.school, "person": campus.boarder, "definition": "fever_respiratory"} | given
        refused(code, open_case, campus.doctor, **wanted)
        assert not Case.objects.exists()


def test_one_open_case_a_person_and_illness(campus):
    with acting(campus.doctor):
        campus.case()
        wanted = {"unit": campus.school, "person": campus.boarder}
        refused("case.open_already", open_case, campus.doctor, definition="fever_respiratory", **wanted)
        assert open_case(campus.doctor, definition="gastroenteritis", **wanted).number == 2


def test_a_stranger_cannot_be_made_a_case(campus):
    stranger = make.member(make.unit(campus.school, "S-X", "class", opened_on=DAY))
    with acting(campus.doctor):
        given = {"unit": campus.klass, "person": stranger, "definition": "gastroenteritis"}
        refused("scope", open_case, campus.doctor, **given)


def test_a_classification_keeps_rule_and_facts_and_another_class_needs_a_reason(campus):
    with acting(campus.doctor):
        case = campus.case()
        first = classify_case(campus.doctor, case=case, into="suspected")
        assert (first.rule, first.edition) == ("fever_respiratory.suspected", "generic 2000-01-01")
        assert Decimal(first.facts["celsius"]) == Decimal("38.1")
        refused("case.reason_required", classify_case, campus.doctor, case=case, into="confirmed")
        record_test(campus.doctor, case=case, kind="laboratory", result="positive")
        second = classify_case(campus.doctor, case=case, into="confirmed")
        assert (second.rule, second.proposed) == ("fever_respiratory.confirmed", "confirmed")
        third = classify_case(campus.doctor, case=case, into="discarded", reason="实验室更正")
        assert (third.rule, third.proposed) == ("", "confirmed")
        assert [one.into for one in case.steps.order_by("at", "id")] == ["suspected", "confirmed", "discarded"]


def test_a_pending_test_decides_nothing(campus):
    with acting(campus.doctor):
        case = campus.case()
        record_test(campus.doctor, case=case, kind="laboratory", result="pending")
        assert classify_case(campus.doctor, case=case, into="suspected").proposed == "suspected"


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


def test_links_make_no_circle_and_are_not_doubled(campus):
    with acting(campus.doctor):
        first, second, third = (campus.case(person=one) for one in campus.others[:3])
        sure = {"certainty": "likely", "evidence": "interview"}
        link_cases(campus.doctor, infectee=second, infector=first, **sure)
        link_cases(campus.doctor, infectee=third, infector=second, **sure)
        refused("link.circle", link_cases, campus.doctor, infectee=first, infector=third, **sure)
        refused("link.circle", link_cases, campus.doctor, infectee=first, infector=first, **sure)
        refused("link.twice", link_cases, campus.doctor, infectee=second, infector=first, **sure)


def test_a_case_is_not_closed_over_undecided_contacts(campus):
    with acting(campus.doctor):
        case = campus.case()
        contacts = campus.proposed(case)
        assert refused("case.contacts_undecided", close_case, campus.doctor, case=case, outcome="recovered").problems[
            0
        ].facts == {"count": 41}
        decide_contacts(campus.doctor, case=case, contacts=contacts, decision="dismiss", reason="排除")
        close_case(campus.doctor, case=case, outcome="recovered")
        assert not current(campus.boarder, "case")
        refused("case.closed", propose_contacts, campus.doctor, case=case)


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


def test_the_indicators_count_what_is_in_time_late_and_not_known(campus):
    with acting(campus.doctor):
        case, contacts = kept(campus, 4)
        with clock.at(at(9, day=DAY + timedelta(days=1))):
            for contact in contacts[:2]:
                notify_contact(campus.doctor, contact=contact)
            record_test(campus.doctor, case=case, kind="rapid", result="positive", sampled_at=at(20))
            interview_case(campus.doctor, case=case, was_contact=False)
        with clock.at(at(23, day=DAY + timedelta(days=1))):
            record_visit(campus.doctor, contact=contacts[0], outcome="well", day=DAY + timedelta(days=1))
            notify_contact(campus.doctor, contact=contacts[3])
        with clock.at(at(1, day=DAY + timedelta(days=2))):
            found = {one.code: one for one in tracing_of(campus.school, since=DAY, until=DAY)}
    counted = {code: (one.numerator, one.denominator, one.unknown) for code, one in found.items()}
    assert counted == {
        "reported": (1, 1, 0),
        "interviewed": (1, 1, 0),
        "notified": (2, 4, 0),
        "known": (0, 1, 0),
        "evaluated": (1, 4, 0),
    }


def test_the_line_list_speaks_the_words_of_line_lists(campus):
    with acting(campus.doctor):
        campus.case()
        names = [column.name for column in LineList.columns]
        assert {"id", "date_onset", "date_reporting", "date_outcome", "outcome", "age", "location"} <= set(names)
        assert [row.number for row in LineList.rows(campus.doctor)] == [1]


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


def test_nobody_outside_the_school_sees_its_cases(campus):
    with acting(campus.doctor):
        kept(campus)
    other = make.actor(make.unit(campus.school, "S-K2", "class"), "doctor")
    with acting(other):
        assert not Case.objects.exists()
        assert not Contact.objects.exists()


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


def test_what_was_said_before_stays_on_record_with_its_time(campus):
    with acting(campus.doctor):
        case = campus.case()
        interview_case(campus.doctor, case=case, date_onset=DAY - timedelta(days=1), symptoms=["cough"])
        case.refresh_from_db()
        assert [one["date_onset"] for one in case.told] == [str(DAY), str(DAY - timedelta(days=1))]
        assert case.interviewed_at == EVENING


def test_nothing_of_anybodys_health_goes_into_the_events(campus):
    with acting(campus.doctor):
        case, [contact] = kept(campus)
        interview_case(campus.doctor, case=case, symptoms=["diarrhoea"], celsius=Decimal("39.9"))
        record_test(campus.doctor, case=case, kind="rapid", result="positive")
        classify_case(campus.doctor, case=case, into="confirmed", reason="x")
    with within(EVERYTHING):
        said = " ".join(str(event.facts) for event in Event.objects.all())
    assert not [word for word in ("diarrhoea", "39.9", "positive", "confirmed", "fever") if word in said]
    assert contact.person.name not in said


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

"""Cases (病例): opened, interviewed, tested, classified, linked, closed; what is listed and counted of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.cases.actions import (
    classify_case,
    close_case,
    contact_became_case,
    decide_contacts,
    interview_case,
    isolate_case,
    link_cases,
    notify_contact,
    open_case,
    propose_contacts,
    record_test,
    record_visit,
    release_contact,
    tracing_of,
)
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.capabilities.cases.register import LineList
from lianfang.capabilities.cases.tracing import of_tracing
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.models import Event
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from tests import make
from tests.cases_world import EVENING, Campus, kept, refused
from tests.make import DAY, acting, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    with clock.at(EVENING):
        yield Campus()


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


def test_T04_the_person_is_told_what_the_case_was_found_to_be_by_rule_and_facts(campus):
    own = make.account(campus.klass, "class_head")
    own.person_id = campus.boarder.pk
    own.save(update_fields=["person_id"])
    with acting(campus.doctor):
        case = campus.case()
        record_test(campus.doctor, case=case, kind="laboratory", result="positive")
    with clock.at(EVENING + timedelta(minutes=20)), acting(campus.doctor):
        classify_case(campus.doctor, case=case, into="confirmed")
        isolate_case(campus.doctor, case=case)
        (held,) = current(campus.boarder, "case")
        (apart,) = current(campus.boarder, "case_isolation")
        assert Alert.objects.filter(account_id=own.pk, kind="status.changed").count() == 3
    with acting(campus.doctor):
        close_case(campus.doctor, case=case, outcome="recovered")
        assert not current(campus.boarder)
    assert (held.value, held.rule, apart.value, apart.rule) == (
        "confirmed", "R-case-class", "isolated", "R-case-isolation"
    )  # fmt: skip
    assert held.facts == {
        "definition": "发热伴呼吸道症状", "definition_en": "Fever and respiratory illness",
        "classification": "confirmed", "classified_on": "2026-03-02", "by_definition": "fever_respiratory.confirmed",
    }  # fmt: skip


def test_a_pending_test_decides_nothing(campus):
    with acting(campus.doctor):
        case = campus.case()
        record_test(campus.doctor, case=case, kind="laboratory", result="pending")
        assert classify_case(campus.doctor, case=case, into="suspected").proposed == "suspected"


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
            found = tracing_of(campus.school, since=DAY, until=DAY)
            kept_too = {one.code: (one.count, one.people) for one in of_tracing(campus.school, DAY, DAY)}
    counted = {code: (one.numerator, one.denominator, one.unknown) for code, one in found.indicators.items()}
    assert counted == {
        "reported": (1, 1, 0), "interviewed": (1, 1, 0), "notified": (2, 4, 0), "traced": (0, 0, 1), "known": (0, 1, 0),
        "known_in_quarantine": (0, 1, 0), "no_contacts": (0, 1, 0), "evaluated": (1, 4, 0), "seen": (0, 0, 4),
        "completed": (0, 0, 0), "lost": (0, 4, 0),
    }  # fmt: skip
    assert found.contacts_per_case == 4
    days = ("evaluated", "seen", "no_contacts")
    assert kept_too == {f"tracing.{code}": counted[code][:2] for code in counted if code not in days}
    assert not list(of_tracing(campus.school, DAY + timedelta(days=9), DAY + timedelta(days=9)))


def test_a_contact_who_falls_ill_in_isolation_completes_no_follow_up_and_counts_in_the_attack_rate(campus):
    last = DAY + timedelta(days=15)
    with acting(campus.doctor):
        case, contacts = kept(campus, 3)
        classify_case(campus.doctor, case=case, into="confirmed", reason="实验室")
        with clock.at(at(9, day=DAY + timedelta(days=3))):
            fell = contact_became_case(
                campus.doctor, contact=contacts[0], date_onset=DAY + timedelta(days=3), symptoms=["fever"]
            )
            interview_case(campus.doctor, case=fell)
        with clock.at(at(9, day=DAY + timedelta(days=14))):
            record_visit(campus.doctor, contact=contacts[1], outcome="well")
            release_contact(campus.doctor, contact=contacts[1])
        with clock.at(at(9, day=last)):
            found = tracing_of(campus.school, since=DAY, until=last)
    assert [(one.cases, one.persons) for one in found.attack.values()] == [(1, 3)]
    counted = {code: (one.numerator, one.denominator, one.unknown) for code, one in found.indicators.items()}
    assert (counted["completed"], counted["lost"]) == ((1, 2, 1), (1, 3, 0))
    assert (counted["known"], counted["known_in_quarantine"]) == ((1, 1, 1), (1, 1, 1))
    assert (counted["traced"], counted["no_contacts"]) == ((1, 1, 0), (1, 2, 0))
    assert (found.delays[0].stages, found.delays[0].of) == (("onset", "reported"), 2)


def test_the_line_list_speaks_the_words_of_line_lists(campus):
    with acting(campus.doctor):
        campus.case()
        names = [column.name for column in LineList.columns]
        assert {"id", "date_onset", "date_reporting", "date_outcome", "outcome", "age", "location"} <= set(names)
        assert [row.number for row in LineList.rows(campus.doctor)] == [1]


def test_nobody_outside_the_school_sees_its_cases(campus):
    with acting(campus.doctor):
        kept(campus)
    other = make.actor(make.unit(campus.school, "S-K2", "class"), "doctor")
    with acting(other):
        assert not Case.objects.exists()
        assert not Contact.objects.exists()


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

"""Answers of people: one record however they come, the missing found and chased (打卡与追踪)."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.checkin.chase import remind_missing
from lianfang.capabilities.checkin.clearance import clearance, not_registered
from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call, understand
from lianfang.capabilities.checkin.together import Sending, receive_together
from lianfang.capabilities.persons.actions import approve_leave, confirm_guardian
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.bulk import Admission, admit
from lianfang.kernel.people.models import Membership
from lianfang.kernel.people.ops import is_member
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.registers.register import registers
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.missing import unanswered
from lianfang.kernel.reporting.models import Answer, AnswerRevision
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


def opened(day: date = DAY) -> None:
    with within(EVERYTHING):
        open_day(day)
        open_tallies(day)


def people_of(unit):
    with within(EVERYTHING):
        return board(unit, form_on(DAILY, DAY), DAY).people


def check(head: Actor, unit, exceptions=(), key="class-check-1"):
    body = {
        "key": key,
        "unit": unit.code,
        "day": str(DAY),
        "slot": "am",
        "observed_by": head.name,
        "exceptions": list(exceptions),
        "everyone_else": "well",
    }
    with make.acting(head):
        return receive_roll_call(head, body, channel="json")


def oneself(person, unit) -> Actor:
    """The person's own account."""
    return Actor(account_id=hash(person.pk) % 10**9, name=person.name, person_id=person.pk)


def answered_by(person, unit, **more):
    who = oneself(person, unit)
    with make.acting(who):
        return receive_answer(who, make.answer(person, unit, **more), channel="form")


def test_C05_completeness_counts_who_is_expected_and_names_who_is_unknown(afternoon):
    institute = make.root("I", "institute")
    division = make.unit(institute, "I-D1")
    people = make.members(division, 240, kind="staff")
    opened()
    screener = make.actor(division, Role.SCREENER)
    with make.acting(screener):
        approve_leave(screener, unit=division, person=people[0], since=DAY, until=DAY, reason="年假")
    check(screener, division, [{"person": str(people[1].pk), "state": "unknown"}])

    seen = people_of(institute)

    assert (seen.rostered, seen.answered, seen.expected, seen.unknown) == (240, 238, 239, 1)
    assert f"{100 * seen.answered / seen.expected:.1f}" == "99.6"
    with within(EVERYTHING):
        assert [one.person_id for one in unanswered(division, DAY, "am")] == [people[1].pk]
        assert differences(DAY) == []


def test_C06_contractor_staff_register_before_the_shift_and_clear_at_once():
    park = make.root("K", "institute")
    guards = make.unit(park, "K-G")
    people = make.members(guards, 60, kind="contractor", employer="物业", shift_starts=time(7, 30))
    with clock.at(at(6)):
        opened()
    lead = make.actor(guards, Role.SCREENER)
    with clock.at(at(7, 10)), make.acting(lead):
        for person in people[:58]:
            receive_answer(lead, make.answer(person, guards), channel="json")
    with clock.at(at(7, 30)), within(EVERYTHING):
        waiting = not_registered(guards, at(7, 30))
        assert sorted(waiting) == sorted(p.pk for p in people[58:])
        late = Membership.objects.get(person_id=waiting[0])
        assert clearance(late, DAY).reason == "register_first"
    with clock.at(at(7, 31)), make.acting(lead):
        for person in people[58:]:
            receive_answer(lead, make.answer(person, guards), channel="json")
    with clock.at(at(7, 31)), within(EVERYTHING):
        assert not_registered(guards, at(7, 31)) == []
        assert clearance(late, DAY).cleared


def test_C07_a_class_head_finds_and_chases_the_missing_by_twenty_past_four():
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupils = make.members(klass, 48)
    with clock.at(at(6)):
        opened()
    head = make.actor(klass, Role.CLASS_HEAD)
    with clock.at(at(15)):
        for pupil in pupils[:36]:
            answered_by(pupil, klass)
    for pupil in pupils[36:]:
        account_for(pupil)
    with clock.at(at(16)), make.acting(head):
        missing = unanswered(klass, DAY, "am")
        assert len(missing) == 12
        told = remind_missing(head, unit=klass, day=DAY, slot="am")
        assert (told.missing, told.told) == (12, 12)
    with clock.at(at(16, 10)):
        for pupil in pupils[36:45]:
            answered_by(pupil, klass)
    with clock.at(at(16, 20)), make.acting(head):
        for pupil in pupils[45:]:
            draft = understand(head, make.answer(pupil, klass), channel="form").draft
            attempt = record_contact(head, unit=klass, person=pupil, day=DAY, slot="am", outcome="well", answer=draft)
            assert (attempt.caller, attempt.at) == (head.name, at(16, 20))

    seen = people_of(school)
    assert (seen.unknown, seen.answered, seen.modes["self"], seen.modes["phone"]) == (0, 48, 45, 3)
    with within(EVERYTHING):
        assert Alert.objects.filter(kind="answer.missing").count() == 12


def account_for(person):
    from lianfang.kernel.accounts.ops import new_account

    with within(EVERYTHING):
        account = new_account(f"p-{person.pk}", person.name)
        account.person_id = person.pk
        account.save()
    return account


def test_C08_identical_answers_from_one_client_within_seconds_are_flagged_and_ordinary_ones_are_not():
    school = make.root("S", "school")
    klass, other = (make.unit(school, f"S-K{n}", "class") for n in (1, 2))
    scripted, ordinary = make.members(klass, 200), make.members(other, 100)
    script = make.actor(klass, Role.CLASS_HEAD)
    with clock.at(at(8)), make.acting(script):
        opened()
        for pupil in scripted:
            receive_answer(script, make.answer(pupil, klass, temperature="36.5"), channel="json")
    for n, pupil in enumerate(ordinary):
        with clock.at(at(8) + timedelta(seconds=n)):
            answered_by(pupil, other, temperature="36.5")
    with within(EVERYTHING):
        assert Answer.objects.filter(unit=klass, automated=True).count() == 200
        assert Answer.objects.filter(unit=other, automated=True).count() == 0


def test_C08_of_ten_thousand_ordinary_answers_fewer_than_one_in_a_hundred_are_flagged():
    klass = make.unit(make.root("S", "school"), "S-K1", "class")
    many = [
        Admission(unit_id=klass.pk, kind="learner", name="学生", id_type="passport", number=f"E{n:08d}",
                  birth_date=None, since=DAY - timedelta(days=9))
        for n in range(10_000)
    ]  # fmt: skip
    with clock.at(at(6)), within(EVERYTHING):
        people = admit(many)
    opened()
    rules = cache(Rules)  # read once a day, as at the door
    for first in range(0, len(people), 500):  # 500 a minute from 8:00 on, mostly the same few temperatures
        with clock.at(at(8) + timedelta(minutes=first // 500)), within(EVERYTHING):
            sent = [_morning(n, person, klass) for n, person in enumerate(people[first : first + 500], first)]
            receive_together(psycopg.Cursor(connection.connection), sent, rules)
    with within(EVERYTHING):
        assert Answer.objects.filter(unit=klass).count() == 10_000
        assert Answer.objects.filter(unit=klass, automated=True).count() < 100


def _morning(n: int, person: UUID, klass: Unit) -> Sending:
    """What one of ten thousand sends from a phone of their own."""
    raw = {
        "key": f"morning-{n:08d}", "unit": klass.code, "day": str(DAY), "slot": "am", "person": {"ref": str(person)},
        "state": "well", "temperature": str(Decimal("36.3") + Decimal(n % 5) / 10),
    }  # fmt: skip
    return Sending(Actor(account_id=1_000_000 + n, name="学生", person_id=person), raw, klass)


def test_somebody_with_a_symptom_is_answered_and_not_punished(afternoon):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    pupil = make.member(klass)
    opened()
    receipt = answered_by(pupil, klass, state="unwell", symptoms=["fever"], temperature="38.0")
    assert receipt["state"] == "received"
    assert people_of(school).fever == 1


def test_the_same_key_gets_the_same_receipt_and_other_content_is_refused(afternoon):
    klass = make.unit(make.root("S", "school"), "S-K1", "class")
    pupil = make.member(klass)
    opened()
    head = make.actor(klass, Role.CLASS_HEAD)
    body = make.answer(pupil, klass, temperature="36.5")
    with make.acting(head):
        first = receive_answer(head, body, channel="json")
        assert receive_answer(head, dict(reversed(body.items())), channel="json") == first
        with pytest.raises(Refused) as refused:
            receive_answer(head, {**body, "temperature": "37.0"}, channel="json")
        assert refused.value.code == "key.reused"
        assert Answer.objects.count() == 1


def test_a_refusal_does_not_use_the_key_up(afternoon):
    klass = make.unit(make.root("S", "school"), "S-K1", "class")
    pupil = make.member(klass)
    opened()
    head = make.actor(klass, Role.CLASS_HEAD)
    body = make.answer(pupil, klass, day="2026-02-20")
    with make.acting(head):
        with pytest.raises(Refused) as refused:
            receive_answer(head, body, channel="json")
        assert refused.value.code == "period.closed"
        assert receive_answer(head, {**body, "day": str(DAY)}, channel="json")["state"] == "received"


def test_a_correction_keeps_what_it_corrects(afternoon):
    klass = make.unit(make.root("S", "school"), "S-K1", "class")
    pupil = make.member(klass)
    opened()
    answered_by(pupil, klass, temperature="36.5")
    answered_by(pupil, klass, temperature="36.9")
    with within(EVERYTHING):
        assert (str(Answer.objects.get().temperature), Answer.objects.get().revision) == ("36.90", 2)
        assert str(AnswerRevision.objects.get().temperature) == "36.50"


def test_of_two_senders_who_disagree_the_graver_answer_is_shown(afternoon):
    klass = make.unit(make.root("S", "school"), "S-K1", "class")
    pupil = make.member(klass)
    opened()
    answered_by(pupil, klass, state="unwell", temperature="38.1", symptoms=["fever"])
    head = make.actor(klass, Role.CLASS_HEAD)
    with make.acting(head):
        receipt = receive_answer(head, make.answer(pupil, klass, temperature="36.5"), channel="json")
    assert "report.two_sources" in [note["code"] for note in receipt["notes"]]
    with within(EVERYTHING):
        assert str(Answer.objects.get().temperature) == "38.10"
        assert AnswerRevision.objects.count() == 1


def test_T05_a_guardian_answers_for_three_children_and_only_three_roles_see_a_childs_health(afternoon):
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    children = make.members(klass, 3, born=date(2016, 6, 15))
    mother = make.member(make.unit(school, "S-F"), kind="resident")
    opened()
    head = make.actor(klass, Role.CLASS_HEAD)
    with make.acting(head):
        for child in children:
            confirm_guardian(head, unit=klass, guardian=mother, ward=child)
    guardian = Actor(account_id=9, name="guardian", person_id=mother.pk, wards=tuple(c.pk for c in children))
    with make.acting(guardian):
        for child in children:
            receive_answer(guardian, make.answer(child, klass, state="unwell", symptoms=["cough"]), channel="form")
        assert Answer.objects.count() == 3
    seen = {}
    for role in Role:
        who = make.actor(school, role)
        with make.acting(who):
            seen[role] = registers["reports"].rows(who).count()
    assert {role for role, n in seen.items() if n} == {Role.CLASS_HEAD, Role.DOCTOR}
    assert people_of(school).modes["proxy"] == 3


def test_T05_somebody_without_a_phone_is_entered_by_the_number_on_the_card(afternoon):
    school = make.root("S", "school")
    family = make.unit(school, "S-F")
    elder = make.member(family, "李老", kind="resident", number="11010519491231002X")
    opened()
    desk = make.actor(school, Role.DUTY_OFFICER)
    body = {
        **make.answer(elder, family),
        "person": {"id_type": "resident", "id_number": "11010519491231002X", "name": "李老"},
    }
    with make.acting(desk):
        assert receive_answer(desk, body, channel="form")["state"] == "received"
        assert Answer.objects.get().mode == "proxy"
        assert is_member(elder.pk, family, DAY)


def test_somebody_entered_after_the_class_check_is_not_counted_well_by_it():
    school = make.root("S", "school")
    klass = make.unit(school, "S-K1", "class")
    make.members(klass, 3)
    head = make.actor(klass, Role.CLASS_HEAD)
    with clock.at(at(9)):
        opened()
        check(head, klass)
    with clock.at(at(16)):
        make.member(klass, since=DAY, entered=at(16))
        seen = people_of(school)
        assert (seen.rostered, seen.answered, seen.unknown) == (4, 3, 1)
        check(head, klass, key="class-check-2")
        assert people_of(school).unknown == 0

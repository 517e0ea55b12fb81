"""Row J03 from beginning to end (密接判定全程): a student falls ill; beds, seats, tables and visits tell who was near.

Whatever is counted comes from the product's own actions: classes scheduled, enrolled, lodged, seated and fed, people
seen in the library, contacts proposed and decided, readings taken.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any

import pytest

from lianfang.capabilities.cases.actions import (
    decide_contacts,
    notify_contact,
    open_case,
    propose_contacts,
    record_venue_visit,
    take_contact_reading,
)
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.capabilities.cases.register import Contacts, Exposures, FollowUps
from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import ClassRun, Enrolment
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import ZONE, Place
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.make import DAY, acting
from tests.training_world import Academy, at

pytestmark = pytest.mark.django_db

DAYS = {"first": date(2026, 2, 26), "last": date(2026, 3, 20)}
EVENING = at(22, 40, day=DAY)
"""The student has 38.1 °C and a cough; onset is this day."""
LIBRARY_DAY = DAY - timedelta(days=1)
WALK_IN = clock_time(12, 0)


class School:
    """Three classes: the student's, that of the room-mates, and one that the student knows from the library only."""

    def __init__(self) -> None:
        self.academy = Academy()
        self.unit = self.academy.unit
        make.rules(self.unit, beds_per_room=4, dining_group=9)
        self.doctor, self.nurse = make.actor(self.unit, "doctor"), make.actor(self.unit, "nurse")
        self.own, self.mates, self.readers = (
            self.academy.run(learners, code, **DAYS) for learners, code in ((27, "K1"), (3, "K2"), (13, "K3"))
        )
        with clock.at(at(9, day=date(2026, 2, 25))), acting(self.academy.head):
            self._lay_out()
        self.student = self.people(self.own)[0]
        self._library()

    def _lay_out(self) -> None:
        """Four to a bedroom: the three of K2 have the first one, and the first of K1 its last bed."""
        head, hall = self.academy.head, self.academy.hall()
        bedrooms = self.academy.dormitory(12, beds=4)
        for run in (self.mates, self.own, self.readers):
            acts.plan_beds(head, run=run, rooms=bedrooms)
            room = self.academy.classroom(f"R-{run.unit.code}", 54)
            acts.plan_class(head, run=run, rooms=[room], across=9)
            acts.plan_dining(head, run=run, place=hall, meal="lunch", first_sitting=WALK_IN)

    def _library(self) -> None:
        """The student reads from 14 to 16; six for an hour of it, six for twenty minutes, one comes afterwards."""
        with acting(self.academy.admin) as admin:
            self.library = acts.add_place(admin, unit=self.unit, kind=ZONE, code="LIB", name="图书馆", ordinary=60)
        readers = self.people(self.readers)
        with clock.at(at(18, day=LIBRARY_DAY)):
            self.seen(self.student, (14, 0), (16, 0))
            for person in readers[:6]:
                self.seen(person, (15, 0), (17, 0))
            for person in readers[6:12]:
                self.seen(person, (15, 40), (17, 0))
            self.seen(readers[12], (16, 30), (17, 0))

    def seen(self, person: Person, come: tuple[int, int], go: tuple[int, int], **more: Any) -> None:
        """Somebody was seen in the library the day before."""
        since, until = at(*come, day=LIBRARY_DAY), at(*go, day=LIBRARY_DAY)
        given = {"unit": self.unit, "person": person, "place": self.library, "since": since, "until": until}
        with acting(self.doctor) as doctor:
            record_venue_visit(doctor, **given | more)

    def people(self, run: ClassRun) -> list[Person]:
        """Who attends a class, in the order of their numbers."""
        with within(EVERYTHING):
            return [one.person for one in Enrolment.objects.filter(run=run).select_related("person").order_by("number")]

    def case(self) -> Case:
        """The student's case."""
        given = {"date_onset": DAY, "symptoms": ["fever", "cough"], "celsius": Decimal("38.1")}
        case: Case = open_case(
            self.doctor, unit=self.unit, person=self.student, definition="fever_respiratory", source="reading", **given
        )
        return case

    def decided(self) -> tuple[Case, list[Contact], list[Contact]]:
        """The case; 17 whom the doctor keeps, each with a reason; 24 who are advised."""
        with acting(self.doctor) as doctor:
            case = self.case()
            proposed = propose_contacts(doctor, case=case)
            chosen = [one for one in proposed if one.grade == "close" or _minutes(one) >= 60]
            rest = [one for one in proposed if one not in chosen]
            for one in chosen:
                reason = f"{one.get_kind_display()}：{one.reasons[0]['place']}"
                decide_contacts(doctor, case=case, contacts=[one], decision="keep", reason=reason)
            decide_contacts(doctor, case=case, contacts=rest, decision="advise")
        return case, chosen, rest


def _minutes(contact: Contact) -> int:
    return max(reason["minutes"] or 0 for reason in contact.reasons)


@pytest.fixture
def school() -> Iterator[School]:
    found = School()
    with clock.at(EVENING):
        yield found


def test_J03_41_contacts_are_proposed_within_5_seconds_3_room_mates_8_of_the_group_30_others(school: School) -> None:
    with acting(school.doctor) as doctor:
        case = school.case()
        began = time.perf_counter()
        proposed = propose_contacts(doctor, case=case)
        seconds = time.perf_counter() - began
    assert seconds <= 5
    assert Counter(one.kind for one in proposed) == {"household": 3, "table": 8, "classroom": 18, "venue": 12}
    by_kind = {kind: {one.person_id for one in proposed if one.kind == kind} for kind in ("household", "table")}
    own = school.people(school.own)
    assert by_kind["household"] == {one.pk for one in school.people(school.mates)}
    assert by_kind["table"] == {one.pk for one in own[1:9]}, "the group of nine that eats together"
    late = school.people(school.readers)[12]
    assert late.pk not in {one.person_id for one in proposed}, "came when the student had gone"


def test_J03_17_are_kept_each_with_a_reason_and_isolated_and_measured(school: School) -> None:
    case, chosen, _ = school.decided()
    with acting(school.doctor):
        held = list(Contact.objects.filter(case=case, state="under_follow_up"))
        assert len(held) == len(chosen) == 17
        assert all(one.decision_reason for one in held)
        given = [current(one.person_id, "contact") for one in held]
        assert all([one.value for one in some] == ["isolation"] and some[0].rule for some in given)
        owed = Task.objects.filter(kind="reading", subject__in=[ref(one) for one in held])
        assert set(owed.values_list("subject", flat=True)) == {ref(one) for one in held}
    morning = DAY + timedelta(days=1)
    with clock.at(at(8, day=morning)), acting(school.nurse) as nurse:
        for one in held:
            take_contact_reading(nurse, contact=one, key=f"reading-{one.pk}", celsius=Decimal("36.6"))
        taken = Reading.objects.filter(kind="contact", day=morning, slot="am", voided_at=None)
        assert {one.person_id for one in taken} == {one.person_id for one in held}
        settled = owed.filter(day=morning, slot="am", settled_at__isnull=False)
        assert settled.count() == 17


def test_J03_24_get_neutral_advice_and_are_listed_to_nobody_but_the_doctor(school: School) -> None:
    reader = school.people(school.readers)[11]
    with within(EVERYTHING):
        account = make.account(school.readers.unit, "leader")
        Account.objects.filter(pk=account.pk).update(person_id=reader.pk)
    _, chosen, rest = school.decided()
    assert len(rest) == 24
    advised = {one.person_id for one in rest}
    with within(EVERYTHING):
        alert = Alert.objects.get(account_id=account.pk, kind="contact.advice")
        assert alert.facts == {}, "words that name nobody"
        assert not Status.objects.filter(person_id__in=advised).exists()
        calls = Task.objects.filter(subject__in=[ref(one) for one in rest], settled_at=None)
        assert {(one.kind, one.role, one.person_id) for one in calls} == {("advice", "doctor", None)}
        assert 1 + calls.count() == 24, "whoever has no account is called by the doctor"
    listed = {one: _listed(school, one) for one in Role}
    assert listed[Role.DOCTOR] >= advised | {one.person_id for one in chosen}
    told = {role: len(people & advised) for role, people in listed.items() if role != Role.DOCTOR}
    assert set(told.values()) == {0}, told


def test_J03_a_call_that_was_made_is_told_and_nobody_but_the_doctor_makes_it(school: School) -> None:
    case, _, rest = school.decided()
    with acting(school.nurse) as nurse, pytest.raises(Refused, match="scope"):
        notify_contact(nurse, contact=rest[0])
    with acting(school.doctor) as doctor:
        told = notify_contact(doctor, contact=rest[0])
        assert told.notified_at == EVENING
        decide_contacts(doctor, case=case, contacts=[rest[1]], decision="dismiss", reason="同名")
        calls = Task.objects.filter(kind="advice")
        assert (calls.filter(settled_at=EVENING).count(), calls.filter(excused="dismiss").count()) == (1, 1)
        decide_contacts(doctor, case=case, contacts=[rest[1]], decision="advise")
        assert calls.filter(settled_at=None, excused="").count() == 23


def _listed(school: School, role: Role) -> set[Any]:
    """Whom the lists about contacts name to somebody with a role over the school."""
    who = make.actor(school.unit, role)
    with acting(who):
        lists = [one for one in (Contacts, Exposures, FollowUps) if role in one.roles]
        return {row.person_id for one in lists for row in one.rows(who)}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"since": at(17, day=LIBRARY_DAY), "until": at(16, day=LIBRARY_DAY)}, "date.order"),
        ({"until": EVENING + timedelta(minutes=1)}, "date.in_future"),
        ({}, "person.placed_already"),
        ({"place": "bedroom"}, "place.wrong_kind"),
        ({"place": "elsewhere"}, "scope"),
        ({"person": "stranger"}, "scope"),
    ],
)
def test_J03_a_visit_that_cannot_be_is_refused(school: School, given: dict[str, Any], code: str) -> None:
    named: dict[str, Any] = {
        name: _named(school, value) if isinstance(value, str) else value for name, value in given.items()
    }
    with pytest.raises(Refused) as caught:
        school.seen(named.pop("person", school.student), (15, 30), (16, 0), **named)
    assert caught.value.code == code


def _named(school: School, which: str) -> Place | Person:
    if which == "bedroom":
        with within(EVERYTHING):
            return Place.objects.get(unit=school.unit, code="D-1")
    other = Academy("AC2", parent=make.root("X"))
    return make.member(other.unit) if which == "stranger" else other.place(ZONE, "GYM", 20)

"""Yellow and red codes (黄码人员): notices, tests, isolation at home, disinfection, all of it seen by the person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.incidents.actions import complete_step, record_home_check
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks import ops as tasks
from tests import make
from tests.editions import UNDER_8TH, UNDER_9TH, adopt
from tests.incidents_world import (
    World,
    built,
    closed,
    code_event,
    done,
    followed,
    sampled,
    step_of,
)
from tests.make import DAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return built()


def refused(code: str):
    return pytest.raises(Refused, match=code)


# A yellow or red code (J02)


@pytest.fixture
def person(world) -> Person:
    return make.member(world.school, "王强", kind="staff")


def test_J02_superior_and_community_are_owed_a_notice_within_fifteen_minutes(world, person):
    event = code_event(world, person, at(18, 20))
    with within(EVERYTHING):
        notices = list(tasks.of(event.incident, "notice"))
    assert [one.due_at for one in notices] == [at(18, 35)] * 2
    for number, minute in ((1, 28), (2, 35)):
        done(world, event.incident, number, at(18, minute), role="duty_officer", kind="notice")
    with within(EVERYTHING):
        counts = tasks.counted(tasks.of(event.incident, "notice"), at=at(19))
        moments = [one.settled_at for one in tasks.of(event.incident, "notice")]
    assert (counts.expected, counts.on_time, counts.late) == (2, 2, 0)
    assert moments == [at(18, 28), at(18, 35)]


def test_J02_the_office_above_is_told_by_the_product_which_gives_the_first_notice(world, person):
    event = code_event(world, person, at(18, 20))
    followed(at(18, 21))
    with within(EVERYTHING):
        [told] = Alert.objects.filter(kind="incident.code")
        first, second = tasks.of(event.incident, "notice")
    officer = world.as_("officer")
    assert (told.account_id, told.subject) == (officer.account_id, f"incidents.incident:{event.incident_id}")
    assert (first.settled_at, first.note) == (at(18, 21), officer.name)
    assert second.settled_at is None, "the community of the residence has no account: it is told by somebody"
    with refused("required"), make.acting(world.as_("duty_officer")) as who, clock.at(at(18, 30)):
        complete_step(who, task=second)
    assert done(world, event.incident, 2, at(18, 31), role="duty_officer", kind="notice").note == "李主任"


def test_J02_where_no_office_above_has_anybody_the_notice_stays_owed(world, person):
    with within(EVERYTHING):
        Grant.objects.filter(account_id=world.as_("officer").account_id).update(until=at(18))
    event = code_event(world, person, at(18, 20))
    followed(at(18, 21))
    assert step_of(event.incident, 1, "notice").settled_at is None


def test_J02_home_isolation_lasts_to_day_fourteen_with_two_readings_a_day_and_a_reason_the_person_sees(world, person):
    event = code_event(world, person, at(18, 20))
    assert event.home_until == DAY + timedelta(days=14)
    with within(EVERYTHING):
        owed = list(tasks.of(event, "reading"))
        (status,) = current(person, "home", at=at(19))
    full_days = {one.day for one in owed} - {DAY, event.home_until}
    assert all(sum(one.day == day for one in owed) == 2 for day in full_days)
    assert len(full_days) == 13
    assert (status.facts["colour"], status.facts["cause"], status.edition) == ("yellow", "到过风险区", event.edition)


def test_J02_a_code_event_is_closed_only_when_everything_it_asks_for_is_there(world, person):
    event = code_event(world, person, at(18, 20))
    incident = event.incident
    last = DAY + timedelta(days=15)
    with refused("code.tests"):
        closed(world, incident, at(9, day=last))
    for number in (1, 2):
        sampled(world, event, number, at(20, day=DAY + timedelta(days=3 * number)))
    with refused("code.at_home"):
        closed(world, incident, at(9, day=DAY + timedelta(days=10)))
    with refused("incident.open_steps"):
        closed(world, incident, at(9, day=last))
    for kind, numbers in (("notice", (1, 2)), ("order", (1, 2, 3, 4)), ("step", (1, 2, 3))):
        for number in numbers:
            done(world, incident, number, at(19), role="duty_officer", kind=kind)
    held = closed(world, incident, at(9, day=last), outcome="转绿码")
    assert held.state == "closed"
    with within(EVERYTHING):
        event.refresh_from_db()
        assert event.closed_at == at(9, day=last)
        assert tasks.counted(tasks.of(incident, "order"), at=at(9, day=last)).done == 4


def test_J02_a_test_that_says_nothing_leaves_the_test_owed_and_a_correction_needs_a_reason(world, person):
    event = code_event(world, person, at(18, 20))
    sampled(world, event, 1, at(20), "invalid")
    assert step_of(event.incident, 1, "test").settled_at is None
    with refused("required"):
        sampled(world, event, 1, at(21))
    sampled(world, event, 1, at(21), reason="重采")
    assert step_of(event.incident, 1, "test").settled_at == at(21)
    with refused("choice.unknown"):
        sampled(world, event, 3, at(21))


def test_J02_the_person_records_and_sees_their_own_and_nobody_elses(world, person):
    event = code_event(world, person, at(18, 20))
    other = make.member(world.school, kind="staff")
    from lianfang.capabilities.incidents.models import CodeEvent
    from lianfang.kernel.accounts.actor import actor_for
    from lianfang.kernel.accounts.ops import new_account

    with within(EVERYTHING):
        accounts = [new_account(f"own-{n}", one.name) for n, one in enumerate((person, other))]
        for account, one in zip(accounts, (person, other), strict=True):
            account.person_id = one.pk
            account.save()
        myself, stranger = (actor_for(account) for account in accounts)
    with clock.at(at(18, 40)), make.acting(myself) as who:
        mine = CodeEvent.objects.select_related("unit").get()
        reading = record_home_check(who, event=mine, person=person, celsius=36.6)
        assert reading.slot == "pm"
    with make.acting(stranger) as who:
        assert not CodeEvent.objects.exists()
        with refused("scope"):
            record_home_check(who, event=event, person=other, celsius=36.6)


def test_one_person_has_one_open_code_event(world, person):
    code_event(world, person, at(18, 20))
    with refused("code.open"):
        code_event(world, person, at(18, 25))
    stranger = make.member(make.unit(world.county, "S2", "school"))
    with refused("person.elsewhere"):
        code_event(world, stranger, at(18, 25))


def test_J02_a_notice_that_is_not_given_in_time_reaches_the_duty_officer(world, person):
    event = code_event(world, person, at(18, 20))
    done(world, event.incident, 1, at(18, 30), role="duty_officer", kind="notice")
    with clock.at(at(18, 36)), within(EVERYTHING):
        tasks.alert()
    followed(at(18, 37))
    with within(EVERYTHING):
        late = Alert.objects.filter(kind="incident.late", account_id=world.as_("duty_officer").account_id)
        assert [one.facts["step_en"] for one in late if "community" in one.facts["step_en"]]
        assert not [one for one in late if "superior" in one.facts["step_en"]]


@pytest.mark.parametrize(
    ("day", "edition", "days"), [(UNDER_8TH, "cn-8th 2021-05-14", 14), (UNDER_9TH, "cn-9th 2022-06-27", 7)]
)
def test_J02_home_isolation_lasts_as_long_as_the_national_edition_of_its_day_says(day, edition, days):
    with clock.at(at(8, day=day)):
        world = built()
        adopt(world.school)
        person = make.member(world.school, "王强", kind="staff")
    event = code_event(world, person, at(18, 20, day=day))
    assert (event.home_until, event.edition) == (day + timedelta(days=days), edition)
    with within(EVERYTHING):
        assert tasks.of(event, "reading").order_by("-day")[0].day == day + timedelta(days=days)
        [home] = current(person, "home", at=at(18, 21, day=day))
    assert (home.edition, home.facts["days"]) == (edition, days)


def test_J02_a_positive_test_opens_a_case_with_it_and_without_one_the_code_is_not_closed(world, person):
    event = code_event(world, person, at(18, 20))
    doctor = world.as_("doctor")
    sampled(world, event, 1, at(18, 50), "positive")
    with within(EVERYTHING):
        for task in tasks.of(event.incident).filter(settled_at=None, excused=""):
            tasks.settle(task, at=at(18, 55), by="x")
    with refused("code.case"):
        closed(world, event.incident, at(19))
    followed(at(19, 5))
    with within(EVERYTHING):
        [case] = Case.objects.filter(person=person)
        [test] = case.tests.all()
        told = Alert.objects.get(kind="case.of_test")
    assert (case.definition, case.source, case.state) == ("fever_respiratory", "lab", "open")
    assert (test.kind, test.result, test.sampled_at) == ("laboratory", "positive", at(18, 50))
    assert (told.account_id, told.facts) == (doctor.account_id, {"case": str(case.pk)})
    assert closed(world, event.incident, at(19, 10)).state == "closed"


def test_J02_a_negative_test_opens_no_case(world, person):
    event = code_event(world, person, at(18, 20))
    sampled(world, event, 1, at(18, 50))
    followed(at(19, 5))
    with within(EVERYTHING):
        assert not Case.objects.exists()

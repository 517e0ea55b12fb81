"""Yellow and red codes (黄码人员): notices, tests, isolation at home, disinfection, all of it seen by the person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.incidents.actions import (
    record_home_check,
)
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from lianfang.kernel.tasks import ops as tasks
from tests import make
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

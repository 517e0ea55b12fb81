"""Guests of a site where people are looked for (在点人员): cases, codes, tests, and who hears of a fever."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.catering.requests import open_request
from lianfang.capabilities.incidents.models import CodeEvent
from lianfang.capabilities.stays.actions import record_test
from lianfang.capabilities.stays.models import LabTest, Stay
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.accounts.models import Grant
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import make
from tests import stays_world as world
from tests.interfaces.test_stays_page import EVENING, MORNING, client_of, page, words

pytestmark = pytest.mark.django_db
CASE = {"definition": "fever_respiratory", "source": "reading", "celsius": "38.6", "date_onset": "2020-02-01"}
NOON = MORNING + timedelta(hours=5)


@pytest.fixture
def site() -> world.Site:
    return world.site()


@pytest.fixture
def stay(site: world.Site) -> Stay:
    return world.admitted(site, [world.guest("旅客甲")], EVENING)[0]


def on_duty(site: world.Site, role: str) -> Actor:
    with clock.at(EVENING):
        return make.actor(site.unit, role)


def vacate(site: world.Site) -> None:
    with within(EVERYTHING):
        Grant.objects.filter(unit=site.unit, role="doctor").update(until=EVENING)


def fever(site: world.Site, stay: Stay) -> None:
    for minutes, celsius in ((0, "38.5"), (10, "38.6")):
        when = MORNING + timedelta(minutes=minutes)
        world.round_of(site, [world.entry(stay, when, celsius)], when)
    with clock.at(MORNING + timedelta(minutes=11)):
        dispatch(REACTIONS)


def test_a_guest_is_found_by_name_and_becomes_a_case(site, stay):
    with clock.at(NOON):
        done = client_of(site.doctor).post("/cases/open", {"name": "旅客甲", **CASE})
        assert done.status_code == 302, words(done)
    with within(EVERYTHING):
        assert (Case.objects.get().person_id, Case.objects.get().unit_id) == (stay.person_id, site.unit.pk)


def test_a_guest_of_another_site_is_not_found(site, stay):
    with clock.at(NOON):
        other = world.site()
        answer = client_of(other.doctor).post("/cases/open", {"name": "旅客甲", **CASE})
        assert answer.status_code == 422
        assert "Nobody of this name or number is on your rosters or staying at your sites" in answer.content.decode()


def test_a_guest_with_a_yellow_code_is_chosen_or_named_on_the_form(site, stay):
    duty = on_duty(site, "duty_officer")
    address = f"/codes/{site.unit.code}/open"
    with clock.at(NOON):
        client = client_of(duty)
        assert "旅客甲" in page(client, address)
        done = client.post(address, {"person": "旅客甲", "colour": "yellow", "cause": "14 days"})
        assert done.status_code == 302, words(done)
    with within(EVERYTHING):
        assert CodeEvent.objects.get().person_id == stay.person_id


def test_a_positive_result_nobody_asked_for_is_kept_and_heard_of(site, stay):
    with within(EVERYTHING):
        LabTest.objects.all().delete()
    with clock.at(NOON), make.acting(site.nurse) as nurse:
        with pytest.raises(Refused, match=r"test\.not_owed"):
            record_test(nurse, stay=stay, day=NOON.date(), sampled_at=NOON)
        with pytest.raises(Refused, match=r"test\.not_owed"):
            record_test(nurse, stay=stay, day=EVENING.date(), sampled_at=NOON, result="positive")
        found = record_test(nurse, stay=stay, day=NOON.date(), sampled_at=NOON, result="positive")
    assert (found.result, found.number, found.day) == ("positive", None, NOON.date())
    with clock.at(NOON):
        dispatch(REACTIONS)
        assert "A guest under observation is not well" in page(client_of(site.doctor), "/today")


def test_a_refusal_that_asks_for_an_order_leads_the_doctor_to_it_and_only_names_it_to_others(site, stay):
    given = {"day": str(NOON.date()), "sampled_at": f"{NOON:%Y-%m-%dT%H:%M}"}
    with clock.at(NOON), within(EVERYTHING):
        LabTest.objects.all().delete()
    way = f'href="/stays/{stay.pk}?act=order_test#act-order_test"'
    with clock.at(NOON):
        nurse, doctor = client_of(site.nurse), client_of(site.doctor)
        refused = doctor.post(f"/stays/{stay.pk}/do/record_test", given)
        assert refused.status_code == 422 and way in refused.content.decode()
        assert way not in nurse.post(f"/stays/{stay.pk}/do/record_test", given).content.decode()
        opened = doctor.get(f"/stays/{stay.pk}?act=order_test").content.decode()
        assert re.search(r'id="act-order_test" open', opened)


def test_a_second_fever_is_on_the_day_of_the_doctor_with_a_link_to_the_guest(site, stay):
    manager = on_duty(site, "site_manager")
    fever(site, stay)
    with clock.at(NOON):
        shown = client_of(site.doctor).get("/today").content.decode()
        assert "A guest under observation is not well" in shown and f'href="/stays/{stay.pk}"' in shown
        assert "not well" not in page(client_of(manager), "/today"), "the doctor sees to it"


def test_where_no_doctor_is_at_the_site_nurse_and_manager_hear_of_a_second_fever(site, stay):
    manager = on_duty(site, "site_manager")
    vacate(site)
    fever(site, stay)
    with clock.at(NOON):
        for who in (site.nurse, manager):
            assert "A guest under observation is not well" in page(client_of(who), "/today")


def test_the_manager_sees_on_the_day_what_is_open_at_the_site(site, stay):
    manager = on_duty(site, "site_manager")
    with clock.at(NOON):
        assert "Nothing is due" in page(client_of(manager), "/today")
        with within(EVERYTHING):
            open_request(
                SYSTEM, unit=site.unit, kind="other", wanted="tea", person=Person.objects.get(pk=stay.person_id)
            )
            Task.objects.create(
                unit=site.unit,
                kind="step",
                subject="incidents.incident:x",
                opens_at=EVENING,
                due_at=MORNING,
                role="nurse",
            )
        shown = page(client_of(manager), "/today")
        assert "Requests of guests" in shown and "Steps of incidents past their time" in shown and "1 open" in shown
        assert "Nothing is due" not in shown

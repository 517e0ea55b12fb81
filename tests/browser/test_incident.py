"""Emergencies on a phone and at a desk (突发情况): two taps, kept without a network, handed in once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.incidents.actions import assess_alert, plan_patrol, refer, verify_alert, watch_class
from lianfang.capabilities.incidents.models import ClusterAlert, Incident, Stop
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.accounts.ops import new_account
from lianfang.kernel.policies import drills
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.test_check_in import without_a_network
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.incidents_world import World, answered, code_event, done, points, pupils, raised, stopped
from tests.make import DAY, at

ROLES = ("guard", "doctor", "duty_officer", "crew", "nurse")


@pytest.fixture(scope="module")
def world(house: House) -> World:
    """A school of its own in the second county, with whoever is on duty there."""
    with clock.at(at(6)):
        county = house.world.units["N2"]
        school = make.unit(county, "INC", "school", "青山中学")
        klass = make.unit(school, "INC-K1", "class", "高二（3）班")
        found = World(county, school, klass)
        for role in ROLES:
            found.staff[role] = make.actor(school, role)
    with within(EVERYTHING):
        for role in ROLES:
            house.world.accounts[f"inc-{role}"] = Account.objects.get(pk=found.staff[role].account_id)
    return found


def set_moment(moment: datetime) -> None:
    with within(EVERYTHING):
        drills.start(moment, "test")


@contextmanager
def on_a_phone(house: House, handle: str, *, lang: str = "zh", **more: Any) -> Iterator[Visitor]:
    with house.visit(handle, lang=lang, size=PHONE, has_touch=True, is_mobile=True, **more) as visitor:
        yield visitor


def whole(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with a page on a phone or at a desk."""
    found = ill_formed(visitor.page, visitor.lang)
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)
        found += barriers_in_turn(visitor.page)
        found += [one] if (one := too_wide(visitor.page)) else []
        visitor.picture(name)
    visitor.page.set_viewport_size(DESK)
    return found


def test_J01_two_taps_a_place_and_it_runs(house: House, world: World) -> None:
    set_moment(at(9))
    with on_a_phone(house, "inc-guard") as visitor:
        visitor.open("/incidents/new")
        page = visitor.page
        visitor.tap("label[for=k-illness]")
        page.locator("#f-where").fill("东门")
        visitor.tap(".emergency-go")
        page.wait_for_url("**/incidents/*-*")
        assert visitor.taps == 2
        expect(page.locator("[data-sla]")).to_have_count(2)
        page.locator("button[value=contained]").tap()
        expect(page.locator("[data-sla]")).to_have_count(1)
    with within(EVERYTHING):
        incident = Incident.objects.get(unit=world.school, where="东门")
        assert incident.handled_seconds is not None and incident.handled_seconds < 60


def test_J01_without_a_network_the_clock_runs_on_the_device_and_comes_in_once_with_its_true_times(
    house: House, world: World
) -> None:
    set_moment(at(10))
    with on_a_phone(house, "inc-guard", service_workers="allow") as visitor:
        page = visitor.page
        visitor.open("/incidents/new")
        with without_a_network(visitor):
            visitor.tap("label[for=k-other]")
            page.locator("#f-where").fill("锅炉房")
            visitor.tap(".emergency-go")
            expect(page.locator("#running")).to_be_visible()
            page.wait_for_timeout(1500)
            visitor.tap("[data-stop=contained] button")
            expect(page.locator("[data-stop=contained] [data-stopped]")).to_have_text("00:01")
            visitor.picture("emergency-offline")
            with within(EVERYTHING):
                assert not Incident.objects.filter(where="锅炉房").exists()
            set_moment(at(10, 30))  # before the network is back: what was kept goes out at once
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        page.wait_for_url("**/incidents/*-*", timeout=20_000)
    with within(EVERYTHING):
        incident = Incident.objects.get(where="锅炉房")
        stop = Stop.objects.get(incident=incident)
    assert abs(incident.detected_at - at(10)) < timedelta(seconds=20)
    assert incident.handled_seconds in (1, 2, 3)
    assert stop.received_at - stop.at > timedelta(minutes=29)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_an_incident_are_whole(house: House, world: World, lang: str) -> None:
    incident = raised(world, at(11))
    stopped(world, incident, "contained", at(11, 7, 30))
    done(world, incident, 1, at(11, 3), role="guard")
    done(world, incident, 2, at(11, 4))
    with clock.at(at(11, 9)), make.acting(world.as_("doctor")) as who:
        refer(who, incident=incident, provider="县人民医院", transport="120 急救车")
    set_moment(at(11, 12))
    with house.visit("inc-duty_officer", lang=lang) as visitor:
        found = []
        for name, address in (
            ("incident-new", "/incidents/new"),
            ("incidents", "/incidents"),
            ("incident", f"/incidents/{incident.pk}"),
        ):
            assert visitor.open(address).status == 200
            found += whole(visitor, name)
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_J02_the_pages_of_a_code_event_are_whole_for_those_who_work_on_it_and_for_the_person(
    house: House, world: World, lang: str
) -> None:
    with clock.at(at(12)):
        person = make.member(world.school, "王小强", kind="staff")
    event = code_event(world, person, at(12, 20))
    handle = f"inc-own-{lang}"
    with within(EVERYTHING):
        account = house.world.accounts[handle] = new_account(handle, person.name)
        account.person_id = person.pk
        account.save()
    set_moment(at(12, 40))
    with house.visit("inc-doctor", lang=lang) as visitor:
        assert visitor.open(f"/incidents/{event.incident_id}").status == 200
        found = whole(visitor, "incident-code")
    with house.visit(handle, lang=lang) as visitor:
        assert visitor.open("/incidents/own").status == 200
        found += whole(visitor, "incident-own")
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_J05_the_pages_of_an_alert_are_whole(house: House, world: World, lang: str) -> None:
    with clock.at(at(13)):
        klass = make.unit(world.school, f"INC-{lang}", "class", "高二（5）班")
        there = World(world.county, world.school, klass, world.staff)
        who = pupils(there, 5)
    for person in who:
        answered(klass, person, day=DAY, symptoms=["fever"])
    with clock.at(at(13)):
        watch_class(klass, DAY)
    with within(EVERYTHING):
        alert = ClusterAlert.objects.get(unit=klass)
    with clock.at(at(13, 10)), make.acting(world.as_("doctor")) as doctor:
        alert = assess_alert(doctor, alert=verify_alert(doctor, alert=alert), likelihood="likely", consequence="major")
    set_moment(at(13, 20))
    with house.visit("inc-doctor", lang=lang) as visitor:
        assert visitor.open("/alerts/clusters").status == 200
        found = whole(visitor, "alerts")
        assert visitor.open(f"/alerts/clusters/{alert.pk}").status == 200
        found += whole(visitor, "alert")
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_J06_a_patrol_is_whole_on_a_phone(house: House, world: World, lang: str) -> None:
    with clock.at(at(14)):
        spot = make.unit(world.school, f"INC-P{lang}", "division", "后勤处")
        place = points(World(world.county, spot, spot), 6)
        with make.acting(world.as_("duty_officer")) as lead:
            patrol = plan_patrol(lead, unit=world.school, name=f"防汛巡查{lang}", kind="hazard_flood", points=place)
    set_moment(at(14, 10))
    with house.visit("inc-guard", lang=lang) as visitor:
        assert visitor.open(f"/incidents/patrols/{patrol.pk}").status == 200
        assert whole(visitor, "patrol") == []


def test_the_kept_page_opens_without_a_session(house: House) -> None:
    with on_a_phone(house, "") as visitor:
        assert visitor.open("/incidents/shell").status == 200
        assert whole(visitor, "incident-shell") == []

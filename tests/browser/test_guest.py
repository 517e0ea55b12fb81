"""A guest's phone and the page of codes in a browser (留观人员的手机、黄码红码页): whole in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.catering.requests import close_request, open_request, set_amenity
from lianfang.capabilities.stays.actions import open_guest_account
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.policies import drills
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import of
from tests import make
from tests import stays_world as world
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.incidents_world import World, code_event
from tests.make import at

CAME = world.moment("01-31", 20, 30)
ASKED = CAME + timedelta(hours=12, minutes=40)


@pytest.fixture(scope="module")
def guest(house: House) -> world.Site:
    """A site with two guests, one with an account; one request is done, and there is an exercise corner."""
    site = world.site(code="GUEST")
    stay = world.admitted(site, [world.guest("旅客甲"), world.guest("旅客乙")], CAME)[0]
    with clock.at(CAME), make.acting(site.nurse) as nurse:
        house.world.accounts["guest"] = open_guest_account(nurse, stay=stay)
    with within(EVERYTHING):
        house.world.accounts["guest-nurse"] = Account.objects.get(pk=site.nurse.account_id)
        with clock.at(ASKED):
            done = open_request(SYSTEM, unit=site.unit, kind="infant", wanted="婴儿奶粉 500 g", person=stay.person)
            set_amenity(
                SYSTEM, unit=site.unit, name="健身角", kind="exercise", name_en="Exercise corner", how="三楼东侧",
                how_en="3rd floor, east",
            )  # fmt: skip
        with clock.at(ASKED + timedelta(hours=1)):
            close_request(SYSTEM, request=done, receipt="R-12", note="放在门口 · at your door")
    return site


def whole(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with a page on a phone or at a desk."""
    found = ill_formed(visitor.page, visitor.lang)
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)
        found += barriers_in_turn(visitor.page)
        found += [one] if (one := too_wide(visitor.page)) else []
        visitor.picture(name)
    return found


def set_moment(moment: Any) -> None:
    with within(EVERYTHING):
        drills.start(moment, "test")


@pytest.mark.parametrize(("lang", "kind"), [("zh", "网络"), ("en", "network")])
def test_I07_a_guest_asks_on_a_phone_and_the_page_is_whole_in_both_languages(
    house: House, guest: world.Site, lang: str, kind: str
) -> None:
    set_moment(ASKED + timedelta(hours=2))
    with house.visit("guest", lang=lang, size=PHONE, has_touch=True, is_mobile=True) as visitor:
        assert visitor.open("/me/requests").status == 200
        found = whole(visitor, "guest-requests")
        visitor.page.get_by_label(kind, exact=True).tap()
        visitor.page.locator("#f-wanted").fill(f"网络断了 {lang}")
        visitor.page.locator(".guest-ask button").tap()
        expect(visitor.page.locator(".guest-list").first).to_contain_text(f"网络断了 {lang}")
        visitor.picture("guest-asked")
    with house.visit("guest-nurse", lang=lang) as visitor:
        visitor.open(f"/requests/{guest.unit.code}")
        assert f"网络断了 {lang}" in visitor.page.locator("main").inner_text()
        assert visitor.open(f"/import?what=arrivals&unit={guest.unit.code}").status == 200
        found += whole(visitor, "guest-import")
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_J02_the_page_of_codes_and_its_form_are_whole(house: House, lang: str) -> None:
    with clock.at(at(9)):
        school = make.unit(house.world.units["N2"], f"CODE-{lang}", "school", "白塔中学")
        there = World(house.world.units["N2"], school, make.unit(school, f"CODE-{lang}-K1", "class"))
        there.staff["duty_officer"] = make.actor(school, "duty_officer")
        person = make.member(school, "王小强", kind="staff")
    event = code_event(there, person, at(12, 20))
    with within(EVERYTHING):
        house.world.accounts[f"code-{lang}"] = Account.objects.get(pk=there.as_("duty_officer").account_id)
        assert of(event.incident, "notice").count() == 2
    set_moment(at(12, 24))
    with house.visit(f"code-{lang}", lang=lang) as visitor:
        assert visitor.open(f"/codes/{school.code}").status == 200
        assert visitor.page.locator(".code-notices button").count() == 2
        found = whole(visitor, "codes")
        assert visitor.open(f"/codes/{school.code}/open").status == 200
        found += whole(visitor, "codes-open")
    assert found == []

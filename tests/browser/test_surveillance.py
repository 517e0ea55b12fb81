"""Illness by day in a browser (监测页): read on a phone and at a desk; a setting shows its cost before it is on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.surveillance.actions import propose_setting, switch_off, switch_on
from lianfang.capabilities.surveillance.running import run_due
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, NARROW, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at
from tests.surveillance_world import World, built, lived

GIVEN: dict[str, Any] = {"method": "auto", "syndrome": "respiratory", "level": "school", "cases": 3}


@pytest.fixture(scope="module")
def watched(house: House) -> House:
    """Two weeks of few ill in three schools, a setting that watches them, and a day on which many cough in one."""
    world = built(schools=3, classes=1, pupils=30, prefix="W")
    for back in range(13, 0, -1):
        lived(world, DAY - timedelta(days=back), _quiet(back))
    with within(EVERYTHING), clock.at(at(6)):
        switch_on(SYSTEM, setting=propose_setting(SYSTEM, unit=world.county, **GIVEN, note="新学期"))
        old = propose_setting(SYSTEM, unit=world.county, **GIVEN | {"method": "c1"})
        switch_off(SYSTEM, setting=old, reason="误报多")
        propose_setting(
            SYSTEM, unit=world.county, **GIVEN | {"method": "at_least", "syndrome": "absence", "level": "class"}
        )
    lived(world, DAY, {"WS1-K1": [["cough"]] * 9, "WS2-K1": [["vomiting"]] * 2})
    with within(EVERYTHING), clock.at(at(18)):
        assert run_due() >= 1
    _people(house, world)
    return house


def _quiet(back: int) -> dict[str, list[list[str]]]:
    return {"WS1-K1": [["cough"]] * (back % 3), "WS2-K1": [["rash"]] * (back % 2), "WS3-K1": [["cough"]] * 6}


def _people(house: House, world: World) -> None:
    with clock.at(at(6)):
        house.world.accounts["watch-officer"] = make.account(world.county, "officer", "watch-officer")
        house.world.accounts["watch-doctor"] = make.account(world.schools[0], "doctor", "watch-doctor")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_illness_by_day_are_whole(watched: House, size: Any, lang: str) -> None:
    set_clock(18, 30)
    said: list[str] = []
    pages = [("watch-officer", "/surveillance/WN1", "county"), ("watch-officer", "/surveillance/WN1/settings", "set"),
             ("watch-doctor", "/surveillance/WS1", "school"), ("watch-officer", "/list/syndromes", "list")]  # fmt: skip
    for who, path, name in pages:
        with watched.visit(who, lang=lang, size=size) as visitor:
            answer = visitor.open(path)
            assert answer.status == 200, path
            found = ill_formed(visitor.page, lang) + barriers_in_turn(visitor.page)
            found += [one] if (one := too_wide(visitor.page)) else []
            said += [f"{path}: {one}" for one in found]
            visitor.picture(f"surveillance-{name}")
    assert said == []


def test_a_setting_shows_its_cost_and_is_switched_on_with_two_presses(watched: House) -> None:
    set_clock(18, 30)
    with watched.visit("watch-officer", size=NARROW) as visitor:
        visitor.open("/surveillance/WN1/settings")
        page = visitor.page
        assert too_wide(page) == ""
        page.select_option("#f-syndrome", "gastric")
        page.select_option("#f-method", "at_least")
        page.get_by_role("button", name="Reckon and propose").click()
        expect(page.locator(".notice-ok")).to_contain_text("false alarms a day")
        page.get_by_role("button", name="Switch on").first.click()
        expect(page.locator(".setting-list").first).to_contain_text("at least 3 people")

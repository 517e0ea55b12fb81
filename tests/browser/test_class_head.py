"""A class head closes the list (班级打卡, J-02): 12 of 48 missing at 16:00, then nobody, without a mouse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.checkin.models import ContactAttempt
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.models import Answer, RollCall
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.visiting import House, Visitor
from tests.browser.world import CLASS_SIZE, MISSING, WITHOUT_ACCOUNT, set_clock
from tests.make import DAY

# Lowest edge of the list of the missing, in pixels from the top of the window.
LOWEST = "(items) => Math.max(...items.map((one) => one.getBoundingClientRect().bottom))"
FIGURES = """(figures) => Object.fromEntries(
  figures.map((one) => [one.querySelector("dt").innerText, one.querySelector("dd span").innerText]),
)"""


@pytest.fixture(autouse=True)
def four_o_clock(house: House) -> None:
    set_clock(16)


def figures(visitor: Visitor) -> dict[str, str]:
    found: dict[str, str] = visitor.page.eval_on_selector_all(".card > .figures > div", FIGURES)
    return found


def say_by_keyboard(visitor: Visitor, person: Person, said: str, note: str) -> None:
    """Opens the person's entry, chooses what they said, notes it and saves, all without a mouse."""
    entry, keyboard = f"#p-{person.pk}", visitor.page.keyboard
    visitor.tab_to(f"{entry} summary")
    keyboard.press("Enter")
    visitor.tab_to(f"{entry} input[value=well]")
    keyboard.press("Space")
    for _ in range(["well", "unwell", "no_answer", "on_leave"].index(said)):
        keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.type(note)
    visitor.tab_to(f"{entry} button")
    with visitor.page.expect_navigation():
        keyboard.press("Enter")


def close_the_class(visitor: Visitor) -> None:
    visitor.tab_to("#f-tick input", back=True)  # it stands at the end of the page
    visitor.page.keyboard.press("Space")
    visitor.tab_to("form[data-roll-call] button.primary")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_a_class_head_closes_the_list_with_the_keyboard_alone(house: House) -> None:
    people = house.world.people
    with house.visit("head-1", lang="zh") as visitor:
        visitor.open("/classes/SC-K1")
        page = visitor.page
        missing = page.locator(".people > li")
        assert missing.count() == MISSING
        assert missing.evaluate_all(LOWEST) <= 900, "the missing are not on one screen"
        assert figures(visitor) | {"应报": "48", "已填报": "36", "未知": "12"} == figures(visitor)
        with page.expect_navigation():
            page.keyboard.press("c")  # reminds all of them
        expect(page.locator(".notice-ok")).to_contain_text(f"{MISSING - WITHOUT_ACCOUNT}")
        say_by_keyboard(visitor, people["pupil-36"], "well", "已回家")
        say_by_keyboard(visitor, people["pupil-37"], "unwell", "咳嗽")
        say_by_keyboard(visitor, people["pupil-38"], "no_answer", "")
        assert missing.count() == MISSING - 2
        expect(page.locator(f"#p-{people['pupil-38'].pk}")).to_contain_text("无人接听")
        visitor.picture("class-chased")
        close_the_class(visitor)
        visitor.picture("class-closed")
        assert figures(visitor) | {"应报": "48", "已填报": "48", "未知": "0"} == figures(visitor)
        expect(page.locator(".notice-ok").first).to_contain_text("class_head SC-K1")
    _is_on_record(house)


def _is_on_record(house: House) -> None:
    people, unit = house.world.people, house.world.units["SC-K1"]
    with within(EVERYTHING):
        assert Alert.objects.filter(kind="answer.missing", unit=unit).count() == MISSING - WITHOUT_ACCOUNT
        calls = {one.person_id: one for one in ContactAttempt.objects.filter(unit=unit)}
        assert RollCall.objects.get(unit=unit, day=DAY).observed_by == "class_head SC-K1"
        feverish = Answer.objects.get(unit=unit, day=DAY, person_id=people["pupil-0"].pk)
        by_phone = {one.person_id: one for one in Answer.objects.filter(unit=unit, mode="phone")}
    said = [calls[people[f"pupil-{n}"].pk] for n in (36, 37, 38)]
    assert [one.outcome for one in said] == ["well", "unwell", "no_answer"]
    assert {one.caller for one in said} == {"class_head SC-K1"} and len(calls) == 3
    assert {one.at.astimezone(unit.zone).hour for one in said} == {16}
    assert [by_phone[people[f"pupil-{n}"].pk].state for n in (36, 37)] == ["well", "unwell"]
    assert by_phone[people["pupil-37"].pk].note == "咳嗽"
    assert (feverish.temperature, feverish.symptoms, feverish.revision) == (Decimal("37.9"), ["fever"], 1)


def test_reminding_everybody_is_one_tap_on_a_button_that_says_how_many(house: House) -> None:
    with house.visit("head-2", lang="en") as visitor:
        visitor.open("/classes/SC-K2")
        button = visitor.page.get_by_role("button", name="Remind")
        assert button.inner_text() == f"Remind {visitor.page.locator('.people > li').count()}"
        button.click()
        expect(visitor.page.locator(".notice-ok")).to_contain_text("Reminded")
    assert CLASS_SIZE == 48

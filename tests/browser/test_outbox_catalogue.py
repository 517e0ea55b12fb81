"""What the catalogue of bad inputs asks of the phone itself (手机端): a clock set back, no room, a new release."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.test_check_in import SUBMIT, answers, on_a_phone, say_well, without_a_network
from tests.browser.visiting import House, Visitor
from tests.browser.world import set_clock
from tests.make import at

# An update takes the old worker and everything it laid by away; what waits to be sent is not among that.
UPDATED = """async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}"""
NO_ROOM = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""


@pytest.fixture(autouse=True)
def morning(house: House) -> None:
    set_clock(7, 30)


def enter(visitor: Visitor, temperature: str) -> None:
    """One answer on the offline page."""
    visitor.reopen("/check-in")
    expect(visitor.page.locator("[data-owner]")).not_to_be_empty()
    visitor.page.locator("[name^=temperature]").fill(temperature)
    say_well(visitor)
    expect(visitor.page.locator("#kept")).to_be_visible()


def test_sy_016_entries_go_in_the_order_in_which_they_were_made_whatever_the_clock_says(house: House) -> None:
    with on_a_phone(house, "offline", lang="en") as visitor:
        visitor.context.clock.install(time=at(7, 20))
        visitor.open("/check-in")
        with without_a_network(visitor):
            enter(visitor, "36.1")
            visitor.context.clock.set_fixed_time(at(5, 20))  # two hours back
            enter(visitor, "36.2")
            visitor.context.clock.set_fixed_time(at(7, 30))
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        visitor.open("/check-in")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
    assert [one.temperature for one in answers(house, "offline")] == [Decimal("36.2")]


def test_sy_019_without_room_and_network_the_person_is_told_and_the_page_stays(house: House) -> None:
    said: list[str] = []

    def listen(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    with on_a_phone(house, "light", lang="en") as visitor:
        visitor.open("/check-in")
        visitor.page.evaluate(NO_ROOM)
        visitor.page.on("dialog", listen)
        with without_a_network(visitor):
            say_well(visitor)
            visitor.page.wait_for_function("() => !document.querySelector('button[aria-busy]')")
            assert len(said) == 1 and "NOT been sent" in said[0]
            assert visitor.page.locator("#kept").is_hidden()
            assert visitor.page.locator(":checked").count() > 0, "what was entered is still there"
        assert answers(house, "light") == []
        visitor.tap(SUBMIT)
        visitor.page.wait_for_url("**/check-in/done*")
    assert [one.state for one in answers(house, "light")] == ["well"]


def test_sy_020_what_waits_is_sent_after_an_update(house: House) -> None:
    with on_a_phone(house, "shell", lang="en") as visitor:
        visitor.context.clock.install(time=at(7, 20))
        visitor.open("/check-in")
        with without_a_network(visitor):
            enter(visitor, "36.3")
            visitor.page.evaluate(UPDATED)
            visitor.page.close()
        visitor.page = visitor.context.new_page()
        visitor.open("/check-in")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        visitor.page.wait_for_load_state("networkidle")
    assert [one.temperature for one in answers(house, "shell")] == [Decimal("36.3")]

"""The daily check-in on a phone (每日打卡, J-01): two taps when well, help when not, also without a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.kernel.reporting.models import Answer, Receipt
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.visiting import PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.make import DAY, at

SUBMIT = "form[data-outbox] button.primary"
NETWORK_GONE = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch"
ON_ONE_SCREEN = "() => document.documentElement.scrollHeight <= window.innerHeight"


def answers(house: House, name: str) -> list[Answer]:
    with within(EVERYTHING):
        return list(Answer.objects.filter(person_id=house.world.people[name].pk).order_by("day"))


@contextmanager
def on_a_phone(house: House, name: str, *, lang: str = "zh", **more: Any) -> Iterator[Visitor]:
    with house.visit(name, lang=lang, size=PHONE, has_touch=True, is_mobile=True, **more) as visitor:
        yield visitor


@contextmanager
def without_a_network(visitor: Visitor) -> Iterator[None]:
    """The page must be in the worker's hands first: it is what opens the check-in again."""
    visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    visitor.forgive(NETWORK_GONE)
    visitor.context.set_offline(True)
    yield
    visitor.context.set_offline(False)


def say_well(visitor: Visitor) -> None:
    visitor.tap("label.for-well")
    visitor.tap(SUBMIT)


@pytest.fixture(autouse=True)
def morning(house: House) -> None:
    set_clock(7, 30)


def test_somebody_well_is_done_with_two_taps_and_gets_a_receipt(house: House) -> None:
    with on_a_phone(house, "well") as visitor:
        visitor.open("/check-in")
        page = visitor.page
        assert page.locator(":checked").count() == 0, "an answer is preset"
        assert page.locator("[name^=temperature]").input_value() == ""
        assert page.evaluate(ON_ONE_SCREEN)
        visitor.picture("well")
        say_well(visitor)
        page.wait_for_url("**/check-in/done")
        visitor.picture("well-done")
        shown = page.locator(".receipt").inner_text()
        assert visitor.taps == 2
        with within(EVERYTHING):
            receipt = Receipt.objects.get(sender_id=house.world.accounts["well"].pk)
        assert str(receipt.id)[-12:] in shown and receipt.hash in shown
    (kept,) = answers(house, "well")
    assert (kept.state, kept.mode, kept.temperature, kept.day) == ("well", "self", None, DAY)


def test_somebody_not_well_is_asked_what_is_wrong_and_told_what_to_do(house: House) -> None:
    with on_a_phone(house, "unwell", lang="en") as visitor:
        visitor.open("/check-in")
        page = visitor.page
        expect(page.get_by_text("Please do not go in for now")).to_be_hidden()
        visitor.tap("label.for-ill")
        expect(page.get_by_text("Please do not go in for now")).to_be_visible()
        expect(page.get_by_role("link", name="15400000000")).to_be_visible()
        visitor.picture("unwell")
        visitor.tap(SUBMIT, anyway=True)  # leads to what is missing instead of sending
        assert page.locator(":focus").get_attribute("name") == page.locator("[name^=symptom]").first.get_attribute(
            "name"
        )
        visitor.tap("label[for$=-fever]")
        page.locator("[name^=temperature]").fill("38.2")
        visitor.tap(SUBMIT)
        page.wait_for_url("**/check-in/done")
        expect(page.get_by_text("Please do not go in for now")).to_be_visible()
        visitor.picture("unwell-done")
    (kept,) = answers(house, "unwell")
    assert (kept.state, kept.temperature, kept.symptoms) == ("unwell", Decimal("38.2"), ["fever"])


def test_an_impossible_temperature_is_said_at_its_field_and_not_sent(house: House) -> None:
    with on_a_phone(house, "light", lang="en") as visitor:
        visitor.open("/check-in")
        page = visitor.page
        visitor.tap("label.for-well")
        page.locator("[name^=temperature]").fill("377")
        visitor.tap(SUBMIT, anyway=True)
        expect(page.get_by_text("Temperature must be between 34.0 and 43.0")).to_be_visible()
        assert page.url.endswith("/check-in")
    assert answers(house, "light") == []


def test_the_form_works_without_scripts(house: House) -> None:
    with on_a_phone(house, "scriptless", java_script_enabled=False) as visitor:
        visitor.forgive("status of 422")
        visitor.open("/check-in")
        page = visitor.page
        visitor.tap("label.for-well")
        page.locator("[name^=temperature]").fill("50")
        visitor.tap(SUBMIT)
        expect(page.locator(".summary")).to_contain_text("体温")
        assert page.locator("[name^=temperature]").input_value() == "50", "what was typed is lost"
        page.locator("[name^=temperature]").fill("36.6")
        visitor.tap(SUBMIT)
        page.wait_for_url("**/check-in/done")
    (kept,) = answers(house, "scriptless")
    assert (kept.state, kept.temperature) == ("well", Decimal("36.6"))


def test_an_answer_without_a_network_survives_the_tab_and_is_sent_once(house: House) -> None:
    with on_a_phone(house, "offline") as visitor:
        visitor.open("/check-in")
        with without_a_network(visitor):
            say_well(visitor)
            expect(visitor.page.locator("#kept")).to_be_visible()
            visitor.picture("offline-kept")
            assert visitor.page.locator(".receipt").count() == 0
            visitor.reopen("/check-in")
            expect(visitor.page.locator("#outbox")).to_contain_text("1")
            visitor.picture("offline-shell")
            assert answers(house, "offline") == []
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        visitor.open("/check-in")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
    assert [one.state for one in answers(house, "offline")] == ["well"]
    with within(EVERYTHING):
        assert Receipt.objects.filter(sender_id=house.world.accounts["offline"].pk).count() == 1


def test_an_answer_on_the_offline_page_counts_for_the_day_it_was_given(house: House) -> None:
    with on_a_phone(house, "shell", lang="en") as visitor:
        visitor.context.clock.install(time=at(6, 30))  # in UTC it is still the day before
        visitor.open("/check-in")
        with without_a_network(visitor):
            visitor.reopen("/check-in")
            expect(visitor.page.locator("[data-owner]")).not_to_be_empty()
            assert visitor.page.locator("[name=day]").input_value() == ""
            visitor.tap("label.for-ill")
            visitor.tap("label[for$=-cough]")
            visitor.picture("offline-shell-ill")
            visitor.tap(SUBMIT)
            expect(visitor.page.locator("#kept")).to_be_visible()
            set_clock(8, day=DAY + timedelta(days=1))
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        for _ in range(100):  # the page sends by itself when it notices the network
            if answers(house, "shell"):
                break
            visitor.page.wait_for_timeout(100)
    (kept,) = answers(house, "shell")
    assert (kept.day, kept.state, kept.symptoms, kept.mode) == (DAY, "unwell", ["cough"], "self")


def test_a_refused_answer_stays_with_its_reason_until_it_is_discarded(house: House) -> None:
    with on_a_phone(house, "refused", lang="en") as visitor:
        visitor.open("/check-in")
        with without_a_network(visitor):
            say_well(visitor)
            expect(visitor.page.locator("#kept")).to_be_visible()
            set_clock(8, day=DAY + timedelta(days=4))  # by then the day is closed
        visitor.forgive("status of 422|status of 409")
        outbox = visitor.page.locator("#outbox")
        expect(outbox.locator("[data-reason]")).not_to_be_empty()
        reason = outbox.locator("[data-reason]").inner_text()
        visitor.reopen("/check-in")
        outbox = visitor.page.locator("#outbox")
        expect(outbox.locator("[data-reason]")).to_have_text(reason)
        visitor.picture("refused")
        assert answers(house, "refused") == []
        outbox.get_by_role("button", name="Discard").tap()
        expect(outbox).to_be_hidden()
        visitor.reopen("/check-in")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
    assert answers(house, "refused") == []


def test_another_account_on_the_device_neither_sees_nor_sends_what_waits(house: House) -> None:
    with on_a_phone(house, "earlier", lang="en") as visitor:
        visitor.open("/check-in")
        with without_a_network(visitor):
            say_well(visitor)
            expect(visitor.page.locator("#kept")).to_be_visible()
            visitor.page.close()
        house.sign_in(visitor, "neighbour")
        visitor.page = visitor.context.new_page()
        visitor.open("/check-in")
        visitor.page.evaluate("() => import(document.querySelector('script[src*=check-in]').src).then(() => true)")
        visitor.page.wait_for_load_state("networkidle")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        assert answers(house, "earlier") == [] and answers(house, "neighbour") == []
        house.sign_in(visitor, "earlier")
        visitor.reopen("/check-in")
        expect(visitor.page.locator("#outbox")).to_be_hidden()
        visitor.page.wait_for_load_state("networkidle")
    assert [one.state for one in answers(house, "earlier")] == ["well"]
    assert answers(house, "neighbour") == []

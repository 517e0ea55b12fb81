"""What is typed is not lost (已填内容不丢): over a change of language, a definite refusal, and signing out."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.looking import barriers, too_wide
from tests.browser.test_check_in import on_a_phone, say_well
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY


def test_a_change_of_language_keeps_a_half_filled_check_in(house: House) -> None:
    set_clock(7, 30)
    with on_a_phone(house, "light") as visitor:
        visitor.open("/check-in")
        page = visitor.page
        visitor.tap("label.for-ill")
        page.locator("input[name^=symptom-][value=cough]").check()
        page.locator(".degrees input").fill("37.9")
        with page.expect_navigation():
            page.locator("form[data-language] button").tap()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator(".pick-ill")).to_be_checked()
        expect(page.locator("input[name^=symptom-]:checked")).to_have_value("cough")
        expect(page.locator(".degrees input")).to_have_value("37.9")
        expect(page.locator("button.primary")).to_have_attribute("aria-disabled", "false")
        assert page.evaluate("() => sessionStorage.length") == 0, "what was typed stays on the device"
        with page.expect_navigation():
            page.reload()
        expect(page.locator(".pick:checked")).to_have_count(0)


def test_a_change_of_language_keeps_a_half_filled_form_but_no_password(house: House) -> None:
    set_clock(9)
    with house.visit("administrator", lang="zh") as visitor:
        visitor.open("/do/account.opened")
        page = visitor.page
        page.locator("#f-handle").fill("new-head")
        page.locator("#f-role").select_option("class_head")
        with page.expect_navigation():
            page.locator("form[data-language] button[value=en]").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("#f-handle")).to_have_value("new-head")
        expect(page.locator("#f-role")).to_have_value("class_head")


def test_a_definite_refusal_stops_the_tries_and_the_entry_stays_to_be_looked_at(house: House) -> None:
    set_clock(7, 30)
    sent: list[int] = []

    def nothing_here(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(1)
        route.fulfill(status=404, content_type="text/html", body="<h1>gone</h1>")

    with on_a_phone(house, "light", lang="en", service_workers="block") as visitor:
        visitor.forgive("status of 404|Service Worker registration blocked")
        visitor.page.route("**/check-in", nothing_here)
        visitor.open("/check-in")
        say_well(visitor)
        outbox = visitor.page.locator("#outbox")
        expect(outbox.locator("[data-reason]")).to_have_text("The server did not accept it.")
        expect(outbox.get_by_role("button", name="Discard")).to_be_visible()
        visitor.page.reload()
        visitor.page.wait_for_load_state("networkidle")
        expect(visitor.page.locator("#outbox [data-reason]")).to_be_visible()
        assert len(sent) == 1, "a refused entry is sent again"


def test_somebody_who_has_checked_in_signs_out_on_the_same_page(house: House) -> None:
    set_clock(7, 30)
    with on_a_phone(house, "light", lang="en") as visitor:
        visitor.open("/check-in")
        visitor.picture("check-in-sign-out")
        visitor.page.get_by_role("button", name="Sign out").tap()
        visitor.page.wait_for_url("**/sign-in")
        house.sign_in(visitor, "light")


def test_the_figures_of_a_hazard_are_asked_when_there_is_something_to_report(house: House) -> None:
    set_clock(16, 18)
    with house.visit("duty-s10", lang="zh", size=PHONE) as visitor:
        visitor.open(f"/reports/S10/{DAY}/entry")
        figures = visitor.page.locator(".event-only input")
        expect(figures.first).to_be_hidden()
        visitor.page.locator("input[name=flood_safety][value=event]").check()
        expect(figures).to_have_count(2)
        expect(figures.first).to_be_visible()
        assert barriers(visitor.page) == [] and too_wide(visitor.page) == ""
        visitor.picture("entry-hazard")
        visitor.page.set_viewport_size(DESK)
        visitor.picture("entry-hazard")

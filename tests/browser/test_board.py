"""The duty board while somebody reads it (值班台): it refreshes itself without moving a row, and keys work in it."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from lianfang.kernel.dues.models import Due
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.visiting import House, Visitor
from tests.browser.world import report_nothing, set_clock
from tests.make import DAY

HERE = "() => document.activeElement.closest('[data-row]')?.dataset.row ?? ''"


def often(visitor: Visitor) -> None:
    """The board asks every second instead of every fifteen."""

    def hurried(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('hx-trigger="every 15s"', 'hx-trigger="every 1s"'))

    visitor.page.route("**/board/BD*", hurried)


def order(visitor: Visitor) -> list[str]:
    found: list[str] = visitor.page.eval_on_selector_all("[data-row]", "(rows) => rows.map((one) => one.dataset.row)")
    return found


def test_a_report_that_arrives_shows_itself_and_moves_no_row(house: House) -> None:
    set_clock(16, 20)
    with house.visit("duty-bd", lang="en") as visitor:
        often(visitor)
        visitor.open("/board/BD")
        page = visitor.page
        before = order(visitor)
        assert before[0] == "BD-D5"
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(HERE) == before[1]
        report_nothing(house.world, "screener-bd-d5", "BD-D5", (16, 21))
        expect(page.locator("[data-row=BD-D5]")).to_contain_text("Zero report")
        assert order(visitor) == before and page.evaluate(HERE) == before[1]
        expect(page.locator("[data-updates]")).to_contain_text("Rows that changed: 1")
        expect(page.locator("[data-row=BD-D5]")).to_have_class("is-new")
        visitor.picture("board-updated")
        page.get_by_role("link", name="Sort again").click()
        page.wait_for_load_state()
        assert order(visitor)[-1] == "BD-D5"


def test_keys_move_open_nudge_and_stay_out_of_fields(house: House) -> None:
    set_clock(16, 20)
    with house.visit("officer-n1", lang="en") as visitor:
        visitor.open("/board/N1")
        page, rows = visitor.page, order(visitor)
        for key, row in (("j", rows[0]), ("j", rows[1]), ("j", rows[2]), ("k", rows[1])):
            page.keyboard.press(key)
            assert page.evaluate(HERE) == row
        page.keyboard.press("?")
        expect(page.locator("#keys-dialog")).to_be_visible()
        visitor.picture("keys")
        page.keyboard.press("j")  # not behind a dialog
        page.keyboard.press("Escape")
        expect(page.locator("#keys-dialog")).to_be_hidden()
        page.keyboard.press("/")
        page.keyboard.type("jkcz?")
        assert page.locator("input[name=q]").input_value() == "jkcz?" and page.locator("dialog[open]").count() == 0
        page.locator("h1").click()
        page.keyboard.press("z")  # not ready: it leads to what is missing
        assert page.url.endswith("#blockers")
        assert nudges(rows[1]) == 0
        page.keyboard.press("k")
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("c")
        assert [nudges(row) for row in rows[:3]] == [0, 1, 0]
        visitor.page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert f"/board/{rows[0]}" in page.url


def nudges(code: str) -> int:
    with within(EVERYTHING):
        return Due.objects.get(unit__code=code, day=DAY, kind="report", line="territory").nudges

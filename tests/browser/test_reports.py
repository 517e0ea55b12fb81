"""A division's report and the unit's (日报与零报告, J-03 and J-04): written zeros, nudging, signing, one sheet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.reporting.forms import DAILY, FLOOD
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.visiting import House, Visitor
from tests.browser.world import check_class, report_nothing, set_clock
from tests.make import DAY

PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b(?!s)")
SIGN = ".card-foot button.primary"


def report_of(house: House, code: str, form: str = DAILY) -> UnitReport | None:
    with within(EVERYTHING):
        return current_report(house.world.units[code], form, DAY)


def sheets(visitor: Visitor) -> int:
    """On how many A4 sheets the page is printed."""
    return len(PAGE_OF_PDF.findall(visitor.page.pdf(prefer_css_page_size=True)))


def fill_in_what_is_asked(visitor: Visitor) -> None:
    """Writes a zero wherever the records know nothing, and says that there is no flood."""
    for field in visitor.page.locator(".entry input").all():
        field.fill("0")
    visitor.page.locator("input[name=flood_safety][value=normal]").check()
    visitor.page.locator("#f-tick input").check()


def test_a_screener_signs_a_report_whose_zeros_are_written(house: House) -> None:
    check_class(house.world, "screener-zx-d5", "ZX-D5", (9, 40))
    set_clock(16, 5)
    with house.visit("screener-zx-d5", lang="zh") as visitor:
        visitor.forgive("status of 422")
        visitor.open(f"/reports/ZX-D5/{DAY}/entry")
        page = visitor.page
        assert page.locator("tr#f-expected td.num").first.inner_text().strip() == "4", "known from the people's answers"
        asked = page.locator(".entry input")
        assert [one.input_value() for one in asked.all()] == [""] * asked.count()
        assert asked.count() == 3 and page.locator(":checked").count() == 0
        visitor.picture("entry")
        asked.last.fill("0")
        page.locator("#f-tick input").check()
        page.locator("input[name=flood_safety][value=normal]").check()
        page.locator(SIGN).click()
        expect(page.locator(".summary")).to_contain_text("检测")  # a blank is not a zero
        assert [one.input_value() for one in asked.all()] == ["", "", "0"], "what was typed is lost"
        assert page.title().startswith("有误")
        visitor.picture("entry-refused")
        fill_in_what_is_asked(visitor)
        page.locator(SIGN).click()
        page.wait_for_url(f"**/reports/ZX-D5/{DAY}/{DAILY}")
        visitor.picture("report")
        report, flood = report_of(house, "ZX-D5"), report_of(house, "ZX-D5", FLOOD)
        assert report is not None and flood is not None
        expect(page.locator(".receipt")).to_contain_text(report.hash)
    assert report.values | {"expected": 4, "fever": 0, "tested": 0, "confirmed": 0, "isolated": 0} == report.values
    assert flood.nothing_to_report and report.on_time


def test_a_duty_officer_nudges_the_late_one_and_signs_when_all_are_in(house: House) -> None:
    set_clock(16, 35)
    with house.visit("duty-yl", lang="zh") as visitor:
        visitor.open("/board/YL")
        page = visitor.page
        late = page.locator("[data-row]").first
        expect(late).to_contain_text("学生处")
        expect(late).to_contain_text("5 分")  # minutes overdue
        late.get_by_role("button", name="催报").click()
        expect(page.locator("[data-row=YL-D5]")).to_contain_text("已催 1 次")
        button = page.locator(".page-head .button.primary")
        assert button.get_attribute("aria-disabled") == "true" and "还差" in button.inner_text()
        check_class(house.world, "screener-yl-d5", "YL-D5", (16, 40))
        report_nothing(house.world, "screener-yl-d5", "YL-D5", (16, 42))
        set_clock(16, 50)
        visitor.open("/board/YL")
        _sign_in_the_dialog(visitor)
        page.wait_for_url(f"**/reports/YL/{DAY}/{DAILY}")
        report = report_of(house, "YL")
        assert report is not None
        expect(page.locator(".receipt")).to_contain_text(report.hash)
        visitor.picture("receipt")
        assert sheets(visitor) == 1
    with within(EVERYTHING):
        due = due_of(REPORT, house.world.units["YL"], DAY)
        assert (
            Alert.objects.filter(kind="report.nudge", account_id=house.world.accounts["screener-yl-d5"].pk).count() == 1
        )
    assert due is not None and due.zero and due.settled_at is not None and due.settled_at <= due.due_at
    assert report.nothing_to_report and report.children["received"] == 5 and report.children["gaps"] == []


def _sign_in_the_dialog(visitor: Visitor) -> None:
    page = visitor.page
    page.locator(".page-head .button.primary").click()
    dialog = page.locator("dialog[open]")
    tick, sign = dialog.locator("input[type=checkbox]"), dialog.locator(SIGN)
    expect(tick).to_be_focused()
    assert not tick.is_checked()
    expect(sign).to_have_text("请先勾选")
    visitor.picture("zero-dialog")
    sign.click(force=True)  # it cannot act yet: it leads to what is missing
    expect(tick).to_be_focused()
    page.keyboard.press("Enter")  # never signs by itself
    assert dialog.is_visible()
    tick.check()
    expect(sign).to_contain_text("duty_officer YL")
    sign.click()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_with_a_gap_names_it_and_is_one_sheet_of_paper(house: House, lang: str) -> None:
    set_clock(16, 55)
    with house.visit("duty-hx", lang=lang) as visitor:
        page = visitor.page
        if report_of(house, "HX") is None:
            visitor.open("/board/HX")
            page.locator("#up-title").locator("xpath=ancestor::section").locator(".button").click()
            page.wait_for_url(f"**/reports/HX/{DAY}/entry")
            fill_in_what_is_asked(visitor)
            page.locator(SIGN).click()
            page.wait_for_url(f"**/reports/HX/{DAY}/{DAILY}")
        visitor.open(f"/reports/HX/{DAY}/{DAILY}")
        report = report_of(house, "HX")
        assert report is not None and report.children["gaps"] == ["HX-D5"]
        page.emulate_media(media="print")
        paper = page.locator("body").inner_text()
        gap, flood = {"zh": ("学生处", "防汛安全"), "en": ("Unit HX-D5", "Flood safety")}[lang]
        assert report.hash in paper and gap in paper and flood in paper
        assert page.locator("nav, .top, .button").locator("visible=true").count() == 0
        visitor.picture("paper")
        assert sheets(visitor) == 1

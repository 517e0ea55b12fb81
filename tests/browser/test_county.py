"""The superior office after the deadline (未报追报, J-05): who is missing by name, whom to call, and why."""

from __future__ import annotations

from playwright.sync_api import expect

from lianfang.kernel.dues.models import REPORT
from lianfang.kernel.dues.ops import due_of
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.visiting import House, Visitor
from tests.browser.world import SCHOOLS, SILENT, set_clock
from tests.make import DAY

REASON = "停电，电话报无异常"
FIGURES = "(all) => all.map((one) => one.querySelector('dd').innerText.replace(/\\s+/g, ''))"


def numbers(visitor: Visitor) -> list[str]:
    """In, on time, late, missing, not yet due, zero, sent back."""
    found: list[str] = visitor.page.eval_on_selector_all(".card > .figures > div", FIGURES)
    return found


def test_an_officer_sees_who_is_missing_whom_to_call_and_writes_down_why(house: House) -> None:
    set_clock(17, 1)
    on_time = SCHOOLS - SILENT
    expected = [f"{on_time}/{SCHOOLS}", str(on_time), "0", str(SILENT), "0", str(on_time), "0"]
    with house.visit("officer-n1", lang="zh") as visitor:
        visitor.open("/board/N1")
        page = visitor.page
        rows = page.locator("[data-row]")
        first = [rows.nth(n).inner_text() for n in range(SILENT + 1)]
        for n, name in enumerate(("第10小学", "第11小学", "第12小学")):
            assert name in first[n] and "31 分" in first[n] and f"duty_officer S{10 + n}" in first[n]
        assert "零报告" in first[SILENT]
        assert numbers(visitor) == expected
        visitor.picture("county-1701")
        page.get_by_role("link", name="第11小学").click()
        page.wait_for_url("**/board/S11?**")
        assert page.locator("text=提交零报告").count() == 0, "a school's report is signed in the school"
        phone = house.world.accounts["duty-s11"].phone
        assert page.locator(f'a.call[href="tel:{phone}"]').is_visible()
        visitor.picture("county-gap")
        page.locator("#f-reason").fill(REASON)
        page.get_by_role("button", name="登记原因").click()
        page.wait_for_url("**/board/N1?**")
        expect(page.locator("[data-row=S11]")).to_contain_text(REASON)
        assert numbers(visitor) == expected, "a reason is not a report"
    with within(EVERYTHING):
        due = due_of(REPORT, house.world.units["S11"], DAY)
    assert due is not None and due.explained == REASON and due.settled_at is None


def test_a_school_does_not_explain_itself(house: House) -> None:
    set_clock(17, 1)
    with house.visit("duty-s12", lang="en") as visitor:
        visitor.open("/board/S12")
        assert visitor.page.locator("#f-reason").count() == 0

"""Bringing in a roster by pasting it (粘贴导入): what would happen is shown first, and the numbers add up."""

from __future__ import annotations

from playwright.sync_api import expect

from lianfang.kernel.people.models import Membership
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.looking import barriers, too_wide
from tests.browser.visiting import PHONE, House, Visitor
from tests.browser.world import set_clock

NUMBERS = "(all) => all.map((one) => parseInt(one.querySelector('dd').innerText))"
# Test numbers of area 519999; the third has a wrong check digit, the last row names no class.
PASTED = """姓名\t证件号码\t班级\t类别
张一\t519999201001010009\tSC-K2\t学生
李二\t519999201001020012\tSC-K2\t学生
王三\t519999201001030025\tSC-K2\t学生

赵四\t51999920100104003X\tSC-K9\t学生
"""


def numbers(visitor: Visitor) -> list[int]:
    """Read, written or to be written, refused, held, blank."""
    found: list[int] = visitor.page.eval_on_selector_all(".figures > div", NUMBERS)
    return found


def members(house: House) -> int:
    with within(EVERYTHING):
        return Membership.objects.filter(unit=house.world.units["SC-K2"]).count()


def test_a_pasted_roster_is_shown_row_by_row_before_anything_is_written(house: House) -> None:
    set_clock(9)
    before = members(house)
    with house.visit("administrator", lang="zh") as visitor:
        visitor.open("/import?what=people")
        page = visitor.page
        page.locator("#f-text").fill(PASTED)
        expect(page.locator("#pasted")).to_contain_text("4")
        page.locator("button.primary").click()
        page.wait_for_url("**/import/*-*")
        read, written, refused, held, blank = numbers(visitor)
        assert read == written + refused + held + blank and written == 0 and refused == 2
        problems = [row.inner_text() for row in page.locator("section tbody tr").all()]
        assert any("4" in one and "证件号码" in one for one in problems) and len(problems) == 2, problems
        assert members(house) == before, "something was written before confirming"
        visitor.picture("import-preview")
        assert barriers(page) == [] and too_wide(page) == ""
        page.set_viewport_size(PHONE)
        assert barriers(page) == [] and too_wide(page) == ""
        visitor.picture("import-preview")
        expect(page.locator("button.primary")).to_have_text("请先勾选")
        page.get_by_role("checkbox").check()
        page.locator("button.primary").click()
        expect(page.locator(".chip-ok").last).to_be_visible()
        read, written, refused, held, blank = numbers(visitor)
        assert read == written + refused + held + blank and (written, held) == (2, 0)
        visitor.picture("import-done")
    assert members(house) == before + 2

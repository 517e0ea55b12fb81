"""What eyes and fingers need on a phone (手机上看得清、点得准): targets of 44 px, letters that can be read."""

from __future__ import annotations

import pytest

from tests.browser.looking import too_wide
from tests.browser.visiting import PHONE, House
from tests.browser.world import set_clock

SMALL = """() => [...document.querySelectorAll(
  ".button, button, select, textarea, summary, .seg > *, input:not([type=hidden], [type=checkbox], [type=radio])",
)].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 2 && box.height > 2 && box.height < 43.5;
}).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
LETTERS = """() => [...document.querySelectorAll(".lf-chart text")].filter((one) => one.getClientRects().length)
  .map((one) => one.getBoundingClientRect().height)"""
PAGES = {
    "officer-n1": ["surveillance/N1", "wall/N1", "quality/N1", "today"],
    "duty-yl": ["what-if/YL?seed=2", "board/YL"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("handle", PAGES)
def test_what_a_finger_is_to_hit_on_a_phone_is_44_px_high(house: House, handle: str, lang: str) -> None:
    set_clock(16, 18)
    with house.visit(handle, lang=lang, size=PHONE) as visitor:
        for path in PAGES[handle]:
            assert visitor.open(f"/{path}").status == 200
            assert visitor.page.evaluate(SMALL) == [], path
            assert too_wide(visitor.page) == "", path


def test_the_letters_of_a_picture_can_be_read_on_a_phone(house: House) -> None:
    set_clock(16, 18)
    with house.visit("duty-yl", lang="en", size=PHONE) as visitor:
        visitor.open("/what-if/YL?seed=2")
        heights = visitor.page.evaluate(LETTERS)
        assert heights and min(heights) >= 10
        visitor.picture("what-if-picture")

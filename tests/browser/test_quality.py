"""Data quality in a browser (数据质量页): whole on a phone and at a desk; a finding leads to its report."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.checkin.intake import receive_answer
from lianfang.kernel import clock
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, NARROW, PHONE, House
from tests.browser.world import set_clock
from tests.make import at
from tests.quality_world import DAYS, ODD, built, opened


@pytest.fixture(scope="module")
def judged(house: House) -> House:
    """Four weeks of reports of four schools, one of whose classes was answered for by a script."""
    world = built("Q")
    with clock.at(at(6, day=DAYS[0])):
        klass = make.unit(world.schools[0], "QS1-K1", "class", "1班")
        people, head = make.members(klass, 70), make.actor(klass, "class_head")
        house.world.accounts["quality-officer"] = make.account(world.county, "officer", "quality-officer")
        house.world.accounts["quality-leader"] = make.account(world.schools[2], "leader", "quality-leader")
    opened(DAYS[-1])
    with clock.at(at(8, day=DAYS[-1])), make.acting(head):
        for person in people:
            receive_answer(head, make.answer(person, klass, day=str(DAYS[-1])), channel="json")
    return house


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_of_data_quality_is_whole(judged: House, size: Any, lang: str) -> None:
    set_clock(18, 30)
    said: list[str] = []
    pages = [("quality-officer", "/quality/QN1", "county"), ("quality-officer", "/quality/QN1?days=7", "week"),
             ("quality-leader", "/quality/QS3", "school"), ("quality-officer", "/list/quality", "list")]  # fmt: skip
    for who, path, name in pages:
        with judged.visit(who, lang=lang, size=size) as visitor:
            answer = visitor.open(path)
            assert answer.status == 200, path
            found = ill_formed(visitor.page, lang) + barriers_in_turn(visitor.page)
            found += [one] if (one := too_wide(visitor.page)) else []
            said += [f"{path}: {one}" for one in found]
            visitor.picture(f"quality-{name}")
    assert said == []


def test_an_odd_figure_leads_to_its_report(judged: House) -> None:
    set_clock(18, 30)
    with judged.visit("quality-officer", size=NARROW) as visitor:
        visitor.open("/quality/QN1")
        assert too_wide(visitor.page) == ""
        visitor.page.locator(f"#row-QS2-{DAYS[ODD]}-absent th a").click()
        expect(visitor.page).to_have_url(re.compile(f"/reports/QS2/{DAYS[ODD]}/daily_counts$"))
        expect(visitor.page.locator("main")).to_contain_text("90")

"""Risks in a browser (风险评估页): the matrix, the reasons and the history, read on a phone and at a desk (row S01)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.assessments.actions import close_risk, review_assessment, score_risk_anew
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, NARROW, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at
from tests.risks import School

REASON = "邻县三所学校出现聚集"


@pytest.fixture(scope="module")
def school(house: House) -> School:
    """Four risks: one that became graver, one of which little is known, one closed; and a review."""
    found = School("RI")
    graver = found.assess()
    found.assess(hazard="食堂排队时间长", likelihood=4, consequence=2, confidence="high")
    found.assess(hazard="单间不足", likelihood=2, consequence=5, confidence="low")
    over = found.assess(hazard="开学典礼聚集", likelihood=3, consequence=4)
    with within(EVERYTHING), clock.at(at(9)):
        score_risk_anew(SYSTEM, risk=graver, likelihood=4, likelihood_reason=REASON, reason="形势变化")
        close_risk(SYSTEM, risk=over, reason="典礼改为线上")
        later = DAY + timedelta(days=21)
        review_assessment(SYSTEM, assessment=found.assessment, findings="返校分批进行", review_on=later)
    with clock.at(at(6)):
        for role in ("doctor", "leader"):
            house.world.accounts[f"risk-{role}"] = make.account(found.unit, role, f"risk-{role}")
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_risks_are_whole(house: House, school: School, size: Any, lang: str) -> None:
    set_clock(18, 30)
    with within(EVERYTHING):
        risk = school.assessment.entries.get(number=1)
    here = f"/risks/{school.unit.code}"
    said: list[str] = []
    pages = [(here, "risks"), (f"{here}/begin", "begin"), (f"{here}/assess/{school.assessment.pk}", "assess"),
             (f"{here}/score/{risk.pk}", "score"), ("/list/risk-scores", "scores")]  # fmt: skip
    for path, name in pages:
        with house.visit("risk-doctor", lang=lang, size=size) as visitor:
            answer = visitor.open(path)
            assert answer.status == 200, path
            found = ill_formed(visitor.page, lang) + barriers_in_turn(visitor.page)
            found += [one] if (one := too_wide(visitor.page)) else []
            said += [f"{path}: {one}" for one in found]
            visitor.picture(f"risks-{name}")
    assert said == []


def test_S01_a_risk_is_scored_anew_on_the_page_and_its_history_shows_the_change(house: House, school: School) -> None:
    set_clock(18, 30)
    with house.visit("risk-leader", size=NARROW) as visitor:
        visitor.forgive("422")
        visitor.open(f"/risks/{school.unit.code}")
        page = visitor.page
        assert too_wide(page) == ""
        page.locator("#r-2").get_by_role("link", name="Score anew").click()
        page.select_option("#f-consequence", "4")
        page.fill("#f-reason", "桌椅减少一半")
        page.get_by_role("button", name="Score a risk anew").click()
        expect(page.locator(".field-bad")).to_contain_text("its reason has to be written anew")
        page.fill("#f-consequence_reason", "两个年级同时就餐")
        page.get_by_role("button", name="Score a risk anew").click()
        expect(page.locator("#r-2 .risk-head")).to_contain_text("high")
        history = page.locator("#r-2 .risk-history li").first
        expect(history).to_contain_text("moderate")
        expect(history).to_contain_text("桌椅减少一半")
        expect(page.locator(".risk-matrix .has-risks", has_text="R2")).to_contain_text("high 1")

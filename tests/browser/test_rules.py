"""Rules, statuses, objections and risk areas as pages (规则、状态、申诉、风险地区), on a phone and at a desk."""

from __future__ import annotations

from datetime import date

import pytest

from lianfang.capabilities.objections.actions import object_to_status, propose_change
from lianfang.capabilities.risk_areas.actions import publish_areas, record_sojourn
from lianfang.capabilities.rules.actions import adopt_edition
from lianfang.interfaces.worker.sweep import Worker
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.ops import current
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import at

MEMBER = "reader"
AREAS = [
    {"code": "420100", "name": "示例市", "name_en": "Example city", "level": "high"},
    {"code": "510104", "name": "示例县", "name_en": "Example county", "level": "medium"},
]


@pytest.fixture(scope="module")
def ruled(house: House) -> House:
    """A school under the eighth edition; a member who stayed in a listed county, and objects."""
    world = house.world
    person, klass = world.people[MEMBER], world.units["SC-K2"]
    school = klass.parent
    with clock.at(at(7)):
        reviewer, officer = make.account(school, "doctor", "reviewer"), make.account(school, "officer", "keeper")
        world.accounts |= {"reviewer": reviewer, "keeper": officer}
        with within(EVERYTHING):
            adopt_edition(SYSTEM, unit=school, edition="cn-8th", basis="示例〔2026〕1号")
            record_sojourn(SYSTEM, unit=klass, person=person, area="510104", since=date(2026, 2, 20))
            publish_areas(SYSTEM, unit=school, entries=AREAS, basis="示例公告第8号")
    with clock.at(at(7, 5)):
        Worker().sweep()
    with clock.at(at(9)), within(EVERYTHING):
        [status] = current(person, "risk_area")
        object_to_status(SYSTEM, status=status, person=person, text="当天在邻县，有车票")
        given = {"kind": "exempt", "value": "exempted", "reason": "出差返回，已核实"}
        propose_change(SYSTEM, unit=klass, person=world.people["light"], **given)
    return house


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("who", "address", "name", "said"),
    [
        ("keeper", "/rules/{school}", "rules", ("防控方案（第八版）", "8th edition")),
        ("keeper", "/rules/{school}/preview?edition=cn-9th", "rules-preview", ("影响对象", "Whom it touches")),
        ("keeper", "/rules/{school}/own", "rules-own", ("参数", "One a line")),
        (MEMBER, "/me/statuses", "my-statuses", ("示例县", "Example county")),
        ("reviewer", "/objections", "objections", ("当天在邻县", "当天在邻县")),
        ("keeper", "/areas", "areas-own", ("示例市", "Example city")),
        ("keeper", "/areas/{school}", "areas", ("示例市", "Example city")),
    ],
)
def test_the_page_can_be_read_by_everybody_and_runs_off_no_side(
    ruled: House, lang: str, size: dict, who: str, address: str, name: str, said: tuple[str, str]
) -> None:
    set_clock(9, 30)
    school = ruled.world.units["SC-K2"].parent.code
    with ruled.visit(who, lang=lang, size=size) as visitor:
        visitor.open(address.format(school=school))
        for one in visitor.page.locator("details").all():
            one.evaluate("one => one.open = true")
        visitor.picture(name)
        assert ill_formed(visitor.page, lang) == []
        assert too_wide(visitor.page) == ""
        assert barriers_in_turn(visitor.page) == []
        text = visitor.page.locator("main").inner_text()
        assert said[lang == "en"] in text


def test_T04_the_member_reads_why_and_the_answer_comes_back(ruled: House) -> None:
    set_clock(10, 20)
    with ruled.visit("reviewer") as reviewer:
        reviewer.open("/objections")
        reviewer.page.get_by_label("Outcome").select_option("stands")
        reviewer.page.get_by_label("Answer in words").fill("The ticket is of another day.")
        reviewer.page.get_by_role("button", name="Answer", exact=True).click()
        reviewer.page.get_by_text("Answered. The person sees it at once.").wait_for()
    with ruled.visit(MEMBER, size=PHONE) as member:
        member.open("/me/statuses")
        text = member.page.locator("main").inner_text()
        assert "Stay in Example county on 2026-02-20 (list version 1" in text
        assert "The ticket is of another day." in text

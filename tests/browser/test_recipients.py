"""The page of recipients outside the tree (对上报送页), on a phone and at a desk, in both languages."""

from __future__ import annotations

from datetime import time

import pytest

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.upward.actions import hand_over_report, name_recipient
from lianfang.capabilities.upward.models import Recipient
from lianfang.kernel import clock
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at

SCHOOL, OFFICER = "S05", "duty-s05"
SERVED = (
    ("市直部门", "City office", "city_office", time(17), "xlsx"),
    ("卫生健康局", "Health office", "health_office", time(17, 30), "pdf"),
    ("属地片区", "District", "district", time(18), "xlsx"),
)


@pytest.fixture(scope="module")
def served_school(house: House) -> House:
    """A school that has served two of its three recipients, and has corrected its report since."""
    school = house.world.units[SCHOOL]
    with clock.at(at(16, 20)), make.acting(house.world.actor(OFFICER)) as officer:
        for name, english, layout, deadline, file in SERVED:
            about = {"name": name, "name_en": english, "layout": layout, "deadline": deadline, "file": file}
            name_recipient(officer, unit=school, **about)
        for recipient in Recipient.objects.filter(unit=school).exclude(layout="district"):
            hand_over_report(officer, recipient=recipient, day=DAY)
        counts = {"expected": 48, "present": 45, "absent": 3, "fever": 1, "tested": 12, "confirmed": 0, "isolated": 1}
        raw = {"unit": SCHOOL, "day": str(DAY), "reason": "补报一名发热学生", "counts": counts}
        receive_report(officer, raw, channel="json")
    return house


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_shows_who_holds_what_and_runs_off_no_side(served_school: House, lang: str, size: dict) -> None:
    set_clock(16, 30)
    with served_school.visit(OFFICER, lang=lang, size=size) as visitor:
        visitor.open(f"/upward/{SCHOOL}?day={DAY}")
        visitor.picture("upward")
        assert ill_formed(visitor.page, lang) == []
        assert too_wide(visitor.page) == ""
        assert barriers_in_turn(visitor.page) == []
        page = visitor.page.locator("main").inner_text()
        assert ("持有旧数据" if lang == "zh" else "holds old figures") in page
        visitor.open("/do/recipient.named")
        visitor.picture("name-recipient")
        assert too_wide(visitor.page) == ""


def test_a_corrected_copy_is_handed_over_with_one_press(served_school: House) -> None:
    set_clock(16, 40)
    with served_school.visit(OFFICER, lang="zh") as visitor:
        visitor.open(f"/upward/{SCHOOL}?day={DAY}")
        row = visitor.page.locator("[data-row]", has_text="卫生健康局")
        row.get_by_role("button").click()
        visitor.page.wait_for_load_state()
        assert "已报送" in visitor.page.locator("[data-row]", has_text="卫生健康局").inner_text()
        with visitor.page.expect_download() as download:
            visitor.page.locator("[data-row]", has_text="卫生健康局").get_by_role("link", name="PDF").click()
        assert download.value.suggested_filename.startswith("症状与检测日报")

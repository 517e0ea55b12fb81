"""The wall (大屏) in a browser: it fits its screen, dark and light, in both languages, and refreshes in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from playwright.sync_api import ViewportSize, expect

from lianfang.capabilities.incidents.actions import open_incident
from lianfang.interfaces.wall.tiles import layouts
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.office_days import Keeper
from lianfang.kernel.scope import EVERYTHING, within
from tests import make, walls
from tests.browser.looking import barriers, barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.make import DAY, at

SCREEN: ViewportSize = {"width": 1920, "height": 1080}
TOP = "510000"
TOO_HIGH = "() => document.documentElement.scrollHeight - document.documentElement.clientHeight"
CUT = """() => [...document.querySelectorAll(".wall h1, .wall h2, .wall dt, .wall dd, .tile b, .tile span")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().bottom > innerHeight + 1)
  .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim()}`)"""


@pytest.fixture(scope="module")
def screen(house: House) -> Iterator[walls.Province]:
    """Twenty-one prefectures over fourteen days: some late, some missing, some ill; two are overdue today."""
    made = walls.province(sorted(layouts()), schools=2, code=TOP, people=60)
    walls.opened(made, 14)
    draw = Random(6)  # noqa: S311  made-up days, repeatable on purpose
    for day in made.days:
        for school in made.schools:
            if draw.random() > 0.04:
                walls.reported(school, day, moment=at(17 if draw.random() < 0.05 else 15, day=day))
        for number, prefecture in enumerate(made.prefectures):
            if (day, number) not in {(DAY, 19), (DAY, 20), (DAY - timedelta(days=7), 16)}:
                walls.reported(prefecture, day, moment=at(18 if draw.random() < 0.05 else 16, day=day))
    for back, day in enumerate(reversed(made.days)):
        for person in made.people[back * 4 % 40 : back * 4 % 40 + 7 + back]:
            walls.answered(made.klass, person, day=day, symptoms=("fever",))
    for number, person in enumerate(made.people[:31]):
        since = at(9, day=made.days[number % 11])
        walls.observed(made.klass, person, ("home", "observation", "home", "isolation")[number % 4], since)
    for number, person in enumerate(make.members(made.klass, 110)):
        began = DAY - timedelta(days=2 + number // 6)
        walls.case(made.klass, person, began, began + timedelta(days=2))
    with make.clock.at(at(18)):
        guard = make.actor(made.schools[4], "guard")
        make.account(made.prefectures[20], "duty_officer", "wall-duty")
        with make.acting(guard):
            open_incident(guard, unit=made.schools[4], kind="illness", where="东门")
    walls.folded(made)
    with make.clock.at(at(18, 40)):
        Keeper().keep()
    with make.clock.at(at(6)):
        house.world.accounts["wall"] = make.account(made.top, "officer", "wall")
    return made


LONG = (
    ("东岸县", "Dong'an County"), ("木里河自治县", "Muli River Autonomous County"), ("青石县", "Qingshi County"),
    ("沿江高新技术开发区", "Riverside Technology Zone"), ("白马县", "Baima County"),
    ("长岭县", "Changling County"), ("南溪县", "Nanxi County"), ("石门县", "Shimen County"),
    ("上坪自治县", "Shangping Autonomous County"), ("云台县", "Yuntai County"), ("大渡口区", "Dadukou District"),
)  # fmt: skip
WHERE_NAMES_BREAK = """() => [...document.querySelectorAll(".tile b")]
  .map((one) => [one.textContent.trim(), Math.round(one.clientHeight / parseFloat(getComputedStyle(one).lineHeight)),
    one.scrollHeight > one.clientHeight + 2, one.closest(".tile").title])"""


@pytest.fixture(scope="module")
def unplaced(house: House, screen) -> Iterator[str]:
    """A province that no arrangement knows, whose prefectures have long names in both languages."""
    made = walls.province([f"AU{n:02d}" for n in range(len(LONG))], schools=1, code="AU")
    with within(EVERYTHING):
        for unit, (zh, en) in zip(made.prefectures, LONG, strict=True):
            Unit.objects.filter(pk=unit.pk).update(name=zh, name_en=en)
    walls.opened(made, 2)
    for school in made.schools[:8]:
        walls.reported(school, DAY, moment=at(15))
    walls.folded(made)
    with make.clock.at(at(18, 40)):
        Keeper().keep()
    with make.clock.at(at(6)):
        house.world.accounts["wall-au"] = make.account(made.top, "officer", "wall-au")
    yield "AU"


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_long_names_of_tiles_that_stand_by_themselves_take_two_lines_and_are_whole_in_their_title(
    house: House, unplaced: str, lang: str, look: str
) -> None:
    set_clock(18, 41)
    with house.visit("wall-au", lang=lang, size=SCREEN) as visitor:
        assert visitor.open(f"/wall/{unplaced}?look={look}").status == 200
        for size in (SCREEN, DESK, PHONE):
            visitor.page.set_viewport_size(size)
            told = visitor.page.evaluate(WHERE_NAMES_BREAK)
            visitor.picture(f"wall-unplaced-{look}")
            assert [name for name, *_ in told] == [pair[lang == "en"] for pair in LONG]
            assert all(1 <= lines <= 2 and title.startswith(name) for name, lines, _cut, title in told), told
            assert [name for name, _lines, cut, _title in told if cut and size != PHONE] == []
            assert not too_wide(visitor.page)
        assert [*ill_formed(visitor.page, lang), *barriers(visitor.page)] == []


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_wall_fits_its_screen_in_both_looks_and_languages(house: House, screen, lang: str, look: str) -> None:
    set_clock(18, 41)
    with house.visit("wall", lang=lang, size=SCREEN) as visitor:
        assert visitor.open(f"/wall/{TOP}?look={look}").status == 200
        page = visitor.page
        found = [*ill_formed(page, lang), *barriers(page)]
        assert page.evaluate(TOO_HIGH) <= 0, "runs off the bottom"
        found += page.evaluate(CUT)
        visitor.picture(f"wall-{look}")
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            found += barriers_in_turn(page)
            found += [wide] if (wide := too_wide(page)) else []
            visitor.picture(f"wall-{look}")
        assert found == []
        assert page.locator(".tile").count() == 21


def test_the_wall_refreshes_in_place_and_keeps_the_focus(house: House, screen) -> None:
    set_clock(18, 41)
    with house.visit("wall", size=SCREEN) as visitor:
        visitor.open(f"/wall/{TOP}")
        page = visitor.page
        tile = page.locator(".tile", has_text="Liangshan")
        expect(tile).to_contain_text("missing")
        tile.focus()
        walls.reported(screen.prefectures[20], DAY, moment=at(18, 42))
        walls.folded(screen)
        page.evaluate("""() => htmx.trigger(document.getElementById("live"), "every") ?? 0""")
        page.evaluate(
            """() => htmx.ajax("GET", location.href, {target: "#live", select: "#live", swap: "outerMorph"})"""
        )
        expect(tile).not_to_contain_text("missing")
        assert tile.evaluate("(one) => one === document.activeElement")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_curve_by_onset_is_whole_and_as_high_as_the_other(house: House, screen, lang: str) -> None:
    set_clock(18, 41)
    with house.visit("wall", lang=lang, size=SCREEN) as visitor:
        visitor.open(f"/wall/{TOP}?curve=onset")
        assert [*barriers(visitor.page), *visitor.page.evaluate(CUT)] == []
        assert visitor.page.locator(".lf-chart .grey").count() > 0
        assert visitor.page.evaluate(TOO_HIGH) <= 0
        visitor.picture("wall-onset")


def test_a_tile_leads_one_level_down(house: House, screen) -> None:
    set_clock(18, 41)
    with house.visit("wall", size=SCREEN) as visitor:
        visitor.open(f"/wall/{TOP}")
        visitor.page.locator(".tile", has_text="Chengdu").click()
        visitor.page.wait_for_url("**/wall/510100")
        assert visitor.page.evaluate(TOO_HIGH) <= 0
        assert visitor.page.locator(".tile").count() == 2
        visitor.picture("wall-prefecture")


def test_the_first_visit_costs_less_than_450_kb(house: House, screen) -> None:
    set_clock(18, 41)
    with house.visit("wall", size=SCREEN) as visitor:
        session = visitor.context.new_cdp_session(visitor.page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        visitor.open(f"/wall/{TOP}")
        visitor.page.wait_for_load_state("networkidle")
        assert 0 < sum(sizes) <= 450 * 1024

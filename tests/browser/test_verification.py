"""The workbench of two-way verification (双向校核台): on a phone and at a desk, by keyboard, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.verification.actions import compare_lists, make_agreement
from lianfang.capabilities.verification.models import Agreement, Item
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, as_csv, two_lists
from lianfang.interfaces.exchange.lists import Terms, receive_list_file
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.make import DAY, at

STORY = {"agree": 33, "conflict": 4, "only_ours": 3, "only_theirs": 2}
OURS, THEIRS = "duty-zx", "liaison"
STILL = 0.02  # the bar of the design, section 11
A_MOMENT = "() => new Promise((done) => setTimeout(done, 700))"  # longer than two presses are taken for one
SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  const seen = new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (!one.hadRecentInput) sum += one.value;
  }));
  seen.observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 200);
})"""


@pytest.fixture(scope="module")
def exchanged(house: House) -> tuple[House, Agreement]:
    """An institute and the health office of its county have exchanged the lists of the day."""
    world = house.world
    with clock.at(at(6)):
        health = world.units["HO"] = make.unit(world.units["N2"].parent, "HO", "sector", "丙县卫生健康局")
        world.accounts[THEIRS] = make.account(health, "liaison", THEIRS)
    about: dict[str, Any] = {
        "counterpart": "丙县卫生健康局", "counterpart_en": "Health Office", "purpose": "病例双向校核",
        "basis": "传染病防治法", "frequency": "daily", "delay_days": 1,
    }  # fmt: skip
    lists = two_lists(DAY, STORY)
    with clock.at(at(15)), make.acting(world.actor(OURS)) as officer:
        agreement = make_agreement(officer, unit=world.units["ZX"], theirs=health, fields=AGREED, **about)
        for side, heads, rows in (("ours", OURS_HEADS, lists.ours), ("theirs", THEIRS_HEADS, lists.theirs)):
            terms = Terms(str(agreement.number), side, len(rows))
            receive_list_file(officer, terms, f"{side}.csv", as_csv(heads, rows))
        compare_lists(officer, unit=world.units["ZX"], agreement=agreement)
    return house, agreement


def looked_at(visitor: Visitor, path: str, name: str) -> list[str]:
    assert visitor.open(path).status == 200
    found = ill_formed(visitor.page, visitor.lang) + barriers_in_turn(visitor.page)
    found += [one] if (one := too_wide(visitor.page)) else []
    shift = visitor.page.evaluate(SHIFTED)
    found += [f"layout shift {shift}"] if shift > STILL else []
    visitor.picture(name)
    return [f"{path}: {one}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("handle", [OURS, THEIRS])
def test_the_pages_of_both_sides_are_whole(exchanged: Any, handle: str, size: Any, lang: str) -> None:
    house, agreement = exchanged
    set_clock(16, 30)
    here = f"/verification/{agreement.pk}"
    with house.visit(handle, lang=lang, size=size) as visitor:
        found = looked_at(visitor, "/verification", f"verification-home-{handle}")
        found += looked_at(visitor, here, f"verification-{handle}")
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_run_a_list_and_its_import_are_whole(exchanged: Any, size: Any, lang: str) -> None:
    house, agreement = exchanged
    set_clock(16, 30)
    here = f"/verification/{agreement.pk}"
    with within(EVERYTHING):
        item = Item.objects.filter(agreement=agreement).order_by("number")[0]
        received = agreement.lists.get(side="theirs")
    with house.visit(OURS, lang=lang, size=size) as visitor:
        found = looked_at(visitor, f"{here}/runs/1", "verification-run")
        found += looked_at(visitor, f"{here}/import", "verification-import")
        found += looked_at(visitor, f"{here}/lists/{received.pk}", "verification-list")
        found += looked_at(visitor, f"{here}/items/{item.pk}/reveal", "verification-reveal")
    assert found == []


def test_differences_are_answered_and_taken_back_by_keys_alone(exchanged: Any) -> None:
    house, agreement = exchanged
    set_clock(16, 40)
    with house.visit(OURS, lang="en") as visitor:
        visitor.open(f"/verification/{agreement.pk}")
        page, keys = visitor.page, visitor.page.keyboard
        panel, queue = page.locator("#panel"), page.locator(".bench-queues [aria-current]")
        expect(panel).to_contain_text("V-0001")
        keys.press("j")
        expect(panel).to_contain_text("V-0002")
        keys.press("j")
        keys.press("2")  # at once: it goes to the pair just moved to, not to the one left
        expect(page.locator(".bench-undo")).to_contain_text("V-0003: Use theirs")
        expect(queue).to_contain_text("8")
        expect(panel).to_contain_text("V-0004")
        keys.press("u")
        expect(queue).to_contain_text("9")
        expect(panel).to_contain_text("V-0003")
        keys.press("4")  # sending back needs a note: the key leads to it
        expect(page.locator("#f-note")).to_be_focused()
    with within(EVERYTHING):
        assert set(Item.objects.filter(agreement=agreement).values_list("verdict_ours", "state")) == {("", "open")}


def test_a_key_pressed_twice_or_held_answers_one_difference_only(exchanged: Any) -> None:
    house, agreement = exchanged
    set_clock(16, 45)
    with house.visit(OURS, lang="en") as visitor:
        visitor.open(f"/verification/{agreement.pk}")
        page, keys = visitor.page, visitor.page.keyboard
        panel, queue = page.locator("#panel"), page.locator(".bench-queues [aria-current]")
        expect(panel).to_contain_text("V-0001")
        keys.press("2")
        keys.press("2")  # while the answer is on its way
        expect(panel).to_contain_text("V-0002")
        keys.press("2")  # at the pair just drawn, which nobody has read yet
        keys.down("2")
        page.evaluate(A_MOMENT)
        keys.down("2")  # held: the second is a repeat
        keys.up("2")
        expect(queue).to_contain_text("8")
        expect(panel).to_contain_text("V-0002")
        keys.press("2")
        expect(queue).to_contain_text("7")
        expect(panel).to_contain_text("V-0003")
        for left in ("8", "9"):
            page.evaluate(A_MOMENT)
            keys.press("u")
            expect(queue).to_contain_text(left)


def test_an_answer_is_taken_back_by_its_key_when_it_is_opened_again_later(exchanged: Any) -> None:
    house, agreement = exchanged
    set_clock(16, 46)
    here = f"/verification/{agreement.pk}"
    with house.visit(OURS, lang="en") as visitor:
        visitor.open(here)
        visitor.page.keyboard.press("2")
        expect(visitor.page.locator(".bench-undo")).to_contain_text("V-0001")
    with house.visit(OURS, lang="en") as visitor:
        visitor.open(f"{here}?queue=with_other")
        panel = visitor.page.locator("#panel")
        expect(panel).to_contain_text("V-0001")
        expect(panel.get_by_role("button", name="Take my last step back")).to_be_visible()
        visitor.page.keyboard.press("u")
        expect(panel.get_by_role("button", name="Take my last step back")).to_have_count(0)
        expect(panel).to_contain_text("V-0001")
    with within(EVERYTHING):
        assert Item.objects.get(agreement=agreement, number=1).verdict_ours == ""


def test_without_scripts_every_answer_is_a_form(exchanged: Any) -> None:
    house, agreement = exchanged
    set_clock(16, 50)
    with house.visit(OURS, lang="zh", java_script_enabled=False) as visitor:
        visitor.open(f"/verification/{agreement.pk}?queue=only_theirs")
        page = visitor.page
        page.locator('.verdicts button[value="missing_report"]').click()
        expect(page.locator(".bench-undo")).to_be_visible()
        page.locator(".bench-undo button").click()
        expect(page.locator(".bench-undo")).to_have_count(0)


def test_a_first_visit_to_the_workbench_is_light(exchanged: Any) -> None:
    house, agreement = exchanged
    set_clock(16, 50)
    with house.visit(OURS, lang="zh") as visitor:
        sizes: list[float] = []
        wire = visitor.context.new_cdp_session(visitor.page)
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        wire.send("Network.enable")
        visitor.open(f"/verification/{agreement.pk}")
        visitor.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= 60 * 1024, f"{sum(sizes) / 1024:.1f} KiB in {len(sizes)} requests"


@pytest.fixture(scope="module")
def totalled(house: House) -> tuple[House, Agreement]:
    """A county has compared its schools' reports of the day with the figures of the health office."""
    world = house.world
    names = {"unit": "单位", "day": "日期", "confirmed": "确诊"}
    fields = [{"name": name, "columns": [head]} for name, head in names.items()]
    about = {"counterpart": "丙县卫生健康局", "purpose": "总量核对", "basis": "传染病防治法", "frequency": "daily"}
    rows = [("S01", str(DAY), "0"), ("S02", str(DAY), "1"), ("S11", str(DAY), "1")]
    with clock.at(at(16, 45)), make.acting(world.actor("officer-n1")) as officer:
        agreement = make_agreement(officer, unit=world.units["N1"], fields=fields, **about)
        terms = Terms(str(agreement.number), "theirs", len(rows))
        receive_list_file(officer, terms, "totals.csv", as_csv(tuple(names.values()), rows))
        compare_lists(officer, unit=world.units["N1"], agreement=agreement)
    return house, agreement


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_totals_lead_from_a_unit_to_its_days(totalled: Any, size: Any, lang: str) -> None:
    house, agreement = totalled
    set_clock(16, 50)
    here = f"/verification/{agreement.pk}"
    with house.visit("officer-n1", lang=lang, size=size) as visitor:
        found = looked_at(visitor, f"{here}/runs/1", "verification-totals-run")
        found += looked_at(visitor, f"{here}/runs/1/units/N1", "verification-totals")
        assert found == []
        visitor.page.get_by_role("link", name="第2小学" if lang == "zh" else "Unit S02").first.click()
        visitor.page.get_by_role("link", name="V-").click()
        expect(visitor.page.locator("#panel")).to_contain_text("V-")
        assert looked_at(visitor, f"{here}?place=S02", "verification-totals-items") == []

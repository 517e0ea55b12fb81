"""Forms without code (填报分析系统): designed, extended, filled in and divided, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import translation
from playwright.sync_api import expect

from lianfang.capabilities.burden.actions import extend_form, propose_form, publish_form, withdraw_form
from lianfang.capabilities.burden.cross import MISSING, NOT_ASKED, UNKNOWN
from lianfang.capabilities.burden.filling import fill_form
from lianfang.capabilities.burden.models import RegisteredForm
from lianfang.interfaces.cross_tables import STATE_WORDS
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.make import DAY, at

HELD = ("unit.name", "unit.code", "unit.kind", "unit.superior")
FIELDS = [
    {"code": "place", "zh": "单位全称", "en": "Unit", "held_as": "unit.name", "asked": False, "kind": "text"},
    {"code": "beds", "zh": "留观床位", "en": "Observation beds", "kind": "count", "maximum": 500},
    {"code": "used", "zh": "已用床位", "en": "Beds in use", "kind": "count", "at_most": "beds"},
    {"code": "masks", "zh": "口罩储备", "en": "Mask stock", "kind": "choice", "choices": [
        {"code": "enough", "zh": "充足", "en": "Enough"}, {"code": "short", "zh": "不足", "en": "Short"}]},
    {"code": "drill", "zh": "已演练", "en": "Drill held", "kind": "flag"},
    {"code": "area", "zh": "消毒面积", "en": "Area disinfected", "kind": "measure", "required": False},
    {"code": "next", "zh": "下次演练日", "en": "Next drill", "kind": "date", "required": False},
]  # fmt: skip
NURSES = {"code": "nurses", "zh": "校医护士", "en": "Nurses", "kind": "count"}


def whole(visitor: Visitor, name: str) -> None:
    """The page is in order on a phone and at a desk."""
    for size in (PHONE, DESK):
        visitor.page.set_viewport_size(size)
        assert ill_formed(visitor.page, visitor.lang) == []
        assert barriers_in_turn(visitor.page) == []
        assert too_wide(visitor.page) == ""
        visitor.picture(name)


@contextmanager
def published(house: House, unit: str, **about: object) -> Iterator[RegisteredForm]:
    """A form asked by a unit for the length of a test."""
    given = {
        "title": "开学准备表", "title_en": "Readiness for term", "purpose": "开学", "answered_by": "units",
        "frequency": "daily", "seconds": 20, **about,
    }  # fmt: skip
    where = house.world.units[unit]
    leader = make.actor(where, "leader")
    with clock.at(at(8)), make.acting(leader) as owner:
        form = publish_form(owner, form=propose_form(owner, unit=where, **given))
    try:
        yield form
    finally:
        with clock.at(at(10)), make.acting(leader) as owner:
            kept = RegisteredForm.objects.get(code=form.code, state="published")
            withdraw_form(owner, form=kept, reason="done")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_E03_an_office_designs_a_form_and_its_next_version_without_code(house: House, lang: str) -> None:
    set_clock(9)
    with house.visit("officer-n1", lang=lang) as visitor:
        page = visitor.page
        visitor.open("/forms/propose")
        about = {"code": f"ready_{lang}", "title": f"准备表{lang}", "purpose": "开学", "seconds": "20"}
        for name, value in about.items():
            page.locator(f"#f-{name}").fill(value)
        page.locator("#f-answered_by").select_option("units")
        page.locator("#f-frequency").select_option("daily")
        for n, key in enumerate(HELD):
            page.locator(f"#held-{n}").select_option(key)
            page.locator(f"input[name=fill-{n}]").check()
        for n, (words, kind) in enumerate((("留观床位", "count"), ("已用床位", "count"), ("口罩储备", "choice")), 4):
            page.locator(f"#zh-{n}").fill(words + lang)
            page.locator(f"#kind-{n}").select_option(kind)
            page.locator(f"fieldset#f-row-{n} summary").click()
        page.locator("#maximum-4").fill("500")
        page.locator("#at_most-5").fill("5")
        page.locator("#choices-6").fill("充足 | Enough\n不足 | Short")
        whole(visitor, "form-design")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url("**/forms/*-*")
        address = page.url
        page.goto(f"{address}/publish")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(address)
        whole(visitor, "form-asked")
        page.goto(f"{address}/extend")
        page.locator("#zh-7").fill(f"校医护士{lang}")
        page.locator("#kind-7").select_option("count")
        whole(visitor, "form-extend")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(lambda url: url != f"{address}/extend")
        page.goto(f"{page.url}/publish")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url("**/forms/*-*")
    with within(EVERYTHING):
        first, second = RegisteredForm.objects.filter(code=f"ready_{lang}").order_by("version")
        fields = {one.position: one for one in second.fields.all()}
        assert (first.state, second.state, second.version) == ("replaced", "published", 2)
        assert (fields[5].at_most, fields[4].maximum, fields[6].choices[1]["code"]) == (fields[4].code, 500, "short")
        assert [fields[n].code for n in range(7)] == [one.code for one in first.fields.order_by("position")]
    with clock.at(at(9)), make.acting(house.world.actor("officer-n1")) as officer:
        withdraw_form(officer, form=second, reason="done")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_E03_a_school_fills_in_what_is_not_held_and_corrects_it(house: House, lang: str) -> None:
    set_clock(9)
    with (
        published(house, "N1", code=f"filled_{lang}", fields=FIELDS) as form,
        house.visit("duty-s01", lang=lang, size=PHONE) as visitor,
    ):
        page = visitor.page
        visitor.open("/today")
        whole(visitor, "form-due")
        page.locator(f"a[href^='/forms/{form.pk}/fill/S01']").first.click()
        whole(visitor, "form-fill")
        expect(page.locator("dl.facts")).to_contain_text("第1小学")
        page.locator("#f-v-beds").fill("4")
        page.locator("#f-v-used").fill("9")
        page.locator("#f-v-masks").select_option("short")
        page.locator("input[name=v-drill][value=true]").check()
        visitor.forgive("status of 422")
        page.locator(".card-foot button.primary").click()
        expect(page.locator("[role=alert] li")).to_have_count(1)
        whole(visitor, "form-fill-refused")
        page.locator("#f-v-used").fill("1")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(f"**/forms/{form.pk}")
        visitor.open(f"/forms/{form.pk}/fill/S01")
        expect(page.locator("#f-v-beds")).to_have_value("4")
        page.locator("#f-v-beds").fill("6")
        page.locator("#f-reason").fill("新增两张")
        whole(visitor, "form-correct")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(f"**/forms/{form.pk}")
        visitor.open("/list/form-fillings")
        whole(visitor, "form-fillings")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_E03_the_cross_table_keeps_zero_missing_unknown_and_not_asked_apart(house: House, lang: str) -> None:
    set_clock(9)
    given = {"beds": 0, "used": 0, "masks": "enough", "drill": True}
    with published(house, "N1", code=f"table_{lang}", fields=FIELDS) as form:
        with clock.at(at(8)), make.acting(house.world.actor("duty-s02")) as duty:
            fill_form(duty, unit=house.world.units["S02"], form=form.code, values=given)
        with clock.at(at(8)), make.acting(make.actor(house.world.units["N1"], "leader")) as owner:
            tents = {"code": "tents", "zh": "帐篷", "en": "Tents", "kind": "count", "required": False}
            later = publish_form(owner, form=extend_form(owner, form=form, fields=[*FIELDS, NURSES, tents]))
        with clock.at(at(8)), make.acting(house.world.actor("duty-s03")) as duty:
            fill_form(duty, unit=house.world.units["S03"], form=form.code, values={**given, "beds": 3, "nurses": 0})
        with house.visit("officer-n1", lang=lang) as visitor:
            page = visitor.page
            visitor.open(f"/forms/{later.pk}")
            page.locator(f"a[href='/forms/{later.pk}/cross']").click()
            whole(visitor, "cross-forms")
            for summed, total in (("nurses", "≥0"), ("beds", "≥3")):
                visitor.open(f"/forms/{later.pk}/cross?rows=below&columns=kind&sum={summed}")
                whole(visitor, f"cross-{summed}")
                expect(page.locator("tr.total td").last).to_contain_text(total)
            visitor.open(f"/forms/{later.pk}/cross?rows=below&columns=day&sum=tents")
            with translation.override({"zh": "zh-hans", "en": "en"}[lang]):
                words = {str(STATE_WORDS[state]) for state in (MISSING, UNKNOWN, NOT_ASKED)}
            cells = page.locator("td:nth-child(2)").all_inner_texts()
            assert {word for word in words if any(cell.startswith(word) for cell in cells)} == words
            visitor.forgive("status of 422")
            visitor.open(f"/forms/{later.pk}/cross?rows=kind&columns=kind&from={DAY}&to={DAY}")
            whole(visitor, "cross-refused")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_E03_people_fill_a_form_in_and_the_class_head_sees_who_has_not(house: House, lang: str) -> None:
    set_clock(9)
    fields = [{"code": "name", "zh": "姓名", "held_as": "person.name", "asked": False, "kind": "text"},
              {"code": "phone", "zh": "手机号", "held_as": "person.phone", "asked": False, "kind": "text"},
              {"code": "city", "zh": "外出城市", "en": "City visited", "kind": "text"},
              {"code": "rode", "zh": "乘坐校车", "en": "Took the school bus", "kind": "flag"}]  # fmt: skip
    about = {"answered_by": "people", "frequency": "weekly", "code": f"trip_{lang}", "fields": fields}
    with published(house, "SC", title="返校登记", title_en="Return to school", **about) as form:
        with house.visit("light", lang=lang, size=PHONE) as visitor:
            page = visitor.page
            visitor.open("/today")
            page.locator(f"a[href^='/forms/{form.pk}/answer/']").first.click()
            whole(visitor, "form-answer")
            assert "15400000" not in page.content(), "the phone is masked"
            page.locator("#f-v-city").fill("示例市")
            page.locator("input[name=v-rode][value=false]").check()
            page.locator(".card-foot button.primary").click()
            page.wait_for_url("**/today")
        with house.visit("head-2", lang=lang) as visitor:
            page = visitor.page
            visitor.open(f"/forms/{form.pk}")
            page.locator(f"a[href='/forms/{form.pk}/people/SC-K2']").click()
            whole(visitor, "form-people")
            visitor.open(f"/forms/{form.pk}/answer/{house.world.people['neighbour'].pk}")
            whole(visitor, "form-answer-for")

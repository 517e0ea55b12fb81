"""Proposing a form (报表申报、准入): what is held already is named, filled in instead of asked, and then published."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lianfang.capabilities.burden.actions import propose_form
from lianfang.capabilities.burden.models import RegisteredForm
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.browser.world import set_clock

HELD = ("person.name", "person.phone", "roster.unit", "roster.kind", "answer.state", "unit.name")
NEW = ("寒假外出城市", "返程航班号")


def whole(visitor: Visitor, name: str) -> None:
    """The page is in order on a phone and at a desk."""
    for size in (PHONE, DESK):
        visitor.page.set_viewport_size(size)
        assert ill_formed(visitor.page, visitor.lang) == []
        assert barriers_in_turn(visitor.page) == []
        assert too_wide(visitor.page) == ""
        visitor.picture(name)


def fill_in(visitor: Visitor, code: str) -> None:
    page = visitor.page
    for name, value in {"code": code, "title": "返校登记表", "purpose": "返校安排", "seconds": "40"}.items():
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-answered_by").select_option("people")
    page.locator("#f-frequency").select_option("once")
    for n, key in enumerate(HELD):
        page.locator(f"#held-{n}").select_option(key)
    for n, words in enumerate(NEW, len(HELD)):
        page.locator(f"#zh-{n}").fill(words)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_T01_six_fields_of_eight_are_filled_in_before_the_form_is_published(house: House, lang: str) -> None:
    set_clock(16, 18)
    with house.visit("administrator", lang=lang) as visitor:
        page = visitor.page
        visitor.open("/forms/propose")
        fill_in(visitor, f"return_{lang}")
        whole(visitor, "form-proposal")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url("**/forms/*-*")
        whole(visitor, "form-proposed")
        address = page.url
        page.locator(".acts a.primary").click()
        visitor.forgive("status of 422")
        page.locator(".card-foot button.primary").click()
        expect(page.locator("[role=alert] li")).to_have_count(len(HELD))
        whole(visitor, "form-refused")
        page.goto(f"{address}/revise")
        for n, _ in enumerate(HELD):
            page.locator(f"input[name=fill-{n}]").check()
        page.locator(".card-foot button.primary").click()
        page.goto(f"{address}/publish")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(address)
        whole(visitor, "form-published")
        for path in ("forms", "burden/SC", "dictionary/SC"):
            visitor.open(f"/{path}")
            whole(visitor, path.replace("/", "-"))
    with within(EVERYTHING):
        form = RegisteredForm.objects.get(code=f"return_{lang}")
        assert form.state == "published"
        assert [one.zh for one in form.fields.filter(asked=True).order_by("position")] == list(NEW)
        RegisteredForm.objects.filter(pk=form.pk).update(state="withdrawn")


def test_T01_the_burden_officer_decides_on_a_page(house: House) -> None:
    set_clock(16, 18)
    unit = house.world.units["N1"]
    with make.acting(make.actor(unit, "administrator")) as owner:
        form = propose_form(
            owner, unit=unit, code="contacts", title="联络表", purpose="联络", answered_by="units", frequency="once",
            seconds=20, fields=[{"code": "mobile", "zh": "值班电话（夜间）", "kind": "text"}],
        )  # fmt: skip
    with house.visit("officer-n1", lang="en") as visitor:
        page = visitor.page
        visitor.open(f"/forms/{form.pk}")
        page.get_by_role("link", name="Decide").click()
        whole(visitor, "form-decision")
        page.locator("input[name=same][value=false]").check()
        page.locator("#f-reason").fill("夜间另有电话")
        page.locator(".card-foot button.primary").click()
        page.wait_for_url(f"**/forms/{form.pk}")
        expect(page.locator("tbody")).to_contain_text("something else, decided by officer N1")
    with within(EVERYTHING):
        RegisteredForm.objects.filter(pk=form.pk).update(state="withdrawn")

"""Every page that somebody opens (全部页面): in both languages, on a phone and at a desk."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import URLPattern
from playwright.sync_api import expect

from lianfang.interfaces.web.urls import urlpatterns
from lianfang.kernel import clock
from lianfang.kernel.accounts.ops import invite
from lianfang.kernel.scope import EVERYTHING, within
from tests.browser.looking import barriers, barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, NARROW, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.make import DAY, at

PAGES: dict[str, list[str]] = {
    "": ["sign-in"],
    "reader": ["today", "me", "check-in", "check-in/done", "check-in/records", "check-in/shell"],
    "head-2": [
        "classes/SC-K2", "desk/SC-K2", "missing/SC-K2", "people/{pupil}", "people/{pupil}/reveal",
        "search?q=SC", "import", "today",
    ],
    "duty-yl": [
        "board/YL", f"reports/YL/{DAY}/entry", f"reports/YL/{DAY}/zero", f"reports/YL-D1/{DAY}/daily_counts",
        f"reports/YL-D1/{DAY}/daily_counts/1", "receipts/YL-D1", "units/YL-D1",
        "list/unit-reports", "list/dues?unit=YL-D1", "what-if/YL", "what-if/YL?seed=2",
    ],
    "administrator": [
        "board/SC", "responsibility/SC", "list/persons?unit=SC-K2", "list/roles", "list/events?search=account",
        "do/account.opened", "do/person.registered", "forms", "forms/propose", "burden/SC", "dictionary/SC",
    ],
    "officer-n1": [
        "board/N1", "wall/N1", "board/S10", "units/S10", "receipts/N1", "list/units", "list/rules", "today",
        "forms", "burden/N1",
        "dictionary/N1", "verification", "verification/agree", "surveillance/N1", "surveillance/N1/settings",
    ],
}  # fmt: skip
"""By account (nobody signed in under ""), the addresses that a person with this duty opens in a day."""
ELSEWHERE = {
    "training/<str:code>": "test_the_pages_of_classes_are_whole",
    "training/<str:code>/set-up": "test_the_pages_of_classes_are_whole",
    "training/<str:code>/zones": "test_the_pages_of_classes_are_whole",
    "training/runs/<uuid:number>": "test_the_pages_of_classes_are_whole",
    "training/runs/<uuid:number>/door": "test_the_pages_of_classes_are_whole",
    "spots/<str:code>": "test_the_list_of_spots_is_whole",
    "incidents": "test_the_pages_of_an_incident_are_whole",
    "incidents/new": "test_the_pages_of_an_incident_are_whole",
    "incidents/shell": "test_the_kept_page_opens_without_a_session",
    "incidents/own": "test_J02_the_pages_of_a_code_event_are_whole_for_those_who_work_on_it_and_for_the_person",
    "incidents/<uuid:number>": "test_the_pages_of_an_incident_are_whole",
    "incidents/patrols/<uuid:number>": "test_J06_a_patrol_is_whole_on_a_phone",
    "alerts/clusters": "test_J05_the_pages_of_an_alert_are_whole",
    "alerts/clusters/<uuid:number>": "test_J05_the_pages_of_an_alert_are_whole",
    "first/<str:secret>": "test_a_one_time_link_sets_a_password_and_signs_in",
    "forms/<uuid:number>": "test_T01_six_fields_of_eight_are_filled_in_before_the_form_is_published",
    "forms/<uuid:number>/revise": "test_T01_six_fields_of_eight_are_filled_in_before_the_form_is_published",
    "forms/<uuid:number>/<str:name>": "test_T01_six_fields_of_eight_are_filled_in_before_the_form_is_published",
    "forms/<uuid:number>/fields/<uuid:field>": "test_T01_the_burden_officer_decides_on_a_page",
    "forms/<uuid:number>/extend": "test_E03_an_office_designs_a_form_and_its_next_version_without_code",
    "forms/<uuid:number>/fill/<str:code>": "test_E03_a_school_fills_in_what_is_not_held_and_corrects_it",
    "forms/<uuid:number>/cross": "test_E03_the_cross_table_keeps_zero_missing_unknown_and_not_asked_apart",
    "forms/<uuid:number>/answer/<uuid:person>": "test_E03_people_fill_a_form_in_and_the_class_head_sees_who_has_not",
    "forms/<uuid:number>/people/<str:code>": "test_E03_people_fill_a_form_in_and_the_class_head_sees_who_has_not",
    "upward/<str:code>": "test_the_page_shows_who_holds_what_and_runs_off_no_side",
    "verification/<uuid:number>": "test_the_pages_of_both_sides_are_whole",
    "verification/<uuid:number>/runs/<int:run>": "test_a_run_a_list_and_its_import_are_whole",
    "verification/<uuid:number>/runs/<int:run>/units/<str:code>": "test_totals_lead_from_a_unit_to_its_days",
    "verification/<uuid:number>/import": "test_a_run_a_list_and_its_import_are_whole",
    "verification/<uuid:number>/lists/<uuid:received>": "test_a_run_a_list_and_its_import_are_whole",
    "verification/<uuid:number>/items/<uuid:item>/reveal": "test_a_run_a_list_and_its_import_are_whole",
    "command/<str:code>": "test_the_pages_of_command_are_whole",
    "command/<str:code>/<str:deed>": "test_the_pages_of_command_are_whole",
    "command/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_command_are_whole",
    "census/<str:code>": "test_the_pages_of_command_are_whole",
    "census/<str:code>/<str:deed>": "test_the_pages_of_command_are_whole",
    "census/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_command_are_whole",
    "pairs/<str:code>": "test_the_pages_of_command_are_whole",
    "pairs/<str:code>/<str:deed>": "test_the_pages_of_command_are_whole",
    "pairs/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_command_are_whole",
    "requirements/<str:code>": "test_the_pages_of_command_are_whole",
    "requirements/<str:code>/<str:deed>": "test_the_pages_of_command_are_whole",
    "requirements/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_command_are_whole",
    "recall/<str:code>": "test_the_pages_of_command_are_whole",
    "recall/<str:code>/<str:deed>": "test_the_pages_of_command_are_whole",
    "recall/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_command_are_whole",
    "census/<str:code>/doors/<int:number>": "test_the_pages_of_command_are_whole",
    "round/<str:code>": "test_I06_252_readings_without_a_network_are_each_kept_within_50_ms_and_handed_in_once",
    "round/shell": "test_I06_252_readings_without_a_network_are_each_kept_within_50_ms_and_handed_in_once",
    "round/<str:code>/proof": "test_a_fever_asks_for_a_second_reading_and_a_skipped_room_is_named",
    "site/<str:code>/arrivals": "test_arrivals_and_a_stay_are_read_on_a_phone_and_at_a_desk",
    "stays/<uuid:number>": "test_arrivals_and_a_stay_are_read_on_a_phone_and_at_a_desk",
    "isolations/<uuid:number>": "test_campus_isolation_is_read_on_a_phone_and_at_a_desk",
    "isolate/<str:code>": "test_campus_isolation_is_read_on_a_phone_and_at_a_desk",
    "site": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/rooms": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/rooms/<str:room>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/controls/<uuid:number>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/do/<str:name>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/do/<str:name>/<uuid:number>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/do/<str:name>/<int:number>": "test_the_pages_of_a_site_in_use_are_whole",
    "site/<str:code>/ready": "test_the_pages_of_a_site_being_set_up_or_disinfected_are_whole",
    "site/<str:code>/sweep": "test_the_pages_of_a_site_being_set_up_or_disinfected_are_whole",
    "briefings/<str:code>": "test_the_pages_of_a_briefing_are_whole",
    "after-action/<str:code>": "test_the_pages_of_a_briefing_are_whole",
    "quality/<str:code>": "test_the_page_of_data_quality_is_whole",
    "risks/<str:code>": "test_the_pages_of_risks_are_whole",
    "risks/<str:code>/<str:deed>": "test_the_pages_of_risks_are_whole",
    "risks/<str:code>/<str:deed>/<str:number>": "test_the_pages_of_risks_are_whole",
    "stock/<str:code>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "stock/<str:code>/lots/<uuid:number>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "stock/<str:code>/do/<str:name>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "kitchen/<str:code>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "kitchen/<str:code>/sheet": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "kitchen/<str:code>/do/<str:name>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "requests/<str:code>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "requests/<str:code>/do/<str:name>": "test_the_pages_of_stock_kitchen_and_requests_are_whole",
    "me/requests": "test_I07_a_guest_asks_on_a_phone_and_the_page_is_whole_in_both_languages",
    "codes/<str:code>": "test_J02_the_page_of_codes_and_its_form_are_whole",
    "codes/<str:code>/<str:deed>": "test_J02_the_page_of_codes_and_its_form_are_whole",
    "me/statuses": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "objections": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "areas": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "areas/<str:code>": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "rules/<str:code>": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "rules/<str:code>/own": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "rules/<str:code>/preview": "test_the_page_can_be_read_by_everybody_and_runs_off_no_side",
    "cases": "test_the_pages_of_cases_are_whole",
    "cases/open": "test_the_pages_of_cases_are_whole",
    "cases/kpis": "test_the_pages_of_cases_are_whole",
    "cases/<uuid:number>": "test_the_pages_of_cases_are_whole",
    "import/<uuid:number>": "test_a_pasted_roster_is_shown_row_by_row_before_anything_is_written",
}
"""Pages that need something done first, and the tests that do it."""
ACTS = {
    "incidents/<uuid:number>/<str:deed>", "alerts/clusters/<uuid:number>/<str:deed>",
    "training/runs/<uuid:number>/do/<str:act>",
    "sign-out", "demo/<str:handle>", "board/<str:code>/nudge", "classes/<str:code>/check", "classes/<str:code>/remind",
    "classes/<str:code>/reached/<uuid:person>", "reports/<str:code>/<str:day>/explain",
    "reports/<str:code>/<str:day>/<str:form>/send-back", "people/<uuid:number>/call", "upward/<str:code>/hand-over",
    "verification/<uuid:number>/answer", "verification/<uuid:number>/undo", "verification/<uuid:number>/reopen",
    "verification/<uuid:number>/compare", "verification/<uuid:number>/runs/<int:run>/sign",
    "cases/<uuid:number>/<str:act>", "cases/<uuid:number>/contacts/<uuid:contact>/<str:act>",
    "me/statuses/<uuid:number>/object", "objections/<uuid:number>/answer", "objections/<uuid:number>/correct",
    "objections/changes/<uuid:number>", "rules/<str:code>/adopt",
    "surveillance/<str:code>/settings/propose", "surveillance/<str:code>/settings/<uuid:number>/<str:deed>",
    "round/<str:code>/sync", "round/<str:code>/close", "site/<str:code>/arrivals/receive",
    "site/<str:code>/arrivals/<uuid:number>/admit", "site/<str:code>/arrivals/absent/<uuid:number>",
    "stays/<uuid:number>/do/<str:name>", "isolations/<uuid:number>/do/<str:name>",
    "pairs/<str:code>/contacts/<uuid:number>", "briefings/<str:code>/compose", "briefings/<str:code>/assess",
    "after-action/<str:code>/ask",
}  # fmt: skip
"""Addresses that take an act and show nothing themselves."""
NO_PAGES = {
    "incidents/<uuid:number>/briefing.pdf", "briefings/<str:code>/<uuid:number>.<str:kind>",
    "after-action/<str:code>/<uuid:number>.zip",
    "training/runs/<uuid:number>/report.pdf", "training/<str:code>/report.pdf",
    "cases/chains.csv",
    "", "demo", "sw.js", "import/template/<str:what>.csv", "import/<uuid:number>/problems.<str:kind>",
    "photos/<uuid:number>",
    "stays/<uuid:number>/certificate.pdf", "round/<str:code>/list", "site/<str:code>/round",
    "upward/<str:code>/copies/<uuid:number>.<str:file>", "verification/<uuid:number>/differences.<str:kind>",
}  # fmt: skip
"""The way to the first page, a page that only a demonstration has, and files."""
# Text of twice its size, as somebody sets it in the browser.
TWICE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("html { font-size: 200% !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


def looked_at(visitor: Visitor, house: House, handle: str, path: str) -> list[str]:
    address = "/" + path.format(pupil=house.world.people["neighbour"].pk)
    status = visitor.open(address).status
    found = [] if status == 200 else [f"status {status}"]
    found += ill_formed(visitor.page, visitor.lang)
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)
        found += barriers_in_turn(visitor.page)
        found += [one] if (one := too_wide(visitor.page)) else []
        visitor.picture(re.sub(r"\W+", "_", f"page-{handle}-{path}"))
    visitor.page.set_viewport_size(DESK)
    return [f"{address}: {one}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("handle", PAGES)
def test_every_page_is_whole_on_a_phone_and_at_a_desk(house: House, handle: str, lang: str) -> None:
    set_clock(16, 18)
    with house.visit(handle, lang=lang) as visitor:
        found = [one for path in PAGES[handle] for one in looked_at(visitor, house, handle, path)]
    assert found == []


def test_no_page_of_the_address_map_is_left_out() -> None:
    patterns = [one for one in urlpatterns if isinstance(one, URLPattern)]
    opened = [re.split(r"[?]", path)[0].format(pupil=UUID(int=0)) for paths in PAGES.values() for path in paths]
    unseen = {str(one.pattern) for one in patterns if not any(one.resolve(path) for path in opened)}
    assert unseen == set(ELSEWHERE) | ACTS | NO_PAGES


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("handle", "path"), [("", "sign-in"), ("light", "check-in"), ("head-2", "classes/SC-K2")])
def test_nothing_is_cut_off_on_a_narrow_phone_or_with_large_text(
    house: House, handle: str, path: str, lang: str
) -> None:
    set_clock(16, 18)
    with house.visit(handle, lang=lang, size=NARROW) as visitor:
        visitor.open(f"/{path}")
        assert too_wide(visitor.page) == ""
        visitor.page.set_viewport_size(PHONE)
        visitor.page.evaluate(TWICE)
        assert too_wide(visitor.page) == ""
        expect(visitor.page.locator("button.primary").last).to_be_visible()
        visitor.picture(f"twice-{path.replace('/', '-')}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_address_that_is_not_there_is_a_page_too(house: House, lang: str) -> None:
    with house.visit("head-2", lang=lang, size=PHONE) as visitor:
        visitor.forgive("status of 404")
        assert visitor.open("/units/S01").status == 404
        assert ill_formed(visitor.page, lang) == [] and barriers(visitor.page) == [] and too_wide(visitor.page) == ""
        visitor.picture("not-there")


def test_a_one_time_link_sets_a_password_and_signs_in(house: House) -> None:
    set_clock(9)
    with within(EVERYTHING), clock.at(at(9)):
        secret = invite(house.world.accounts["doctor"])
    with house.visit(lang="zh") as visitor:
        visitor.open(f"/first/{secret}")
        page = visitor.page
        assert ill_formed(page, "zh") == [] and barriers(page) == []
        visitor.picture("first")
        for name in ("password", "again"):
            page.locator(f"#f-{name}").fill("a sentence of our own")
        page.locator("button.primary").click()
        page.wait_for_url("**/today")
        page.locator("[data-sign-out] button").click()
        page.wait_for_url("**/sign-in")
        _sign_in_again(visitor)


def _sign_in_again(visitor: Visitor) -> None:
    """After an expired login one comes back to where one was; a wrong password is said and asked again."""
    page = visitor.page
    visitor.forgive("status of 401")
    visitor.open("/list/persons?search=154")
    for password in ("wrong", "a sentence of our own"):
        page.locator("#f-username").fill("doctor")
        page.locator("#f-password").fill(password)
        page.locator("button.primary").click()
        if password == "wrong":
            expect(page.locator("[role=alert]")).to_be_visible()
            assert page.locator("#f-username").input_value() == "doctor"
    page.wait_for_url("**/list/persons?search=154")

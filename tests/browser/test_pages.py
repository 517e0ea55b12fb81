"""Every page that somebody opens (全部页面): in both languages, on a phone and at a desk."""

from __future__ import annotations

import pytest
from django.urls import URLPattern

from lianfang.interfaces.web.urls import urlpatterns
from tests.browser.looking import barriers, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.make import DAY

PAGES: dict[str, list[str]] = {
    "": ["sign-in"],
    "reader": ["today", "me", "check-in", "check-in/done", "check-in/records", "check-in/shell"],
    "head-1": [
        "classes/SC-K1", "desk/SC-K1", "missing/SC-K1", "people/{pupil}", "people/{pupil}/reveal", "search?q=SC-K1", "import", "today",
    ],
    "duty-yl": [
        "board/YL", f"reports/YL/{DAY}/entry", f"reports/YL/{DAY}/zero", f"reports/YL-D1/{DAY}/daily_counts",
        f"reports/YL-D1/{DAY}/daily_counts/1", "receipts/YL-D1", "units/YL-D1", "list/unit-reports", "list/dues",
    ],
    "administrator": ["board/SC", "responsibility/SC", "list/persons", "list/roles", "list/events", "do/account.opened", "do/person.registered"],
    "officer-n1": ["board/N1", "units/S10", "receipts/N1", "list/units", "list/rules", "today"],
}  # fmt: skip
"""By account (nobody signed in under ""), the addresses that a person with this duty opens in a day."""
NOT_PAGES = {
    "", "sign-out", "demo", "demo/<str:handle>", "board/<str:code>/nudge", "classes/<str:code>/check", "classes/<str:code>/remind",
    "classes/<str:code>/reached/<uuid:person>", "reports/<str:code>/<str:day>/explain", "reports/<str:code>/<str:day>/<str:form>/send-back",
    "people/<uuid:number>/call", "import/template/<str:what>.csv", "import/<uuid:number>", "first/<str:secret>", "sw.js",
}  # fmt: skip
"""Acts, files and ways to somewhere else, and pages that need something done first; other tests open those."""


def looked_at(visitor: Visitor, house: House, path: str) -> list[str]:
    address = "/" + path.format(pupil=house.world.people["pupil-0"].pk)
    status = visitor.open(address).status
    found = [] if status == 200 else [f"status {status}"]
    found += ill_formed(visitor.page, visitor.lang)
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        found += barriers(visitor.page)
        found += [one] if (one := too_wide(visitor.page)) else []
        visitor.picture(f"{path.split('?')[0].replace('/', '_').replace('{', '').replace('}', '')}")
    visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    return [f"{address}: {one}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("handle", PAGES)
def test_every_page_is_whole_on_a_phone_and_at_a_desk(house: House, handle: str, lang: str) -> None:
    set_clock(16, 18)
    with house.visit(handle, lang=lang) as visitor:
        found = [one for path in PAGES[handle] for one in looked_at(visitor, house, path)]
    assert found == []

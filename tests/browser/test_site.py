"""An observation site in a browser (隔离点页面，浏览器): whole on a phone and at a desk, refreshed in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.site.actions import close_site
from lianfang.capabilities.site.clean_up import start_disinfection
from lianfang.capabilities.site.controls import report_breach, verify_control
from lianfang.capabilities.site.milestones import first_batch_arrived
from lianfang.capabilities.site.models import Room
from lianfang.capabilities.site.rooms import mark_rooms_ready, take_room_out
from lianfang.capabilities.site.trips import add_asset, start_trip
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import Occupancy
from lianfang.kernel.places.ops import vacate
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House, Visitor
from tests.browser.world import set_clock
from tests.site_world import FIRST_DAY, T0, Place, fulfil, furnished, moved_in, on, opened

DAY_FIVE = FIRST_DAY + timedelta(days=4)
RUNNING, SETTING_UP, CLOSING = "SITE-RUN", "SITE-NEW", "SITE-END"


@dataclass(frozen=True, slots=True)
class Sites:
    """One site in use, one being set up, one being disinfected."""

    running: Place
    new: Place
    ending: Place


@pytest.fixture(scope="module")
def sites(house: House) -> Iterator[Sites]:
    school = house.world.units["SC"]
    found = Sites(
        opened(rooms=20, floors=4, code=RUNNING, school=school),
        furnished(rooms=49, floors=5, code=SETTING_UP, school=school),
        opened(rooms=6, floors=2, code=CLOSING, school=school),
    )
    _lived_in(found.running)
    _half_ready(found.new)
    with on(make.at(8, day=DAY_FIVE)):
        close_site(found.ending.manager, site=found.ending.site)
        start_disinfection(found.ending.manager, site=found.ending.site)
    with on(T0):
        for handle, role in (("site-manager", Role.SITE_MANAGER), ("site-crew", Role.CREW)):
            house.world.accounts[handle] = make.account(school, role, handle)
    yield found


def _lived_in(place: Place) -> None:
    with within(EVERYTHING):
        rooms = place.rooms
    evening = make.at(22, day=FIRST_DAY)
    for n, room in enumerate(rooms[:46]):
        who, _ = moved_in(place, room, since=evening + timedelta(days=n % 3), days=4 if n in (9, 10) else 14)
        if n in (4, 17):
            _fever(place, who)
    with on(make.at(7, day=DAY_FIVE)):
        verify_control(place.second, control=place.site.controls.get(number=1))
        report_breach(place.crew, control=place.site.controls.get(code="separate_lift"), what="工作人员乘坐客梯")
        take_room_out(place.crew, room=rooms[50], readiness="repair", reason="水管漏水")
        take_room_out(place.crew, room=rooms[52], readiness="cleaning")
        for code, kind, use in (("L1", "lift", "guest"), ("L2", "lift", "staff"), ("V1", "vehicle", "guest")):
            bus = add_asset(place.manager, site=place.site, kind=kind, code=code, name="专用", name_en="Own", use=use)
        start_trip(place.crew, asset=bus, purpose="guests", count=6)
        first_batch_arrived(place.site.unit, at=evening, count=46, by=SYSTEM)


def _fever(place: Place, who) -> None:
    at = make.at(7, 30, day=DAY_FIVE)
    with within(EVERYTHING):
        Reading.objects.create(
            unit=place.site.unit, person=who, subject=f"stays.stay:{who.pk}", kind="stay", day=DAY_FIVE, slot="am",
            at=at, celsius=Decimal("37.60"), fever=True, abnormal=True, by="护士", key=str(who.pk), digest="x",
            received_at=at,
        )  # fmt: skip


def _half_ready(place: Place) -> None:
    with within(EVERYTHING):
        rooms = place.rooms
    for minutes, first, last in ((60, 0, 60), (120, 60, 161), (235, 161, 201)):
        with on(T0 + timedelta(minutes=minutes)):
            mark_rooms_ready(place.crew, site=place.site, rooms=rooms[first:last])
    with on(T0 + timedelta(hours=4)):
        fulfil(place, but=7)


def _seen(visitor: Visitor, path: str, name: str) -> list[str]:
    assert visitor.open(path).status == 200, path
    found = ill_formed(visitor.page, visitor.lang)
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)
        found += barriers_in_turn(visitor.page)
        found += [wide] if (wide := too_wide(visitor.page)) else []
        visitor.picture(name)
    visitor.page.set_viewport_size(DESK)
    return [f"{path}: {one}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_a_site_in_use_are_whole(house: House, sites: Sites, lang: str) -> None:
    with within(EVERYTHING):
        lift = sites.running.site.controls.get(code="separate_lift")
    set_clock(9, day=DAY_FIVE)
    with house.visit("site-manager", lang=lang) as visitor:
        found = _seen(visitor, f"/site/{RUNNING}", "site-running")
        found += _seen(visitor, f"/site/{RUNNING}/rooms", "rooms")
        found += _seen(visitor, f"/site/{RUNNING}/rooms/A105", "room")
        found += _seen(visitor, f"/site/{RUNNING}/controls/{lift.pk}", "control")
        found += _seen(visitor, f"/site/{RUNNING}/do/breach/{lift.pk}", "breach")
        found += _seen(visitor, f"/site/{RUNNING}/do/drain", "drain")
        assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_a_site_being_set_up_or_disinfected_are_whole(house: House, sites: Sites, lang: str) -> None:
    set_clock(18, day=FIRST_DAY)
    with house.visit("site-manager", lang=lang) as visitor:
        found = _seen(visitor, f"/site/{SETTING_UP}", "site-new")
        assert "201" in visitor.page.locator(".milestones").inner_text()
        assert "19:06" in visitor.page.locator(".milestones").inner_text()
        found += _seen(visitor, f"/site/{SETTING_UP}/ready", "ready")
    set_clock(9, day=DAY_FIVE)
    with house.visit("site-manager", lang=lang) as visitor:
        found += _seen(visitor, f"/site/{CLOSING}", "site-ending")
        found += _seen(visitor, f"/site/{CLOSING}/sweep", "sweep")
        assert found == []


def test_the_room_board_changes_in_place_when_somebody_leaves(house: House, sites: Sites) -> None:
    set_clock(9, day=DAY_FIVE)
    with house.visit("site-crew") as visitor:
        visitor.open(f"/site/{RUNNING}/rooms")
        tile = visitor.page.locator('a[href$="/rooms/A120"]')
        assert "rt-occupied" in (tile.get_attribute("class") or "")
        with on(make.at(9, day=DAY_FIVE)):
            spot = Occupancy.objects.get(place__code="A120", unit=sites.running.site.unit)
            vacate(spot, at=make.at(9, day=DAY_FIVE))
        visitor.page.locator('a.rt-ready[href$="/rooms/A120"]').wait_for(timeout=25_000)


def test_a_tick_on_a_floor_ticks_its_rooms_and_marks_them_ready(house: House, sites: Sites) -> None:
    set_clock(18, 30, day=date(2020, 1, 30))
    with house.visit("site-crew") as visitor:
        visitor.open(f"/site/{SETTING_UP}/ready")
        floor = visitor.page.locator("[data-floor]").first
        floor.locator('[name="floor"]').check()
        rooms = floor.locator('[name="one"]').count()
        assert floor.locator('[name="one"]:checked').count() == rooms == 44
        floor.locator('[name="one"]').first.uncheck()
        assert not floor.locator('[name="floor"]').is_checked()
        visitor.page.locator("button.primary").click()
        visitor.page.wait_for_load_state()
    with within(EVERYTHING):
        assert Room.objects.filter(site=sites.new.site, ready_at__isnull=False).count() == 244

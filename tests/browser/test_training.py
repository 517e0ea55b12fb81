"""The pages of classes (开班页面) on a phone and at a desk, in both languages, and the list at the door offline."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.models import Marker
from lianfang.kernel import clock
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.browser.looking import barriers_in_turn, ill_formed, too_wide
from tests.browser.visiting import DESK, PHONE, House
from tests.browser.world import set_clock
from tests.training_world import EARLIER, FIRST, LAST, Academy, at

SPOTS = ("食堂入口", "电梯口", "教学楼大厅", "收发室窗口")


@pytest.fixture(scope="module")
def academy(house: House) -> dict[str, str]:
    """An academy with one class that runs, one to be opened, one that closed; addresses of their pages."""
    with clock.at(EARLIER):
        world = Academy("TA", parent=house.world.units["N2"])
        for role in ("administrator", "class_head", "crew", "auditor"):
            house.world.accounts[f"ta-{role}"] = make.account(world.unit, role, f"ta-{role}")
        _places(world)
    running = world.opened(24, "TA1", desks=30)
    coming = world.run(118, "TA2", boards=True)
    past = world.opened(8, "TA3", first=FIRST - timedelta(days=3), last=FIRST - timedelta(days=1))
    world.measured(past, past.first_day, "am")
    world.closed(past)
    with clock.at(at(7)), make.acting(world.head) as head:
        acts.plan_dining(head, run=running, place=world.hall(4), meal="lunch", first_sitting=time(11, 30))
    with clock.at(at(8, 20)), make.acting(world.head) as head:
        some = [{"key": f"t-{n}", "number": n, "celsius": "36.4" if n else "37.6"} for n in range(1, 5)]
        feverish = {"key": "t-5", "number": 5, "celsius": "37.8"}
        acts.record_door_round(head, run=running, day=FIRST, slot="am", entries=[*some, feverish])
    return {"home": "/training/TA", "running": _at(running), "coming": _at(coming), "past": _at(past)}


def _at(run: object) -> str:
    return f"/training/runs/{run.pk}"  # type: ignore[attr-defined]


def _places(world: Academy) -> None:
    world.zones(9)
    world.dormitory(60)
    world.classroom("A", 72)
    world.classroom("B", 60)
    with make.acting(world.admin) as admin:
        acts.begin_phase(admin, unit=world.unit, first_day=FIRST, last_day=LAST)
        for n, name in enumerate(SPOTS):
            given = {"code": f"S{n}", "name": name, "name_en": f"Spot {n}", "kind": "line", "spacing_m": Decimal(1)}
            acts.register_spot(admin, unit=world.unit, **given)
    with make.acting(world.crew) as crew:
        for marker in Marker.objects.select_related("unit", "place").filter(place__code__in=("S0", "S1")):
            seen = {"result": "worn", "evidence": "磨损"} if marker.place.code == "S1" else {"result": "ok"}
            acts.check_marker(crew, marker=marker, **seen)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("handle", "name", "after"),
    [
        ("ta-administrator", "home", ""),
        ("ta-administrator", "home", "/set-up"),
        ("ta-crew", "home", "/zones"),
        ("ta-class_head", "running", ""),
        ("ta-class_head", "running", "/door"),
        ("ta-administrator", "coming", ""),
        ("ta-class_head", "past", ""),
        ("ta-auditor", "running", ""),
    ],
)
def test_the_pages_of_classes_are_whole(
    house: House, academy: dict[str, str], handle: str, name: str, after: str, size: dict, lang: str
) -> None:
    set_clock(12, 30)
    with house.visit(handle, lang=lang, size=size) as visitor:
        assert visitor.open(academy[name] + after).status == 200
        visitor.picture(f"training-{name}{after.replace('/', '-')}-{handle}")
        assert ill_formed(visitor.page, lang) == []
        assert too_wide(visitor.page) == ""
        assert barriers_in_turn(visitor.page) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("handle", ["ta-crew", "ta-administrator"])
def test_the_list_of_spots_is_whole(house: House, academy: dict[str, str], handle: str, size: dict, lang: str) -> None:
    set_clock(12, 30)
    with house.visit(handle, lang=lang, size=size) as visitor:
        assert visitor.open("/spots/TA").status == 200
        visitor.picture(f"spots-{handle}")
        assert ill_formed(visitor.page, lang) == []
        assert too_wide(visitor.page) == ""
        assert barriers_in_turn(visitor.page) == []


def test_G01_the_refusal_names_the_feasible_options_on_the_page(house: House, academy: dict[str, str]) -> None:
    set_clock(12, 30)
    with house.visit("ta-administrator", lang="en") as visitor:
        visitor.forgive("422")
        visitor.open(academy["coming"])
        visitor.page.get_by_label("AR室").or_(visitor.page.locator("[name=rooms]")).first.check()
        visitor.page.get_by_role("button", name="Seat the class").click()
        visitor.page.wait_for_load_state()
        visitor.picture("training-too-large")
        assert "the class has 118" in visitor.page.locator(".summary").inner_text()


def test_temperatures_at_the_door_are_kept_without_a_network_and_sent_once(
    house: House, academy: dict[str, str]
) -> None:
    set_clock(9, 0)
    with house.visit("ta-class_head", lang="zh", size=PHONE) as visitor:
        visitor.forgive("ERR_INTERNET_DISCONNECTED|Failed to load resource|Failed to fetch|fetching the script")
        visitor.open(academy["running"] + "/door")
        visitor.context.set_offline(True)
        for number in (6, 7, 8):
            visitor.page.locator(f"#c-{number}").fill("36.5")
        visitor.page.locator("button[data-ready]").click()
        visitor.page.locator("#kept").wait_for(state="visible")
        visitor.picture("training-door-kept")
        visitor.context.set_offline(False)
        visitor.page.wait_for_url("**slot=am**")
        visitor.picture("training-door-sent")
        assert visitor.page.locator("#c-6").count() == 0
    with within(EVERYTHING):
        assert Reading.objects.filter(unit__code="TA1", key__endswith="-6").count() == 1

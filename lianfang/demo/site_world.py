"""The training school of scenario 000 (培训学校): its tree, its site from order to opening, and who works there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.site.actions import designate_site, open_site, start_conversion
from lianfang.capabilities.site.controls import assign_control, give_evidence, verify_control
from lianfang.capabilities.site.milestones import confirm_conversion
from lianfang.capabilities.site.models import Control, Room, Site
from lianfang.capabilities.site.rooms import add_rooms, add_zone, mark_rooms_ready
from lianfang.capabilities.units.actions import found_root, open_unit
from lianfang.demo.acts import Act
from lianfang.demo.cast import Casting, acting, appoint
from lianfang.demo.script import Scenario
from lianfang.domain.roles import Role
from lianfang.domain.site.rooms import CLEANING
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

FLOORS: Final = ((1, 33), (2, 53), (3, 53), (4, 53), (5, 53))  # invented: five floors, the lobby on the first
ZONES: Final = (
    ("LOBBY", "大厅", "Lobby"),
    ("CORRIDOR", "走廊", "Corridors"),
    ("INFIRMARY", "医务室", "Infirmary"),
    ("WASTE", "废物暂存间", "Waste room"),
    ("GUEST-LIFT", "留观专用电梯", "Guest lift"),
    ("DRESSING", "更衣缓冲间", "Dressing room"),
)
STAFF: Final[Mapping[str, tuple[str, Role, str]]] = {
    "lead": ("带班领导", Role.LEADER, "school"),
    "admin": ("数据管理员", Role.ADMINISTRATOR, "school"),
    "duty": ("值班员", Role.DUTY_OFFICER, "school"),
    "cleaners": ("保洁班组", Role.CREW, "school"),
    "manager": ("留观点负责人", Role.SITE_MANAGER, "site"),
    "doctor": ("驻点医生", Role.DOCTOR, "site"),
    "nurse-1": ("护士一", Role.NURSE, "site"),
    "nurse-2": ("护士二", Role.NURSE, "site"),
    "nurse-3": ("护士三", Role.NURSE, "site"),
    "nurse-4": ("护士四", Role.NURSE, "site"),
    "kitchen": ("厨房", Role.KITCHEN, "site"),
    "stores": ("物资保管员", Role.LOGISTICIAN, "site"),
    "crew": ("消杀班组", Role.CREW, "site"),
    "guard": ("门岗", Role.GUARD, "site"),
}
_SINCE: Final = date(2019, 9, 1)
_CLEANED_AT: Final = "14:30"
_READY: Final = ((90, 40), (160, 85), (201, 201), (230, 240))  # minutes after T0, rooms ready; the last are told


@dataclass(slots=True)
class House:
    """The school, its site and the accounts that act in the story."""

    told: Scenario
    city: Unit
    school: Unit
    casting: Casting
    hands: dict[str, Account] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=lambda: {name: f"demo-{name}" for name in STAFF})
    site: Site = field(default_factory=Site)

    @property
    def unit(self) -> Unit:
        """The site's own unit."""
        return self.site.unit

    def handle(self, name: str) -> str:
        """The account name of somebody who works here; those who are shown first have theirs in `shown`."""
        return self.shown.get(name, f"site-{name}")

    def at(self, text: str) -> datetime:
        """A moment of the scenario, local time of the school."""
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.school.zone)


def found(told: Scenario) -> House:
    """The city, its health office and the school, with those who order a site."""
    with within(EVERYTHING):
        city = found_root(SYSTEM, code="519803", name="示例市", name_en="Sample City", kind="city", opened_on=_SINCE)
        school = _open(city, "KMT", "示例培训学校", "Sample Training School", "institute")
        _open(city, "KMT-HEALTH", "示例卫生健康局", "Sample Health Office", "sector")
    house = House(told, city, school, Casting("000"))
    for name, (words, role, where) in STAFF.items():
        if where == "school":
            house.hands[name] = appoint(house.handle(name), words, role, school)
    return house


def _open(parent: Unit, code: str, name: str, name_en: str, kind: str) -> Unit:
    unit: Unit = open_unit(SYSTEM, parent=parent, code=code, name=name, name_en=name_en, kind=kind, opened_on=_SINCE)
    return unit


def set_up(house: House) -> Iterator[Act]:
    """From the order to the conversion: rooms, the four fives, the opening."""
    told = house.told["site"]
    t0 = house.at(told["t0"])
    yield Act(t0, lambda: _designate(house, t0))
    yield Act(t0 + timedelta(minutes=20), lambda: _rooms(house))
    ready = house.at(told["milestones"][0]["actual"])
    before = 0
    for minutes, count in _READY:
        yield Act(t0 + timedelta(minutes=minutes), lambda a=before, b=count: _ready(house, a, b))  # type: ignore[misc]
        before = count
    yield Act(ready, lambda: _ready(house, before, told["rooms"]))
    yield Act(ready + timedelta(minutes=40), lambda: _four_fives(house))
    yield Act(house.at(told["milestones"][1]["actual"]) - timedelta(minutes=30), lambda: _open_site(house))
    yield Act(house.at(told["milestones"][2]["actual"]), lambda: _converted(house))


def _designate(house: House, t0: datetime) -> None:
    with acting(house.hands["lead"]) as by:
        house.site = designate_site(
            by, unit=house.school, code=f"{house.school.code}-SITE", name="集中医学观察点", name_en="Observation site",
            rooms=house.told["site"]["rooms"], t0=t0,
        )  # fmt: skip
    _adopt_rules(house, t0.date())
    for name, (words, role, where) in STAFF.items():
        if where == "site":
            house.hands[name] = appoint(house.handle(name), words, role, house.unit)


def _adopt_rules(house: House, day: date) -> None:
    """The rules that the order names; the scenario's own numbers."""
    rules: dict[str, Any] = house.told["rules"]
    parameters = {
        "observation_days": rules["observation_days"], "count_from": rules["count_from"],
        "fever_c": str(rules["temp_alert_c"]), "share_max_age": rules["child_share_max_age"],
    }  # fmt: skip
    with acting(house.hands["admin"]) as by:
        adopt_rules(
            by, unit=house.unit, code="site-order", title="集中医学观察要求", title_en="Order for the observation site",
            basis="指挥部启用观察点的通知", valid_from=day, parameters=parameters,
        )  # fmt: skip


def _rooms(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        start_conversion(by, site=house.site)
        for floor, count in house.told["site"].get("floors", FLOORS):
            add_rooms(by, site=house.site, building="A", floor=floor, first=1, count=count, accessible=floor == 1)
        for code, name, name_en in ZONES:
            add_zone(by, site=house.site, code=code, name=name, name_en=name_en)


def _ready(house: House, first: int, last: int) -> None:
    with acting(house.hands["crew"]) as by:
        if rooms := list(Room.objects.filter(site=house.site).order_by("place__walk")[first:last]):
            mark_rooms_ready(by, site=house.site, rooms=rooms)


def _four_fives(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        for control in Control.objects.filter(site=house.site).order_by("number"):
            assign_control(by, control=control, owner="各组负责人")
            give_evidence(by, control=control, evidence="现场查看并留有记录")
    with acting(house.hands["doctor"]) as by:
        for control in Control.objects.filter(site=house.site).order_by("number"):
            verify_control(by, control=control)


def _open_site(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        house.site = open_site(by, site=house.site)


def _converted(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        confirm_conversion(by, site=house.site, evidence="三区两通道验收完成", at=clock.now())


def cleaning(house: House) -> Iterator[Act]:
    """Every afternoon the crew cleans the rooms that somebody has left, and marks them ready."""
    day, closed = house.at(house.told["site"]["t0"]).date(), date.fromisoformat(house.told["site"]["closed"])
    while (day := day + timedelta(days=1)) < closed:
        yield Act(house.at(f"{day}T{_CLEANED_AT}"), lambda: _clean(house))


def _clean(house: House) -> None:
    with acting(house.hands["crew"]) as by:
        left = list(Room.objects.filter(site=house.site, readiness=CLEANING).order_by("place__walk"))
        if left:
            mark_rooms_ready(by, site=house.site, rooms=left)

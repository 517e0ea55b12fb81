"""Command and end of the site of scenario 000 (指挥与撤除): its organisation, the joint team, closing, release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from lianfang.capabilities.command.models import Organisation, Slot
from lianfang.capabilities.command.organisations import add_open_slot, apply_template, appoint_to_slot
from lianfang.capabilities.command.teams import form_team
from lianfang.capabilities.site.actions import close_site, drain_site
from lianfang.capabilities.site.clean_up import release_site, start_disinfection, tick_disinfected, unswept
from lianfang.demo.acts import Act
from lianfang.demo.cast import acting
from lianfang.demo.site_world import House
from lianfang.domain.command.template import OPEN

_AGENT: Final = "84消毒液"
_MG_L: Final = 1000
_MINUTES: Final = 30
_TEMPLATE: Final = "1-1-1-1-1-3-6-n"
_ORGANISATIONS: Final = {"school": "学校", "hospital": "医院", "cdc": "疾控中心", "property": "物业公司"}
_HOLDERS: Final = {
    ("leading_group", 1): "lead", ("lead_officer", 1): "manager", ("lead_office", 1): "duty",
    ("service_team", 1): "nurse-1", ("work_group", 1): "admin", ("work_group", 2): "doctor",
    ("work_group", 3): "stores",
}  # fmt: skip
_LINKED: Final = (
    ("医疗队负责人", "医院"), ("消杀队负责人", "疾控中心"), ("保洁队负责人", "物业公司"), ("保障队负责人", "学校"),
    ("接送队负责人", "交通部门"), ("联络队负责人", "社区"),
)  # fmt: skip
_DRAINED: Final = timedelta(days=1)  # after the last arrival


def command(house: House) -> Iterator[Act]:
    """The organisation with its slots at the order, and the joint team on the day that the scenario names."""
    told = house.told["site"]
    yield Act(house.at(told["t0"]) + timedelta(minutes=30), lambda: _organise(house))
    yield Act(house.at(f"{told['joint_team']['formed']}T09:00"), lambda: _join(house))


def _organise(house: House) -> None:
    with acting(house.hands["lead"]) as by:
        organisation = apply_template(by, unit=house.unit, template=_TEMPLATE)
        for number in range(house.told["org_template"]["open_slots"]):
            add_open_slot(by, organisation=organisation, name=f"机动组{number + 1}", name_en=f"Reserve {number + 1}")
        _fill(house, organisation)


def _fill(house: House, organisation: Organisation) -> None:
    """Who works at the site holds the posts; only those of reserves stay vacant, and the joint team's for a day."""
    with acting(house.hands["lead"]) as by:
        for slot in organisation.slots.exclude(kind__in=(OPEN, "joint_team")).order_by("id"):
            if slot.kind == "linked_team":
                name, home = _LINKED[slot.number - 1]
                appoint_to_slot(by, slot=slot, name=name, home=home)
            else:
                held = house.hands[_HOLDERS[slot.kind, slot.number]]
                appoint_to_slot(by, slot=slot, account=held, home_unit=house.school)


def _join(house: House) -> None:
    names = [_ORGANISATIONS[one] for one in house.told["site"]["joint_team"]["organisations"]]
    with acting(house.hands["lead"]) as by:
        form_team(
            by, unit=house.school, code="KMT-TEAM", name="联合临时团队", name_en="Joint temporary team",
            organisations=names, purpose="观察点运行", site=house.unit,
        )  # fmt: skip
        slot = Slot.objects.get(unit=house.unit, kind="joint_team", organisation__until__isnull=True)
        appoint_to_slot(by, slot=slot, account=house.hands["manager"], home_unit=house.school)


def ending(house: House) -> Iterator[Act]:
    """From the last arrival to the release."""
    told = house.told["site"]
    closed = date.fromisoformat(told["closed"])
    last = max(house.at(one["at"]) for one in house.told["arrivals"])
    yield Act(last + _DRAINED, lambda: _drain(house, closed))
    yield Act(house.at(f"{closed}T08:00"), lambda: _close(house))
    for number, day in enumerate(told["terminal_disinfection"]):
        yield Act(house.at(f"{day}T15:00"), _tick(house, number, len(told["terminal_disinfection"])))
    yield Act(house.at(f"{told['released']}T09:00"), lambda: _release(house))


def _drain(house: House, closed: date) -> None:
    with acting(house.hands["manager"]) as by:
        house.site = drain_site(by, site=house.site, closing_on=closed)


def _close(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        house.site = close_site(by, site=house.site)
        house.site = start_disinfection(by, site=house.site)


def _tick(house: House, number: int, days: int) -> Any:
    def does() -> None:
        with acting(house.hands["crew"]) as by:
            left = list(unswept(house.site))
            share = -(-len(left) // (days - number))
            tick_disinfected(
                by, site=house.site, places=left[:share], crew="消杀班组", agent=_AGENT, mg_per_l=_MG_L,
                minutes=_MINUTES,
            )  # fmt: skip

    return does


def _release(house: House) -> None:
    with acting(house.hands["manager"]) as by:
        house.site = release_site(by, site=house.site, sampling="采样合格")

"""A site for tests (隔离点搭建): designated, with rooms and controls, made through the product's own actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from lianfang.capabilities.site.actions import designate_site, open_site
from lianfang.capabilities.site.controls import assign_control, give_evidence
from lianfang.capabilities.site.models import Room, Site
from lianfang.capabilities.site.rooms import add_rooms, add_zone, mark_rooms_ready
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, Occupancy
from lianfang.kernel.places.ops import occupy
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

FIRST_DAY = date(2020, 1, 30)
T0 = make.at(14, day=FIRST_DAY)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A school that became a site, and those who run and clean it."""

    school: Unit
    site: Site
    manager: Actor
    second: Actor
    crew: Actor

    @property
    def rooms(self) -> list[Room]:
        """Its rooms in walking order."""
        return list(Room.objects.filter(site=self.site).select_related("place", "unit").order_by("place__walk"))

    def now(self) -> Site:
        """The site as it is in the database."""
        return Site.objects.select_related("unit").get(pk=self.site.pk)


@contextmanager
def on(moment: datetime) -> Iterator[None]:
    """At a moment, seeing everything."""
    with clock.at(moment), within(EVERYTHING):
        yield


def designated(*, rooms: int = 3, code: str = "SITE", school: Unit | None = None) -> Place:
    """A site designated at T0, with no rooms yet."""
    school = school or make.root("S", "school", "培训学校", opened_on=date(2019, 1, 1))
    leader = make.actor(school, Role.LEADER)
    with on(T0):
        site = designate_site(leader, unit=school, code=code, name="留观点", name_en="Site", rooms=rooms, t0=T0)
    manager, second = (make.actor(site.unit, Role.SITE_MANAGER) for _ in range(2))
    return Place(school, site, manager, second, make.actor(site.unit, Role.CREW))


def furnished(*, rooms: int = 3, floors: int = 1, **more: object) -> Place:
    """A site with planned rooms on some floors."""
    place = designated(rooms=rooms * floors, **more)  # type: ignore[arg-type]
    with on(T0):
        for floor in range(1, floors + 1):
            add_rooms(place.manager, site=place.site, building="A", floor=floor, first=1, count=rooms)
    return place


def opened(*, rooms: int = 3, floors: int = 1, **more: object) -> Place:
    """An open site with ready rooms and one common zone."""
    place = furnished(rooms=rooms, floors=floors, **more)
    with on(T0 + HOUR):
        mark_rooms_ready(place.crew, site=place.site, rooms=place.rooms)
        add_zone(place.manager, site=place.site, code="hall", name="大厅", name_en="Hall")
        fulfil(place)
        open_site(place.manager, site=place.site)
    return place


def fulfil(place: Place, *, but: int = 0) -> None:
    """Give owner and evidence to the items, all but the first so many."""
    for control in place.site.controls.order_by("number")[but:]:
        assign_control(place.manager, control=control, owner="组长")
        give_evidence(place.manager, control=control, evidence="现场查看，已落实")


def moved_in(
    place: Place, room: Room, *, since: datetime, until: datetime | None = None, days: int = 14
) -> tuple[Person, Occupancy]:
    """Somebody with a bed in a room."""
    who = make.member(place.site.unit)
    with within(EVERYTHING):
        leaves = (since + timedelta(days=days)).date()
        spot = occupy(
            unit=place.site.unit, place=room.place, layer=BED, person=who, spot="1", since=since, until=until,
            expected_until=leaves,
        )  # fmt: skip
    return who, spot


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def facts_of(refused: pytest.ExceptionInfo[Refused]) -> dict:
    return dict(refused.value.problems[0].facts)


def place_rooms(place) -> list[Room]:
    """The rooms, from outside any scope."""
    with within(EVERYTHING):
        return place.rooms

"""The observation site of the demonstration "day" (演示观察点): nine days of it, until the moment of the stage."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.capabilities.training.actions.premises import add_places
from lianfang.capabilities.training.actions.runs import enrol, schedule_class
from lianfang.demo import site_care, site_end, site_guests, site_world
from lianfang.demo.acts import perform
from lianfang.demo.cast import acting, member_account
from lianfang.demo.replay import Sweep
from lianfang.demo.script import moment
from lianfang.demo.site_world import House
from lianfang.demo.stage_world import World
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import CLASSROOM
from lianfang.kernel.scope import EVERYTHING, within

_SHOWN: Final = {
    "manager": "demo-manager", "doctor": "demo-site-doctor", "nurse-1": "demo-nurse-1", "kitchen": "demo-kitchen",
    "stores": "demo-stores",
}  # fmt: skip
_OF_THE_ACADEMY: Final = {"lead": "demo-leader", "admin": "demo-admin", "duty": "demo-duty"}
_CLASS: Final = "D09"  # who attends the next class
_DESKS: Final = 48


@cache
def told() -> dict[str, Any]:
    """The site's own file, in the shape of scenario 000."""
    return dict(yaml.safe_load(Path(__file__).with_name("scenarios").joinpath("day_site.yaml").read_text("utf-8")))


def observe(world: World, sweep: Sweep) -> None:
    """Everything that has happened at the site by the moment of the stage."""
    day = world.told["day"]
    now = moment(day, world.told["now"])
    house = _house(world)
    batches = site_guests.batches(house)
    acts = [
        *site_world.set_up(house), *site_care.supplies(house), *site_guests.arrivals(house, batches),
        *site_care.rounds(house, batches), *site_care.second_readings(house), *site_care.meals(house),
        *site_care.emergencies(house), *site_end.command(house),
    ]  # fmt: skip
    perform(act for act in acts if act.at <= now)
    with clock.at(now):
        sweep()
    with clock.at(now):
        _guest(house)
    _next_class(house, world, moment(day, "11:00"))


def _guest(house: House) -> None:
    """A guest with an account: of those who are here, an adult who came alone, the first of all."""
    with within(EVERYTHING):
        here = Stay.objects.filter(unit=house.unit, state=HERE, party="").select_related("person")
        first = here.order_by("admitted_at", "pk").first()
    if first is not None:
        member_account("demo-guest", first.person)


def _house(world: World) -> House:
    school = world.units[world.told["academy"]["code"]]
    with within(EVERYTHING):
        known = {one.handle: one for one in Account.objects.filter(handle__in=_OF_THE_ACADEMY.values())}
    hands = {name: known[handle] for name, handle in _OF_THE_ACADEMY.items()}
    return House(told(), school, school, world.casting, hands, _SHOWN)


def _next_class(house: House, world: World, at: datetime) -> None:
    """A class on the plan that cannot open yet: it is not disinfected, and its learners have no seats."""
    with clock.at(at), acting(house.hands["duty"]) as by:
        add_places(
            by, unit=house.school, kind=CLASSROOM, prefix="J", name="教室", name_en="Classroom", how_many=2,
            ordinary=2 * _DESKS, furniture=_DESKS,
        )  # fmt: skip
        first = at.date().replace(day=at.day + 3)
        run = schedule_class(
            by, unit=house.school, code=f"{house.school.code}-C01", name="秋季第1期培训班", name_en="Autumn class 1",
            first_day=first, last_day=first.replace(day=first.day + 2),
        )  # fmt: skip
        people = [number for _, number in world.people[_CLASS]]
        enrol(by, run=run, people=list(Person.objects.filter(pk__in=people).order_by("pk")))

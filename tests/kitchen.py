"""Builders for stock and meals (物资与供餐搭建): a site with rooms and guests in them, and boxes in its store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from lianfang.capabilities.catering.actions import set_meal_item
from lianfang.capabilities.supplies.actions import receive_supplies, register_item
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.ledgers.models import Item
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import BED, SITE_ROOM, Occupancy, Place
from lianfang.kernel.places.ops import occupy, vacate
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import SHANGHAI

STAY = timedelta(days=14)
ARRIVALS = [  # scenario 000: nine batches, 252 people
    (datetime(2020, 1, 30, 22), 62), (datetime(2020, 1, 31, 20, 30), 48), (datetime(2020, 2, 2, 16), 37),
    (datetime(2020, 2, 5, 15), 31), (datetime(2020, 2, 9, 15), 26), (datetime(2020, 2, 14, 15), 19),
    (datetime(2020, 2, 20, 15), 14), (datetime(2020, 2, 27, 15), 9), (datetime(2020, 3, 5, 15), 6),
]  # fmt: skip
_names = count(1)


def site(code: str = "G") -> Unit:
    """A site under a school of its own."""
    return make.unit(make.root(f"S-{code}", "school"), code, "site")


def rooms(where: Unit, how_many: int, *, floors: int = 6) -> list[Place]:
    """Rooms of one building, spread over its floors, each with room for a family."""
    made = [
        Place(
            unit=where, kind=SITE_ROOM, code=f"{n % floors + 1}{n // floors + 1:02d}", name=f"房间{n}", building="A",
            floor=n % floors + 1, walk=n, capacity=3,
        )
        for n in range(how_many)
    ]  # fmt: skip
    with within(EVERYTHING):
        return Place.objects.bulk_create(made)


def people(where: Unit, how_many: int) -> list[Person]:
    """People the site has registered."""
    made = [
        Person(home_unit=where, name=f"客人{next(_names)}", id_type="none", id_reason="test") for _ in range(how_many)
    ]
    with within(EVERYTHING):
        return Person.objects.bulk_create(made)


def arrive(
    where: Unit, into: Sequence[Place], who: Sequence[Person], at: datetime, *, days: int = 14
) -> list[Occupancy]:
    """Each person takes a bed in one of the rooms, and is to leave after so many days."""
    last = at.astimezone(SHANGHAI).date() + timedelta(days=days)
    with within(EVERYTHING), clock.at(at):
        return [
            occupy(
                unit=where, place=room, layer=BED, person=person, spot=str(person.pk)[-12:], since=at,
                expected_until=last,
            )
            for person, room in zip(who, into, strict=True)
        ]  # fmt: skip


def leave(stays: Sequence[Occupancy], at: datetime) -> None:
    """They leave their rooms."""
    with within(EVERYTHING), clock.at(at):
        for one in stays:
            vacate(one, at=at, because="released")


def boxes(where: Unit, how_many: int, at: datetime) -> Item:
    """A store of lunch boxes, one taken for each meal."""
    with within(EVERYTHING), clock.at(at):
        item = register_item(
            SYSTEM, unit=where, code="lunch_box", name="一次性饭盒", measure="piece", name_en="Lunch box"
        )
        receive_supplies(SYSTEM, unit=where, item=item, quantity=Decimal(how_many), opening=True)
        set_meal_item(SYSTEM, unit=where, item=item)
    return item


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A local moment."""
    return make.at(hour, minute, day=day)

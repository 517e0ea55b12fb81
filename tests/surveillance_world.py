"""The small world of watching (监测的小世界): a county, two schools, classes; days of answers made by the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lianfang.capabilities.checkin.intake import receive_answer, receive_roll_call
from lianfang.capabilities.surveillance.counting import count_moved
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.fold import fold
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at


@dataclass(slots=True)
class World:
    """The tree, and the people of each class by its code."""

    province: Unit
    county: Unit
    schools: list[Unit] = field(default_factory=list)
    classes: list[Unit] = field(default_factory=list)
    people: dict[str, list[Person]] = field(default_factory=dict)

    def officer(self, unit: Unit | None = None, role: str = "officer") -> Actor:
        """Somebody who holds a role over a unit; the county's officer unless said otherwise."""
        return make.actor(unit or self.county, role)


def built(*, schools: int = 2, classes: int = 2, pupils: int = 20, kind: str = "school", prefix: str = "") -> World:
    """The world long before the day."""
    with clock.at(at(6, day=DAY - timedelta(days=90))):
        province = make.root(f"{prefix}P", "province")
        world = World(province, make.unit(province, f"{prefix}N1", "county", f"{prefix}示例县"))
        for s in range(1, schools + 1):
            school = make.unit(world.county, f"{prefix}S{s}", kind, f"示例学校{s}")
            world.schools.append(school)
            for k in range(1, classes + 1):
                klass = make.unit(school, f"{school.code}-K{k}", "class", f"{k}班")
                world.classes.append(klass)
                world.people[klass.code] = make.members(klass, pupils)
    return world


def opened(day: date) -> None:
    """The day opens as it does at six."""
    with clock.at(at(6, day=day)), within(EVERYTHING):
        open_day(day)
        open_tallies(day)


def lived(world: World, day: date, ill: Mapping[str, Sequence[Any]] | None = None, *, checked: bool = True) -> None:
    """A day: in each class those named are ill with the symptoms given, the class head checks the others; all counted.

    `ill`: class code -> a list of symptoms for each of its first pupils.
    """
    opened(day)
    for klass in world.classes:
        for place, symptoms in enumerate((ill or {}).get(klass.code, ())):
            answered(world, klass, place, day, symptoms=list(symptoms))
        if checked:
            with clock.at(at(9, 30, day=day)), within(EVERYTHING):
                receive_roll_call(SYSTEM, _check(klass, day), channel="json")
    counted()


def answered(world: World, klass: Unit, place: int, day: date, **more: Any) -> None:
    """The answer of one pupil of a class."""
    given = {"state": "unwell" if more.get("symptoms") else "well", **more}
    with clock.at(at(9, day=day)), within(EVERYTHING):
        receive_answer(
            SYSTEM, make.answer(world.people[klass.code][place], klass, day=str(day), **given), channel="json"
        )


def _check(klass: Unit, day: date) -> dict[str, Any]:
    key = f"check-{klass.code}-{day}"
    return {"key": key, "unit": klass.code, "day": str(day), "slot": "am", "everyone_else": "well"}


def counted() -> int:
    """What the worker does after answers came in."""
    fold()
    return count_moved()

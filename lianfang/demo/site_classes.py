"""Training after the site of scenario 000 (疫后办班): 38 classes, each disinfected and signed before it opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from lianfang.capabilities.training.actions.door import record_door_round
from lianfang.capabilities.training.actions.hygiene import (
    answer_opening,
    begin_phase,
    finish_order,
    record_disinfection,
    sign_order,
)
from lianfang.capabilities.training.actions.plans import plan_class
from lianfang.capabilities.training.actions.premises import add_places
from lianfang.capabilities.training.actions.runs import close_class, enrol, open_class, schedule_class
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.models import ClassRun, Enrolment, WorkOrder
from lianfang.demo.acts import Act
from lianfang.demo.cast import acting
from lianfang.demo.site_world import House
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.kernel import clock
from lianfang.kernel.places.models import CLASSROOM, ZONE, Place

# Invented, as are the sizes of rooms: what the scenario leaves open.
_ROOMS: Final = 6
_DESKS: Final = 120
_AGES: Final = (22, 58)
_AGENT, _MG_L, _MINUTES = "84消毒液", 500, 30
_DAILY: Final = {"am": "06:30", "pm": "16:10"}
_DOOR: Final = {"am": "07:45", "pm": "17:00"}
_ORDINARY: Final = ("36.1", "36.3", "36.4", "36.5", "36.6", "36.8")


@dataclass(slots=True)
class Course:
    """One class of the plan: its number, its days, how many attend, and its run once it is scheduled."""

    number: int
    first: date
    last: date
    size: int
    run: ClassRun
    learners: list[PersonRef] = field(default_factory=list)


def courses(house: House) -> list[Course]:
    """The classes of the scenario, spread evenly over the phase."""
    told = house.told["training_phase"]
    sizes = [group["size"] for group in told["classes"] for _ in range(group["n"])]
    first, last = (date.fromisoformat(told[name]) for name in ("from", "to"))
    length = told["class_days"]
    starts = (last - first).days + 2 - length
    return [
        Course(number, day, day + timedelta(days=length - 1), size, ClassRun())
        for number, size in enumerate(sizes, start=1)
        for day in [first + timedelta(days=(number - 1) * starts // len(sizes))]
    ]


def preparing(house: House, planned: Sequence[Course]) -> Iterator[Act]:
    """The phase begins: its rooms and zones, and the classes of its plan."""
    first = planned[0].first
    yield Act(house.at(f"{first - timedelta(days=3)}T10:00"), lambda: _prepare(house))
    yield Act(house.at(f"{first - timedelta(days=3)}T11:00"), lambda: _schedule(house, planned))


def training(house: House, planned: Sequence[Course]) -> list[list[Act]]:
    """What goes on side by side, each part in rooms and with people of its own: the zones, and class by class."""
    return [list(_zones(house)), *(list(_course(house, course)) for course in planned)]


def _prepare(house: House) -> None:
    told = house.told["training_phase"]
    with acting(house.hands["duty"]) as by:
        add_places(
            by, unit=house.school, kind=CLASSROOM, prefix="J", name="教室", name_en="Classroom", how_many=_ROOMS,
            ordinary=2 * _DESKS, furniture=_DESKS,
        )  # fmt: skip
        add_places(
            by, unit=house.school, kind=ZONE, prefix="Z", name="公共区域", name_en="Zone", how_many=told["zones"]
        )
        first, last = (date.fromisoformat(told[name]) for name in ("from", "to"))
        begin_phase(by, unit=house.school, first_day=first, last_day=last)


def _schedule(house: House, planned: Sequence[Course]) -> None:
    with acting(house.hands["duty"]) as by:
        for course in planned:
            course.run = schedule_class(
                by, unit=house.school, code=f"KMT-C{course.number:02d}", name=f"第{course.number}期培训班",
                name_en=f"Class {course.number}", first_day=course.first, last_day=course.last,
            )  # fmt: skip
            # Drawn one after the other, so that no two classes are given the same person.
            course.learners = [_learner(house, course) for _ in range(course.size)]


def _zones(house: House) -> Iterator[Act]:
    told = house.told["training_phase"]
    first, last = (date.fromisoformat(told[name]) for name in ("from", "to"))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for slot, local in _DAILY.items():
            yield Act(house.at(f"{day}T{local}"), _disinfected(house, day, slot))


def _disinfected(house: House, day: date, slot: str) -> Any:
    def does() -> None:
        with acting(house.hands["cleaners"]) as by:
            for zone in Place.objects.filter(unit=house.school, kind=ZONE).select_related("unit").order_by("walk"):
                record_disinfection(by, zone=zone, day=day, slot=slot, agent=_AGENT, mg_l=_MG_L, minutes=_MINUTES)

    return does


def _course(house: House, course: Course) -> Iterator[Act]:
    eve = course.first - timedelta(days=1)
    yield Act(house.at(f"{eve}T15:00"), lambda: _enrol(house, course))
    yield Act(house.at(f"{eve}T15:20"), lambda: _seat(house, course))
    yield Act(house.at(f"{course.first}T06:40"), lambda: _disinfect(house, course))
    yield Act(house.at(f"{course.first}T07:10"), lambda: _sign(house, course))
    yield Act(house.at(f"{course.first}T07:40"), lambda: _open(house, course))
    for number in range((course.last - course.first).days + 1):
        for slot, local in _DOOR.items():
            day = course.first + timedelta(days=number)
            yield Act(house.at(f"{day}T{local}"), _at_the_door(house, course, day, slot))
    yield Act(house.at(f"{course.last}T18:00"), lambda: _close(house, course))


def _enrol(house: House, course: Course) -> None:
    with acting(house.hands["duty"]) as by:
        enrol(by, run=course.run, newcomers=course.learners)


def _learner(house: House, course: Course) -> PersonRef:
    who = house.casting.admission(course.run.unit, "learner", course.first, ages=_AGES)
    identity = Identity(kind=who.id_type, number=who.number, birth_date=who.birth_date, sex=None)
    return PersonRef(who.id_type, identity, "", who.name, who.phone, who.birth_date, None, "")


def _seat(house: House, course: Course) -> None:
    rooms = list(Place.objects.none())
    with acting(house.hands["duty"]) as by:
        rooms = list(Place.objects.filter(unit=house.school, kind=CLASSROOM).order_by("walk"))
        plan_class(by, run=course.run, rooms=[rooms[course.number % len(rooms)]])


def _disinfect(house: House, course: Course) -> None:
    with acting(house.hands["cleaners"]) as by:
        order = WorkOrder.objects.select_related("unit", "run").get(run=course.run)
        finish_order(by, order=order, agent=_AGENT, mg_l=_MG_L, minutes=_MINUTES, surfaces=True, floors=True)


def _sign(house: House, course: Course) -> None:
    with acting(house.hands["duty"]) as by:
        sign_order(by, order=WorkOrder.objects.get(run=course.run), evidence="墙面、门把手、桌面已擦拭，地面湿式清扫")
        for item in codes():
            answer_opening(by, run=course.run, question=item, answer="yes")


def _open(house: House, course: Course) -> None:
    with acting(house.hands["duty"]) as by:
        open_class(by, run=course.run)


def _at_the_door(house: House, course: Course, day: date, slot: str) -> Any:
    def does() -> None:
        with acting(house.hands["duty"]) as by:
            run = ClassRun.objects.select_related("unit").get(pk=course.run.pk)
            attending = Enrolment.objects.filter(run=run).order_by("number")
            entries = [_entry(one, day, slot) for one in attending]
            record_door_round(by, run=run, day=day, slot=slot, entries=entries)

    return does


def _entry(one: Enrolment, day: date, slot: str) -> dict[str, Any]:
    celsius = Decimal(_ORDINARY[(one.number * 5 + day.toordinal() + len(slot)) % len(_ORDINARY)])
    return {
        "key": f"{one.pk}-{day:%m%d}-{slot}", "enrolment": str(one.pk), "celsius": str(celsius),
        "at": clock.now().isoformat(),
    }  # fmt: skip


def _close(house: House, course: Course) -> None:
    with acting(house.hands["duty"]) as by:
        close_class(by, run=course.run)

"""The world of classes under control measures (开班的小世界): an academy, its rooms and people, a class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.models import ClassRun, Enrolment, WorkOrder
from lianfang.domain.answers import PersonRef
from lianfang.domain.identity import Identity
from lianfang.domain.refusals import Refused
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import CLASSROOM, DINING, DORMITORY, ZONE, Place
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import SHANGHAI, clock

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 4)
EARLIER = datetime(2026, 2, 25, 9, 0, tzinfo=SHANGHAI)


def at(hour: int, minute: int = 0, *, day: date = FIRST) -> datetime:
    """A moment of the first day, unless said otherwise."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


class Academy:
    """An academy, and whoever schedules, runs, cleans and watches there."""

    def __init__(self, code: str = "AC", *, parent: Unit | None = None) -> None:
        self.unit = make.unit(parent or make.root("P", "province"), code, "institute", "云岭培训学院")
        self.admin = make.actor(self.unit, "administrator")
        self.head = make.actor(self.unit, "class_head")
        self.crew = make.actor(self.unit, "crew")

    def place(self, kind: str, code: str, capacity: int, furniture: int = 0) -> Place:
        """One room."""
        with make.acting(self.admin) as admin:
            given = {"kind": kind, "code": code, "name": f"{code}室", "name_en": f"Room {code}"}
            return acts.add_place(admin, unit=self.unit, **given, ordinary=capacity, furniture=furniture)

    def classroom(self, code: str, desks: int) -> Place:
        """A classroom of double desks."""
        return self.place(CLASSROOM, code, desks * 2, desks)

    def dormitory(self, how_many: int, beds: int = 2) -> list[Place]:
        """Rooms alike."""
        with make.acting(self.admin) as admin:
            given = {"kind": DORMITORY, "prefix": "D-", "name": "宿舍", "ordinary": beds}
            return acts.add_places(admin, unit=self.unit, how_many=how_many, **given)

    def hall(self, tables: int = 15) -> Place:
        """A dining hall of tables for eight."""
        return self.place(DINING, f"H{tables}", tables * 8, tables)

    def zones(self, how_many: int) -> list[Place]:
        """Public zones."""
        with make.acting(self.admin) as admin:
            return acts.add_places(admin, unit=self.unit, kind=ZONE, prefix="Z-", name="公共区", how_many=how_many)

    def run(
        self, learners: int = 12, code: str = "K1", *, first: date = FIRST, last: date = LAST, **more: Any
    ) -> ClassRun:
        """A class with learners, on the plan since the week before."""
        with clock.at(EARLIER):
            with make.acting(self.admin) as admin:
                days = {"first_day": first, "last_day": last}
                run = acts.schedule_class(
                    admin, unit=self.unit, code=code, name=f"第{code}期", name_en=f"Class {code}", **days, **more
                )
            if learners:
                with make.acting(self.head) as head:
                    acts.enrol(head, run=run, newcomers=newcomers(learners, code))
        return run

    def ready(self, run: ClassRun, rooms: Sequence[Place]) -> ClassRun:
        """The class laid out, looked at and disinfected; only the opening is left."""
        with clock.at(EARLIER):
            with make.acting(self.head) as head:
                acts.plan_class(head, run=run, rooms=rooms)
                for item in codes():
                    acts.answer_opening(head, run=run, question=item, answer="yes")
            self.clean(run)
        return run

    def clean(self, run: ClassRun, *, signed: bool = True) -> WorkOrder:
        """The order done by the crew, and signed by the class head."""
        with within(EVERYTHING):
            order = WorkOrder.objects.select_related("unit").get(run=run)
        with make.acting(self.crew) as crew:
            acts.finish_order(crew, order=order, agent="84", mg_l=500, minutes=30, surfaces=True, floors=True)
        if signed:
            with make.acting(self.head) as head:
                acts.sign_order(head, order=order, evidence="墙面地面已看，照片在册")
        return order

    def opened(self, learners: int = 12, code: str = "K1", desks: int = 0, **more: Any) -> ClassRun:
        """A class that runs since 08:00 of its first day."""
        run = self.run(learners, code, **more)
        self.ready(run, [self.classroom(f"R-{code}", desks or learners)])
        with clock.at(at(8, day=run.first_day)), make.acting(self.head) as head:
            return acts.open_class(head, run=run)

    def measured(self, run: ClassRun, day: date, slot: str, celsius: str = "36.5") -> None:
        """A whole round at the door."""
        hour = 8 if slot == "am" else 16
        with clock.at(at(hour, 30, day=day)), make.acting(self.head) as head:
            acts.record_door_round(head, run=run, day=day, slot=slot, entries=entries(run, day, slot, celsius))

    def closed(self, run: ClassRun) -> ClassRun:
        """The class at the end of its last day."""
        with clock.at(at(19, day=run.last_day)), make.acting(self.head) as head:
            return acts.close_class(head, run=run)


def newcomers(how_many: int, prefix: str) -> list[PersonRef]:
    """People nobody has registered yet."""
    return [_newcomer(f"{prefix}{n:05d}", f"学员{prefix}-{n:03d}") for n in range(1, how_many + 1)]


def _newcomer(number: str, name: str) -> PersonRef:
    return PersonRef("passport", Identity("passport", f"E{number}", None, None), "", name, "", None, None, "")


def entries(run: ClassRun, day: date, slot: str, celsius: str = "36.5") -> list[dict[str, Any]]:
    """A reading for everybody."""
    with within(EVERYTHING):
        rows = list(Enrolment.objects.filter(run=run).order_by("number"))
    return [{"key": f"{run.pk}-{day}-{slot}-{one.number}", "number": one.number, "celsius": celsius} for one in rows]


def refusal(call, *args, **given) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value


def codes_of(refused: Refused) -> list[str]:
    return [problem.code for problem in refused.problems]

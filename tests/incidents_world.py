"""The small world of emergencies (突发情况的小世界): a school under a county, a class of it, and whoever is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lianfang.capabilities.incidents.actions import (
    close_incident,
    complete_step,
    open_code_event,
    open_incident,
    record_test,
    stop_clock,
)
from lianfang.capabilities.incidents.models import CodeEvent, CodeTest, Incident
from lianfang.domain.answers import parse_answer
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.answers import Sending, keep_answer
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at


@dataclass(slots=True)
class World:
    """A school and its class; who is on duty, by role."""

    county: Unit
    school: Unit
    klass: Unit
    staff: dict[str, Actor] = field(default_factory=dict)

    def as_(self, role: str) -> Actor:
        """Whoever holds this role."""
        return self.staff[role]


OVER_SCHOOL = ("guard", "nurse", "crew", "doctor", "duty_officer", "leader", "administrator")


def built(*, moment: datetime | None = None) -> World:
    """The world in the morning of the day."""
    with clock.at(moment or at(6)):
        province = make.root("P", "province")
        county = make.unit(province, "N1", "county")
        school = make.unit(county, "S1", "school", "云岭中学")
        klass = make.unit(school, "S1-K1", "class", "高一（1）班")
        world = World(county, school, klass)
        world.staff = {role: make.actor(school, role) for role in OVER_SCHOOL}
        world.staff["class_head"] = make.actor(klass, "class_head")
        world.staff["officer"] = make.actor(county, "officer")
    return world


def raised(world: World, moment: datetime, *, role: str = "guard", kind: str = "illness", **more: Any) -> Incident:
    """An emergency raised by somebody on duty at this moment."""
    with clock.at(moment), make.acting(world.as_(role)) as who:
        incident: Incident = open_incident(who, unit=world.school, kind=kind, where="东门", **more)
    return incident


def stopped(
    world: World, incident: Incident, what: str, moment: datetime, *, role: str = "nurse", **more: Any
) -> Incident:
    """One of its clocks stopped at this moment."""
    with clock.at(moment), make.acting(world.as_(role)) as who:
        held: Incident = stop_clock(who, incident=incident, stop=what, **more)
    return held


def step_of(incident: Incident, number: int, kind: str = "step") -> Task:
    """A step of an incident by its number."""
    with within(EVERYTHING):
        return tasks.of(incident, kind).get(number=number)


def done(
    world: World, incident: Incident, number: int, moment: datetime, *, role: str = "nurse", kind: str = "step"
) -> Task:
    """A step done at this moment."""
    with clock.at(moment), make.acting(world.as_(role)) as who:
        task: Task = complete_step(who, task=step_of(incident, number, kind), note="李主任" if kind == "notice" else "")
    return task


def all_steps_done(world: World, incident: Incident, moment: datetime) -> None:
    """Every step done in order, by two people in turn."""
    with within(EVERYTHING):
        numbers = list(tasks.of(incident, "step").values_list("number", flat=True))
    for number in numbers:
        done(world, incident, number, moment, role=("nurse", "duty_officer")[number % 2])


def answered(where: Unit, who: Person, *, day: date = DAY, symptoms: Sequence[str] = (), celsius: str = "") -> None:
    """An answer on record, as the check-in leaves it."""
    moment = at(8, day=day)
    state = {"state": "unwell", "symptoms": list(symptoms)} if symptoms or celsius else {"state": "well"}
    raw = make.answer(who, where, **state, **({"temperature": celsius} if celsius else {})) | {"day": str(day)}
    if raw.get("symptoms") == []:
        del raw["symptoms"]
    policy = policy_of(where, on=day)
    with clock.at(moment), within(EVERYTHING):
        draft = parse_answer(raw, policy=policy, today=day, now=moment, zone=where.zone, channel="json")[0]
        keep_answer(where, who.pk, draft, Sending(sender_id=None, mode="proxy", policy=policy))


def code_event(world: World, person: Person, moment: datetime, **more: Any) -> CodeEvent:
    """A yellow code found by the duty officer at this moment, with four places to disinfect."""
    places = ("一楼大厅", "食堂", "三楼走廊", "图书馆")
    with clock.at(moment), make.acting(world.as_("duty_officer")) as who:
        event: CodeEvent = open_code_event(
            who, unit=world.school, person=person, colour="yellow", cause="到过风险区", places=places, **more
        )
    return event


def sampled(
    world: World, event: CodeEvent, number: int, moment: datetime, result: str = "negative", **more: Any
) -> CodeTest:
    """A test's result recorded by the doctor."""
    with clock.at(moment), make.acting(world.as_("doctor")) as who:
        test: CodeTest = record_test(who, event=event, test=number, result=result, sampled_at=moment, **more)
    return test


def points(world: World, how_many: int = 6) -> list[Place]:
    """Points of a patrol around the school."""
    with within(EVERYTHING):
        return [
            Place.objects.create(unit=world.school, kind="spot", code=f"P{n}", name=f"{n}号点", walk=n)
            for n in range(1, how_many + 1)
        ]


def pupils(world: World, how_many: int) -> list[Person]:
    """Pupils of the class."""
    return make.members(world.klass, how_many)


def closed(world: World, incident: Incident, moment: datetime, *, role: str = "duty_officer", **more: Any) -> Incident:
    """The incident closed at this moment by whoever leads."""
    with clock.at(moment), make.acting(world.as_(role)) as who:
        held: Incident = close_incident(who, incident=incident, **more)
    return held


def followed(moment: datetime) -> None:
    """Everything that waits follows, as the worker lets it."""
    with clock.at(moment):
        while dispatch(REACTIONS):
            pass

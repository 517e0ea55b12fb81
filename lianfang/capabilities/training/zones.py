"""Zones that are disinfected every half day (公共区域消毒): what is owed over a phase, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from lianfang.capabilities.training.closing import ZONE_TASK
from lianfang.capabilities.training.models import TrainingPhase, ZoneDisinfection
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task


def owed_in(phase: TrainingPhase, zones: Iterable[Place]) -> Iterator[Task]:
    """A task for each zone, day and half of a day: 9 zones, 31 days and two halves are 558."""
    places = list(zones)
    for n in range((phase.last_day - phase.first_day).days + 1):
        day = phase.first_day + timedelta(days=n)
        due = policy_of(phase.unit, on=day).disinfection_due
        for zone in places:
            yield from _of_day(zone, day, due.items())


def _of_day(zone: Place, day: date, due: Iterable[tuple[str, time]]) -> Iterator[Task]:
    opens = datetime.combine(day, time(), zone.unit.zone)
    for slot, by in due:
        at = datetime.combine(day, by, zone.unit.zone)
        yield Task(
            unit=zone.unit, kind=ZONE_TASK, subject=ref(zone), day=day, slot=slot, name=zone.name,
            name_en=zone.name_en, place=zone, role=Role.CREW, opens_at=opens, due_at=at,
        )  # fmt: skip


def settle_zone(done: ZoneDisinfection, by: Actor) -> None:
    """What was done is no longer owed."""
    owed = tasks.of(done.place, ZONE_TASK).filter(day=done.day, slot=done.slot)
    tasks.settle_open(owed, at=done.at, by=by.name, note=f"{done.agent} {done.mg_l} mg/L")


def missing(unit: Unit, day: date) -> QuerySet[Task]:
    """The zones of a unit whose disinfection of the day is over its time and not recorded."""
    low, high = below(unit.path)
    rows = Task.objects.filter(kind=ZONE_TASK, day=day, unit__path__gte=low, unit__path__lt=high, settled_at=None)
    return rows.filter(excused="", due_at__lt=clock.now()).select_related("place").order_by("slot", "place__walk")

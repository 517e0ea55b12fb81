"""A small observation site for tests (留观小站): rooms, whoever works there, lists of people, and rounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from lianfang.capabilities.stays.actions import admit_batch, receive_manifest, record_round
from lianfang.capabilities.stays.models import Manifest, Stay
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import SITE_ROOM, Place, Premises
from lianfang.kernel.readings.ops import READING
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.models import Task
from tests import make

START = date(2020, 1, 30)
_numbers = count(1)
_SPELT = str.maketrans("0123456789", "零一二三四五六七八九")


def moment(day: str, hour: int = 12, minute: int = 0) -> datetime:
    """`01-30` of 2020 at an hour, local time."""
    month, of_month = day.split("-")
    return make.at(hour, minute, day=date(2020, int(month), int(of_month)))


@dataclass(slots=True)
class Site:
    """The site, its rooms by code, and those who work there."""

    unit: Unit
    rooms: dict[str, Place]
    nurse: Actor
    doctor: Actor

    def room(self, number: int) -> Place:
        """The room of this number, from 1."""
        return self.rooms[f"{number:03d}"]


def site(rooms: int = 10, *, state: str = "open", code: str = "", beds: int = 1, **rules: Any) -> Site:
    """An observation site that takes people in; rules count from the last exposure unless said otherwise."""
    n = next(_numbers)
    with clock.at(moment("01-30", 8)):
        school = make.root(f"TS{n}", "school")
        unit = make.unit(school, code or f"SITE{n}", "site", "留观点", opened_on=START)
        if rules:
            make.rules(unit, **rules)
        with within(EVERYTHING):
            Premises.objects.create(unit=unit, state=state, opened_on=START)
            built = Place.objects.bulk_create(
                Place(
                    unit=unit, kind=SITE_ROOM, code=f"{i:03d}", name=f"{i:03d} 室", building="A", floor=1 + i // 100,
                    walk=i, capacity=beds, accessible=i % 10 == 0, opened_on=START,
                )
                for i in range(1, rooms + 1)
            )  # fmt: skip
        return Site(unit, {p.code: p for p in built}, make.actor(unit, "nurse"), make.actor(unit, "doctor"))


def guest(name: str = "", **more: Any) -> dict[str, Any]:
    """One row of a list of arrivals."""
    n = next(_numbers)
    return {"name": name or f"旅客{str(n).translate(_SPELT)}", "id_type": "passport", "id_number": f"G{n:08d}", **more}


def announced(at: Site, guests: Sequence[dict[str, Any]], arrives: datetime) -> Manifest:
    """A list of arrivals, taken in by the nurse a little before."""
    with clock.at(arrives - timedelta(hours=2)), make.acting(at.nurse) as nurse:
        manifest: Manifest = receive_manifest(nurse, unit=at.unit, arrives_at=arrives, people=guests)
    return manifest


def admitted(at: Site, guests: Sequence[dict[str, Any]], arrives: datetime, *, first_room: int = 1) -> list[Stay]:
    """People who came and have a room each."""
    manifest = announced(at, guests, arrives)
    with clock.at(arrives), make.acting(at.nurse) as nurse:
        stays = list(manifest.stays.order_by("pk"))
        rooms = {stay.pk: f"{first_room + n:03d}" for n, stay in enumerate(stays)}
        admit_batch(nurse, manifest=manifest, rooms=rooms, admitted_at=arrives)
    return stays_of(manifest)


def stays_of(manifest: Manifest) -> list[Stay]:
    """Those of a list, as they are now."""
    with within(EVERYTHING):
        return list(Stay.objects.filter(manifest=manifest).select_related("unit", "person", "manifest").order_by("pk"))


def fresh(stay: Stay) -> Stay:
    """The stay as it is now."""
    with within(EVERYTHING):
        return Stay.objects.select_related("unit", "person", "manifest").get(pk=stay.pk)


def entry(stay: Stay, at: datetime, celsius: str | None = "36.5", *, slot: str = "", **more: Any) -> dict[str, Any]:
    """One entry of a nurse's device."""
    local = at.astimezone(make.SHANGHAI)
    return {
        "key": f"reading-{next(_numbers):08d}", "stay": str(stay.pk), "day": str(local.date()),
        "slot": slot or ("am" if local.hour < 13 else "pm"), "at": at.isoformat(), "celsius": celsius, **more,
    }  # fmt: skip


def round_of(at: Site, entries: Sequence[dict[str, Any]], when: datetime) -> list[Any]:
    """A round handed in by the nurse."""
    with clock.at(when), make.acting(at.nurse) as nurse:
        receipts: list[Any] = record_round(nurse, unit=at.unit, entries=entries)
    return receipts


def measure_all(at: Site, stays: Sequence[Stay], until: datetime) -> int:
    """Every reading that these owe until a moment, taken in time; how many there were."""
    with within(EVERYTHING):
        subjects = [f"stays.stay:{stay.pk}" for stay in stays]
        owed = Task.objects.filter(kind=READING, subject__in=subjects, settled_at=None, excused="", opens_at__lte=until)
        rounds: dict[tuple[date, str], list[Task]] = {}
        for task in owed.order_by("day", "-slot"):
            rounds.setdefault((task.day or START, task.slot), []).append(task)
    by_subject = {f"stays.stay:{stay.pk}": stay for stay in stays}
    for (day, slot), tasks in rounds.items():
        when = max(make.at(7 if slot == "am" else 19, 30, day=day), *(task.opens_at for task in tasks))
        round_of(at, [entry(by_subject[task.subject], when, slot=slot) for task in tasks], when)
    return sum(len(tasks) for tasks in rounds.values())


@contextmanager
def as_system() -> Iterator[Actor]:
    """Seen by the product itself."""
    with within(EVERYTHING):
        yield SYSTEM


def clean_all(site: Site, at: datetime) -> None:
    """The crew has cleaned every room that somebody has left."""
    with within(EVERYTHING):
        Task.objects.filter(unit=site.unit, kind="disinfection", settled_at=None).update(settled_at=at)

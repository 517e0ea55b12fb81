"""The guests of scenario 000 (留观人员): nine lists of invented people, their arrival, rooms and release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from lianfang.capabilities.stays.admissions import admit_batch, awaited, propose_rooms
from lianfang.capabilities.stays.manifests import receive_manifest
from lianfang.capabilities.stays.models import Manifest, Stay
from lianfang.capabilities.stays.releases import release_many
from lianfang.demo.acts import Act
from lianfang.demo.cast import Casting, acting
from lianfang.demo.site_world import House

# Invented: everybody is old enough for a room of their own, as the scenario has a room-night for every night of a stay.
_AGES: Final = (16, 68)
_ANNOUNCED: Final = timedelta(days=1)
_RELEASED_AT: Final = "10:00"
_PLAN_KNOWN: Final = "2020-02-09"
"""Invented: by the evening of this day the lists of all later arrivals are in: the forecast of the next needs them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One arrival: when, and its rows as a list has them."""

    at: datetime
    rows: tuple[Mapping[str, Any], ...]


def batches(house: House) -> list[Batch]:
    """The nine arrivals of the scenario."""
    told = house.told["arrivals"]
    return [Batch(house.at(one["at"]), tuple(_rows(house, number, one))) for number, one in enumerate(told, start=1)]


def _rows(house: House, number: int, told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    since = house.at(told["at"]).date()
    sizes = [("tour", size) for size in told["tour"]] + [("family", size) for size in told["families"]]
    for party, (kind, size) in enumerate(sizes, start=1):
        for _ in range(size):
            yield {**_person(house.casting, house, since), "party_kind": kind, "party": f"{number}-{party}"}
    for _ in range(told["single"]):
        yield {**_person(house.casting, house, since), "party_kind": "single"}


def _person(casting: Casting, house: House, since: date) -> dict[str, Any]:
    who = casting.admission(house.school, "resident", since, ages=_AGES)
    return {"id_type": who.id_type, "id_number": who.number, "name": who.name, "phone": who.phone}


def arrivals(house: House, planned: list[Batch]) -> Iterator[Act]:
    """Each list comes in, and its people arrive and are given rooms."""
    known = house.at(f"{_PLAN_KNOWN}T20:00")
    for batch in planned:
        announced = min(batch.at - _ANNOUNCED, known) if batch.at > known else batch.at - _ANNOUNCED
        yield Act(max(announced, house.at(house.told["site"]["t0"]) + timedelta(hours=5)), _received(house, batch))
        yield Act(batch.at, _admitted(house, batch))


def _received(house: House, batch: Batch) -> Any:
    def does() -> None:
        with acting(house.hands["nurse-1"]) as by:
            receive_manifest(by, unit=house.unit, arrives_at=batch.at, people=batch.rows, source="市指挥部转运组")

    return does


def _admitted(house: House, batch: Batch) -> Any:
    def does() -> None:
        with acting(house.hands["nurse-1"]) as by:
            manifest = Manifest.objects.get(unit=house.unit, arrives_at=batch.at)
            waiting = awaited(manifest)
            rooms = propose_rooms(house.unit, waiting, batch.at)
            chosen: dict[UUID, str] = {stay: place.code for stay, place in rooms.items() if place is not None}
            admit_batch(by, manifest=manifest, rooms=chosen, admitted_at=batch.at)

    return does


def releases(house: House, planned: list[Batch]) -> Iterator[Act]:
    """On the last day of each, in the morning, whoever came with a batch goes home."""
    days = house.told["rules"]["observation_days"]
    for batch in planned:
        day = batch.at.date() + timedelta(days=days)
        yield Act(house.at(f"{day}T{_RELEASED_AT}"), _released(house, batch))


def _released(house: House, batch: Batch) -> Any:
    def does() -> None:
        with acting(house.hands["doctor"]) as by:
            stays = list(Stay.objects.filter(manifest__arrives_at=batch.at).select_related("unit").order_by("pk"))
            release_many(by, unit=house.unit, stays=stays, travel="自行返回")

    return does

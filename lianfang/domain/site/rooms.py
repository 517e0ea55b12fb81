"""Rooms of a site (隔离点房间): how they are numbered along the walk, and the states a room goes through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lianfang.domain.flow import Flow, Move

PLANNED: Final = "planned"
READY: Final = "ready"
OCCUPIED: Final = "occupied"
LEAVING: Final = "leaving"
CLEANING: Final = "cleaning"
REPAIR: Final = "repair"
CLOSED: Final = "closed"

READINESS: Final = Flow(
    PLANNED,
    (
        Move("ready", (PLANNED, READY, CLEANING, REPAIR), READY),
        Move("leave", (READY,), CLEANING),
        Move("clean", (READY,), CLEANING),
        Move("break", (PLANNED, READY, CLEANING), REPAIR),
        Move("close", (PLANNED, READY, CLEANING, REPAIR), CLOSED),
    ),
)
"""What is kept of a room; that somebody lives in it (occupied, leaving) follows from who is there."""
STATES: Final = (PLANNED, READY, OCCUPIED, LEAVING, CLEANING, REPAIR, CLOSED)
ZONES: Final = ("living", "observation", "supply")
PASSAGES: Final = ("guest", "staff")
DIGITS: Final = 2  # of a room's number within its floor, as on the doors of most buildings


@dataclass(frozen=True, slots=True)
class Numbered:
    """One room to be: its code on the door, its floor and its place in the walking order."""

    code: str
    floor: int
    walk: int


def numbered(building: str, floor: int, *, first: int, count: int, walk: int) -> Iterator[Numbered]:
    """The rooms of one floor in walking order from `walk` on: building A, floor 3, first 1 gives A301, A302, …"""
    for step in range(count):
        yield Numbered(f"{building}{floor}{first + step:0{DIGITS}d}", floor, walk + step)

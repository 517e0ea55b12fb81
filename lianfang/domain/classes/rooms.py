"""What a room holds under a distance policy (单人单桌、单间住宿), and which rooms would do for a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """A room to choose from: its code, and how many it seats under the policy in force."""

    code: str
    seats: int


@dataclass(frozen=True, slots=True)
class Options:
    """What would do for a class: the desks that one room needs, a room that has them, the fewest rooms together."""

    desks: int
    one: str  # code of the smallest room that is enough; empty when there is none
    together: tuple[str, ...]  # codes of the fewest rooms that are enough together; empty when all are not enough


def places_under(*, furniture: int, ordinary: int, per_piece: int) -> int:
    """Places of a room with so many desks or tables, `per_piece` people at each, never more than in ordinary use.

    A room whose furniture is not counted keeps its ordinary places.
    """
    return min(ordinary, furniture * per_piece) if furniture else ordinary


def beds_under(*, ordinary: int, per_room: int) -> int:
    """Beds of a room of which at most `per_room` are given out."""
    return min(ordinary, per_room)


def shortage(*, needed: int, held: int) -> int:
    """How many are missing; none when there is enough."""
    return max(0, needed - held)


def options(learners: int, rooms: Sequence[Room], *, per_desk: int) -> Options:
    """The ways to seat so many learners in the rooms there are."""
    enough = [room for room in rooms if room.seats >= learners]
    one = min(enough, key=lambda room: (room.seats, room.code)).code if enough else ""
    return Options(desks=-(-learners // max(1, per_desk)), one=one, together=_together(learners, rooms))


def _together(learners: int, rooms: Sequence[Room]) -> tuple[str, ...]:
    """The fewest rooms, at least two: the largest first, the last one no larger than it needs to be."""
    largest = sorted(rooms, key=lambda room: (-room.seats, room.code))
    taken: list[Room] = []
    for room in largest:
        taken.append(room)
        if len(taken) > 1 and sum(one.seats for one in taken) >= learners:
            break
    else:
        return ()
    left = learners - sum(room.seats for room in taken[:-1])
    rest = [room for room in largest if room not in taken[:-1] and room.seats >= left]
    return tuple(room.code for room in [*taken[:-1], min(rest, key=lambda room: (room.seats, room.code))])

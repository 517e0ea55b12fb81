"""Who sits where (座位表): desks in rows, filled row by row in a serpentine, so that the plan is the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TypeVar

LETTERS = "ABCDEFGH"  # of the seats at one desk
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desks:
    """How the desks of a room stand: so many of them, `across` in a row (the last row may be shorter)."""

    count: int
    across: int

    @property
    def rows(self) -> int:
        """Rows, the last one perhaps not full."""
        return -(-self.count // self.across)


def desks_of(count: int, across: int = 0) -> Desks:
    """Desks with so many in a row; where nobody said how many, as near to a square as they go."""
    wanted = across or isqrt(max(0, count - 1)) + 1
    return Desks(count, max(1, min(wanted, max(1, count))))


def spots(desks: Desks, *, per_desk: int, people: int) -> list[str]:
    """The first spots for so many people: `3-5` is the fifth desk of the third row, `3-5A` a seat at a shared desk.

    Every second row stays empty where half of the rows are enough; the way back and forth keeps neighbours in the
    list neighbours in the room.
    """
    spread = [spot for row in range(1, desks.rows + 1, 2) for spot in _row(desks, row, per_desk)]
    if len(spread) >= people:
        return spread[:people]
    return [spot for row in range(1, desks.rows + 1) for spot in _row(desks, row, per_desk)][:people]


def _row(desks: Desks, row: int, per_desk: int) -> Iterator[str]:
    held = min(desks.across, desks.count - (row - 1) * desks.across)
    columns = range(1, held + 1)
    for column in columns if row % 2 else reversed(columns):
        yield from _desk(f"{row}-{column}", per_desk)


def _desk(place: str, per_desk: int) -> Iterator[str]:
    if per_desk == 1:
        yield place
    else:
        yield from (f"{place}{letter}" for letter in LETTERS[:per_desk])


def shared_out(people: Sequence[T], seats: Sequence[int]) -> list[list[T]]:
    """The people in their order over rooms with so many seats, each room filled before the next.

    Raises ValueError when there are more people than seats.
    """
    if sum(seats) < len(people):
        raise ValueError("more people than seats")
    parts, taken = [], 0
    for count in seats:
        parts.append(list(people[taken : taken + count]))
        taken += len(parts[-1])
    return parts

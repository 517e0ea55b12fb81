"""A proposal of rooms (分房建议): in walking order, parties side by side, nobody alone who may not be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.domain.observation.sharing import ACCESSIBLE, Guest, may_be_alone
from lianfang.domain.observation.terms import Terms


@dataclass(frozen=True, slots=True)
class Room:
    """A free room: its key, where it comes on the walk, how many beds, and whether it is accessible."""

    key: str
    walk: int
    beds: int = 1
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """A guest and the room proposed; no room (`""`) where none was left."""

    guest: str
    room: str


def propose(guests: Sequence[Guest], rooms: Iterable[Room], *, day: date, terms: Terms) -> list[Proposed]:
    """Whom to put where. Large parties come first; whoever needs an accessible room gets one before anybody else."""
    free = sorted(rooms, key=lambda room: (room.walk, room.key))
    given: dict[str, Room] = {}
    together = list(_households(guests, day, terms))
    for household in sorted(together, key=_needs_first):
        room = _pick(free, household)
        if room is not None:
            free.remove(room)
            given |= {guest.key: room for guest in household}
    return [Proposed(one.key, given[one.key].key if one.key in given else "") for one in guests]


def _households(guests: Sequence[Guest], day: date, terms: Terms) -> Iterator[list[Guest]]:
    """Those who go into one room: each alone, but whoever may not be alone with their companion."""
    parties: dict[str, int] = {}
    for one in guests:
        parties[one.party] = parties.get(one.party, 0) + bool(one.party)
    order = sorted(guests, key=lambda one: (-parties[one.party], one.party))
    by_key = {one.key: one for one in order}
    with_them: dict[str, list[Guest]] = {}
    for one in order:
        carer = by_key.get(one.companion)
        if carer is not None and not may_be_alone(one, day, terms) and may_be_alone(carer, day, terms):
            with_them.setdefault(carer.key, []).append(one)
    led = {one.key for several in with_them.values() for one in several}
    for one in order:
        if one.key not in led:
            yield [one, *with_them.get(one.key, [])]


def _needs_first(household: Sequence[Guest]) -> int:
    return 0 if any(ACCESSIBLE in one.needs for one in household) else 1


def _pick(free: Sequence[Room], household: Sequence[Guest]) -> Room | None:
    """The first room on the walk that suits; accessible ones and larger ones are kept for whom they are for."""
    accessible = any(ACCESSIBLE in one.needs for one in household)
    fitting = [room for room in free if room.accessible or not accessible]

    def order(room: Room) -> tuple[bool, bool, bool, int]:
        return (room.beds < len(household), room.beds > len(household), room.accessible and not accessible, room.walk)

    return min(fitting, key=order, default=None)

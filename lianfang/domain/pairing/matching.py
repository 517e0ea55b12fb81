"""Who looks after whom (结对): everybody gets one responsible adult and another as backup, evenly (row D02)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from lianfang.domain.refusals import Refused

P = TypeVar("P", bound=Hashable)
A = TypeVar("A", bound=Hashable)
FEWEST_ADULTS = 2  # a backup is somebody else


@dataclass(frozen=True, slots=True)
class Match(Generic[P, A]):
    """One person, the adult who is responsible, and the one who stands in."""

    person: P
    responsible: A
    backup: A


def room_left(adults: Sequence[A], cap: int, loads: Mapping[A, int]) -> int:
    """How many more people these adults can take on, each up to `cap` with what they have already."""
    return sum(max(0, cap - loads.get(adult, 0)) for adult in adults)


def pair(
    people: Sequence[P], adults: Sequence[A], *, cap: int, loads: Mapping[A, int] | None = None
) -> tuple[Match[P, A], ...]:
    """Pair everybody with the adult who has fewest so far, at most `cap` each; the backup is another adult.

    `loads` is what adults have already. Refused `pairs.no_backup`, or `pairs.too_few_adults` with how many people
    would be left over (`short`) and how many more adults that takes at least (`adults`).
    """
    held, stands_in = {adult: (loads or {}).get(adult, 0) for adult in adults}, dict.fromkeys(adults, 0)
    _check(people, adults, cap, held)
    found = []
    for person in people:
        responsible = _fewest([one for one in adults if held[one] < cap], held)
        held[responsible] += 1
        backup = _fewest([one for one in adults if one != responsible], stands_in)
        stands_in[backup] += 1
        found.append(Match(person, responsible, backup))
    return tuple(found)


def _check(people: Sequence[P], adults: Sequence[A], cap: int, held: Mapping[A, int]) -> None:
    if len(set(adults)) < FEWEST_ADULTS:
        raise Refused("pairs.no_backup", "adults", low=FEWEST_ADULTS)
    if len(held) != len(adults) or len(set(people)) != len(people):
        raise Refused("choice.duplicate", "adults" if len(held) != len(adults) else "people")
    short = len(people) - room_left(adults, cap, held)
    if short > 0:
        raise Refused("pairs.too_few_adults", "adults", short=short, adults=-(-short // cap) if cap else len(people))


def _fewest(adults: Sequence[A], loads: Mapping[A, int]) -> A:
    """The one with fewest, the first of several."""
    return min(adults, key=loads.__getitem__)

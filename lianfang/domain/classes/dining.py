"""Sittings and fixed small groups (分批就餐、固定小组): no group is split, as few sittings as possible, even ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

MOST_TRIES = 20_000  # of packing groups exactly; beyond it one sitting more is taken


def sittings_of(groups: Sequence[int], seats: int) -> list[list[int]]:
    """Which groups (by index) eat in which sitting; none is split.

    Raises ValueError for a group that no sitting holds.
    """
    if any(size > seats for size in groups):
        raise ValueError("a group is larger than the seats")
    least = -(-sum(groups) // seats) if groups else 0
    for count in range(least, len(groups) + 1):
        if packed := _even(groups, seats, count) or _packed(groups, seats, count):
            return packed
    return []


def _even(groups: Sequence[int], seats: int, count: int) -> list[list[int]]:
    """The largest group first, each to the emptiest sitting: even, if it fits."""
    parts: list[list[int]] = [[] for _ in range(count)]
    filled = [0] * count
    for index in _largest_first(groups):
        part = min(range(count), key=lambda n: filled[n])
        if filled[part] + groups[index] > seats:
            return []
        parts[part].append(index)
        filled[part] += groups[index]
    return [sorted(part) for part in parts]


def _packed(groups: Sequence[int], seats: int, count: int) -> list[list[int]]:
    """Any way to fit, tried exactly; empty when there is none (or none was found in `MOST_TRIES`)."""
    order, free, tries = _largest_first(groups), [seats] * count, 0
    parts: list[list[int]] = [[] for _ in range(count)]

    def place(at: int) -> bool:
        nonlocal tries
        tries += 1
        if at == len(order) or tries > MOST_TRIES:
            return at == len(order)
        return any(put(at, part) for part in _worth_trying(free, groups[order[at]]))

    def put(at: int, part: int) -> bool:
        index = order[at]
        free[part] -= groups[index]
        parts[part].append(index)
        if place(at + 1):
            return True
        free[part] += groups[index]
        parts[part].pop()
        return False

    return [sorted(part) for part in parts] if place(0) else []


def _worth_trying(free: Sequence[int], size: int) -> list[int]:
    """Sittings with room, one of each that have equally much left."""
    seen: dict[int, int] = {}
    for part, left in enumerate(free):
        if left >= size:
            seen.setdefault(left, part)
    return list(seen.values())


def _largest_first(groups: Sequence[int]) -> list[int]:
    return sorted(range(len(groups)), key=lambda index: (-groups[index], index))


def parted(people: int, most: int) -> list[int]:
    """So many people in as few parts of at most `most` as possible, sizes differing by one at most."""
    if people <= 0:
        return []
    count = -(-people // most)
    small, larger = divmod(people, count)
    return [small + 1] * larger + [small] * (count - larger)


def groups_of(people: int, *, seats: int, largest: int) -> list[list[int]]:
    """Sizes of the fixed small groups of each sitting, when no group is fixed yet: even sittings, even groups.

    118 people and 60 seats are two sittings of 59, each of eight groups of seven or eight.
    """
    return [parted(part, min(largest, seats)) for part in parted(people, seats)]


def starts(first: time, count: int, minutes: int) -> list[tuple[time, time]]:
    """When each sitting begins and ends, one after the other. Raises ValueError when they run past midnight."""
    at = datetime.combine(datetime.min.date(), first)
    ends = [at + timedelta(minutes=minutes * n) for n in range(count + 1)]
    if ends[-1].date() != at.date():
        raise ValueError("past midnight")
    return [(one.time(), after.time()) for one, after in pairwise(ends)]

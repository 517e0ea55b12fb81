"""Where the cases of a chain stand in its picture (传播链图): days to the right, a line for each case.

A chain of more than `most` marks is drawn folded: cases that infected nobody are drawn as one mark with their number
beside their infector, then the branches of the latest generations are, until it fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lianfang.domain.cases.chains import UNKNOWN_DAY, Chains


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: a case, or `folded` cases under their infector. `column` counts days from the first day shown."""

    place: int  # of the case, or of the infector of those folded
    column: int
    row: int
    parent: int  # number of the mark it hangs on, -1 for the first
    folded: int = 0
    dated: bool = True  # False: the day is not known, and it stands a day after its infector


@dataclass(frozen=True, slots=True)
class Picture:
    """The marks of a chain, each after the mark it hangs on, and the size of the grid."""

    marks: tuple[Mark, ...]
    first_day: int  # days since 1970-01-01
    columns: int
    rows: int


@dataclass(slots=True)
class _Drawing:
    chains: Chains
    children: dict[int, list[int]]
    shown: set[int]
    first: int
    marks: list[Mark] = field(default_factory=list)
    row: int = 0


def picture(chains: Chains, root: int, *, most: int) -> Picture:
    """The chain of the first case `root`, in at most about `most` marks."""
    members = [int(one) for one in chains.members(root)]
    children: dict[int, list[int]] = {}
    for one in members[1:]:
        children.setdefault(int(chains.parent[one]), []).append(one)
    days = [int(chains.day[one]) for one in members if chains.day[one] != UNKNOWN_DAY]
    drawing = _Drawing(chains, children, _shown(members, children, most), min(days, default=0))
    _draw(drawing, root)
    left = min((mark.column for mark in drawing.marks), default=0)
    marks = tuple(_moved(mark, left) for mark in drawing.marks)
    width = max((mark.column for mark in marks), default=0) + 1
    return Picture(marks, drawing.first + left, width, drawing.row)


def _shown(members: list[int], children: dict[int, list[int]], most: int) -> set[int]:
    """The cases drawn one by one: all, or those that infected somebody, the earliest generations first."""
    if len(members) <= most:
        return set(members)
    spreading = [one for one in members if one in children]
    return {members[0], *spreading[: max(1, most // 2)]}


def _draw(drawing: _Drawing, root: int) -> None:
    """From the first case downwards, without recursion: chains may be thousands of cases long."""
    waiting = [(root, -1)]
    while waiting:
        place, parent = waiting.pop()
        if place < 0:
            _fold(drawing, -place - 1, parent)
            continue
        drawing.marks.append(_mark(drawing, place, parent))
        drawing.row += 1
        own = len(drawing.marks) - 1
        waiting += reversed(list(_below(drawing, place, own)))


def _below(drawing: _Drawing, place: int, own: int) -> Iterator[tuple[int, int]]:
    below = drawing.children.get(place, [])
    yield from ((one, own) for one in below if one in drawing.shown)
    if any(one not in drawing.shown for one in below):
        yield -place - 1, own


def _mark(drawing: _Drawing, place: int, parent: int) -> Mark:
    day = int(drawing.chains.day[place])
    if day != UNKNOWN_DAY:
        return Mark(place, day - drawing.first, drawing.row, parent)
    column = drawing.marks[parent].column + 1 if parent >= 0 else 0
    return Mark(place, column, drawing.row, parent, dated=False)


def _fold(drawing: _Drawing, place: int, parent: int) -> None:
    hidden, waiting = 0, [one for one in drawing.children[place] if one not in drawing.shown]
    while waiting:
        hidden += 1
        waiting += drawing.children.get(waiting.pop(), [])
    drawing.marks.append(Mark(place, drawing.marks[parent].column + 1, drawing.row, parent, hidden))
    drawing.row += 1


def _moved(mark: Mark, left: int) -> Mark:
    return Mark(mark.place, mark.column - left, mark.row, mark.parent, mark.folded, mark.dated)

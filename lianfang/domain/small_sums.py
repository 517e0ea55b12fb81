"""Counts shown beside their sums (小格互补隐藏): so many are hidden that no small one follows by subtraction.

A small count is hidden for its own sake; beside a sum a further one is hidden, and said to be below a number that
leaves room. Source: security note, section 3.9 (consequential suppression); statistical disclosure control.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lianfang.domain.small import Small, room


@dataclass(frozen=True, slots=True)
class Sum:
    """Places in a list of counts: the count at `total` is that of all `parts`, and of a rest the reader may know."""

    total: int
    parts: tuple[int, ...]


def hidden_beside_sums(counts: Sequence[int | None], sums: Iterable[Sum], fewest: int) -> tuple[Small, ...]:
    """The counts as they may be shown together with their sums: a row, a table with margins, a tree of units.

    Whoever knows one of the sums, what is shown, and that `<5` is 1 to 4, cannot tell a hidden count. What several sums
    together tell is not looked at, nor a sum with a rest that the reader knows and no other part. Zero is always shown;
    an unknown count counts as zero where it is a part, and as total tells nothing. `fewest` below 3 leaves no doubt.
    The sums are seen to in their order: least is hidden where those that lie lowest come first.
    """
    cells = _Cells(counts, fewest)
    open_ = deque(cells.watch(one) for one in sums if counts[one.total] is not None and fewest)
    while open_:
        one = open_.popleft()
        while (place := cells.one_more(one)) is not None:
            open_ += [other for other in cells.around[place] if other is not one and other.tells]
    return cells.shown()


def hidden_beside_total(
    parts: Sequence[int | None], total: int | None, fewest: int
) -> tuple[tuple[Small, ...], Small]:  # fmt: skip
    """The parts of a sum as they may be shown beside it, and the sum beside them."""
    *row, whole = hidden_beside_sums([*parts, total], [Sum(len(parts), tuple(range(len(parts))))], fewest)
    return tuple(row), whole


def total_beside(parts: Sequence[Small], total: int | None, fewest: int) -> Small:
    """A sum as it may be shown beside parts that are shown elsewhere as they are here."""
    cells = _Cells([*(part.count for part in parts), total], fewest)
    for place, part in enumerate(parts):
        if part.bound:
            cells.loosen(place, part.bound)
    if fewest and total is not None and cells.watch(Sum(len(parts), tuple(range(len(parts))))).tells:
        cells.loosen(len(parts))
    return cells.shown()[-1]


@dataclass(slots=True, eq=False)
class _Watched:
    """A sum, how many of its counts are hidden, and how far these are from the edges of what they may be.

    `to_least` is zero where the total is the least and all parts are the most they may be, `to_most` the other way.
    """

    total: int
    parts: tuple[int, ...]
    hidden: int = 0
    to_least: int = 0
    to_most: int = 0

    @property
    def tells(self) -> bool:
        """Whether a hidden count can be told: it is alone, or all stand at an edge."""
        return self.hidden == 1 or (self.hidden > 1 and not (self.to_least and self.to_most))


class _Cells:
    """What the reader knows of every count: from `low` to `high`, both counted; of one that is shown they are alike."""

    def __init__(self, counts: Sequence[int | None], fewest: int) -> None:
        self.counts, self.fewest = counts, fewest
        self.true = [count or 0 for count in counts]
        self.low, self.high, self.bound = list(self.true), list(self.true), [0] * len(counts)
        self.around: dict[int, list[_Watched]] = defaultdict(list)
        for place, count in enumerate(self.true):
            if 0 < count < fewest:
                self.low[place], self.high[place] = 1, fewest - 1

    def watch(self, one: Sum) -> _Watched:
        """A sum, kept up to date from now on."""
        found = _Watched(one.total, one.parts)
        for place in (one.total, *one.parts):
            self.around[place].append(found)
            self._tell(found, place, 1)
        return found

    def one_more(self, one: _Watched) -> int | None:
        """Hide a further count of a sum that tells, or say less of one: its place. None where there is none to take."""
        if not one.tells:
            return None
        found = self._at_most(one)
        if found is None:
            found = min((place for place in one.parts if self._is_open(place)), key=self.true.__getitem__, default=None)
        if found is None and not self.bound[one.total] and any(self.true[place] for place in one.parts):
            found = one.total
        return None if found is None else self.loosen(found)

    def loosen(self, place: int, bound: int = 0) -> int:
        """Say of a count only that it is below a number, by the same rule whether it is small or not."""
        for one in self.around[place]:
            self._tell(one, place, -1)
        count = self.true[place]
        self.bound[place] = bound or room(max(count, self.fewest), self.fewest)
        self.low[place], self.high[place] = self.fewest if count >= self.fewest else 1, self.bound[place] - 1
        for one in self.around[place]:
            self._tell(one, place, 1)
        return place

    def shown(self) -> tuple[Small, ...]:
        """Each count with what is said of it."""
        told = zip(self.counts, self.bound, strict=True)
        return tuple(Small(count, None, self.fewest, bound) for count, bound in told)

    def _tell(self, one: _Watched, place: int, sign: int) -> None:
        """Take a count into a sum's bookkeeping, or out of it."""
        low, high, count = self.low[place], self.high[place], self.true[place]
        if low == high:
            return
        below, above = (count - low, high - count) if place == one.total else (high - count, count - low)
        one.hidden, one.to_least, one.to_most = (
            one.hidden + sign,
            one.to_least + sign * below,
            one.to_most + sign * above,
        )

    def _at_most(self, one: _Watched) -> int | None:
        """Where all parts are the most they may be: the first small one, of which less can be said instead."""
        hidden = [place for place in one.parts if self.low[place] < self.high[place]]
        enough = len(hidden) > 1 or (hidden and not self._is_open(one.total))
        at_most = enough and all(self.true[place] == self.high[place] for place in hidden)
        return hidden[0] if at_most else None

    def _is_open(self, place: int) -> bool:
        return self.true[place] > 0 and self.low[place] == self.high[place] and not self.bound[place]

"""Chains of transmission (传播链): who infected whom, made into trees: roots, generations, secondary cases, problems.

All of it is arrays, so that 100,000 cases take well under a second. What cannot be true is reported, never repaired in
silence: a circle is cut at its earliest case, a second infector is left out, a link back in time is kept and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
UNKNOWN_DAY: Final = np.iinfo(np.int64).min
"""In place of a day that is not known."""
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the links that cannot be true: `kind` and the cases it is about, by their ids.

    Kinds: unknown_case, self, two_infectors (infectee, infector left out), cycle (its cases), order (infectee fell ill
    before infector).
    """

    kind: str
    cases: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Chains:
    """The forest. All arrays have one place a case, in the order of `ids`; -1 stands for none."""

    ids: Sequence[str]
    day: Rows  # day of onset as days since 1970-01-01, or UNKNOWN_DAY
    parent: Rows  # place of the infector
    root: Rows  # place of the first case of the chain
    generation: Rows  # 0 for the first case
    offspring: Rows  # how many it infected
    troubles: tuple[Trouble, ...]

    @cached_property
    def interval(self) -> NDArray[np.float64]:
        """Serial interval in days, onset to onset; NaN for first cases and unknown days."""
        linked = (self.parent >= 0) & (self.day != UNKNOWN_DAY)
        known = linked & (self.day[self.parent] != UNKNOWN_DAY)
        found = np.full(len(self.ids), np.nan)
        found[known] = self.day[known] - self.day[self.parent[known]]
        return found

    def days_after(self, place: int) -> int | None:
        """Whole days of the serial interval of one case; None when it is not known."""
        found = self.interval[place]
        return None if np.isnan(found) else int(found)

    def members(self, root: int) -> Rows:
        """Places of the cases of one chain, the first case first, then by generation and onset."""
        places = np.flatnonzero(self.root == root)
        return places[np.lexsort((places, self.day[places], self.generation[places]))]


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain: its first case, how many cases, and how many generations after the first."""

    root: str
    size: int
    depth: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All chains in figures; means and variances are None where there is nothing to take them of."""

    cases: int
    chains: int
    singletons: int
    max_size: int
    max_generation: int
    mean_offspring: float | None
    var_offspring: float | None
    intervals: int
    interval_mean: float | None
    interval_sd: float | None
    interval_median: float | None
    intervals_negative: int


def build(days: Mapping[str, date | None], links: Sequence[tuple[str, str]]) -> Chains:
    """The forest of cases (id -> day of onset) by links (infector, infectee), the surest link of an infectee first."""
    ids = list(days)
    known = [day.toordinal() - _EPOCH if day is not None else UNKNOWN_DAY for day in days.values()]
    return build_arrays(ids, np.array(known, np.int64), links)


def build_arrays(ids: Sequence[str], day: Rows, links: Sequence[tuple[str, str]]) -> Chains:
    """The same from arrays: `day` in days since 1970-01-01, UNKNOWN_DAY where it is not known."""
    place = {one: at for at, one in enumerate(ids)}
    troubles: list[Trouble] = []
    sources = np.fromiter((place.get(a, -1) for a, _ in links), np.int64, len(links))
    targets = np.fromiter((place.get(b, -1) for _, b in links), np.int64, len(links))
    parent = _parents(ids, links, sources, targets, troubles)
    _cut_cycles(ids, parent, day, troubles)
    _note_orders(ids, parent, day, troubles)
    root, generation = _roots(parent)
    offspring = np.bincount(parent[parent >= 0], minlength=len(ids)).astype(np.int64)
    return Chains(ids, day, parent, root, generation, offspring, tuple(troubles))


def _parents(
    ids: Sequence[str], links: Sequence[tuple[str, str]], sources: Rows, targets: Rows, troubles: list[Trouble]
) -> Rows:
    unknown, self_ = (sources < 0) | (targets < 0), (sources == targets) & (sources >= 0)
    troubles += [Trouble("unknown_case", links[int(at)]) for at in np.flatnonzero(unknown)]
    troubles += [Trouble("self", (ids[targets[at]],)) for at in np.flatnonzero(self_)]
    good = np.flatnonzero(~unknown & ~self_)
    parent = np.full(len(ids), -1, np.int64)
    chosen = good[np.unique(targets[good], return_index=True)[1]]
    parent[targets[chosen]] = sources[chosen]
    left = np.setdiff1d(good, chosen, assume_unique=True)
    left = left[parent[targets[left]] != sources[left]]  # the same link once more says nothing new
    troubles += [Trouble("two_infectors", (ids[targets[at]], ids[sources[at]])) for at in left]
    return parent


def _leaps(parent: Rows) -> tuple[Rows, Rows]:
    """For each case: where as many steps towards the first case as there are cases lead, and how many it took.

    Doubling: 2, 4, 8 ... steps at once. The end of every tree is the place after the last, which leads to itself.
    """
    end = len(parent)
    leap = np.append(np.where(parent < 0, end, parent), end)
    steps = np.append(np.where(parent < 0, 0, 1), 0)
    for _ in range(max(1, end).bit_length()):
        steps, leap = steps + steps[leap], leap[leap]
    return leap, steps


def _cut_cycles(ids: Sequence[str], parent: Rows, day: Rows, troubles: list[Trouble]) -> None:
    leap, _ = _leaps(parent)
    inside = np.unique(leap[leap < len(parent)])  # whoever never comes to an end walks round its circle
    seen: set[int] = set()
    for start in inside.tolist():
        if start in seen:
            continue
        circle, at = [], start
        while at not in seen:
            seen.add(at)
            circle.append(at)
            at = int(parent[at])
        earliest = min(circle, key=lambda one: (day[one] == UNKNOWN_DAY, day[one], one))
        parent[earliest] = -1
        troubles.append(Trouble("cycle", tuple(ids[one] for one in circle)))


def _note_orders(ids: Sequence[str], parent: Rows, day: Rows, troubles: list[Trouble]) -> None:
    linked = np.flatnonzero(parent >= 0)
    above = parent[linked]
    back = (day[linked] != UNKNOWN_DAY) & (day[above] != UNKNOWN_DAY) & (day[linked] < day[above])
    troubles += [Trouble("order", (ids[at], ids[parent[at]])) for at in linked[back]]


def _roots(parent: Rows) -> tuple[Rows, Rows]:
    """The first case of each, and the generation; the links hold no circle any more."""
    own = np.arange(len(parent))
    leap, steps = np.where(parent < 0, own, parent), np.where(parent < 0, 0, 1)
    while True:
        further = leap[leap]
        if np.array_equal(further, leap):
            return leap, steps
        steps, leap = steps + steps[leap], further


def listed(chains: Chains) -> list[Chain]:
    """Every chain, the largest first."""
    if not len(chains.ids):
        return []
    roots, sizes = np.unique(chains.root, return_counts=True)
    depth = np.zeros(len(chains.ids), np.int64)
    np.maximum.at(depth, chains.root, chains.generation)
    order = np.lexsort((roots, -sizes))
    return [Chain(chains.ids[roots[at]], int(sizes[at]), int(depth[roots[at]])) for at in order]


def summary(chains: Chains) -> Summary:
    """The chains in figures."""
    sizes = np.unique(chains.root, return_counts=True)[1]
    found = chains.interval[~np.isnan(chains.interval)]
    return Summary(
        cases=len(chains.ids),
        chains=len(sizes),
        singletons=int((sizes == 1).sum()),
        max_size=int(sizes.max(initial=0)),
        max_generation=int(chains.generation.max(initial=0)),
        mean_offspring=float(chains.offspring.mean()) if len(chains.ids) else None,
        var_offspring=float(chains.offspring.var(ddof=1)) if len(chains.ids) > 1 else None,
        intervals=len(found),
        interval_mean=float(found.mean()) if len(found) else None,
        interval_sd=float(found.std(ddof=1)) if len(found) > 1 else None,
        interval_median=float(np.median(found)) if len(found) else None,
        intervals_negative=int((found < 0).sum()),
    )


def by_generation(chains: Chains) -> list[tuple[int, int, float]]:
    """Generation, its cases, and how many each of them infected on average."""
    cases = np.bincount(chains.generation)
    infected = np.bincount(chains.generation, weights=chains.offspring)
    return [(at, int(n), float(infected[at] / n)) for at, n in enumerate(cases) if n]


def offspring_counts(chains: Chains) -> list[tuple[int, int]]:
    """How many cases infected 0, 1, 2 ... others, up to the most that one infected."""
    counts = np.bincount(chains.offspring) if len(chains.ids) else np.zeros(0, np.int64)
    return [(at, int(n)) for at, n in enumerate(counts)]

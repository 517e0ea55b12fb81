"""Which parts of the tree are added up beforehand (汇总节点): the offices, and whatever lies right under a high one.

A high office is one with offices below it, as a prefecture or a province; boards of all others are counted at opening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit


@dataclass(frozen=True, slots=True)
class Tree:
    """Numbers of the offices, of the high ones among them, and of those that lie right under one by sector only."""

    offices: frozenset[int]
    high: frozenset[int]
    by_sector: Mapping[int, str]  # and their paths
    depth: int  # of the deepest office; whatever lies right under a high one is no deeper

    @property
    def mark(self) -> str:
        """The same for the same tree."""
        return sha256(repr([sorted(part) for part in (self.offices, self.high, self.by_sector)]).encode()).hexdigest()

    def nodes_of(self, path: str) -> Iterator[str]:
        """The parts that a row with this path belongs to, the highest first."""
        numbers, so_far, above = path.split("/")[:-1], "", 0
        for number in map(int, numbers):
            so_far += f"{number}/"
            if number in self.offices or number in self.by_sector or above in self.high:
                yield so_far
            above = number

    def is_high(self, path: str) -> bool:
        """Whether the part is added up from the parts below it."""
        return last(path) in self.high


def last(path: str) -> int:
    """The number of the unit at the end of a path."""
    return int(path.rsplit("/", 2)[-2])


def above(path: str) -> str:
    """The path without its last unit; empty for a root."""
    return path[: path[:-1].rfind("/") + 1]


def tree_now() -> Tree:
    """The tree as it stands."""
    found = Unit.objects.filter(kind__in=OFFICES).order_by()
    offices = list(found.values_list("pk", "parent_id", "path"))
    high = frozenset(parent for _, parent, _ in offices if parent is not None)
    sector = Unit.objects.filter(sector_parent__in=high).order_by().values_list("pk", "path")
    depth = max((path.count("/") for _, _, path in offices), default=1)
    return Tree(frozenset(pk for pk, _, _ in offices), high, dict(sector), depth)


def highest_first(paths: Iterable[str]) -> list[str]:
    """By how deep they lie."""
    return sorted(paths, key=lambda path: (path.count("/"), path))

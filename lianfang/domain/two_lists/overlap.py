"""What two lists have in common (名单交叠): persons on both, on ours only, on theirs only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overlap:
    """Persons on both lists, on ours (我方) only, on theirs (对方) only; no whole numbers once links are corrected."""

    both: float
    only_ours: float
    only_theirs: float

    def __post_init__(self) -> None:
        if min(self.both, self.only_ours, self.only_theirs) < 0:
            raise ValueError("persons cannot be fewer than none")

    @property
    def ours(self) -> float:
        """Persons on our list."""
        return self.both + self.only_ours

    @property
    def theirs(self) -> float:
        """Persons on their list."""
        return self.both + self.only_theirs

    @property
    def union(self) -> float:
        """Persons on at least one list."""
        return self.both + self.only_ours + self.only_theirs

    @property
    def swapped(self) -> Overlap:
        """The same seen from the other side."""
        return Overlap(self.both, self.only_theirs, self.only_ours)

    def with_both(self, both: float) -> Overlap:
        """The same two lists, had they `both` persons in common; no more than the shorter list has."""
        common = min(max(both, 0.0), self.ours, self.theirs)
        return Overlap(common, self.ours - common, self.theirs - common)


def share(part: float, whole: float) -> float | None:
    """The part of the whole; None of nothing."""
    return part / whole if whole else None

"""Small numbers (小格): counts about health that are hidden where many may read them, in one way on page, API and file.

A count from 1 to below `fewest` (`Policy.small_cell`) is shown as `<5`; zero is shown, always with its denominator.
Source: security note, section 3.9 (published figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Below:
    """What is said of a hidden count: it is below `below`, a whole number. Written `<5`."""

    below: int

    def __str__(self) -> str:
        return f"<{self.below}"


Shown = int | Below | None


@dataclass(frozen=True, slots=True)
class Small:
    """A count and how many it is a count of, either None where unknown; counts from 1 to `fewest` - 1 are hidden.

    `bound` is 0, or the number that a count is said to be below although it is not small itself (see `small_sums`).
    """

    count: int | None
    denominator: int | None = None
    fewest: int = 0
    bound: int = 0

    @property
    def suppressed(self) -> bool:
        """Whether the count is not shown. Zero and unknown are never hidden."""
        return bool(self.bound) or (self.count is not None and 0 < self.count < self.fewest)

    @property
    def shown(self) -> Shown:
        """What may be printed: the count, None for unknown, or `Below`."""
        return Below(self.bound or self.fewest) if self.suppressed else self.count

    @property
    def middle(self) -> Decimal:
        """Where a count is drawn: of a hidden one the middle of what it is said to be. Of a known count only."""
        return Decimal(self.bound or self.fewest) / 2 if self.suppressed else Decimal(self.count or 0)

    @property
    def share(self) -> Decimal | None:
        """The part of the whole, 0 to 1; None where the count is hidden, the whole unknown or below `fewest` itself."""
        if self.suppressed or self.count is None or not self.denominator or self.denominator < self.fewest:
            return None
        return Decimal(self.count) / self.denominator


def small(count: int | None, fewest: int, *, denominator: int | None = None) -> Small:
    """A count that is hidden from 1 to `fewest` - 1; `denominator` is kept beside it."""
    return Small(count, denominator, fewest)


def bound_now(count: int | None, bound: int, fewest: int) -> int:
    """What is said of a count that was settled a moment ago: 0 where nothing was, room enough if it has grown since."""
    return max(bound, room(count, fewest)) if bound and count else 0


def room(count: int, fewest: int) -> int:
    """Below what number a count is said to be that is hidden for its neighbours: over `fewest` above it, rounded up."""
    return (count // fewest + 2) * fewest

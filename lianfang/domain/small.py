"""Small numbers (小格): counts about health that are hidden where many may read them, in one way on page, API and file.

A count from 1 to below `fewest` (`Policy.small_cell`) is shown as `<5`; zero is shown, always with its denominator.
Source: security note, section 3.9 (published figures).
"""

from __future__ import annotations

from collections.abc import Sequence
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

    `bound` is 0, or the number that a count is said to be below although it is not small itself (see `small_row`).
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
    def share(self) -> Decimal | None:
        """The part of the whole, 0 to 1; None where the count is hidden, the whole unknown or below `fewest` itself."""
        if self.suppressed or self.count is None or not self.denominator or self.denominator < self.fewest:
            return None
        return Decimal(self.count) / self.denominator


def small(count: int | None, fewest: int, *, denominator: int | None = None) -> Small:
    """A count that is hidden from 1 to `fewest` - 1; `denominator` is kept beside it."""
    return Small(count, denominator, fewest)


def small_row(counts: Sequence[int | None], fewest: int) -> tuple[Small, ...]:
    """Counts shown beside their sum: where just one is hidden the next smallest is hidden too, or it could be told.

    The second is said to be below a number that leaves every value of the first possible.
    """
    row = [small(count, fewest) for count in counts]
    others = [at for at, each in enumerate(row) if each.count and not each.suppressed]
    if sum(each.suppressed for each in row) == 1 and None not in counts and others:
        second = min(others, key=lambda at: row[at].count or 0)
        row[second] = Small(row[second].count, None, fewest, _room(row[second].count or 0, fewest))
    return tuple(row)


def _room(count: int, fewest: int) -> int:
    """The next multiple of `fewest` that is more than `fewest` above the count."""
    return (count // fewest + 2) * fewest

"""Zero, missing, unknown and "at least" (零、缺、未知、至少): four different values, said in one way everywhere.

A known figure is an `int` (zero included); unknown or missing is `None`; a lower bound is `AtLeast`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class AtLeast:
    """A lower bound: what those who reported add up to, while others are missing."""

    value: int

    def __str__(self) -> str:
        return f"≥{self.value}"


Amount = int | AtLeast | None


def total(values: list[int], *, expected: int) -> Amount:
    """The sum of what was reported: exact when all have, a bound when some have, unknown when nobody has."""
    if not values:
        return None
    return sum(values) if len(values) >= expected else AtLeast(sum(values))

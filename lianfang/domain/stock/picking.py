"""Which lot is issued first (先到期先出): what expires first, what has no date last, what has expired never.

Nor is anything issued on a day before it came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds of one lot: its key, last day of use (None: keeps), day it came, and amount."""

    lot: Any
    expires_on: date | None
    came_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Picked:
    """From which lots how much is taken, in order, and how much is lacking."""

    takes: tuple[tuple[Any, Decimal], ...]
    short: Decimal

    @property
    def amount(self) -> Decimal:
        """How much is there to be taken."""
        return sum((amount for _, amount in self.takes), Decimal(0))


def pick(held: Iterable[Held], wanted: Decimal, *, on: date) -> Picked:
    """Take `wanted` from lots that are still good on the day; what cannot be had is `short`, never negative stock."""
    takes: list[tuple[Any, Decimal]] = []
    for one in sorted((one for one in held if one.amount > 0 and _good(one, on)), key=_order):
        taken = min(one.amount, wanted)
        if taken > 0:
            takes.append((one.lot, taken))
            wanted -= taken
    return Picked(tuple(takes), wanted)


def _good(one: Held, on: date) -> bool:
    return one.came_on <= on and (one.expires_on is None or one.expires_on >= on)


def _order(one: Held) -> tuple[date, date, str]:
    return one.expires_on or date.max, one.came_on, str(one.lot)

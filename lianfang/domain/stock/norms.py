"""Stock that must be there before a phase begins (储备标准): heads, times so many a day, times so many days."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lianfang.domain.stock.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Need:
    """What a norm asks for and what is there, in the item's measure."""

    needed: Quantity
    on_hand: Quantity

    @property
    def shortage(self) -> Quantity:
        """What is missing; zero when there is enough."""
        missing = (self.needed - self.on_hand).amount
        return Quantity(max(missing, Decimal(0)), self.needed.measure)

    @property
    def ready(self) -> bool:
        """Whether this line is ready."""
        return self.shortage.amount == 0


def need(*, heads: int, per_head: Decimal, days: int, on_hand: Quantity) -> Need:
    """M03: 1,200 people, 2 masks a day, 15 days: 36,000 are needed; with 30,000 there, 6,000 are missing."""
    return Need(Quantity(heads * per_head * days, on_hand.measure), on_hand)

"""The stock card of a lot (卡片账): opening, in, out, adjusted and closing; opening + in - out = closing is proved.

Kinds of entries and the sign each must have; a total is made for one item and one measure at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from lianfang.domain.stock.quantity import Quantity

OPENING, RECEIPT, ISSUE, LOSS = "opening", "receipt", "issue", "loss"
OUT, IN, ADJUSTMENT, COUNT = "transfer_out", "transfer_in", "adjustment", "count"
INCOMING = (RECEIPT, IN)
OUTGOING = (ISSUE, OUT, LOSS)
KINDS = (OPENING, RECEIPT, ISSUE, OUT, IN, LOSS, ADJUSTMENT, COUNT)

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a ledger: signed amount (in positive, out negative) of an item in its measure, by kind."""

    item: Hashable
    kind: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Card:
    """What one lot, or one item, did in a span; all in one measure."""

    measure: str
    opening: Decimal
    received: Decimal
    issued: Decimal
    adjusted: Decimal
    closing: Decimal

    @property
    def proved(self) -> bool:
        """Whether opening, what came in and what went out make the closing balance."""
        return self.opening + self.received - self.issued + self.adjusted == self.closing


def card(before: Iterable[Line], within: Iterable[Line], closing: Quantity) -> Card:
    """The card of what was `before` a span and `within` it; entries of another measure are refused."""
    nothing = Quantity(ZERO, closing.measure)
    opened, moved = list(before), list(within)
    opening = _sum(opened, nothing)
    fresh = _sum([one for one in moved if one.kind == OPENING], nothing)
    received = _sum([one for one in moved if one.kind in INCOMING], nothing)
    issued = _sum([one for one in moved if one.kind in OUTGOING], nothing)
    adjusted = _sum([one for one in moved if one.kind in (ADJUSTMENT, COUNT)], nothing)
    start = (opening + fresh).amount
    return Card(closing.measure, start, received.amount, -issued.amount, adjusted.amount, closing.amount)


def totals(lines: Iterable[Line]) -> dict[tuple[Hashable, str], Quantity]:
    """The sum of each item in each of its measures. There is no function that sums further."""
    found: dict[tuple[Hashable, str], Quantity] = defaultdict(lambda: Quantity(ZERO, ""))
    for one in lines:
        key = (one.item, one.quantity.measure)
        found[key] = found[key] + one.quantity if key in found else one.quantity
    return dict(found)


def _sum(lines: Iterable[Line], nothing: Quantity) -> Quantity:
    total = nothing
    for one in lines:
        total = total + one.quantity
    return total

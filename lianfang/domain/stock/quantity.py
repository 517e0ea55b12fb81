"""A quantity (数量) is an amount of one unit of measure (计量单位); pieces and kilograms never add up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lianfang.domain.refusals import Refused

LARGEST = Decimal("999999999.999")  # what a column of stock holds
STEP = Decimal("0.001")  # the finest amount that is kept: a gram of a kilogram

WHOLE = frozenset({"piece", "pair", "set", "box"})
"""Measures that are counted: nobody hands out half of one. A bag or a bottle may be opened, and a part of it used."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of one measure. Adding or comparing another measure raises `Refused("measure.mixed")`."""

    amount: Decimal
    measure: str

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._same(other), self.measure)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._same(other), self.measure)

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.measure}"

    def _same(self, other: Quantity) -> Decimal:
        if other.measure != self.measure:
            raise Refused("measure.mixed", "item", measure=self.measure, other=other.measure)
        return other.amount


def plain(amount: Decimal) -> str:
    """An amount without zeros that say nothing: `675`, `0.5`."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def checked(amount: Decimal, field: str = "quantity", *, zero: bool = False) -> Decimal:
    """An amount that can be moved or counted, or a refusal that names the field.

    Refused: not finite, negative, zero unless allowed, finer than a thousandth, larger than a store keeps.
    """
    if not amount.is_finite():
        raise Refused("number.format", field)
    if amount < 0 or (amount == 0 and not zero):
        raise Refused("number.out_of_range", field, **({"low": 0} if zero else {"above": 0}))
    if amount > LARGEST:
        raise Refused("number.out_of_range", field, high=plain(LARGEST))
    if amount != amount.quantize(STEP):
        raise Refused("number.precision", field, high=3)
    return amount


def of_measure(amount: Decimal, measure: str, field: str = "quantity") -> Decimal:
    """An amount of a measure; `number.integer` for a part of what is counted in pieces."""
    if measure in WHOLE and amount.is_finite() and amount != amount.to_integral_value():
        raise Refused("number.integer", field)
    return amount

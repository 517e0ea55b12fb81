"""How much disinfectant of a strength can be made (配制): litres at so many mg of available chlorine a litre."""

from __future__ import annotations

from decimal import Decimal

from lianfang.domain.refusals import Refused

MG_A_KG = Decimal(1_000_000)
PERCENT = Decimal(100)
GRAMS_A_KG = Decimal(1000)


def litres(*, kilograms: Decimal, percent: Decimal, mg_per_litre: Decimal) -> Decimal:
    """Litres made of what holds `percent` chlorine by mass: 675 kg of 5 % make 33,750 L at 1,000 mg/L."""
    if kilograms < 0:
        raise Refused("number.out_of_range", "kilograms", low=0)
    if not 0 < percent <= PERCENT:
        raise Refused("number.out_of_range", "percent", low=0, high=100)
    if mg_per_litre <= 0:
        raise Refused("number.out_of_range", "mg_per_litre", above=0)
    return kilograms * percent / PERCENT * MG_A_KG / mg_per_litre


def kilograms_of(amount: Decimal, grams: Decimal | None) -> Decimal:
    """The mass of so many pieces or bags; unknown until somebody has entered the grams of one (`grams.unknown`)."""
    if grams is None:
        raise Refused("grams.unknown", "item")
    return amount * grams / GRAMS_A_KG

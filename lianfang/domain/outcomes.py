"""Outcome indicators (成效指标): so many of so many over so many person-days; zero is said with all three."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from lianfang.domain.small import Shown, Small, small

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What records say of one indicator over a period: `count` of `people` observed for `person_days`.

    None is unknown. A period and a population belong to every indicator: "nobody isolated" in one phase says nothing
    about another.
    """

    code: str
    since: date
    until: date
    count: int | None
    people: int
    person_days: int | None = None

    def small(self, fewest: int) -> Small:
        """The count with its denominator, hidden from 1 to below `fewest`."""
        return small(self.count, fewest, denominator=self.people)

    def shown(self, fewest: int) -> Shown:
        """The count as it may be printed."""
        return self.small(fewest).shown

    def percent(self, fewest: int) -> Decimal | None:
        """The rate in per cent to one decimal; None where it is not given.

        It is not given where the count is hidden, and where it would be a rate of fewer than `fewest` people. Zero
        has no rate: it is said as 0 of so many.
        """
        share = self.small(fewest).share
        return None if share is None or not self.count else (share * 100).quantize(_TENTH, ROUND_HALF_UP)

"""How long stock lasts (保障测算): three forecasts with their assumptions, and which one drives the order.

The burn rate looks back; the guests who are there and the plan of arrivals look ahead. Row M02, `spec/rules.md` 3.10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate
from types import MappingProxyType
from typing import Any

BURN, PRESENT, PLAN = "burn_rate", "present_guests", "present_plus_plan"
BASES = (BURN, PRESENT, PLAN)
TOO_FEW_DAYS, NO_PLAN, NO_USE = "too_few_days", "no_plan", "no_use"
ZERO, TENTH = Decimal(0), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Use:
    """What a day uses, and what is left after it (never below zero)."""

    day: date
    used: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast. `unknown` says why there is none; `runs_out_on` is None when the stock lasts.

    `needed` and `short` are over the whole span; `order` is what somebody who believed it would buy.
    """

    basis: str
    on: date
    on_hand: Decimal
    unknown: str = ""
    days: Decimal | None = None
    runs_out_on: date | None = None
    needed: Decimal | None = None
    short: Decimal = ZERO
    by_day: Sequence[Use] = ()
    assumptions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def lasts(self) -> bool:
        """Whether it is known that the stock never runs out."""
        return not self.unknown and self.runs_out_on is None

    @property
    def left(self) -> Decimal | None:
        """What remains in the end; None when that is not known, or there is a shortage."""
        if self.needed is None or self.short:
            return None
        return self.on_hand - self.needed

    def warns(self, days: int) -> bool:
        """Whether the stock runs out within so many days."""
        return self.runs_out_on is not None and self.runs_out_on <= self.on + timedelta(days=days)


def burn_rate(
    on_hand: Decimal, used: Mapping[date, Decimal], *, last_day: date, span: int, least: int, until: date | None = None
) -> Forecast:
    """Look back: the mean of the last `span` whole days of record, at least `least` of them in a row.

    `used` holds only days on record: a day that is missing is not zero. The date is the last day plus whole days of
    supply, rounded down: a rate knows no part of a day. Until a known end (`until`) it also says what would be needed.
    """
    row = _last_days(used, last_day, span)
    seen: dict[str, Any] = {"days": [str(day) for day in row], "span": span, "least": least}
    if len(row) < least:
        return Forecast(BURN, last_day, on_hand, unknown=TOO_FEW_DAYS, assumptions=seen)
    rate = sum((used[day] for day in row), ZERO) / len(row)
    seen["rate"] = str(rate.quantize(TENTH))
    if rate <= 0:
        return Forecast(BURN, last_day, on_hand, unknown=NO_USE, assumptions=seen)
    days = on_hand / rate
    whole = int(days.to_integral_value(ROUND_FLOOR))
    ahead = (until - last_day).days if until and until > last_day else 0
    needed = (rate * ahead).to_integral_value(ROUND_CEILING) if ahead else None
    return Forecast(
        BURN, last_day, on_hand, days=days.quantize(TENTH), runs_out_on=last_day + timedelta(days=whole),
        needed=needed, short=max(needed - on_hand, ZERO) if needed is not None else ZERO,
        by_day=_at_rate(on_hand, rate, last_day, whole), assumptions=seen | {"days_ahead": ahead},
    )  # fmt: skip


def planned(
    basis: str, on_hand: Decimal, uses: Mapping[date, Decimal], *, on: date, assumptions: Mapping[str, Any]
) -> Forecast:
    """Look ahead: what each coming day will use. The stock runs out on the first day that cannot be served whole."""
    days = sorted(day for day, used in uses.items() if used > 0)
    if not days:
        return Forecast(basis, on, on_hand, unknown=NO_PLAN, assumptions=assumptions)
    sums = list(accumulate(uses[day] for day in days))
    by_day = [Use(day, uses[day], max(on_hand - sums[n], ZERO)) for n, day in enumerate(days)]
    out = next((day for day, so_far in zip(days, sums, strict=True) if so_far > on_hand), None)
    return Forecast(
        basis, on, on_hand, runs_out_on=out, days=Decimal((out - on).days) if out else None, needed=sums[-1],
        short=max(sums[-1] - on_hand, ZERO), by_day=by_day, assumptions=assumptions,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """The three forecasts of one item, and within how many days of running out one is warned."""

    burn: Forecast
    present: Forecast
    plan: Forecast
    warn_days: int

    @property
    def all(self) -> tuple[Forecast, ...]:
        """In the order in which they are shown."""
        return self.burn, self.present, self.plan

    @property
    def drives(self) -> Forecast:
        """Which one the order follows: the plan when there is one, else those present, else the burn rate."""
        return next((one for one in (self.plan, self.present) if not one.unknown), self.burn)

    @property
    def warns(self) -> bool:
        """Whether the one that drives the order runs out within the days of warning."""
        return self.drives.warns(self.warn_days)


def warning_days(*, least: int, lead: int, safety: int) -> int:
    """How many days before running out one is warned: at least `least`, or delivery time and reserve if longer."""
    return max(least, lead + safety)


def _last_days(used: Mapping[date, Decimal], last_day: date, span: int) -> list[date]:
    row: list[date] = []
    day = last_day
    while len(row) < span and day in used:
        row.append(day)
        day -= timedelta(days=1)
    return row[::-1]


def _at_rate(on_hand: Decimal, rate: Decimal, last_day: date, whole: int) -> list[Use]:
    days = range(1, min(whole, 366) + 1)
    return [Use(last_day + timedelta(days=n), rate.quantize(TENTH), (on_hand - rate * n).quantize(TENTH)) for n in days]

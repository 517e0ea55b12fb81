"""Indicators of contact tracing (密接追踪指标), after Resolve to Save Lives and WHO (rules 3.8, src40, src41).

Every indicator is met / counted, with what is not known counted apart: a missing time is neither in time nor late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CODES: Final = ("reported", "interviewed", "notified", "known", "evaluated")


@dataclass(frozen=True, slots=True)
class Traced:
    """The moments of one case; None is not known or not yet."""

    sampled_at: datetime | None
    reported_at: datetime | None
    interviewed_at: datetime | None
    was_contact: bool | None  # among known contacts before it became a case


@dataclass(frozen=True, slots=True)
class Named:
    """The moments of one contact that is followed up."""

    elicited_at: datetime | None
    notified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """Evaluations of one contact on one day: whether one was owed, and whether the contact was seen or reached."""

    reached: bool | None  # None: nothing was written down


@dataclass(frozen=True, slots=True)
class Indicator:
    """`numerator` of `denominator` were in time; of `unknown` more it cannot be said."""

    code: str
    numerator: int
    denominator: int
    unknown: int

    @property
    def percent(self) -> float | None:
        """Percent in time of those of whom it is known; None when there is nobody."""
        return 100 * self.numerator / self.denominator if self.denominator else None


def indicators(
    cases: Sequence[Traced], contacts: Sequence[Named], days: Iterable[Owed], *, now: datetime, hours: int
) -> list[Indicator]:
    """The five indicators, in the order of `CODES`; `hours` is the limit (24)."""
    limit = timedelta(hours=hours)
    return [
        within("reported", [(one.sampled_at, one.reported_at) for one in cases], limit, now),
        within("interviewed", [(one.reported_at, one.interviewed_at) for one in cases], limit, now),
        within("notified", [(one.elicited_at, one.notified_at) for one in contacts], limit, now),
        share("known", [one.was_contact for one in cases]),
        share("evaluated", [one.reached for one in days]),
    ]


def within(
    code: str, spans: Sequence[tuple[datetime | None, datetime | None]], limit: timedelta, now: datetime
) -> Indicator:
    """In time: the end came within the limit. Late: it came later, or has not come and the limit is over.

    Not known: the start is not known, or the limit still runs. An end before its start is an error of record: unknown.
    """
    return share(code, [_in_time(start, end, limit, now) for start, end in spans])


def _in_time(start: datetime | None, end: datetime | None, limit: timedelta, now: datetime) -> bool | None:
    if start is None or (end is not None and end < start):
        return None
    if end is None:
        return False if now > start + limit else None
    return end - start <= limit


def share(code: str, answers: Sequence[bool | None]) -> Indicator:
    """Yes among the answers that are known; None is not known."""
    unknown = sum(answer is None for answer in answers)
    return Indicator(code, sum(answer is True for answer in answers), len(answers) - unknown, unknown)

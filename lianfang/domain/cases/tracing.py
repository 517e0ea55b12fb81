"""What an indicator of contact tracing is (密接追踪指标), after Resolve to Save Lives and WHO (rules 3.8, src40-41).

Every indicator is met / counted, with what is not known counted apart: a missing time is neither in time nor late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


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

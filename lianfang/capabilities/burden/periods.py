"""Periods of a form (填报周期): which days one filling stands for, and until when it may come."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

A_WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day that one filling stands for; a filling is kept under the first."""

    first: date
    last: date


def period_of(frequency: str, begins_on: date, day: date) -> Period:
    """The period in which `day` lies. A week begins on Monday; what is asked once may be given for a week."""
    if frequency == "once":
        return Period(begins_on, begins_on + timedelta(days=A_WEEK - 1))
    if frequency == "weekly":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=A_WEEK - 1))
    if frequency == "monthly":
        return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    return Period(day, day)

"""The days of a class as moments where it is held (班次起止)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from lianfang.capabilities.training.models import ClassRun
from lianfang.kernel import clock


def begins(run: ClassRun) -> datetime:
    """The start of its first day."""
    return datetime.combine(run.first_day, time(), run.unit.zone)


def ends(run: ClassRun) -> datetime:
    """The end of its last day."""
    return day_after(run, run.last_day)


def day_after(run: ClassRun, day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day + timedelta(days=1), time(), run.unit.zone)


def since_now(run: ClassRun) -> datetime:
    """From when something that is planned now holds: the start of the class, or now when it is under way."""
    return max(begins(run), clock.now())


def on(run: ClassRun, day: date, at: time) -> datetime:
    """A time of one of its days."""
    return datetime.combine(day, at, run.unit.zone)

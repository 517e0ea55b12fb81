"""Which days are school days (校历): the published calendar of holidays and make-up days where it is known."""

from __future__ import annotations

from datetime import date

import chinese_calendar

_SATURDAY = 5


def is_school_day(day: date) -> bool:
    """Whether schools are open; beyond the years of the published calendar, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY

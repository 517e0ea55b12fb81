"""Dates in many spellings (日期) as numbers yyyymmdd; wrong dates stay comparable digit by digit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from lianfang.domain.linkage.texts import folded

_YEAR_FIRST: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[t\s].*)?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?:[t\s].*)?")
_COMPACT: Final = re.compile(r"(\d{8})(?:\.0)?(?:[t\s].*)?")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.0+)?")
_FIRST_OF_SERIALS: Final = date(1899, 12, 30)
_MONTHS: Final = 12
_DAYS: Final = 31


def day_number(raw: str) -> int | None:
    """`20120629` for 2012-06-29, 2012/6/29, 2012年6月29日, 20120629, 29/06/2012 and a workbook's 41089; else None.

    A month over 12 beside a day up to 12 is taken for a swap. What is no day of the calendar keeps its digits, so that
    one wrong digit still compares as one wrong digit.
    """
    text = folded(raw)
    if found := _YEAR_FIRST.fullmatch(text):
        return _number(int(found[1]), int(found[2]), int(found[3]))
    if found := _COMPACT.fullmatch(text):
        digits = int(found[1])
        return _number(digits // 10_000, digits // 100 % 100, digits % 100) or None
    if found := _YEAR_LAST.fullmatch(text):
        return _number(int(found[3]), int(found[2]), int(found[1]))
    if found := _SERIAL.fullmatch(text):
        day = _FIRST_OF_SERIALS + timedelta(days=int(found[1]))
        return _number(day.year, day.month, day.day)
    return None


def _number(year: int, month: int, day: int) -> int:
    if month > _MONTHS >= day:
        month, day = day, month
    return year * 10_000 + month * 100 + day


def calendar_day(number: int) -> date | None:
    """The day that a number yyyymmdd stands for, or None when there is none such."""
    month, day = number // 100 % 100, number % 100
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
        return None
    try:
        return date(number // 10_000, month, day)
    except ValueError:
        return None

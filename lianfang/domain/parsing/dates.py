"""Days and moments as people write them (日期与时间): read only when there is one way to read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from lianfang.domain.parsing.text import folded, one_line, squeezed
from lianfang.domain.refusals import Note, Refused

FIRST_YEAR, LAST_YEAR = 1800, 2999  # days outside have no safe neighbours; nor can moments change zones and databases

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST = re.compile(
    r"([0-9]{4,6})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})[日号])(?:00:00(?::00(?:\.0+)?)?)?"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6}))?)?"
    r"\s?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_LAST_MONTH = 12


def parse_day(raw: object, field: str, notes: list[Note]) -> date:
    """A calendar day. ISO is kept as it is; 2026/3/2, 2026.3.2, 20260302 and 2026年3月2日 are understood and noted.

    Refused: `required`, `type`, `date.format`, `date.ambiguous` (day and month could be swapped), `date.invalid`,
    `date.out_of_window` (outside the calendar of the product).
    """
    if isinstance(raw, date):
        return _in_the_calendar(_calendar_day(raw, field), field)
    text = one_line(raw, field)
    if not text:
        raise Refused("required", field)
    if _ISO_DAY.fullmatch(text):
        day = _day(text[:4], text[5:7], text[8:], field)
    else:
        day = _other_day(squeezed(folded(text)), field)
    if day.isoformat() != raw:
        notes.append(Note("date.format", field, kept=day))
    return day


def _calendar_day(value: date, field: str) -> date:
    """A day that a workbook reader gives as a moment is a day only at midnight."""
    if not isinstance(value, datetime):
        return value
    if (value.hour, value.minute, value.second) != (0, 0, 0):
        raise Refused("date.format", field)
    return value.date()


def _other_day(text: str, field: str) -> date:
    found = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        year, month, day = [group for group in found.groups() if group is not None]
        return _day(year, month, day, field)
    if found := _YEAR_LAST.fullmatch(text):
        swappable = int(found[1]) <= _LAST_MONTH and int(found[2]) <= _LAST_MONTH
        raise Refused("date.ambiguous" if swappable else "date.format", field)
    raise Refused("date.format", field)


def _day(year: str, month: str, day: str, field: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Refused("date.invalid", field) from None
    return _in_the_calendar(found, field)


def _in_the_calendar(day: date, field: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused("date.out_of_window", field, low=f"{FIRST_YEAR}-01-01", high=f"{LAST_YEAR}-12-31")
    return day


def parse_moment(raw: object, field: str, notes: list[Note], *, zone: tzinfo, channel: str = "json") -> datetime:
    """A moment by RFC 3339, in `zone`. Without offset it is refused from a program and taken in `zone` from a person.

    Refused: `required`, `type`, `time.invalid` (a leap second too), `time.no_offset`.
    """
    if isinstance(raw, datetime):
        return _placed(raw, field, notes, zone=zone, channel=channel)
    text = one_line(raw, field)
    if not text:
        raise Refused("required", field)
    found = _MOMENT.fullmatch(folded(text))
    if not found:
        raise Refused("time.invalid", field)
    return _placed(_moment(found, field), field, notes, zone=zone, channel=channel)


def _moment(found: re.Match[str], field: str) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction = int((found[7] or "").ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, fraction, tzinfo=_offset(found[8]))
    except ValueError:
        raise Refused("time.invalid", field) from None


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if minutes > 59:  # noqa: PLR2004 minutes of an hour
        raise ValueError("minutes of an offset")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text[0] == "-" else size)


def _placed(moment: datetime, field: str, notes: list[Note], *, zone: tzinfo, channel: str) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Refused("time.invalid", field)
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    if channel == "json":
        raise Refused("time.no_offset", field)
    local = moment.replace(tzinfo=zone)
    notes.append(Note("time.no_offset", field, kept=local))
    return local

"""How values are written for people (显示格式): dates, times, durations, amounts, temperatures, masked names.

Source: the design language, section 6 "Formats". Unknown is `—`, never 0; an amount that is a lower bound or that is
hidden says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import dateformat, timezone
from django.utils.translation import get_language, gettext, ngettext, npgettext

UNKNOWN = "—"
THOUSANDS_FROM = 10_000
ONE_DECIMAL = Decimal("0.1")
DATE_SHAPES = {
    "zh": {"day": "n月j日 l", "short": "n月j日", "date": "Y年n月j日", "full": "Y年n月j日 l"},
    "en": {"day": "D j M", "short": "j M", "date": "j M Y", "full": "D j M Y"},
}


def language() -> str:
    """`zh` or `en`, from the language in force."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def local(value: Any) -> Any:
    """An aware moment in the unit's zone; anything else as it is."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | datetime | None, shape: str = "day") -> str:
    """`8月6日 星期五`; shapes `day`, `short` (no weekday), `date` (with year), `full` (year and weekday)."""
    if value is None:
        return UNKNOWN
    return str(dateformat.format(local(value), DATE_SHAPES[language()][shape]))


def iso(value: date | datetime | None) -> str:
    """`2021-08-06` for tables and files, `2021-08-06 16:30` for a moment."""
    if value is None:
        return UNKNOWN
    return local(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value.isoformat()


def clock(value: datetime | time | None, seconds: bool = False) -> str:
    """`16:30`, or `16:30:00` on receipts, where seconds decide."""
    if value is None:
        return UNKNOWN
    return str(local(value).strftime("%H:%M:%S" if seconds else "%H:%M"))


def when(value: datetime | None) -> str:
    """`8月6日 16:30`."""
    return UNKNOWN if value is None else f"{day(value, 'short')} {clock(value)}"


def duration(value: timedelta | int | None) -> str:
    """`1 小时 42 分`; an `int` is whole minutes. Seconds are dropped, never rounded up."""
    if value is None:
        return UNKNOWN
    minutes = value if isinstance(value, int) else int(value.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    if hours == 0:
        return gettext("%(minutes)s min") % {"minutes": rest}
    if rest == 0:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def clock_left(value: timedelta) -> str:
    """`01:42:17`: what is left, or what has passed, of a limit."""
    seconds = abs(int(value.total_seconds()))
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def amount(value: Any) -> str:
    """A count as text: `12,345`, `—` for unknown, `≥ 3` for a lower bound, `<5` for a hidden small number.

    `value` is an int, None, `{"n": 3, "at_least": True}` or `{"below": 5}` (objects with these attributes do as well).
    """
    if value is None:
        return UNKNOWN
    if below := _member(value, "below"):
        return f"<{below}"
    if _member(value, "at_least"):
        return f"≥ {plain(_member(value, 'n'))}"
    return plain(value)


def plain(value: Any) -> str:
    """Digits with thousands separators from 10,000 on; text is left alone."""
    if isinstance(value, int | Decimal) and not -THOUSANDS_FROM < value < THOUSANDS_FROM:
        return f"{value:,}"
    return str(value)


def percent(part: int | None, whole: int | None) -> str:
    """`97.3%`. Only a whole is `100%` and only nothing is `0`: rounding never closes a gap or hides a case."""
    if part is None or not whole:
        return UNKNOWN
    if part in (0, whole):
        return "100%" if part else "0"
    rounded = (Decimal(part) * 100 / whole).quantize(ONE_DECIMAL, ROUND_HALF_UP)
    return f"{min(max(rounded, ONE_DECIMAL), 100 - ONE_DECIMAL)}%" if part < whole else f"{rounded}%"


def temperature(value: Decimal | str | None) -> str:
    """`37.6 ℃`, always one decimal."""
    return UNKNOWN if value in (None, "") else f"{Decimal(str(value)).quantize(ONE_DECIMAL, ROUND_HALF_UP)} ℃"


def change(value: int | None) -> str:
    """`+2`, `0`, `—`, and a true minus sign before what is less."""
    if value is None:
        return UNKNOWN
    return f"+{value}" if value > 0 else f"\N{MINUS SIGN}{-value}" if value < 0 else "0"


def masked_name(value: str | None) -> str:
    """`李*轩`, `何*`, `J*** S***`: enough for those who know the person, too little for those who do not."""
    if not value:
        return UNKNOWN
    if value.isascii():
        return " ".join(f"{word[0]}***" for word in value.split())
    return f"{value[0]}*" if len(value) <= 2 else f"{value[0]}*{value[-1]}"  # noqa: PLR2004 - a two-character name


def strip_words(states: list[str]) -> str:
    """The seven-day strip in words, the last mark being today: `6 days zero report, today not yet`."""
    before, today = states[:-1], states[-1]
    counted = [_strip_count(kind, before.count(kind)) for kind in ("zero", "report", "late", "returned", "missing")]
    return gettext(", ").join([*(words for words in counted if words), _strip_today(today)])


def _strip_count(kind: str, days: int) -> str:
    if not days:
        return ""
    sentence = {
        "zero": ngettext("%(n)s day zero report", "%(n)s days zero report", days),
        "report": ngettext("%(n)s day with cases", "%(n)s days with cases", days),
        "late": ngettext("%(n)s day late", "%(n)s days late", days),
        "returned": ngettext("%(n)s day sent back", "%(n)s days sent back", days),
        "missing": npgettext("of a report", "%(n)s day missing", "%(n)s days missing", days),
    }[kind]
    return sentence % {"n": days}


def _strip_today(state: str) -> str:
    return {
        "zero": gettext("today zero report"),
        "report": gettext("today reported with cases"),
        "late": gettext("today late"),
        "returned": gettext("today sent back"),
        "none": gettext("nothing owed today"),
    }.get(state, gettext("today not yet"))


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)

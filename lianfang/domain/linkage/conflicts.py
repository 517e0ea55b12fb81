"""Where two rows of one person differ (信息不一致): compared columns, dates within their tolerance, text by content."""

from __future__ import annotations

from datetime import date

from lianfang.domain.linkage.days import calendar_day, day_number
from lianfang.domain.linkage.listing import FIELDS, Listing
from lianfang.domain.linkage.settings import Settings
from lianfang.domain.linkage.texts import NOTHING, folded, joined


def compared_columns(ours: Listing, theirs: Listing, settings: Settings) -> tuple[str, ...]:
    """The columns to compare, of those that both lists have."""
    wanted = settings.compare
    if wanted is None:
        wanted = tuple(name for name in ours.columns if name not in FIELDS)
    return tuple(name for name in wanted if name in ours and name in theirs)


def conflicts(
    ours: Listing, row_ours: int, theirs: Listing, row_theirs: int, *, columns: tuple[str, ...], tolerance: int
) -> tuple[str, ...]:
    """The columns in which both rows say something, and not the same."""
    return tuple(
        name for name in columns if _differ(ours.text(name, row_ours), theirs.text(name, row_theirs), tolerance)
    )


def _differ(one: str | None, other: str | None, tolerance: int) -> bool:
    if one is None or other is None or one == other or folded(one) in NOTHING or folded(other) in NOTHING:
        return False
    first, second = _day(one), _day(other)
    if first is not None and second is not None:
        return abs((first - second).days) > tolerance
    return (joined(one) or folded(one)) != (joined(other) or folded(other))


def _day(text: str) -> date | None:
    number = day_number(text)
    return None if number is None else calendar_day(number)

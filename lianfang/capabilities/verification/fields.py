"""What a list may hold (名单字段): columns by which people are told apart, and columns that are compared."""

from __future__ import annotations

from typing import Final

NAMING: Final = (
    "name", "surname", "given_name", "id_no", "birth", "sex", "phone", "unit", "address", "locality", "postcode",
    "record",
)  # fmt: skip
"""Columns known to the linkage (`domain.linkage`); any other agreed column is compared for conflict only."""
SECRET: Final = frozenset({"id_no", "phone", "address"})
"""Values that are kept sealed and shown masked (security baseline 3.4, class C3)."""
DAYS: Final = frozenset({"birth", "onset", "sampled", "reported", "from_day", "until_day"})
"""Columns that hold a calendar day."""
PAST: Final = frozenset({"birth", "onset", "sampled", "reported", "day"})
"""Days that cannot lie after the day of the list."""
BEGINS: Final = ("reported", "sampled", "onset", "from_day")
"""From which of its days a case counts when the other side's usual delay is waited for, in this order."""
IDENTIFIES: Final = ("id_no", "name", "surname", "given_name", "phone", "record")
"""A row without any of these names nobody."""

OURS, THEIRS = "ours", "theirs"
SIDES: Final = (OURS, THEIRS)


def other(side: str) -> str:
    """The other side."""
    return THEIRS if side == OURS else OURS

"""Whose counts moved (待汇总): a row for every unit that was touched, written in the touching transaction itself.

The fold takes the rows and adds the superiors' figures up anew. A change that is committed after the rows were
taken leaves a row of its own for the next fold, so nothing is ever missed; rows are only added, so nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection

WHOLE_DAY: Final = 0
"""In the place of a unit's number: everything of the day is to be added up anew."""


def touch(day: date, unit_ids: Iterable[int]) -> None:
    """Note that the dues, counters or reports of these units (numbers of `orgs_unit`) on `day` have changed.

    Call it in the transaction that changes them. One statement whatever the number of units; no units, no statement.
    """
    numbers = list(unit_ids)
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reporting_stale (unit_id, day) SELECT unnest(%s::bigint[]), %s::date", [numbers, day]
        )


def touch_day(day: date) -> None:
    """Note that a whole day has changed, as when it opens."""
    touch(day, [WHOLE_DAY])

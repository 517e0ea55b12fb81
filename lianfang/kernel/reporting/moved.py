"""Whose counts moved, for those who count after the fold (待重算): taken once, whoever it is."""

from __future__ import annotations

from datetime import date

from django.db import connection

from lianfang.kernel.dues.stale import WHOLE_DAY


def take_moved() -> dict[date, set[int]]:
    """Day -> numbers of the units whose answers or counters moved since the last time; `WHOLE_DAY` for all of a day.

    Taken in the transaction under way: when that fails they are there again. Whoever else takes at the same time gets
    the others. Call it where everything is seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reporting_moved WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM reporting_moved FOR UPDATE SKIP LOCKED)) RETURNING day, unit_id"
        )
        taken: dict[date, set[int]] = {}
        for day, unit_id in cursor.fetchall():
            taken.setdefault(day, set()).add(unit_id)
    return {day: {WHOLE_DAY} if WHOLE_DAY in units else units for day, units in taken.items()}

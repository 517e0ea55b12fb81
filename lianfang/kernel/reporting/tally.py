"""Counters beside the answers (计数): one row a unit, day and slot, kept in the answer's own transaction.

`RECOUNT` says in one statement what the counters mean; keeping, proving and repairing all use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lianfang.kernel.dues.stale import touch, touch_day
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.reporting.models import MODES, Tally

COLUMNS = ("rostered", "excused", "answered", "on_time", "well", "unwell", "fever", *(f"by_{m}" for m, _ in MODES))

# Somebody with an answer has answered, even on leave; somebody on leave is excused; the rest of a class that was
# checked is well; everybody else, and whoever the class head did not see, is unknown.
RECOUNT = """
WITH asked AS (
    SELECT m.unit_id, k.day, k.slot, m.person_id, min(m.entered_at) AS entered_at
      FROM (SELECT unit_id, day, slot FROM reporting_tally WHERE {where}) k
      JOIN people_membership m
        ON m.unit_id = k.unit_id AND m.since <= k.day AND (m.until IS NULL OR m.until >= k.day)
     GROUP BY m.unit_id, k.day, k.slot, m.person_id
), judged AS (
    SELECT p.unit_id, p.day, p.slot,
           coalesce(a.state, 'unknown') <> 'unknown' AS own,
           coalesce(a.state, 'unknown') = 'unknown' AND x.person_id IS NOT NULL AS excused,
           a.person_id IS NULL AND x.person_id IS NULL AND p.entered_at <= r.received_at AS seen,
           a.state, a.fever, a.mode, coalesce(a.on_time, r.on_time) AS on_time
      FROM asked p
      LEFT JOIN reporting_answer a USING (unit_id, day, slot, person_id)
      LEFT JOIN reporting_rollcall r USING (unit_id, day, slot)
      LEFT JOIN LATERAL (
           SELECT b.person_id FROM people_absence b
            WHERE b.unit_id = p.unit_id AND b.person_id = p.person_id AND p.day BETWEEN b.since AND b.until LIMIT 1
      ) x ON true
)
SELECT unit_id, day, slot, count(*) AS rostered,
       count(*) FILTER (WHERE excused) AS excused,
       count(*) FILTER (WHERE own OR seen) AS answered,
       count(*) FILTER (WHERE (own OR seen) AND on_time) AS on_time,
       count(*) FILTER (WHERE seen OR own AND state = 'well') AS well,
       count(*) FILTER (WHERE state = 'unwell') AS unwell,
       count(*) FILTER (WHERE fever) AS fever,
       count(*) FILTER (WHERE own AND mode = 'self') AS by_self,
       count(*) FILTER (WHERE own AND mode = 'proxy') AS by_proxy,
       count(*) FILTER (WHERE seen OR own AND mode = 'roll_call') AS by_roll_call,
       count(*) FILTER (WHERE own AND mode = 'phone') AS by_phone,
       count(*) FILTER (WHERE own AND mode = 'import') AS by_import,
       count(*) FILTER (WHERE own AND mode = 'api') AS by_api
  FROM judged GROUP BY unit_id, day, slot
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not equal its recount."""

    unit_id: int
    day: date
    slot: str
    column: str
    kept: int
    counted: int


def hold(unit: Unit, day: date, slot: str) -> None:
    """Make the counter row exist and hold it until the transaction ends: writers of one unit take turns."""
    Tally.objects.bulk_create([Tally(day=day, slot=slot, **place_of(unit))], ignore_conflicts=True)
    Tally.objects.select_for_update().get(unit=unit, day=day, slot=slot)


def recount(unit: Unit, day: date, slot: str) -> Tally:
    """Set one unit's counters from its rows; call with the row held, so that no concurrent answer is missed."""
    _keep("unit_id = %s AND day = %s AND slot = %s", [unit.pk, day, slot])
    touch(day, [unit.pk])
    return Tally.objects.get(unit=unit, day=day, slot=slot)


def recount_day(day: date, unit_ids: Iterable[int] | None = None) -> None:
    """Set the counters of a whole day, or of some units of it, from their rows."""
    if unit_ids is None:
        _keep("day = %s", [day])
        touch_day(day)
    else:
        numbers = list(unit_ids)
        _keep("day = %s AND unit_id = ANY(%s)", [day, numbers])
        touch(day, numbers)


def _keep(where: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        keep_where(cursor, where, parameters)


def keep_where(cursor: Any, where: str, parameters: Sequence[Any]) -> None:
    """Set the counter rows that `where` chooses from the rows they count."""
    # Two statements: a unit whose roster became empty gives no group in the recount, and its counters are zero.
    zero = ", ".join(f"{c} = 0" for c in COLUMNS)
    assign = ", ".join(f"{c} = n.{c}" for c in COLUMNS)
    cursor.execute(f"UPDATE reporting_tally SET {zero} WHERE {where}", parameters)
    cursor.execute(
        f"UPDATE reporting_tally t SET {assign} FROM ({RECOUNT.format(where=where)}) n"
        " WHERE t.unit_id = n.unit_id AND t.day = n.day AND t.slot = n.slot",
        parameters,
    )


def differences(day: date) -> list[Difference]:
    """Every counter of a day that differs from a recount from the rows; an empty list is the proof."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT.format(where="day = %s"), [day])
        counted = {(r[0], r[1], r[2]): r[3:] for r in cursor.fetchall()}
    found = []
    for kept in Tally.objects.filter(day=day):
        truth = counted.get((kept.unit_id, kept.day, kept.slot), (0,) * len(COLUMNS))
        found += [
            Difference(kept.unit_id, day, kept.slot, column, getattr(kept, column), value)
            for column, value in zip(COLUMNS, truth, strict=True)
            if getattr(kept, column) != value
        ]
    return found


def open_tallies(day: date) -> None:
    """Counter rows for every class check owed on `day`, so that a silent class counts as unknown, not as absent."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO reporting_tally (unit_id, day, slot, path, sector_path, {zeros})
            SELECT unit_id, day, slot, path, sector_path, {values} FROM dues_due
             WHERE kind = 'roll_call' AND day = %s ON CONFLICT DO NOTHING
            """.format(zeros=", ".join(COLUMNS), values=", ".join("0" for _ in COLUMNS)),
            [day],
        )
    recount_day(day)

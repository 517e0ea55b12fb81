"""Counters beside the answers (计数): one row a unit, day and slot, kept in the answer's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lianfang.kernel.dues.stale import touch, touch_day
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.reporting.models import MODES, Tally
from lianfang.kernel.reporting.recount import ASTRAY, WEIGH, recount_of, recount_of_day

COLUMNS = ("rostered", "excused", "answered", "on_time", "well", "unwell", "fever", *(f"by_{m}" for m, _ in MODES))

_UNCOUNTED = """
SELECT a.unit_id, a.slot, count(*) FROM reporting_answer a
 WHERE a.day = %s AND NOT EXISTS (
       SELECT FROM reporting_tally t WHERE t.unit_id = a.unit_id AND t.day = a.day AND t.slot = a.slot)
 GROUP BY 1, 2 ORDER BY 1, 2
"""
ROOM = "128MB"  # memory for sorting and hashing while a whole day is counted


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
    with connection.cursor() as cursor:
        keep_where(cursor, "unit_id = %s AND day = %s AND slot = %s", [unit.pk, day, slot])
    touch(day, [unit.pk])
    return Tally.objects.get(unit=unit, day=day, slot=slot)


def recount_day(day: date, unit_ids: Iterable[int] | None = None) -> None:
    """Set the counters of a whole day, or of some units of it, from their rows, after their rosters have changed."""
    where = "day = %s"
    parameters: list[Any] = [day]
    numbers = None if unit_ids is None else list(unit_ids)
    if numbers is not None:
        where, parameters = f"{where} AND unit_id = ANY(%s)", [day, numbers]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{ROOM}'")
        _hold_where(cursor, where, parameters)
        cursor.execute(WEIGH.format(where=where), parameters)
        _set(cursor, *(recount_of_day(day) if numbers is None else recount_of(where, parameters)))
    touch_day(day) if numbers is None else touch(day, numbers)


def recount_since(unit: Unit, since: date) -> None:
    """A changed roster changes what is expected from that day on; earlier days stay as they were."""
    for day in Tally.objects.filter(unit=unit, day__gte=since).values_list("day", flat=True).distinct():
        recount_day(day, [unit.pk])


def keep_where(cursor: Any, where: str, parameters: Sequence[Any]) -> None:
    """Set the counter rows that `where` chooses from the rows they count."""
    # Held first: the statement that counts must begin after whoever wrote last has committed.
    _hold_where(cursor, where, parameters)
    _set(cursor, *recount_of(where, parameters))


def _set(cursor: Any, counting: str, values: Sequence[Any]) -> None:
    assign = ", ".join(f"{c} = n.{c}" for c in COLUMNS)
    kept, counted = (", ".join(f"{row}.{c}" for c in COLUMNS) for row in ("t", "n"))
    cursor.execute(
        f"UPDATE reporting_tally t SET {assign} FROM ({counting}) n"
        f" WHERE t.unit_id = n.unit_id AND t.day = n.day AND t.slot = n.slot AND ({kept}) IS DISTINCT FROM ({counted})",
        values,
    )


def _hold_where(cursor: Any, where: str, parameters: Sequence[Any]) -> None:
    held = f"SELECT 1 FROM reporting_tally WHERE {where} ORDER BY unit_id, day, slot FOR UPDATE"
    cursor.execute(f"SELECT count(*) FROM ({held}) held", parameters)


def differences(day: date) -> list[Difference]:
    """Every counter of a day that differs from a recount from the rows; an empty list is the proof."""
    pairs = ", ".join(f"t.{c}, n.{c}" for c in COLUMNS)
    kept, counted = (", ".join(f"{row}.{c}" for c in COLUMNS) for row in ("t", "n"))
    counting, values = recount_of_day(day)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{ROOM}'")
        cursor.execute(
            f"SELECT t.unit_id, t.slot, {pairs} FROM reporting_tally t JOIN ({counting}) n"
            f" USING (unit_id, day, slot) WHERE ({kept}) IS DISTINCT FROM ({counted})",
            values,
        )
        rows = cursor.fetchall()
    return [one for unit, slot, *values in rows for one in _differing(unit, day, slot, values)]


def _differing(unit: int, day: date, slot: str, values: Sequence[int]) -> Iterator[Difference]:
    for column, kept, counted in zip(COLUMNS, values[::2], values[1::2], strict=True):
        if kept != counted:
            yield Difference(unit, day, slot, column, kept, counted)


def uncounted(day: date) -> list[Difference]:
    """Places of answers of a day beside which no counter row stands, and so no proof that their unit exists."""
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNTED, [day])
        return [Difference(unit, day, slot, "answered", 0, many) for unit, slot, many in cursor.fetchall()]


def astray(day: date) -> int:
    """How many answers of a day are counted though their person is not on its roster, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute(ASTRAY.format(where="day = %s"), [day])
        found: int = cursor.fetchone()[0]
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

"""Counters of many units at once (批量计数): held, added to, recounted and settled in one statement each.

What an answer adds is the difference between what its person counted as before and after: the meaning is that of
`tally.RECOUNT`, which proves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lianfang.kernel.database.columns import arrays, columns, packed
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.tally import COLUMNS, keep_where

Place = tuple[int, date, str]
"""Unit, day and slot: the key of a counter row."""

_NEW = f"""
INSERT INTO reporting_tally (unit_id, day, slot, path, sector_path, {", ".join(COLUMNS)})
SELECT k.*, {", ".join("0" for _ in COLUMNS)}
  FROM unnest({arrays(("bigint", "date", "text", "text", "text"))}) AS k
    ON CONFLICT DO NOTHING RETURNING unit_id, day, slot
"""
_KEYS = arrays(("bigint", "date", "text"))
_AMONG = f"(unit_id, day, slot) IN (SELECT * FROM unnest({_KEYS}))"
_HOLD = f"SELECT unit_id, day, slot FROM reporting_tally WHERE {_AMONG} ORDER BY unit_id, day, slot FOR UPDATE"
_ADD = """
UPDATE reporting_tally t SET {sums}
  FROM unnest({keys}, {arrays}) AS k(unit_id, day, slot, {names})
 WHERE t.unit_id = k.unit_id AND t.day = k.day AND t.slot = k.slot
RETURNING t.unit_id, t.day, t.slot, t.answered + t.excused >= t.rostered
""".format(
    sums=", ".join(f"{c} = t.{c} + k.{c}" for c in COLUMNS[1:]),
    keys=_KEYS,
    arrays=arrays("int" for _ in COLUMNS[1:]),
    names=", ".join(COLUMNS[1:]),
)
_SETTLE = f"""
UPDATE dues_due d SET settled_at = %s, settled_by = 'tally:' || u.code, returned_at = NULL
  FROM reporting_tally t JOIN orgs_unit u ON u.id = t.unit_id
 WHERE (t.unit_id, t.day, t.slot) IN (SELECT * FROM unnest({_KEYS}))
   AND t.rostered > 0 AND t.answered + t.excused >= t.rostered
   AND d.unit_id = t.unit_id AND d.kind = 'roll_call' AND d.day = t.day AND d.slot = t.slot AND d.settled_at IS NULL
"""


@dataclass(slots=True)
class Change:
    """What is to be added to one counter row, by column; the roster itself does not change here."""

    by: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS[1:], 0))

    def answer(
        self, *, state: str, fever: bool, mode: str, on_time: bool, excused: bool, seen_on_time: bool | None,
        many: int = 1,
    ) -> None:  # fmt: skip
        """First answers of so many people alike: they no longer count as excused, or as seen well in a class check."""
        by = self.by
        if seen_on_time is not None:
            self._leave_class_check(many, on_time=seen_on_time)
        by["unwell"] += many * (state == "unwell")
        by["fever"] += many * fever
        if state != "unknown":
            by["excused"] -= many * excused
            by["answered"] += many
            by["on_time"] += many * on_time
            by["well"] += many * (state == "well")
            by[f"by_{mode}"] += many

    def _leave_class_check(self, many: int, *, on_time: bool) -> None:
        for column in ("answered", "well", "by_roll_call"):
            self.by[column] -= many
        self.by["on_time"] -= many * on_time


def _columns(places: Iterable[Place]) -> list[str]:
    return columns(sorted(places))


def hold_together(cursor: Any, units: Mapping[Place, Unit]) -> set[Place]:
    """Make these counter rows exist and hold them until the transaction ends; which of them are new.

    Always in the same order, so that two batches cannot wait for each other.
    """
    if not units:
        return set()
    cursor.execute(_HOLD, _columns(units))
    places = sorted(units.keys() - set(cursor.fetchall()))
    if not places:
        return set()
    rows = [(*place, units[place].path, units[place].sector_path) for place in places]
    cursor.execute(_NEW, columns(rows))
    fresh = set(cursor.fetchall())
    if len(fresh) < len(places):  # somebody else has made one meanwhile
        cursor.execute(_HOLD, _columns(places))
    return fresh


def let_go(cursor: Any, places: Iterable[Place]) -> None:
    """Take counter rows away again that were made a moment ago and are not needed after all."""
    if keys := list(places):
        cursor.execute(f"DELETE FROM reporting_tally WHERE {_AMONG}", _columns(keys))


def add(cursor: Any, changes: Mapping[Place, Change]) -> set[Place]:
    """Add these changes to rows that are held; the places of which nobody is missing any more."""
    if not changes:
        return set()
    places = sorted(changes)
    sums = [packed(changes[place].by[column] for place in places) for column in COLUMNS[1:]]
    cursor.execute(_ADD, [*_columns(places), *sums])
    return {(unit, day, slot) for unit, day, slot, complete in cursor.fetchall() if complete}


def recount_together(cursor: Any, places: Iterable[Place]) -> None:
    """Set these counter rows, which are held, from the rows they count."""
    if keys := list(places):
        keep_where(cursor, _AMONG, _columns(keys))


def settle_complete(cursor: Any, places: Iterable[Place], at: datetime) -> None:
    """Class checks of which nobody is missing any more are received."""
    if keys := list(places):
        cursor.execute(_SETTLE, [at, *_columns(keys)])

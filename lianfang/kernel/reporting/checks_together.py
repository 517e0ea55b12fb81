"""Keeping many class checks at once (批量晨检): as `take_roll_call` one by one, for classes not yet checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lianfang.kernel import clock
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import tally_together as tally
from lianfang.kernel.reporting.tally_together import Place
from lianfang.kernel.reporting.together import Checks, First, checks_of, situation_of, write_answers

_INSERT = f"""
INSERT INTO reporting_rollcall
       (unit_id, day, slot, path, sector_path, observed_by, on_time, revision, observed_at, received_at)
SELECT k.*, 1, %s, %s FROM unnest({arrays(("bigint", "date", "text", "text", "text", "text", "boolean"))}) AS k
"""
_SETTLE = f"""
UPDATE dues_due d SET settled_at = coalesce(settled_at, %s), settled_by = 'roll_call:1', zero = false,
       returned_at = CASE WHEN settled_at IS NOT NULL THEN returned_at END
  FROM unnest({arrays(("bigint", "date", "text"))}) AS k(unit_id, day, slot)
 WHERE d.unit_id = k.unit_id AND d.kind = 'roll_call' AND d.day = k.day AND d.slot = k.slot
"""


@dataclass(frozen=True, slots=True)
class FirstCheck:
    """A class's first check of a day and slot: who observed it, and the answers of those who are not simply well."""

    unit: Unit
    place: Place
    observed_by: str
    exceptions: tuple[First, ...]


def keep_checks_together(cursor: Any, checks: Sequence[FirstCheck]) -> list[bool]:
    """Keep those of the checks that are plain, in their order: whether each was kept.

    Not kept: of a class that is checked already, or there twice, or with an exception who is not on the roster or has
    an answer. The caller's transaction sees everything.
    """
    fresh = tally.hold_together(cursor, {one.place: one.unit for one in checks})
    known = checks_of(cursor, sorted({one.place for one in checks}))
    impossible = _not_plain(cursor, [first for one in checks for first in one.exceptions])
    taken = set(known.taken)
    plain = []
    for one in checks:
        kept = one.place not in taken and not any(id(first) in impossible for first in one.exceptions)
        plain.append(kept)
        taken.add(one.place)
    tally.let_go(cursor, fresh - {one.place for one, kept in zip(checks, plain, strict=True) if kept})
    if any(plain):
        _keep(cursor, [one for one, kept in zip(checks, plain, strict=True) if kept], known)
    return plain


def _not_plain(cursor: Any, firsts: Sequence[First]) -> set[int]:
    """Exceptions that the ordinary way has to look at: of strangers, of people with an answer, or there twice."""
    if not firsts:
        return set()
    standings, answered, _ = situation_of(cursor, firsts)
    found = set()
    for one, standing in zip(firsts, standings, strict=True):
        key = (*one.place, one.person_id)
        if standing is None or key in answered:
            found.add(id(one))
        answered.add(key)
    return found


def _keep(cursor: Any, checks: Sequence[FirstCheck], known: Checks) -> None:
    at = clock.now()
    rows = [
        (*one.place, one.unit.path, one.unit.sector_path, one.observed_by, known.on_time(one.place, at))
        for one in checks
    ]
    cursor.execute(_INSERT, [at, at, *columns(rows)])
    if firsts := [first for one in checks for first in one.exceptions]:
        write_answers(cursor, firsts, known)
    places = [one.place for one in checks]
    tally.recount_together(cursor, places)
    cursor.execute(_SETTLE, [at, *columns(places)])
    for day in {day for _, day, _ in places}:
        touch(day, [unit for unit, on, _ in places if on == day])

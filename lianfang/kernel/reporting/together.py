"""Keeping many first answers at once (批量登记): the rows and counters that `keep_answer` would leave one by one.

Only plain cases come here: somebody on the roster who has no answer yet for the day and slot. Whoever calls has a
transaction that sees everything, and takes what is not plain the ordinary way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from lianfang.domain.answers import AnswerDraft
from lianfang.domain.periods import is_on_time
from lianfang.kernel import clock
from lianfang.kernel.crypto import blind_index, seal
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.together import Standing
from lianfang.kernel.reporting import tally_together as tally
from lianfang.kernel.reporting.answers import FORM_VERSION, as_text_of
from lianfang.kernel.reporting.tally_together import Change, Place

_CHECKED = f"""
SELECT unit_id, day, slot, r.received_at, r.on_time FROM reporting_rollcall r
  JOIN unnest({arrays(("bigint", "date", "text"))}) AS k(unit_id, day, slot) USING (unit_id, day, slot)
"""
_OWED = f"""
SELECT unit_id, day, slot, d.due_at FROM dues_due d
  JOIN unnest({arrays(("bigint", "date", "text"))}) AS k(unit_id, day, slot) USING (unit_id, day, slot)
 WHERE d.kind = 'roll_call' AND d.line = 'territory'
"""
# Joined, not asked by EXISTS: that may read a whole table into a hash, which grows with the day.
_SITUATION = f"""
SELECT k.n, m.entered_at, b.excused IS NOT NULL, a.person_id IS NOT NULL, r.received_at, r.on_time, d.due_at
  FROM unnest({arrays(("int", "bigint", "date", "text", "uuid"))}) AS k(n, unit_id, day, slot, person_id)
  JOIN LATERAL (
       SELECT min(entered_at) AS entered_at FROM people_membership m
        WHERE m.person_id = k.person_id AND m.unit_id = k.unit_id
          AND m.since <= k.day AND (m.until IS NULL OR m.until >= k.day)
  ) m ON m.entered_at IS NOT NULL
  LEFT JOIN LATERAL (
       SELECT true AS excused FROM people_absence b
        WHERE b.unit_id = k.unit_id AND b.person_id = k.person_id AND k.day BETWEEN b.since AND b.until LIMIT 1
  ) b ON true
  LEFT JOIN reporting_answer a
         ON a.unit_id = k.unit_id AND a.day = k.day AND a.slot = k.slot AND a.person_id = k.person_id
  LEFT JOIN reporting_rollcall r ON r.unit_id = k.unit_id AND r.day = k.day AND r.slot = k.slot
  LEFT JOIN dues_due d ON d.unit_id = k.unit_id AND d.kind = 'roll_call' AND d.day = k.day AND d.slot = k.slot
        AND d.line = 'territory'
"""
_COLUMNS = {
    "unit_id": "bigint", "day": "date", "slot": "text", "person_id": "uuid", "revision": "smallint", "state": "text",
    "temperature": "numeric", "symptoms": "text", "fever": "boolean", "health_code": "text", "test_sealed": "text",
    "sample_index": "bytea", "note": "text", "mode": "text", "claimed_at": "timestamptz", "sender_id": "bigint",
    "on_time": "boolean", "automated": "boolean",
}  # fmt: skip
# Codes of symptoms hold no commas, and lists of different lengths cannot be unnested side by side.
_INSERT = """
INSERT INTO reporting_answer ({names}, form_version, received_at, reason)
SELECT {chosen}, %s, %s, '' FROM unnest({arrays}) AS k({names})
""".format(
    names=", ".join(_COLUMNS),
    chosen=", ".join("string_to_array(symptoms, ',')" if name == "symptoms" else name for name in _COLUMNS),
    arrays=arrays(_COLUMNS.values()),
)


@dataclass(frozen=True)
class First:
    """Somebody's first answer for a day and slot, understood and placed."""

    unit: Unit
    person_id: UUID
    draft: AnswerDraft
    fever: bool
    mode: str
    sender_id: int | None
    automated: bool = False

    @cached_property
    def place(self) -> Place:
        """The counter row to which it belongs."""
        return (self.unit.id, self.draft.day, self.draft.slot)


@dataclass(frozen=True, slots=True)
class Checks:
    """What is known of the class checks of some places: those taken, and when each is due."""

    taken: dict[Place, tuple[datetime, bool]]
    due_at: dict[Place, datetime]

    def on_time(self, place: Place, at: datetime) -> bool:
        """Whether something received `at` meets the deadline; without a due on record, it does."""
        return place not in self.due_at or is_on_time(at, self.due_at[place])


def keep_together(cursor: Any, firsts: Sequence[First]) -> list[bool]:
    """Keep those of the answers that are plain, in their order: whether each was kept.

    Not kept: of somebody who is not on the roster, who has answered already, or who is there twice.
    """
    fresh = tally.hold_together(cursor, {one.place: one.unit for one in firsts})
    standings, answered, checks = situation_of(cursor, firsts)
    kept: list[tuple[First, Standing]] = []
    plain = []
    for one, standing in zip(firsts, standings, strict=True):
        key = (*one.place, one.person_id)
        plain.append(standing is not None and key not in answered)
        if standing is not None and key not in answered:
            answered.add(key)
            kept.append((one, standing))
    tally.let_go(cursor, fresh - {one.place for one, _ in kept})
    if kept:
        write_answers(cursor, [one for one, _ in kept], checks)
        _count(cursor, kept, checks, fresh)
    return plain


def situation_of(
    cursor: Any, firsts: Sequence[First]
) -> tuple[list[Standing | None], set[tuple[int, date, str, UUID]], Checks]:
    """Everybody's place on the roster, who has answered already, and the class checks: all in one question."""
    cursor.execute(_SITUATION, columns([(n, *one.place, one.person_id) for n, one in enumerate(firsts)]))
    standings: list[Standing | None] = [None] * len(firsts)
    answered, checks = set(), Checks({}, {})
    for number, entered_at, excused, has_answered, checked_at, on_time, due_at in cursor.fetchall():
        one = firsts[number]
        standings[number] = Standing(entered_at, excused)
        if has_answered:
            answered.add((*one.place, one.person_id))
        if checked_at is not None:
            checks.taken[one.place] = (checked_at, on_time)
        if due_at is not None:
            checks.due_at[one.place] = due_at
    return standings, answered, checks


def checks_of(cursor: Any, places: Iterable[Place]) -> Checks:
    """The class checks of these places, taken and due."""
    keys = columns(list(places))
    cursor.execute(_CHECKED, keys)
    taken = {(unit, day, slot): (at, on_time) for unit, day, slot, at, on_time in cursor.fetchall()}
    cursor.execute(_OWED, keys)
    return Checks(taken, {(unit, day, slot): due_at for unit, day, slot, due_at in cursor.fetchall()})


def write_answers(cursor: Any, firsts: Sequence[First], checks: Checks) -> None:
    """Write first answers whose counter rows are held."""
    at = clock.now()
    rows = sorted((_row(one, checks.on_time(one.place, at)) for one in firsts), key=lambda row: row[:4])
    cursor.execute(_INSERT, [FORM_VERSION, at, *columns(rows)])


def _row(one: First, on_time: bool) -> tuple[Any, ...]:
    draft = one.draft
    sealed, sample = _test(one)
    return (
        one.unit.id, draft.day, draft.slot, one.person_id, draft.revision or 1, draft.state, draft.temperature,
        ",".join(draft.symptoms), one.fever, draft.health_code or "", sealed, sample, draft.note, one.mode,
        draft.reported_at, one.sender_id, on_time, one.automated,
    )  # fmt: skip


def _test(one: First) -> tuple[str, bytes | None]:
    test = one.draft.test
    if test is None:
        return "", None
    about = f"reporting_answer|test|{one.unit.id}/{one.draft.day}/{one.draft.slot}/{one.person_id}"
    sealed = seal(json.dumps(as_text_of(test), sort_keys=True), about=about)
    return sealed, blind_index("sample", test.sample_no) if test.sample_no else None


def _count(cursor: Any, kept: Sequence[tuple[First, Standing]], checks: Checks, fresh: set[Place]) -> None:
    """Add what these answers change to the counters; counters that are new are counted from their rows."""
    at = clock.now()
    changes: dict[Place, Change] = {}
    for one, standing in kept:
        if one.place not in fresh:
            changes.setdefault(one.place, Change()).answer(
                state=one.draft.state, fever=one.fever, mode=one.mode, on_time=checks.on_time(one.place, at),
                excused=standing.excused, seen_on_time=_seen(one.place, standing, checks),
            )  # fmt: skip
    places = {one.place for one, _ in kept}
    complete = tally.add(cursor, changes)
    tally.recount_together(cursor, places & fresh)
    tally.settle_complete(cursor, complete | (places & fresh), at)
    for day in {day for _, day, _ in places}:
        touch(day, [unit for unit, on, _ in places if on == day])


def _seen(place: Place, standing: Standing, checks: Checks) -> bool | None:
    """Whether the class check that covered somebody until now was on time; None when none did."""
    taken = checks.taken.get(place)
    if taken is None or standing.excused or standing.entered_at > taken[0]:
        return None
    return taken[1]

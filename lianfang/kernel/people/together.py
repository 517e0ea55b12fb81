"""Finding many people at once (批量识别): as `people.ops.find`, for the plain cases of a whole batch of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lianfang.domain.answers import PersonRef
from lianfang.kernel.database.columns import arrays, columns

_WHO = "p.id, p.name, p.birth_date, p.guardian_notice_at IS NOT NULL, p.phone_index, p.merged_into_id"
_BY_INDEX = f"""
SELECT k.n, {_WHO} FROM unnest({arrays(("int", "bytea"))}) AS k(n, sought)
  JOIN people_person p ON p.number_index = k.sought
"""
_BY_REF = (
    f"SELECT k.n, {_WHO} FROM unnest({arrays(('int', 'uuid'))}) AS k(n, sought) JOIN people_person p ON p.id = k.sought"
)
_BY_NAME = f"""
SELECT DISTINCT k.n, {_WHO} FROM unnest({arrays(("int", "bigint", "date", "text"))}) AS k(n, unit_id, day, name)
  JOIN people_membership m ON m.unit_id = k.unit_id AND m.since <= k.day AND (m.until IS NULL OR m.until >= k.day)
  JOIN people_person p ON p.id = m.person_id AND p.name = k.name
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a sender means, and the roster on which they are looked for."""

    who: PersonRef
    number_index: bytes | None
    unit_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Known:
    """What the register says of somebody: as much as an answer needs."""

    id: UUID
    name: str
    birth_date: date | None
    guardian_told: bool
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's place on a roster: since when it is entered, and whether approved leave covers the day."""

    entered_at: datetime
    excused: bool


def find_together(cursor: Any, asked: Sequence[Asked]) -> list[Known | None]:
    """Whom each of them means; None where nobody or more than one fits, or the record was merged into another."""
    found: list[Known | None] = [None] * len(asked)
    twice: set[int] = set()
    for number, *who, merged in _rows(cursor, asked):
        if found[number] is not None:
            twice.add(number)
        elif merged is None:
            found[number] = Known(*who)
    return [None if number in twice else known for number, known in enumerate(found)]


def _rows(cursor: Any, asked: Sequence[Asked]) -> list[tuple[Any, ...]]:
    refs = [(n, ref) for n, a in enumerate(asked) if a.who.ref and (ref := _uuid(a.who.ref)) is not None]
    numbers = [(n, a.number_index) for n, a in enumerate(asked) if not a.who.ref and a.number_index is not None]
    names = [(n, a.unit_id, a.day, a.who.name) for n, a in enumerate(asked) if not a.who.ref and a.number_index is None]
    rows: list[tuple[Any, ...]] = []
    for statement, keys in ((_BY_REF, refs), (_BY_INDEX, numbers), (_BY_NAME, names)):
        if keys:
            cursor.execute(statement, columns(keys))
            rows += cursor.fetchall()
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

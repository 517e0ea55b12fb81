"""Very many answers in one go (整批登记): rosters given out whole, and the answers of many units kept by one statement.

Only plain answers pass here: somebody on the roster, found in one way only, who says nothing that has to be sealed.
Rows are staged in temporary tables that nobody else sees and nothing logs, and that are gone with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import tally_together as tally
from lianfang.kernel.reporting.answers import FORM_VERSION
from lianfang.kernel.reporting.tally_together import Change, Place
from lianfang.kernel.reporting.together import Checks, checks_of

SAID: Final = ("said", "day", "slot", "state", "temperature", "symptoms", "fever", "health_code")
ROWS: Final = ("row", "unit_id", "said", "person_id", "note", "claimed_at", "on_time")
ROSTER: Final = ("unit_id", "person_id", "name", "number_index", "since", "until", "merged", "untold")
_TABLES = ("stage_row", "stage_said")
_CREATE = """
CREATE TEMPORARY TABLE stage_said (
    said int, day date, slot varchar(5), state varchar(8), temperature numeric(4, 2), symptoms varchar(30)[],
    fever boolean, health_code varchar(10)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_row (
    "row" int, unit_id bigint, said int, person_id uuid, note varchar(500), claimed_at timestamptz, on_time boolean
) ON COMMIT DROP
"""
_ROOM = "SET LOCAL work_mem = '128MB'"  # sorting and joining hundreds of thousands of rows without files
_COPY = "COPY {table} ({names}) FROM STDIN (FORMAT csv)"

# One text for all: thousands of rows would each be an object on the way. What may be null comes as nothing.
_ROSTERS = """
SELECT string_agg(m.unit_id || E'\\x1f' || m.person_id || E'\\x1f' || p.name || E'\\x1f'
                  || coalesce(encode(p.number_index, 'hex'), '') || E'\\x1f' || m.since || E'\\x1f'
                  || coalesce(m.until::text, '') || E'\\x1f' || (p.merged_into_id IS NOT NULL) || E'\\x1f'
                  || coalesce(CASE WHEN p.guardian_notice_at IS NULL THEN p.birth_date::text END, ''), E'\\x1e')
  FROM people_membership m JOIN people_person p ON p.id = m.person_id
 WHERE m.unit_id = ANY(%s) AND m.since <= %s AND (m.until IS NULL OR m.until >= %s)
"""

_KEYS = arrays(("bigint", "date", "text"))
_ANSWERED = f"""
SELECT EXISTS (
    SELECT FROM unnest({_KEYS}) AS k(unit_id, day, slot) JOIN reporting_answer a USING (unit_id, day, slot)
)
"""
_EXCUSED = f"""
SELECT DISTINCT k.unit_id, k.day, k.slot FROM unnest({_KEYS}) AS k(unit_id, day, slot)
  JOIN people_absence b ON b.unit_id = k.unit_id AND k.day BETWEEN b.since AND b.until
"""
_KEEP = f"""
INSERT INTO reporting_answer (
    unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever, health_code, test_sealed, note, mode,
    form_version, claimed_at, received_at, sender_id, on_time, automated, reason)
SELECT g.unit_id, s.day, s.slot, g.person_id, 1, s.state, s.temperature, s.symptoms, s.fever, s.health_code, '',
       coalesce(g.note, ''), 'import', {FORM_VERSION}, g.claimed_at, %s, %s, g.on_time, false, ''
  FROM stage_row g JOIN stage_said s USING (said)
"""
_KEEP_FIRST = f"""{_KEEP}
 ORDER BY g.unit_id, s.day, s.slot, g.person_id, g."row"
    ON CONFLICT DO NOTHING
"""
_OTHERWISE = """
SELECT g."row" FROM stage_row g JOIN stage_said s USING (said) JOIN reporting_answer a
    ON a.unit_id = g.unit_id AND a.day = s.day AND a.slot = s.slot AND a.person_id = g.person_id
 WHERE (a.state, a.temperature, a.symptoms, a.health_code, a.note, a.test_sealed)
       IS DISTINCT FROM (s.state, s.temperature, s.symptoms, s.health_code, coalesce(g.note, ''), '')
 ORDER BY 1
"""
_WITHOUT_PHONE = "SELECT id FROM people_person WHERE id = ANY(%s) AND phone_sealed = ''"


@dataclass(frozen=True, slots=True)
class Alike:
    """How many answers of one place say the same, as far as counters go."""

    place: Place
    state: str
    fever: bool
    many: int


@dataclass(frozen=True, slots=True)
class Held:
    """Counter rows that are held: which of them are new, what is known of their class checks, and whether it is simple.

    `answered` says whether anybody has answered there before; `mixed` are places where somebody is excused.
    """

    places: Mapping[Place, Unit]
    fresh: set[Place]
    checks: Checks
    mixed: set[Place]
    answered: bool


def rosters(cursor: Any, units: Sequence[int], first: date, last: date) -> str:
    """Who is on the rosters of these units at any time from one day to another: the columns `ROSTER` as text.

    `columns.BETWEEN` parts the columns, `columns.NOTHING` the rows, and nothing stands for null. `number_index` is in
    hexadecimal; `merged` whether the person was found to be another; `untold` the birth date of somebody of whom no
    notice to a guardian is on record.
    """
    cursor.execute(_ROOM)
    cursor.execute(_ROSTERS, [list(units), last, first])
    return cursor.fetchone()[0] or ""


def hold(cursor: Any, places: Mapping[Place, Unit]) -> Held:
    """Hold the counter rows of these places until the transaction ends: all who write answers there take turns."""
    cursor.execute(_ROOM)
    fresh = tally.hold_together(cursor, places)
    keys = columns(sorted(places))
    cursor.execute(_ANSWERED, keys)
    answered = cursor.fetchone()[0]
    cursor.execute(_EXCUSED, keys)
    mixed = set(cursor.fetchall())
    return Held(places, fresh, checks_of(cursor, places), mixed, answered)


def keep(
    cursor: Any, held: Held, said: bytes, rows: Iterable[bytes], counts: Sequence[Alike], *, once: bool,
    sender_id: int | None, at: datetime,
) -> list[int]:  # fmt: skip
    """Keep answers, first answers that is, and count them: CSV of the columns `SAID` and, in pieces, `ROWS`.

    `once` says that no two of the rows are about the same person, day and slot. Returns the rows of people who have
    answered otherwise before, ascending: those are for the ordinary way. The same content again changes nothing.
    """
    _stage(cursor, said, rows)
    simple = once and not held.answered
    cursor.execute(_KEEP if simple else _KEEP_FIRST, [at, sender_id])
    otherwise: list[int] = []
    if cursor.rowcount < sum(one.many for one in counts):
        cursor.execute(_OTHERWISE)
        otherwise = [row for (row,) in cursor.fetchall()]
    _count(cursor, held, counts if simple else (), at)
    return otherwise


def _stage(cursor: Any, said: bytes, rows: Iterable[bytes]) -> None:
    drop(cursor)
    cursor.execute(_CREATE)
    _copy(cursor, "stage_said", SAID, [said])
    _copy(cursor, "stage_row", ROWS, rows)


def _copy(cursor: Any, table: str, names: Sequence[str], pieces: Iterable[bytes]) -> None:
    quoted = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(_COPY.format(table=table, names=quoted)) as copy:
        for piece in pieces:
            copy.write(piece)


def drop(cursor: Any) -> None:
    """Forget the stage."""
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{table}' for table in _TABLES)}")


def _count(cursor: Any, held: Held, counts: Sequence[Alike], at: datetime) -> None:
    """Add first answers to the counters; what is not simple is counted from the rows."""
    changes: dict[Place, Change] = {}
    for one in counts:
        if one.place not in held.fresh and one.place not in held.mixed and one.place not in held.checks.taken:
            changes.setdefault(one.place, Change()).answer(
                state=one.state, fever=one.fever, mode="import", on_time=held.checks.on_time(one.place, at),
                excused=False, seen_on_time=None, many=one.many,
            )  # fmt: skip
    complete, others = tally.add(cursor, changes), held.places.keys() - changes.keys()
    tally.recount_together(cursor, others)
    tally.settle_complete(cursor, complete | others, at)
    for day in {day for _, day, _ in held.places}:
        touch(day, [unit for unit, on, _ in held.places if on == day])


def without_phone(cursor: Any, people: Sequence[UUID]) -> set[UUID]:
    """Those of these people of whom no phone is known."""
    cursor.execute(_WITHOUT_PHONE, [list(people)])
    return {number for (number,) in cursor.fetchall()}

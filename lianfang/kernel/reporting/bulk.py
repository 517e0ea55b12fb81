"""Very many answers in one go (整批登记): staged by COPY, placed by joins, kept by one statement for many units.

Only plain answers pass here: somebody on the roster, found in one way only, who says nothing that has to be sealed.
What is not plain is left over, by its row, for the ordinary way. The stage is a set of temporary tables: nobody else
sees them, nothing of them is logged, and they are gone with the connection at the latest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import tally_together as tally
from lianfang.kernel.reporting.answers import FORM_VERSION
from lianfang.kernel.reporting.tally_together import Place

SAID: Final = ("said", "day", "slot", "state", "temperature", "symptoms", "fever", "health_code")
GIVEN: Final = ("row", "unit_id", "said", "number_index", "ref", "name", "note", "claimed_at", "phone_index")
_TABLES = ("stage_placed", "stage_given", "stage_said")
_CREATE = """
CREATE TEMPORARY TABLE stage_said (
    said int, day date, slot varchar(5), state varchar(8), temperature numeric(4, 2), symptoms varchar(30)[],
    fever boolean, health_code varchar(10)
);
CREATE TEMPORARY TABLE stage_given (
    "row" int, unit_id bigint, said int, number_index bytea, ref uuid, name text, note varchar(500),
    claimed_at timestamptz, phone_index bytea
);
CREATE TEMPORARY TABLE stage_placed (
    "row" int, unit_id bigint, said int, person_id uuid, note varchar(500), claimed_at timestamptz, phone_index bytea
)
"""
_ROOM = "SET LOCAL work_mem = '128MB'"  # sorting and joining half a million rows without files
_COPY = "COPY {table} ({names}) FROM STDIN (FORMAT csv)"

_PLACED = 'INSERT INTO stage_placed SELECT g."row", g.unit_id, g.said, p.id, g.note, g.claimed_at, g.phone_index FROM'
_ON_ROSTER = "m.since <= s.day AND (m.until IS NULL OR m.until >= s.day)"
_MEMBER = f"""
 WHERE EXISTS (SELECT FROM people_membership m WHERE m.person_id = p.id AND m.unit_id = g.unit_id AND {_ON_ROSTER})
"""
# A document's holder, under the name on the register or no name; a person by number in the register; and a name that
# one membership of the unit bears.
_BY_NUMBER = f"""{_PLACED} stage_given g JOIN stage_said s USING (said) JOIN people_person p
    ON p.number_index = g.number_index AND p.merged_into_id IS NULL AND (g.name IS NULL OR g.name = p.name) {_MEMBER}"""
_BY_REF = f"""{_PLACED} stage_given g JOIN stage_said s USING (said) JOIN people_person p
    ON p.id = g.ref AND p.merged_into_id IS NULL {_MEMBER}"""
_BY_NAME = f"""{_PLACED} (
    SELECT g.*, m.person_id, count(*) OVER (PARTITION BY g."row") AS alike
      FROM stage_given g JOIN stage_said s USING (said)
      JOIN people_membership m ON m.unit_id = g.unit_id AND {_ON_ROSTER}
      JOIN people_person p ON p.id = m.person_id AND p.name = g.name
     WHERE g.number_index IS NULL AND g.ref IS NULL
) g JOIN people_person p ON p.id = g.person_id WHERE g.alike = 1"""
_LEFT_OVER = """
SELECT g."row" FROM stage_given g WHERE NOT EXISTS (SELECT FROM stage_placed p WHERE p."row" = g."row") ORDER BY 1
"""
_ABOUT = """
SELECT DISTINCT g."row" FROM stage_placed g JOIN stage_said s USING (said)
  JOIN unnest(%s::bigint[], %s::date[], %s::text[], %s::uuid[]) AS k(unit_id, day, slot, person_id)
    ON k.unit_id = g.unit_id AND k.day = s.day AND k.slot = s.slot AND k.person_id = g.person_id ORDER BY 1
"""
_UNTOLD = """
SELECT g."row", g.unit_id, p.birth_date FROM stage_placed g JOIN people_person p ON p.id = g.person_id
 WHERE p.guardian_notice_at IS NULL AND p.birth_date > %s ORDER BY 1 LIMIT %s
"""

_AMONG = 'g.unit_id BETWEEN %s AND %s AND g."row" <> ALL(%s)'
_PLACES = f"""
SELECT unit_id, day, slot, sum(many) FROM (
    SELECT g.unit_id, g.said, count(*) AS many FROM stage_placed g WHERE {_AMONG} GROUP BY 1, 2
) AS counted JOIN stage_said USING (said) GROUP BY 1, 2, 3
"""
_KEEP = f"""
INSERT INTO reporting_answer (
    unit_id, day, slot, person_id, revision, state, temperature, symptoms, fever, health_code, test_sealed, note, mode,
    form_version, claimed_at, received_at, sender_id, on_time, automated, reason)
SELECT g.unit_id, s.day, s.slot, g.person_id, 1, s.state, s.temperature, s.symptoms, s.fever, s.health_code, '',
       coalesce(g.note, ''), 'import', {FORM_VERSION}, g.claimed_at, %s, %s, coalesce(%s <= d.due_at, true), false, ''
  FROM stage_placed g JOIN stage_said s USING (said)
  LEFT JOIN dues_due d
    ON d.unit_id = g.unit_id AND d.kind = 'roll_call' AND d.day = s.day AND d.slot = s.slot AND d.line = 'territory'
 WHERE {_AMONG}
 ORDER BY g.unit_id, s.day, s.slot, g.person_id, g."row"
    ON CONFLICT DO NOTHING
"""
_OTHERWISE = f"""
SELECT g."row" FROM stage_placed g JOIN stage_said s USING (said) JOIN reporting_answer a
    ON a.unit_id = g.unit_id AND a.day = s.day AND a.slot = s.slot AND a.person_id = g.person_id
 WHERE {_AMONG}
   AND (a.state, a.temperature, a.symptoms, a.health_code, a.note, a.test_sealed)
       IS DISTINCT FROM (s.state, s.temperature, s.symptoms, s.health_code, coalesce(g.note, ''), '')
 ORDER BY 1
"""
_IN_NEED = f"""
SELECT g.unit_id, s.day, s.slot, g.person_id FROM stage_placed g JOIN stage_said s USING (said)
 WHERE g.said = ANY(%s) AND {_AMONG} ORDER BY g."row"
"""
_CALLABLE = f"""
SELECT g."row", g.person_id FROM stage_placed g JOIN people_person p ON p.id = g.person_id
 WHERE g.phone_index IS NOT NULL AND p.phone_sealed = '' AND {_AMONG}
 ORDER BY g."row"
"""


@dataclass(frozen=True, slots=True)
class Among:
    """Which staged rows are meant: those of units from one number to another, but for the rows `without`."""

    first: int
    last: int
    without: Sequence[int] = ()

    @property
    def parameters(self) -> list[Any]:
        """As the statements take them."""
        return [self.first, self.last, list(self.without)]


def stage(cursor: Any, said: bytes, given: Iterable[bytes]) -> None:
    """Take in what rows say and who is meant: CSV of the columns `SAID` and, in pieces, `GIVEN`; empty is null."""
    drop(cursor)
    cursor.execute(_CREATE)
    _copy(cursor, "stage_said", SAID, [said])
    _copy(cursor, "stage_given", GIVEN, given)
    cursor.execute("ANALYZE stage_said; ANALYZE stage_given")


def _copy(cursor: Any, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with cursor.copy(_COPY.format(table=table, names=names)) as copy:
        for piece in pieces:
            copy.write(piece)


def drop(cursor: Any) -> None:
    """Forget the stage."""
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{table}' for table in _TABLES)}")


def place(cursor: Any) -> list[int]:
    """Find the person of each row; the rows, ascending, of which none or more than one fits, or not simply."""
    cursor.execute(_ROOM)
    cursor.execute("SELECT count(*), count(number_index), count(ref) FROM stage_given")
    rows, by_number, by_ref = cursor.fetchone()
    found = 0
    for wanted, statement in ((by_number, _BY_NUMBER), (by_ref, _BY_REF), (rows - by_number - by_ref, _BY_NAME)):
        if wanted:
            cursor.execute(statement)
            found += cursor.rowcount
    cursor.execute("CREATE INDEX ON stage_placed (unit_id); ANALYZE stage_placed")
    if found == rows:
        return []
    cursor.execute(_LEFT_OVER)
    return [row for (row,) in cursor.fetchall()]


def untold(cursor: Any, *, born_after: Any, most: int) -> list[tuple[int, int, Any]]:
    """(row, unit, birth date) of placed people born after a day of whom no notice to a guardian is on record."""
    cursor.execute(_UNTOLD, [born_after, most])
    found: list[tuple[int, int, Any]] = cursor.fetchall()
    return found


def rows_about(cursor: Any, subjects: Sequence[tuple[Any, ...]]) -> list[int]:
    """Placed rows about one of these (unit, day, slot, person), ascending."""
    cursor.execute(_ABOUT, [list(column) for column in zip(*subjects, strict=True)])
    return [row for (row,) in cursor.fetchall()]


def rows_by_unit(cursor: Any) -> list[tuple[int, int]]:
    """(unit, how many rows are placed there), in the order of units."""
    cursor.execute("SELECT unit_id, count(*) FROM stage_placed GROUP BY 1 ORDER BY 1")
    found: list[tuple[int, int]] = cursor.fetchall()
    return found


def keep(cursor: Any, units: Mapping[int, Unit], among: Among, *, sender_id: int | None, at: datetime) -> list[int]:
    """Keep the placed answers of these units, first answers that is, and count them.

    `units` are all of those `among` that have rows. Returns the rows of people who have answered otherwise before,
    ascending: those are for the ordinary way. The same content again changes nothing.
    """
    cursor.execute(_ROOM)
    cursor.execute(_PLACES, among.parameters)
    counted = cursor.fetchall()
    places: set[Place] = {(unit, day, slot) for unit, day, slot, _ in counted}
    tally.hold_together(cursor, {place: units[place[0]] for place in places})
    cursor.execute(_KEEP, [at, sender_id, at, *among.parameters])
    otherwise: list[int] = []
    if cursor.rowcount < sum(many for *_, many in counted):
        cursor.execute(_OTHERWISE, among.parameters)
        otherwise = [row for (row,) in cursor.fetchall()]
    _count(cursor, places, at)
    return otherwise


def _count(cursor: Any, places: set[Place], at: datetime) -> None:
    tally.recount_together(cursor, places)
    tally.settle_complete(cursor, places, at)
    for day in {day for _, day, _ in places}:
        touch(day, [unit for unit, on, _ in places if on == day])


def in_need(cursor: Any, said: Sequence[int], among: Among) -> list[tuple[Any, ...]]:
    """(unit, day, slot, person) of answers that say one of `said`, in the order of rows."""
    if not said:
        return []
    cursor.execute(_IN_NEED, [list(said), *among.parameters])
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def without_phone(cursor: Any, among: Among) -> list[tuple[int, Any]]:
    """(row, person) where a phone was given of somebody of whom none is known."""
    cursor.execute(_CALLABLE, among.parameters)
    found: list[tuple[int, Any]] = cursor.fetchall()
    return found

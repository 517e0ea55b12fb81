"""What the counters mean (计数口径), in one statement; keeping, proving and repairing all use it.

Somebody with an answer has answered, even on leave; somebody on leave is excused; the rest of a class that was checked
is well; everybody else, and whoever the class head did not see, is unknown. It is added up table by table (rosters,
answers, leave) instead of person by person, so that a whole province costs little more than reading its tables once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

# Of somebody's memberships in a unit one at most has no end (a constraint), so those are counted by rows; those with
# an end (moves within the day, returns) are few and looked at one by one.
_ON_ROSTER: Final = "m.unit_id = {p}.unit_id AND m.person_id = {p}.person_id AND m.since <= {p}.day"
_ENTERED: Final = (
    "SELECT min(m.entered_at) FROM people_membership m WHERE "
    + _ON_ROSTER
    + " AND (m.until IS NULL OR m.until >= {p}.day)"
)

# Nearly everybody is well and answers for themselves. The few others are counted with three counts in the bits of one
# sum, by which a day's answers are read almost as fast as they are counted.
_FEW: Final = "a.state <> 'well' OR a.mode <> 'self'"
_KNOWN: Final = "a.state <> 'unknown' AND a.mode ="
_AMONG_THE_FEW: Final = {
    "few": "true",
    "few_well": "a.state = 'well'",
    "unwell": "a.state = 'unwell'",
    "unknown": "a.state = 'unknown'",
    "unknown_prompt": "a.state = 'unknown' AND a.on_time",
    "few_self": f"{_KNOWN} 'self'",
    **{f"by_{mode}": f"{_KNOWN} '{mode}'" for mode in ("proxy", "roll_call", "phone", "import", "api")},
}
_BITS: Final = 21  # of a count: nobody keeps a roster of two million
_A_SUM: Final = 3  # counts in a sum
_PLACE_OF: Final = {name: divmod(number, _A_SUM) for number, name in enumerate(_AMONG_THE_FEW)}


def _packed() -> str:
    """The sums, each of three counts."""
    parts: dict[int, list[str]] = {}
    for name, (number, place) in _PLACE_OF.items():
        parts.setdefault(number, []).append(f"(({_AMONG_THE_FEW[name]})::int::bigint << {place * _BITS})")
    sums = (f"sum({' + '.join(part)}) FILTER (WHERE {_FEW}) AS sum_{number}" for number, part in parts.items())
    return ", ".join(sums)


def _opened() -> str:
    """The counts out of the sums."""
    most = (1 << _BITS) - 1
    counts = (
        f"(coalesce(sum_{number}, 0)::bigint >> {place * _BITS}) & {most} AS {name}"
        for name, (number, place) in _PLACE_OF.items()
    )
    return ", ".join(counts)


_PACKED, _OPENED = _packed(), _opened()

# Who was on the roster when the class was checked: nearly always everybody, or else they are looked at one by one.
_THERE: Final = """CASE WHEN p.checked_at IS NULL THEN 0 WHEN r.last_entered <= p.checked_at THEN r.rostered ELSE (
               SELECT count(*) FROM people_membership m WHERE m.unit_id = p.unit_id AND m.since <= p.day
                  AND m.until IS NULL AND m.entered_at <= p.checked_at) END"""

_RECOUNT: Final = """
WITH places AS MATERIALIZED (
    SELECT t.unit_id, t.day, t.slot, r.received_at AS checked_at, coalesce(r.on_time, false)::int AS check_on_time
      FROM (SELECT unit_id, day, slot FROM reporting_tally WHERE {where}) t
      LEFT JOIN reporting_rollcall r USING (unit_id, day, slot)
), roster AS MATERIALIZED ({roster}
), ending AS (
    SELECT p.unit_id, p.day, p.slot, p.checked_at, m.person_id, min(m.entered_at) AS entered_at
      FROM places p
      JOIN people_membership m ON m.unit_id = p.unit_id AND m.since <= p.day AND m.until >= p.day
     GROUP BY p.unit_id, p.day, p.slot, p.checked_at, m.person_id
), ended AS (
    SELECT e.unit_id, e.day, e.slot, count(*) FILTER (WHERE o.entered_at IS NULL) AS rostered,
           count(*) FILTER (WHERE e.entered_at <= e.checked_at
                              AND (o.entered_at IS NULL OR o.entered_at > e.checked_at)) AS there
      FROM ending e
      LEFT JOIN people_membership o
        ON o.unit_id = e.unit_id AND o.person_id = e.person_id AND o.since <= e.day AND o.until IS NULL
     GROUP BY e.unit_id, e.day, e.slot
), answers AS MATERIALIZED (
    SELECT unit_id, day, slot, answers - unknown AS own, prompt - unknown_prompt AS on_time,
           answers - few + few_well AS well, unwell, fever, answers - few + few_self AS by_self,
           by_proxy, by_roll_call, by_phone, by_import, by_api
      FROM (SELECT unit_id, day, slot, answers, prompt, fever, {opened}
              FROM (SELECT unit_id, day, slot, count(*) AS answers, count(*) FILTER (WHERE a.on_time) AS prompt,
                           count(*) FILTER (WHERE a.fever) AS fever, {packed}
                      FROM reporting_answer a WHERE {where} AND a.counted GROUP BY unit_id, day, slot) a) a
), spoken AS (
    SELECT p.unit_id, p.day, p.slot, count(*) AS there
      FROM (SELECT p.unit_id, p.day, p.slot, p.checked_at, a.person_id
              FROM places p JOIN reporting_answer a USING (unit_id, day, slot)
             WHERE p.checked_at IS NOT NULL AND a.counted) p
     WHERE ({entered}) <= p.checked_at GROUP BY p.unit_id, p.day, p.slot
), leave AS (
    SELECT p.unit_id, p.day, p.slot, count(*) FILTER (WHERE coalesce(a.state, 'unknown') = 'unknown') AS excused,
           count(*) FILTER (WHERE a.person_id IS NULL AND p.entered_at <= p.checked_at) AS there
      FROM (SELECT p.*, ({entered}) AS entered_at
              FROM (SELECT DISTINCT p.unit_id, p.day, p.slot, p.checked_at, b.person_id
                      FROM places p JOIN people_absence b ON b.unit_id = p.unit_id AND p.day BETWEEN b.since AND b.until
                   ) p) p
      LEFT JOIN reporting_answer a
        ON a.unit_id = p.unit_id AND a.day = p.day AND a.slot = p.slot AND a.person_id = p.person_id
     WHERE p.entered_at IS NOT NULL GROUP BY p.unit_id, p.day, p.slot
), summed AS (
    SELECT p.unit_id, p.day, p.slot, p.check_on_time,
           coalesce(r.rostered, 0) + coalesce(e.rostered, 0) AS rostered, coalesce(l.excused, 0) AS excused,
           coalesce({there}, 0) + coalesce(e.there, 0) - coalesce(s.there, 0) - coalesce(l.there, 0) AS seen,
           {plain}
      FROM places p
      LEFT JOIN roster r USING (unit_id, day) LEFT JOIN ended e USING (unit_id, day, slot)
      LEFT JOIN answers a USING (unit_id, day, slot) LEFT JOIN spoken s USING (unit_id, day, slot)
      LEFT JOIN leave l USING (unit_id, day, slot)
)
SELECT unit_id, day, slot, rostered, excused, own + seen AS answered, on_time + seen * check_on_time AS on_time,
       well + seen AS well, unwell, fever, by_self, by_proxy, by_roll_call + seen AS by_roll_call,
       by_phone, by_import, by_api
  FROM summed
""".replace("{entered}", _ENTERED.format(p="p")).replace("{packed}", _PACKED).replace("{opened}", _OPENED).replace(
    "{there}", _THERE
).replace(
    "{plain}",
    ", ".join(
        f"coalesce(a.{name}, 0) AS {name}"
        for name in (
            "own", "on_time", "well", "unwell", "fever",
            "by_self", "by_proxy", "by_roll_call", "by_phone", "by_import", "by_api",
        )
    ),
)  # fmt: skip

# Rosters, and when the last of them was entered: of some places, and of a whole day, which is read without looking any
# unit up.
_OF_PLACES: Final = """
    SELECT p.unit_id, p.day, count(*) AS rostered, max(m.entered_at) AS last_entered
      FROM (SELECT DISTINCT unit_id, day FROM places) p
      JOIN people_membership m ON m.unit_id = p.unit_id AND m.since <= p.day AND m.until IS NULL
     GROUP BY p.unit_id, p.day
"""
_OF_A_DAY: Final = """
    SELECT m.unit_id, %s::date AS day, count(*) AS rostered, max(m.entered_at) AS last_entered
      FROM people_membership m WHERE m.since <= %s AND m.until IS NULL GROUP BY m.unit_id
"""


def recount_of(where: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement that counts the places chosen by `where` (a condition on unit_id, day and slot), and its values."""
    return _RECOUNT.format(where=where, roster=_OF_PLACES), [*parameters, *parameters]


def recount_of_day(day: date) -> tuple[str, list[Any]]:
    """The statement that counts all places of a day, and its values."""
    return _RECOUNT.format(where="day = %s", roster=_OF_A_DAY), [day] * 4


# An answer counts while its person is on the roster of its day; whoever changes a roster weighs its answers anew.
WEIGH: Final = f"""
UPDATE reporting_answer p SET counted = NOT counted
 WHERE {{where}} AND counted = (({_ENTERED.format(p="p")}) IS NULL)
"""
ASTRAY: Final = f"""
SELECT count(*) FROM reporting_answer p WHERE {{where}} AND counted = (({_ENTERED.format(p="p")}) IS NULL)
"""

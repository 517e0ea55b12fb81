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

_RECOUNT: Final = """
WITH places AS MATERIALIZED (
    SELECT t.unit_id, t.day, t.slot, r.received_at AS checked_at, coalesce(r.on_time, false)::int AS check_on_time
      FROM (SELECT unit_id, day, slot FROM reporting_tally WHERE {where}) t
      LEFT JOIN reporting_rollcall r USING (unit_id, day, slot)
), present AS MATERIALIZED ({present}
), roster AS (
    SELECT unit_id, day, max(rostered) AS rostered FROM present GROUP BY unit_id, day
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
), answers AS (
    SELECT unit_id, day, slot,
           count(*) FILTER (WHERE a.state <> 'unknown') AS own,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.on_time) AS on_time,
           count(*) FILTER (WHERE a.state = 'well') AS well,
           count(*) FILTER (WHERE a.state = 'unwell') AS unwell,
           count(*) FILTER (WHERE a.fever) AS fever,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'self') AS by_self,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'proxy') AS by_proxy,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'roll_call') AS by_roll_call,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'phone') AS by_phone,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'import') AS by_import,
           count(*) FILTER (WHERE a.state <> 'unknown' AND a.mode = 'api') AS by_api
      FROM reporting_answer a WHERE {where} AND a.counted GROUP BY unit_id, day, slot
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
           coalesce(h.there, 0) + coalesce(e.there, 0) - coalesce(s.there, 0) - coalesce(l.there, 0) AS seen,
           {plain}
      FROM places p
      LEFT JOIN roster r USING (unit_id, day) LEFT JOIN ended e USING (unit_id, day, slot)
      LEFT JOIN present h USING (unit_id, day, slot)
      LEFT JOIN answers a USING (unit_id, day, slot) LEFT JOIN spoken s USING (unit_id, day, slot)
      LEFT JOIN leave l USING (unit_id, day, slot)
)
SELECT unit_id, day, slot, rostered, excused, own + seen AS answered, on_time + seen * check_on_time AS on_time,
       well + seen AS well, unwell, fever, by_self, by_proxy, by_roll_call + seen AS by_roll_call,
       by_phone, by_import, by_api
  FROM summed
""".replace("{entered}", _ENTERED.format(p="p")).replace(
    "{plain}",
    ", ".join(
        f"coalesce(a.{name}, 0) AS {name}"
        for name in (
            "own", "on_time", "well", "unwell", "fever",
            "by_self", "by_proxy", "by_roll_call", "by_phone", "by_import", "by_api",
        )
    ),
)  # fmt: skip

# Rosters, with those of them who were entered when each class check was taken: of some places, and of a whole day,
# which is read without looking any unit up.
_OF_PLACES: Final = """
    SELECT p.unit_id, p.day, p.slot, count(*) AS rostered, count(*) FILTER (WHERE m.entered_at <= p.checked_at) AS there
      FROM places p JOIN people_membership m ON m.unit_id = p.unit_id AND m.since <= p.day AND m.until IS NULL
     GROUP BY p.unit_id, p.day, p.slot
"""
_OF_A_DAY: Final = """
    SELECT m.unit_id, %s::date AS day, c.slot, count(*) AS rostered,
           count(*) FILTER (WHERE m.entered_at <= c.received_at) AS there
      FROM people_membership m
      LEFT JOIN (SELECT unit_id, slot, received_at FROM reporting_rollcall WHERE day = %s) c ON c.unit_id = m.unit_id
     WHERE m.since <= %s AND m.until IS NULL GROUP BY m.unit_id, c.slot
"""


def recount_of(where: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement that counts the places chosen by `where` (a condition on unit_id, day and slot), and its values."""
    return _RECOUNT.format(where=where, present=_OF_PLACES), [*parameters, *parameters]


def recount_of_day(day: date) -> tuple[str, list[Any]]:
    """The statement that counts all places of a day, and its values."""
    return _RECOUNT.format(where="day = %s", present=_OF_A_DAY), [day] * 5


# An answer counts while its person is on the roster of its day; whoever changes a roster weighs its answers anew.
WEIGH: Final = f"""
UPDATE reporting_answer p SET counted = NOT counted
 WHERE {{where}} AND counted = (({_ENTERED.format(p="p")}) IS NULL)
"""
ASTRAY: Final = f"""
SELECT count(*) FROM reporting_answer p WHERE {{where}} AND counted = (({_ENTERED.format(p="p")}) IS NULL)
"""

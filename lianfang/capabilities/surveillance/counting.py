"""Counting illness anew (监测计数): the units whose answers moved, then everything above them, a day at a time.

Counted from the answers and added up from below, never added to what was there: a pass can be repeated, missed or
interrupted, and nothing stays wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from lianfang.capabilities.surveillance.bounds import settle
from lianfang.capabilities.surveillance.syndromes import groups, leave_for_illness
from lianfang.domain.surveillance.terms import ABSENCE, ANY, FEVER, NEW
from lianfang.kernel.dues.stale import WHOLE_DAY
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.moved import take_moved
from lianfang.kernel.scope import EVERYTHING, within

_LOCK: Final = 0x4C465356  # "LFSV": of several workers one counts
A_DAY: Final = timedelta(days=1)

# Of a person with several answers a day, each syndrome counts once; the slot with most answers gives the denominator.
_OWN: Final = """
CREATE TEMP TABLE counted_own ON COMMIT DROP AS
WITH t AS (
    SELECT unit_id, path, max(sector_path) AS sector_path, greatest(max(rostered - excused), 0) AS expected,
           max(answered) AS answered
      FROM reporting_tally WHERE day = %(day)s AND {units} GROUP BY unit_id, path
), ill AS (
    SELECT unit_id, person_id, fever, symptoms FROM reporting_answer
     WHERE day = %(day)s AND {units} AND (fever OR symptoms <> '{{}}' OR state = 'unwell') AND counted
), n AS (
    SELECT i.unit_id, g.code, count(DISTINCT i.person_id) AS n FROM ill i
      JOIN (SELECT j.key AS code, ARRAY(SELECT jsonb_array_elements_text(j.value)) AS members
              FROM jsonb_each(%(groups)s::jsonb) j) g
        ON i.symptoms && g.members::varchar[] OR (i.fever AND 'fever' = ANY(g.members))
     GROUP BY 1, 2
    UNION ALL SELECT unit_id, %(any)s, count(DISTINCT person_id) FROM ill GROUP BY 1
    UNION ALL SELECT unit_id, %(fever)s, count(DISTINCT person_id) FROM ill WHERE fever GROUP BY 1
    UNION ALL SELECT unit_id, %(new)s, count(DISTINCT person_id) FROM ill WHERE NOT EXISTS (
        SELECT FROM reporting_answer b WHERE b.unit_id = ill.unit_id AND b.day = %(day)s - 1
           AND b.person_id = ill.person_id AND (b.fever OR b.symptoms <> '{{}}' OR b.state = 'unwell') AND b.counted)
     GROUP BY 1
    UNION ALL SELECT unit_id, %(absence)s, count(DISTINCT person_id) FROM people_absence
     WHERE %(day)s BETWEEN since AND until AND {units} AND reason ~* %(leave)s GROUP BY 1
)
SELECT t.*, coalesce((SELECT jsonb_object_agg(n.code, n.n) FROM n WHERE n.unit_id = t.unit_id), '{{}}') AS counts FROM t
"""
_OWN_COLUMNS: Final = "unit_id bigint, path text, sector_path text, expected int, answered int, counts jsonb"

# The places to count: those of the units, those above them, and where the units stood when they were counted last.
_PLACES: Final = """
CREATE TEMP TABLE counted_place ON COMMIT DROP AS
WITH leaves AS (
    SELECT path FROM counted_own
    UNION SELECT path FROM surveillance_daycount WHERE day = %(day)s AND {units}
), steps AS (
    SELECT DISTINCT (string_to_array(rtrim(l.path, '/'), '/'))[1:g.depth] AS parts
      FROM leaves l
     CROSS JOIN LATERAL generate_series(1, array_length(string_to_array(rtrim(l.path, '/'), '/'), 1)) AS g (depth)
)
SELECT array_to_string(parts, '/') || '/' AS path, array_length(parts, 1) AS depth,
       parts[array_length(parts, 1)]::bigint AS unit_id,
       CASE WHEN array_length(parts, 1) > 1
            THEN array_to_string(parts[1:array_length(parts, 1) - 1], '/') || '/' ELSE '' END AS above
  FROM steps
"""
_WRITE: Final = """
INSERT INTO surveillance_daycount
       (unit_id, day, path, sector_path, above, level, expected, answered, counts, bounds, fewest)
SELECT p.unit_id, %(day)s, p.path, coalesce(o.sector_path, u.sector_path), p.above, u.kind,
       coalesce(o.expected, 0) + coalesce(b.expected, 0), coalesce(o.answered, 0) + coalesce(b.answered, 0),
       coalesce((SELECT jsonb_object_agg(k.key, k.n) FROM (
           SELECT key, sum(value::text::int) AS n FROM (
               SELECT e.key, e.value FROM jsonb_each(o.counts) e
               UNION ALL SELECT e.key, e.value FROM surveillance_daycount c, jsonb_each(c.counts) e
                WHERE c.day = %(day)s AND c.above = p.path) every GROUP BY key) k), '{{}}'), '{{}}', %(fewest)s
  FROM counted_place p
  JOIN orgs_unit u ON u.id = p.unit_id
  LEFT JOIN counted_own o ON o.unit_id = p.unit_id AND o.path = p.path
  LEFT JOIN LATERAL (SELECT sum(c.expected) AS expected, sum(c.answered) AS answered FROM surveillance_daycount c
                      WHERE c.day = %(day)s AND c.above = p.path) b ON true
 WHERE p.depth = %(depth)s
ON CONFLICT (unit_id, day) DO UPDATE SET
       path = excluded.path, sector_path = excluded.sector_path, above = excluded.above, level = excluded.level,
       expected = excluded.expected, answered = excluded.answered, counts = excluded.counts,
       bounds = CASE WHEN excluded.fewest > 1 THEN surveillance_daycount.bounds ELSE '{{}}' END,
       fewest = excluded.fewest
"""
# What of the day is to be settled anew: whatever is counted otherwise than before, or elsewhere in the tree.
_BEFORE: Final = """
CREATE TEMP TABLE counted_before ON COMMIT DROP AS
SELECT unit_id, path, above, fewest, counts FROM surveillance_daycount
 WHERE day = %(day)s AND (%(whole)s OR unit_id IN (SELECT unit_id FROM counted_place))
"""
_CHANGED: Final = """
SELECT DISTINCT k.code FROM counted_before b
  FULL JOIN (SELECT unit_id, path, above, fewest, counts FROM surveillance_daycount
              WHERE day = %(day)s AND (%(whole)s OR unit_id IN (SELECT unit_id FROM counted_place))) n USING (unit_id)
 CROSS JOIN LATERAL jsonb_object_keys(coalesce(b.counts, '{}') || coalesce(n.counts, '{}')) k (code)
 WHERE (b.path, b.above, b.fewest, b.counts->k.code) IS DISTINCT FROM (n.path, n.above, n.fewest, n.counts->k.code)
"""


def count_moved() -> int:
    """Count anew whatever has moved since the last pass; how many rows were written. Another worker's pass is left."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        return sum(_count(cursor, day, units) for day, units in sorted(_and_the_days_after(take_moved()).items()))


def count_days(days: Iterable[date]) -> int:
    """Count whole days anew."""
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return sum(_count(cursor, day, {WHOLE_DAY}) for day in days)


def _and_the_days_after(moved: dict[date, set[int]]) -> dict[date, set[int]]:
    """What moved, and on the days after it that are counted: who is ill there is new or not by the day before."""
    after = [day + A_DAY for day in moved]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [after])
        counted = [day for (day,) in cursor.fetchall()]
    found = {day: set(units) for day, units in moved.items()}
    for day in counted:
        units = found.get(day, set()) | moved[day - A_DAY]
        found[day] = {WHOLE_DAY} if WHOLE_DAY in units else units
    return found


def _count(cursor: Any, day: date, units: set[int]) -> int:
    whole = WHOLE_DAY in units
    chosen = "true" if whole else "unit_id = ANY(%(units)s)"
    given = _given(day, units)
    cursor.execute("DROP TABLE IF EXISTS counted_own, counted_place, counted_before")
    cursor.execute(_OWN.format(units=chosen), given)
    cursor.execute(_PLACES.format(units=chosen), given)
    cursor.execute("CREATE INDEX ON counted_own (unit_id); ANALYZE counted_own; ANALYZE counted_place")
    cursor.execute("SELECT count(*), coalesce(max(depth), 0) FROM counted_place")
    many, deepest = cursor.fetchone()
    cursor.execute(_BEFORE, given)
    if whole:
        cursor.execute(_GONE, given)
    for depth in range(deepest, 0, -1):
        cursor.execute(_WRITE.replace("{{}}", "{}"), given | {"depth": depth})
    if many and given["fewest"] > 1:
        cursor.execute(_CHANGED, given)
        settle(cursor, day, given["fewest"], {code for (code,) in cursor.fetchall()})
    return int(many)


_COUNTED: Final = """
SELECT d FROM unnest(%s::date[]) d WHERE EXISTS (SELECT FROM surveillance_daycount r WHERE r.day = d)
"""
_GONE: Final = """
DELETE FROM surveillance_daycount r WHERE r.day = %(day)s
   AND NOT EXISTS (SELECT 1 FROM counted_place p WHERE p.unit_id = r.unit_id AND p.path = r.path)
"""


def _given(day: date, units: set[int]) -> dict[str, Any]:
    from django.db.backends.postgresql.psycopg_any import Jsonb  # noqa: PLC0415

    known = {code: list(members) for code, members in groups().items()}
    return {
        "day": day, "units": sorted(units), "groups": Jsonb(known), "any": ANY, "new": NEW, "fever": FEVER,
        "absence": ABSENCE, "whole": WHOLE_DAY in units, "leave": leave_for_illness(), "fewest": _fewest(day),
    }  # fmt: skip


def _fewest(day: date) -> int:
    """Below how many counts are hidden, by the rules at the root of the tree: one number for a whole table."""
    top = Unit.objects.filter(parent__isnull=True).order_by("path").first()
    return Rules(day).of(top).small_cell if top else 0

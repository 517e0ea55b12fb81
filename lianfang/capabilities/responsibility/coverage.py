"""The coverage audit (横向到边、纵向到底): every unit, person and zone has an owner, with no gap and no overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing without exactly one owner: `kind` is unit, person or zone."""

    kind: str
    code: str
    name: str


_UNITS = """
SELECT 'unit', u.code, u.name FROM orgs_unit u
 WHERE u.path >= %(low)s AND u.path < %(high)s AND u.opened_on <= %(day)s AND coalesce(u.closed_on, %(day)s) >= %(day)s
   AND u.reports AND NOT EXISTS (
       SELECT 1 FROM responsibility_responsible r
        WHERE r.unit_id = u.id AND r.since <= %(day)s AND (r.until IS NULL OR r.until > %(day)s))
"""
_PEOPLE = """
SELECT 'person', p.id::text, p.name FROM people_person p JOIN orgs_unit h ON h.id = p.home_unit_id
 WHERE h.path >= %(low)s AND h.path < %(high)s AND p.merged_into_id IS NULL AND NOT EXISTS (
       SELECT 1 FROM people_membership m JOIN orgs_unit u ON u.id = m.unit_id
        WHERE m.person_id = p.id AND m.since <= %(day)s AND coalesce(m.until, %(day)s) >= %(day)s
          AND coalesce(u.closed_on, %(day)s) >= %(day)s)
   AND NOT EXISTS (SELECT 1 FROM people_membership m WHERE m.person_id = p.id AND m.until < %(day)s)
   AND NOT EXISTS (SELECT 1 FROM people_guardianship g WHERE g.guardian_id = p.id)
"""
_ZONES = """
SELECT 'zone', u.code, z.name FROM responsibility_zone z JOIN orgs_unit u ON u.id = z.unit_id
 WHERE u.path >= %(low)s AND u.path < %(high)s AND z.owner = ''
"""


def gaps(unit: Unit, day: date) -> Iterator[Gap]:
    """Everything under `unit` that has no owner on `day`: reporting units, people on no roster, zones."""
    low, high = below(unit.path)
    with connection.cursor() as cursor:
        for question in (_UNITS, _PEOPLE, _ZONES):
            cursor.execute(question, {"low": low, "high": high, "day": day})
            yield from (Gap(*row) for row in cursor.fetchall())


def posts(unit: Unit, day: date) -> dict[str, int]:
    """How many units under `unit` are on post, off post, or have not said so on `day`."""
    low, high = below(unit.path)
    question = """
        SELECT coalesce(m.state, 'not_reported'), count(*) FROM orgs_unit u
          JOIN responsibility_responsible r ON r.unit_id = u.id AND r.until IS NULL
          LEFT JOIN LATERAL (
               SELECT CASE WHEN on_post THEN 'on_post' ELSE 'off_post' END AS state FROM responsibility_postmark p
                WHERE p.unit_id = u.id AND (p.at AT TIME ZONE u.zone_name)::date = %s ORDER BY p.at DESC LIMIT 1
          ) m ON true
         WHERE u.path >= %s AND u.path < %s GROUP BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(question, [day, low, high])
        return {"on_post": 0, "off_post": 0, "not_reported": 0, **dict(cursor.fetchall())}

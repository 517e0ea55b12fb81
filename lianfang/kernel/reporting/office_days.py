"""How people fare day by day (每日健康概况): who is in observation, who is newly ill; kept for offices.

Held are people at an observation site, isolated on campus or at home; each counts once, whatever holds of them. A day
counts at its end, the day under way at the moment. Newly ill is who answers so and did not on the day before. On the
sector line a person counts with the unit that lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from django.db import connection, transaction

from lianfang.kernel import clock
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.board_asked import Question, ask
from lianfang.kernel.reporting.office_bounds import settle
from lianfang.kernel.scope import EVERYTHING, within

SITE, CAMPUS, HOME = "observation", "isolation", "home"
HELD_KINDS: Final = (SITE, CAMPUS, HOME)
"""Kinds of status by which somebody is in observation."""
KEPT_DAYS: Final = 60
"""Days that are counted anew when a day begins; corrections of what lies further back are rare."""
EVERY: Final = timedelta(seconds=20)
A_DAY: Final = timedelta(days=1)

_ABOVE: Final = """
CROSS JOIN LATERAL (
      SELECT unnest(string_to_array(rtrim(u.path, '/'), '/')::bigint[])
      UNION SELECT unnest(string_to_array(rtrim(v.sector_path, '/'), '/')::bigint[]) FROM orgs_unit v
             WHERE v.id = ANY(string_to_array(rtrim(u.path, '/'), '/')::bigint[]) AND v.sector_path <> '') a (id)
"""
_ILL: Final = "({0}.fever OR {0}.symptoms <> '{{{{}}}}' OR {0}.state = 'unwell') AND {0}.counted"
_HELD: Final = f"""
count(DISTINCT s.person_id) AS everybody,
              count(DISTINCT s.person_id) FILTER (WHERE s.until IS NULL OR s.until > e.at) AS held,
              count(DISTINCT s.person_id) FILTER (
                  WHERE (s.until IS NULL OR s.until > e.at) AND s.kind = '{SITE}') AS site,
              count(DISTINCT s.person_id) FILTER (
                  WHERE (s.until IS NULL OR s.until > e.at) AND s.kind = '{CAMPUS}') AS campus,
              count(DISTINCT s.person_id) FILTER (
                  WHERE (s.until IS NULL OR s.until > e.at) AND s.kind = '{HOME}') AS home
"""
_DAYS: Final = "unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) e (day, began, at)"
_COUNT: Final = f"""
SELECT e.day, o.path, coalesce(h.held, 0), coalesce(h.site, 0), coalesce(h.campus, 0), coalesce(h.home, 0),
       coalesce(h.everybody - h.held, 0), coalesce(n.ill, 0)
  FROM unnest(%(days)s::date[]) e (day)
 CROSS JOIN (SELECT id, path FROM orgs_unit WHERE {{which}}) o
  LEFT JOIN (
       SELECT e.day, a.id, {_HELD}
         FROM {_DAYS} JOIN statuses_status s ON s.since <= e.at AND (s.until IS NULL OR s.until > e.began)
         JOIN orgs_unit u ON u.id = s.unit_id {_ABOVE}
        WHERE s.kind = ANY(%(kinds)s) AND s.until IS DISTINCT FROM s.since AND {{among}} GROUP BY 1, 2) h
    ON h.day = e.day AND h.id = o.id
  LEFT JOIN (
       SELECT x.day, a.id, count(DISTINCT x.person_id) AS ill
         FROM reporting_answer x JOIN orgs_unit u ON u.id = x.unit_id {_ABOVE}
        WHERE x.day = ANY(%(days)s) AND {_ILL.format("x")} AND {{among}} AND NOT EXISTS (
              SELECT 1 FROM reporting_answer b WHERE b.unit_id = x.unit_id AND b.day = x.day - 1
                 AND b.person_id = x.person_id AND {_ILL.format("b")}) GROUP BY 1, 2) n
    ON n.day = e.day AND n.id = o.id
"""
# Of one institution: its units first, then what each of them has. LATERAL: the rows of all others are not to be read.
_COUNT_WITHIN: Final = f"""
WITH s AS MATERIALIZED (
       SELECT x.* FROM orgs_unit u CROSS JOIN LATERAL (
              SELECT person_id, kind, since, until FROM statuses_status y
               WHERE y.unit_id = u.id AND y.kind = ANY(%(kinds)s) AND y.since <= %(last_at)s
                 AND (y.until IS NULL OR y.until > %(first_began)s) AND y.until IS DISTINCT FROM y.since OFFSET 0) x
        WHERE u.path >= %(low)s AND u.path < %(high)s
), n AS (
       SELECT x.day, count(DISTINCT x.person_id) AS ill FROM orgs_unit u CROSS JOIN LATERAL (
              SELECT x.day, x.person_id FROM reporting_answer x
               WHERE x.unit_id = u.id AND x.day BETWEEN %(first)s AND %(last)s AND {_ILL.format("x")}
                 AND NOT EXISTS (SELECT 1 FROM reporting_answer b WHERE b.unit_id = x.unit_id AND b.day = x.day - 1
                                    AND b.person_id = x.person_id AND {_ILL.format("b")}) OFFSET 0) x
        WHERE u.path >= %(low)s AND u.path < %(high)s GROUP BY 1
)
SELECT h.day, h.held, h.site, h.campus, h.home, h.everybody - h.held, coalesce(n.ill, 0)
  FROM (SELECT e.day, {_HELD}
          FROM {_DAYS} LEFT JOIN s ON s.since <= e.at AND (s.until IS NULL OR s.until > e.began) GROUP BY 1) h
  LEFT JOIN n ON n.day = h.day
""".format()
_KEEP: Final = """
INSERT INTO reporting_office_day (day, path, health, counted_at)
SELECT n.day, n.path, ARRAY[n.held, n.site, n.campus, n.home, n.ended, n.ill], %(now)s
  FROM ({count}) n (day, path, held, site, campus, home, ended, ill)
    ON CONFLICT (path, day) DO UPDATE SET health = excluded.health, counted_at = excluded.counted_at
"""
_KEPT: Final = """
SELECT day, health, counted_at, bounds FROM reporting_office_day WHERE path = %(path)s AND day = ANY(%(days)s)
"""


@dataclass(frozen=True, slots=True)
class Health:
    """How many people are in observation under a unit at the end of a day, and on it were let go or newly ill.

    `at_site`, `on_campus` and `at_home` may overlap; `held` counts each person once. `bounds` says of each of the six,
    where it is hidden beside a neighbouring office's, below what number it is said to be; it is empty where none is.
    """

    held: int = 0
    at_site: int = 0
    on_campus: int = 0
    at_home: int = 0
    ended: int = 0
    newly_ill: int = 0
    bounds: tuple[int, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """All six, as they are kept."""
        return self.held, self.at_site, self.on_campus, self.at_home, self.ended, self.newly_ill


@dataclass(slots=True)
class Keeper:
    """What one worker remembers of its keeping: when today was counted last, and which days are still to come."""

    at: datetime | None = None
    day: date | None = None
    waiting: list[date] = field(default_factory=list)

    def keep(self) -> int:
        """Count today for all offices when it is time, and one of the days before that wait; rows written."""
        now = clock.now()
        rested = self.at is None or abs(now - self.at) >= EVERY
        if not (rested or self.waiting):
            return 0
        with within(EVERYTHING):
            zone = _zone()
            today = now.astimezone(zone).date()
            if today != self.day:
                self.day, self.waiting = today, [today - n * A_DAY for n in range(KEPT_DAYS - 1, 0, -1)]
            days = ([today] if rested else []) + ([self.waiting.pop()] if self.waiting else [])
            written = sum(keep_day(day, zone=zone) for day in days)
        self.at = now if rested else self.at
        return written


def keep_day(day: date, *, zone: tzinfo) -> int:
    """Count one day of every office anew and keep it; rows written. Runs in a scope that sees everything."""
    values = _values([day], zone) | {"offices": list(OFFICES), "now": clock.now()}
    count = _COUNT.format(which="kind = ANY(%(offices)s)", among="true")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEEP.format(count=count), values)
        written = int(cursor.rowcount)
        for one in (day, day + A_DAY):  # who was let go on the day after is told by this day as well
            settle(cursor, one, _fewest(one))
        return written


def kept_asked(unit: Unit, days: Sequence[date]) -> Question:
    """The question for the days that are kept of an office; `health_by_day` reads it."""
    return Question(_KEPT, {"path": unit.path, "days": list(days)})


def health_by_day(
    unit: Unit, days: Sequence[date], kept: Iterable[Sequence[Any]] = ()
) -> tuple[dict[date, Health], datetime]:
    """Day -> how people fare under the unit, and as of when; days that are not kept are counted now.

    The scope in force must see statuses and answers under the unit, else they count as none.
    """
    found: dict[date, Health] = {}
    as_of = clock.now()
    for day, health, counted_at, bounds in kept:
        found[day] = Health(*[*health, tuple(bounds)])
        as_of = min(as_of, counted_at) if day == max(days) else as_of
    return found | _counted(unit, [day for day in days if day not in found]), as_of


def _counted(unit: Unit, days: Sequence[date]) -> dict[date, Health]:
    if not days:
        return {}
    low, high = below(unit.path)
    values = _values(days, unit.zone) | {"unit": unit.pk, "low": low, "high": high}
    if unit.kind in OFFICES:  # whose sector line may lead to units elsewhere
        (rows,) = ask(Question(_COUNT.format(which="id = %(unit)s", among="true"), values))
        return {day: Health(*numbers) for day, _path, *numbers in rows}
    span = {
        "first": min(days), "last": max(days), "first_began": min(values["begins"]), "last_at": max(values["ends"]),
    }  # fmt: skip
    (rows,) = ask(Question(_COUNT_WITHIN, values | span))
    return {day: Health(*numbers) for day, *numbers in rows}


def _values(days: Sequence[date], zone: tzinfo) -> dict[str, Any]:
    now = clock.now()
    begins = [datetime.combine(day, time(0), zone) for day in days]
    ends = [min(begin + A_DAY, max(now, begin)) for begin in begins]
    return {"days": list(days), "begins": begins, "ends": ends, "kinds": list(HELD_KINDS)}


def _zone() -> tzinfo:
    root = _root()
    return root.zone if root else Unit().zone


def _fewest(day: date) -> int:
    """Below how many counts are hidden, by the rules at the root of the tree: one number for all walls."""
    root = _root()
    return Rules(day).of(root).small_cell if root else 0


def _root() -> Unit | None:
    return Unit.objects.filter(parent=None).order_by("path").first()

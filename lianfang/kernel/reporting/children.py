"""The units right below a place, as its board lists them (下级单位): read in one statement, since there may be many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.figures import COUNTED, Counts, People, people_of

Numbers = tuple[int, ...]
NO_COUNTS: Numbers = tuple(0 for _ in COUNTED)
NO_PEOPLE: Numbers = tuple(People().as_list())


@dataclass(slots=True)
class Child:
    """One lower unit: who it is, what became of its own report, and the counts of everything under it.

    `state` is one of `not_owed`, `zero`, `late`, `received`, `excused`, `returned`, `missing` (past its time) and
    `not_yet`; `late` also says so of a zero report. Of hundreds of units only those shown are given as `Counts`.
    """

    pk: int
    code: str
    name: str
    kind: str
    path: str
    by_sector: bool  # only; its place in the tree is elsewhere
    state: str
    late: bool
    revision: int | None
    fever: int | None
    keeps_roster: bool
    reports: bool
    opens: float | None  # this and the next three in seconds since 1970: there are many, of which few are shown
    reminds: float | None
    falls_due: float | None
    settled: float | None
    nudges: int | None
    explained: str | None
    return_reason: str | None
    counted: Numbers = NO_COUNTS
    people_counted: Numbers = NO_PEOPLE

    @property
    def due_at(self) -> datetime | None:
        """When its own report (or class check) is due."""
        return moment(self.falls_due)

    @property
    def settled_at(self) -> datetime | None:
        """When it came in."""
        return moment(self.settled)

    @property
    def counts(self) -> Counts:
        """The reports under it."""
        return Counts(*self.counted)

    @property
    def people(self) -> People:
        """The people under it."""
        return people_of(self.people_counted)

    @property
    def unwell(self) -> int | None:
        """How many are not well, or have a fever by its report where nobody counts people there."""
        rostered, unwell = self.people_counted[0], self.people_counted[4]
        return unwell if rostered else self.fever


def moment(seconds: float | None) -> datetime | None:
    """A moment from seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


# A unit that sends no report of its own owes its class check instead ("report" comes before "roll_call").
_CHILDREN = """
SELECT u.id, u.code, CASE WHEN %(english)s AND u.name_en <> '' THEN u.name_en ELSE u.name END, u.kind, u.path,
       u.parent_id IS DISTINCT FROM %(unit)s,
       CASE WHEN d.unit_id IS NULL THEN 'not_owed'
            WHEN d.settled_at IS NOT NULL THEN
                 CASE WHEN d.zero THEN 'zero' WHEN d.settled_at > d.due_at THEN 'late' ELSE 'received' END
            WHEN d.excused <> '' THEN 'excused' WHEN d.returned_at IS NOT NULL THEN 'returned'
            WHEN d.due_at < %(now)s THEN 'missing' ELSE 'not_yet' END,
       coalesce(d.settled_at > d.due_at, false), r.revision,
       CASE WHEN jsonb_typeof(r.values->'fever') = 'number' THEN (r.values->>'fever')::numeric::int END,
       u.keeps_roster, u.reports, extract(epoch FROM d.opens_at)::float8, extract(epoch FROM d.remind_at)::float8,
       extract(epoch FROM d.due_at)::float8, extract(epoch FROM d.settled_at)::float8, d.nudges, d.explained,
       r.return_reason
  FROM orgs_unit u
  LEFT JOIN LATERAL (
       SELECT * FROM dues_due o WHERE o.unit_id = u.id AND o.kind IN ('report', 'roll_call') AND o.day = %(day)s
          AND o.line = 'territory' ORDER BY o.kind, o.slot LIMIT 1) d ON true
  LEFT JOIN LATERAL (
       SELECT revision, values, return_reason FROM reporting_unitreport o
        WHERE o.unit_id = u.id AND o.form = %(form)s AND o.day = %(day)s AND o.current LIMIT 1) r ON true
 WHERE """
_BELOW = """
(u.parent_id = %(unit)s OR u.sector_parent_id = %(unit)s)
   AND u.opened_on <= %(day)s AND (u.closed_on IS NULL OR u.closed_on >= %(day)s) ORDER BY u.code
"""
# The last days of some units: one short walk along the key of the dues a unit.
_HISTORY = """
SELECT u.id, d.day, CASE WHEN d.settled_at IS NULL AND d.returned_at IS NOT NULL THEN 'returned'
            WHEN d.settled_at IS NULL THEN 'missing' WHEN d.settled_at > d.due_at THEN 'late'
            WHEN d.zero THEN 'zero' ELSE 'report' END
  FROM unnest(%(units)s::bigint[]) u (id) CROSS JOIN LATERAL (
       SELECT * FROM dues_due o WHERE o.unit_id = u.id AND o.kind IN ('report', 'roll_call')
          AND o.day BETWEEN %(first)s AND %(last)s AND o.line = 'territory') d
 ORDER BY d.kind DESC, d.slot DESC
"""


def children_of(unit: Unit, form: str, day: date, now: datetime) -> list[Child]:
    """The units right below `unit` on either line, in the order of their codes, without counts yet."""
    return _read(_BELOW, unit, form, day, now)


def as_child(unit: Unit, form: str, day: date, now: datetime) -> Child:
    """The unit itself as a board lists it, without counts."""
    return _read("u.id = %(unit)s", unit, form, day, now)[0]


def _read(which: str, unit: Unit, form: str, day: date, now: datetime) -> list[Child]:
    asked: dict[str, Any] = {"unit": unit.pk, "form": form, "day": day, "now": now, "english": get_language() == "en"}
    with connection.cursor() as cursor:
        cursor.execute(_CHILDREN + which, asked)
        return [Child(*row) for row in cursor.fetchall()]


def history(units: Iterable[int], first: date, last: date) -> dict[int, dict[date, str]]:
    """How the report (or class-check) dues of some units stood over some days, for the strip beside each name.

    Unit number -> day -> `zero`, `report`, `late`, `returned` or `missing`; a day without a due is not there.
    """
    found: dict[int, dict[date, str]] = {pk: {} for pk in units}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"units": list(found), "first": first, "last": last})
        for pk, day, mark in cursor.fetchall():
            found[pk][day] = mark
    return found

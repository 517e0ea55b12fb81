"""A day begins (每日开账): moves take effect, dues and counters are opened, in every time zone when its day comes.

What one process has opened it remembers (`Opened`), so that asking every second costs one look at the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, Q

from lianfang.kernel import clock
from lianfang.kernel.dues.models import Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.dues.stale import touch_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import apply_moves
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.tally import open_tallies

A_DAY = timedelta(days=1)

# What was signed or checked before the due was on record (the worker was away) meets it at the time it really came.
_REPORTED = """
UPDATE dues_due d SET settled_at = r.first_at, settled_by = r.receipt::text, zero = r.nothing_to_report
  FROM (SELECT s.unit_id, s.receipt, s.nothing_to_report,
               (SELECT min(f.received_at) FROM reporting_unitreport f
                 WHERE f.unit_id = s.unit_id AND f.form = s.form AND f.day = s.day) AS first_at
          FROM reporting_unitreport s
         WHERE s.day = %(day)s AND s.form = %(form)s AND s.current AND s.returned_at IS NULL) r
 WHERE d.unit_id = r.unit_id AND d.day = %(day)s AND d.kind = 'report'
   AND d.settled_at IS NULL AND d.returned_at IS NULL
"""
_CHECKED = """
UPDATE dues_due d SET settled_at = c.received_at, settled_by = 'roll_call:' || c.revision
  FROM reporting_rollcall c
 WHERE c.day = %(day)s AND d.unit_id = c.unit_id AND d.slot = c.slot AND d.day = %(day)s AND d.kind = 'roll_call'
   AND d.settled_at IS NULL
"""
# A unit that got reporting units of its own during the day no longer counts beside them.
_FIRST_HAND = """
UPDATE dues_due d SET source = false
 WHERE d.day = %(day)s AND d.kind = 'report' AND d.source AND EXISTS (
       SELECT 1 FROM orgs_unit u WHERE u.parent_id = d.unit_id AND u.reports AND u.opened_on <= %(day)s
          AND (u.closed_on IS NULL OR u.closed_on >= %(day)s))
"""


@dataclass(slots=True)
class Opened:
    """What this process has opened: the newest unit it knows, the time zones there are, and the day each is at."""

    newest: int = 0
    zones: tuple[str, ...] = ()
    days: dict[str, date] = field(default_factory=dict)


def open_days(opened: Opened) -> int:
    """Open what has come since the last call: new days in each zone, and today for units that are new. New dues."""
    newest = Unit.objects.aggregate(newest=Max("pk"))["newest"] or 0
    grown, before = newest > opened.newest, opened.newest
    if grown:
        opened.zones = tuple(Unit.objects.order_by().values_list("zone_name", flat=True).distinct())
    made = 0
    for zone in opened.zones:
        today, known = clock.today(ZoneInfo(zone)), opened.days.get(zone)
        if known != today:
            made += sum(_begin(day, Q(zone_name=zone)) for day in _since(known, today, zone))
        elif grown:
            made += _begin(today, Q(zone_name=zone, pk__gt=before))
        opened.days[zone] = today
    opened.newest = newest
    return made


def _since(known: date | None, today: date, zone: str) -> Iterator[date]:
    """Today, and the days before it that nobody opened and for which a report may still come."""
    last = known or Due.objects.filter(day__lte=today).aggregate(last=Max("day"))["last"] or today
    root = Unit.objects.filter(zone_name=zone).order_by("path").first()
    still_open = today - timedelta(days=Rules(today).of(root).closes_after_days) if root else today
    day = max(min(last + A_DAY, today), still_open)
    while day <= today:
        yield day
        day += A_DAY


def _begin(day: date, among: Q) -> int:
    apply_moves(day)
    made = open_day(day, among=among)
    with connection.cursor() as cursor:
        changed = 0
        for statement in (_FIRST_HAND, _REPORTED, _CHECKED):
            cursor.execute(statement, {"day": day, "form": DAILY})
            changed += cursor.rowcount
    if changed:
        touch_day(day)
    if made:
        open_tallies(day)
    return made

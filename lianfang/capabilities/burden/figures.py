"""What forms cost (负担): entries that were really sent times what one takes, per member, per unit and per level.

Seconds of a form are as measured, else as its owner estimates; of check-in, class check and daily report as the rule
pack says. The daily bulletin with its lines counts as one form: it is one entry. Targets: row T01.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from lianfang.capabilities.burden.models import PEOPLE, PUBLISHED, RegisteredForm
from lianfang.domain.policy import Policy
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.forms import DAILY, hazard_forms
from lianfang.kernel.scope import EVERYTHING, looking

A_WEEK = 7  # days
MINUTE = 60  # seconds
SELF, PROXY, CLASS_CHECK, UNIT_REPORT, OTHER_FORM = "self", "proxy", "class_check", "unit_report", "other_form"

_WHERE = """((s.path >= %(low)s AND s.path < %(high)s) OR (s.sector_path >= %(low)s AND s.sector_path < %(high)s))
   AND s.day BETWEEN %(since)s AND %(until)s"""
# By level, unit and day: entries by members and for them, and how many members sent any (of several times a day, the
# busiest); class checks and reports with every revision, since a correction is work too.
_ANSWERS = f"""
SELECT u.kind, count(*), sum(d.own), sum(d.members), sum(d.others)
  FROM (SELECT s.unit_id, s.day, sum(s.by_self) AS own, max(s.by_self) AS members,
               sum(s.by_proxy + s.by_phone) AS others
          FROM reporting_tally s WHERE {_WHERE} GROUP BY s.unit_id, s.day) d
  JOIN orgs_unit u ON u.id = d.unit_id WHERE d.own + d.others > 0 GROUP BY u.kind
"""
_SENT = f"""
SELECT u.kind, d.form, count(*), sum(d.entries)
  FROM (SELECT s.unit_id, s.day, '{CLASS_CHECK}' AS form, sum(s.revision) AS entries
          FROM reporting_rollcall s WHERE {_WHERE} GROUP BY s.unit_id, s.day
         UNION ALL
        SELECT s.unit_id, s.day, CASE WHEN s.form = ANY(%(bulletin)s) THEN '{DAILY}' ELSE s.form END,
               count(DISTINCT date_trunc('minute', s.received_at))
          FROM reporting_unitreport s WHERE {_WHERE} GROUP BY 1, 2, 3
         UNION ALL
        SELECT s.unit_id, s.day, s.form, count(*) FROM burden_unitfilling s WHERE {_WHERE} GROUP BY 1, 2, 3) d
  JOIN orgs_unit u ON u.id = d.unit_id GROUP BY u.kind, d.form
"""
# By level, form and whether they did it themselves: people and days, and entries with every revision.
_FILLED = f"""
SELECT u.kind, s.form, s.own, count(DISTINCT (s.person_id, s.day)), count(*)
  FROM burden_personfilling s JOIN orgs_unit u ON u.id = s.unit_id
 WHERE {_WHERE} GROUP BY u.kind, s.form, s.own
"""
_UNIT_DAYS = f"""
SELECT u.kind, count(DISTINCT (d.unit_id, d.day)), count(DISTINCT d.unit_id)
  FROM (SELECT s.unit_id, s.day FROM reporting_rollcall s WHERE {_WHERE}
         UNION SELECT s.unit_id, s.day FROM reporting_unitreport s WHERE {_WHERE}
         UNION SELECT s.unit_id, s.day FROM burden_unitfilling s WHERE {_WHERE}) d
  JOIN orgs_unit u ON u.id = d.unit_id GROUP BY u.kind
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one kind of entry cost at one level: entries, seconds each (measured or not), and unit-days that sent it."""

    level: str
    what: str  # self, proxy, class_check, or the code of a form
    entries: int
    days: int  # of people for `self`, of units for the others
    seconds: int
    measured: bool
    members: bool = False  # entered by members for themselves, not by staff
    of_unit: bool = True  # a form of the unit, not about one person

    @property
    def total(self) -> int:
        """Seconds of all entries."""
        return self.entries * self.seconds


@dataclass(frozen=True, slots=True)
class Level:
    """What a kind of unit sent: units, days on which they sent, forms on them, and seconds of those who enter."""

    level: str
    units: int
    unit_days: int
    forms: int
    seconds: int

    @property
    def forms_a_day(self) -> Decimal | None:
        """Forms a unit and day on which the unit sent any; None when it sent none."""
        return _ratio(self.forms, self.unit_days)

    @property
    def minutes_a_week(self) -> Decimal | None:
        """Minutes that a unit's staff spent on entries in the week, a unit that sent any."""
        return _ratio(self.seconds, MINUTE * self.units)


@dataclass(frozen=True, slots=True)
class Burden:
    """The burden under a unit in the seven days that end with `until`."""

    unit: Unit
    since: date
    until: date
    loads: tuple[Load, ...]
    levels: tuple[Level, ...]
    member_target: int
    unit_target: int

    @property
    def member_seconds_a_day(self) -> Decimal | None:
        """Seconds a day of a member who answered; None when nobody did."""
        own = [one for one in self.loads if one.members]
        answered = sum(one.days for one in own if one.what == SELF)
        return _ratio(sum(one.total for one in own), answered or sum(one.days for one in own))

    @property
    def member_minutes_a_week(self) -> Decimal | None:
        """Minutes a week of a member who answers every day as those who answered did."""
        a_day = self.member_seconds_a_day
        return None if a_day is None else _rounded(a_day * A_WEEK / MINUTE)

    @property
    def forms_a_unit_a_day(self) -> Decimal | None:
        """Forms a unit and day on which the unit sent any; None when none did."""
        return _ratio(sum(one.forms for one in self.levels), sum(one.unit_days for one in self.levels))


def burden(unit: Unit, until: date) -> Burden:
    """What forms cost the people and units under `unit`, counted from what was sent within the sight of who asks."""
    policy = policy_of(unit, on=until)
    low, high = below(unit.path)
    bulletin = [form.code for form in hazard_forms(until)]
    since = until - timedelta(days=A_WEEK - 1)
    asked = {"low": low, "high": high, "since": since, "until": until, "bulletin": bulletin}
    loads = (*_of_answers(asked, policy), *_of_peoples_forms(asked, policy), *_of_sent(asked, policy))
    levels = tuple(_level(row, loads) for row in _rows(_UNIT_DAYS, asked))
    targets = (policy.member_seconds_target, policy.unit_forms_target)
    return Burden(unit, since, until, loads, levels, *targets)


def _rows(question: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, asked)
        return list(cursor.fetchall())


def _of_answers(asked: dict[str, Any], policy: Policy) -> Iterator[Load]:
    seconds = policy.entry_seconds
    for level, unit_days, own, members, others in _rows(_ANSWERS, asked):
        if own:
            yield Load(level, SELF, int(own), int(members), seconds[SELF], measured=False, members=True)
        if others:
            yield Load(level, PROXY, int(others), unit_days, seconds[PROXY], measured=False)


def _of_peoples_forms(asked: dict[str, Any], policy: Policy) -> Iterator[Load]:
    known = _registered()
    with looking(EVERYTHING):  # only counts leave: an office sees no people and what they are asked all the same
        found = _rows(_FILLED, asked)
    for level, form, own, days, entries in found:
        registered = known.get(form)
        seconds = registered.takes if registered else policy.entry_seconds[OTHER_FORM]
        measured = bool(registered and registered.timed_entries)
        yield Load(level, form, int(entries), days, seconds, measured, members=own, of_unit=False)


def _registered() -> dict[str, RegisteredForm]:
    """The newest version of every form that was ever asked, by code."""
    return {one.code: one for one in RegisteredForm.objects.filter(published_at__isnull=False).order_by("version")}


def _of_sent(asked: dict[str, Any], policy: Policy) -> Iterator[Load]:
    known = _registered()
    for level, form, days, entries in _rows(_SENT, asked):
        registered = known.get(form)
        usual = policy.entry_seconds[_kind(form)]
        seconds = registered.takes if registered else usual
        yield Load(level, form, int(entries), days, seconds, bool(registered and registered.timed_entries))


def _kind(form: str) -> str:
    return {CLASS_CHECK: CLASS_CHECK, DAILY: UNIT_REPORT}.get(form, OTHER_FORM)


def _level(row: tuple[Any, ...], loads: Iterable[Load]) -> Level:
    level, unit_days, units = row
    of_staff = [one for one in loads if one.level == level and not one.members]
    forms = sum(one.days for one in of_staff if one.of_unit and one.what != PROXY)
    return Level(level, units, unit_days, forms, sum(one.total for one in of_staff))


@dataclass(frozen=True, slots=True)
class Planned:
    """What is asked of one member a day when everything published is answered: seconds, and by which forms."""

    seconds: Decimal
    forms: tuple[RegisteredForm, ...]


def planned(unit: Unit, day: date) -> Planned:
    """Seconds a day for a member of `unit`: the check-in at each time of day, and every form asked of people there."""
    policy = policy_of(unit, on=day)
    asked = [one for one in _asking(unit) if one.answered_by == PEOPLE]
    daily = sum((one.takes / Decimal(_EVERY[one.frequency]) for one in asked if one.frequency in _EVERY), Decimal(0))
    return Planned(_rounded(policy.entry_seconds[SELF] * len(policy.slots) + daily), tuple(asked))


_EVERY = {"daily": 1, "weekly": A_WEEK, "monthly": 30}  # days; a form that is asked once is no burden of every day


def _asking(unit: Unit) -> list[RegisteredForm]:
    published = RegisteredForm.objects.filter(state=PUBLISHED).select_related("unit").order_by("published_at")
    return [one for one in published if one.unit.covers(unit)]


def _ratio(part: int, whole: int) -> Decimal | None:
    return _rounded(Decimal(part) / whole) if whole else None


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)

"""The units right below a place, as its board lists them (下级单位): what puts them in order of all, the rest of some.

There may be many of which few are shown, so the order comes first, and `tell_more` reads what a line says of those
that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import get_language

from lianfang.kernel import clock
from lianfang.kernel.dues.models import REPORT, ROLL_CALL
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.board_asked import Question, Rows, ask
from lianfang.kernel.reporting.figures import COUNTED, Counts, People, people_of

Numbers = tuple[int, ...]
NO_COUNTS: Numbers = tuple(0 for _ in COUNTED)
NO_PEOPLE: Numbers = tuple(People().as_list())


@dataclass(frozen=True, slots=True)
class More:
    """What a line of the board says of a unit beside its state; moments in seconds since 1970."""

    revision: int | None
    fever: int | None
    return_reason: str | None
    keeps_roster: bool
    reports: bool
    opens: float | None
    reminds: float | None
    falls_due: float | None
    settled: float | None
    nudges: int | None
    explained: str | None


NOTHING_MORE = More(None, None, None, False, False, None, None, None, None, None, None)


@dataclass(slots=True)
class Child:
    """One lower unit: who it is, what became of its own report, and the counts of everything under it.

    `state` is one of `not_owed`, `zero`, `late`, `received`, `excused`, `returned`, `missing` (past its time) and
    `not_yet`; `late` also says so of a zero report. `more` is there once `tell_more` was asked for it.
    """

    pk: int
    code: str
    name: str
    kind: str
    path: str
    by_sector: bool  # only; its place in the tree is elsewhere
    state: str
    late: bool
    counted: Numbers = NO_COUNTS
    people_counted: Numbers = NO_PEOPLE
    more: More = NOTHING_MORE

    @property
    def due_at(self) -> datetime | None:
        """When its own report (or class check) is due."""
        return moment(self.more.falls_due)

    @property
    def settled_at(self) -> datetime | None:
        """When it came in."""
        return moment(self.more.settled)

    @property
    def nudges(self) -> int | None:
        """How often it was nudged about its report."""
        return self.more.nudges

    @property
    def explained(self) -> str | None:
        """Why its report is missing, where somebody has said so."""
        return self.more.explained

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
        return unwell if rostered else self.more.fever


def moment(seconds: float | None) -> datetime | None:
    """A moment from seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


# A unit that sends no report of its own owes its class check instead ("report" comes before "roll_call").
_OWED = "o.kind IN ('report', 'roll_call') AND o.day = %(day)s AND o.line = 'territory'"
_DUE = f"""
LEFT JOIN LATERAL (SELECT * FROM dues_due o WHERE o.unit_id = u.id AND {_OWED} ORDER BY kind, slot LIMIT 1) d ON true
"""
_STATE = """
CASE WHEN d.unit_id IS NULL THEN 'not_owed'
     WHEN d.settled_at IS NOT NULL THEN
          CASE WHEN d.zero THEN 'zero' WHEN d.settled_at > d.due_at THEN 'late' ELSE 'received' END
     WHEN d.excused <> '' THEN 'excused' WHEN d.returned_at IS NOT NULL THEN 'returned'
     WHEN d.due_at < %(now)s THEN 'missing' ELSE 'not_yet' END, coalesce(d.settled_at > d.due_at, false)
"""
_UNIT = """
u.id, u.code, CASE WHEN %(english)s AND u.name_en <> '' THEN u.name_en ELSE u.name END, u.kind, u.path,
u.parent_id IS DISTINCT FROM %(unit)s
"""
_BELOW = f"""
SELECT {_UNIT} FROM orgs_unit u
 WHERE (u.parent_id = %(unit)s OR u.sector_parent_id = %(unit)s)
   AND u.opened_on <= %(day)s AND (u.closed_on IS NULL OR u.closed_on >= %(day)s) ORDER BY u.code
"""
# Where nearly all dues of a part of the tree are those of the units right below, they are read in one go.
_STATES_HERE = f"""
SELECT d.unit_id, {_STATE} FROM dues_due d
 WHERE d.kind = ANY(%(kinds)s) AND d.day = %(day)s AND d.line = 'territory' AND d.path >= %(low)s AND d.path < %(high)s
 ORDER BY d.kind DESC, d.slot DESC
"""
_STATES = f"SELECT u.id, {_STATE} FROM unnest(%(units)s::bigint[]) u (id) {_DUE}"
_ITSELF = f"SELECT {_UNIT}, {_STATE} FROM orgs_unit u {_DUE} WHERE u.id = %(unit)s"
_FEVER = "CASE WHEN jsonb_typeof(r.values->'fever') = 'number' THEN (r.values->>'fever')::numeric::int END"
_MORE = f"""
SELECT u.id, r.revision, {_FEVER}, r.return_reason, u.keeps_roster, u.reports,
       extract(epoch FROM d.opens_at)::float8, extract(epoch FROM d.remind_at)::float8,
       extract(epoch FROM d.due_at)::float8, extract(epoch FROM d.settled_at)::float8, d.nudges, d.explained
  FROM orgs_unit u {_DUE}
  LEFT JOIN LATERAL (
       SELECT revision, values, return_reason FROM reporting_unitreport o
        WHERE o.unit_id = u.id AND o.form = %(form)s AND o.day = %(day)s AND o.current LIMIT 1) r ON true
 WHERE u.id = ANY(%(units)s)
"""
_REVISIONS = """
SELECT u.id, r.revision FROM orgs_unit u CROSS JOIN LATERAL (
       SELECT revision FROM reporting_unitreport o
        WHERE o.unit_id = u.id AND o.form = %(form)s AND o.day = %(day)s AND o.current LIMIT 1) r
 WHERE u.parent_id = %(unit)s OR u.sector_parent_id = %(unit)s
"""
_MARK = """
CASE WHEN d.settled_at IS NULL AND d.returned_at IS NOT NULL THEN 'returned'
     WHEN d.settled_at IS NULL THEN CASE WHEN d.due_at < %(now)s THEN 'missing' ELSE 'not_yet' END
     WHEN d.settled_at > d.due_at THEN 'late' WHEN d.zero THEN 'zero' ELSE 'report' END
"""
# The last days of some units: one short walk along the key of the dues a unit.
_HISTORY = f"""
SELECT u.id, d.day, {_MARK}
  FROM unnest(%(units)s::bigint[]) u (id) CROSS JOIN LATERAL (
       SELECT * FROM dues_due o WHERE o.unit_id = u.id AND o.kind IN ('report', 'roll_call')
          AND o.day BETWEEN %(first)s AND %(last)s AND o.line = 'territory') d
 ORDER BY d.kind DESC, d.slot DESC
"""
# The same, a row a unit: of many units nearly all days are in time, and only the others are told.
_TROUBLE = f"""
SELECT u.id, t.days, t.marks FROM unnest(%(units)s::bigint[]) u (id) CROSS JOIN LATERAL (
       SELECT count(*) AS owed, array_agg(m.day) FILTER (WHERE {{which}}) AS days,
              array_agg(m.mark) FILTER (WHERE {{which}}) AS marks
         FROM (SELECT DISTINCT ON (d.day) d.day, {_MARK} AS mark FROM dues_due d
                WHERE d.unit_id = u.id AND d.kind IN ('report', 'roll_call')
                  AND d.day BETWEEN %(first)s AND %(last)s AND d.line = 'territory'
                ORDER BY d.day, d.kind, d.slot) m) t
 WHERE t.owed > 0
""".format(which="m.mark IN ('returned', 'missing', 'late')")
_FEW = frozenset(OFFICES) - {"county"}  # offices with few units right below them and very many further down


def children_asked(unit: Unit, day: date, now: datetime) -> tuple[Question, Question]:
    """The questions for the units right below `unit` on either line and for their dues; `children_of` reads both."""
    low, high = below(unit.path)
    # Under an office lie classes without number whose checks nobody asks for; a school's lie right under it.
    kinds = [] if unit.kind in _FEW else [REPORT] if unit.kind in OFFICES else [REPORT, ROLL_CALL]
    values = _values(unit, day, now) | {"low": low, "high": high, "kinds": kinds}
    return Question(_BELOW, values), Question(_STATES_HERE, values)


def children_of(units: Rows, dues: Rows, *, day: date, now: datetime) -> list[Child]:
    """The lower units in the order of their codes, without counts and without `more` yet."""
    # A day has other dues than its first only where it has several class checks: the first is the last to be put in.
    states = {pk: state for pk, *state in dues}
    others = [row[0] for row in units if row[0] not in states]
    if others:
        (more,) = ask(Question(_STATES, {"units": others, "day": day, "now": now}))
        states |= {pk: state for pk, *state in more}
    return [Child(*row, *states[row[0]]) for row in units]


def as_child(unit: Unit, day: date, now: datetime) -> Child:
    """The unit itself as a board lists it, without counts and without `more` yet."""
    ((row,),) = ask(Question(_ITSELF, _values(unit, day, now)))
    return Child(*row)


def _values(unit: Unit, day: date, now: datetime) -> dict[str, Any]:
    return {"unit": unit.pk, "day": day, "now": now, "english": get_language() == "en"}


def more_asked(children: Iterable[Child], form: str, day: date) -> Question:
    """The question for what lines say of these units; `tell_more` takes its rows."""
    return Question(_MORE, {"units": [child.pk for child in children], "form": form, "day": day})


def tell_more(children: Iterable[Child], rows: Iterable[Sequence[Any]]) -> None:
    """Keep with the units what `more_asked` found of them."""
    found = {row[0]: More(*row[1:]) for row in rows}
    for child in children:
        child.more = found.get(child.pk, child.more)


def revisions_asked(unit: Unit, form: str, day: date) -> Question:
    """The question for the units right below that have sent a report: their numbers, and its revision."""
    return Question(_REVISIONS, {"unit": unit.pk, "form": form, "day": day})


def _span(units: Iterable[int], first: date, last: date) -> dict[str, Any]:
    return {"units": list(units), "first": first, "last": last, "now": clock.now()}


def history_asked(units: Iterable[int], first: date, last: date) -> Question:
    """The question how the dues of some units stood over some days; `as_history` reads it."""
    return Question(_HISTORY, _span(units, first, last))


def as_history(rows: Iterable[Sequence[Any]]) -> dict[int, dict[date, str]]:
    """How the report (or class-check) dues of some units stood over some days, for the strip beside each name.

    Unit number -> day -> `zero`, `report`, `late`, `returned`, `missing` or `not_yet`; no due, no entry.
    """
    found: dict[int, dict[date, str]] = {}
    for pk, day, mark in rows:
        found.setdefault(pk, {})[day] = mark
    return found


def trouble_asked(units: Iterable[int], first: date, last: date) -> Question:
    """The question for the dues of many units that were not simply in time; `as_trouble` reads it."""
    return Question(_TROUBLE, _span(units, first, last))


def as_trouble(rows: Iterable[Sequence[Any]]) -> dict[int, dict[date, str]]:
    """As `as_history`, of every unit that owed anything, but only the days that are `late`, `returned` or `missing`."""
    return {pk: dict(zip(days or (), marks or (), strict=True)) for pk, days, marks in rows}

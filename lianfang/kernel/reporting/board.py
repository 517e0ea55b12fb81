"""The board (值班台): expected, received, on time, late, missing, zero and returned, at any level, at this moment.

Everything is counted from the dues and the reports themselves when it is asked for; nothing is cached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import F, Q

from lianfang.kernel import clock
from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.models import Tally, UnitReport


@dataclass(slots=True)
class Counts:
    """How many reports: three numbers for completeness, never one percentage. `missing` is owed and not in."""

    expected: int = 0
    received: int = 0
    on_time: int = 0
    late: int = 0
    zero: int = 0
    returned: int = 0
    excused: int = 0
    missing: int = 0

    def add(self, due: Due) -> None:
        """Count one due in."""
        if due.excused and due.settled_at is None:
            self.excused += 1
            return
        self.expected += 1
        self.zero += due.zero
        if due.settled_at is not None:
            self.received += 1
            self.on_time += due.settled_at <= due.due_at
            self.late += due.settled_at > due.due_at
        else:
            self.missing += 1
            self.returned += due.returned_at is not None


@dataclass(slots=True)
class People:
    """How many people: on the roster, excused, answered, unwell, with fever; unknown is what is left."""

    rostered: int = 0
    excused: int = 0
    answered: int = 0
    well: int = 0
    unwell: int = 0
    fever: int = 0
    modes: dict[str, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """Those who are asked: the roster without those on approved leave."""
        return self.rostered - self.excused

    @property
    def unknown(self) -> int:
        """Of whom nothing is known today."""
        return self.expected - self.answered

    def add(self, tally: Tally) -> None:
        """Count one unit's tally in."""
        for name in ("rostered", "excused", "answered", "well", "unwell", "fever"):
            setattr(self, name, getattr(self, name) + getattr(tally, name))
        for mode in ("self", "proxy", "roll_call", "phone", "import", "api"):
            self.modes[mode] = self.modes.get(mode, 0) + getattr(tally, f"by_{mode}")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum that says how many stand behind it; None when nobody has reported the item."""

    value: int | None
    reporting: int
    expected: int

    def __str__(self) -> str:
        shown = "—" if self.value is None else str(self.value)
        return f"{shown} ({self.reporting} of {self.expected} reporting)"


@dataclass(slots=True)
class Row:
    """One lower unit on the board: its own due and report, and the counts of everything under it."""

    unit: Unit
    due: Due | None = None
    report: UnitReport | None = None
    counts: Counts = field(default_factory=Counts)
    people: People = field(default_factory=People)


@dataclass(slots=True)
class Board:
    """The state of a unit and its day."""

    unit: Unit
    day: date
    at: datetime
    counts: Counts
    people: People
    rows: list[Row]
    missing: list[Due]
    totals: dict[str, Total]
    own_dues: list[Due]


def board(unit: Unit, form: Edition, day: date) -> Board:
    """Everything the board of `unit` shows for `day`."""
    found = Due.objects.filter(under(unit), day=day, kind__in=[REPORT, ROLL_CALL], source=True)
    chosen = _chosen(_one_line(list(found.select_related("unit")), unit), unit)
    tallies = list(Tally.objects.filter(under(unit), day=day))
    rows = _rows(unit, day, form, chosen, tallies)
    own = list(Due.objects.filter(unit=unit, day=day, kind=REPORT).select_related("recipient"))
    totals = _totals(form, [due for due in chosen if due.kind == REPORT] or own, day)
    return Board(
        unit,
        day,
        clock.now(),
        _counted(chosen),
        _peopled(tallies),
        rows,
        [d for d in chosen if _is_missing(d)],
        totals,
        own,
    )


def _chosen(dues: list[Due], unit: Unit) -> list[Due]:
    """What a board counts: the reports below the unit, else the class checks below it, else what it owes itself.

    An office has others below it even on a day when it has none: it never counts its own report.
    """
    below_it = [due for due in dues if due.unit_id != unit.pk]
    for candidates in (below_it, [] if unit.kind in OFFICES else dues):
        for kind in (REPORT, ROLL_CALL):
            if found := [due for due in candidates if due.kind == kind]:
                return found
    return []


def _one_line(dues: list[Due], unit: Unit) -> list[Due]:
    """A unit that owes on two lines counts once: on the line by which it lies under `unit`."""
    kept: dict[tuple[int, str, str], Due] = {}
    for due in sorted(dues, key=lambda d: d.line, reverse=not unit.path or _is_sector(unit)):
        kept.setdefault((due.unit_id, due.kind, due.slot), due)
    return sorted(kept.values(), key=lambda d: d.unit.code)


def _is_sector(unit: Unit) -> bool:
    return unit.kind == "sector"


def _is_missing(due: Due) -> bool:
    return due.settled_at is None and not due.excused


def _counted(dues: Iterable[Due]) -> Counts:
    counts = Counts()
    for due in dues:
        counts.add(due)
    return counts


def _peopled(tallies: Iterable[Tally]) -> People:
    people = People()
    for tally in tallies:
        people.add(tally)
    return people


def _rows(unit: Unit, day: date, form: Edition, dues: list[Due], tallies: list[Tally]) -> list[Row]:
    children = Unit.objects.filter(Q(parent=unit) | Q(sector_parent=unit), opened_on__lte=day)
    rows = [Row(child) for child in children.exclude(closed_on__lt=day).order_by("code")]
    owed = Due.objects.filter(unit__in=[r.unit for r in rows], day=day, kind__in=[REPORT, ROLL_CALL], line="territory")
    # A unit that sends no report of its own owes its class check instead ("report" comes before "roll_call").
    owned = {due.unit_id: due for due in owed.order_by("-kind", "-slot")}
    reports = UnitReport.objects.filter(unit__in=[r.unit for r in rows], day=day, form=form.code, current=True)
    reported = {r.unit_id: r for r in reports}
    for row in rows:
        row.due = owned.get(row.unit.pk)
        row.report = reported.get(row.unit.pk)
        _fill(row, dues, tallies)
    return rows


def _fill(row: Row, dues: list[Due], tallies: list[Tally]) -> None:
    for due in dues:
        if due.path.startswith(row.unit.path):
            row.counts.add(due)
    for tally in tallies:
        if tally.path.startswith(row.unit.path):
            row.people.add(tally)


def _totals(form: Edition, dues: list[Due], day: date) -> dict[str, Total]:
    expected = {d.unit_id for d in dues if d.kind == REPORT and not d.excused}
    reports = UnitReport.objects.filter(
        unit_id__in=expected, day=day, form=form.code, current=True, returned_at__isnull=True
    ).values_list("values", flat=True)
    found = list(reports)
    return {
        item.code: _total([v[item.code] for v in found if v.get(item.code) is not None], len(expected))
        for item in form.items
        if item.sums
    }


def _total(values: list[int], expected: int) -> Total:
    return Total(sum(values) if values else None, len(values), expected)


def history(units: list[Unit], days: list[date]) -> dict[int, dict[date, Due]]:
    """The report (or class-check) dues of some units over some days, for the strip beside each name."""
    found: dict[int, dict[date, Due]] = {unit.pk: {} for unit in units}
    dues = Due.objects.filter(unit__in=units, day__in=days, line="territory").exclude(kind="screening")
    for due in dues.order_by(F("kind").desc()):
        found[due.unit_id][due.day] = due
    return found

"""The board (值班台): expected, received, on time, late, missing, zero and returned, at any level, at this moment.

Up to a county, and wherever there is little to count, everything is counted from the dues, counters and reports when
it is asked for. Above, it is what the worker added up a moment ago (`reporting.fold`), and says as of when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from typing import Final

from lianfang.kernel import clock
from lianfang.kernel.dues.models import HANDOVER, REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board_asked import ask, made
from lianfang.kernel.reporting.board_counted import Asked, Seen, asked_together
from lianfang.kernel.reporting.children import Child, as_child, children_of, more_asked, tell_more
from lianfang.kernel.reporting.counted import Missing, Place, missing_dues
from lianfang.kernel.reporting.figures import COUNTED, Counts, People, Total
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.scope import EVERYTHING, Scope, current, looking

__all__ = ["Board", "Child", "Counts", "People", "Row", "Total", "board", "itself", "rows_of"]

NAMED_ABOVE_COUNTY: Final = 200
"""So many missing units are named on a board that was added up beforehand; all are counted, and named further down."""


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
    """The state of a unit and its day. `at` is now, `as_of` the moment whose figures are shown, at most `at`."""

    unit: Unit
    form: Edition
    day: date
    at: datetime
    as_of: datetime
    counts: Counts
    people: People
    children: list[Child]
    missing: list[Missing]
    totals: dict[str, Total]
    own_dues: list[Due]
    handovers: list[Due] = field(default_factory=list)  # what the unit owes to recipients outside the tree
    above: list[Unit] = field(default_factory=list)  # the unit's superiors by territory, the highest first
    sent: str = ""  # the unit's own report: "" when there is none, else "sent" or "returned"
    rows: list[Row] = field(default_factory=list)  # the children with their dues and reports whole, unless `brief`
    kind: str = REPORT  # of the dues that `counts` counts
    own: bool = False  # whether these are the unit's own, for want of lower ones

    @property
    def age_seconds(self) -> float:
        """How old the figures are; zero when they were counted at opening."""
        return max(0.0, (self.at - self.as_of).total_seconds())


def board(
    unit: Unit, form: Edition, day: date, *, named: int | None = None, brief: bool = False, sums: bool = True
) -> Board:
    """Everything the board of `unit` shows for `day`; at most `named` units by name that are not in.

    Without `sums` there are no totals of the form, and nothing of how people answered. A `brief` one lists its children
    without rows: where there are many, `rows_of` makes rows of those that are shown. Above a county at most
    `NAMED_ABOVE_COUNTY` are named; `counts.missing` says how many there are.
    """
    with looking(sight_of(unit)):
        found = _board(Asked(unit, form if sums else replace(form, items=()), day, clock.now(), sums), named)
        found.rows = [] if brief else rows_of(found, found.children)
        return found


def sight_of(unit: Unit) -> Scope:
    """Whoever sees the whole unit need not have every row of it looked at again, of which there are thousands."""
    scope = current()
    return EVERYTHING if any(unit.path.startswith(path) for path in scope.paths) else scope


def _board(asked: Asked, named: int | None) -> Board:
    unit, day = asked.unit, asked.day
    (lower, dues, own_dues, above, sent), seen = asked_together(asked)
    own = made(Due, own_dues)
    reports = [due for due in own if due.kind == REPORT]
    return Board(
        unit,
        asked.form,
        day,
        asked.now,
        seen.as_of or asked.now,
        seen.counts,
        seen.people,
        _with_counts(children_of(lower, dues, day=day, now=asked.now), seen),
        _missing(asked, seen, named),
        _totals(asked.form, seen, reports),
        reports,
        handovers=[due for due in own if due.kind == HANDOVER and not due.excused],
        above=made(Unit, above),
        sent=sent[0][0] if sent else "",
        kind=seen.kind,
        own=seen.own,
    )


def _with_counts(children: list[Child], seen: Seen) -> list[Child]:
    width, counts, people = len(COUNTED), seen.by_part, seen.people_by_part
    for child in children:
        part = str(child.pk)
        if part in counts:
            child.counted = counts[part][:width]
        if part in people:
            child.people_counted = people[part]
    return children


def _missing(asked: Asked, seen: Seen, named: int | None) -> list[Missing]:
    if not seen.counts.missing or named == 0:
        return []
    most = named if seen.as_of is None else min(named or NAMED_ABOVE_COUNTY, NAMED_ABOVE_COUNTY)
    return missing_dues(Place(asked.unit, asked.day, at=seen.as_of or asked.now), seen.kind, own=seen.own, most=most)


def _totals(form: Edition, seen: Seen, own: list[Due]) -> dict[str, Total]:
    expected = seen.asked
    if seen.kind != REPORT or seen.own or not seen.counts:
        expected = int(any(not due.excused for due in own))
    return {
        item.code: Total(value if reporting else None, reporting, expected)
        for item in form.items
        if item.sums
        for value, reporting in [seen.sums.get(item.code, (0, 0))]
    }


def rows_of(seen: Board, children: Iterable[Child]) -> list[Row]:
    """Some of the board's lower units with their dues and reports whole, in the order given."""
    chosen = list(children)
    units = Unit.objects.in_bulk([child.pk for child in chosen])
    owed = Due.objects.filter(unit__in=units, day=seen.day, kind__in=[REPORT, ROLL_CALL], line="territory")
    # A unit that sends no report of its own owes its class check instead ("report" comes before "roll_call").
    owned = {due.unit_id: due for due in owed.order_by("-kind", "-slot")}
    reports = UnitReport.objects.filter(unit__in=units, day=seen.day, form=seen.form.code, current=True)
    reported = {report.unit_id: report for report in reports.defer("children")}  # long, and no board shows it
    return [
        Row(units[child.pk], owned.get(child.pk), reported.get(child.pk), child.counts, child.people)
        for child in chosen
    ]


def itself(seen: Board) -> Child:
    """The board's own unit as a line of it, for one that has no lower units."""
    child = as_child(seen.unit, seen.day, seen.at)
    child.counted, child.people_counted = astuple(seen.counts), tuple(seen.people.as_list())
    (more,) = ask(more_asked([child], seen.form.code, seen.day))
    tell_more([child], more)
    return child

"""The board (值班台): expected, received, on time, late, missing, zero and returned, at any level, at this moment.

Up to a county, and wherever there is little to count, everything is counted from the dues, counters and reports when
it is asked for. Above, it is what the worker added up a moment ago (`reporting.fold`), and says as of when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from typing import Final

from lianfang.kernel import clock
from lianfang.kernel.dues.models import HANDOVER, REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting import fold
from lianfang.kernel.reporting.children import NO_PEOPLE, Child, as_child, children_of
from lianfang.kernel.reporting.counted import OWN, Numbers, Part, Place, dues_of, missing_dues, people_by_part, sums_of
from lianfang.kernel.reporting.figures import COUNTED, Counts, Figures, People, Sums, Total, added, people_of, together
from lianfang.kernel.reporting.forms import Edition
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.tree import last
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
    missing: list[Due]
    totals: dict[str, Total]
    own_dues: list[Due]
    handovers: list[Due] = field(default_factory=list)  # what the unit owes to recipients outside the tree
    rows: list[Row] = field(default_factory=list)  # the children with their dues and reports whole, unless `brief`

    @property
    def age_seconds(self) -> float:
        """How old the figures are; zero when they were counted at opening."""
        return max(0.0, (self.at - self.as_of).total_seconds())


@dataclass(slots=True)
class _Seen:
    """What was counted for one board: which kind of due it counts, of the unit itself or of those below it."""

    kind: str
    own: bool
    counts: Counts
    asked: int
    people: People
    sums: Sums
    by_part: Mapping[Part, Numbers]
    people_by_part: Mapping[Part, Numbers]
    as_of: datetime | None = None


def board(
    unit: Unit, form: Edition, day: date, *, named: int | None = None, brief: bool = False, sums: bool = True
) -> Board:
    """Everything the board of `unit` shows for `day`; at most `named` missing units by name, without `sums` no totals.

    A `brief` one lists its children without rows: where there are many, `rows_of` makes rows of those that are shown.
    Above a county at most `NAMED_ABOVE_COUNTY` are named; `counts.missing` says how many there are.
    """
    with looking(sight_of(unit)):
        asked = form if sums else replace(form, items=())
        found = _board(unit, asked, day, named)
        found.rows = [] if brief else rows_of(found, found.children)
        return found


def sight_of(unit: Unit) -> Scope:
    """Whoever sees the whole unit need not have every row of it looked at again, of which there are thousands."""
    scope = current()
    return EVERYTHING if any(unit.path.startswith(path) for path in scope.paths) else scope


def _board(unit: Unit, form: Edition, day: date, named: int | None) -> Board:
    now = clock.now()
    children = children_of(unit, form.code, day, now)
    folded = fold.read(unit, day, [child.path for child in children if child.by_sector])
    seen = _counted(unit, form, day) if folded is None else _added_up(unit, form, day, folded)
    for child in children:
        child.counted = seen.by_part.get(str(child.pk), child.counted)[: len(COUNTED)]
        child.people_counted = seen.people_by_part.get(str(child.pk), child.people_counted)
    own = list(Due.objects.filter(unit=unit, day=day, kind__in=[REPORT, HANDOVER]))
    return Board(
        unit,
        form,
        day,
        now,
        seen.as_of or now,
        seen.counts,
        seen.people,
        children,
        _missing(unit, day, seen, named),
        _totals(form, seen, [due for due in own if due.kind == REPORT]),
        [due for due in own if due.kind == REPORT],
        handovers=[due for due in own if due.kind == HANDOVER and not due.excused],
    )


def _counted(unit: Unit, form: Edition, day: date) -> _Seen:
    place = Place(unit, day)
    kind, own, owed = _chosen(place)
    people = people_by_part(place)
    of_others = kind == REPORT and bool(owed) and not own
    *counts, asked = together(owed.values(), len(COUNTED) + 1)
    return _Seen(
        kind=kind,
        own=own,
        counts=Counts(*counts),
        asked=asked,
        people=people_of(together(people.values(), len(NO_PEOPLE))),
        sums=sums_of(place, form, own=not of_others),
        by_part={} if own else owed,
        people_by_part=people,
    )


def _chosen(place: Place) -> tuple[str, bool, dict[Part, Numbers]]:
    """What a board counts: the reports below the unit, else the class checks below it, else what it owes itself.

    An office has others below it even on a day when it has none: it never counts its own report.
    """
    is_office = place.unit.kind in OFFICES
    # An office nearly always has reports below it, and many class checks that nobody then asks for.
    found = dues_of(place, REPORT) if is_office else dues_of(place, REPORT, ROLL_CALL)
    if is_office and not found[REPORT].keys() - {OWN}:
        found |= dues_of(place, ROLL_CALL)
    for kind, owed in found.items():
        if below := {part: one for part, one in owed.items() if part != OWN}:
            return kind, False, below
    for kind, owed in found.items():
        if OWN in owed and not is_office:
            return kind, True, {OWN: owed[OWN]}
    return REPORT, False, {}


def _added_up(unit: Unit, form: Edition, day: date, folded: fold.Folded) -> _Seen:
    """From what the worker added up; what lies here by sector only is little, and counted now."""
    place = Place(unit, day, sector_only=True)
    below, reports = folded.below, bool(folded.below.reports)
    kind = REPORT if reports else ROLL_CALL
    by_sector, people = dues_of(place, kind)[kind], people_by_part(place)
    *counts, asked = together(by_sector.values(), len(COUNTED) + 1)
    counted = Counts(*counts)
    counted.add(_of_kind(below, reports=reports))
    everybody = people_of(together(people.values(), len(NO_PEOPLE)))
    everybody.add(below.people)
    sums = sums_of(place, form, own=not reports) if by_sector or not reports else {}
    parts = {str(last(path)): figures for path, figures in folded.parts.items()}
    return _Seen(
        kind=kind,
        own=False,
        counts=counted,
        asked=below.asked + asked,
        people=everybody,
        sums=added(below.sums.get(form.code, {}), sums) if reports else sums,
        by_part=by_sector | {part: astuple(_of_kind(f, reports=reports)) for part, f in parts.items()},
        people_by_part=people | {part: tuple(f.people.as_list()) for part, f in parts.items()},
        as_of=folded.at,
    )


def _of_kind(figures: Figures, *, reports: bool) -> Counts:
    return figures.reports if reports else figures.checks


def _missing(unit: Unit, day: date, seen: _Seen, named: int | None) -> list[Due]:
    if not seen.counts.missing or named == 0:
        return []
    most = named if seen.as_of is None else min(named or NAMED_ABOVE_COUNTY, NAMED_ABOVE_COUNTY)
    return missing_dues(Place(unit, day), seen.kind, own=seen.own, most=most)


def _totals(form: Edition, seen: _Seen, own: list[Due]) -> dict[str, Total]:
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
    child = as_child(seen.unit, seen.form.code, seen.day, seen.at)
    child.counted, child.people_counted = astuple(seen.counts), tuple(seen.people.as_list())
    return child

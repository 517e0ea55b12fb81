"""Totals reconciled by unit and day (总量核对): our signed reports, or our list, against the other side's figures.

A unit that sent nothing is missing, never zero. What differs becomes a difference of its unit and day; sums up the tree
are kept with the run, so that a province can be followed down to the day that differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.found import Difference
from lianfang.capabilities.verification.models import TOTAL, Agreement, Entry, Item, ReceivedList, Run
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.models import UnitReport

if TYPE_CHECKING:
    from lianfang.domain.two_lists.totals import Margin, Totals

Cell = tuple[int, date]
PLACED: Final = ("unit", "day")
_PERCENT: Final = 100
_STATUSES: Final = ("equal", "within", "over", "under", "missing_ours", "missing_theirs")


@dataclass(frozen=True, slots=True)
class Figures:
    """One side's figures: by item, then by number of the unit and day; what was not given is not there."""

    by_item: Mapping[str, Mapping[Cell, int]]

    def cells(self) -> set[Cell]:
        """The units and days of which anything was given."""
        return {cell for cells in self.by_item.values() for cell in cells}

    @property
    def hash(self) -> str:
        """The SHA-256 of all figures, in order."""
        plain = {
            name: sorted((unit, str(day), n) for (unit, day), n in one.items()) for name, one in self.by_item.items()
        }
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def figures_of_list(agreement: Agreement, received: ReceivedList) -> Figures:
    """The figures of a list received."""
    codes = dict(Unit.objects.filter(**_under(agreement.unit)).values_list("code", "pk"))
    found: dict[str, dict[Cell, int]] = {item: {} for item in agreement.items_counted}
    for values in Entry.objects.filter(list=received).order_by("row").values_list("values", flat=True):
        cell = codes[values["unit"]], date.fromisoformat(values["day"])
        for item, cells in found.items():
            if item in values:
                cells[cell] = int(values[item])
    return Figures(found)


def figures_of_reports(agreement: Agreement, named: set[Cell]) -> Figures:
    """The figures of the signed daily reports under our side, on the days that the other side has `named`.

    Of a unit that the other side names its own report counts, however it came about; else those of first-hand units.
    """
    chosen = {unit for unit, _ in named}
    reports = UnitReport.objects.filter(form=DAILY, current=True, returned_at=None, day__in={day for _, day in named})
    under = Q(**{f"unit__{name}": value for name, value in _under(agreement.unit).items()})
    wanted = reports.filter(under).values_list("unit_id", "unit__path", "day", "values", "nothing_to_report")
    above = _units_over_reports(agreement.unit)
    found: dict[str, dict[Cell, int]] = {item: {} for item in agreement.items_counted}
    for unit_id, path, day, values, nothing in wanted.iterator():
        if unit_id in chosen or not (unit_id in above or _lies_under(path, chosen)):
            for item, cells in found.items():
                count = values.get(item, 0 if nothing else None)
                if count is not None:
                    cells[unit_id, day] = int(count)
    return Figures(found)


def _units_over_reports(unit: Unit) -> set[int]:
    """The units whose reports add up those of others."""
    parents = Unit.objects.filter(reports=True, parent__isnull=False, **_under(unit)).values_list(
        "parent_id", flat=True
    )
    return {one for one in parents.distinct() if one is not None}


def _lies_under(path: str, units: set[int]) -> bool:
    return any(int(part) in units for part in path.split("/") if part)


def _under(unit: Unit) -> dict[str, str]:
    low, high = below(unit.path)
    return {"path__gte": low, "path__lt": high}


def compare_figures(agreement: Agreement, ours: Figures, theirs: Figures) -> dict[str, Totals]:
    """Item -> both sides reconciled by unit and day, with the agreed tolerance."""
    from lianfang.domain.two_lists.totals import Tolerance, reconcile_totals  # noqa: PLC0415  numpy only where needed

    return {
        item: reconcile_totals(
            _counts(ours.by_item[item]), _counts(theirs.by_item[item]), Tolerance(agreement.tolerance_of(item))
        )
        for item in agreement.items_counted
    }


def _counts(cells: Mapping[Cell, int]) -> Any:
    from lianfang.domain.two_lists.cells import Counts  # noqa: PLC0415

    return Counts([unit for unit, _ in cells], [day for _, day in cells], list(cells.values()))


def differing(agreement: Agreement, found: Mapping[str, Totals]) -> Iterator[Difference]:
    """A difference for each item, unit and day beyond tolerance; with it the day to which a count may have slipped."""
    from lianfang.domain.two_lists.shifts import moves  # noqa: PLC0415

    for item, totals in found.items():
        slipped = {(move.unit, move.day): move.days for move in moves(totals)}
        for at, status in enumerate(totals.status.tolist()):
            if _STATUSES[status] not in ("equal", "within"):
                unit, day = totals.grid.units[int(totals.grid.unit[at])], totals.grid.date(at)
                yield _difference(agreement, item, totals, at, (unit, day), slipped.get((unit, day)))


def _difference(
    agreement: Agreement, item: str, totals: Totals, at: int, cell: Cell, slipped: int | None
) -> Difference:
    status = _STATUSES[int(totals.status[at])]
    mine, other = (_shown(float(side[at])) for side in (totals.grid.ours, totals.grid.theirs))
    proposed = agreement.precedence.get(item, "")
    owner = {"missing_ours": OURS, "missing_theirs": THEIRS}.get(status, THEIRS if proposed == OURS else OURS)
    evidence = {"status": status} | ({"slipped_days": slipped} if slipped else {})
    return Difference(
        TOTAL, (str(cell[0]).encode(), cell[1].isoformat().encode(), item.encode()), owner,
        fields=[{"field": item, "ours": mine, "theirs": other, "proposed": proposed}], evidence=evidence,
        values={"ours": mine, "theirs": other}, place_id=cell[0], day=cell[1],
    )  # fmt: skip


def _shown(figure: float) -> str | None:
    return None if figure != figure else str(int(figure))  # noqa: PLR0124  NaN: nothing was given


def looked_at(ours: Figures, theirs: Figures) -> Any:
    """Whether a run of these figures could find a difference: it has something of the unit and day."""
    cells = ours.cells() | theirs.cells()
    return lambda item: (item.place_id, item.day) in cells


def counts_of(found: Mapping[str, Totals]) -> dict[str, Any]:
    """Cells of each status; `agree` are those within tolerance, `offset` the units whose errors cancel out."""
    from lianfang.domain.two_lists.totals import Status  # noqa: PLC0415

    counts = {name: sum(one.count(Status(n)) for one in found.values()) for n, name in enumerate(_STATUSES)}
    union = sum(len(one) for one in found.values())
    offset = sum(margin.offset for one in found.values() for margin in one.by_unit())
    return {"union": union, "agree": counts["equal"] + counts["within"], **counts, "offset": offset}


def margins_of(found: Mapping[str, Totals]) -> dict[str, Any]:
    """Item -> unit's number -> our sum, theirs, cells, differing, missing on our and on their side."""
    return {item: {str(one.key): _as_kept(one) for one in totals.by_unit()} for item, totals in found.items()}


def _as_kept(margin: Margin) -> list[int]:
    return [
        int(margin.ours), int(margin.theirs), margin.cells, margin.differing, margin.missing_ours, margin.missing_theirs
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with all that lies under it: sums of both sides, cells, and how many of these differ or are missing."""

    unit: Unit
    ours: int
    theirs: int
    cells: int
    differing: int
    missing_ours: int
    missing_theirs: int

    @property
    def is_offset(self) -> bool:
        """Whether the sums are equal only because errors cancel out (相互抵消)."""
        return self.ours == self.theirs and self.differing > 0


def drill_down(run: Run, unit: Unit, item: str) -> list[Place]:
    """The units directly under one, each with all below it; units of which nothing was given are left out."""
    margins = run.model.get("margins", {}).get(item, {})
    low, high = below(unit.path)
    paths = dict(Unit.objects.filter(pk__in=map(int, margins), path__gte=low, path__lt=high).values_list("pk", "path"))
    places = []
    for child in Unit.objects.filter(parent=unit).order_by("code"):
        own = [margins[str(pk)] for pk, path in paths.items() if path.startswith(child.path)]
        if own:
            places.append(Place(child, *(sum(column) for column in zip(*own, strict=True))))
    return places


def items_under(run: Run, unit: Unit) -> list[Item]:
    """The differences of a run at or under a unit, by unit and day: the end of drilling down."""
    low, high = below(unit.path)
    found = Item.objects.filter(run=run, place__path__gte=low, place__path__lt=high)
    return list(found.select_related("place").order_by("place__path", "day"))

"""Filling layouts (套表生成): each copy takes its figures from the signed report and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.capabilities.upward.layouts import BESIDES, Layout
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.forms import form_on
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import current_report, gather, since_sent

WHOLE = ""
"""In place of a lower unit's code: the unit itself with everything under it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that a copy holds and that is another by now; `unit` is a lower unit's code or `WHOLE`."""

    unit: str
    item: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Filled:
    """A copy before it is a file: `sheet` is what is drawn, `figures` are its figures by unit and item."""

    sheet: dict[str, Any]
    figures: list[dict[str, Any]]


def fill(layout: Layout, report: UnitReport, recipient: str) -> Filled:
    """Put a signed report into a layout. An item that the report does not give stays empty: unknown, not zero."""
    lines = [*_lower(layout, report), (WHOLE, report.unit.name, report.values)]
    rows = [[_shown(line.item, name, values, report) for line in layout.lines] for _, name, values in lines]
    figures = [
        {"unit": code, "item": line.item, "figure": values.get(line.item)}
        for code, _, values in lines
        for line in layout.lines
        if line.item not in BESIDES
    ]
    return Filled(_sheet(layout, report, recipient, rows), figures)


def _lower(layout: Layout, report: UnitReport) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The lower units as they stand in the signed report."""
    for source in report.children.get("sources", []) if layout.by_unit else []:
        yield source["unit"], source["name"], source["values"]


def _shown(item: str, name: str, values: Mapping[str, Any], report: UnitReport) -> Any:
    below = report.children
    besides = {
        "unit": name,
        "day": report.day.isoformat(),
        "units_expected": below.get("expected"),
        "units_received": below.get("received"),
        "units_missing": len(below.get("gaps", [])),
        "remark": report.remark,
    }
    return besides[item] if item in besides else values.get(item)


def _sheet(layout: Layout, report: UnitReport, recipient: str, rows: list[list[Any]]) -> dict[str, Any]:
    return {
        "title": layout.title,
        "language": layout.language,
        "shape": layout.shape,
        "heads": [line.head for line in layout.lines],
        "rows": rows,
        "recipient": recipient,
        "unit": report.unit.name,
        "day": report.day.isoformat(),
        "signer": report.signer,
        "signed_at": report.received_at.astimezone(report.unit.zone).strftime("%Y-%m-%d %H:%M"),
        "revision": report.revision,
        "source_hash": report.hash,
        "missing": report.children.get("gaps", []),
    }


def changes(unit: Unit, form: str, day: date, held: list[dict[str, Any]]) -> list[Change]:
    """Which of the figures held are others by now: in the unit's report itself, or corrected below it since.

    An item that only one of both gives has changed, too; a report that was sent back says nothing new.
    """
    report = current_report(unit, form, day)
    if report is None or report.returned_at is not None:
        return []
    now = _present(report, day)
    found = [Change(one["unit"], one["item"], one["figure"], now[one["unit"]].get(one["item"]))
             for one in held if one["unit"] in now]  # fmt: skip
    return [change for change in found if change.old != change.new]


def _present(report: UnitReport, day: date) -> dict[str, dict[str, Any]]:
    """Unit code -> item -> figure as it stands now; of the whole, with what was corrected below since."""
    whole = dict(report.values)
    for correction in since_sent(report):
        for item, delta in correction.deltas.items():
            if isinstance(whole.get(item), int):
                whole[item] += delta
    lower = gather(report.unit, form_on(report.form, day), day).sources
    return {WHOLE: whole} | {source["unit"]: dict(source["values"]) for source in lower}

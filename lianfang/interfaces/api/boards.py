"""The board of a unit (值班台) as figures: who was expected, who reported, who is missing, by name, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianfang.domain.parsing.dates import parse_day
from lianfang.interfaces.api.endpoint import Call
from lianfang.interfaces.api.reach import unit_within
from lianfang.interfaces.api.requests import read_query
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.reporting.board import Board, Child, Counts, People, Total, board
from lianfang.kernel.reporting.figures import COUNTED, HEADS, MODE_CODES
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.reports import Correction, corrections

COUNTS = ("expected", "received", "on_time", "late", "missing", "zero", "returned", "excused")
CORRECTIONS_SHOWN = 200
PEOPLE = ("rostered", "excused", "expected", "answered", "well", "unwell", "fever", "unknown")


def show_board(call: Call) -> dict[str, Any]:
    """The state of a unit's day at this moment."""
    asked = read_query(call.request, ("day", "form"))
    unit = unit_within(call.actor, call.path["code"])
    day = parse_day(asked["day"], "day", []) if asked.get("day") else clock.today(unit.zone)
    form = form_on(asked.get("form") or DAILY, day)
    found = board(unit, form, day, brief=True)
    corrected = corrections(under(unit), day, form.code, most=CORRECTIONS_SHOWN)
    return _shown(found) | {"corrections": [_correction(one) for one in corrected]}


def _shown(found: Board) -> dict[str, Any]:
    return {
        "unit": found.unit.code,
        "name": str(found.unit),
        "day": found.day.isoformat(),
        "as_of": found.as_of.astimezone(found.unit.zone).isoformat(),
        "age_seconds": round(found.age_seconds, 1),
        **_counts(found.counts),
        "missing_units": [_named(due.unit) for due in found.missing],
        "sums": {code: _sum(total) for code, total in found.totals.items()},
        "people": _people(found.people),
        "children": [_child(child) for child in found.children],
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTS}


def _people(people: People) -> dict[str, Any]:
    return {name: getattr(people, name) for name in PEOPLE} | {"modes": dict(people.modes)}


def _named(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": str(unit)}


def _sum(total: Total) -> dict[str, Any]:
    """A sum of which some have not reported is a lower bound; one that nobody has reported is unknown, not zero."""
    at_least = total.value is not None and total.reporting < total.expected
    return {"value": total.value, "at_least": at_least, "reporting": total.reporting, "expected": total.expected}


def _child(child: Child) -> dict[str, Any]:
    return {
        "unit": child.code,
        "name": child.name,
        "kind": child.kind,
        "state": child.state,
        "revision": child.revision,
        **dict(zip(COUNTED, child.counted, strict=True)),
        "people": _people_under(child.people_counted),
    }


def _people_under(numbers: Sequence[int | None]) -> dict[str, Any]:
    """As `_people`, straight from what was counted: a board has up to thousands of lower units."""
    rostered, excused, answered, well, unwell, fever = (n or 0 for n in numbers[: len(HEADS)])
    expected = rostered - excused
    return {
        "rostered": rostered, "excused": excused, "expected": expected, "answered": answered, "well": well,
        "unwell": unwell, "fever": fever, "unknown": expected - answered,
        "modes": {mode: n for mode, n in zip(MODE_CODES, numbers[len(HEADS) :], strict=True) if n is not None},
    }  # fmt: skip


# What became of a unit's own report: zero, missing, late and not yet are different things.
STATES = ("received", "zero", "late", "returned", "excused", "missing", "not_yet", "not_owed")


def _correction(one: Correction) -> dict[str, Any]:
    changes = {code: {"before": before, "after": after} for code, (before, after) in one.changes.items()}
    report = one.report
    return {
        **_named(report.unit),
        "revision": report.revision,
        "received_at": report.received_at.astimezone(report.unit.zone).isoformat(),
        "signer": report.signer,
        "reason": report.reason,
        "changes": changes,
    }

"""The board of a unit (值班台) as figures: who was expected, who reported, who is missing, by name, and the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.http import HttpResponse

from lianfang.domain.parsing.dates import parse_day
from lianfang.interfaces.api.endpoint import JSON, Call
from lianfang.interfaces.api.reach import unit_within
from lianfang.interfaces.api.requests import read_query
from lianfang.interfaces.ill_shown import IllShown, as_json, ill_shown
from lianfang.interfaces.web.look import edition_on
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.reporting.board import Board, Child, Counts, People, Total, board, sight_of
from lianfang.kernel.reporting.board_asked import ask
from lianfang.kernel.reporting.children import revisions_asked
from lianfang.kernel.reporting.counted import Named
from lianfang.kernel.reporting.figures import MODE_CODES
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.reports import Correction, corrections
from lianfang.kernel.scope import looking

COUNTS = ("expected", "received", "on_time", "late", "missing", "not_yet", "zero", "returned", "excused")
CORRECTIONS_SHOWN = 200
PEOPLE = ("rostered", "excused", "expected", "answered", "well", "unwell", "fever", "unknown")


def show_board(call: Call) -> HttpResponse:
    """The state of a unit's day at this moment."""
    asked = read_query(call.request, ("day", "form"))
    unit = unit_within(call.actor, call.path["code"])
    day = parse_day(asked["day"], "day", []) if asked.get("day") else clock.today(unit.zone)
    form = edition_on(call.request, asked.get("form") or DAILY, day)
    with looking(sight_of(unit)):
        found = board(unit, form, day, brief=True)
        (revised,) = ask(revisions_asked(unit, form.code, day))
    corrected = corrections(under(unit), day, form.code, most=CORRECTIONS_SHOWN)
    ill = ill_shown(call.actor, unit, [child.pk for child in found.children], day)
    shown = _shown(found, dict(revised), ill) | {"corrections": [_correction(one) for one in corrected]}
    return HttpResponse(msgspec.json.encode(shown), content_type=JSON)


def _shown(found: Board, revised: Mapping[int, int], ill: IllShown) -> dict[str, Any]:
    return {
        "unit": found.unit.code,
        "name": str(found.unit),
        "day": found.day.isoformat(),
        "as_of": found.as_of.astimezone(found.unit.zone).isoformat(),
        "age_seconds": round(found.age_seconds, 1),
        **_counts(found.counts),
        "missing_units": [_named(due.unit) for due in found.missing],
        "not_yet_units": [_named(due.unit) for due in found.missing if not due.over],
        "sums": {code: _sum(total) for code, total in found.totals.items()},
        "people": _people(found.people) | _ill(ill, found.unit.pk, found.people),
        "children": [_child(child, revised.get(child.pk), ill) for child in found.children],
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTS}


def _people(people: People) -> dict[str, Any]:
    return {name: getattr(people, name) for name in PEOPLE} | {"modes": dict(people.modes)}


def _ill(ill: IllShown, unit_id: int, people: People) -> dict[str, Any]:
    return {
        "well": ill.well(unit_id, people.well, people.unwell), "unwell": as_json(ill.unwell(unit_id, people.unwell)),
        "fever": as_json(ill.fever(unit_id, people.fever)),
    }  # fmt: skip


def _named(unit: Unit | Named) -> dict[str, str]:
    return {"code": unit.code, "name": str(unit)}


def _sum(total: Total) -> dict[str, Any]:
    """A sum of which some have not reported is a lower bound; one that nobody has reported is unknown, not zero."""
    at_least = total.value is not None and total.reporting < total.expected
    return {"value": total.value, "at_least": at_least, "reporting": total.reporting, "expected": total.expected}


class _People(msgspec.Struct):
    """As `_people`, straight from what was counted: a board has up to thousands of lower units."""

    rostered: int
    excused: int
    expected: int
    answered: int
    well: int | None
    unwell: Any
    fever: Any
    unknown: int
    modes: dict[str, int]


class _Child(msgspec.Struct):
    """A lower unit; after `revision` the counts, in the order of `COUNTED`."""

    unit: str
    name: str
    kind: str
    state: str
    revision: int | None
    expected: int
    received: int
    on_time: int
    late: int
    zero: int
    returned: int
    excused: int
    missing: int
    not_yet: int
    people: _People


def _child(child: Child, revision: int | None, ill: IllShown) -> _Child:
    expected, received, on_time, late, zero, returned, excused, missing, not_yet = child.counted
    return _Child(
        child.code, child.name, child.kind, child.state, revision, expected, received, on_time, late, zero, returned,
        excused, missing, not_yet, _people_under(child.pk, child.people_counted, ill),
    )  # fmt: skip


def _people_under(unit_id: int, numbers: Sequence[int], ill: IllShown) -> _People:
    rostered, excused, answered, well, unwell, fever, *modes = numbers
    expected = rostered - excused
    return _People(
        rostered, excused, expected, answered, ill.well(unit_id, well, unwell), as_json(ill.unwell(unit_id, unwell)),
        as_json(ill.fever(unit_id, fever)), expected - answered,
        dict(zip(MODE_CODES, modes, strict=True)),
    )  # fmt: skip


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

"""The definition of a board (逐条清点): every due and counter under a unit, one after the other, for the tests."""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.reporting.board import Board, Counts, People
from lianfang.kernel.reporting.models import MODES, Tally
from tests.make import DAY, clock

HEADS = ("rostered", "excused", "answered", "well", "unwell", "fever")


def counted_one_by_one(unit: Unit) -> tuple[Counts, People, dict[int, Counts], set[int]]:
    """The definition: go through every due and counter under the unit."""
    found = Due.objects.filter(under(unit), day=DAY, kind__in=[REPORT, ROLL_CALL], source=True)
    chosen = _chosen(_one_line(list(found), unit), unit)
    children = Unit.objects.filter(parent=unit) | Unit.objects.filter(sector_parent=unit)
    rows = {child.pk: _counts(due for due in chosen if due.path.startswith(child.path)) for child in children}
    open_ = [due for due in chosen if due.settled_at is None and not due.excused]
    missing = {due.unit_id for due in open_}
    return _counts(chosen), _people(Tally.objects.filter(under(unit), day=DAY)), rows, missing


def _one_line(dues: list[Due], unit: Unit) -> list[Due]:
    kept: dict[tuple[int, str, str], Due] = {}
    for due in dues:
        preferred = "territory" if due.path.startswith(unit.path) else "sector"
        if due.line == preferred or (due.unit_id, due.kind, due.slot) not in kept:
            kept[due.unit_id, due.kind, due.slot] = due
    return list(kept.values())


def _chosen(dues: list[Due], unit: Unit) -> list[Due]:
    below = [due for due in dues if due.unit_id != unit.pk]
    for candidates in (below, [] if unit.kind in OFFICES else dues):
        for kind in (REPORT, ROLL_CALL):
            if found := [due for due in candidates if due.kind == kind]:
                return found
    return []


def _counts(dues: Iterable[Due]) -> Counts:
    counts = Counts()
    for due in dues:
        if due.excused and due.settled_at is None:
            counts.excused += 1
            continue
        counts.expected += 1
        counts.zero += due.zero
        if due.settled_at is not None:
            counts.received += 1
            counts.on_time += due.settled_at <= due.due_at
            counts.late += due.settled_at > due.due_at
        else:
            over = due.due_at < clock.now()
            counts.missing += 1
            counts.not_yet += not over
            counts.returned += due.returned_at is not None
    return counts


def _people(tallies: Iterable[Tally]) -> People:
    people = People(modes={mode: 0 for mode, _ in MODES})
    for tally in tallies:
        for name in HEADS:
            setattr(people, name, getattr(people, name) + getattr(tally, name))
        for mode, _ in MODES:
            people.modes[mode] += getattr(tally, f"by_{mode}")
    return people


def assert_same(unit: Unit, shown: Board) -> None:
    """A board shows what counting one by one gives."""
    counts, people, rows, missing = counted_one_by_one(unit)
    assert shown.counts == counts, (unit.code, shown.counts, counts)
    assert shown.people.as_list() == people.as_list(), unit.code
    assert {row.unit.pk: row.counts for row in shown.rows} == rows, unit.code
    assert {due.unit_id for due in shown.missing} == missing, unit.code

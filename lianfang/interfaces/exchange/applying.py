"""Writing the rows of a checked file (写入): in one transaction, or unit after unit where there are very many.

read = written + refused + held + blank, at every moment that somebody can see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from lianfang.interfaces.exchange.keeping import keep
from lianfang.interfaces.exchange.layouts.layout import Desk, Layout, RowRefused
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.layouts.reports import Reports
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.faults import fault
from lianfang.kernel.files.actions import CHECKED, REFUSED, confirm_file
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import within

MOST_AT_ONCE = 50_000  # rows of one transaction; a larger file is written in several
_REPORTS: Final = Reports()  # the one layout whose rows may be staged


@dataclass(slots=True)
class Case:
    """One file under way: what it is for, who sends it, what was found in it."""

    layout: Layout
    desk: Desk
    outcome: Outcome
    kept: Import
    _turn: Lock = field(default_factory=Lock)
    _failed: Event = field(default_factory=Event)

    def refuse_late(self, failed: RowRefused) -> None:
        """Name a row that was refused only when it was written."""
        with self._turn:
            self.outcome.refuse_late(failed.row, failed.problems)
            self.kept.problems = [problem.as_kept for problem in self.outcome.first_problems()]

    def totals(self) -> tuple[int, int]:
        """How many rows may be written, and how many are refused, at one moment."""
        with self._turn:
            return self.outcome.held, self.outcome.refused

    def failed(self) -> bool:
        """Whether one of two connections has failed, so that the other goes no further."""
        return self._failed.is_set()

    def fail(self) -> None:
        """Say so."""
        self._failed.set()


def take_account(kept: Import, outcome: Outcome, *, partly: bool) -> None:
    """The numbers of a file, and whether it may be written: whole, or `partly` when somebody may choose that."""
    kept.read, kept.blank, kept.written = outcome.sheet.read, outcome.sheet.blank, 0
    kept.held, kept.refused = outcome.held, outcome.refused
    kept.problems = [problem.as_kept for problem in outcome.first_problems()]
    kept.notes = outcome.placed_notes()
    kept.stage = CHECKED if kept.held and (partly or not kept.problems) else REFUSED


def write(actor: Actor, case: Case, *, keep_good: bool) -> Import:
    """Write all rows that may be, in one transaction; a row that is refused only now spoils the file as before."""
    kept, outcome = case.kept, case.outcome
    while kept.stage == CHECKED:
        try:
            with transaction.atomic():
                fault("after_stage_before_apply")
                _write_rows(actor, case)
        except RowRefused as failed:
            outcome.refuse_late(failed.row, failed.problems)
            take_account(kept, outcome, partly=keep_good)
            if kept.stage == REFUSED and kept.unit_id:
                keep(actor, kept)
    return kept


def _write_rows(actor: Actor, case: Case) -> None:
    if case.outcome.staged is not None:
        _REPORTS.write_staged(case.desk, case.outcome, list(case.outcome.staged.rows))
    _finish(actor, case)


def _finish(actor: Actor, case: Case) -> None:
    """Write the rows that go one by one, and note the file as written."""
    kept, outcome = case.kept, case.outcome
    case.layout.write(case.desk, outcome.kept)
    if not kept.unit_id:  # the first units: only now there is one over which the import can be held
        kept.unit = Unit.objects.order_by("path").filter(parent__isnull=True)[0]
        keep(actor, kept)
    confirm_file(actor, received=kept, what=kept.what, written=outcome.held, refused=outcome.refused)


@contextmanager
def staged_for_now() -> Iterator[None]:
    """Rows that were staged are forgotten; those of a transaction that failed go with it."""
    try:
        yield
    except BaseException:
        if not connection.in_atomic_block:
            _REPORTS.forget_staged()
        raise
    _REPORTS.forget_staged()


def is_large(case: Case) -> bool:
    staged = case.outcome.staged
    large = case.outcome.held > MOST_AT_ONCE or (staged is not None and staged.aside is not None)
    return case.kept.stage == CHECKED and staged is not None and large


def write_in_turn(actor: Actor, case: Case) -> Import:
    """Write a large file unit after unit, many in each transaction; the import is complete with the last one.

    Whatever was written stays, also when a row is refused only now: that row is named, and the others go on.
    """
    kept, outcome = case.kept, case.outcome
    fault("after_stage_before_apply")
    _write_turns(actor, case)
    _try(actor, case, lambda: _finish(actor, case))
    assert kept.read == outcome.held + outcome.refused + kept.blank  # noqa: S101  no row is lost
    return kept


def _write_turns(actor: Actor, case: Case) -> None:
    """All units, on as many connections as they are staged on."""
    staged = case.outcome.staged
    assert staged is not None  # noqa: S101
    aside = staged.aside
    if aside is None:
        _write_in_turn(actor, case, staged.rows)
        return
    later = {unit: many for unit, many in staged.rows.items() if unit >= aside.first}
    waiting = aside.lane.start(_write_in_turn, actor, case, later)
    _write_in_turn(actor, case, {unit: many for unit, many in staged.rows.items() if unit < aside.first})
    waiting.result()


def _write_in_turn(actor: Actor, case: Case, rows: Mapping[int, int]) -> None:
    try:
        for units in _turns(rows):
            if case.failed():
                return
            _try(actor, case, lambda units=units: _write_units(case, units))  # type: ignore[misc]
    except BaseException:
        case.fail()
        raise


def _turns(rows_by_unit: Mapping[int, int]) -> Iterator[list[int]]:
    units: list[int] = []
    rows = 0
    for unit, many in rows_by_unit.items():
        if units and rows + many > MOST_AT_ONCE:
            yield units
            units, rows = [], 0
        units.append(unit)
        rows += many
    if units:
        yield units


def _write_units(case: Case, units: list[int]) -> None:
    staged = case.outcome.staged
    assert staged is not None  # noqa: S101
    _REPORTS.write_staged(case.desk, case.outcome, units)
    connection.check_constraints()  # now: the other connection waits for the import's row until this one commits
    held, refused = case.totals()
    written = Least(F("written") + sum(staged.rows[unit] for unit in units), Value(held))
    Import.objects.filter(pk=case.kept.pk).update(written=written, held=Value(held) - written, refused=refused)


def _try(actor: Actor, case: Case, write: Callable[[], None]) -> None:
    """Run a step in a transaction of its own; as long as it refuses a row, without that row again."""
    while True:
        try:
            with within(actor.scope):
                write()
        except RowRefused as failed:
            case.refuse_late(failed)
        else:
            return

"""Files on their way in (导入): read in a child, every row checked and accounted for, written whole or not at all.

read = written + refused + held + blank, always. Rows that may be written are held until somebody confirms; a file with
a refused row is not written unless the sender chooses to keep the good rows.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.layouts import layout_of
from lianfang.interfaces.exchange.layouts.layout import Desk, Layout, RowRefused, look_at_header
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.reading import read_table
from lianfang.interfaces.exchange.sheet import Limits, Sheet
from lianfang.interfaces.exchange.writing import Kind, open_writer, write_errors
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.crypto import seal, unseal
from lianfang.kernel.faults import fault
from lianfang.kernel.files.actions import CHECKED, DROPPED, REFUSED, WRITTEN, confirm_file, drop_file, receive_file
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import within

MOST_AT_ONCE = 50_000  # rows of one transaction; a larger file is written in several
LONGEST_NAME = 200  # characters of a file's name that are kept


@dataclass(slots=True)
class _Case:
    """One file under way: what it is for, who sends it, what was found in it."""

    layout: Layout
    desk: Desk
    outcome: Outcome
    kept: Import


def receive(
    actor: Actor,
    what: str,
    filename: str,
    content: bytes | Path,
    *,
    unit: Unit | None = None,
    keep_good: bool = False,
    dry_run: bool = False,
    limits: Limits | None = None,
) -> Import:
    """Read and check a file for `what` (units, people, reports), and write its rows when nothing stands in the way.

    `unit` is the one rows belong to that name none (default: the sender's own). With `dry_run` no row is written: those
    that may be are held until `confirm`. The same file from the same sender is the same import.

    A large file is written in several transactions, unless one is open already: until the last of them the import is
    `checked`, with rows written and rows held, and sending the file again goes on with it.
    Raises Refused when the file cannot be read at all, or is not the sender's to send.
    """
    layout, alone = layout_of(what), not connection.in_atomic_block
    with within(actor.scope):
        home = unit or actor.home or (_root() if actor.system else None)
        _check_sender(actor, layout, home)
        kept = _same_file(actor, what, home, content) or _new(actor, what, home, filename, content)
        if kept.stage == WRITTEN:
            return kept
        case = _checked(actor, layout, kept, content, partly=keep_good or dry_run, limits=limits)
        large = alone and not dry_run and _is_large(case)
        if home is not None:  # a file that is still at hand and is written at once need not be kept beside its rows
            _keep(actor, kept, b"" if large and isinstance(content, Path) else content)
        if not large:
            return kept if dry_run else _write(actor, case, keep_good=keep_good)
    return _write_in_turn(actor, case)


def confirm(actor: Actor, import_id: UUID | str, *, keep_good: bool = False) -> Import:
    """Write the rows that are held, after checking the file once more: the register may have changed since.

    A file with refused rows is written only with `keep_good`; else it comes back refused, its good rows still held.
    """
    with within(actor.scope):
        kept = _of(import_id)
        if kept.stage == WRITTEN:
            return kept
        if kept.stage == DROPPED or not kept.held:
            raise Refused("flow.condition", "import", stage=kept.stage)
        case = _checked(actor, layout_of(kept.what), kept, _opened(kept), partly=keep_good)
        if kept.stage == REFUSED:
            _keep(actor, kept)
        return _write(actor, case, keep_good=keep_good)


def drop(actor: Actor, import_id: UUID | str) -> Import:
    """Give a file up; its rows are written nowhere and kept no longer."""
    with within(actor.scope):
        kept = _of(import_id)
        drop_file(actor, received=kept, what=kept.what)
    return kept


def problems_of(kept: Import) -> list[Problem]:
    """What is wrong with the rows of an import, the first thousand, in the order of the file."""
    return [
        Problem(p["code"], p["field"], row=p["row"], column=p["column"], facts=p.get("facts", {}))
        for p in kept.problems
    ]


def give_back(actor: Actor, import_id: UUID | str, target: BinaryIO | Path) -> None:
    """Write the file as a workbook with one more column that says what is wrong with each row."""
    with within(actor.scope):
        kept = _of(import_id)
        write_errors(_read(_opened(kept), kept.filename, Limits()), problems_of(kept), target, say=sentence)


def list_problems(kept: Import, kind: Kind, target: BinaryIO) -> None:
    """Write what is wrong with the rows of an import, the first thousand: row, column, reason, in the order of rows."""
    heads = [str(_("row")), str(_("column")), str(_("what is wrong"))]
    with open_writer(kind, target, heads, sheet=str(_("What has to be corrected"))) as writer:
        for problem in problems_of(kept):
            writer.row([problem.row, problem.column, sentence(problem)])


def account(kept: Import) -> dict[str, Any]:
    """What became of the rows: `{"read", "written", "refused", "held", "blank", "errors": [...]}` (contract, 2)."""
    numbers = {name: getattr(kept, name) for name in ("read", "written", "refused", "held", "blank")}
    errors = [{"row": p.row, "column": p.column, "code": p.code, "message": sentence(p)} for p in problems_of(kept)]
    return {**numbers, "errors": errors}


def _root() -> Unit | None:
    return Unit.objects.order_by("path").filter(parent__isnull=True).first()


def _check_sender(actor: Actor, layout: Layout, home: Unit | None) -> None:
    if not actor.may_write:
        raise Refused("token.scope")
    if home is None and not (actor.system and layout.what == "units"):
        raise Refused("required", "unit")
    if home is not None and not actor.holds(layout.by, home):
        raise Refused("role.ended" if actor.held(home) else "scope", "unit")


def _same_file(actor: Actor, what: str, home: Unit | None, content: bytes | Path) -> Import | None:
    """The import of the same bytes by the same sender for the same unit; two that arrive at once take turns."""
    if home is None:
        return None
    digest = _digest(content)
    with connection.cursor() as cursor:
        key = f"import {actor.account_id} {what} {home.pk} {digest}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    same = Import.objects.filter(sender_id=actor.account_id, what=what, unit=home, sha256=digest)
    return same.order_by("pk").first()


def _digest(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _new(actor: Actor, what: str, home: Unit | None, filename: str, content: bytes | Path) -> Import:
    name = PurePath(filename.replace("\\", "/")).name
    return Import(
        unit=home,
        what=what,
        filename="".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:] or what,
        sha256=_digest(content),
        stage=CHECKED,
        sender_id=actor.account_id,
        sender=actor.name[:60],
        received_at=clock.now(),
    )


def _of(import_id: UUID | str) -> Import:
    """An import within scope, held against a second confirmation; another answers as one that does not exist."""
    try:
        found = Import.objects.select_for_update(of=("self",)).select_related("unit").get(pk=import_id)
    except (Import.DoesNotExist, ValidationError) as error:
        raise Refused("scope", "import") from error
    return found


def _checked(
    actor: Actor, layout: Layout, kept: Import, content: bytes | Path, *, partly: bool, limits: Limits | None = None
) -> _Case:
    """Read and check the file; what was found stands in `kept`, which is not stored yet."""
    sheet = _read(content, kept.filename, limits or Limits())
    outcome = Outcome(sheet, layout.columns(sheet))
    look_at_header(outcome)
    # Of a new file the first name is its own; sent again, it is the one it was stored under.
    desk = Desk.of(actor, kept.unit if kept.unit_id else None, f"import-{kept.pk}")
    layout.check(desk, outcome)
    _account(kept, outcome, partly=partly)
    return _Case(layout, desk, outcome, kept)


def _read(content: bytes | Path, filename: str, limits: Limits) -> Sheet:
    if isinstance(content, Path):
        return read_table(content, filename, limits)
    if len(content) > limits.file_bytes:
        raise Refused("file.too_large", most_mib=limits.max_file_mib)
    with _as_file(content) as path:
        return read_table(path, filename, limits)


@contextmanager
def _as_file(content: bytes) -> Iterator[Path]:
    """The content where the reading process finds it: in memory where the system can, else readable by us only."""
    if sys.platform == "linux":
        with open(os.memfd_create("import"), "wb", buffering=0) as file:  # noqa: PTH123
            file.write(content)
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        return
    with tempfile.NamedTemporaryFile(prefix="import-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


def _account(kept: Import, outcome: Outcome, *, partly: bool) -> None:
    """The numbers of a file, and whether it may be written: whole, or `partly` when somebody may choose that."""
    kept.read, kept.blank, kept.written = outcome.sheet.read, outcome.sheet.blank, 0
    kept.held, kept.refused = outcome.held, outcome.refused
    kept.problems = [_as_kept(problem) for problem in outcome.first_problems()]
    kept.notes = outcome.placed_notes()
    kept.stage = CHECKED if kept.held and (partly or not kept.problems) else REFUSED


def _as_kept(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "field": problem.field,
        "code": problem.code,
        "facts": dict(problem.facts),
    }


def _keep(actor: Actor, kept: Import, content: bytes | Path = b"") -> None:
    """Store the import, with its bytes unless they are more than anybody may upload: those are where they came from."""
    if isinstance(content, Path):
        content = content.read_bytes() if content.stat().st_size <= Limits().file_bytes else b""
    if content and len(content) <= Limits().file_bytes:
        kept.content = _closed(kept, content)
    receive_file(actor, unit=kept.unit, what=kept.what, read=kept.read, refused=kept.refused, received=kept)


def _closed(kept: Import, content: bytes) -> bytes:
    """The file sealed: it holds numbers and phones, which stand nowhere in the database in plain."""
    return seal(base64.b64encode(content).decode(), about=_about(kept)).encode()


def _opened(kept: Import) -> bytes:
    if not kept.content:
        raise Refused("flow.condition", "import", stage=kept.stage)
    return base64.b64decode(unseal(bytes(kept.content).decode(), about=_about(kept)))


def _about(kept: Import) -> str:
    return f"files_import|content|{kept.pk}"


def _write(actor: Actor, case: _Case, *, keep_good: bool) -> Import:
    """Write all rows that may be, in one transaction; a row that is refused only now spoils the file as before."""
    kept, outcome = case.kept, case.outcome
    while kept.stage == CHECKED:
        try:
            with transaction.atomic():
                fault("after_stage_before_apply")
                _write_rows(actor, case)
        except RowRefused as failed:
            outcome.refuse_late(failed.row, failed.problems)
            _account(kept, outcome, partly=keep_good)
            if kept.stage == REFUSED and kept.unit_id:
                _keep(actor, kept)
    return kept


def _write_rows(actor: Actor, case: _Case) -> None:
    if case.outcome.staged is not None:
        case.layout.write_staged(case.desk, case.outcome, list(case.outcome.staged.rows))
    _finish(actor, case)


def _finish(actor: Actor, case: _Case) -> None:
    """Write the rows that go one by one, and note the file as written."""
    kept, outcome = case.kept, case.outcome
    case.layout.write(case.desk, outcome.kept)
    if not kept.unit_id:  # the first units: only now there is one over which the import can be held
        kept.unit = Unit.objects.order_by("path").filter(parent__isnull=True)[0]
        _keep(actor, kept)
    confirm_file(actor, received=kept, what=kept.what, written=outcome.held, refused=outcome.refused)


def _is_large(case: _Case) -> bool:
    return case.kept.stage == CHECKED and case.outcome.staged is not None and case.outcome.held > MOST_AT_ONCE


def _write_in_turn(actor: Actor, case: _Case) -> Import:
    """Write a large file unit after unit, many in each transaction; the import is complete with the last one.

    Whatever was written stays, also when a row is refused only now: that row is named, and the others go on.
    """
    kept, outcome = case.kept, case.outcome
    for units in _turns(outcome):
        _try(actor, case, lambda units=units: _write_units(actor, case, units))  # type: ignore[misc]
    _try(actor, case, lambda: _finish(actor, case))
    assert kept.read == outcome.held + outcome.refused + kept.blank  # noqa: S101  no row is lost
    return kept


def _turns(outcome: Outcome) -> Iterator[list[int]]:
    assert outcome.staged is not None  # noqa: S101
    units: list[int] = []
    rows = 0
    for unit, many in outcome.staged.rows.items():
        if units and rows + many > MOST_AT_ONCE:
            yield units
            units, rows = [], 0
        units.append(unit)
        rows += many
    if units:
        yield units


def _write_units(actor: Actor, case: _Case, units: list[int]) -> None:
    kept, staged = case.kept, case.outcome.staged
    assert staged is not None  # noqa: S101
    case.layout.write_staged(case.desk, case.outcome, units)
    written = kept.written + sum(staged.rows[unit] for unit in units)
    held = case.outcome.held - min(written, case.outcome.held)
    done = {"written": case.outcome.held - held, "held": held, "refused": case.outcome.refused}
    Import.objects.filter(pk=kept.pk).update(**done)
    kept.written = written


def _try(actor: Actor, case: _Case, write: Callable[[], None]) -> None:
    """Run a step in a transaction of its own; as long as it refuses a row, without that row again."""
    while True:
        try:
            with within(actor.scope):
                write()
        except RowRefused as failed:
            case.outcome.refuse_late(failed.row, failed.problems)
            case.kept.problems = [_as_kept(problem) for problem in case.outcome.first_problems()]
        else:
            return

"""Files on their way in (导入): read in a child, every row checked and accounted for, written whole or not at all.

read = written + refused + held + blank, always. Rows that may be written are held until somebody confirms; a file with
a refused row is not written unless the sender chooses to keep the good rows.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, BinaryIO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.applying import Case, is_large, staged_for_now, take_account, write, write_in_turn
from lianfang.interfaces.exchange.keeping import digest_of, keep, opened
from lianfang.interfaces.exchange.layouts import layout_of
from lianfang.interfaces.exchange.layouts.layout import Desk, Layout, look_at_header
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.reading import read_given
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.writing import Kind, open_writer, write_errors
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.database.lane import Lane, lane_if
from lianfang.kernel.files.actions import CHECKED, DROPPED, REFUSED, WRITTEN, drop_file
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import within

LONGEST_NAME = 200  # characters of a file's name that are kept


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
    """Read and check a file for `what` (units, people, reports, arrivals); write its rows when nothing is in the way.

    `unit` is the one rows belong to that name none (default: the sender's own). With `dry_run` no row is written: those
    that may be are held until `confirm`. The same file from the same sender is the same import.

    A large file is written in several transactions, unless one is open already: until the last of them the import is
    `checked`, with rows written and rows held, and sending the file again goes on with it.
    Raises Refused when the file cannot be read at all, or is not the sender's to send.
    """
    layout = layout_of(what)
    alone = not dry_run and not connection.in_atomic_block
    with staged_for_now(), lane_if(alone) as lane:
        return _received(
            actor, layout, filename, content, unit=unit, keep_good=keep_good, dry_run=dry_run, lane=lane,
            limits=limits or Limits(),
        )  # fmt: skip


def _received(
    actor: Actor, layout: Layout, filename: str, content: bytes | Path, *, unit: Unit | None, keep_good: bool,
    dry_run: bool, lane: Lane | None, limits: Limits,
) -> Import:  # fmt: skip
    what = layout.what
    with within(actor.scope):
        home = unit or actor.home or (_root() if actor.system else None)
        _check_sender(actor, layout, home)
        digest = digest_of(content)
        kept = _same_file(actor, what, home, digest) or _new(actor, what, home, filename, digest)
        if kept.stage == WRITTEN:
            return kept
        case = _checked(actor, layout, kept, content, partly=keep_good or dry_run, limits=limits, lane=lane)
        large = lane is not None and is_large(case)
        if home is not None:  # a file that is still at hand and is written at once need not be kept beside its rows
            keep(actor, kept, b"" if large and isinstance(content, Path) else content)
        if not large:
            return kept if dry_run else write(actor, case, keep_good=keep_good)
    return write_in_turn(actor, case)


def confirm(actor: Actor, import_id: UUID | str, *, keep_good: bool = False) -> Import:
    """Write the rows that are held, after checking the file once more: the register may have changed since.

    A file with refused rows is written only with `keep_good`; else it comes back refused, its good rows still held.
    """
    with staged_for_now(), within(actor.scope):
        kept = _of(import_id)
        if kept.stage == WRITTEN:
            return kept
        if kept.stage == DROPPED or not kept.held:
            raise Refused("flow.condition", "import", stage=kept.stage)
        case = _checked(actor, layout_of(kept.what), kept, opened(kept), partly=keep_good, limits=Limits())
        if kept.stage == REFUSED:
            keep(actor, kept)
        return write(actor, case, keep_good=keep_good)


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
        write_errors(read_given(opened(kept), kept.filename, Limits()), problems_of(kept), target, say=sentence)


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


def _same_file(actor: Actor, what: str, home: Unit | None, digest: str) -> Import | None:
    """The import of the same bytes by the same sender for the same unit; two that arrive at once take turns."""
    if home is None:
        return None
    with connection.cursor() as cursor:
        key = f"import {actor.account_id} {what} {home.pk} {digest}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    same = Import.objects.filter(sender_id=actor.account_id, what=what, unit=home, sha256=digest)
    return same.order_by("pk").first()


def _new(actor: Actor, what: str, home: Unit | None, filename: str, digest: str) -> Import:
    name = PurePath(filename.replace("\\", "/")).name
    return Import(
        unit=home,
        what=what,
        filename="".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:] or what,
        sha256=digest,
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
    actor: Actor, layout: Layout, kept: Import, content: bytes | Path, *, partly: bool, limits: Limits,
    lane: Lane | None = None,
) -> Case:  # fmt: skip
    """Read and check the file; what was found stands in `kept`, which is not stored yet."""
    sheet = read_given(content, kept.filename, limits)
    outcome = Outcome(sheet, layout.columns(sheet))
    look_at_header(outcome)
    # Of a new file the first name is its own; sent again, it is the one it was stored under.
    desk = Desk.of(actor, kept.unit if kept.unit_id else None, f"import-{kept.pk}", lane)
    layout.check(desk, outcome)
    take_account(kept, outcome, partly=partly)
    return Case(layout, desk, outcome, kept)

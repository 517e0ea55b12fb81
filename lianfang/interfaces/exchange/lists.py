"""Lists of cases on their way in (名单导入): a file under an exchange agreement, stored row by row or quarantined.

read = written + refused + held + blank, as for every file; good rows are stored although others are rejected, and a
file whose control total is wrong is refused whole. What is not agreed upon is never kept, not even as the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.db import transaction

from lianfang.capabilities.verification.actions import BOTH_SIDES, Table, take_list
from lianfang.capabilities.verification.fields import THEIRS
from lianfang.capabilities.verification.models import QUARANTINED, Agreement, ReceivedList
from lianfang.capabilities.verification.register import Agreements
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.exchange.keeping import digest_of
from lianfang.interfaces.exchange.layouts.outcome import unnumbered
from lianfang.interfaces.exchange.reading import read_given
from lianfang.interfaces.exchange.recognition import field_of
from lianfang.interfaces.exchange.sheet import MOST_PROBLEMS, Limits, Row, Sheet
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.files.actions import CHECKED, REFUSED, WRITTEN, receive_file
from lianfang.kernel.files.models import Import
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

WHAT = "list"
LONGEST_NAME = 200  # characters of a file's name that are kept
_NO_DATA = frozenset({"row.not_data", "row.is_header"})


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a list is sent: agreement (its number or key), whose list it is, control total, day of the list."""

    agreement: str
    side: str = THEIRS
    control_total: int | None = None
    day: date | None = None


def receive_list_file(
    actor: Actor, terms: Terms, filename: str, content: bytes | Path, *, unit: Unit | None = None,
    dry_run: bool = False, limits: Limits | None = None,
) -> Import:  # fmt: skip
    """Read a list and store it under its agreement; with `dry_run` nothing is kept. What became of its rows.

    `unit` is the side for which one acts (default: the one over which one may). Refused as by `take_list` and
    `read_given`.
    """
    bounds = limits or Limits()
    with within(actor.scope), transaction.atomic():
        agreement = agreement_named(actor, terms.agreement)
        acting = unit or _own_unit(actor, agreement)
        if not actor.holds(BOTH_SIDES, acting):
            raise Refused("role.ended" if actor.held(acting) else "scope", "unit")
        # No row under the header is "none today" only when the control total says so.
        sheet = read_given(content, filename, replace(bounds, fewest_rows=0) if terms.control_total == 0 else bounds)
        received = take_list(
            actor, unit=acting, agreement=agreement, side=terms.side, day=terms.day,
            table=_table(sheet, filename, digest_of(content)), control_total=terms.control_total,
        )  # fmt: skip
        kept = _account(actor, acting, received, sheet, filename)
        kept.terms = _terms(received, terms.control_total)
        if dry_run:
            kept.held, kept.written = kept.written, 0
            kept.stage = CHECKED if kept.stage == WRITTEN else kept.stage
            transaction.set_rollback(True)
        else:
            _keep(actor, kept)
    return kept


def agreement_named(actor: Actor, text: str) -> Agreement:
    """The agreement of this number or key, among those one may see. Refused: `required`, `scope`."""
    if not text.strip():
        raise Refused("required", "agreement")
    rows = Agreements.rows(actor)
    try:
        found = rows.filter(number=int(text)) if text.isascii() and text.isdigit() else rows.filter(pk=UUID(text))
    except ValueError:
        raise Refused("scope", "agreement") from None
    agreement: Agreement | None = found.first()
    if agreement is None:
        raise Refused("scope", "agreement")
    return agreement


def _own_unit(actor: Actor, agreement: Agreement) -> Unit:
    own = [one for one in (agreement.unit, agreement.theirs) if one is not None and actor.holds(BOTH_SIDES, one)]
    if not own:
        raise Refused("scope", "agreement")
    return own[0]


def _table(sheet: Sheet, filename: str, sha256: str) -> Table:
    """The sheet as the capability takes it; refused when the header itself is damaged."""
    if of_header := [p for p in sheet.problems if p.row is None or p.row <= sheet.header_row]:
        raise Refused([unnumbered(problem) for problem in of_header])
    spoilt = _spoilt(sheet)
    wanted = _columns(sheet)
    rows = ((row.number, _cells(row, wanted)) for row in sheet.rows)
    no_data = frozenset(n for n, problems in spoilt.items() if {p.code for p in problems} & _NO_DATA)
    headings = [sheet.header[n] for n in wanted]
    meant = [field_of(heading) if heading else None for heading in headings]
    return Table(headings, rows, _plain_name(filename), sha256, spoilt, no_data, meant)


def _cells(row: Row, wanted: Iterable[int]) -> list[Any]:
    return [row.cells[n] if n < len(row.cells) else None for n in wanted]


def _columns(sheet: Sheet) -> list[int]:
    """The columns that have a heading, and those without one that hold something: these are not agreed upon either."""
    nameless = [n for n, name in enumerate(sheet.header) if not name]
    filled = {n for row in sheet.rows for n in nameless if n < len(row.cells) and row.cells[n] is not None}
    return [n for n, name in enumerate(sheet.header) if name or n in filled]


def _spoilt(sheet: Sheet) -> Mapping[int, list[Problem]]:
    """The rows that the reader has refused, with their reasons; of more than a thousand the rest have a common one."""
    spoilt: dict[int, list[Problem]] = {}
    for problem in sheet.problems:
        if problem.row is not None:
            spoilt.setdefault(problem.row, []).append(unnumbered(problem))
    return {row: spoilt.get(row) or [Problem("row.unreadable", row=row)] for row in sheet.refused_rows}


def _account(actor: Actor, unit: Unit, received: ReceivedList, sheet: Sheet, filename: str) -> Import:
    quarantined = received.state == QUARANTINED
    kept = Import(
        unit=unit, what=WHAT, filename=_plain_name(filename) or WHAT, sha256=received.sha256,
        stage=REFUSED if quarantined else WRITTEN, read=sheet.read, blank=sheet.blank, written=received.stored,
        refused=received.rejected, sender_id=actor.account_id, sender=actor.name[:60], received_at=clock.now(),
    )  # fmt: skip
    kept.problems = [_quarantine(received)] if quarantined else _problems(received, sheet)
    return kept


def _quarantine(received: ReceivedList) -> dict[str, Any]:
    facts = {"expected": received.control_total, "got": received.rows_in}
    return {"row": None, "column": "", "field": "control_total", "code": "list.total", "facts": facts}


def _problems(received: ReceivedList, sheet: Sheet) -> list[dict[str, Any]]:
    """The first thousand reasons, each with the heading of its column."""
    first = received.rejections[:MOST_PROBLEMS]
    return [{**one, "column": one.get("column") or received.columns.get(one["field"], "")} for one in first]


def _terms(received: ReceivedList, control_total: int | None) -> str:
    """What tells the same file sent twice from the same file sent for something else."""
    total = "" if control_total is None else str(control_total)
    return f"{received.agreement_id} {received.side} {received.day} {total}".strip()


def _keep(actor: Actor, kept: Import) -> None:
    # Another authority's liaison sees the exchange alone, not what else a unit has imported.
    with within(EVERYTHING):
        same = Import.objects.filter(what=WHAT, unit=kept.unit, sha256=kept.sha256, sender_id=kept.sender_id)
        alike = same.filter(terms=kept.terms, written=kept.written, refused=kept.refused, stage=kept.stage)
        before = alike.order_by("pk").first()
        if before is not None:
            kept.pk, kept.received_at = before.pk, before.received_at
            return
        receive_file(actor, unit=kept.unit, what=WHAT, read=kept.read, refused=kept.refused, received=kept)


def _plain_name(filename: str) -> str:
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:]

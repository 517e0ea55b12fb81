"""Lists received under an agreement (名单接收): rows in = stored + rejected; a wrong control total stores no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lianfang.capabilities.verification.agreements import BOTH_SIDES, check_in_force, fields_by_column, side_of
from lianfang.capabilities.verification.entries import store_cases
from lianfang.capabilities.verification.fields import OURS, SIDES, THEIRS
from lianfang.capabilities.verification.models import QUARANTINED, STORED, Agreement, ReceivedList
from lianfang.capabilities.verification.rows import Read, read_rows
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read from its file: headings, rows by number and heading, rows that could not be read.

    `no_data` are those among them that are no rows of a list (a sum, the header again): no control total counts them.
    `meant` says of each heading which field such a heading usually means.
    """

    headings: Sequence[str]
    rows: Iterable[tuple[int, Sequence[Any]]]
    filename: str
    sha256: str
    spoilt: Mapping[int, list[Problem]]
    no_data: frozenset[int] = frozenset()
    meant: Sequence[str | None] = ()


def take_list(
    by: Actor, *, unit: Unit, agreement: Agreement, side: str, table: Table, control_total: int | None = None,
    day: date | None = None,
) -> ReceivedList:  # fmt: skip
    """Take a list in for one side: stored, or quarantined whole when its control total is not the number of its rows.

    The same file of the same side for the same day is the same list. Refused before anything is kept:
    `agreement.outside` (columns that are not agreed upon), `agreement.not_in_force`, `header.duplicate`, `required`
    (control total), `scope`, `choice.unknown` (side), `date.in_future` (day).
    """
    today = clock.today(agreement.unit.zone)
    of_day = day or today
    if of_day > today:  # it would be taken for the newest until that day
        raise Refused("date.in_future", "day")
    _check_sender(by, agreement, unit, side)
    check_in_force(agreement, of_day)
    if control_total is None and agreement.totals_required:
        raise Refused("required", "control_total")
    names = fields_by_column(agreement, table.headings, table.meant)
    same = _same(agreement, side, of_day, table.sha256)
    if same is not None and control_total in (None, same.rows_in - len(table.no_data)):
        again: ReceivedList = receive_list(by, unit=unit, received=same)
        return again
    read = read_rows(_by_field(names, table.rows), day=of_day, spoilt=table.spoilt, units=_units(agreement))
    kept = ReceivedList(
        unit=agreement.unit, theirs=agreement.theirs, agreement=agreement, side=side, day=of_day,
        filename=table.filename[-200:], sha256=table.sha256, control_total=control_total, rows_in=read.rows_in,
        columns=dict(zip(names, table.headings, strict=True)), received_at=clock.now(), received_by=by.name[:60],
    )  # fmt: skip
    if control_total is not None and control_total != read.rows_in - len(table.no_data):
        quarantined: ReceivedList = quarantine_list(by, unit=unit, received=kept)
        return quarantined
    stored: ReceivedList = receive_list(by, unit=unit, received=kept, read=read)
    return stored


def _check_sender(by: Actor, agreement: Agreement, unit: Unit, side: str) -> None:
    """Each side brings its own list in; ours also the one that the other side has sent by file."""
    if side not in SIDES:
        raise Refused("choice.unknown", "side", choices=SIDES)
    if side_of(by, agreement, unit) == THEIRS and side == OURS:
        raise Refused("scope", "side")


def _same(agreement: Agreement, side: str, day: date, sha256: str) -> ReceivedList | None:
    """The list that this very file is already; two that arrive at once take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"list {agreement.pk} {side}"])
    same = ReceivedList.objects.filter(agreement=agreement, side=side, day=day, sha256=sha256, state=STORED)
    return same.first()


def _units(agreement: Agreement) -> dict[str, str] | None:
    """Code or name -> code of each unit of our side, where totals are exchanged; a name that two have means neither."""
    if not agreement.is_of_totals:
        return None
    low, high = below(agreement.unit.path)
    rows = Unit.objects.filter(path__gte=low, path__lt=high).values_list("code", "name", "name_en")
    named = Counter(name for _, *names in rows for name in {*names} - {""})
    by_name = {name: code for code, *names in rows for name in names if named[name] == 1}
    return {**by_name, **{code: code for code, *_ in rows}}


def _by_field(names: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, cells in rows:
        yield number, dict(zip(names, cells, strict=False))


@action("list.received", by=BOTH_SIDES, over="unit", facts=("unit",), offered=False)
def receive_list(by: Actor, *, unit: Unit, received: ReceivedList, read: Read | None = None) -> ReceivedList:
    """Store the rows of a list, and each rejected row with its reason; one that came again is the newest once more."""
    if read is None:
        received.received_at, received.received_by = clock.now(), by.name[:60]
        received.save(update_fields=["received_at", "received_by"])
        return received
    received.state, received.stored, received.rejected = STORED, len(read.cases), len(read.rejected)
    received.rejections = [problem.as_kept for problem in read.rejections]
    received.full_clean()
    received.save(force_insert=True)
    store_cases(received, read.cases)
    return received


@action("list.quarantined", by=BOTH_SIDES, over="unit", facts=("unit",), offered=False)
def quarantine_list(by: Actor, *, unit: Unit, received: ReceivedList) -> ReceivedList:
    """Keep of a list whose control total is wrong only that it came, how many rows it had, and its hash."""
    received.state, received.stored, received.rejected = QUARANTINED, 0, received.rows_in
    received.columns, received.rejections = {}, []
    received.full_clean()
    received.save(force_insert=True)
    return received

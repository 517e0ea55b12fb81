"""A unit's signed report (日报): adding up what came from below, signing and freezing, sending back, correcting."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from lianfang.domain.counts import add_up, difference
from lianfang.domain.periods import is_on_time
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import due_of, reopen, settle
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.reporting.forms import DAILY, Edition
from lianfang.kernel.reporting.models import SLOTS, Draft, Tally, UnitReport
from lianfang.kernel.reporting.receipts import digest
from lianfang.kernel.scope import EVERYTHING, within

SLOTS_IN_ORDER = [code for code, _ in SLOTS]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came from the units below: figures added up, how many were expected and received, and who is missing."""

    values: dict[str, int]
    expected: int
    received: int
    zero: int
    on_time: int
    late: int
    returned: int
    excused: int
    gaps: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]

    def frozen(self) -> dict[str, Any]:
        """As it is kept inside the signed report."""
        kept = {name: value for name, value in asdict(self).items() if name != "values"}
        return dict(json.loads(json.dumps(kept)))

    def reporting(self, item: str) -> int:
        """How many of the lower units gave this item; the sum is a lower bound while they are fewer than expected."""
        return sum(source["values"].get(item) is not None for source in self.sources)


def current_report(unit: Unit, form: str, day: date) -> UnitReport | None:
    """The newest revision, sent back or not."""
    return UnitReport.objects.filter(unit=unit, form=form, day=day, current=True).first()


def gather(unit: Unit, form: Edition, day: date) -> Gathered:
    """Add up the lower units' current reports; a lower unit that owed a report and has none is a gap, by name."""
    dues = list(Due.objects.filter(kind=REPORT, day=day, recipient=unit).select_related("unit"))
    owing = [due for due in dues if not due.excused]
    owed = {due.unit_id: due.unit for due in owing}
    settled = [due for due in owing if due.settled_at is not None]
    on_time = sum(due.settled_at <= due.due_at for due in settled if due.settled_at)
    reports = UnitReport.objects.filter(
        unit_id__in=owed, form=form.code, day=day, current=True, returned_at__isnull=True
    ).select_related("unit")
    found = {report.unit_id: report for report in reports}
    return Gathered(
        values=add_up([report.values for report in found.values()], form.items),
        expected=len(owed),
        received=len(found),
        zero=sum(report.nothing_to_report for report in found.values()),
        on_time=on_time,
        late=len(settled) - on_time,
        returned=sum(due.returned_at is not None for due in owing),
        excused=len(dues) - len(owing),
        gaps=tuple(sorted(child.code for pk, child in owed.items() if pk not in found)),
        sources=tuple(_source(report) for report in sorted(found.values(), key=lambda r: r.unit.code)),
    )


def _source(report: UnitReport) -> dict[str, Any]:
    return {
        "unit": report.unit.code,
        "name": report.unit.name,
        "revision": report.revision,
        "hash": report.hash,
        "values": report.values,
    }


def own_figures(unit: Unit, day: date) -> dict[str, int]:
    """What the answers of the unit's people already say: nobody is asked again (T01).

    People under a lower unit that reports for itself are in that report, and not counted here again.
    """
    if unit.kind in OFFICES:
        return {}
    low, high = below(unit.path)
    tallies = Tally.objects.filter(day=day, path__gte=low, path__lt=high)
    for path in set(Due.objects.filter(kind=REPORT, day=day, recipient=unit).values_list("path", flat=True)):
        tallies = tallies.exclude(path__startswith=path)
    used = tallies.filter(answered__gt=0).values_list("slot", flat=True).distinct()
    slot = max(used, key=SLOTS_IN_ORDER.index, default=SLOTS_IN_ORDER[0])
    sums = tallies.filter(slot=slot).aggregate(
        **{name: Sum(name) for name in ("rostered", "excused", "answered", "fever")}
    )
    if not sums["rostered"]:
        return {}
    found = {"expected": sums["rostered"], "fever": sums["fever"]}
    if sums["answered"] + sums["excused"] < sums["rostered"]:
        return found  # of somebody nothing is known: who is present is then asked, never assumed
    return {**found, "present": sums["answered"], "absent": sums["excused"]}


def prefilled(unit: Unit, form: Edition, day: date) -> dict[str, int]:
    """The figures a signer starts from: the sum of the units below, or what the people's answers say."""
    own = own_figures(unit, day) if form.code == DAILY else {}
    return add_up([figures for figures in (gather(unit, form, day).values, own) if figures], form.items)


def freeze(
    by: Actor,
    unit: Unit,
    form: Edition,
    day: date,
    values: dict[str, Any],
    *,
    nothing: bool,
    remark: str,
    reason: str,
    mode: str,
) -> UnitReport:
    """Sign: write a new revision that nobody can change, settle the due, and drop the draft.

    A report that stands and was not sent back is corrected only with a reason (`required`, `reason`).
    """
    with within(EVERYTHING):
        before = UnitReport.objects.select_for_update().filter(unit=unit, form=form.code, day=day, current=True).first()
        if before is not None and before.returned_at is None and not reason:
            raise Refused("required", "reason", revision=before.revision)
        if before is not None:
            UnitReport.objects.filter(pk=before.pk).update(current=False)
        report = _signed(by, unit, form, day, values, nothing, remark, reason, mode, before)
        report.hash = digest(_content(report))
        report.save(force_insert=True)
        touch(day, [unit.pk])
        if form.code == DAILY:
            settle(REPORT, unit, day, at=report.received_at, by=str(report.receipt), zero=nothing)
        Draft.objects.filter(unit=unit, form=form.code, day=day).delete()
    return report


def _signed(by, unit, form, day, values, nothing, remark, reason, mode, before) -> UnitReport:  # type: ignore[no-untyped-def]
    at = clock.now()
    due = due_of(REPORT, unit, day)
    return UnitReport(
        **place_of(unit),
        form=form.code,
        form_version=form.version,
        day=day,
        revision=before.revision + 1 if before else 1,
        nothing_to_report=nothing,
        values=values,
        children=gather(unit, form, day).frozen(),
        remark=remark,
        reason=reason,
        mode=mode,
        signer_id=by.account_id,
        signer=by.name,
        received_at=at,
        on_time=due is None or is_on_time(at, due.due_at),
    )


def _content(report: UnitReport) -> dict[str, Any]:
    return {
        "unit": report.unit.code,
        "form": report.form,
        "form_version": report.form_version,
        "day": report.day,
        "revision": report.revision,
        "nothing_to_report": report.nothing_to_report,
        "values": report.values,
        "children": report.children,
        "remark": report.remark,
        "reason": report.reason,
        "signer": report.signer,
        "received_at": report.received_at.isoformat(),
    }


def is_intact(report: UnitReport) -> bool:
    """Whether the report still is what was signed."""
    return report.hash == digest(_content(report))


def return_report(by: Actor, report: UnitReport, reason: str) -> UnitReport:
    """Send a report back to those who signed it; it is owed again until a new revision comes."""
    if report.returned_at is not None:
        raise Refused("flow.condition", "report")
    report.returned_at, report.returned_by, report.return_reason = clock.now(), by.name, reason
    with within(EVERYTHING):
        report.save(update_fields=["returned_at", "returned_by", "return_reason"])
        touch(report.day, [report.unit_id])
        if report.form == DAILY:
            reopen(REPORT, report.unit, report.day, at=report.returned_at)
    return report


@dataclass(frozen=True, slots=True)
class Correction:
    """A revision after the first, as the superior sees it: which figures moved by how much, why, and by whom."""

    report: UnitReport
    changes: dict[str, tuple[Any, Any]]

    @property
    def deltas(self) -> dict[str, int]:
        """Item -> how much it moved, for items with a figure before and after."""
        both = {k: v for k, v in self.changes.items() if isinstance(v[0], int) and isinstance(v[1], int)}
        return {code: after - before for code, (before, after) in both.items()}


def corrections(where: Q, day: date, form: str = DAILY, *, most: int | None = None) -> list[Correction]:
    """The corrections of a day among reports that match `where`, newest first; all, or the `most` newest."""
    matching = UnitReport.objects.filter(where, day=day, form=form, revision__gt=1)
    later = list(matching.select_related("unit").order_by("-received_at")[:most])
    revisions = UnitReport.objects.filter(unit__in={report.unit_id for report in later}, day=day, form=form)
    before = {(report.unit_id, report.revision + 1): report.values for report in revisions} if later else {}
    return [Correction(report, difference(before[report.unit_id, report.revision], report.values)) for report in later]


def since_sent(report: UnitReport) -> list[Correction]:
    """Corrections from below that came after this report was signed: the old figure is still in it."""
    codes = [source["unit"] for source in report.children.get("sources", [])]
    return [
        c
        for c in corrections(Q(unit__code__in=codes), report.day, report.form)
        if c.report.received_at > report.received_at
    ]

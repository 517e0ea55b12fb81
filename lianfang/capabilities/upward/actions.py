"""What may be done about reports to the outside (对上报送): name a recipient, lay figures out, hand a copy over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

from django.db.models import Q

from lianfang.capabilities.upward.filling import changes, fill
from lianfang.capabilities.upward.layouts import LINE, Layout, Line, check_layout, layout_named, read_lines
from lianfang.capabilities.upward.models import FILES, PDF, HandedCopy, LayoutRow, Recipient
from lianfang.capabilities.upward.paper import as_paper
from lianfang.capabilities.upward.workbook import as_workbook
from lianfang.domain.calendar import is_school_day
from lianfang.domain.periods import is_on_time
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import SUPERVISORS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.dues.models import HANDOVER, OUTSIDE, Due
from lianfang.kernel.dues.ops import due_of, new_due, schedule, settle
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within

HANDERS = (*SUPERVISORS, Role.ADMINISTRATOR)


def in_force(day: date) -> Q:
    """The condition that a recipient is served on a day."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


@schedule
def copies_owed(day: date, rules: Rules) -> Iterable[Due]:
    """Every unit owes each of its recipients a copy by that recipient's deadline."""
    for recipient in Recipient.objects.filter(in_force(day)).select_related("unit"):
        yield from _owed_to(recipient, day, rules)


def _owed_to(recipient: Recipient, day: date, rules: Rules) -> Iterable[Due]:
    unit, policy = recipient.unit, rules.of(recipient.unit)
    rests = policy.reporting_days == "school_days" and not is_school_day(day)
    if unit.open_on(day) and not rests:
        yield new_due(HANDOVER, unit, day, policy, recipient.deadline, None, slot=recipient.slot, line=OUTSIDE)


@action("layout.defined", by=HANDERS, over="unit", facts=("unit", "code", "title"))
def define_layout(
    by: Actor, *, unit: Unit, code: str, title: str, shape: str, lines: Sequence[Annotated[Mapping[str, Any], LINE]],
    by_unit: bool = False, language: str = "zh", title_en: str = "",
) -> LayoutRow:  # fmt: skip
    """Write down which items a recipient gets, in which order and under which words."""
    read = read_lines(lines)
    today = clock.today(unit.zone)
    laid = Layout(code, title, title_en, language, shape, by_unit, DAILY, tuple(Line(**line) for line in read))
    check_layout(laid, today)
    if LayoutRow.objects.filter(unit=unit, code=code).exists():
        raise Refused("choice.duplicate", "code")
    return store(
        LayoutRow(unit=unit, code=code, title=title, title_en=title_en, language=language, shape=shape,
                  by_unit=by_unit, form=DAILY, lines=read, since=today)
    )  # fmt: skip


@action("recipient.named", by=HANDERS, over="unit", facts=("unit", "name", "layout", "deadline", "file"))
def name_recipient(
    by: Actor, *, unit: Unit, name: str, layout: str, deadline: time, file: str, name_en: str = ""
) -> Recipient:
    """Name an office outside the tree that gets the day's figures: in which layout, by when, as which kind of file."""
    if not unit.reports:
        raise Refused("unit.not_reporting", "unit")
    if file not in dict(FILES):
        raise Refused("choice.unknown", "file", choices=tuple(dict(FILES)))
    today = clock.today(unit.zone)
    check_layout(layout_named(unit, layout), today)
    if Recipient.objects.filter(unit=unit, name=name, until__isnull=True).exists():
        raise Refused("choice.duplicate", "name")
    found = store(
        Recipient(unit=unit, name=name, name_en=name_en, layout=layout, deadline=deadline, file=file, since=today)
    )
    with within(EVERYTHING):
        Due.objects.bulk_create(_owed_to(found, today, Rules(today)), ignore_conflicts=True)
    return found


@action("recipient.ended", by=HANDERS, over="recipient", facts=("reason",))
def end_recipient(by: Actor, *, recipient: Recipient, reason: str) -> Recipient:
    """Serve a recipient no longer from today on; what was handed over stays on record."""
    if recipient.until is not None:
        raise Refused("flow.condition", "recipient")
    today = clock.today(recipient.unit.zone)
    recipient.until = today
    with within(EVERYTHING):
        open_ = Due.objects.filter(unit=recipient.unit, kind=HANDOVER, slot=recipient.slot, settled_at=None)
        open_.filter(day__gte=today).update(excused=reason.strip()[:120])
    return store(recipient)


@action("copy.handed_over", by=HANDERS, over="recipient", facts=("recipient", "day"))
def hand_over_report(by: Actor, *, recipient: Recipient, day: date) -> HandedCopy:
    """Hand a day's signed figures to a recipient in its layout, and keep the copy as it was handed over.

    Refused: `flow.condition` while the day's report is not signed or stands sent back, or when the recipient holds
    the figures already; `font.missing` where paper needs a font that is not there.
    """
    unit = recipient.unit
    layout = layout_named(unit, recipient.layout)
    report = current_report(unit, layout.form, day)
    if report is None or report.returned_at is not None:
        raise Refused("flow.condition", "day", reason="not_signed")
    before = HandedCopy.objects.filter(recipient=recipient, day=day).order_by("-number").first()
    if before is not None and before.source_hash == report.hash:
        moved = changes(unit, layout.form, day, before.figures)
        raise Refused("flow.condition", "recipient", reason="sign_correction" if moved else "held_already")
    filled = fill(layout, report, recipient.name)
    content = rendered(filled.sheet, recipient.file)
    at = clock.now()
    copy = HandedCopy(
        unit=unit, recipient=recipient, day=day, number=before.number + 1 if before else 1, form=layout.form,
        revision=report.revision, source_hash=report.hash, sheet=filled.sheet, figures=filled.figures,
        file=recipient.file, content=content, hash=hashlib.sha256(content).hexdigest(), handed_at=at,
        handed_by=by.name[:60], on_time=_is_on_time(recipient, day, at),
    )  # fmt: skip
    copy.save(force_insert=True)
    with within(EVERYTHING):
        settle(HANDOVER, unit, day, at=at, by=str(copy.pk), slot=recipient.slot, zero=report.nothing_to_report)
    return copy


def rendered(sheet: Mapping[str, Any], file: str) -> bytes:
    """A sheet as a file of this kind."""
    return as_paper(sheet) if file == PDF else as_workbook(sheet)


def _is_on_time(recipient: Recipient, day: date, at: datetime) -> bool:
    due = due_of(HANDOVER, recipient.unit, day, slot=recipient.slot, line=OUTSIDE)
    return due is None or is_on_time(at, due.due_at)

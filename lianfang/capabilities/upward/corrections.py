"""Who holds the old figure (更正追踪): each copy that no longer fits is marked, and a corrected one is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time

from lianfang.capabilities.upward.filling import Change, changes
from lianfang.capabilities.upward.models import HandedCopy, Recipient
from lianfang.domain.policy import Policy
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.ops import record
from lianfang.kernel.dues.models import HANDOVER, Due
from lianfang.kernel.dues.ops import new_due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

CORRECTED = "corrected"
"""The line of a due that arose because a recipient holds an old figure."""
_END_OF_DAY = time(23, 59, 59)


def recipient_of(due: Due) -> Recipient | None:
    """To whom the copy goes that this due is about."""
    return Recipient.objects.filter(unit=due.unit, pk=int(due.slot, 36)).first()


def newest_copies(unit: Unit, day: date) -> dict[int, HandedCopy]:
    """Recipient number -> the copy it got last; without the files themselves."""
    copies = HandedCopy.objects.filter(unit=unit, day=day).defer("content").select_related("recipient", "unit")
    return {copy.recipient_id: copy for copy in copies.order_by("number")}


def old_figures(copy: HandedCopy) -> list[Change]:
    """Which figures a copy holds that are others by now."""
    return changes(copy.unit, copy.form, copy.day, copy.figures)


def mark_outdated(unit: Unit, day: date) -> list[HandedCopy]:
    """Mark every recipient's copy that holds an old figure, and owe a corrected one today; those newly marked.

    A figure that came right again by itself is no longer marked.
    """
    marked = []
    for copy in newest_copies(unit, day).values():
        found = [asdict(change) for change in old_figures(copy)]
        if found == copy.outdated:
            continue
        fresh = bool(found)
        copy.outdated, copy.outdated_at = found, clock.now() if found else None
        HandedCopy.objects.filter(pk=copy.pk).update(outdated=found, outdated_at=copy.outdated_at)
        _owe(copy.recipient, unit, day, owed=fresh)
        if fresh:
            record("copy.outdated", by=SYSTEM, unit=unit, subject=copy, facts=_facts(copy, found))
            marked.append(copy)
    return marked


def _facts(copy: HandedCopy, found: Iterable[dict[str, object]]) -> dict[str, object]:
    # Which item, not which figure: an event may be read by more people than the copy.
    return {"recipient": copy.recipient.name, "day": copy.day, "items": ", ".join(str(one["item"]) for one in found)}


def _owe(recipient: Recipient, unit: Unit, day: date, *, owed: bool) -> None:
    today = clock.today(unit.zone)
    due = _corrected(recipient, unit, day, policy_of(unit, on=today))
    standing = Due.objects.filter(unit=unit, kind=HANDOVER, day=day, slot=recipient.slot, line=CORRECTED)
    if not owed:
        standing.filter(settled_at=None).update(excused="the figures are right again")
        return
    Due.objects.bulk_create([due], ignore_conflicts=True)
    standing.update(
        settled_at=None, settled_by="", excused="", reminded_at=None, escalated_at=None, due_at=due.due_at,
        remind_at=due.remind_at, escalate_at=due.escalate_at, closes_at=due.closes_at,
    )  # fmt: skip


def _corrected(recipient: Recipient, unit: Unit, day: date, policy: Policy) -> Due:
    """A corrected copy is owed by the end of the day on which the correction came."""
    now = clock.now()
    due = new_due(HANDOVER, unit, day, policy, _END_OF_DAY, None, slot=recipient.slot, line=CORRECTED)
    shift = datetime.combine(clock.today(unit.zone), _END_OF_DAY, unit.zone) - due.due_at
    due.opens_at, due.remind_at = now, now
    due.due_at, due.escalate_at, due.closes_at = (
        due.due_at + shift, due.escalate_at + shift, max(due.closes_at, due.closes_at + shift),
    )  # fmt: skip
    return due

"""Differences owed by a time (差异时限): for each agreement, side and day one due, with the earliest of its times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Min
from django.db.models.functions import TruncDate

from lianfang.capabilities.verification.fields import OURS
from lianfang.capabilities.verification.models import OPEN, SENT_BACK, Agreement, Item
from lianfang.domain.periods import closes_at
from lianfang.domain.policy import Policy
from lianfang.kernel import clock
from lianfang.kernel.dues.models import DIFFERENCE, Due
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, within

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def slot_of(agreement: Agreement) -> str:
    """By which its dues are told from those of other agreements: its number, to the base of 36."""
    number, text = agreement.number, ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def due_time(agreement: Agreement, at: datetime | None = None) -> datetime:
    """By when a difference has to be answered that is put to a side now, by the rules of our side."""
    moment = at or clock.now()
    policy = policy_of(agreement.unit, on=clock.today(agreement.unit.zone))
    return moment + timedelta(hours=policy.difference_hours)


def owe(agreement: Agreement) -> None:
    """Write down what each side owes now, and settle what it owes no longer; asked again it changes nothing."""
    with within(EVERYTHING):
        owed = {(due.unit_id, due.day, due.line): due for due in _owed(agreement)}
        Due.objects.bulk_create(
            owed.values(),
            update_conflicts=True,
            unique_fields=["unit", "kind", "day", "slot", "line"],
            update_fields=["due_at", "remind_at", "escalate_at", "closes_at", "settled_at", "settled_by"],
        )
        standing = Due.objects.filter(kind=DIFFERENCE, slot=slot_of(agreement), settled_at=None)
        for due in standing.filter(unit_id__in=[u.pk for u in (agreement.unit, agreement.theirs) if u]):
            if (due.unit_id, due.day, due.line) not in owed:
                Due.objects.filter(pk=due.pk).update(settled_at=clock.now(), settled_by=str(agreement.pk)[:120])


def _owed(agreement: Agreement) -> Iterator[Due]:
    waiting = Item.objects.filter(agreement=agreement, state__in=(OPEN, SENT_BACK), due_at__isnull=False)
    by_day: Any = (
        waiting.annotate(on=TruncDate("due_at", tzinfo=agreement.unit.zone))
        .values_list("owner", "on")
        .annotate(first=Min("due_at"))
        .order_by("owner", "on")
    )
    for owner, day, first in by_day:
        yield _due(agreement, owner, day, first)


def _due(agreement: Agreement, owner: str, day: date, first: datetime) -> Due:
    unit: Unit = agreement.unit_of(owner) or agreement.unit
    policy: Policy = policy_of(agreement.unit, on=day)
    return Due(
        kind=DIFFERENCE, day=day, slot=slot_of(agreement), line=owner, source=owner == OURS,
        recipient=agreement.theirs if owner == OURS else agreement.unit,
        opens_at=clock.now(), remind_at=first - timedelta(minutes=policy.remind_minutes), due_at=first,
        escalate_at=first + timedelta(minutes=policy.escalate_minutes), closes_at=closes_at(day, policy, unit.zone),
        **place_of(unit),
    )  # fmt: skip

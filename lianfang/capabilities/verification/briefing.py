"""What the briefing says of two lists (日报: 双向校核): differences open, past their time, and settled today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q

from lianfang.capabilities.verification.models import Item
from lianfang.capabilities.verification.models.work import UNSETTLED
from lianfang.domain.briefing.figures import Figure
from lianfang.kernel.briefing import Asked, briefed


@briefed("verification")
def verification(asked: Asked) -> Iterator[Figure]:
    """Nothing where no list was ever compared."""
    known = Item.objects.filter(asked.within(), opened_at__lt=asked.at)
    on_record = known.count()
    if not on_record:
        return
    still = _still_open(asked)
    today = known.filter(settled_at__gte=asked.starts, settled_at__lt=asked.at)
    yield Figure("verification.open", known.filter(still).count(), on_record, measure="item")
    yield Figure("verification.overdue", known.filter(still, due_at__lt=asked.at).count(), on_record, measure="item")
    yield Figure("verification.settled", today.count(), on_record, measure="item")


@briefed("owed")
def differences(asked: Asked) -> Iterator[Figure]:
    """Differences whose time ends tomorrow."""
    still = Item.objects.filter(asked.within(), _still_open(asked), opened_at__lt=asked.at)
    if still.exists():
        morrow = datetime.combine(asked.day + timedelta(days=1), time(0), asked.unit.zone)
        due = still.filter(due_at__gte=morrow, due_at__lt=morrow + timedelta(days=1)).count()
        yield Figure("owed.differences", due, still.count(), measure="item")


def _still_open(asked: Asked) -> Q:
    return Q(state__in=UNSETTLED) | Q(settled_at__gte=asked.at)

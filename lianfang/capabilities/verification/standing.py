"""How differences stood at a moment that is over (某时未了), by the steps taken until then; now their state tells."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery

from lianfang.capabilities.verification.models import Item, Step

_CLOSES: Final = ("settled", "gone")
_TURNS: Final = (*_CLOSES, "reopened", "corrected")
"""Steps after which a difference asks for nothing more, and those after which it asks again."""


def open_at(items: QuerySet[Item], moment: datetime) -> QuerySet[Item]:
    """Those that still asked for something at a moment; an answer that was taken back later counts until then."""
    steps = Step.objects.filter(item=OuterRef("pk"), at__lte=moment, act__in=_TURNS)
    last = steps.exclude(act="settled", undone_at__lte=moment).order_by("-at", "-pk").values("act")[:1]
    known = items.filter(opened_at__lte=moment).alias(last_turn=Subquery(last))
    return known.filter(Q(last_turn__isnull=True) | ~Q(last_turn__in=_CLOSES))

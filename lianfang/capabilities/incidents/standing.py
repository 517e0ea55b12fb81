"""How incidents stood at a moment (某时未结): on record by then and not closed, for the wall and the briefing alike."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q


def open_at(moment: datetime) -> Q:
    """The condition that an incident was known and not closed at a moment. A closed one is never opened again."""
    return Q(received_at__lte=moment) & (Q(closed_at__isnull=True) | Q(closed_at__gt=moment))

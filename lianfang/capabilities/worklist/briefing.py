"""What the briefing says of tomorrow's work (日报: 明日应办): acts that fall due, by kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count

from lianfang.domain.briefing.figures import Figure
from lianfang.kernel.briefing import Asked, both, briefed
from lianfang.kernel.tasks.models import KIND_NAMES, Task


@briefed("owed")
def tasks(asked: Asked) -> Iterator[Figure]:
    """How many acts of each kind fall due tomorrow and are not done yet."""
    morrow = asked.starts + timedelta(days=1)
    owed = Task.objects.filter(asked.within(), settled_at=None, excused="")
    due = owed.filter(due_at__gte=morrow, due_at__lt=morrow + timedelta(days=1))
    for one in due.values("kind").annotate(n=Count("pk")).order_by("kind"):
        words = KIND_NAMES.get(one["kind"], one["kind"])
        yield Figure("owed.task", one["n"], about=both(lambda words=words: words), measure="task")  # type: ignore[misc]

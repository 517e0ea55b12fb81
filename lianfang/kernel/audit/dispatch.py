"""Letting things follow from events (联动执行): each function once for each event, after the event has committed.

What a function does and the note that it was done are one transaction, so it takes effect exactly once. A function
that fails is tried again later, and holds up neither the other functions of its event nor other events.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event, Handling
from lianfang.kernel.faults import fault
from lianfang.kernel.scope import EVERYTHING, within

Reaction = Callable[[Event], None]
Plan = Mapping[str, tuple[Reaction, ...]]
BATCH = 500
LONGEST_WAIT = timedelta(hours=1)
_log = logging.getLogger(__name__)


def dispatch(plan: Plan, *, most: int = BATCH) -> int:
    """Let follow what the plan says for up to `most` waiting events, the oldest first; how many are now settled."""
    with within(EVERYTHING):
        unplanned = Event.objects.filter(handled_at__isnull=True).exclude(kind__in=list(plan), denied=False)
        unplanned.update(handled_at=clock.now())
        waiting = _waiting(plan, most)
    return sum(_handle(number, plan) for number in waiting)


def _waiting(plan: Plan, most: int) -> list[UUID]:
    later = Handling.objects.filter(event_id=OuterRef("pk"), done_at__isnull=True, retry_at__gt=clock.now())
    events = Event.objects.filter(~Exists(later), handled_at__isnull=True, kind__in=list(plan))
    return list(events.order_by("at").values_list("pk", flat=True)[:most])


def _handle(number: UUID, plan: Plan) -> bool:
    """One event in a transaction of its own; whether all that follows from it is done."""
    with within(EVERYTHING):
        waiting = Event.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit")
        tried = Exists(Handling.objects.filter(event_id=OuterRef("pk")))
        event = waiting.filter(pk=number, handled_at__isnull=True).annotate(tried=tried).first()
        if event is None:
            return False
        before = {one.function: one for one in Handling.objects.filter(event_id=number)} if event.tried else {}
        notes = [_noted(function, event, before) for function in plan[event.kind]]
        done = all(note.done_at is not None for note in notes)
        if done:
            event.handled_at = clock.now()
            event.save(update_fields=["handled_at"])
        if before or not done:  # what went well at once needs no note of its own
            for note in notes:
                note.save(force_insert=note.function not in before)
    return done


def _noted(function: Reaction, event: Event, before: Mapping[str, Handling]) -> Handling:
    """What is known of one function after this pass: done, now or before, or to be tried again."""
    name = f"{function.__module__}.{function.__qualname__}"[-120:]
    note = before.get(name) or Handling(event_id=event.pk, function=name)
    if note.done_at is None and (note.retry_at is None or note.retry_at <= clock.now()):
        _try(function, event, note)
    return note


def _try(function: Reaction, event: Event, note: Handling) -> None:
    note.tries += 1
    try:
        with transaction.atomic():
            function(event)
            fault("after_effect_before_done")
    except Exception as failure:
        # Whatever a reaction stumbles over must not stop the others. When the database is away, noting it fails too.
        note.trouble = type(failure).__name__
        note.retry_at = clock.now() + min(timedelta(seconds=2 ** min(note.tries, 12)), LONGEST_WAIT)
        _log.error("%s failed on event %s (try %d): %s", note.function, event.pk, note.tries, _where(failure))
    else:
        note.done_at, note.retry_at, note.trouble = clock.now(), None, ""


def _where(failure: Exception) -> str:
    """What happened and where, without the message: it could hold what was written."""
    place = failure.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    line = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    return f"{type(failure).__name__} at {line}"

"""The activity log of an incident (处置日志, ICS 214): it writes itself from what was done, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from lianfang.capabilities.incidents.models import Called, Incident
from lianfang.capabilities.incidents.seen import seen_words
from lianfang.capabilities.incidents.steps import NOTICE, ORDER, TEST
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Entry:
    """One notable activity: when, what (a code that pages put into words), by whom, and the facts of it."""

    at: datetime
    what: str
    by: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def log_of(incident: Incident, *, own: Iterable[Task] | None = None) -> list[Entry]:
    """Everything notable of an incident, the oldest first. `own` are its tasks, where they are at hand already."""
    owed = list(tasks.of(incident)) if own is None else list(own)
    entries = [*_opening(incident), *_calls(incident), *_stops(incident), *_lines(incident, owed), *_done(owed)]
    entries += _referrals(incident)
    if incident.closed_at is not None:
        facts = {"outcome": incident.outcome, "cause": incident.cause}
        entries.append(Entry(incident.closed_at, incident.state, incident.closed_by, facts))
    return sorted(entries, key=lambda one: one.at)


def _opening(incident: Incident) -> Iterator[Entry]:
    facts = {
        "where": incident.where_words,
        "note": seen_words(incident),
        "received": _held_back(incident.detected_at, incident.received_at),
    }
    yield Entry(incident.detected_at, "opened", incident.reporter, facts)
    version = f"{incident.runbook} {incident.runbook_version}"
    yield Entry(incident.received_at, "runbook", "", {"version": version, "steps": len(incident.steps)})


def _held_back(at: datetime, received: datetime) -> datetime | None:
    """When it came in, where that was not at once."""
    return received if (received - at).total_seconds() >= 1 else None


def _calls(incident: Incident) -> Iterator[Entry]:
    calls = list(incident.calls.order_by("at", "role"))
    for at, together in groupby(calls, key=lambda one: one.at):
        called: list[Called] = list(together)
        names = sorted({one.name for one in called if one.name})
        nobody = sorted({one.role for one in called if one.account_id is None})
        yield Entry(at, "called", "", {"names": names, "nobody": nobody})
    answered = {(one.account_id, one.answered_at): one for one in calls if one.answered_at}
    yield from (Entry(one.answered_at, "answered", one.name) for one in answered.values() if one.answered_at)


def _stops(incident: Incident) -> Iterator[Entry]:
    for one in incident.stops.order_by("what", "revision"):
        facts = {"received": _held_back(one.at, one.received_at), "reason": one.reason, "trusted": one.trusted}
        first = one.revision == 1
        at, what = (one.at, one.what) if first else (one.received_at, "corrected")
        yield Entry(at, what, one.by, {**facts, "what": one.what, "at": one.at})


def _referrals(incident: Incident) -> Iterator[Entry]:
    for one in incident.referrals.all():
        facts = {"provider": one.provider, "transport": one.transport}
        yield Entry(one.handed_over_at, "handed_over", one.handed_over_by, facts)
        if one.accepted_at is not None:
            yield Entry(one.accepted_at, "taken_in", one.accepted_by, facts)


def _lines(incident: Incident, owed: Iterable[Task]) -> Iterator[Entry]:
    steps = {one.number: one for one in owed if one.kind == "step"}
    for one in incident.lines.all():
        facts = {"text": one.text, "to": one.to, "number": one.number, "step": str(steps.get(one.number, ""))}
        yield Entry(one.at, one.kind, one.by, facts)


def _done(owed: Iterable[Task]) -> Iterator[Entry]:
    for one in owed:
        if one.kind in (NOTICE, ORDER, TEST) and one.settled_at is not None:
            yield Entry(one.settled_at, "done", one.settled_by, {"step": str(one), "text": one.note})

"""Closing an incident (结案): nothing owed is open, and a limit that was exceeded has its cause on record."""

from __future__ import annotations

from lianfang.capabilities.incidents.clocks import locked, verdicts
from lianfang.capabilities.incidents.codes import end_code_event, lacking
from lianfang.capabilities.incidents.duties import LEADS
from lianfang.capabilities.incidents.models import CodeEvent, Incident
from lianfang.domain.incidents.clocks import failed_on
from lianfang.domain.incidents.flows import flow_of
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.tasks import ops as tasks

MOST_NAMED = 5


@action("incident.explained", by=LEADS, over="incident")
def explain_delay(by: Actor, *, incident: Incident, cause: str) -> Incident:
    """Say why a limit was exceeded; needed before an incident that was late is closed."""
    held = locked(incident)
    if not cause.strip():
        raise Refused("required", "cause")
    held.cause = cause.strip()[:300]
    return store(held)


@action("incident.closed", by=LEADS, over="incident")
def close_incident(by: Actor, *, incident: Incident, outcome: str = "", cause: str = "") -> Incident:
    """Close an incident: every step done or excused, and the cause given where a limit was exceeded."""
    held = locked(incident)
    state = flow_of(clocked=held.clocked).after(held.state, "close")
    _check_done(held)
    held.cause = cause.strip()[:300] or held.cause
    late = failed_on(verdicts(held))
    if late and not held.cause:
        raise Refused("incident.cause", "cause", late=list(late))
    return _close(by, held, state, outcome)


@action("incident.dismissed", by=LEADS, over="incident")
def dismiss_incident(by: Actor, *, incident: Incident, reason: str) -> Incident:
    """Call an incident a false alarm; its open steps are no longer owed, and it stays on record."""
    held = locked(incident)
    state = flow_of(clocked=held.clocked).after(held.state, "dismiss")
    if not reason.strip():
        raise Refused("required", "reason")
    if event := CodeEvent.objects.filter(incident=held).first():
        end_code_event(by, event, reason)
    tasks.excuse(held, reason=reason)
    return _close(by, held, state, reason)


def _check_done(incident: Incident) -> None:
    event = CodeEvent.objects.filter(incident=incident).first()
    missing = lacking(event) if event else []
    if missing:
        raise Refused(missing[0], "incident", **_of(event))
    waiting = list(tasks.of(incident).filter(settled_at=None, excused=""))
    if waiting:
        raise Refused("incident.open_steps", "incident", steps=[str(one) for one in waiting[:MOST_NAMED]])


def _of(event: CodeEvent | None) -> dict[str, str]:
    return {"until": event.home_until.isoformat()} if event else {}


def _close(by: Actor, incident: Incident, state: str, outcome: str) -> Incident:
    if event := CodeEvent.objects.filter(incident=incident, closed_at__isnull=True).first():
        event.closed_at = clock.now()
        store(event)
    incident.state, incident.outcome = state, outcome.strip()[:300]
    incident.closed_at, incident.closed_by = clock.now(), by.name[:60]
    return store(incident)

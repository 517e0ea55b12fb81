"""Stopping an incident's clocks (停表): on the scene, under control, reported upwards; each by an act of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianfang.capabilities.incidents.duties import LEADS, NEAR_PEOPLE, RESPONDERS
from lianfang.capabilities.incidents.models import Called, Incident, Stop
from lianfang.capabilities.incidents.opening import believed
from lianfang.domain.incidents.clocks import CONTAINED, JUDGED, ON_SCENE, REPORTED, STOPS, Verdict, judge, whole_seconds
from lianfang.domain.incidents.flows import UNFINISHED, after_stop
from lianfang.domain.incidents.moments import Moment
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.policies.ops import policy_of

_SECONDS = {CONTAINED: "handled_seconds", REPORTED: "reported_seconds"}


@action("incident.stopped", by=RESPONDERS, over="incident", facts=("stop",))
def stop_clock(by: Actor, *, incident: Incident, stop: str, at: datetime | None = None) -> Incident:
    """Stop one of an incident's clocks: on the scene, under control, or reported upwards."""
    held = locked(incident)
    _check_stop(stop)
    if not concerned(by, held):
        raise Refused("incident.not_called", "incident")
    if getattr(held, f"{stop}_at") is not None:
        raise Refused("incident.stopped", "stop", at=_local(held, stop))
    moment = _moment(held, stop, at)
    held.state = after_stop(held.state, stop, clocked=held.clocked, reported=held.reported_at is not None)
    _write(by, held, stop, moment, revision=1, reason="")
    return _set(held, stop, moment.at)


@action("incident.corrected", by=LEADS, over="incident", facts=("stop",))
def correct_stop(by: Actor, *, incident: Incident, stop: str, at: datetime, reason: str) -> Incident:
    """Correct the time at which a clock was stopped; the earlier time stays on record with the reason."""
    held = locked(incident)
    _check_stop(stop)
    if not reason.strip():
        raise Refused("required", "reason")
    if getattr(held, f"{stop}_at") is None or held.state not in UNFINISHED:
        raise Refused("flow.condition", "stop", state=held.state)
    moment = _moment(held, stop, at)
    revision = 1 + held.stops.filter(what=stop).count()
    _write(by, held, stop, moment, revision=revision, reason=reason)
    return _set(held, stop, moment.at)


def concerned(by: Actor, incident: Incident) -> bool:
    """Whether somebody sees people there, raised it or was called to it: who else works there only sees that it is."""
    if by.system or by.holds(NEAR_PEOPLE, incident.unit) or by.account_id == incident.reporter_id:
        return True
    return Called.objects.filter(incident=incident, account_id=by.account_id).exists()


def locked(incident: Incident) -> Incident:
    """The incident, held until the end of the transaction."""
    return Incident.objects.select_for_update(of=("self",)).select_related("unit", "place").get(pk=incident.pk)


def verdicts(incident: Incident, *, now: datetime | None = None) -> list[Verdict]:
    """Both judged clocks of an incident; none where no emergency clock runs."""
    if not incident.clocked:
        return []
    limit, at = timedelta(seconds=incident.limit_seconds), incident.closed_at or now or clock.now()
    return [
        judge(what, detected=incident.detected_at, stopped=getattr(incident, f"{what}_at"), limit=limit, now=at)
        for what in JUDGED
    ]


def _check_stop(stop: str) -> None:
    if stop not in STOPS:
        raise Refused("choice.unknown", "stop", choices=list(STOPS))


def _moment(incident: Incident, stop: str, claimed: datetime | None) -> Moment:
    """When a clock stopped: not before detection, and nobody arrives after it was under control."""
    policy = policy_of(incident.unit, on=clock.today(incident.unit.zone))
    moment = believed(claimed, policy)
    there, over, zone = incident.on_scene_at, incident.contained_at, incident.unit.zone
    earliest = max(incident.detected_at, there) if stop == CONTAINED and there else incident.detected_at
    if moment.at < earliest:
        raise Refused("date.order", "at", earlier=earliest.astimezone(zone).isoformat())
    if stop == ON_SCENE and over and moment.at > over:
        raise Refused("date.not_after", "at", later=over.astimezone(zone).isoformat())
    return moment


def _write(by: Actor, incident: Incident, what: str, moment: Moment, *, revision: int, reason: str) -> Stop:
    return store(
        Stop(
            unit=incident.unit, incident=incident, what=what, revision=revision, at=moment.at,
            claimed_at=moment.claimed, received_at=moment.received, trusted=moment.trusted, by=by.name[:60],
            by_id=by.account_id, reason=reason.strip()[:200],
        )
    )  # fmt: skip


def _set(incident: Incident, what: str, at: datetime) -> Incident:
    setattr(incident, f"{what}_at", at)
    if what in _SECONDS:
        setattr(incident, _SECONDS[what], whole_seconds(incident.detected_at, at))
    return store(incident)


def _local(incident: Incident, what: str) -> str:
    at: datetime = getattr(incident, f"{what}_at")
    return at.astimezone(incident.unit.zone).isoformat()

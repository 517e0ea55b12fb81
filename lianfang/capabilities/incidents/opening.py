"""Opening an incident (启动处置): the clock starts, the runbook in force opens, and its roles are called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lianfang.capabilities.incidents.duties import RESPONDERS
from lianfang.capabilities.incidents.models import Called, Incident
from lianfang.capabilities.incidents.runbooks import in_force
from lianfang.capabilities.incidents.shipped import kinds
from lianfang.domain.incidents.moments import Moment, moment_of
from lianfang.domain.incidents.runbooks import Step
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action, store
from lianfang.kernel.alerts.ops import nearest_holders, tell
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.places.models import Place
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.scope import EVERYTHING, looking
from lianfang.kernel.tasks.ops import owe

STEP = "step"
CALLED = "incident.called"


@action("incident.opened", by=RESPONDERS, over="unit", facts=("unit", "kind"))
def open_incident(
    by: Actor, *, unit: Unit, kind: str, where: str = "", place: Place | None = None,
    detected_at: datetime | None = None, severity: str = "", note: str = "",
) -> Incident:  # fmt: skip
    """Raise an emergency or report a hazard: who, where, which kind; everything else follows by itself."""
    offered = [one.code for one in kinds().values() if one.offered]
    if kind not in offered:
        raise Refused("choice.unknown", "kind", choices=offered)
    if not where.strip() and place is None:
        raise Refused("required", "where")
    return begin(by, unit, kind, where=where, place=place, detected_at=detected_at, severity=severity, note=note)


def begin(
    by: Actor, unit: Unit, kind: str, *, where: str = "", place: Place | None = None,
    detected_at: datetime | None = None, severity: str = "", note: str = "",
) -> Incident:  # fmt: skip
    """The incident with its runbook's steps owed and its roles called, in the transaction under way."""
    day = clock.today(unit.zone)
    policy, book = policy_of(unit, on=day), in_force(unit, kind, on=day)
    moment = believed(detected_at, policy)
    incident = store(
        Incident(
            unit=unit, kind=kind, place=_near(unit, place), where=where.strip()[:120], severity=severity,
            note=note.strip()[:300], clocked=kinds()[kind].clocked, limit_seconds=60 * policy.incident_minutes,
            detected_at=moment.at, detected_claimed=moment.claimed, received_at=moment.received,
            trusted=moment.trusted, reporter=by.name[:60], reporter_id=by.account_id, runbook=book.code,
            runbook_version=book.version, steps=[step.as_kept for step in book.steps],
        )
    )  # fmt: skip
    called = _call(incident, book.steps)
    _owe_steps(incident, book.steps, called)
    return incident


def believed(claimed: datetime | None, policy: Policy) -> Moment:
    """When something happened, by what was claimed and by our own clock."""
    skew, oldest = timedelta(minutes=policy.clock_skew_minutes), timedelta(hours=policy.incident_offline_hours)
    return moment_of(claimed, received=clock.now(), skew=skew, oldest=oldest)


def _near(unit: Unit, place: Place | None) -> Place | None:
    """The place, if it belongs to the unit, to one under it or to one above it."""
    if place is not None and not (unit.covers(place.unit) or place.unit.covers(unit)):
        raise Refused("scope", "place")
    return place


def _call(incident: Incident, steps: Sequence[Step]) -> dict[str, list[int]]:
    """Call the nearest holders of every role that the runbook names; role -> their accounts."""
    roles = list(dict.fromkeys(step.role for step in steps))
    with looking(EVERYTHING):  # whoever raises the emergency need not see whose duty it is
        held = {role: nearest_holders(incident.unit, (Role(role),)) for role in roles}
        everybody = {account for accounts in held.values() for account in accounts}
        names = dict(Account.objects.filter(pk__in=everybody).values_list("pk", "name"))
    at = clock.now()
    Called.objects.bulk_create(
        Called(
            unit=incident.unit, incident=incident, role=role, account_id=account, at=at,
            name=names.get(account, "")[:60] if account else "",
        )
        for role in roles
        for account in (*held[role],) or (None,)
    )  # fmt: skip
    tell(sorted(everybody), CALLED, subject=ref(incident), unit=incident.unit, incident=incident.kind)
    return held


def _owe_steps(incident: Incident, steps: Sequence[Step], called: dict[str, list[int]]) -> None:
    for step in steps:
        due = incident.detected_at + timedelta(minutes=step.minutes) if step.minutes else None
        owner, backup = (*called[step.role], None, None)[:2]
        owe(
            incident.unit, STEP, incident, number=step.number, name=step.zh, name_en=step.en, role=step.role,
            opens_at=incident.detected_at, due_at=due, alert_at=due, account_id=owner, backup_id=backup,
            waits_for=step.after,
        )  # fmt: skip

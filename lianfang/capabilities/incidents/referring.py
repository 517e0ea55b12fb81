"""Handing somebody over to a medical institution (转诊交接): provider, transport, and the two times (row J04)."""

from __future__ import annotations

from datetime import datetime

from lianfang.capabilities.incidents.clocks import locked
from lianfang.capabilities.incidents.duties import LEADS, MEDICAL
from lianfang.capabilities.incidents.models import Incident, Referral
from lianfang.domain.incidents.flows import UNFINISHED
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store

REFERRERS = tuple(dict.fromkeys((*LEADS, *MEDICAL)))


@action("incident.referred", by=REFERRERS, over="incident", facts=("provider",))
def refer(
    by: Actor, *, incident: Incident, provider: str, transport: str, handed_over_at: datetime | None = None
) -> Referral:  # fmt: skip
    """Write down that somebody was handed over to a hospital or clinic: to which, by what transport, and when."""
    held = locked(incident)
    _check(held, provider=provider, transport=transport)
    moment = _moment(held, handed_over_at, after=held.detected_at, field="handed_over_at")
    return store(
        Referral(
            unit=held.unit, incident=held, provider=provider.strip()[:80], transport=transport.strip()[:80],
            handed_over_at=moment, handed_over_by=by.name[:60],
        )
    )  # fmt: skip


@action("incident.referral_accepted", by=REFERRERS, over="referral")
def accept_referral(
    by: Actor, *, referral: Referral, accepted_by: str, accepted_at: datetime | None = None
) -> Referral:  # fmt: skip
    """Write down who took the person in at the other end, and when."""
    incident = locked(referral.incident)
    held = Referral.objects.select_for_update(of=("self",)).select_related("unit", "incident").get(pk=referral.pk)
    _check(incident, accepted_by=accepted_by)
    if held.accepted_at is not None:
        raise Refused("referral.accepted", "referral")
    held.accepted_at = _moment(incident, accepted_at, after=held.handed_over_at, field="accepted_at")
    held.accepted_by = accepted_by.strip()[:60]
    return store(held)


def _check(incident: Incident, **owed: str) -> None:
    if incident.state not in UNFINISHED:
        raise Refused("flow.condition", "incident", state=incident.state)
    for name, value in owed.items():
        if not value.strip():
            raise Refused("required", name)


def _moment(incident: Incident, claimed: datetime | None, *, after: datetime, field: str) -> datetime:
    """When it was: not before what comes first, and not after now."""
    moment = claimed or clock.now()
    if moment > clock.now():
        raise Refused("date.in_future", field)
    if moment < after:
        raise Refused("date.order", field, earlier=after.astimezone(incident.unit.zone).isoformat())
    return moment

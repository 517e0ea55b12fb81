"""The four fives as acts (四个五): owners, evidence, verification by somebody else, breaches and how they end."""

from __future__ import annotations

from datetime import datetime

from lianfang.capabilities.site.models import Breach, Control
from lianfang.capabilities.site.posts import HANDS, RUNNERS, VERIFIERS
from lianfang.domain.refusals import Refused
from lianfang.domain.site.controls import BREACHED, CONTROL, refuse_same_person
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store


@action("control.assigned", by=RUNNERS, over="control", facts=("control", "owner"))
def assign_control(by: Actor, *, control: Control, owner: str) -> Control:
    """Give a control item its owner."""
    row = _held(control)
    row.owner = owner
    return store(row)


@action("control.evidenced", by=HANDS, over="control", facts=("control",))
def give_evidence(by: Actor, *, control: Control, evidence: str) -> Control:
    """Say what shows that a control item is met; it waits for somebody else to verify it."""
    row = _held(control)
    if row.state == BREACHED and row.breaches.filter(fixed_at__isnull=True).exists():
        raise Refused("control.breach_open", "control")
    return _evidenced(row, evidence, by)


def _evidenced(row: Control, evidence: str, by: Actor) -> Control:
    row.state = CONTROL.after(row.state, "evidence")
    row.evidence, row.evidence_at = evidence, clock.now()
    row.evidence_by, row.evidence_by_id = by.name[:60], by.account_id
    row.verified_by, row.verified_at = "", None
    return store(row)


@action("control.verified", by=VERIFIERS, over="control", facts=("control",))
def verify_control(by: Actor, *, control: Control) -> Control:
    """Verify a control item on the spot, by somebody other than who gave the evidence."""
    row = _held(control)
    row.state = CONTROL.after(row.state, "verify")
    refuse_same_person(row.evidence_by_id, by.account_id)
    row.verified_by, row.verified_at = by.name[:60], clock.now()
    fixed = row.breaches.filter(fixed_at__isnull=False, verified_at__isnull=True)
    fixed.update(verified_at=row.verified_at, verified_by=row.verified_by)
    return store(row)


@action("control.breached", by=HANDS, over="control", facts=("control", "what"))
def report_breach(by: Actor, *, control: Control, what: str, at: datetime | None = None) -> Breach:
    """Report that a control was broken; the item is breached until it is put right and verified anew."""
    row, now = _held(control), clock.now()
    if at is not None and at > now:
        raise Refused("date.in_future", "at")
    row.state = CONTROL.after(row.state, "breach")
    row.verified_by, row.verified_at = "", None
    store(row)
    return store(Breach(unit=row.unit, control=row, at=at or now, what=what, by=by.name[:60], reported_at=now))


@action("control.fixed", by=HANDS, over="breach", facts=("breach", "fix"))
def fix_breach(by: Actor, *, breach: Breach, fix: str) -> Breach:
    """Say what was done about a breach; somebody else verifies the item."""
    control = _held(breach.control)
    row = Breach.objects.select_for_update(of=("self",)).select_related("unit").get(pk=breach.pk)
    if row.fixed_at is not None:
        raise Refused("control.fixed_already", "breach")
    row.fixed_at, row.fixed_by, row.fix = clock.now(), by.name[:60], fix
    store(row)
    if not control.breaches.filter(fixed_at__isnull=True).exists():
        _evidenced(control, fix, by)
    return row


def _held(control: Control) -> Control:
    return Control.objects.select_for_update(of=("self",)).select_related("unit").get(pk=control.pk)

"""May this person start the shift or come in (上岗与通行前提): registered today and well, by rule and facts, explained.

Only for those who register before a shift (contractor staff); the gate and the duty roster ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.models import Answer


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether somebody is cleared, and the reason as a code: registered, register_first, not_well, no_shift."""

    cleared: bool
    reason: str


def clearance(membership: Membership, day: date) -> Clearance:
    """Whether somebody with a shift may start it: an answer of today is needed, and that the person is well."""
    if membership.shift_starts is None:
        return Clearance(True, "no_shift")
    answers = Answer.objects.filter(unit=membership.unit, day=day, person_id=membership.person_id)
    states = set(answers.exclude(state="unknown").values_list("state", flat=True))
    if not states:
        return Clearance(False, "register_first")
    return Clearance(False, "not_well") if "unwell" in states else Clearance(True, "registered")


def not_registered(unit: Unit, at: datetime) -> list[UUID]:
    """Who of the unit has a shift that starts by now (with the pack's notice) and has not registered today."""
    local = at.astimezone(unit.zone)
    notice = timedelta(minutes=policy_of(unit, on=local.date()).shift_notice_minutes)
    due = Membership.objects.filter(on_roster(local.date()), unit=unit, shift_starts__lte=(local + notice).time())
    return [m.person_id for m in due.order_by("pk") if clearance(m, local.date()).reason == "register_first"]

"""Chasing the missing (逐人提醒): everybody whose answer is missing is reminded, or their guardian is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.actions import action
from lianfang.kernel.alerts.ops import tell
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.reporting.missing import unanswered
from lianfang.kernel.scope import EVERYTHING, within


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were missing, and how many accounts were told; whoever has none must be called."""

    missing: int
    told: int


@action("missing.reminded", by=ANSWERERS, over="unit", facts=("unit", "day", "slot"))
def remind_missing(by: Actor, *, unit: Unit, day: date, slot: str) -> Reminded:
    """Remind everybody under the unit whose answer is missing; those who have answered hear nothing."""
    found = unanswered(unit, day, slot)
    persons = [one.person_id for one in found]
    with within(EVERYTHING):
        guardians = Guardianship.objects.in_force().filter(ward_id__in=persons).values_list("guardian_id", flat=True)
        accounts = Account.objects.filter(person_id__in=[*persons, *guardians], is_active=True).values_list(
            "pk", flat=True
        )
        minute = clock.now().astimezone(unit.zone).strftime("%H:%M")
        told = tell(
            list(accounts), "answer.missing", subject=f"{unit.code}/{day}/{slot}/{minute}", unit=unit, day=str(day)
        )
    return Reminded(len(found), told)

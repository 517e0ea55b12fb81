"""Reminding and escalating (催报与升级): who owes something hears of it before the deadline, others after it."""

from __future__ import annotations

from lianfang.domain.roles import REPORTERS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.alerts.ops import holders_of, tell_all
from lianfang.kernel.audit.ops import record_all
from lianfang.kernel.dues.models import SCREENING, Due
from lianfang.kernel.dues.ops import to_escalate, to_remind

AT_ONCE = 200  # dues that one transaction marks
REMINDER, OVERDUE = "due.reminder", "due.overdue"


def remind() -> int:
    """Tell those who answer for a unit that its due is near; a unit that is in hears nothing. Returns dues reminded.

    The screener's reminder goes to whoever got the day's task, which `capabilities.screening` knows.
    """
    dues = [due for due in to_remind() if due.kind != SCREENING]
    held = holders_of({due.unit_id for due in dues}, REPORTERS)
    at = clock.now()
    tell_all(
        [
            Alert(account_id=account, kind=REMINDER, subject=name_of(due), unit=due.unit, facts=facts_of(due), at=at)
            for due in dues
            for account in held.get(due.unit_id, [])
        ]
    )
    return len(dues)


def escalate() -> int:
    """Write down each due that is past its limit as the event `due.overdue`; whom it concerns is in the plan.

    Returns how many there were, `AT_ONCE` at most: late reports come in at this very moment and wait for the rows.
    """
    dues = to_escalate(AT_ONCE)
    record_all(OVERDUE, by=SYSTEM, about=[(due.unit, due, facts_of(due)) for due in dues])
    return len(dues)


def name_of(due: Due) -> str:
    """By what one is told once: two lines with the same deadline are one thing to do."""
    local = due.due_at.astimezone(due.unit.zone)
    return f"{due.unit.code}/{due.kind}/{due.day}/{due.slot}/{local:%H%M}"


def facts_of(due: Due) -> dict[str, str]:
    """What a person needs to know of a due."""
    recipient = due.recipient.code if due.recipient else ""
    return {
        "code": due.unit.code,
        "what": due.kind,
        "day": str(due.day),
        "slot": due.slot,
        "due_at": due.due_at.isoformat(),
        "recipient": recipient,
    }

"""Days, slots and the moments at which they open, fall due and close (时限)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from lianfang.domain.policy import Policy

_END_OF_DAY = time(23, 59, 59, 999999)


@dataclass(frozen=True, slots=True)
class Times:
    """The moments of one due, aware. A report is on time at `due_at` itself and late after it; late is not closed."""

    opens_at: datetime
    remind_at: datetime
    due_at: datetime
    escalate_at: datetime
    closes_at: datetime


def deadline(policy: Policy, kind: str, recipient_kind: str) -> time | None:
    """The local time by which a unit of `kind` reports to one of `recipient_kind`; None when it owes nothing."""
    return policy.deadlines.get(f"{kind}>{recipient_kind}", policy.deadlines.get(kind))


def times_of(day: date, due: time, policy: Policy, zone: tzinfo) -> Times:
    """The moments of a due of that day, whose deadline is the local time `due`."""
    due_at = datetime.combine(day, due, zone)
    return Times(
        opens_at=datetime.combine(day, min(policy.opens_at, due), zone),
        remind_at=due_at - timedelta(minutes=policy.remind_minutes),
        due_at=due_at,
        escalate_at=due_at + timedelta(minutes=policy.escalate_minutes),
        closes_at=closes_at(day, policy, zone),
    )


def closes_at(day: date, policy: Policy, zone: tzinfo) -> datetime:
    """The last moment at which a report of `day` is still taken, late."""
    return datetime.combine(day + timedelta(days=policy.closes_after_days), _END_OF_DAY, zone)


def is_on_time(received_at: datetime, due_at: datetime) -> bool:
    """A deadline of 16:30 means 16:30:00.000 is on time (specification, section 1)."""
    return received_at <= due_at


def minutes_late(received_at: datetime, due_at: datetime) -> int:
    """Whole minutes after the deadline, rounded up; 0 when on time."""
    late = (received_at - due_at).total_seconds()
    return max(0, -int(-late // 60))

"""Readings owed and judged (测温规则): which slots of which days, by when, and what a value asks for.

At least twice a day with questions about symptoms (fifth edition 2020-02-21, rules 3.1); a reading out of range is
taken a second time before anybody is called.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.symptoms import is_fever, needs_care


@dataclass(frozen=True, slots=True)
class SlotOwed:
    """One reading owed: for which slot of which day, from when, by when, and until when it is still taken."""

    day: date
    slot: str
    opens_at: datetime
    due_at: datetime
    closes_at: datetime


def slots_owed(
    since: datetime, last_day: date, *, last_slots: Collection[str], policy: Policy, zone: tzinfo
) -> list[SlotOwed]:
    """The readings owed from a moment to a last day, in order.

    On the first day those whose time is not over when it begins, due at the earliest `reading_grace_minutes` after it;
    on the last day only `last_slots`. A stay from an evening to the morning 14 days later owes 28.
    """
    found: list[SlotOwed] = []
    day = since.astimezone(zone).date()
    while day <= last_day:
        wanted = [owed for owed in _of_day(day, policy, zone) if day < last_day or owed.slot in last_slots]
        found += [_from(owed, since, policy) for owed in wanted if owed.closes_at > since]
        day += timedelta(days=1)
    return found


def _of_day(day: date, policy: Policy, zone: tzinfo) -> Iterator[SlotOwed]:
    for slot in sorted(policy.reading_slots, key=lambda one: policy.reading_due[one]):
        opens, due, closes = policy.reading_opens[slot], policy.reading_due[slot], policy.reading_closes[slot]
        yield SlotOwed(day, slot, *(datetime.combine(day, at, zone) for at in (opens, due, closes)))


def _from(owed: SlotOwed, since: datetime, policy: Policy) -> SlotOwed:
    earliest = since + timedelta(minutes=policy.reading_grace_minutes)
    if owed.opens_at >= since:
        return owed
    due = min(max(owed.due_at, earliest), owed.closes_at)
    return SlotOwed(owed.day, owed.slot, since, due, owed.closes_at)


def slot_at(moment: datetime, policy: Policy, zone: tzinfo) -> str:
    """The slot that a moment belongs to: the last one that has opened, or the first of the day."""
    local = moment.astimezone(zone).time()
    slots = sorted(((slot, policy.reading_opens[slot]) for slot in policy.reading_slots), key=lambda one: one[1])
    return next((slot for slot, opens in reversed(slots) if opens <= local), slots[0][0])


def check_celsius(celsius: Decimal | None, policy: Policy, *, sure: bool) -> None:
    """Refuse a value that no body has (`number.out_of_range`), and one that is unlikely unless one is sure
    (`reading.unlikely`)."""
    if celsius is None:
        return
    low, high = policy.temperature_min, policy.temperature_max
    if not low <= celsius <= high:
        raise Refused("number.out_of_range", "celsius", low=str(low), high=str(high))
    if not sure and not policy.plausible_min <= celsius <= policy.plausible_max:
        raise Refused("reading.unlikely", "celsius", low=str(policy.plausible_min), high=str(policy.plausible_max))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reading says: a fever, and whether it asks for a second look at all."""

    fever: bool
    abnormal: bool


def judge(celsius: Decimal | None, symptoms: Collection[str], policy: Policy) -> Judged:
    """A fever is a reading at or above `fever_c`; a fever or any symptom is abnormal; not measured is neither."""
    return Judged(is_fever(celsius, policy), needs_care(symptoms, celsius, policy))

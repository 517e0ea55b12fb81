"""Opening, settling and watching dues (应办的产生、办结与提醒)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, time

from django.db.models import F, Q

from lianfang.domain.calendar import is_school_day
from lianfang.domain.periods import deadline, times_of
from lianfang.domain.policy import Policy
from lianfang.kernel import clock
from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.dues.stale import touch, touch_day
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.policies.ops import Rules

Owed = Callable[[date, Rules], Iterable[Due]]
schedules: list[Owed] = []
BATCH = 2000


def schedule(owed: Owed) -> Owed:
    """Register a function that says what is owed on a day; it is asked whenever a day opens."""
    schedules.append(owed)
    return owed


def open_day(day: date, *, among: Q | None = None) -> int:
    """Write down what everybody owes on `day`; asked again it changes nothing. Returns how many dues there are new."""
    rules = Rules(day)
    before = Due.objects.filter(day=day).count()
    for owed in schedules:
        _write(due for due in owed(day, rules))
    reports_and_checks(day, rules, among)
    made = Due.objects.filter(day=day).count() - before
    if made:
        touch_day(day)
    return made


def reports_and_checks(day: date, rules: Rules, among: Q | None = None) -> None:
    """The dues of the report chain itself: a class check a slot, and a report to each superior."""
    units = Unit.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day), opened_on__lte=day)
    over = set(units.filter(reports=True, parent__isnull=False).values_list("parent_id", flat=True))
    chosen = (units.filter(among) if among is not None else units).select_related("parent", "sector_parent")
    _write(
        due for unit in chosen.iterator() for due in _owed_by(unit, day, rules.of(unit), first_hand=unit.pk not in over)
    )


def _owed_by(unit: Unit, day: date, policy: Policy, *, first_hand: bool) -> Iterator[Due]:
    if policy.reporting_days == "school_days" and not is_school_day(day):
        return
    if unit.keeps_roster:
        yield from (new_due(ROLL_CALL, unit, day, policy, policy.answer_due, unit.parent, slot=s) for s in policy.slots)
    if unit.reports:
        for due in _reports_owed(unit, day, policy):
            due.source = first_hand
            yield due


def _reports_owed(unit: Unit, day: date, policy: Policy) -> Iterator[Due]:
    lines = [("territory", unit.parent)] + ([("sector", unit.sector_parent)] if unit.sector_parent else [])
    for line, recipient in lines:
        by = deadline(policy, unit.kind, recipient.kind if recipient else "")
        if by is not None:
            yield new_due(REPORT, unit, day, policy, by, recipient, line=line)


def new_due(
    kind: str,
    unit: Unit,
    day: date,
    policy: Policy,
    by: time,
    recipient: Unit | None,
    *,
    slot: str = "",
    line: str = "territory",
) -> Due:
    """A due that arises on `day` with the local deadline `by`; not yet stored."""
    times = times_of(day, by, policy, unit.zone)
    return Due(kind=kind, day=day, slot=slot, line=line, recipient=recipient, **place_of(unit), **asdict(times))


def _write(dues: Iterable[Due]) -> None:
    batch: list[Due] = []
    for due in dues:
        batch.append(due)
        if len(batch) == BATCH:
            Due.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    Due.objects.bulk_create(batch, ignore_conflicts=True)


def settle(kind: str, unit: Unit, day: date, *, at: datetime, by: str, slot: str = "", zero: bool = False) -> int:
    """Mark what was owed as received, unless it was before; on all lines at once."""
    owed = Due.objects.filter(unit=unit, kind=kind, day=day, slot=slot)
    owed.filter(settled_at__isnull=False).update(settled_by=by, zero=zero)
    touch(day, [unit.pk])
    return owed.filter(settled_at__isnull=True).update(settled_at=at, settled_by=by, zero=zero, returned_at=None)


def reopen(kind: str, unit: Unit, day: date, *, at: datetime, slot: str = "") -> int:
    """A report that was sent back is owed again."""
    touch(day, [unit.pk])
    return Due.objects.filter(unit=unit, kind=kind, day=day, slot=slot).update(
        settled_at=None, settled_by="", zero=False, returned_at=at
    )


def due_of(kind: str, unit: Unit, day: date, *, slot: str = "", line: str = "territory") -> Due | None:
    """The due on record, if it arose."""
    return Due.objects.filter(unit=unit, kind=kind, day=day, slot=slot, line=line).first()


def to_remind(most: int = BATCH) -> list[Due]:
    """Up to `most` dues not yet settled whose reminder is due now; each is taken once, whoever asks."""
    at = clock.now()
    return _taken("reminded_at", at, most, remind_at__lte=at, due_at__gt=at)


def to_escalate(most: int = BATCH) -> list[Due]:
    """Up to `most` dues past their limit, unsettled, of which the leader on duty was not told; each is taken once."""
    at = clock.now()
    return _taken("escalated_at", at, most, escalate_at__lte=at, closes_at__gt=at)


def _taken(column: str, at: datetime, most: int, **times: datetime) -> list[Due]:
    # Rows are locked before they are marked: of two sweeps one gets a row, and only if nothing came in meanwhile.
    waiting = Due.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit", "recipient")
    taken = list(waiting.filter(settled_at=None, excused="", **{column: None}, **times)[:most])
    marks = {column: at, **({"nudges": F("nudges") + 1} if column == "reminded_at" else {})}
    Due.objects.filter(pk__in=[due.pk for due in taken]).update(**marks)
    return taken

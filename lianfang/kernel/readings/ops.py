"""Taking readings (测温登记): one or a whole round at once, each by its own key, each with its own answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from uuid_utils.compat import uuid7

from lianfang.domain import readings as rule
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem, Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.database.columns import arrays, columns
from lianfang.kernel.database.insert import insert_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.readings.given import Given, digest_of
from lianfang.kernel.readings.models import Reading
from lianfang.kernel.readings.seconds import follow_first, no_second
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task

READING = "reading"
Entry = tuple[object, Given]
"""What the reading is about (a stay, an enrolment: a row or its name), and the reading."""

_SETTLE = f"""
UPDATE tasks_task AS t SET settled_at = d.at, settled_by = %s
  FROM unnest({arrays(("uuid", "timestamptz"))}) AS d(id, at)
 WHERE t.id = d.id AND t.settled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one reading: its row, or the problem for which it was not taken."""

    key: str
    reading_id: UUID | None = None
    fever: bool = False
    wants_second: bool = False
    duplicate: bool = False
    problem: Problem | None = None


def take(by: Actor, *, unit: Unit, kind: str, subject: object, given: Given, policy: Policy) -> Reading:
    """Take one reading; refused with its problem. The same key and content again give the reading there is."""
    receipt = take_all(by, unit=unit, kind=kind, given=[(subject, given)], policy=policy)[0]
    if receipt.problem is not None or receipt.reading_id is None:
        raise Refused(receipt.problem or "reading.not_owed")
    return Reading.objects.get(pk=receipt.reading_id)


def take_all(
    by: Actor, *, unit: Unit, kind: str, given: Sequence[Entry], policy: Policy
) -> list[Receipt]:  # fmt: skip
    """Take a round: what can be taken is taken, the others come back with their problem, in the order given.

    Problems: `number.out_of_range`, `reading.unlikely`, `date.in_future`, `reading.other_day`, `key.reused`,
    `reading.not_owed`, `reading.other_person`, `reading.taken_already`. A reading for a slot that has
    an abnormal one is its second.
    """
    named = [(ref(subject), one) for subject, one in given]
    round_ = _Round(by, unit, kind, policy, named)
    receipts = [round_.receipt(subject, one) for subject, one in named]
    insert_all(round_.rows)
    follow_first(unit, round_.rows, by, policy)
    _settle(round_.settled, by)
    return receipts


_OWED = ("subject", "day", "slot", "pk", "person_id", "opens_at", "excused")


class _Owed(NamedTuple):
    """What a round asks of a reading that is owed: a class has a hundred of them each time."""

    id: UUID
    person_id: UUID | None
    opens_at: datetime
    excused: str


class _Round:
    """What is known before a round is taken, and what it adds."""

    def __init__(self, by: Actor, unit: Unit, kind: str, policy: Policy, named: Sequence[tuple[str, Given]]) -> None:
        self.by, self.unit, self.kind, self.policy, self.at = by, unit, kind, policy, clock.now()
        subjects, days = {subject for subject, _ in named}, {one.day for _, one in named}
        self.known = {row.key: row for row in Reading.objects.filter(key__in=[one.key for _, one in named])}
        owed = Task.objects.select_for_update().filter(kind=READING, subject__in=subjects, day__in=days).order_by("pk")
        self.owed = {row[:3]: _Owed(*row[3:]) for row in owed.values_list(*_OWED)}
        taken = Reading.objects.filter(subject__in=subjects, day__in=days, voided_at=None, second_of=None)
        self.first = {(row.subject, row.day, row.slot): row for row in taken}
        seconds = Reading.objects.filter(second_of__in=list(self.first.values()), voided_at=None)
        self.seconds = set(seconds.values_list("second_of_id", flat=True))
        self.rows: list[Reading] = []
        self.settled: list[tuple[UUID, datetime]] = []

    def receipt(self, subject: str, given: Given) -> Receipt:
        """Take one, or say why not."""
        try:
            before = self.known.get(given.key)
            return self._take(subject, given) if before is None else self._again(before, subject, given)
        except Refused as refused:
            return Receipt(given.key, problem=refused.problems[0])

    def _again(self, before: Reading, subject: str, given: Given) -> Receipt:
        if before.digest != digest_of(subject, given):
            raise Refused("key.reused", "key")
        return Receipt(given.key, before.pk, before.fever, self._wants_second(before), duplicate=True)

    def _take(self, subject: str, given: Given) -> Receipt:
        self._check_moment(given)
        rule.check_celsius(given.celsius, self.policy, sure=given.sure)
        place = (subject, given.day, given.slot)
        task, first = self.owed.get(place), self.first.get(place)
        if task is None or task.excused or task.opens_at > given.at + self._skew:
            raise Refused("reading.not_owed", "slot", day=str(given.day), slot=given.slot)
        if str(task.person_id) != str(given.person_id):
            raise Refused("reading.other_person", "person")
        if first is not None and not self._wants_second(first):
            raise Refused("reading.taken_already", "slot", day=str(given.day), slot=given.slot)
        row = self._row(subject, given, first)
        self._keep(place, row, task, first)
        return Receipt(given.key, row.pk, row.fever, self._wants_second(row))

    @property
    def _skew(self) -> timedelta:
        return timedelta(minutes=self.policy.clock_skew_minutes)

    def _check_moment(self, given: Given) -> None:
        if given.at > self.at + self._skew:
            raise Refused("date.in_future", "at")
        if given.at.astimezone(self.unit.zone).date() != given.day:
            raise Refused("reading.other_day", "day", day=str(given.day))

    def _row(self, subject: str, given: Given, first: Reading | None) -> Reading:
        judged = rule.judge(given.celsius, given.symptoms, self.policy)
        return Reading(
            id=uuid7(), unit=self.unit, person_id=given.person_id, subject=subject, kind=self.kind, day=given.day,
            slot=given.slot, at=given.at, celsius=given.celsius, body_site=given.body_site,
            symptoms=list(given.symptoms), fever=judged.fever, abnormal=judged.abnormal, second_of=first,
            by=self.by.name[:60], by_id=self.by.account_id, key=given.key, digest=digest_of(subject, given),
            received_at=self.at,
        )  # fmt: skip

    def _keep(self, place: tuple[str, date, str], row: Reading, task: _Owed, first: Reading | None) -> None:
        self.rows.append(row)
        self.known[row.key] = row
        if first is None:
            self.first[place] = row
            self.settled.append((task.id, row.at))
        else:
            self.seconds.add(first.pk)

    def _wants_second(self, row: Reading) -> bool:
        return row.abnormal and row.second_of_id is None and row.pk not in self.seconds


def _settle(done: Sequence[tuple[UUID, datetime]], by: Actor) -> None:
    if not done:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [by.name[:60], *columns(done)])


def owed_tasks(
    unit: Unit, person: Person, about: object, *, since: datetime, last_day: date, policy: Policy,
    last_slots: Collection[str] = ("am",),
) -> list[Task]:  # fmt: skip
    """The tasks that `owe_readings` writes, for whoever writes them together with others (`tasks.ops.owe_all`)."""
    return owed_by_all(unit, [(person, about)], since=since, last_day=last_day, policy=policy, last_slots=last_slots)


def owed_by_all(
    unit: Unit, people: Iterable[tuple[Person, object]], *, since: datetime, last_day: date, policy: Policy,
    last_slots: Collection[str] = ("am",),
) -> list[Task]:  # fmt: skip
    """The same for many people who owe the same days, each with the row it is about."""
    slots = rule.slots_owed(since, last_day, last_slots=last_slots, policy=policy, zone=unit.zone)
    return [
        Task(
            unit=unit, kind=READING, subject=subject, person=person, day=one.day, slot=one.slot,
            opens_at=one.opens_at, due_at=one.due_at, closes_at=one.closes_at,
        )
        for person, subject in ((person, ref(about)) for person, about in people)
        for one in slots
    ]  # fmt: skip


def owe_readings(
    unit: Unit, person: Person, about: object, *, since: datetime, last_day: date, policy: Policy,
    last_slots: Collection[str] = ("am",),
) -> int:  # fmt: skip
    """Owe a reading for each slot from a moment to a last day, on which only `last_slots` count; how many there are."""
    rows = owed_tasks(unit, person, about, since=since, last_day=last_day, policy=policy, last_slots=last_slots)
    return tasks.owe_all(rows)


def owed(about: object) -> QuerySet[Task]:
    """The readings owed about a thing, done or not."""
    return tasks.of(about, READING)


def readings_of(about: object) -> QuerySet[Reading]:
    """The readings about a thing that are not void, oldest first, second ones after their first."""
    return Reading.objects.filter(subject=ref(about), voided_at=None).order_by("at", "pk")


def void(reading: Reading, by: Actor, reason: str) -> Reading:
    """Take a wrong reading back; it stays on record, and the slot is owed again. Refused `required` (reason)."""
    if not reason.strip():
        raise Refused("required", "reason")
    held = Reading.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    if held.voided_at is not None:
        return held
    held.voided_at, held.void_reason = clock.now(), f"{by.name}: {reason.strip()}"[:120]
    held.save(update_fields=["voided_at", "void_reason"])
    if held.second_of_id is None:
        no_second(held)
        _reopen([held])
    return held


def _reopen(rows: Iterable[Reading]) -> None:
    for row in rows:
        for task in Task.objects.filter(kind=READING, subject=row.subject, day=row.day, slot=row.slot):
            tasks.reopen(task)

"""Owing and doing tasks (任务的产生、办结): one way to owe an act about a thing, to settle it, and to count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.audit.ops import record_all, ref
from lianfang.kernel.database.insert import insert_all
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.places.models import Place
from lianfang.kernel.tasks.models import Task

OVERDUE = "task.overdue"
AT_ONCE = 500  # tasks that one transaction alerts about


@dataclass(frozen=True, slots=True)
class Counts:
    """What was owed (without what is no longer), what of it is done, in time or late, and what is still open."""

    expected: int
    done: int
    on_time: int
    late: int
    open: int
    overdue: int
    excused: int


def owe(
    unit: Unit, kind: str, about: object, *, name: str = "", name_en: str = "", due_at: datetime | None = None,
    opens_at: datetime | None = None, closes_at: datetime | None = None, alert_at: datetime | None = None,
    number: int = 0, day: date | None = None, slot: str = "", person: Person | None = None,
    place: Place | None = None, role: str = "", account_id: int | None = None, backup_id: int | None = None,
    waits_for: Sequence[int] = (),
) -> Task:  # fmt: skip
    """Write down an act owed about a row; one that is owed already comes back as it is."""
    new = Task(
        unit=unit, kind=kind, subject=ref(about), number=number, day=day, slot=slot, name=name, name_en=name_en,
        due_at=due_at, opens_at=opens_at or clock.now(), closes_at=closes_at, alert_at=alert_at, person=person,
        place=place, role=role, account_id=account_id, backup_id=backup_id, waits_for=list(waits_for),
    )  # fmt: skip
    owe_all([new])
    found: Task = Task.objects.get(kind=kind, subject=new.subject, number=number, day=day, slot=slot)
    return new if found.pk == new.pk else found


def owe_all(tasks: Iterable[Task]) -> int:
    """Many at once; what is owed already stays as it is. Returns how many were given."""
    rows = list(tasks)
    insert_all(rows, ignore_conflicts=True)
    return len(rows)


def settle(task: Task, *, at: datetime, by: str, note: str = "") -> Task:
    """Done. A second time keeps the first. Refused `task.waits` (waits: names) while a predecessor is open."""
    held = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if held.settled_at is not None:
        return held
    if waits := [str(before) for before in open_predecessors(held)]:
        raise Refused("task.waits", "task", waits=waits)
    held.settled_at, held.settled_by, held.note = at, by[:60], note[:300]
    held.save(update_fields=["settled_at", "settled_by", "note"])
    return held


def open_predecessors(task: Task) -> list[Task]:
    """The steps that come before this one and are not done."""
    if not task.waits_for:
        return []
    before = Task.objects.filter(subject=task.subject, kind=task.kind, number__in=task.waits_for)
    return list(before.filter(settled_at=None, excused="").order_by("number"))


def settle_all(ids: Iterable[UUID], *, at: datetime, by: str) -> int:
    """Many without predecessors done at one moment; how many were open."""
    return settle_open(Task.objects.filter(pk__in=list(ids)), at=at, by=by)


def settle_open(tasks: QuerySet[Task], *, at: datetime, by: str, note: str = "") -> int:
    """The open ones of these, which have no predecessors, done at one moment, in one statement; how many."""
    said = {"note": note[:300]} if note else {}
    return tasks.filter(settled_at=None).update(settled_at=at, settled_by=by[:60], **said)


def reopen(task: Task) -> Task:
    """What was done is owed again, as when the reading behind it is void."""
    Task.objects.filter(pk=task.pk).update(settled_at=None, settled_by="", note="")
    task.refresh_from_db()
    return task


def excuse(about: object, *, reason: str, after: datetime | None = None, kinds: Sequence[str] = ()) -> int:
    """What is not done about a thing is no longer owed, from a moment on when one is given; how many there were."""
    return excuse_all([about], reason=reason, after=after, kinds=kinds)


def excuse_all(
    things: Iterable[object], *, reason: str, after: datetime | None = None, kinds: Sequence[str] = ()
) -> int:
    """The same about many things, in one statement."""
    waiting = Task.objects.filter(subject__in=[ref(one) for one in things], settled_at=None, excused="")
    if after is not None:
        waiting = waiting.filter(opens_at__gte=after)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    return waiting.update(excused=reason[:120], alert_at=None)


def of(about: object, kind: str = "") -> QuerySet[Task]:
    """The tasks about a row, in their order."""
    found = Task.objects.filter(subject=ref(about)).order_by("number", "day", "slot", "opens_at")
    return found.filter(kind=kind) if kind else found


def counted(tasks: QuerySet[Task], *, at: datetime) -> Counts:
    """How many were owed, done, in time, late, open, overdue and excused, in one statement."""
    owed, done = Q(excused=""), Q(settled_at__isnull=False)
    in_time = Q(due_at__isnull=True) | Q(settled_at__lte=F("due_at"))
    owing = owed & ~done
    found = tasks.order_by().aggregate(
        expected=Count("pk", filter=owed | done),
        done=Count("pk", filter=done),
        on_time=Count("pk", filter=done & in_time),
        open=Count("pk", filter=owing),
        overdue=Count("pk", filter=owing & Q(due_at__lt=at)),
        excused=Count("pk", filter=~owed & ~done),
    )
    return Counts(late=found["done"] - found["on_time"], **found)


def alert_again(task: Task, at: datetime) -> None:
    """Ask to be told once more at a moment, if it is still open then."""
    Task.objects.filter(pk=task.pk, settled_at=None).update(alert_at=at)


def alert() -> int:
    """Write each task down that is open past its alert, as the event `task.overdue`; what follows is in the plan."""
    at = clock.now()
    waiting = Task.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit")
    taken = list(waiting.filter(settled_at=None, excused="", alert_at__lte=at).order_by("alert_at")[:AT_ONCE])
    Task.objects.filter(pk__in=[task.pk for task in taken]).update(alert_at=None, alerts=F("alerts") + 1)
    record_all(OVERDUE, by=SYSTEM, about=[(task.unit, task, _facts(task)) for task in taken])
    return len(taken)


def _facts(task: Task) -> dict[str, Any]:
    due = task.due_at.isoformat() if task.due_at else ""
    return {"kind": task.kind, "about": task.subject, "level": task.alerts + 1, "name": task.name,
            "name_en": task.name_en, "due_at": due}  # fmt: skip

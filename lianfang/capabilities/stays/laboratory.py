"""Tests of a stay (检测): what the rules ask for and what a doctor adds; a result settles what is owed."""

from __future__ import annotations

from datetime import date, datetime

from lianfang.capabilities.stays.models import RESULTS, LabTest, Stay
from lianfang.capabilities.stays.models.stay import HERE
from lianfang.capabilities.stays.moves import check_moment, held
from lianfang.capabilities.stays.owed import TEST, subject_of, test_task
from lianfang.capabilities.stays.roles import DECIDERS, WARD
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.audit.ops import record
from lianfang.kernel.tasks import ops as tasks
from lianfang.kernel.tasks.models import Task


@action("test.ordered", by=DECIDERS, over="stay", facts=("day", "reason"))
def order_test(by: Actor, *, stay: Stay, day: date, reason: str) -> LabTest:
    """Ask for a test besides those of the rules; the release waits for it."""
    row = held(stay)
    if row.state != HERE:
        raise Refused("flow.condition", "state", state=row.state, move="order_test")
    if day < clock.today(row.unit.zone):
        raise Refused("date.order", "day", earlier="today")
    found = store(LabTest(unit=row.unit, stay=row, person=row.person, day=day, reason=reason, by=by.name[:60]))
    tasks.owe_all([test_task(found)])
    return found


@action("test.recorded", by=WARD, over="stay", facts=("day", "result"))
def record_test(
    by: Actor, *, stay: Stay, day: date, sampled_at: datetime, result: str = "", sample: str = ""
) -> LabTest:
    """Record the sample of a test that is owed, and its result once it is in; a result is not overwritten.

    A result that nobody asked for is kept as an extra test, where its day is that of the sample.
    """
    if result and result not in dict(RESULTS):
        raise Refused("choice.unknown", "result", choices=tuple(dict(RESULTS)))
    row = held(stay)
    check_moment(row, sampled_at)
    unasked = bool(result) and day == sampled_at.astimezone(row.unit.zone).date()
    found = _owed(row, day) or (_extra(row, day) if unasked else None)
    if found is None:
        raise Refused("test.not_owed", "day", day=day)
    if found.result and result != found.result:
        raise Refused("test.resulted", "result", day=day)
    found.sampled_at, found.by = found.sampled_at or sampled_at, by.name[:60]
    found.sample = sample or found.sample
    if result and not found.result:
        found.result, found.resulted_at = result, clock.now()
    store(found)
    _follow(by, found)
    return found


def _owed(stay: Stay, day: date) -> LabTest | None:
    waiting = stay.tests.select_related("unit", "stay", "person").filter(day=day, excused="")
    return waiting.order_by("result", "number").first()  # one without a result comes first


def _extra(stay: Stay, day: date) -> LabTest:
    """A test besides those of the rules whose sample is there already: nothing is owed for it."""
    return LabTest(unit=stay.unit, stay=stay, person=stay.person, day=day)


def _follow(by: Actor, found: LabTest) -> None:
    if not found.result:
        return
    task = Task.objects.filter(
        subject=subject_of(found.stay), kind=TEST, number=found.number or 0, day=found.day, settled_at=None
    ).first()
    if task is not None:
        tasks.settle(task, at=found.resulted_at or clock.now(), by=by.name, note=found.result)
    if found.result != "negative":
        record("test.not_negative", by=by, unit=found.unit, subject=found.stay, facts={"day": str(found.day)})

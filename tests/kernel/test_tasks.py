"""Acts owed about one thing (任务): owed once, done once, in order, counted, and told of when they are late."""

from __future__ import annotations

import pytest

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.audit.models import Event
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks import ops
from lianfang.kernel.tasks.models import Task
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Unit:
    return make.unit(make.root("P"), "S", "school")


def _steps(school: Unit) -> dict[int, Task]:
    after = {1: (), 2: (1,), 3: (1,), 4: (2, 3)}
    with clock.at(at(9)):
        return {
            n: ops.owe(school, "step", school, number=n, name=f"第{n}步", waits_for=w, due_at=at(9, 10))
            for n, w in after.items()
        }


def test_a_step_cannot_be_closed_before_those_it_waits_for_and_two_may_run_side_by_side(school: Unit) -> None:
    with within(EVERYTHING):
        steps = _steps(school)
        with pytest.raises(Refused, match=r"task\.waits") as refused:
            ops.settle(steps[4], at=at(9, 5), by="x")
        assert refused.value.problems[0].facts["waits"] == ["第2步", "第3步"]
        for number in (1, 3, 2, 4):
            ops.settle(steps[number], at=at(9, number), by="x")
        assert ops.counted(ops.of(school), at=at(10)).done == 4


def test_what_is_owed_already_is_not_owed_twice_and_done_once_stays_done(school: Unit) -> None:
    with within(EVERYTHING):
        first = ops.owe(school, "notice", school, name="通报")
        assert ops.owe(school, "notice", school, name="又一次").pk == first.pk
        ops.settle(first, at=at(9), by="甲")
        again = ops.settle(first, at=at(10), by="乙")
        assert (again.settled_at, again.settled_by) == (at(9), "甲")
        assert Task.objects.count() == 1


def test_counts_tell_in_time_late_open_overdue_and_no_longer_owed_apart(school: Unit) -> None:
    with within(EVERYTHING):
        for number in range(1, 6):
            ops.owe(school, "check", school, number=number, due_at=at(9), opens_at=at(8))
        tasks = list(ops.of(school))
        ops.settle(tasks[0], at=at(9), by="x")
        ops.settle(tasks[1], at=at(9, 0, 1), by="x")
        ops.excuse(school, reason="closed", after=at(8, 30))
        assert ops.counted(ops.of(school), at=at(8, 59)).overdue == 0
        assert ops.counted(ops.of(school), at=at(10)) == ops.Counts(5, 2, 1, 1, 3, 3, 0)
        ops.excuse(school, reason="closed", after=at(8))
        assert ops.counted(ops.of(school), at=at(10)) == ops.Counts(2, 2, 1, 1, 0, 0, 3)


def test_a_late_task_is_told_of_once_each_time_it_is_asked_for(school: Unit) -> None:
    with within(EVERYTHING):
        task = ops.owe(school, "contact", school, due_at=at(20), alert_at=at(20), opens_at=at(8))
        for hour, told in ((19, 0), (20, 1), (21, 0)):
            with clock.at(at(hour)):
                assert ops.alert() == told
        ops.alert_again(task, at(21))
        with clock.at(at(21)):
            assert ops.alert() == 1
        levels = [event.facts["level"] for event in Event.objects.filter(kind=ops.OVERDUE).order_by("pk")]
        assert levels == [1, 2]
        ops.settle(task, at=at(21), by="x")
        ops.alert_again(task, at(22))
        with clock.at(at(22)):
            assert ops.alert() == 0

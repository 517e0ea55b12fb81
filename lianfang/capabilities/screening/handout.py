"""Handing out the day's screening (排查任务派发): to the screener, or the substitute while the screener is on leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lianfang.capabilities.screening.actions import whose_task
from lianfang.capabilities.screening.models import Screener
from lianfang.kernel import clock
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.alerts.ops import tell_all
from lianfang.kernel.alerts.reminders import facts_of, name_of
from lianfang.kernel.dues.models import SCREENING, Due

TASK, REMINDER = "screening.task", "screening.reminder"
_A_DAY = timedelta(days=1)


def hand_out() -> int:
    """Say whose task it is once it has opened, and again when its reminder is due; how many were told."""
    at = clock.now()
    owed = _open_tasks(at)
    told = set(
        Alert.objects.filter(kind__in=(TASK, REMINDER), subject__in=[name_of(due) for due in owed]).values_list(
            "kind", "subject"
        )
    )
    return _tell([due for due in owed if (_kind(due, at), name_of(due)) not in told], at)


def hand_over(units: Iterable[int]) -> int:
    """Say anew whose task it is in these units, because somebody is on leave now; how many tasks there are."""
    at, among = clock.now(), set(units)
    return _tell([due for due in _open_tasks(at) if due.unit_id in among], at)


def _open_tasks(at: datetime) -> list[Due]:
    near = (at.date() - _A_DAY, at.date() + _A_DAY)  # the local day of any zone
    owed = Due.objects.filter(day__range=near, kind=SCREENING, opens_at__lte=at, due_at__gt=at, settled_at=None)
    return list(owed.filter(excused="").select_related("unit", "recipient"))


def _tell(owed: list[Due], at: datetime) -> int:
    given = {s.unit_id: s for s in Screener.objects.filter(unit__in=[d.unit_id for d in owed], until__isnull=True)}
    return tell_all([_alert(due, given[due.unit_id], at) for due in owed if due.unit_id in given])


def _alert(due: Due, screener: Screener, at: datetime) -> Alert:
    whose = whose_task(screener, due.day)
    return Alert(account_id=whose, kind=_kind(due, at), subject=name_of(due), unit=due.unit, facts=facts_of(due), at=at)


def _kind(due: Due, at: datetime) -> str:
    return REMINDER if due.remind_at <= at else TASK

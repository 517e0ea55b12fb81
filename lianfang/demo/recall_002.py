"""Scenario 002's leading group and recall (重启领导小组、召回休假人员): who decides, who is back by when (A02, D05)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lianfang.capabilities.command.groups import (
    create_group,
    delegate_authority,
    reactivate_group,
    record_decision,
    suspend_group,
)
from lianfang.capabilities.recall.actions import (
    counted,
    exempt_from_recall,
    order_recall,
    recall_person,
    record_return,
)
from lianfang.capabilities.recall.models import RecallOrder, RecallPerson
from lianfang.demo.cast import acting
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.ops import members
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.tasks.ops import alert
from lianfang.reactions import REACTIONS

BACK_BEFORE = "2021-08-08"  # report 002: back before 08-08
_SUSPENDED = date(2020, 9, 1)
_REACTIVATED = "2021-08-03"
_AREA = "530102"  # the invented area of medium risk in which two of them are
_TIMES = {True: "09:00", False: "19:00"}  # of the late return and of those in time


def reactivate(school: Unit, leader: Account, officer: Account) -> None:
    """The leading group is taken up again with two new members; for a morning a delegate is in the chair."""
    first = [_chair(leader), {"function": "deputy", "name": "副院长"}, {"name": "办公室主任"}, {"name": "教务处处长"}]
    second = [*first[:2], {"name": "总务处处长"}, {"name": "科研处处长"}]
    with clock.at(moment(_REACTIVATED, "07:30")), acting(leader) as by:
        group = create_group(
            by, unit=school, name="疫情防控领导小组", name_en="Leading group", members=first, day=date(2020, 1, 25)
        )
        suspend_group(by, group=group, day=_SUSPENDED, basis="转入常态")
        reactivate_group(by, group=group, day=date.fromisoformat(_REACTIVATED), members=second, basis="上级通知")
        delegate_authority(
            by, group=group, account=officer, since=moment(_REACTIVATED, "08:00"),
            until=moment(_REACTIVATED, "12:00"), matters="组长外出期间的日常决定",
        )  # fmt: skip
    with clock.at(moment(_REACTIVATED, "10:00")), acting(officer) as by:
        record_decision(by, group=group, text="各处室今日 16:30 前日报")


def _chair(leader: Account) -> dict[str, str]:
    return {"function": "chair", "account": leader.handle}


def call_back(
    school: Unit, divisions: Sequence[Unit], leader: Account, officer: Account, scenario: Scenario
) -> RecallOrder:
    """Order the recall, name the nine who are away, and exempt the two in an area of medium risk."""
    issued = scenario["relays"][-1]["relayed"]
    with clock.at(moment(*issued.split("T"))), acting(leader) as by:
        order: RecallOrder = order_recall(
            by, unit=school, title="中断休假返岗", reason="疫情形势变化", back_before=moment(BACK_BEFORE, "00:00")
        )
    away, exempt = scenario["away"]["total"], scenario["away"]["exempt_risk_area"]
    day = date.fromisoformat(issued.partition("T")[0])
    with clock.at(moment(day, "16:00")), acting(officer) as by:
        each = -(-away // len(divisions))
        people = [person for unit in divisions for person in members(unit, day)[-each:]][:away]
        named = [recall_person(by, order=order, person=person, whereabouts="省外") for person in people]
        for one in named[away - exempt :]:
            exempt_from_recall(by, recalled=one, evidence="风险区名单", level="medium", area=_AREA)
    return order


def come_back(order: RecallOrder, officer: Account, scenario: Scenario) -> None:
    """Those who come back, day by day; as the last day turns, who is not back is escalated."""
    with within(EVERYTHING):
        waiting = list(RecallPerson.objects.filter(order=order, exempted_at__isnull=True).order_by("id"))
    for told in scenario["returns"]:
        if told.get("late"):
            with clock.at(moment(told["date"], "00:01")):
                _escalate()
        with clock.at(moment(told["date"], _TIMES[bool(told.get("late"))])), acting(officer) as by:
            for one in waiting[: told["n"]]:
                record_return(by, recalled=one)
        waiting = waiting[told["n"] :]


def _escalate() -> None:
    """What the worker does about tasks; daily reports after the report day are not part of the story."""
    with within(EVERYTHING):
        alert()
    dispatch(REACTIONS)


def findings(order: RecallOrder, scenario: Scenario) -> Iterator[Finding]:
    """What the records of the recall say, as of the moment by which everybody was to be back."""
    due = moment(BACK_BEFORE, "00:00")
    told: Mapping[str, Any] = scenario["away"]
    seen, after = counted(order, due), counted(order, due + timedelta(days=1))
    yield Finding("overdue_returns", scenario["expect"]["overdue_returns"], seen.overdue)
    yield Finding("must_return", told["must_return"], seen.must_return)
    yield Finding("exempt_from_recall", told["exempt_risk_area"], seen.exempt)
    yield Finding("returned_on_time", told["must_return"] - 1, after.on_time)
    yield Finding("returned_late", 1, after.late)
    escalated = Alert.objects.filter(kind="recall.overdue").values("subject").distinct().count()
    yield Finding("overdue_escalated", 1, escalated)

"""What is known of the weeks on the stage (演示研判): a setting that watches, a risk scored anew, a briefing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from lianfang.capabilities.assessments.actions import assess_risk, open_assessment, score_risk_anew
from lianfang.capabilities.briefings.actions import assess_briefing, compose_briefing
from lianfang.capabilities.surveillance.actions import propose_setting, switch_on
from lianfang.capabilities.surveillance.counting import count_days
from lianfang.demo.cast import acting
from lianfang.demo.script import moment
from lianfang.demo.stage_world import World
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

_HANDLE = "demo-duty"
_COUNTED = 35  # days, more than the stage has


def look_into(world: World) -> None:
    """A risk of last week and its new score, yesterday's briefing, and a setting switched on this morning."""
    school, today = world.units[world.told["academy"]["code"]], date.fromisoformat(world.told["day"])
    week_ago, yesterday = today - timedelta(days=7), today - timedelta(days=1)
    _at(moment(week_ago, "09:30"), lambda by: _risk(by, school, week_ago))
    with clock.at(moment(today, "07:40")):
        count_days(today - timedelta(days=n) for n in range(_COUNTED))  # as the worker does, day by day
    _at(moment(today, "08:10"), lambda by: _brief(by, school, yesterday))
    _at(moment(today, "08:30"), lambda by: _watch(by, school))


def _at(at: datetime, act: Callable[[Actor], None]) -> None:
    with within(EVERYTHING):
        account = Account.objects.get(handle=_HANDLE)
    with clock.at(at), acting(account) as by:
        act(by)


def _risk(by: Actor, school: Unit, day: date) -> None:
    assessed = open_assessment(
        by, unit=school, title="暑期培训与返校风险评估", first_day=day, last_day=day + timedelta(days=45)
    )
    risk = assess_risk(
        by, assessment=assessed, hazard="跨省学员返院带入", likelihood=2,
        likelihood_reason="学员来自四个省，均无中高风险区",
        consequence=3, consequence_reason="集中住宿，两人一间", confidence="medium", confidence_reason="行程由本人申报",
        response="返院前三天登记行程，入院即测温", owner_role="duty_officer",
    )  # fmt: skip
    with clock.at(clock.now() + timedelta(days=5)):
        score_risk_anew(
            by,
            risk=risk,
            reason="邻省出现中风险区，两名学员途经",
            likelihood=4,
            likelihood_reason="途经中风险区的学员两人",
        )


def _brief(by: Actor, school: Unit, day: date) -> None:
    composed = compose_briefing(by, unit=school, day=day)
    assess_briefing(by, briefing=composed, text="近一周发热人数回落，物业项目部报送仍偏迟，今日电话核对。")


def _watch(by: Actor, school: Unit) -> None:
    setting = propose_setting(
        by, unit=school, method="auto", syndrome="respiratory", level="class", cases=2,
        alpha_percent=Decimal("0.1"), note="班级发热较往常明显增多时提醒",
    )  # fmt: skip
    switch_on(by, setting=setting)

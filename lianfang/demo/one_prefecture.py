"""One prefecture of 412 units (一个市州): 371 in by 16:30, 409 by 17:00, three missing and resolved by 17:20.

Its units' deadline is 17:00, by a rule pack of its own. What came late stays late, also when all are in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lianfang.capabilities.daily_report.actions import explain_gap, nudge
from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.units.actions import found_root
from lianfang.demo.cast import acting, appoint, appoint_all
from lianfang.demo.hands import Sending, send_all
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within

_SINCE = date(2019, 9, 1)
_EARLY, _DEADLINE, _RESOLVED = "16:30", "17:00", "17:20"


@dataclass(slots=True)
class Prefecture:
    """The prefecture, its units, who reports for each, and its own officer."""

    unit: Unit
    schools: list[Unit]
    officers: dict[str, Actor]
    office: Account


def found(scenario: Scenario) -> Prefecture:
    """A tree of its own beside the province, so that the province keeps its 21 prefectures."""
    with within(EVERYTHING):
        root = found_root(
            SYSTEM, code="519900", name="示例市", name_en="Sample Prefecture", kind="prefecture", opened_on=_SINCE
        )
        adopt_rules(
            SYSTEM, unit=root, code="prefecture-519900", title="市州日报时限", basis="report 004", valid_from=_SINCE,
            parameters={"deadlines": {"school": f"{_DEADLINE}:00"}},
        )  # fmt: skip
        schools = add_units([_school(root, n) for n in range(1, scenario["one_prefecture"]["units"] + 1)])
    office = appoint("office-519900", "示例市值班室", Role.OFFICER, root)
    return Prefecture(root, schools, appoint_all(schools, Role.DUTY_OFFICER), office)


def _school(root: Unit, number: int) -> Unit:
    return Unit(
        code=f"519900{number:04d}", name=f"示例市第{number}学校", name_en=f"Sample School {number}", kind="school",
        parent=root, opened_on=_SINCE, reports=True, keeps_roster=False,
    )  # fmt: skip


def report(prefecture: Prefecture, scenario: Scenario, day: date) -> None:
    """The first come in the half hour before 16:30, more until 17:00; the last ones do not."""
    told = scenario["one_prefecture"]
    early, in_time = told["in_by_1630"], told["in_by_1700"]
    half_past, full = moment(day, _EARLY), moment(day, _DEADLINE)
    moments = _spread(half_past - timedelta(minutes=30), half_past, early) + _spread(half_past, full, in_time - early)
    send_all([_sending(prefecture, unit, at) for unit, at in zip(prefecture.schools, moments, strict=False)])


def _spread(after: datetime, until: datetime, number: int) -> list[datetime]:
    """That many moments after the first and up to the last, which is one of them."""
    return [after + (until - after) * (n + 1) / number for n in range(number)]


def _sending(prefecture: Prefecture, unit: Unit, at: datetime) -> Sending:
    local = at.astimezone(unit.zone)
    zero = {"unit": unit.code, "day": str(local.date()), "nothing_to_report": True}
    return Sending(at, prefecture.officers[unit.code], zero)


def missing_now(prefecture: Prefecture, scenario: Scenario, day: date) -> Finding:
    """Who is missing on the board at this moment, by name."""
    with acting(prefecture.office):
        seen = board(prefecture.unit, form_on(DAILY, day), day)
    names = tuple(due.unit.name for due in seen.missing)
    return Finding("missing_1701", scenario["one_prefecture"]["missing_1701"], seen.counts.missing, names)


def resolve(prefecture: Prefecture, scenario: Scenario, day: date) -> None:
    """The prefecture's officer reminds the missing and writes down why; by 17:20 they are in, late."""
    reasons = [one["reason"] for one in scenario["one_prefecture"]["resolved_1720"] for _ in range(one["n"])]
    with clock.at(moment(day, "17:05")), acting(prefecture.office) as by:
        missing = list(_dues(prefecture, day).filter(settled_at__isnull=True).order_by("unit__code"))
        nudge(by, superior=prefecture.unit, day=day, dues=missing)
        for due, reason in zip(missing, reasons, strict=True):
            explain_gap(by, superior=prefecture.unit, due=due, reason=reason)
    last = _spread(moment(day, "17:08"), moment(day, _RESOLVED), len(missing))
    send_all([_sending(prefecture, due.unit, at) for due, at in zip(missing, last, strict=True)])


def _dues(prefecture: Prefecture, day: date) -> Any:
    return Due.objects.filter(kind=REPORT, day=day, recipient=prefecture.unit).select_related("unit")


def findings(prefecture: Prefecture, scenario: Scenario, day: date) -> Iterator[Finding]:
    """What the dues say now that everybody is in."""
    told, dues = scenario["one_prefecture"], _dues(prefecture, day)
    in_by = {local: dues.filter(settled_at__lte=moment(day, local)).count() for local in (_EARLY, _DEADLINE)}
    yield Finding("in_by_1630", told["in_by_1630"], in_by[_EARLY])
    yield Finding("in_by_1700", told["in_by_1700"], in_by[_DEADLINE])
    explained = dues.filter(settled_at__lte=moment(day, _RESOLVED)).exclude(explained="")
    reasons = dict.fromkeys(sorted(one["reason"] for one in told["resolved_1720"]), 0)
    for reason in explained.values_list("explained", flat=True):
        reasons[reason] = reasons.get(reason, 0) + 1
    yield Finding("resolved_1720", {one["reason"]: one["n"] for one in told["resolved_1720"]}, reasons)
    counts = board(prefecture.unit, form_on(DAILY, day), day).counts
    yield Finding("in_at_the_end", told["units"], counts.received)
    yield Finding("on_time_1700", scenario["expect"]["on_time_1700"], f"{counts.on_time}/{counts.expected}")

"""Scenario 002 (假期紧急重启), its report day: five divisions by 16:30, the institute by 17:00, one division late.

Spec 5.3, rows A02, C02, C03, C09, D04, D05. The order of relays, tests and duty wait for their capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from lianfang.capabilities.daily_report.intake import receive_bulletin, receive_report
from lianfang.capabilities.persons.actions import approve_leave
from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.capabilities.screening.actions import name_screener, record_screening
from lianfang.capabilities.screening.handout import TASK
from lianfang.capabilities.units.actions import found_root, open_unit
from lianfang.demo.cast import Casting, acting, appoint
from lianfang.demo.recall_002 import call_back, come_back, findings, reactivate
from lianfang.demo.replay import Sweep
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.domain.periods import minutes_late
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.bulk import admit
from lianfang.kernel.people.models import Membership, Person, on_roster
from lianfang.kernel.people.ops import members
from lianfang.kernel.reporting.forms import DAILY, FLOOD
from lianfang.kernel.reporting.reports import current_report, is_intact
from lianfang.kernel.scope import EVERYTHING, within

PARTIAL = {
    "reply_rate_1800": "B02 read-and-reply acknowledgement",
    "coverage_of_eligible": "N02 vaccination chase",
    "duty_assignments": "K02 duty pattern",
    "service_hours": "L13 service at sampling points",
    "samples_per_hour_at_least": "L13 service at sampling points",
}
NAMES = {
    "office": "办公室",
    "teaching": "教务处",
    "research_office": "科研处",
    "science": "教研室",
    "logistics": "总务处",
}
_SINCE = date(2020, 1, 1)
_AGENCY = 4  # dispatched workers of the last division, whom its screener forgets (row D04)
_AWAY = 3  # the division whose screener is on leave that day


@dataclass(slots=True)
class _World:
    """The institute, its divisions and those who act."""

    above: Unit
    school: Unit
    divisions: list[Unit] = field(default_factory=list)
    screeners: list[Account] = field(default_factory=list)
    officer: Account = field(default_factory=Account)
    leader: Account = field(default_factory=Account)


def play(scenario: Scenario, sweep: Sweep) -> Iterator[Finding]:
    """The group that leads, the report day up to its receipt, the recall, then what the records say of them."""
    told = scenario["report_day"]
    with clock.at(moment(scenario["from"], "09:00")):
        world = _found(scenario)
    reactivate(world.school, world.leader, world.officer)
    _morning(world, told, sweep)
    _divisions_report(world, told, sweep)
    _send_up(world, told, sweep)
    order = call_back(world.school, world.divisions[:3], world.leader, world.officer, scenario)
    come_back(order, world.officer, scenario)
    with within(EVERYTHING):
        yield from _findings(world, scenario)
        yield from findings(order, scenario)


def ends(scenario: Scenario) -> datetime:
    """When the last one called back is there."""
    return moment(scenario["to"], "09:30")


def _found(scenario: Scenario) -> _World:
    with within(EVERYTHING):
        above = found_root(
            SYSTEM, code="SUP", name="主管部门", name_en="Superior department", kind="sector", opened_on=_SINCE
        )
        school = _unit(above, "INST", "示例学院", "Sample Institute", "institute")
        deadlines = {"division": f"{scenario['report_day']['deadline_division']}:00"}
        deadlines["institute"] = f"{scenario['report_day']['deadline_upward']}:00"
        adopt_rules(
            SYSTEM, unit=school, code="institute-002", title="学院日报时限", basis="report 002", valid_from=_SINCE,
            parameters={"deadlines": deadlines},
        )  # fmt: skip
    world = _World(above, school)
    casting = Casting("002")
    _staff(_unit(school, "LEADERS", "院领导", "Institute leaders", "group"), scenario["leaders"], casting)
    for told in scenario["divisions"]:
        unit = _unit(school, told["key"].upper(), NAMES[told["key"]], told["key"].replace("_", " ").title(), "division")
        agency = _AGENCY if told is scenario["divisions"][-1] else 0
        _division(world, unit, _staff(unit, told["n"], casting, agency=agency))
    _duty(world)
    return world


def _unit(parent: Unit, code: str, name: str, name_en: str, kind: str) -> Unit:
    with within(EVERYTHING):
        unit: Unit = open_unit(
            SYSTEM, parent=parent, code=code, name=name, name_en=name_en, kind=kind, opened_on=_SINCE
        )
    return unit


def _staff(unit: Unit, number: int, casting: Casting, *, agency: int = 0) -> list[Person]:
    """Enter the people of a unit; the first two of them."""
    kinds = ["staff"] * (number - agency) + ["agency"] * agency
    with within(EVERYTHING):
        numbers = admit([casting.admission(unit, kind, _SINCE, ages=(24, 59)) for kind in kinds])
        return [Person.objects.get(pk=number) for number in numbers[:2]]


def _division(world: _World, unit: Unit, people: list[Person]) -> None:
    """A screener and a substitute, both of the division."""
    first, second = people[:2]
    screener = appoint(f"screener-{unit.code.lower()}", first.name, Role.SCREENER, unit, person=first)
    substitute = appoint(f"substitute-{unit.code.lower()}", second.name, Role.SCREENER, unit, person=second)
    with within(EVERYTHING):
        name_screener(SYSTEM, unit=unit, account=screener, substitute=substitute)
    on_duty = screener
    if len(world.divisions) == _AWAY:
        on_duty = substitute
        with within(EVERYTHING):
            today = clock.today(unit.zone)
            approve_leave(
                SYSTEM, unit=unit, person=first, since=today, until=today + timedelta(days=9), reason="年休假"
            )
    world.divisions.append(unit)
    world.screeners.append(on_duty)


def _duty(world: _World) -> None:
    world.officer = appoint("duty-officer", "值班员", Role.DUTY_OFFICER, world.school)
    world.leader = appoint("leader", "带班领导", Role.LEADER, world.school)
    appoint("superior", "主管部门联系人", Role.OFFICER, world.above)


def _morning(world: _World, told: dict[str, Any], sweep: Sweep) -> None:
    """Dues arise at 06:00, tasks are handed out at 08:00, and everybody is checked through but the agency workers."""
    for local in ("06:00", "08:00"):
        with clock.at(moment(told["date"], local)):
            sweep()
    for unit, screener in zip(world.divisions, world.screeners, strict=True):
        with clock.at(moment(told["date"], "11:00")), acting(screener) as by:
            agency = Membership.objects.filter(unit=unit, kind="agency").values_list("person_id", flat=True)
            seen = [person for person in members(unit, told["date"]) if person.pk not in set(agency)]
            record_screening(by, unit=unit, day=told["date"], people=seen, findings={})


def _divisions_report(world: _World, told: dict[str, Any], sweep: Sweep) -> None:
    told = {**told, "date": str(told["date"])}
    with clock.at(moment(told["date"], "16:00")):
        sweep()
    for unit, screener, local in zip(world.divisions, world.screeners, told["division_times"], strict=True):
        with clock.at(moment(told["date"], local)):
            sweep()
            with acting(screener) as by:
                zero = {"unit": unit.code, "day": told["date"], "nothing_to_report": True}
                receive_report(by, zero, channel="page")


def _send_up(world: _World, told: dict[str, Any], sweep: Sweep) -> None:
    """One entry for all hazards: the epidemic zero report and the flood line (日报平安)."""
    with clock.at(moment(told["date"], told["upward"])), acting(world.officer) as by:
        line = {"nothing_to_report": True}
        receive_bulletin(
            by, {"unit": world.school.code, "day": str(told["date"]), DAILY: line, FLOOD: line}, channel="page"
        )
    with clock.at(moment(told["date"], "17:01")):
        sweep()


def _findings(world: _World, scenario: Scenario) -> Iterator[Finding]:
    told, expect = scenario["report_day"], scenario["expect"]
    day = date.fromisoformat(str(told["date"]))
    dues = list(Due.objects.filter(kind=REPORT, day=day, recipient=world.school))
    late = [minutes_late(due.settled_at, due.due_at) for due in dues if due.settled_at and due.settled_at > due.due_at]
    on_time = sum(due.settled_at is not None and due.settled_at <= due.due_at for due in dues)
    people = Membership.objects.filter(on_roster(day), unit__path__startswith=world.school.path)
    yield Finding("people", expect["people"], people.values("person_id").distinct().count())
    yield Finding("on_time", expect["on_time"], on_time)
    yield Finding("late", expect["late"], len(late))
    yield Finding("late_minutes", expect["late_minutes"], sum(late))
    tasks = Alert.objects.filter(kind=TASK, at=moment(day, "08:00"))
    yield Finding("screening_tasks", len(scenario["divisions"]), tasks.values("unit").distinct().count())
    yield from _upward(world, day, told, len(scenario["divisions"]))


def _upward(world: _World, day: date, told: dict[str, Any], divisions: int) -> Iterator[Finding]:
    """The report that went up: when, with how many divisions in it, and as it was signed; one line a hazard."""
    lines = [report for form in (DAILY, FLOOD) if (report := current_report(world.school, form, day))]
    sent = lines[0]
    gathered = f"{sent.children['received']}/{sent.children['expected']}"
    yield Finding("upward", told["upward"], f"{sent.received_at.astimezone(world.school.zone):%H:%M}")
    yield Finding("upward_of_divisions", f"{divisions}/{divisions}", gathered)
    yield Finding("upward_signed_lines", [DAILY, FLOOD], [report.form for report in lines if is_intact(report)])

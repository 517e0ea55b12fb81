"""What has happened on the stage (演示日程): seven days before, and the day itself until the clock's time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from lianfang.capabilities.checkin.actions import record_contact
from lianfang.capabilities.daily_report.actions import send_back
from lianfang.capabilities.screening.actions import name_screener
from lianfang.demo.acts import (
    Act,
    answer_well,
    check_class,
    has_fever,
    perform,
    report_fever,
    report_zero,
    screen,
    send_bulletin,
    send_up,
)
from lianfang.demo.hands import share_out
from lianfang.demo.replay import Sweep
from lianfang.demo.script import moment
from lianfang.demo.stage_weeks import (
    academy_before_the_week,
    others_before_the_week,
    superiors_before_the_week,
)
from lianfang.demo.stage_world import Told, World, classes_of, person_of
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.days import Opened, open_days
from lianfang.kernel.reporting.forms import DAILY
from lianfang.kernel.reporting.reports import current_report
from lianfang.kernel.scope import EVERYTHING, within

_A_DAY = timedelta(days=1)
_PASSES = ("06:00", "08:00", "10:01", "16:00")  # days open, screening is handed out, class checks are due, reminders
_FIRST_ANSWER, _LAST_ANSWER = "07:00", "09:58"
_CASE, _LATE = "r", "l"
_CASE_TEMPERATURE = "37.9"


def play(world: World, sweep: Sweep) -> None:
    """Everything up to the clock's time on the stage, with the worker's passes in between."""
    today = date.fromisoformat(world.told["day"])
    days = [today - n * _A_DAY for n in range(world.told["history"], -1, -1)]
    weeks = [days[0] - n * _A_DAY for n in range(world.told["weeks_before"] * 7, 0, -1)]
    _open([*weeks, *days[:-1]])
    academy = chain(academy_before_the_week(world, weeks), _academy_before(world, days[:-1]))
    others = chain(others_before_the_week(world, weeks), _outside_before(world, days[:-1]))
    _together([academy, others])
    perform(chain(superiors_before_the_week(world, weeks), _superiors_before(world, days[:-1])))
    with clock.at(moment(days[-2], "20:00")):
        sweep()
    _name_screeners(world, today)
    acts = list(_academy_today(world, today)) + list(_outside_today(world, today))
    since = moment(today, "00:00")
    for local in (*_PASSES, world.told["now"]):
        until = moment(today, local)
        perform(act for act in acts if since <= act.at < until)
        with clock.at(until):
            sweep()
        since = until


def _open(days: list[date]) -> None:
    """Only what is owed arises: nobody is reminded of, or overdue with, what this play brings a moment later."""
    opened = Opened()
    for day in days:
        with clock.at(moment(day, "06:00")), within(EVERYTHING):
            open_days(opened)


def _name_screeners(world: World, today: date) -> None:
    with clock.at(moment(today, "05:30")), within(EVERYTHING):
        for one in world.told["academy"]["divisions"]:
            screener = Account.objects.get(pk=world.reporters[one["code"]].account_id or 0)
            name_screener(SYSTEM, unit=world.units[one["code"]], account=screener)


def _together(stories: list[Iterator[Act]]) -> None:
    """The academy's days and the others' do not touch each other, so two hands may play them."""
    acts = [list(story) for story in stories]
    share_out(lambda hand, hands: sum(perform(story) for story in acts[hand::hands]))


def _academy_before(world: World, days: list[date]) -> Iterator[Act]:
    told = world.told["academy"]
    school = world.units[told["code"]]
    for place, day in enumerate(days):
        for number, one in enumerate(told["divisions"]):
            yield from _division_before(world, one, day, one["strip"][place], number, last=days[-1])
        up = partial(send_bulletin, world.reporters[school.code], school, day)
        yield Act(moment(day, told["upward"]), up)


def _division_before(world: World, one: Told, day: date, mark: str, number: int, *, last: date) -> Iterator[Act]:
    unit, by = world.units[one["code"]], world.reporters[one["code"]]
    away = world.told["academy"]["away_before"]
    if one["code"] == away["division"] and (last - day).days < away["days"]:
        yield from _by_themselves(world, one, day, {away["person"]})
    else:
        ill = [has_fever(world.people[one["code"]][-1][1], _CASE_TEMPERATURE)] if mark == _CASE else []
        yield Act(moment(day, world.told["academy"]["class_check"]), partial(check_class, by, unit, day, ill))
    at = moment(day, "16:41") if mark == _LATE else moment(day, "15:00") + timedelta(minutes=7 * number)
    if mark == _CASE:
        yield Act(at, partial(report_fever, by, unit, day, one["n"]))
    else:
        yield Act(at, partial(report_zero, by, unit, day))


def _by_themselves(world: World, one: Told, day: date, silent: set[str]) -> Iterator[Act]:
    """Everybody of a division answers by phone in the morning, one after the other, but those who do not."""
    unit = world.units[one["code"]]
    people = [(name, number) for name, number in world.people[one["code"]] if name not in silent]
    first, last = moment(day, _FIRST_ANSWER), moment(day, _LAST_ANSWER)
    for place, (_, number) in enumerate(people):
        by = world.members.get(number) or world.reporters[one["code"]]
        at = first + (last - first) * place / len(people)
        yield Act(at, partial(answer_well, by, unit, number, day))


def _outside_before(world: World, days: list[date]) -> Iterator[Act]:
    for day in days:
        for number, one in enumerate(world.told["schools"]):
            yield from _classes(world, one, day)
            at = moment(day, "15:00") + timedelta(minutes=8 * number)
            yield Act(at, partial(report_zero, world.reporters[one["code"]], world.units[one["code"]], day))
        for one in world.told["counties"]:
            yield _sends_up(world, one["code"], moment(day, "16:50"), day)


def _classes(world: World, one: Told, day: date) -> Iterator[Act]:
    for code in classes_of(one):
        yield Act(moment(day, "08:20"), partial(check_class, world.reporters[code], world.units[code], day))


def _sends_up(world: World, code: str, at: datetime, day: date) -> Act:
    return Act(at, partial(send_up, world.reporters[code], world.units[code], day))


def _superiors_before(world: World, days: list[date]) -> Iterator[Act]:
    for day in days:
        for one in world.told["prefectures"]:
            yield _sends_up(world, one["code"], moment(day, "17:22"), day)
        yield _sends_up(world, "P", moment(day, "17:48"), day)


def _academy_today(world: World, today: date) -> Iterator[Act]:
    for one in world.told["academy"]["divisions"]:
        yield from _division_today(world, one, today)
    for call in world.told["academy"]["calls"]:
        yield Act(moment(today, call["at"]), partial(_call, world, call, today))


def _division_today(world: World, one: Told, today: date) -> Iterator[Act]:
    unit, by = world.units[one["code"]], world.reporters[one["code"]]
    ill = [person_of(world, one["code"], one["fever"])] if "fever" in one else []
    if "missing" in one:
        yield from _by_themselves(world, one, today, set(one["missing"]))
    else:
        at = moment(today, world.told["academy"]["class_check"])
        seen = [has_fever(number, _CASE_TEMPERATURE) for number in ill]
        yield Act(at, partial(check_class, by, unit, today, seen))
        yield Act(at + timedelta(minutes=25), partial(screen, by, unit, today))
    if "today" in one:
        send = partial(report_fever, by, unit, today, one["n"]) if ill else partial(report_zero, by, unit, today)
        yield Act(moment(today, one["today"]), send)
    if "back" in one:
        yield Act(moment(today, one["back"]), partial(_send_back, world, one, today))


def _send_back(world: World, one: Told, today: date) -> None:
    school = world.units[world.told["academy"]["code"]]
    by = world.reporters[school.code]
    with within(by.scope):
        report = current_report(world.units[one["code"]], DAILY, today)
        send_back(by, superior=school, report=report, reason=one["back_reason"])


def _call(world: World, call: dict[str, Any], today: date) -> None:
    by, unit = world.reporters[call["division"]], world.units[call["division"]]
    number: UUID = person_of(world, call["division"], call["person"])
    with within(by.scope):
        record_contact(
            by, unit=unit, person=Person.objects.get(pk=number), day=today, slot="am", outcome=call["outcome"],
            remark=call["remark"],
        )  # fmt: skip


def _outside_today(world: World, today: date) -> Iterator[Act]:
    for one in world.told["schools"]:
        yield from _classes(world, one, today)
        if "today" in one:
            by, unit = world.reporters[one["code"]], world.units[one["code"]]
            yield Act(moment(today, one["today"]), partial(report_zero, by, unit, today))

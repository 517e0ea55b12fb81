"""The exchange of the demonstration "day" (演示校核): the academy and the health office compare their lists of cases.

40 cases against 39, as scenario 004 tells it: 33 agree, 4 differ, 3 and 2 are on one list only. By the time of the
stage some differences have been dealt with, so that the workbench shows each of its states.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from lianfang.capabilities.units.actions import open_unit
from lianfang.capabilities.verification.actions import (
    Table,
    answer_difference,
    compare_lists,
    make_agreement,
    take_list,
)
from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import Agreement, Item
from lianfang.demo.cast import appoint
from lianfang.demo.script import moment
from lianfang.demo.stage_world import SINCE, World
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, as_csv, two_lists
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor, Post
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within

STORY: Final = {"agree": 33, "conflict": 4, "only_ours": 3, "only_theirs": 2}
HANDLE: Final = "demo-health"
_OFFICE: Final = {"code": "H1", "name": "云州市卫生健康局", "name_en": "Yunzhou Health Office", "kind": "sector"}
_ON_OUR_ROSTER: Final = ("D08", 4)  # a class, and the place of somebody in it whom the academy has not reported
_BEFORE: Final = timedelta(days=30)
_THEIRS_AT, _OURS_AT, _COMPARED_AT = "14:00", "15:30", "15:35"
_ANSWERS: Final = (
    # time, side, class and place of the difference in it, answer, note
    ("15:41", OURS, "conflict", 0, "use_theirs", ""),
    ("15:44", OURS, "only_theirs", 1, "missing_report", ""),
    ("15:46", OURS, "only_ours", 0, "too_new", ""),
    ("15:52", THEIRS, "conflict", 0, "use_theirs", ""),
    ("15:58", THEIRS, "conflict", 1, "send_back", "起始日与疾控流调不符，请核对后再答"),
    ("16:05", THEIRS, "only_ours", 1, "missing_report", ""),
    ("16:11", OURS, "conflict", 2, "later", "已请辅导员核实，晚点名后答复"),
)

Row = tuple[str, ...]


def exchange(world: World) -> None:
    """Both sides bring their lists in, they are compared, and each side answers some of the differences."""
    day = date.fromisoformat(world.told["day"])
    school = world.units[world.told["academy"]["code"]]
    with clock.at(moment(day, "09:00") - _BEFORE):
        health, liaison = _health_office(world)
        agreement = _agreed(world, school, health)
    actors = {OURS: world.reporters[school.code], THEIRS: liaison}
    lists = two_lists(day, STORY, seed="day")
    theirs = _with_somebody_of_ours(world, lists.ours, lists.theirs)
    _bring(actors[THEIRS], agreement, THEIRS, THEIRS_HEADS, theirs, day=day, at=_THEIRS_AT)
    _bring(actors[OURS], agreement, OURS, OURS_HEADS, lists.ours, day=day, at=_OURS_AT)
    with clock.at(moment(day, _COMPARED_AT)), within(actors[OURS].scope):
        compare_lists(actors[OURS], unit=school, agreement=agreement)
    for local, side, klass, place, verdict, note in _ANSWERS:
        with clock.at(moment(day, local)), within(actors[side].scope):
            item = Item.objects.filter(agreement=agreement, klass=klass).order_by("number")[place]
            answer_difference(actors[side], unit=agreement.unit_of(side), item=item, verdict=verdict, note=note)


def _health_office(world: World) -> tuple[Unit, Actor]:
    with within(EVERYTHING):
        office = open_unit(SYSTEM, parent=world.units["P"], opened_on=SINCE, **_OFFICE)
    account = appoint(HANDLE, "白晓岚", Role.LIAISON, office)
    return office, Actor(account.pk, account.name, (Post(Role.LIAISON, office),))


def _agreed(world: World, school: Unit, health: Unit) -> Agreement:
    by = world.reporters[school.code]
    with within(by.scope):
        agreement: Agreement = make_agreement(
            by, unit=school, theirs=health, counterpart=health.name, counterpart_en=health.name_en, fields=AGREED,
            purpose="病例双向校核", basis="传染病防治法", frequency="daily", delay_days=1,
        )  # fmt: skip
    return agreement


def _with_somebody_of_ours(world: World, ours: Sequence[Row], theirs: Sequence[Row]) -> list[Row]:
    """One of those whom only the health office has is on the academy's own roster: nobody reported it."""
    code, place = _ON_OUR_ROSTER
    name, number = world.people[code][place]
    with within(EVERYTHING):
        person = Person.objects.get(pk=number)
        known = (name, person.number.open(), person.phone.open())
    reported = {row[2] for row in ours}
    alone = next(n for n, row in enumerate(theirs) if row[2] not in reported)
    return [(*known, *row[3:]) if n == alone else row for n, row in enumerate(theirs)]


def _bring(
    by: Actor, agreement: Agreement, side: str, heads: Sequence[str], rows: Sequence[Row], *, day: date, at: str
) -> None:
    content = as_csv(heads, rows)
    table = Table(heads, enumerate(rows, 2), f"{day}.csv", hashlib.sha256(content).hexdigest(), {})
    with clock.at(moment(day, at)), within(by.scope):
        take_list(
            by, unit=agreement.unit_of(side), agreement=agreement, side=side, table=table, control_total=len(rows)
        )

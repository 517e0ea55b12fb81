"""The weeks before the week on the stage (此前数周): what a curve, a mean and an alarm are made of.

Everybody is checked and every unit reports, as on any day. Who is ill is drawn by the day and the unit, so that the
same stage shows the same curve each time; more are ill in one fortnight than in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from lianfang.demo.acts import Act, check_class, has_fever, report_ill, report_zero, send_bulletin, send_up
from lianfang.demo.script import moment
from lianfang.demo.stage_world import World, classes_of
from lianfang.kernel.accounts.actor import Actor

_TEMPERATURES = ("37.6", "37.9", "38.2", "38.6")
_QUIET, _BUSY = 0.10, 0.30
"""How likely somebody of a class is ill on a day, in the quiet and in the busy fortnight."""


def academy_before_the_week(world: World, days: list[date]) -> Iterator[Act]:
    """Class checks and reports of the academy for each of these days."""
    return (act for place, day in enumerate(days) for act in _academy(world, day, _chance(place, days)))


def others_before_the_week(world: World, days: list[date]) -> Iterator[Act]:
    """Class checks and reports of the schools, and what their counties sign."""
    return (act for place, day in enumerate(days) for act in _outside(world, day, _chance(place, days)))


def superiors_before_the_week(world: World, days: list[date]) -> Iterator[Act]:
    """What prefectures and province sign, once all below have."""
    return (act for day in days for act in _superiors(world, day))


def _chance(place: int, days: list[date]) -> float:
    return _BUSY if place >= len(days) // 2 else _QUIET


def _academy(world: World, day: date, chance: float) -> Iterator[Act]:
    told = world.told["academy"]
    for number, one in enumerate(told["divisions"]):
        code = one["code"]
        ill = _drawn(world, code, code, day, chance)
        yield Act(moment(day, told["class_check"]), _check(world, code, day, ill))
        yield Act(moment(day, "15:00") + timedelta(minutes=7 * number), _report(world, code, day, one["n"], len(ill)))
    yield Act(moment(day, told["upward"]), _signs(world, told["code"], day))


def _outside(world: World, day: date, chance: float) -> Iterator[Act]:
    for number, one in enumerate(world.told["schools"]):
        ill = 0
        for code in classes_of(one):
            found = _drawn(world, code, code, day, chance)
            ill += len(found)
            yield Act(moment(day, "08:20"), _check(world, code, day, found))
        people = sum(len(world.people.get(code, ())) for code in classes_of(one))
        yield Act(moment(day, "15:00") + timedelta(minutes=8 * number), _report(world, one["code"], day, people, ill))
    for one in world.told["counties"]:
        yield Act(moment(day, "16:50"), _signs(world, one["code"], day))


def _superiors(world: World, day: date) -> Iterator[Act]:
    for one in world.told["prefectures"]:
        yield Act(moment(day, "17:22"), _signs(world, one["code"], day))
    yield Act(moment(day, "17:48"), _signs(world, "P", day))


def _drawn(world: World, code: str, seed: str, day: date, chance: float) -> list[UUID]:
    """Who is ill in a class on a day: mostly nobody, rarely two."""
    draw = Random(f"{seed} {day}")  # noqa: S311  a story, no secret
    people = [number for _name, number in world.people.get(code, ())]
    many = (draw.random() < chance) + (draw.random() < chance / 4)
    return draw.sample(people, min(many, len(people)))


def _check(world: World, code: str, day: date, ill: list[UUID]) -> Any:
    draw = Random(f"{code} {day} t")  # noqa: S311
    seen = [has_fever(one, draw.choice(_TEMPERATURES)) for one in ill]
    return partial(check_class, world.reporters[code], world.units[code], day, seen)


def _report(world: World, code: str, day: date, people: int, ill: int) -> Any:
    by, unit = world.reporters[code], world.units[code]
    return partial(report_ill, by, unit, day, people, ill) if ill else partial(report_zero, by, unit, day)


def _signs(world: World, code: str, day: date) -> Any:
    by: Actor = world.reporters[code]
    signs = send_bulletin if code == world.told["academy"]["code"] else send_up
    return partial(signs, by, world.units[code], day)

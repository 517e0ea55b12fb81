"""The small world of data quality (数据质量的小世界): a county, four schools, four weeks of reports sent by them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.fold import fold_all
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

SIZE = 400
DAYS = [DAY - timedelta(days=back) for back in range(28, 0, -1)]
SILENT, LATE, ODD = (3, 17), (4, 5, 6), 20
"""Places in `DAYS`: when S2 sent nothing, when it was late, and when 90 of its pupils were absent."""
SAME = range(10, 20)
"""Places in `DAYS` of the ten reports of S3 that are alike."""
CORRECTED = 8
"""The place in `DAYS` of the report of S1 that was corrected from 320 tested to 400."""


@dataclass(slots=True)
class World:
    """The tree, and by the code of each school the duty officer who signs for it."""

    province: Unit
    county: Unit
    schools: list[Unit] = field(default_factory=list)
    signers: dict[str, Actor] = field(default_factory=dict)


def counts(absent: int, *, fever: int = 0, tested: int = SIZE) -> dict[str, int]:
    """The figures of a school."""
    return {
        "expected": SIZE, "present": SIZE - absent, "absent": absent, "fever": fever, "tested": tested, "confirmed": 0,
    }  # fmt: skip


def built(prefix: str = "") -> World:
    """Four weeks up to yesterday: S1 honest, S2 with gaps, S3 with ten equal reports, S4 zero reports throughout."""
    with clock.at(at(6, day=DAY - timedelta(days=200))):
        province = make.root(f"{prefix}P", "province")
        county = make.unit(province, f"{prefix}N1", "county", "示例县")
        world = World(province, county)
        world.schools = [make.unit(county, f"{prefix}S{n}", "school", f"示例学校{n}") for n in range(1, 5)]
        world.signers = {school.code: make.actor(school, "duty_officer") for school in world.schools}
    chance = random.Random(7)  # noqa: S311  the same each time
    for place, day in enumerate(DAYS):
        opened(day)
        _report(world, place, day, chance)
    with clock.at(at(9, day=DAYS[CORRECTED] + timedelta(days=1))):
        send(world, world.schools[0], DAYS[CORRECTED], counts=counts(8), reason="漏计一个年级")
    with within(EVERYTHING):
        fold_all(DAYS)
    return world


def opened(day: date) -> None:
    """The day opens as it does at six."""
    with clock.at(at(6, day=day)), within(EVERYTHING):
        open_day(day)
        open_tallies(day)


def _report(world: World, place: int, day: date, chance: random.Random) -> None:
    first, second, third, fourth = world.schools
    usual = [chance.randint(4, 15) for _ in range(3)]
    with clock.at(at(15, day=day)):
        tested = 320 if place == CORRECTED else SIZE
        send(world, first, day, counts=counts(8 if place == CORRECTED else usual[0], tested=tested))
        send(world, third, day, counts=counts(9, fever=2) if place in SAME else counts(usual[2]))
        send(world, fourth, day, nothing_to_report=True)
    if place not in SILENT:
        with clock.at(at(19 if place in LATE else 15, day=day)):
            send(world, second, day, counts=counts(90 if place == ODD else usual[1]))


def send(world: World, unit: Unit, day: date, **body: object) -> None:
    """A report, signed by the school's duty officer."""
    with make.acting(world.signers[unit.code]) as signer:
        receive_report(signer, {"unit": unit.code, "day": str(day), **body}, channel="json")

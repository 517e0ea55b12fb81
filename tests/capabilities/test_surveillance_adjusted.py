"""Settings adjusted for the number of units (按单位数校正的预警), on records: which alarms of a day still stand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianfang.capabilities.surveillance.actions import propose_setting, switch_off, switch_on
from lianfang.capabilities.surveillance.models import Alarm, DetectionRun, DetectionSetting
from lianfang.capabilities.surveillance.running import run_due
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.surveillance_world import World, built, lived

pytestmark = pytest.mark.django_db
ALPHA = 0.05
COUGH = ["cough"]
ILL = {"S1-K1": 4, "S1-K2": 2, "S1-K3": 1, "S1-K4": 2}
"""Today's ill of ten classes, of which K4 alone had somebody ill before: on one of the seven days."""


def ten_classes() -> World:
    world = built(schools=1, classes=10, pupils=5)
    for back in range(7, 0, -1):
        lived(world, DAY - timedelta(days=back), {"S1-K4": [COUGH]} if back == 3 else {})
    lived(world, DAY, {klass: [COUGH] * many for klass, many in ILL.items()})
    return world


def switched_on(world: World, *, adjusted: bool) -> DetectionSetting:
    who = world.officer()
    with make.acting(who):
        setting = propose_setting(
            who, unit=world.county, method="c1", syndrome="respiratory", level="class", cases=1,
            alpha_percent=Decimal(100 * ALPHA).quantize(Decimal("0.1")), adjusted=adjusted,
        )  # fmt: skip
    with within(EVERYTHING):
        on: DetectionSetting = switch_on(SYSTEM, setting=setting)
    return on


def alarms_of(world: World, *, adjusted: bool) -> tuple[dict[str, float], DetectionRun]:
    """The classes with an alarm on the day and its chance on a quiet day, and the run that found them."""
    with clock.at(at(18)):
        setting = switched_on(world, adjusted=adjusted)
        with within(EVERYTHING):
            run_due()
            alarms = Alarm.objects.filter(setting=setting, day=DAY)
            found = {one.unit.code: float(one.p) for one in alarms if one.p is not None}
            run = DetectionRun.objects.get(setting=setting, day=DAY, final=False)
            switch_off(SYSTEM, setting=setting, reason="compared")
    return found, run


def test_of_the_alarms_of_a_day_those_stand_that_the_definition_calls_among_all_units_looked_at() -> None:
    world = ten_classes()
    raw, every = alarms_of(world, adjusted=False)
    adjusted, run = alarms_of(world, adjusted=True)
    assert set(raw) == set(ILL), "each of the four is above its own bound"
    assert (every.series, run.series) == (10, 10)
    ordered = sorted(raw.values())
    last = max(p for rank, p in enumerate(ordered, start=1) if p <= rank / run.series * ALPHA)
    assert adjusted == {code: p for code, p in raw.items() if p <= last}
    assert set(adjusted) == {"S1-K1", "S1-K2"}
    assert (every.alarms, run.alarms) == (4, 2)


def test_the_same_counts_stand_or_fall_with_the_number_of_units_looked_at() -> None:
    world = ten_classes()
    raw, _run = alarms_of(world, adjusted=False)
    # Two of ten units may have a chance of 0.01; of four alone it would be 0.025, and K4 would stand as the third.
    assert 2 / 10 * ALPHA < raw["S1-K4"] < 3 / 4 * ALPHA
    assert "S1-K4" not in alarms_of(world, adjusted=True)[0]


def test_one_person_ill_in_classes_that_were_quiet_before_raises_nothing_when_adjusted() -> None:
    world = built(schools=1, classes=10, pupils=5)
    for back in range(7, 0, -1):
        lived(world, DAY - timedelta(days=back))
    lived(world, DAY, {"S1-K1": [COUGH], "S1-K2": [COUGH]})
    raw, _run = alarms_of(world, adjusted=False)
    assert set(raw) == {"S1-K1", "S1-K2"}
    assert alarms_of(world, adjusted=True)[0] == {}

"""38 classes of a month under control measures (38期4479人次), totals from records made by the product's actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lianfang.capabilities.training import actions as acts
from lianfang.capabilities.training.checklist import codes
from lianfang.capabilities.training.closing import phase_report
from lianfang.capabilities.training.models import ClassRun, TrainingPhase, WorkOrder
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.places.models import Place
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import SHANGHAI
from tests.training_world import Academy, at, entries, newcomers

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
FIRST, LAST = date(2020, 5, 11), date(2020, 6, 10)
BEFORE = datetime(2020, 5, 9, 9, tzinfo=SHANGHAI)
SIZES = [118] * 33 + [117] * 5
AT_ONCE = 4  # classes running side by side
ORDER = {"agent": "84", "mg_l": 500, "minutes": 30, "surfaces": True, "floors": True}


def test_R05_38_classes_4479_attendances_26874_readings_none_infected_none_isolated():
    with clock.at(BEFORE):
        academy = Academy()
        rooms = [academy.classroom(f"C{n}", 120) for n in range(AT_ONCE)]
        academy.zones(9)
    with within(EVERYTHING):
        with clock.at(BEFORE):
            phase = acts.begin_phase(SYSTEM, unit=academy.unit, first_day=FIRST, last_day=LAST)
            runs = [_planned(academy, n, size, rooms[n % AT_ONCE]) for n, size in enumerate(SIZES)]
        for run in runs:
            _held(run)
        _disinfected(academy, phase)
        report = phase_report(phase)
    assert {name: report[name] for name in ("classes", "closed", "attendances", "expected", "received")} == {
        "classes": 38, "closed": 38, "attendances": 4479, "expected": 26_874, "received": 26_874,
    }  # fmt: skip
    assert (report["infected"], report["isolated"], report["orders_signed"]) == (0, 0, 38)
    assert (report["zone_rounds"], report["zone_rounds_owed"]) == (558, 558)


def _planned(academy: Academy, n: int, size: int, room: Place) -> ClassRun:
    first = FIRST + timedelta(days=n // AT_ONCE * 3)
    days = {"first_day": first, "last_day": first + timedelta(days=2)}
    run = acts.schedule_class(SYSTEM, unit=academy.unit, code=f"K{n}", name=f"第{n + 1}期", **days)
    acts.enrol(SYSTEM, run=run, newcomers=newcomers(size, f"K{n}"))
    acts.plan_class(SYSTEM, run=run, rooms=[room])
    for code in codes():
        acts.answer_opening(SYSTEM, run=run, question=code, answer="yes")
    order = WorkOrder.objects.select_related("unit").get(run=run)
    acts.sign_order(SYSTEM, order=acts.finish_order(SYSTEM, order=order, **ORDER), evidence="seen")
    return run


def _held(run: ClassRun) -> None:
    with clock.at(at(8, day=run.first_day)):
        run = acts.open_class(SYSTEM, run=run)
    for n in range(3):
        day = run.first_day + timedelta(days=n)
        for slot, hour in (("am", 8), ("pm", 16)):
            with clock.at(at(hour, 30, day=day)):
                acts.record_door_round(SYSTEM, run=run, day=day, slot=slot, entries=entries(run, day, slot))
    with clock.at(at(19, day=run.last_day)):
        acts.close_class(SYSTEM, run=run)


def _disinfected(academy: Academy, phase: TrainingPhase) -> None:
    zones = list(Place.objects.filter(unit=academy.unit, kind="zone").select_related("unit"))
    for n in range(31):
        day = phase.first_day + timedelta(days=n)
        for slot, hour in (("am", 10), ("pm", 17)):
            with clock.at(at(hour, day=day)):
                for zone in zones:
                    given = {"agent": "84", "mg_l": 500, "minutes": 30}
                    acts.record_disinfection(SYSTEM, zone=zone, day=day, slot=slot, **given)

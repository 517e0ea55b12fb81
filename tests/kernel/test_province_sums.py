"""The chain at the shape of a province (逐级汇总): 21 prefectures, 183 counties, sums that are exact at each step."""

from __future__ import annotations

import pytest

from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.demo.population import UnitSeed, province
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import add_units
from lianfang.kernel.reporting import fold as folding
from lianfang.kernel.reporting.board import Board, Counts, board
from lianfang.kernel.reporting.fold import fold
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY, at, clock

pytestmark = pytest.mark.django_db
EVERY = 4  # of so many schools one has reported
NONE = {"isolated": 0, "tested": 0, "confirmed": 0}
COUNTED = ("expected", "received", "on_time", "missing")


def built() -> list[Unit]:
    """All units of the synthetic province of size S but its classes, in the order of the generator."""
    made: dict[str | None, Unit | None] = {None: None}
    units = [_unit(seed, made) for seed in province("S").units() if seed.kind != "class"]
    return add_units(units)


def _unit(seed: UnitSeed, made: dict[str | None, Unit | None]) -> Unit:
    unit = Unit(
        code=seed.code, name=seed.name_zh, name_en=seed.name_en, kind=seed.kind_in_tree, parent=made[seed.parent],
        sector_parent=made[seed.sector_parent], opened_on=seed.opened_on, reports=seed.reports,
    )  # fmt: skip
    made[seed.code] = unit
    return unit


def sent(units: list[Unit]) -> dict[str, int]:
    """Fever by unit: one school in four reports through the intake, the early ones on time."""
    gave = {}
    for number, unit in enumerate([unit for unit in units if unit.reports][::EVERY]):
        figures = {"expected": 100 + number, "present": 90 + number, "absent": 10, "fever": number % 5}
        raw = {"key": f"report-{unit.code}", "unit": unit.code, "day": str(DAY), "counts": NONE | figures}
        with clock.at(at(9 if number % 3 else 18)):
            receive_report(SYSTEM, raw, channel="json")
        gave[unit.code] = figures["fever"]
    return gave


def seen(unit: Unit) -> Board:
    return board(unit, form_on(DAILY, DAY), DAY)


def summed(below: list[Counts]) -> list[int]:
    return [sum(getattr(counts, name) for counts in below) for name in COUNTED]


def numbers(counts: Counts) -> list[int]:
    return [getattr(counts, name) for name in COUNTED]


def test_C04_acceptance_20_a_province_of_21_and_183_shows_the_exact_sums_of_its_reports_at_each_step(monkeypatch):
    monkeypatch.setattr(folding, "COUNTED_AT_OPENING", 0)  # so that what was added up is what is looked at
    with within(EVERYTHING):
        units = built()
        open_day(DAY)
        gave = sent(units)
    fold()
    owing = [unit for unit in units if unit.reports]
    with within(EVERYTHING), clock.at(at(19)):
        top = seen(units[0])
        offices = [child for child in top.children if child.kind == "prefecture"]
        steps = {unit.code: seen(unit) for unit in units if unit.kind in ("prefecture", "county")}
        sector = seen(next(unit for unit in units if unit.kind == "sector"))
    assert (len(offices), sum(unit.kind == "county" for unit in units)) == (21, 183)
    assert (top.counts.expected, top.counts.received) == (len(owing), len(gave))
    assert (top.totals["fever"].value, top.totals["fever"].reporting) == (sum(gave.values()), len(gave))
    assert summed([child.counts for child in offices]) == numbers(top.counts)
    for shown in steps.values():
        assert summed([child.counts for child in shown.children]) == numbers(shown.counts), shown.unit.code
        assert shown.totals["fever"].value == _fever_below(shown.unit, owing, gave), shown.unit.code
    for office in offices:
        assert numbers(office.counts) == numbers(steps[office.code].counts)
    universities = [unit for unit in owing if unit.sector_parent_id is not None]
    assert (sector.counts.expected, sector.counts.received) == (
        len(universities), sum(unit.code in gave for unit in universities),
    )  # fmt: skip


def _fever_below(unit: Unit, owing: list[Unit], gave: dict[str, int]) -> int | None:
    found = [gave[one.code] for one in owing if one.path.startswith(unit.path) and one.code in gave]
    return sum(found) if found else None

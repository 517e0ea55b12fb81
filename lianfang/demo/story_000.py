"""Scenario 000 (集中医学观察点): from the order to the last release, then classes under control measures.

Spec 5.1, rows I01 to I08, H02, H03, J01, M01, M02, M07, R05; acceptance numbers 2, 3, 4, 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from lianfang.demo import site_care, site_classes, site_end, site_guests, site_records, site_world
from lianfang.demo.acts import Act, perform
from lianfang.demo.hands import share_out
from lianfang.demo.replay import Sweep
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within

PARTIAL: Mapping[str, str] = {}
_SWEPT = ("12:30", "22:10")  # the worker's passes that a replay makes each day of the site


def play(scenario: Scenario, sweep: Sweep) -> Iterator[Finding]:
    """The whole story in the order of its moments, then what the records say."""
    with clock.at(moment("2020-01-30", "09:00")):
        house = site_world.found(scenario)
    batches, planned = site_guests.batches(house), site_classes.courses(house)
    forecast = site_records.Forecasts(house)
    acts = [
        *site_world.set_up(house), *site_world.cleaning(house), *site_care.supplies(house),
        *site_guests.arrivals(house, batches),
        *site_care.rounds(house, batches), *site_care.second_readings(house), *site_care.meals(house),
        *site_care.emergencies(house), *forecast.asked(), *site_guests.releases(house, batches),
        *site_end.command(house), *site_end.ending(house), *site_classes.preparing(house, planned),
        *_passes(scenario, sweep),
    ]  # fmt: skip
    perform(acts)
    side_by_side = site_classes.training(house, planned)
    share_out(lambda hand, hands: perform(act for part in side_by_side[hand::hands] for act in part))
    with clock.at(ends(scenario)), within(EVERYTHING):
        yield from site_records.findings(house, forecast)


def _passes(scenario: Scenario, sweep: Sweep) -> Iterator[Act]:
    told = scenario["site"]
    first, last = datetime.fromisoformat(told["t0"]).date(), date.fromisoformat(told["released"])
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for local in _SWEPT:
            at = moment(day, local)
            if at > moment(first, "14:00"):
                yield Act(at, sweep)


def ends(scenario: Scenario) -> datetime:
    """The evening of the last class."""
    return moment(scenario["training_phase"]["to"], "18:30")

"""Scenario 004 (全省教育系统一日), its report chain: every unit of size S by 16:30, then county, prefecture, province.

Spec 5.5, rows A05, C01, C03, C04, E01. Inspection and care wait for their capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from lianfang.demo import chain, one_prefecture, two_way, zero_semantics
from lianfang.demo.replay import Sweep
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.kernel import clock
from lianfang.kernel.scope import EVERYTHING, within

PARTIAL = {
    "inspection_answers": "O01 inspection checklist, O03 coverage of all targets",
    "open_findings_after_5_days": "O05 rectification",
    "advised_not_isolated": "J03 suspected persons and contacts",
}


def play(scenario: Scenario, sweep: Sweep) -> Iterator[Finding]:
    """The day in the province, in a prefecture of 412 units, in three schools that show what zero means, and between
    two sides that verify their lists."""
    day = date.fromisoformat(str(scenario["day"]))
    with clock.at(moment(day, "05:30")):
        province = chain.found(scenario)
        prefecture = one_prefecture.found(scenario)
        zeros = zero_semantics.found()
        two = two_way.found()
    with clock.at(moment(day, "06:00")):
        sweep()
    two_way.play(two, scenario, day)
    with clock.at(moment(day, "16:00")):
        sweep()
    zero_semantics.report(zeros, day)
    chain.units_report(province, day)
    one_prefecture.report(prefecture, scenario, day)
    with clock.at(moment(day, "16:31")):
        sweep()
    chain.counties_sign(province, day)
    with clock.at(moment(day, "17:01")):
        sweep()
        missing = one_prefecture.missing_now(prefecture, scenario, day)
    one_prefecture.resolve(prefecture, scenario, day)
    chain.late_units_and_superiors(province, day)
    with clock.at(moment(day, "18:01")):
        sweep()
    with within(EVERYTHING):
        yield from chain.findings(province, scenario, day)
        yield missing
        yield from one_prefecture.findings(prefecture, scenario, day)
        yield zero_semantics.finding(zeros, scenario, day)
        yield from two_way.findings(two, scenario)


def ends(scenario: Scenario) -> datetime:
    """When the province has signed."""
    return moment(scenario["day"], "18:02")

"""What a setting will cost (误报代价): false alarms a day over all units it looks at, known before it is switched on.

A fixed number of people is reckoned exactly, by the upper tail of a binomial; a chart by running it on quiet counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lianfang.domain.analysis.detect.expected import Group, expected_false_alarms, simulated_false_alarms
from lianfang.domain.surveillance.judging import Usual, chart
from lianfang.domain.surveillance.terms import AT_LEAST, Terms

RUNS: Final = 4000
DAYS: Final = 60
"""Quiet series that a chart is run on, and how many days of each are judged. Where no alarm is seen in all of them one
is taken: what was not seen is rare, not impossible."""


@dataclass(frozen=True, slots=True)
class Cost:
    """False alarms a day, by kind of unit in the order of their number, and how many units are looked at."""

    a_day: float
    series: int
    by_kind: tuple[tuple[str, float], ...]


def cost(crowds: Sequence[Group], *, terms: Terms, usual: Usual) -> Cost:
    """The false alarms a day that a setting will cause over these units; refused as the methods refuse its numbers."""
    each = _exact(crowds, terms) if terms.method == AT_LEAST else _simulated(crowds, terms, usual)
    total = sum(each)
    if terms.adjusted and total > terms.alpha:  # on a quiet day any alarm at all has the chance alpha
        each = [one * terms.alpha / total for one in each]
    return Cost(sum(each), int(sum(one.units for one in crowds)), _by_kind(crowds, each))


def _exact(crowds: Sequence[Group], terms: Terms) -> list[float]:
    return list(expected_false_alarms(crowds, minimum=terms.cases, days=terms.window_days).of_groups)


def _simulated(crowds: Sequence[Group], terms: Terms, usual: Usual) -> list[float]:
    """A chart by kind of unit, at the kind's mean count: hundreds of sizes differ less than the seeds do."""
    rates = {kind: _rate(crowds, kind, terms, usual) for kind in {one.kind for one in crowds}}
    return [one.units * rates[one.kind] for one in crowds]


def _rate(crowds: Sequence[Group], kind: str, terms: Terms, usual: Usual) -> float:
    alike = [one for one in crowds if one.kind == kind]
    mean = sum(one.units * one.size * one.rate for one in alike) / sum(one.units for one in alike)
    found = simulated_false_alarms(
        chart(terms, usual), mean=mean, skip=2 * usual.cusum_days, days=DAYS, runs=RUNS, seed=1
    )
    return max(found.rate, 1 / (RUNS * DAYS))


def _by_kind(crowds: Sequence[Group], each: Sequence[float]) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for crowd, number in zip(crowds, each, strict=True):
        found[crowd.kind] = found.get(crowd.kind, 0.0) + number
    return tuple(sorted(found.items(), key=lambda one: -one[1]))

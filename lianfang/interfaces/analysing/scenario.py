"""Scenarios as a command (传播推演): rates from a file's row or from the parameters, the course by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import scenario
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Band, Chart, Line

PARTS: Final = scenario.COMPARTMENTS
_LOW, _HIGH = 0.025, 0.975


class Seiqr(Params, frozen=True, kw_only=True):
    """Rates per day. `runs` above 0: stochastic runs with limits, reproducible by `seed`. The file's first row gives
    S, E, I, Q, R at the start, unless `y0` does.
    """

    beta: float
    sigma: float
    gamma: float
    iso: float = 0.0
    q: float = 0.0
    days: int = 200
    y0: Mapping[str, float] | None = None
    runs: int = 0
    seed: int = 1


def _run(table: Table, asked: Seiqr) -> Found:
    start = asked.y0 or {name: float(table.numbers(name)[0]) if table.has(name) else 0.0 for name in PARTS}
    rates = {"beta": asked.beta, "sigma": asked.sigma, "gamma": asked.gamma, "iso": asked.iso, "q": asked.q}
    found = scenario.seiqr(**rates, y0=start, days=asked.days)
    rows = [dict(zip(("time", *PARTS), values, strict=True)) for values in zip(*_columns(found), strict=True)]
    facts = {
        "peak_day": float(found.peak_day), "peak_I": float(found.peak_infectious), "attack": float(found.attack),
        "R0": asked.beta / (asked.gamma + asked.iso) if asked.gamma + asked.iso else None,
    }  # fmt: skip
    lines = (Line(_("Infectious"), listed(found.i)),)
    title, unit = _("Infectious persons"), _("persons")
    if not asked.runs:
        return Found(rows, facts, _notes(), Chart(title, _days(found), lines=lines, unit=unit))
    chance = scenario.stochastic(**rates, y0=start, days=asked.days, runs=asked.runs, seed=asked.seed)
    low, high = np.quantile(chance.i, (_LOW, _HIGH), axis=0)
    for row, *limits in zip(rows, listed(chance.i.mean(axis=0)), listed(low), listed(high), strict=True):
        row |= dict(zip(("I_mean", "I_q025", "I_q975"), limits, strict=True))
    facts |= {
        "attack_mean": float(chance.attack.mean()), "attack_q025": float(np.quantile(chance.attack, _LOW)),
        "attack_q975": float(np.quantile(chance.attack, _HIGH)), "seed": asked.seed,
    }  # fmt: skip
    bands = (Band(_("95 of 100 runs"), listed(low), listed(high)),)
    return Found(rows, facts, _notes(), Chart(title, _days(found), bands=bands, lines=lines, unit=unit))


def _columns(found: scenario.Course) -> list[Any]:
    return [listed(one) for one in (found.time, found.s, found.e, found.i, found.q, found.r)]


def _days(found: scenario.Course) -> list[int]:
    return [int(day) for day in found.time]


def _notes() -> list[str]:
    return [_("Everybody meets everybody alike; classes and dormitories are on the page “What if”.")]


METHODS: Final = (
    Method(
        "scenario.seiqr", _("Susceptible, exposed, infectious, isolated, recovered: the course by day, also by chance"),
        "S, E, I, Q, R (first row)", _run, Seiqr, {},
        "lianfang analyse scenario.seiqr start.csv --params '{\"beta\": 0.5, \"sigma\": 0.33, \"gamma\": 0.2}'",
    ),
)  # fmt: skip

"""Fitting delays as a command (延迟分布拟合): windows of exposure and onset, or whole days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import delay
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Bars, Chart, Line

WINDOWS: Final = ("EL", "ER", "SL", "SR")
DAYS: Final = ("x", "days", "delay")
MANY: Final = ("count", "cases", "n")
UNTIL: Final = ("until", "T")
SPELLINGS: Final[Mapping[str, str]] = {"r": "growth", "T": "until"}
SHORT: Final[Mapping[str, str]] = {"lognormal": "lnorm"}
UNSETTLED: Final = "delay.not_identified"
WHOLE_DAYS: Final = 60  # bars of the picture at most


class Fitting(Params, frozen=True, kw_only=True):
    """`dist` gamma, lognormal (lnorm, L), weibull or all. `until` and `growth` for a running outbreak.

    `censoring` of whole days: interval, exact or double. `ptiles`: which parts of the delays to give.
    """

    dist: str = "all"
    censoring: str = "interval"
    alpha: float = 0.05
    limits: str | None = None
    ptiles: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    until: float | None = None
    growth: float = 0.0


def _run(table: Table, asked: Fitting) -> Found:
    fits, failed = _fits(table, asked)
    first = delay.best(fits)
    rows = list(_compared(fits)) if asked.dist == "all" else list(_parameters(first, asked.ptiles))
    facts = {
        "dist": first.dist, "logLik": first.log_likelihood, "AIC": first.aic, "n": first.persons,
        "mean": first.mean.value, "sd": first.sd.value,
    }  # fmt: skip
    return Found(rows, facts, list(_notes(asked, failed)), _chart(table, first))


def _fits(table: Table, asked: Fitting) -> tuple[list[delay.Fit], list[str]]:
    """The fits asked for, and the names of shapes that these rows do not settle; at least one must be settled."""
    if asked.dist != "all":
        return [_fit(table, asked, asked.dist)], []
    fits: list[delay.Fit] = []
    failed: list[str] = []
    for name in delay.SHAPES:
        try:
            fits.append(_fit(table, asked, name))
        except Refused as refused:
            if refused.problems[0].code != UNSETTLED or (len(failed) == len(delay.SHAPES) - 1):
                raise
            failed.append(name)
    return fits, failed


def _fit(table: Table, asked: Fitting, dist: str) -> delay.Fit:
    until = table.numbers(*UNTIL) if table.has(*UNTIL) else asked.until
    settings: dict[str, Any] = {
        "dist": dist, "until": until, "growth": asked.growth, "alpha": asked.alpha, "limits": asked.limits,
        "counts": table.numbers(*MANY) if table.has(*MANY) else None,
    }  # fmt: skip
    if table.has(WINDOWS[0]):
        kind = table.numbers("type") if table.has("type") else None
        return delay.fit(*(table.numbers(name) for name in WINDOWS), kind=kind, **settings)
    return delay.fit_days(table.numbers(*DAYS), censoring=asked.censoring, **settings)


def _parameters(fit: delay.Fit, parts: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    named = {name: fit.parameter(name) for name in fit.shape.names}
    named |= {f"p{part * 100:g}": fit.quantile(part) for part in parts}
    for name, one in named.items():
        yield {"par": name, "est": one.value, "CIlow": one.lo, "CIhigh": one.hi, "StdErr": one.error}


def _compared(fits: list[delay.Fit]) -> Iterator[dict[str, Any]]:
    """One row a shape, with the columns of fitdistrplus (gamma by its rate)."""
    for fit in fits:
        second = "rate" if fit.dist == "gamma" else fit.shape.names[1]
        row: dict[str, Any] = {"dist": SHORT.get(fit.dist, fit.dist)}
        for place, name in enumerate((fit.shape.names[0], second), start=1):
            one = fit.parameter(name)
            row |= {f"par{place}": name, f"est{place}": one.value, f"se{place}": one.error}
        parts = {"q025": 0.025, "q50": 0.5, "q95": 0.95, "q975": 0.975, "q99": 0.99}
        yield (
            row
            | {"logLik": fit.log_likelihood, "AIC": fit.aic}
            | {name: fit.quantile(part).value for name, part in parts.items()}
        )


def _notes(asked: Fitting, failed: list[str]) -> Iterator[str]:
    if failed:
        yield _("These rows do not settle the parameters of: %(names)s.") % {"names": ", ".join(failed)}
    if asked.until is None:
        yield _("Not corrected for persons who will still fall ill: give `until` for a running outbreak.")


def _chart(table: Table, fit: delay.Fit) -> Chart:
    longest = int(min(np.ceil(fit.quantile(0.995).value), WHOLE_DAYS))
    ends = np.arange(longest + 1)
    borders = fit.cdf(np.arange(longest + 2, dtype=np.float64) - 0.5)
    expected = fit.persons * np.diff(borders)
    bars: tuple[Bars, ...] = ()
    if not table.has(WINDOWS[0]):
        many = table.numbers(*MANY) if table.has(*MANY) else None
        seen = np.bincount(np.rint(table.numbers(*DAYS)).astype(int), weights=many, minlength=longest + 1)
        bars = (Bars(_("Seen"), listed(seen[: longest + 1].astype(float))),)
    return Chart(
        title=_("Delay in days"), at=ends.tolist(), bars=bars,
        lines=(Line(_("Fitted: %(dist)s") % {"dist": fit.dist}, listed(expected)),), unit=_("persons"),
    )  # fmt: skip


METHODS: Final = (
    Method(
        "delay.fit", _("Incubation period, serial interval or reporting delay: gamma, log-normal, Weibull, with AIC"),
        "EL, ER, SL, SR, type | x (days), count", _run, Fitting, SPELLINGS,
        'lianfang analyse delay.fit incubation.csv --params \'{"dist": "lognormal"}\'',
    ),
)  # fmt: skip

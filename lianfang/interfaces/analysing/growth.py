"""Growth rates as commands (增长率): doubling time, turning point, what R a rate means, and where it would lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import growth
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.incidence import READS, SPELLINGS, Incidence, Interval, incidence
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Band, Bars, Chart, Line

MOST_RATE: Final = 10
"""A rate a day; e to this power is beyond anything that spreads."""


class Spanned(Params, frozen=True, kw_only=True):
    """`since` (from) and `until` (to) are days of the file; days before the first and after the last case are left out
    unless `outer_zeros`.
    """

    since: str | None = None
    until: str | None = None
    outer_zeros: bool = False

    def cases(self, table: Table) -> Incidence:
        """The series to work on."""
        return incidence(table).between(self.since, self.until, outer_zeros=self.outer_zeros)


class Fitting(Spanned, frozen=True, kw_only=True):
    """`level` of the limits; `mean_si` and `std_si` to say what R the rate means.

    `doubling_or_halving` is read and not used: the sign of the rate decides.
    """

    level: float = growth.LEVEL
    mean_si: float | None = None
    std_si: float | None = None
    doubling_or_halving: str | None = None


class Splitting(Spanned, frozen=True, kw_only=True):
    """`window`: days around the peak in which the turning point is looked for."""

    window: float | None = None


class Going(Spanned, frozen=True, kw_only=True):
    """`ahead`: days to look ahead; `level` of the limits."""

    ahead: int = 7
    level: float = growth.LEVEL


def _fit(table: Table, asked: Fitting) -> Found:
    known = asked.cases(table)
    fits = {model: growth.fit(known.cases, model=model, level=asked.level) for model in growth.MODELS}
    rows = [
        ({"series": name} if name else {}) | {"quantity": quantity, "value": value}
        for place, name in enumerate(known.names)
        for quantity, value in _quantities(fits, place, asked)
    ]
    notes = [_("Days before the first case and after the last are left out; outer_zeros keeps them.")]
    notes += [_("A time limit below zero means that the rate may be zero: the time has no upper limit.")]
    if np.isnan(fits["loglinear"].r).any():
        notes += [_("A series with cases on fewer than two days has no growth rate.")]
    facts = {"doubling_or_halving": _going(fits["loglinear"]), "days": int(known.cases.shape[1])}
    return Found(rows, facts, notes, _chart(known, fits["loglinear"]))


def _going(line: growth.Growth) -> str:
    """Where the first series goes; the time is infinite where its rate is 0."""
    if np.isnan(line.r[0]):
        return "unknown"
    if np.isinf(line.time[0]):
        return "unchanged"
    return "halving" if line.halving[0] else "doubling"


def _quantities(fits: dict[Any, growth.Growth], place: int, asked: Fitting) -> Iterator[tuple[str, Any]]:
    """Named as in the references: the log-linear rate first, then the regressions that keep the days of zero."""
    line, poisson, quasi, negbin = (fits[model] for model in growth.MODELS)
    named = {
        "r_loglinear": line.r, "r_lo95": line.r_low, "r_hi95": line.r_high,
        "doubling_or_halving_days": line.time, "dh_lo95": line.time_low, "dh_hi95": line.time_high,
        "r_poisson_glm": poisson.r, "r_poisson_se": poisson.se,
        "r_quasipoisson_se": quasi.se, "quasipoisson_dispersion": quasi.spread,
        "r_negbin_glm": negbin.r, "r_negbin_se": negbin.se, "negbin_theta": negbin.spread,
    }  # fmt: skip
    if asked.mean_si is not None or asked.std_si is not None:
        implied = growth.r_to_R(line.r, mean_si=asked.mean_si, std_si=asked.std_si)
        named[f"R_from_r_gammaSI_{asked.mean_si:g}_{asked.std_si:g}"] = implied
    yield from ((name, listed(values[place])) for name, values in named.items())


def _chart(known: Incidence, line: growth.Growth) -> Chart:
    fitted = np.exp(line.intercept[0] + line.r[0] * np.arange(known.cases.shape[1]))
    return Chart(
        title=_("Cases by day and the fitted growth"), at=known.at,
        bars=(Bars(_("Cases"), listed(known.cases[0])),), lines=(Line(_("Growth"), listed(fitted)),), unit=_("cases"),
    )  # fmt: skip


def _split(table: Table, asked: Splitting) -> Found:
    known = asked.cases(table)
    found = growth.split(known.cases, window=asked.window)
    rows = [
        ({"series": name} if name else {})
        | {"split": str(known.at[place]) if place >= 0 else None}
        | {key: listed(getattr(found, key)[number]) for key in ("r_before", "r_after", "r2_best")}
        for number, (name, place) in enumerate(zip(known.names, found.place, strict=True))
    ]
    bars = Bars(_("Cases"), listed(known.cases[0]), flagged=[n == found.place[0] for n in range(len(known.at))])
    notes = [_("%(name)s: %(why)s") % {"name": name, "why": why} if name else why
             for name, why in zip(known.names, _unknown_turns(found), strict=True) if why]  # fmt: skip
    chart = Chart(_("Cases by day and the turning point"), known.at, bars=(bars,), unit=_("cases"))
    return Found(rows, notes=notes, chart=chart)


def _unknown_turns(found: growth.Split) -> Iterator[str]:
    """Why a series has no turning point, or no rate on one side of it; nothing where it has both."""
    for place, before, after in zip(found.place, found.r_before, found.r_after, strict=True):
        if place < 0:
            yield _("There are too few days with cases for a turning point.")
        elif np.isnan(after):
            yield _("The cases have not turned down: after this day there are too few days with cases for a rate.")
        elif np.isnan(before):
            yield _("Before this day there are too few days with cases for a rate: the cases only go down.")
        else:
            yield ""


def _forecast(table: Table, asked: Going) -> Found:
    known = asked.cases(table)
    found = growth.forecast(known.cases, ahead=asked.ahead, level=asked.level)
    rows = [
        ({"series": name} if name else {})
        | {"ahead": day + 1}
        | {key: listed(getattr(found, key)[number, day]) for key in ("mean", "low", "high")}
        for number, name in enumerate(known.names)
        for day in range(asked.ahead)
    ]
    mean, low, high = (listed(one[0]) for one in (found.mean, found.low, found.high))
    chart = Chart(
        title=_("Cases if the growth goes on"), at=list(range(1, asked.ahead + 1)),
        bands=(Band(_("Interval of one day"), low, high),), lines=(Line(_("Expected"), mean),), unit=_("cases"),
    )  # fmt: skip
    notes = [_("This is what follows if nothing changes, not what will happen.")]
    if np.isnan(found.mean).any():
        notes += [_("A series with cases on fewer than two days has no growth rate, and so no forecast.")]
    return Found(rows, notes=notes, chart=chart)


def _implied(table: Table, asked: Interval) -> Found:
    rates = table.numbers("r", "rate")
    if not (np.abs(rates) <= MOST_RATE).all():
        raise Refused("number.out_of_range", "r", low=-MOST_RATE, high=MOST_RATE)
    found = growth.r_to_R(rates, mean_si=asked.mean_si, std_si=asked.std_si, si=asked.si)
    return Found([{"r": rate, "R": value} for rate, value in zip(listed(rates), listed(found), strict=True)])


METHODS: Final = (
    Method(
        "growth.fit", _("Growth rate and doubling time, by four models"),
        READS, _fit, Fitting, SPELLINGS,
        'lianfang analyse growth.fit cases.csv --params \'{"from": "2026-03-01", "to": "2026-03-14"}\'',
    ),
    Method(
        "growth.split", _("The day on which growth turned into decline"),
        READS, _split, Splitting, SPELLINGS, "lianfang analyse growth.split cases.csv",
    ),
    Method(
        "growth.forecast", _("Cases of the next days if the growth goes on"),
        READS, _forecast, Going, SPELLINGS, "lianfang analyse growth.forecast cases.csv --params '{\"ahead\": 7}'",
    ),
    Method(
        "growth.r_to_R", _("The reproduction number that a growth rate means"),
        "r", _implied, Interval, SPELLINGS,
        "lianfang analyse growth.r_to_R rates.csv --params '{\"mean_si\": 2.6, \"std_si\": 1.5}'",
    ),
)  # fmt: skip

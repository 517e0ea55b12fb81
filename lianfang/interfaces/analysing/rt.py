"""Reproduction numbers as commands (再生数): by windows of days, with the days on which they can be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import rt
from lianfang.domain.analysis.discrete import LONGEST
from lianfang.domain.analysis.series import Flags, Floats, rows
from lianfang.domain.analysis.windows import Asked
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.incidence import READS, SPELLINGS, Incidence, Interval, incidence, rows_of
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Band, Chart, Line

EXAMPLE: Final = 'lianfang analyse %s cases.csv --params \'{"mean_si": 2.6, "std_si": 1.5}\''


class Windowed(Interval, frozen=True, kw_only=True):
    """`window` is the length in days of windows that slide from day 2 on; or give `t_start` and `t_end`."""

    window: int = 7
    t_start: tuple[int, ...] | None = None
    t_end: tuple[int, ...] | None = None

    @property
    def windows(self) -> Asked:
        """The windows as the methods take them. Refused `required` when only one end is given."""
        if self.t_start is None and self.t_end is None:
            return self.window
        if self.t_start is None or self.t_end is None:
            raise Refused("required", "t_start" if self.t_start is None else "t_end")
        return self.t_start, self.t_end


class Estimating(Windowed, frozen=True, kw_only=True):
    """`mean_prior`, `std_prior`: R before any case. `unfinished_days`: newest days whose cases still come in."""

    mean_prior: float = rt.PRIOR[0]
    std_prior: float = rt.PRIOR[1]
    unfinished_days: int = 0


class Mixing(Estimating, frozen=True, kw_only=True):
    """Bounds and deviations of mean and deviation of the serial interval, or `si_samples`, rows of probabilities.

    `n1`, `n2` and `seed` of EpiEstim are read and not used: nothing is drawn here.
    """

    std_mean_si: float | None = None
    min_mean_si: float | None = None
    max_mean_si: float | None = None
    std_std_si: float | None = None
    min_std_si: float | None = None
    max_std_si: float | None = None
    si_samples: tuple[tuple[float, ...], ...] | None = None
    n1: int | None = None
    n2: int | None = None
    seed: int | None = None

    @property
    def middle(self) -> rt.ShiftedGamma:
        """The interval of mean `mean_si` and deviation `std_si`."""
        return rt.ShiftedGamma(self.mean_si or 0.0, self.std_si or 0.0)

    @property
    def used(self) -> Any:
        """What the method takes. Refused `required` for what is missing."""
        if self.si_samples is not None:
            return self.si_samples
        named = {one.name: getattr(self, one.name) for one in fields(rt.UncertainGamma)}
        missing = next((name for name, value in named.items() if value is None), None)
        if missing is not None:
            raise Refused("required", missing)
        return rt.UncertainGamma(**named)


class Tracing(Windowed, frozen=True, kw_only=True):
    """`n_sim` trees give the limits. `truncation` corrects the newest days for infections not yet counted."""

    n_sim: int = 100
    seed: int = 1
    truncation: bool = False
    seen_enough: float = rt.SEEN_ENOUGH


class Discrete(Params, frozen=True, kw_only=True):
    """`mean_si`, `std_si` in days, unless the file has columns mu and sigma."""

    mean_si: float | None = None
    std_si: float | None = None


def _cori(table: Table, asked: Estimating) -> Found:
    known = incidence(table)
    settings = _settings(known, asked)
    found = rt.cori(known.cases, asked.used, **settings)
    sure = rt.reliable(known.cases, asked.used, **settings, unfinished_days=asked.unfinished_days)
    return _estimated(known, found, sure)


def _mixture(table: Table, asked: Mixing) -> Found:
    known = incidence(table)
    settings = _settings(known, asked)
    found = rt.cori_mixture(known.cases, asked.used, **settings)
    likely = np.mean(possible, axis=0) if (possible := asked.si_samples) is not None else asked.middle
    sure = rt.reliable(known.cases, likely, **settings, unfinished_days=asked.unfinished_days)
    return _estimated(known, found, sure)


def _settings(known: Incidence, asked: Estimating) -> dict[str, Any]:
    return {
        "windows": asked.windows, "imported": known.imported, "prior": (asked.mean_prior, asked.std_prior),
    }  # fmt: skip


def _estimated(known: Incidence, found: rt.Reproduction, sure: rt.Reliable) -> Found:
    shared = {"t_start": found.t_start, "t_end": found.t_end} | _dated(known, found.t_end)
    own = {**found.columns, "reliable": sure.flags.astype(int), "why": _why(sure.reasons)}
    notes = [
        _("A window is early when it ends on or before the mean serial interval, few when it has under %(n)s cases.")
        % {"n": rt.fewest_cases()},
        _("Newest days are too low until their cases are reported: nowcast first, then R by onset."),
    ]
    return Found(list(rows_of(known, shared, own)), {}, notes, _chart(known, found, sure.flags))


def _why(reasons: Mapping[str, Flags]) -> list[list[str]]:
    """The reasons of each window, series in rows, as words joined by a space."""
    found = np.stack(list(reasons.values()))
    many, length = found.shape[1:]
    return [[" ".join(n for n, held in zip(reasons, found[:, s, w], strict=True) if held) for w in range(length)]
            for s in range(many)]  # fmt: skip


def _dated(known: Incidence, days: Any) -> dict[str, Any]:
    """The date a window ends on, where the file has dates."""
    if isinstance(known.at, range):
        return {}
    return {"date": [str(known.at[day - 1]) for day in days]}


def _wallinga(table: Table, asked: Tracing) -> Found:
    known = incidence(table)
    found = rt.wallinga_teunis(
        known.cases, asked.used, windows=asked.windows,
        n_sim=asked.n_sim, seed=asked.seed, truncation=asked.truncation, seen_enough=asked.seen_enough,
    )  # fmt: skip
    shared = {"t_start": found.t_start, "t_end": found.t_end} | _dated(known, found.t_end)
    own = {**found.columns, "seen": found.seen, "reliable": found.reliable.astype(int)}
    notes = [_("Newest windows are too low: part of the infections by their cases is not yet counted (seen).")]
    return Found(list(rows_of(known, shared, own)), {}, notes, _chart(known, found, found.reliable))


def _chart(known: Incidence, found: rt.Reproduction | rt.CaseReproduction, sure: Flags) -> Chart:
    """R of the first series at the end of each window, grey where it cannot be relied on yet."""
    at = [known.at[day - 1] for day in found.t_end]
    middle = found.q50 if isinstance(found, rt.Reproduction) else found.mean
    line, low, high = (rows(one)[0] for one in (middle, found.q025, found.q975))
    sure = np.atleast_2d(sure)[0]
    bands = [Band(_("Interval (95 %)"), _where(low, sure), _where(high, sure), tone="main")]
    lines = [Line(_("Reproduction number"), _where(line, sure), tone="main")]
    if not sure.all():
        bands.insert(0, Band(_("interval, not yet reliable"), _where(low, ~sure), _where(high, ~sure), tone="grey"))
        lines.insert(0, Line(_("not yet reliable"), listed(line), tone="grey", dashed=True))
    name = known.names[0]
    title = _("Reproduction number by end of window") + (f": {name}" if name else "")
    return Chart(title, at, bands=bands if np.isfinite(low).any() else (), lines=lines, unit="R", level=1)


def _where(values: Floats, kept: Flags) -> Any:
    return listed(np.where(kept, values, np.nan))


def _infectivity(table: Table, asked: Interval) -> Found:
    known = incidence(table)
    found = rt.infectivity(known.cases, asked.used)
    days = np.arange(1, found.shape[1] + 1)
    chart = Chart(_("Infectiousness by day"), known.at, lines=(Line(_("Infectiousness"), listed(found[0])),))
    return Found(list(rows_of(known, {"t": days} | _dated(known, days), {"lambda": found})), chart=chart)


def _discretise(table: Table, asked: Discrete) -> Found:
    days = _whole_days(table.numbers("k"))
    return Found(list(_probabilities(days, _pairs(table, asked, len(days)))))


def _pairs(table: Table, asked: Discrete, many: int) -> Sequence[tuple[float, float]]:
    if table.has("mu", "mean_si"):
        pairs = table.numbers("mu", "mean_si"), table.numbers("sigma", "std_si")
        return list(zip(*(one.tolist() for one in pairs), strict=True))
    if asked.mean_si is None or asked.std_si is None:
        raise Refused("required", "mean_si" if asked.mean_si is None else "std_si")
    return [(asked.mean_si, asked.std_si)] * many


def _probabilities(days: Sequence[int], pairs: Sequence[tuple[float, float]]) -> Iterator[dict[str, Any]]:
    known = {pair: rt.discretise_si(*pair, longest=max(days)) for pair in dict.fromkeys(pairs)}
    for day, pair in zip(days, pairs, strict=True):
        yield {"mu": pair[0], "sigma": pair[1], "k": day, "w": float(known[pair][day])}


def _whole_days(given: Floats) -> list[int]:
    if not np.all((given >= 0) & (given <= LONGEST)):
        raise Refused("number.out_of_range", "k", low=0, high=LONGEST)
    if (broken := np.flatnonzero(given != np.floor(given))).size:
        first = int(broken[0])
        raise Refused("series.fraction", "k", position=first + 1, series=1, value=float(given[first]))
    return [int(day) for day in given]


METHODS: Final = (
    Method(
        "rt.cori", _("Reproduction number by windows of days, with its interval (Cori 2013)"),
        READS, _cori, Estimating, SPELLINGS, EXAMPLE % "rt.cori",
    ),
    Method(
        "rt.cori_mixture", _("The same when mean and deviation of the serial interval are uncertain"),
        READS, _mixture, Mixing, SPELLINGS, "lianfang analyse rt.cori_mixture cases.csv --params @interval.json",
    ),
    Method(
        "rt.wallinga_teunis", _("Reproduction number of the cases of each window (Wallinga and Teunis 2004)"),
        READS, _wallinga, Tracing, SPELLINGS, EXAMPLE % "rt.wallinga_teunis",
    ),
    Method(
        "rt.infectivity", _("Overall infectiousness by day: earlier cases weighted by the serial interval"),
        READS, _infectivity, Interval, SPELLINGS, EXAMPLE % "rt.infectivity",
    ),
    Method(
        "rt.discretise_si", _("Serial interval by whole days from mean and standard deviation"),
        "k; mu, sigma", _discretise, Discrete, SPELLINGS, EXAMPLE % "rt.discretise_si",
    ),
)  # fmt: skip

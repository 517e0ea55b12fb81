"""Nowcasting as a command (实时预测): a line list with days of onset and report, or a reporting triangle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import nowcast
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import EMPTY, Table
from lianfang.interfaces.charts import Band, Bars, Chart, Line

ONSET: Final = ("onset", "onset_date", "dHosp", "onset_day")
REPORT: Final = ("report", "report_date", "dReport", "report_day")
DAY: Final = ("date", "day", "onset", "日期")
SPELLINGS: Final[Mapping[str, str]] = {
    "now": "as_of", "asOf": "as_of", "D": "max_delay", "maxDelay": "max_delay", "m": "window", "from": "first",
    "N.tInf.max": "most", "N.tInf.prior": "prior", "gd.prior.kappa": "kappa", "nSamples": "draws",
    "reliableShare": "reliable_share",
}  # fmt: skip
_Names = tuple[str, str]


class Ladder(Params, frozen=True, kw_only=True):
    """`as_of`: the day of the list (else the last report). `max_delay` in days. `first`: first day of onset used."""

    as_of: date | None = None
    max_delay: int = 15
    first: date | None = None
    over: str = "drop"
    alpha: float = 0.05
    window: int | None = None
    prior: tuple[float, float] | str | None = None
    reliable_share: float = 0.9


class Lawless(Ladder, frozen=True, kw_only=True):
    """As Ladder; `limits` cut (as R's surveillance) or plain."""

    limits: str = "cut"


class Bayes(Ladder, frozen=True, kw_only=True):
    """As Ladder; `kappa` of the delays, `prior` [mean, variance] and `most` of events a day, `dispersion`, `seed`."""

    kappa: float = 0.1
    most: float | None = None
    dispersion: float | str | None = None
    draws: int = 2000
    seed: int = 123


@dataclass(frozen=True, slots=True)
class _Named:
    """A series of the file with its triangle."""

    name: str
    triangle: nowcast.Triangle
    later: int = 0
    """Rows with a day after the day of the list, which it cannot know."""


def _run(table: Table, asked: Ladder, cast: Callable[[nowcast.Triangle], nowcast.Nowcast], names: _Names) -> Found:
    found = [(one, cast(one.triangle)) for one in _triangles(table, asked)]
    rows = [row for one, result in found for row in _rows(one, result, asked, names)]
    facts = {f"cdf {one.name}".strip(): listed(result.cdf) for one, result in found}
    notes = [note for one, _result in found for note in _notes(one)]
    return Found(rows, facts, notes, _chart(*found[0], asked))


def _triangles(table: Table, asked: Ladder) -> Iterator[_Named]:
    for name, one in table.by_series():
        yield _Named(name, _read(one)) if one.has(*DAY) and not one.has(*REPORT) else _listed(name, one, asked)


def _listed(name: str, table: Table, asked: Ladder) -> _Named:
    onsets, reports = _days(table, *ONSET), _days(table, *REPORT)
    as_of = asked.as_of or max((day for day in reports if day), default=None)
    if as_of is None:
        raise Refused("nowcast.nobody", "as_of", as_of="")
    pairs = zip(onsets, reports, strict=True)
    later = sum(max(onset, report) > as_of for onset, report in pairs if onset and report)
    made = nowcast.triangle(onsets, reports, as_of=as_of, max_delay=asked.max_delay, first=asked.first, over=asked.over)
    return _Named(name, made, later)


def _read(table: Table) -> nowcast.Triangle:
    """A file that is a triangle itself: a column of days, then one column a delay, in their order."""
    days = table.days(*DAY)
    at = table.column(*DAY)
    delays = [name for name in table.header if name != at and name.casefold() not in ("series", "unit")]
    counts = [table.numbers(name, empty=True) for name in delays]
    if not counts:
        raise Refused("nowcast.shape", "triangle")
    if any(later - day != timedelta(days=1) for day, later in pairwise(days)):
        raise Refused("nowcast.days_apart", at)
    return nowcast.Triangle(np.stack(counts, axis=-1), tuple(days), days[-1])


def _days(table: Table, *names: str) -> list[date | None]:
    """A column of days; empty cells are None."""
    column = table.column(*names)
    filled = [(row, cells) for row, cells in table.records if str(cells.get(column) or "").casefold() not in EMPTY]
    days = dict(zip((row for row, _cells in filled), Table(table.header, filled).days(column), strict=True))
    return [days.get(row) for row, _cells in table.records]


def _prior(given: tuple[float, float] | str | None) -> nowcast.Prior | None:
    """From [mean, variance], or a text that names them as the reference does: "poisgamma mean 50 var 3000"."""
    if given is None or given == "":
        return None
    if not isinstance(given, str):
        return nowcast.Prior(*given)
    named = dict(re.findall(r"(mean|var)\S*\s+([0-9.eE+-]+)", given))
    try:
        return nowcast.Prior(float(named["mean"]), float(named["var"]))
    except (KeyError, ValueError) as wrong:
        raise Refused("nowcast.prior", "prior") from wrong


def _rows(one: _Named, cast: nowcast.Nowcast, asked: Ladder, names: _Names) -> Iterator[dict[str, Any]]:
    reported, expected = names
    parts = (cast.reported, cast.nowcast, cast.lo, cast.hi, cast.share)
    for day, *values in zip(one.triangle.days, *(listed(part) for part in parts), strict=True):
        yield ({"series": one.name} if one.name else {}) | {
            "date": day.isoformat(), reported: int(values[0]), expected: values[1], "lo": values[2], "hi": values[3],
            "share_reported": values[4], "reliable": int(values[4] >= asked.reliable_share),
        }  # fmt: skip


def _notes(one: _Named) -> Iterator[str]:
    told = one.triangle
    if told.beyond:
        yield _("%(count)s reports came later than the longest delay.") % {"count": told.beyond}
    if told.early:
        yield _("%(count)s reports came before the onset; they count from the day of onset.") % {"count": told.early}
    if one.later:
        yield _("%(count)s rows have a day after %(day)s and are left out.") % {"count": one.later, "day": told.as_of}
    if told.undated:
        yield _("%(count)s rows lack a day and are left out.") % {"count": told.undated}


def _chart(one: _Named, cast: nowcast.Nowcast, asked: Ladder) -> Chart:
    share = listed(cast.share)
    grey = next((place for place, part in enumerate(share) if part < asked.reliable_share), None)
    return Chart(
        title=_("By day of onset, and still expected"), at=one.triangle.days,
        bars=(Bars(_("Reported"), listed(cast.reported)),),
        bands=(Band(_("Limits"), listed(cast.lo), listed(cast.hi), grey_from=grey),),
        lines=(Line(_("Expected in the end"), listed(cast.nowcast), grey_from=grey),),
        unit=_("persons"),
        note=_("Grey: less than %(share)s %% reported so far.") % {"share": round(100 * asked.reliable_share)},
    )  # fmt: skip


def _lawless(table: Table, asked: Lawless) -> Found:
    prior = _prior(asked.prior)
    return _run(
        table, asked,
        lambda one: nowcast.lawless(one, alpha=asked.alpha, window=asked.window, prior=prior, limits=asked.limits),
        ("reported", "nowcast"),
    )  # fmt: skip


def _ladder(table: Table, asked: Ladder) -> Found:
    prior = _prior(asked.prior)
    return _run(
        table, asked,
        lambda one: nowcast.chain_ladder(one, alpha=asked.alpha, window=asked.window, prior=prior),
        ("latest", "ultimate"),
    )  # fmt: skip


def _bayes(table: Table, asked: Bayes) -> Found:
    prior = _prior(asked.prior)
    return _run(
        table, asked,
        lambda one: nowcast.bayes(
            one, alpha=asked.alpha, prior=prior, kappa=asked.kappa, most=asked.most, window=asked.window,
            dispersion=asked.dispersion, draws=asked.draws, seed=asked.seed,
        ),
        ("reported", "nowcast"),
    )  # fmt: skip


READS: Final = "onset, report (dHosp, dReport) | date, 0, 1, 2, ..."
METHODS: Final = (
    Method(
        "nowcast.lawless", _("How many of each day there will be once all are reported (Lawless)"),
        READS, _lawless, Lawless, SPELLINGS, 'lianfang analyse nowcast.lawless list.csv --params \'{"max_delay": 15}\'',
    ),
    Method(
        "nowcast.chain_ladder", _("The same by chain ladder, with Mack's limits"),
        READS, _ladder, Ladder, SPELLINGS, 'lianfang analyse nowcast.chain_ladder list.csv --params \'{"D": 15}\'',
    ),
    Method(
        "nowcast.bayes", _("The same with uncertain delays and counts (Bayes), also for days without a report yet"),
        READS, _bayes, Bayes, SPELLINGS, 'lianfang analyse nowcast.bayes list.csv --params \'{"prior": [50, 3000]}\'',
    ),
)  # fmt: skip

"""Farrington's methods on files (法林顿法命令): weeks against earlier years, days against the last weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis.detect import Detection, daily, farrington, farrington_original
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.charts import Bars, Chart, Line

COUNTS: Final = ("observed", "cases", "count", "y", "I", "病例数", "人数")
DAY: Final = ("date", "day", "week", "日期")
PRESENT: Final = ("present", "pupils", "tests", "population")
SPELLINGS: Final[Mapping[str, str]] = {
    "frequency": "freq", "noPeriods": "no_periods", "weightsThreshold": "weights_threshold",
    "pastWeeksNotIncluded": "past_weeks_not_included", "thresholdMethod": "threshold_method",
    "pThresholdTrend": "p_threshold_trend", "populationOffset": "population_offset", "glmWarnings": "glm_warnings",
    "populationBool": "population_offset", "fitFun": "fit_fun", "at": "range",
}  # fmt: skip
_OF_DAILY: Final[Mapping[str, str]] = {
    "weightsThreshold": "weights_threshold", "leftOut": "left_out", "casesAWeekday": "cases_a_weekday",
    "fewestDays": "fewest_days", "at": "range",
}  # fmt: skip
_Range = str | int | tuple[int, ...] | None


class Original(Params, frozen=True, kw_only=True):
    """`b` years, windows of `w` steps; `alpha` is two-sided. `range`: places to judge, from 1, as "200:312".

    `limit54`: no judgement below [cases, in steps]. `compat` "surveillance": a bound of 0 where nothing was judged.
    `fit_fun`, `verbose`, `plot` and `glm_warnings` are taken from reference settings and change nothing.
    """

    b: int = 5
    w: int = 3
    freq: int | None = None
    range: _Range = None
    alpha: float = 0.05
    reweight: bool = True
    trend: bool = True
    powertrans: str = "2/3"
    limit54: tuple[int, int] = (5, 4)
    population_offset: bool = False
    compat: str = ""
    fit_fun: str = ""
    verbose: bool = False
    plot: bool = False
    glm_warnings: bool = False


class Flexible(Original, frozen=True, kw_only=True):
    """As the original; `alpha` is one-sided. `no_periods` levels of season; the newest `past_weeks_not_included`
    steps are not used (w). Residuals above `weights_threshold` count less. `threshold_method`: delta, nbPlugin, muan.
    """

    no_periods: int = 1
    past_weeks_not_included: int | None = None
    weights_threshold: float = 2.58
    p_threshold_trend: float = 0.05
    threshold_method: str = "delta"


class Daily(Params, frozen=True, kw_only=True):
    """`baseline` days, the newest `left_out` of them not used; alarms from `fewest` cases on; see detect.daily."""

    range: _Range = None
    baseline: int = 56
    left_out: int = 0
    alpha: float = 0.01
    reweight: bool = True
    weights_threshold: float = 3.0
    fewest: int = 3
    cases_a_weekday: int = 5
    fewest_days: int = 14


def _original(table: Table, asked: Original) -> Found:
    names, counts, options = _read(table, asked)
    found = farrington_original(counts, **options)
    upper = np.nan_to_num(found.upper) if asked.compat == "surveillance" else found.upper
    return _found(table, names, found, upper)


def _flexible(table: Table, asked: Flexible) -> Found:
    names, counts, options = _read(table, asked)
    found = farrington(
        counts, no_periods=asked.no_periods, past_weeks_not_included=asked.past_weeks_not_included,
        weights_threshold=asked.weights_threshold, p_threshold_trend=asked.p_threshold_trend,
        threshold_method=asked.threshold_method, **options,
    )  # fmt: skip
    return _found(table, names, found, found.upper)


def _daily(table: Table, asked: Daily) -> Found:
    names, counts = table.stacked(*COUNTS)
    present = table.stacked(*PRESENT)[1] if table.has(*PRESENT) else None
    found = daily(
        counts, present=present, dates=_dates(table), at=_places(asked.range), baseline=asked.baseline,
        left_out=asked.left_out, alpha=asked.alpha, reweight=asked.reweight, fewest=asked.fewest,
        weights_threshold=asked.weights_threshold, cases_a_weekday=asked.cases_a_weekday,
        fewest_days=asked.fewest_days,
    )  # fmt: skip
    return _found(table, names, found, found.upper)


def _read(table: Table, asked: Original) -> tuple[list[str], Any, dict[str, Any]]:
    """Names of the series, their counts, and the settings that both methods share."""
    names, counts = table.stacked(*COUNTS)
    if asked.compat not in ("", "surveillance"):
        raise Refused("choice.unknown", "compat", choices=["surveillance"])
    options = {
        "b": asked.b, "w": asked.w, "freq": asked.freq, "reweight": asked.reweight, "trend": asked.trend,
        "powertrans": asked.powertrans, "alpha": asked.alpha, "limit54": asked.limit54, "dates": _dates(table),
        "population": table.stacked("population")[1] if asked.population_offset else None, "at": _places(asked.range),
    }  # fmt: skip
    return names, counts, options


def _dates(table: Table) -> list[date] | None:
    """The days of the series, all alike; None when the file has none. Refused `dates.order` where they differ."""
    if not table.has(*DAY):
        return None
    found = [one.days(*DAY) for _name, one in table.by_series()]
    if any(days != found[0] for days in found):
        raise Refused("dates.order", table.column(*DAY))
    return found[0]


def _places(asked: _Range) -> Sequence[int] | None:
    """Places from 0, of "200:312", 200 or [200, 201], which count from 1."""
    if asked is None:
        return None
    if isinstance(asked, str):
        first, _colon, last = asked.partition(":")
        try:
            return range(int(first) - 1, int(last or first))
        except ValueError:
            raise Refused("number.format", "range") from None
    return [asked - 1] if isinstance(asked, int) else [one - 1 for one in asked]


def _found(table: Table, names: Sequence[str], found: Detection, upper: Any) -> Found:
    days = _dates(table)
    facts = {"series": len(names), "judged": len(found.at), "alarms": int(found.alarm.sum())}
    chart = _chart(found, days)
    return Found(list(_rows(names, days, found, upper)), facts, _notes(found), chart)


def _rows(names: Sequence[str], days: Sequence[date] | None, found: Detection, upper: Any) -> Iterator[dict[str, Any]]:
    columns = {
        "observed": found.observed, "upper": upper, "alarm": found.alarm.astype(int), "expected": found.expected,
        "phiVector": found.dispersion, "trendVector": found.slope, "trend": (~np.isnan(found.slope)).astype(int),
        "pvalue": found.p_value, "score": found.score,
    }  # fmt: skip
    values = {name: listed(np.atleast_2d(column)) for name, column in columns.items()}
    for row, series in enumerate(names):
        for turn, place in enumerate(listed(found.at)):
            told = {"series": series} if series else {}
            told |= {"t": place + 1} | ({"date": days[place].isoformat()} if days else {})
            yield told | {name: value[row][turn] for name, value in values.items()}


def _notes(found: Detection) -> list[str]:
    silent = int(np.isnan(found.upper).sum())
    return (
        [_("%(count)s places were not judged: too few cases of late, or no school.") % {"count": silent}]
        if silent
        else []
    )


def _chart(found: Detection, days: Sequence[date] | None) -> Chart:
    observed, upper, expected, alarm = (
        np.atleast_2d(part)[0] for part in (found.observed, found.upper, found.expected, found.alarm)
    )
    places = listed(found.at)
    return Chart(
        title=_("Cases above what is expected"),
        at=[days[place] for place in places] if days else [place + 1 for place in places],
        bars=[Bars(_("Cases"), listed(observed), flagged=listed(alarm))],
        lines=[
            Line(_("Upper bound"), listed(upper), "warn", dashed=True),
            Line(_("Expected"), listed(expected), "second"),
        ],
        description=_("%(count)s alarms.") % {"count": int(alarm.sum())},
    )  # fmt: skip


METHODS: Final = (
    Method(
        "detect.farrington", _("Weeks above what earlier years let expect: Farrington's flexible method"),
        "observed, date, population, series", _flexible, Flexible, SPELLINGS,
        "lianfang analyse detect.farrington weeks.csv --params '{\"b\": 4, \"noPeriods\": 10, "
        '"pastWeeksNotIncluded": 26, "thresholdMethod": "nbPlugin", "alpha": 0.01}\'',
    ),
    Method(
        "detect.farrington_original", _("Weeks above what earlier years let expect: Farrington's method of 1996"),
        "observed, date, population, series", _original, Original, SPELLINGS,
        "lianfang analyse detect.farrington_original weeks.csv --params '{\"b\": 3, \"alpha\": 0.01}'",
    ),
    Method(
        "detect.daily", _("Days above what the last eight weeks let expect, by day of the week and pupils present"),
        "observed, date, present, series", _daily, Daily, _OF_DAILY,
        "lianfang analyse detect.daily days.csv --params '{\"baseline\": 56, \"alpha\": 0.01}'",
    ),
)  # fmt: skip

"""Detection as commands (异常探测命令): charts and bounds on the counts of a file, with the alarms marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import detect
from lianfang.domain.analysis.detect.cusum import Transform
from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing import detect_rules
from lianfang.interfaces.analysing.detect_table import READS, Range, Watched, watched
from lianfang.interfaces.analysing.methods import Found, Method, Params
from lianfang.interfaces.analysing.table import Table

SPELLINGS: Final[Mapping[str, str]] = {
    "minSigma": "min_sigma", "alphaC3": "alpha_c3", "lambda": "lam", "L": "limit", "actY": "act_y", "c.ARL": "c_arl",
    "Mtilde": "m_tilde", "M": "m_most", "S": "harmonics", "maxUpperboundCases": "max_upperbound_cases",
}  # fmt: skip
START: Final = 28
Compat = Literal["", "surveillance"]
_BOUNDS: Final = {
    "C1_alarm": "C1_upper", "C2_alarm": "C2_upper", "C3_alarm": "C3_upper", "C3_stat_alarm": "C3_stat",
}  # fmt: skip
_NUMBER: Final = re.compile(r"0?\.\d+")


class EarsParams(Params, frozen=True, kw_only=True):
    """`baseline` days; spread at least `min_sigma`; `alpha` for all three, or 0.001 and `alpha_c3` 0.025.

    `compat` "surveillance": C3's bound as R surveillance gives it. `alpha` may be a text naming both levels.
    """

    baseline: int = 7
    min_sigma: float = 0.0
    alpha: float | str | None = None
    alpha_c3: float | None = None
    compat: Compat = ""
    range: Range = None


class CusumParams(Params, frozen=True, kw_only=True):
    """`k` and `h`; `m`: null, "glm", a number or numbers; `trans`; `alpha`: dispersion of pearsonNegBin.

    `range`: places to judge, from 1, as "105:209"; those before it are the baseline.
    """

    range: Range = None
    k: float = 1.04
    h: float = 2.26
    m: float | str | tuple[float, ...] | None = None
    trans: Transform = "rossi"
    alpha: float = 0.1
    freq: int = 52
    reset: bool = False


class DailyCusumParams(Params, frozen=True, kw_only=True):
    """`baseline` days that end `gap` days before; a rise of `shift` standard deviations; limit `h`."""

    baseline: int = 28
    gap: int = 2
    shift: float = 1.5
    h: float = 4.0
    reset: bool = True
    range: Range = None


class EwmaParams(Params, frozen=True, kw_only=True):
    """`lambda`: weight of today; `L`: limit in standard deviations; `nb` places of baseline."""

    lam: float = 0.3
    limit: float = 2.7
    nb: int = START
    range: Range = None


class BayesParams(Params, frozen=True, kw_only=True):
    """`b` years and `w` places on either side of then; `act_y`: the `w` places just before; `alpha`."""

    b: int = 0
    w: int = 6
    act_y: bool = True
    alpha: float = 0.05
    freq: int = 52
    range: Range = None


class RkiParams(Params, frozen=True, kw_only=True):
    """`b` years and `w` places on either side of then; `act_y`: the `w` places just before."""

    b: int = 0
    w: int = 6
    act_y: bool = True
    freq: int = 52
    range: Range = None


class OutbreakParams(Params, frozen=True, kw_only=True):
    """`k`: alarm above this. `compat` "surveillance": P multiplied up, which loses alarms beyond what a double holds.

    `freq`, `ret` and `max_upperbound_cases` are taken from reference settings and change nothing.
    """

    k: float = 100.0
    compat: Compat = ""
    range: Range = None
    freq: int = 52
    ret: str = "value"
    max_upperbound_cases: float = 1e5


class GlrParams(Params, frozen=True, kw_only=True):
    """`mu0`: counts expected on the judged places, else fitted; `alpha`: dispersion; `c_arl`: limit.

    `ret`: whether `upper` is the ratio ("value") or the least count for an alarm ("cases"). `compat` "surveillance":
    the negative binomial ratio by the steps of R surveillance, without least counts.
    """

    range: Range = None
    mu0: float | tuple[float, ...] | None = None
    alpha: float = 0.0
    c_arl: float = 5.0
    freq: int = 52
    trend: bool = True
    ret: str = "value"
    compat: Compat = ""
    harmonics: int = 1
    m_tilde: int = 1
    m_most: int = -1
    change: str = "intercept"
    dir: str = "inc"
    theta: float | None = None


def _ears(table: Table, asked: EarsParams) -> Found:
    seen = watched(table, asked.range)
    alpha, alpha_c3 = _levels(asked)
    settings: dict[str, Any] = {"baseline": asked.baseline, "min_sigma": asked.min_sigma}
    settings |= {"alpha": alpha, "alpha_c3": alpha_c3}
    found = detect.ears(seen.counts, **settings, compat=asked.compat)
    documented = detect.ears(seen.counts, **settings)
    columns = {
        "C1_upper": found.c1_upper, "C1_alarm": found.c1_alarm, "C2_upper": found.c2_upper,
        "C2_alarm": found.c2_alarm, "C3_upper": found.c3_upper, "C3_alarm": found.c3_alarm,
        "C2_stat": found.c2_stat, "C3_stat": found.c3_stat, "C3_stat_alarm": documented.c3_alarm,
    }  # fmt: skip
    return seen.found(columns, upper="C1_upper", alarm="C1_alarm", bounds=_BOUNDS)


def _levels(asked: EarsParams) -> tuple[float | None, float | None]:
    if not isinstance(asked.alpha, str):
        return asked.alpha, asked.alpha_c3
    levels = [float(one) for one in _NUMBER.findall(asked.alpha)]
    if not levels:
        raise Refused("number.format", "alpha")
    return levels[0], asked.alpha_c3 if asked.alpha_c3 is not None else levels[-1]


def _cusum(table: Table, asked: CusumParams) -> Found:
    seen = watched(table, asked.range, start=START)
    found = detect.cusum(
        seen.counts[:, : seen.last], start=seen.first, k=asked.k, h=asked.h, m=_expected(seen, asked.m),
        trans=asked.trans, dispersion=asked.alpha, freq=asked.freq, reset=asked.reset,
    )  # fmt: skip
    return _shown_cusum(seen, found)


def _cusum_daily(table: Table, asked: DailyCusumParams) -> Found:
    seen = watched(table, asked.range)
    found = detect.cusum_daily(
        seen.counts, baseline=asked.baseline, gap=asked.gap, shift=asked.shift, h=asked.h, reset=asked.reset
    )
    return _shown_cusum(seen, found)


def _shown_cusum(seen: Watched, found: detect.Cusum) -> Found:
    columns = {"cusum": found.cusum, "upper": found.upper, "alarm": found.alarm, "expected": found.expected}
    return seen.found(columns, upper="upper", alarm="alarm")


def _expected(seen: Watched, asked: Any) -> Any:
    # One expectation a series and place; a single row serves every series.
    return np.array(asked) if isinstance(asked, tuple) else asked


def _ewma(table: Table, asked: EwmaParams) -> Found:
    seen = watched(table, asked.range)
    found = detect.ewma(seen.counts, lam=asked.lam, limit=asked.limit, nb=asked.nb)
    columns = {"y": seen.counts, "ewma": found.ewma, "ucl": found.upper, "alarm": found.alarm}
    return seen.found(columns, upper="ucl", alarm="alarm")


def _bayes(table: Table, asked: BayesParams) -> Found:
    seen = watched(table, asked.range)
    found = detect.bayes(seen.counts, b=asked.b, w=asked.w, act_y=asked.act_y, alpha=asked.alpha, freq=asked.freq)
    return seen.found({"upper": found.upper, "alarm": found.alarm}, upper="upper", alarm="alarm")


def _rki(table: Table, asked: RkiParams) -> Found:
    seen = watched(table, asked.range)
    found = detect.rki(seen.counts, b=asked.b, w=asked.w, act_y=asked.act_y, freq=asked.freq)
    return seen.found({"upper": found.upper, "alarm": found.alarm}, upper="upper", alarm="alarm")


def _outbreakp(table: Table, asked: OutbreakParams) -> Found:
    seen = watched(table, asked.range)
    found = detect.outbreakp(seen.counts, k=asked.k, compat=asked.compat)
    columns = {"upper": found.value, "log_value": found.log_value, "alarm": found.alarm}
    return seen.found(columns, upper="log_value", alarm="alarm", line=_("Logarithm of P"))


def _glr(table: Table, asked: GlrParams) -> Found:
    _only(asked, harmonics=1, m_tilde=1, m_most=-1, change="intercept", dir="inc", theta=None)
    if asked.ret not in ("value", "cases"):
        raise Refused("choice.unknown", "ret", choices=["value", "cases"])
    seen = watched(table, asked.range, start=START)
    found = detect.glr(
        seen.counts[:, : seen.last], start=seen.first, mu0=_expected(seen, asked.mu0), dispersion=asked.alpha,
        c_arl=asked.c_arl, freq=asked.freq, trend=asked.trend, compat=asked.compat,
    )  # fmt: skip
    upper = found.value if asked.ret == "value" else found.cases
    columns = {
        "upper": upper, "alarm": found.alarm, "value": found.value, "cases": found.cases, "expected": found.expected,
    }  # fmt: skip
    return seen.found(columns, upper="cases", alarm="alarm", bounds={"alarm": "value"})


def _only(asked: GlrParams, **supported: Any) -> None:
    for name, value in supported.items():
        if getattr(asked, name) != value:
            raise Refused("choice.unknown", name, choices=[value])


_RUN: Final = "lianfang analyse %s days.csv --params '%s'"
METHODS: Final = (
    Method(
        "detect.ears", _("Days above the week before: EARS C1, C2 and C3"),
        READS, _ears, EarsParams, SPELLINGS, _RUN % ("detect.ears", '{"baseline": 7, "minSigma": 0.5}'),
    ),
    Method(
        "detect.cusum", _("Small rises that last: cumulative sums against a baseline"),
        READS, _cusum, CusumParams, SPELLINGS, _RUN % ("detect.cusum", '{"range": "29:90", "trans": "rossi"}'),
    ),
    Method(
        "detect.cusum_daily", _("The same for daily counts: negative binomial, with a baseline that moves along"),
        READS, _cusum_daily, DailyCusumParams, SPELLINGS, _RUN % ("detect.cusum_daily", '{"baseline": 28}'),
    ),
    Method(
        "detect.ewma", _("Exponentially weighted moving average against its limit"),
        READS, _ewma, EwmaParams, SPELLINGS, _RUN % ("detect.ewma", '{"lambda": 0.3, "L": 2.7, "nb": 28}'),
    ),
    Method(
        "detect.bayes", _("Counts above what the reference weeks foretell (Bayes)"),
        READS, _bayes, BayesParams, SPELLINGS, _RUN % ("detect.bayes", '{"b": 0, "w": 6, "actY": true}'),
    ),
    Method(
        "detect.rki", _("Counts above the Poisson limit of the reference weeks (Robert Koch Institute)"),
        READS, _rki, RkiParams, SPELLINGS, _RUN % ("detect.rki", '{"b": 2, "w": 4, "actY": false}'),
    ),
    Method(
        "detect.outbreakp", _("Rising counts without a model of the usual level (outbreakP)"),
        READS, _outbreakp, OutbreakParams, SPELLINGS, _RUN % ("detect.outbreakp", '{"k": 100}'),
    ),
    Method(
        "detect.glr", _("By how much, and since when, the mean has risen: generalised likelihood ratio"),
        READS, _glr, GlrParams, SPELLINGS, _RUN % ("detect.glr", '{"range": "29:90", "c.ARL": 5}'),
    ),
    *detect_rules.METHODS,
)  # fmt: skip

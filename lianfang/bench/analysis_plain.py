"""The methods of analysis as one writes them at first (朴素基线): one series, one day at a time, the same formulas.

Baselines of `lianfang bench analysis`: numpy and scipy, but loops where the product computes all series at once.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import fixed_quad
from scipy.optimize import minimize
from scipy.stats import gamma, nbinom, norm

from lianfang.domain.analysis.detect._reference import Calendar, reference

Floats = NDArray[np.float64]
LEVELS: Final = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
_ROUNDS: Final = 25
_CLOSE: Final = 1e-8
_OUTLYING: Final = 2.58
_START: Final = 0.1
_POINTS: Final = 24


def cori(cases: Floats, si: Floats, *, days: int) -> list[tuple[float, ...]]:
    """Mean and seven quantiles of R for every window of so many days of one series; prior of mean and deviation 5."""
    found = []
    pressure = [
        sum(cases[day - lag] * si[lag] for lag in range(1, min(day, len(si) - 1) + 1)) for day in range(len(cases))
    ]
    for end in range(days, len(cases)):
        inside = range(end - days + 1, end + 1)
        shape = 1 + sum(cases[day] for day in inside)
        scale = 1 / (1 / 5 + sum(pressure[day] for day in inside))
        found.append((shape * scale, *(float(gamma.ppf(level, shape, scale=scale)) for level in LEVELS)))
    return found


def ears(cases: Floats) -> int:
    """How many alarms C1, C2 and C3 raise in one series, with baselines of seven days."""
    alarms, above = 0, [0.0, 0.0]
    for day in range(7, len(cases)):
        near = cases[day - 7 : day]
        alarms += bool(cases[day] > near.mean() + norm.ppf(0.999) * near.std(ddof=1))
        if day < 9:  # noqa: PLR2004  two days between baseline and today
            continue
        far = cases[day - 9 : day - 2]
        mean, spread = far.mean(), far.std(ddof=1)
        alarms += bool(cases[day] > mean + norm.ppf(0.999) * spread)
        flat = math.inf if cases[day] > mean else 0.0
        today = max(0.0, (cases[day] - mean) / spread - 1) if spread > 0 else flat
        alarms += bool(day >= 11 and today + sum(above) > norm.ppf(0.975))  # noqa: PLR2004  three days
        above = [above[1], today]
    return alarms


def farrington(cases: Floats, *, now: int, b: int, periods: int, left_out: int, alpha: float) -> float:
    """The negative binomial bound of one week of one series, by general least squares; a trend is always kept."""
    points = reference(Calendar(len(cases), 52), now, b=b, w=3, periods=periods, left_out=left_out)
    if points is None:
        return math.nan
    counts, design = cases[points.places], points.basis.T
    fitted, dispersion, pull = _fit(counts, design, np.ones_like(counts))
    residuals = 1.5 * (counts ** (2 / 3) * fitted ** (-1 / 6) - np.sqrt(fitted)) / np.sqrt(dispersion * (1 - pull))
    weights = np.where(residuals > _OUTLYING, residuals**-2.0, 1.0)
    weights *= len(counts) / weights.sum()
    coefs = _coefs(counts, design, weights)
    fitted = np.exp(design @ coefs)
    free = len(counts) - design.shape[1]
    dispersion = max(1.0, float((weights * (counts - fitted) ** 2 / fitted).sum() / free))
    mean = float(np.exp(coefs[points.now_level]))
    return float(nbinom.ppf(1 - alpha, mean / (dispersion - 1), 1 / dispersion)) if dispersion > 1 else math.nan


def _fit(counts: Floats, design: Floats, weights: Floats) -> tuple[Floats, float, Floats]:
    fitted = np.exp(design @ _coefs(counts, design, weights))
    dispersion = float(((counts - fitted) ** 2 / fitted).sum() / (len(counts) - design.shape[1]))
    root = design * np.sqrt(fitted * weights)[:, None]
    pull = (root @ np.linalg.inv(root.T @ root) * root).sum(axis=1)
    return fitted, max(1.0, dispersion), pull


def _coefs(counts: Floats, design: Floats, weights: Floats) -> Floats:
    fitted, before = counts + _START, math.inf
    for _round in range(_ROUNDS):
        root = np.sqrt(weights * fitted)
        response = np.log(fitted) + (counts - fitted) / fitted
        coefs = np.linalg.lstsq(design * root[:, None], response * root, rcond=None)[0]
        fitted = np.exp(design @ coefs)
        ratio = np.where(counts > 0, counts / fitted, 1.0)
        deviance = 2 * float((weights * (counts * np.log(ratio) - counts + fitted)).sum())
        if abs(deviance - before) < _CLOSE * (abs(deviance) + _START):
            break
        before = deviance
    return np.asarray(coefs)


def nowcast(triangle: Floats) -> list[float]:
    """Lawless' nowcast of every day of a triangle of days by delays, NaN where a report has not yet come."""
    days, delays = triangle.shape
    share = [1.0] * delays
    for delay in range(delays - 1, 0, -1):
        seen = [row[: delay + 1] for row in triangle if not math.isnan(row[delay])]
        total = sum(sum(row) for row in seen)
        hazard = sum(row[delay] for row in seen) / total if total else 0.0
        share[delay - 1] = share[delay] * (1 - hazard)
    found = []
    for day in range(days):
        known = [count for count in triangle[day] if not math.isnan(count)]
        found.append(sum(known) / share[len(known) - 1])
    return found


def delay(rows: Floats) -> float:
    """Log likelihood of the best gamma delay of rows (EL, ER, SL, SR), two windows each, by quadrature row by row."""

    def loss(at: Any) -> float:
        shape, scale = math.exp(at[0]), math.exp(at[1])

        def inside(exposed: Floats, first: float, last: float) -> Any:
            return gamma.cdf(last - exposed, shape, scale=scale) - gamma.cdf(first - exposed, shape, scale=scale)

        parts = (fixed_quad(inside, el, er, args=(sl, sr), n=_POINTS)[0] for el, er, sl, sr in rows)
        return -sum(math.log(max(part, 1e-300)) for part in parts)

    return -float(minimize(loss, (0.0, 0.0), method="Nelder-Mead").fun)


def epidemic(rates: dict[str, float], start: tuple[int, ...], *, days: int, seed: int) -> int:
    """Persons ever infected in one stochastic run of SEIQR by whole persons, one draw a day and a transition."""
    drawn = np.random.default_rng(seed)
    s, e, i, q, r = start
    total, chances = sum(start), {name: 1 - math.exp(-rate) for name, rate in rates.items()}
    for _day in itertools.repeat(None, days):
        new = int(drawn.binomial(s, 1 - math.exp(-rates["beta"] * i / total)))
        held = int(drawn.binomial(e, chances["q"]))
        ill = int(drawn.binomial(e - held, chances["sigma"]))
        away = int(drawn.binomial(i, chances["iso"]))
        well = int(drawn.binomial(i - away, chances["gamma"]))
        out = int(drawn.binomial(q, chances["gamma"]))
        s, e, i, q, r = s - new, e + new - held - ill, i + ill - away - well, q + held + away - out, r + well + out
    return total - s

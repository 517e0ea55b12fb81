"""Delays (延迟分布拟合): incubation periods, serial intervals, reporting delays, of which only windows are known.

`fit` takes windows of exposure and onset, `fit_days` whole days; both give a `Fit` with limits, quantiles and AIC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from lianfang.domain.analysis.delay_fit import Estimate, Fit
from lianfang.domain.analysis.delay_likelihood import DOUBLE, EXACT, SINGLE, Windows, log_likelihood
from lianfang.domain.analysis.delay_rows import from_days, from_windows
from lianfang.domain.analysis.delay_shapes import SHAPES, Shape, shape_named
from lianfang.domain.analysis.series import Floats, within
from lianfang.domain.refusals import Refused

__all__ = ["DOUBLE", "EXACT", "SHAPES", "SINGLE", "Estimate", "Fit", "best", "fit", "fit_days"]
STEP: Final = 1e-4  # of a logarithm, or of a standard deviation: where second differences lose as much as they gain
POLISH: Final = 5  # Newton steps after the search
CLOSE: Final = 1e-6  # a Newton step this small leaves an error far smaller
FLAT: Final = 1e-3  # curvature of the log likelihood below which the rows say nothing about a parameter
FAR: Final = 0.01  # a Newton step this large, of a logarithm, means that the bottom was not reached
NARROWEST: Final = 1e-4  # of the mean, as a standard deviation: narrower is a single point
FASTEST: Final = 5.0  # per day; beyond it a growth rate is a mistake
LIMITS: Final = ("wald", "log")


def fit(
    el: ArrayLike, er: ArrayLike, sl: ArrayLike, sr: ArrayLike, *, dist: str = "lognormal",
    kind: ArrayLike | None = None, counts: ArrayLike | None = None, until: ArrayLike | None = None,
    growth: float = 0.0, alpha: float = 0.05, limits: str | None = None,
) -> Fit:  # fmt: skip
    """The maximum-likelihood delay between exposure (EL..ER) and onset (SL..SR), arrays (rows,) in days on one scale.

    Likelihood of Reich et al. 2009 as in coarseDataTools (`delay_likelihood.log_likelihood`); `kind` 0, 1, 2 is told by
    the windows when not given: two, one or none wider than a moment. `counts`: persons a row. `until`: the day (one, or
    one a row) up to which onsets could be seen, for data of a running outbreak (right truncation); `growth`: the growth
    rate a day of exposures. Limits of level 1 - alpha from the observed information by the delta method: `wald`
    value +- t(n - 1) se (lognormal unless said, as coarseDataTools) or `log`, the same on the logarithm (gamma and
    weibull unless said, nearer to its bootstrap).
    Refused: `delay.lengths`, `delay.order` (row), `delay.after_until` (row), `delay.no_spread`, `delay.not_identified`,
    `choice.unknown`, `number.out_of_range`, `series.*`.
    """
    within(growth, "growth", low=-FASTEST, high=FASTEST)
    seen = from_windows(el, er, sl, sr, kind=kind, counts=counts, until=until)
    return _fitted(seen, shape_named(dist), growth, alpha, limits)


def fit_days(
    days: ArrayLike, *, dist: str = "gamma", censoring: str = "interval", counts: ArrayLike | None = None,
    until: ArrayLike | None = None, growth: float = 0.0, alpha: float = 0.05, limits: str | None = None,
) -> Fit:  # fmt: skip
    """The delay from whole days between two dates, array (persons,) or (rows,) with `counts`.

    `censoring`: `interval` takes x as x - 0.5 .. x + 0.5 (0 as 0 .. 0.5; fitdistcens), `exact` takes it as it is
    (fitdist; no zeros), `double` takes both dates as whole days (primarycensored; the truest). `until`: days from the
    first date to the end of observation, one or one a row. The rest as `fit`.
    """
    within(growth, "growth", low=-FASTEST, high=FASTEST)
    seen = from_days(days, censoring=censoring, counts=counts, until=until)
    return _fitted(seen, shape_named(dist), growth, alpha, limits)


def best(fits: Sequence[Fit]) -> Fit:
    """The one with the smallest AIC; all must have been fitted to the same rows."""
    return min(fits, key=lambda one: one.aic)


def _fitted(seen: Windows, shape: Shape, growth: float, alpha: float, limits: str | None) -> Fit:
    within(alpha, "alpha", low=0, high=1, open_ends=True)
    scale = limits or ("log" if all(shape.logged) else "wald")
    if scale not in LIMITS:
        raise Refused("choice.unknown", "limits", choices=list(LIMITS))
    logged = np.array(shape.logged)

    def loss(theta: Floats) -> float:
        a, b = np.where(logged, np.exp(np.clip(theta, -50, 50)), theta)
        with np.errstate(all="ignore"):  # the search may try powers that overflow; they come out as impossible
            return -log_likelihood(seen, shape, float(a), float(b), growth)

    theta, lost = _least(loss, _start(seen, shape))
    slope, curved = _derivatives(loss, theta, lost)
    values = np.where(logged, np.exp(theta), theta)
    if not _settled(lost, slope, curved) or not _spread(shape, values):
        raise Refused("delay.not_identified", "dist", dist=shape.name)
    jacobian = np.diag(np.where(logged, values, 1.0))
    covariance = jacobian @ np.linalg.inv(curved) @ jacobian
    return Fit(shape, values, covariance, -lost, float(seen.many.sum()), alpha, scale)


def _spread(shape: Shape, values: Floats) -> bool:
    """Whether the fitted delay has a width at all."""
    mean, variance = shape.moments(*(float(one) for one in values))
    return bool(np.isfinite(mean) and np.isfinite(variance) and variance > (NARROWEST * mean) ** 2)


def _start(seen: Windows, shape: Shape) -> Floats:
    """Mean and standard deviation of the middles of the windows, as parameters on the scale of the search."""
    middle = np.maximum((seen.sl + seen.sr - seen.el - seen.er) / 2, 1e-3)
    mean = float(np.average(middle, weights=seen.many))
    sd = float(np.sqrt(np.average((middle - mean) ** 2, weights=seen.many)))
    if sd == 0 and bool((seen.kind == EXACT).all()):
        raise Refused("delay.no_spread", "days")
    found = np.array(shape.start(mean, max(sd, mean / 20)))
    return np.asarray(np.where(shape.logged, np.log(np.where(shape.logged, found, 1.0)), found))


def _least(loss: Callable[[Floats], float], start: Floats) -> tuple[Floats, float]:
    """Where the loss is least, and how much: a simplex search, then Newton steps."""
    options = {"xatol": 1e-3, "fatol": 1e-4, "maxiter": 400, "initial_simplex": _simplex(start)}
    theta = np.asarray(optimize.minimize(loss, start, method="Nelder-Mead", options=options).x)
    lost = loss(theta)
    for _step in range(POLISH):
        slope, curved = _derivatives(loss, theta, lost)
        if not np.isfinite(curved).all() or not (np.linalg.eigvalsh(curved) > 0).all():
            break
        moved = theta - np.linalg.solve(curved, slope)
        closer = loss(moved)
        if not closer < lost:
            break
        done = np.abs(moved - theta).max() < CLOSE
        theta, lost = moved, closer
        if done:
            break
    return theta, lost


def _settled(lost: float, slope: Floats, curved: Floats) -> bool:
    """Whether there is a bottom, and the search is on it: rows that allow any small spread have none."""
    if not np.isfinite([lost, *slope, *curved.reshape(-1)]).all() or not (np.linalg.eigvalsh(curved) > FLAT).all():
        return False
    return bool(np.abs(np.linalg.solve(curved, slope)).max() < FAR)


def _simplex(start: Floats) -> Floats:
    return np.asarray(start + np.array([[0.0, 0.0], [0.2, 0.0], [0.0, 0.2]]))


def _derivatives(loss: Callable[[Floats], float], at: Floats, here: float) -> tuple[Floats, Floats]:
    """Slope and second derivatives by central differences."""
    h = STEP * np.maximum(np.abs(at), 1.0)
    (ax, bx), (ay, by) = ((loss(at + one), loss(at - one)) for one in np.diag(h))
    cross = [loss(at + h * np.array(sign)) for sign in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    mixed = (cross[0] - cross[1] - cross[2] + cross[3]) / (4 * h[0] * h[1])
    slope = np.array([(ax - bx) / (2 * h[0]), (ay - by) / (2 * h[1])])
    curved = np.array([[(ax - 2 * here + bx) / h[0] ** 2, mixed], [mixed, (ay - 2 * here + by) / h[1] ** 2]])
    return slope, curved

"""Instantaneous reproduction number by windows of days (实时再生数): Cori et al. 2013, for many series at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from lianfang.domain.analysis.discrete import ShiftedGamma, carried, mean_of, serial_interval
from lianfang.domain.analysis.series import Floats, counts, within
from lianfang.domain.analysis.windows import Asked, Days, Windows, windows_of
from lianfang.domain.refusals import Refused

LEVELS: Final = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
NAMES: Final = ("q025", "q05", "q25", "q50", "q75", "q95", "q975")
PRIOR: Final = (5.0, 5.0)
"""Mean and standard deviation of R before any case was seen; EpiEstim's own, wide and above one on purpose."""
WEEK: Final = 7
_TABLE_UNTIL: Final = 1 << 20  # counts up to here index a table; larger ones are looked up by sorting
_MOST: Final = 1e9


@dataclass(frozen=True, slots=True)
class Reproduction:
    """R by window: days from 1, mean, standard deviation and quantiles, windows as the last axis.

    NaN in all of them where the window ends before anything can be known: on or before the mean serial interval.
    """

    t_start: Days
    t_end: Days
    mean: Floats
    std: Floats
    q025: Floats
    q05: Floats
    q25: Floats
    q50: Floats
    q75: Floats
    q95: Floats
    q975: Floats

    @property
    def columns(self) -> Mapping[str, Floats]:
        """Mean, deviation and quantiles by their names in the references."""
        return {name: getattr(self, name) for name in ("mean", "std", *NAMES)}


@dataclass(frozen=True, slots=True)
class Epidemic:
    """Cases by day, checked: all of them, and those that were infected here (never those of the first day)."""

    cases: Floats
    local: Floats


def epidemic(incidence: ArrayLike, imported: ArrayLike | None = None) -> Epidemic:
    """All cases, of which `imported` were infected elsewhere; everybody of day 1 counts as imported.

    Refused: as `counts`, `imported.shape`, and `imported.more_than_all` (position) where imported exceed all.
    """
    cases = counts(incidence, field="incidence")
    local = cases.copy() if imported is None else _local(cases, counts(imported, field="imported"))
    local[..., 0] = 0
    return Epidemic(cases, local)


def _local(cases: Floats, imported: Floats) -> Floats:
    if imported.shape != cases.shape:
        raise Refused("imported.shape", "imported")
    local = cases - imported
    if (local < 0).any():
        place = int(np.argwhere(local < 0)[0][-1]) + 1
        raise Refused("imported.more_than_all", "imported", position=place)
    return local


def gamma_prior(prior: tuple[float, float]) -> tuple[float, float]:
    """Shape and scale of a gamma distribution with this mean and standard deviation (both above 0)."""
    mean = within(prior[0], "mean_prior", low=0, high=_MOST, open_ends=True)
    deviation = within(prior[1], "std_prior", low=0, high=_MOST, open_ends=True)
    return (mean / deviation) ** 2, deviation**2 / mean


def cori(
    incidence: ArrayLike,
    si: ArrayLike | ShiftedGamma,
    *,
    windows: Asked = WEEK,
    imported: ArrayLike | None = None,
    prior: tuple[float, float] = PRIOR,
) -> Reproduction:
    """R by window with its posterior, for one series or many (series in rows, days along the last axis).

    `incidence` counts all cases, `imported` those of them infected elsewhere; `si` is a row of probabilities from day 0
    (or a row a series), or `ShiftedGamma`; `windows` a length in days or (first days, last days) from 1, day 1 in none;
    `prior` mean and standard deviation. Lambda_t = sum I_{t-s} w_s; with the gamma prior of shape a and scale b,
    R of a window is Gamma(a + its local cases, 1 / (1/b + its sum of Lambda)) (Cori et al., Am J Epidemiol 2013;178).
    NaN where the window ends on or before the mean of the discrete serial interval, as EpiEstim. Where nobody was
    infectious the prior stands. Refused: `series.*`, `si.*`, `probability.sum`, `imported.*`, `window.*`, `number.*`.
    """
    known = epidemic(incidence, imported)
    length = known.cases.shape[-1]
    chosen = windows_of(windows, length=length)
    weights = serial_interval(si, length=length)
    refuse_unpaired(known.cases, weights)
    shape, scale = posterior(known, weights, chosen, prior=prior)
    early = too_early(chosen, weights)
    return _described(chosen, shape, np.where(early, np.nan, scale))


def refuse_unpaired(cases: Floats, weights: Floats) -> None:
    """Refused `si.shape` when there is a serial interval for each series, but not as many as series."""
    if weights.ndim > 1 and (cases.ndim == 1 or len(weights) != len(cases)):
        raise Refused("si.shape", "si")


def posterior(
    known: Epidemic, weights: Floats, chosen: Windows, *, prior: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Shape and scale of the gamma posterior of R, windows as the last axis."""
    shape, scale = gamma_prior(prior)
    pressure = chosen.total(carried(known.cases, weights))
    return shape + chosen.total(known.local), np.asarray(1 / (1 / scale + pressure))


def too_early(chosen: Windows, weights: Floats) -> np.ndarray:
    """Which windows end on or before the mean serial interval, series in rows when each has its own."""
    return np.asarray(chosen.t_end <= mean_of(weights)[..., None])


def _described(chosen: Windows, shape: Floats, scale: Floats) -> Reproduction:
    quantiles = dict(zip(NAMES, standard_quantiles(shape, LEVELS), strict=True))
    for one in quantiles.values():
        np.multiply(one, scale, out=one)  # in place: seven arrays of a province need not be held twice
    return Reproduction(chosen.t_start, chosen.t_end, shape * scale, np.sqrt(shape) * scale, **quantiles)


def standard_quantiles(shape: Floats, levels: tuple[float, ...]) -> list[Floats]:
    """Quantiles of Gamma(shape, 1). Shapes differ by whole cases, so each distinct one is looked up only once."""
    least = shape.min()
    steps = np.rint(shape - least).astype(np.int64)
    if steps.max() >= _TABLE_UNTIL:
        distinct, where = np.unique(steps, return_inverse=True)
        return [gammaincinv(least + distinct, level)[where].reshape(shape.shape) for level in levels]
    table = np.zeros(int(steps.max()) + 1)
    present = np.flatnonzero(np.bincount(steps.ravel()))
    found = []
    for level in levels:
        table[present] = gammaincinv(least + present, level)
        found.append(table.take(steps))
    return found

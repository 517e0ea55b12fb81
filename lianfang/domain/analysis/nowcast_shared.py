"""What the nowcasting methods share (实时预测共用): the delay distribution of a triangle, the prior, and the result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianfang.domain.analysis.series import Flags, Floats
from lianfang.domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Prior:
    """What was expected of a day before anything was reported: Gamma with this mean and variance (events a day)."""

    mean: float
    variance: float

    def __post_init__(self) -> None:
        if not (self.mean > 0 and self.variance > 0 and np.isfinite(self.mean) and np.isfinite(self.variance)):
            raise Refused("nowcast.prior", "prior")

    @property
    def shape(self) -> float:
        """Shape of the Gamma distribution."""
        return self.mean**2 / self.variance

    @property
    def rate(self) -> float:
        """Rate of the Gamma distribution (1 / events a day)."""
        return self.mean / self.variance


@dataclass(frozen=True, slots=True)
class Nowcast:
    """What was reported and what will have been, by day; arrays of shape (..., days) unless said.

    `nowcast` is the number expected in the end (events with a delay of at most D), `lo` and `hi` its limits; all three
    are NaN where nothing can be said: nobody was ever reported as early as that day (`share` is 0) and no prior given.
    `share` is the part expected to be reported by now, `cdf` (..., D + 1) the part reported within d days.
    `error` is the standard error where the method has one, else NaN.
    """

    reported: Floats
    nowcast: Floats
    lo: Floats
    hi: Floats
    share: Floats
    cdf: Floats
    error: Floats


@dataclass(frozen=True, slots=True)
class Hazards:
    """Per delay d: `late` n_d and `risk` N_d of the reverse-time hazard n_d / N_d, arrays (..., D + 1)."""

    late: Floats
    risk: Floats

    @property
    def cdf(self) -> Floats:
        """F(d) = prod over i > d of (1 - n_i / N_i); a delay with nobody at risk has hazard 0."""
        return survival(1 - np.divide(self.late, self.risk, out=np.zeros_like(self.late), where=self.risk > 0))


def hazards(counts: Floats, known: Flags, window: int | None) -> Hazards:
    """Sums over the days on which delay d is known: n_{t,d}, and N_{t,d} = sum over i <= d of n_{t,i} (Lawless 1994).

    With `window` only the days of onset in the last `window` + 1 days count.
    """
    used = known if window is None else known & _recent(known.shape[-2], window)[:, np.newaxis]
    return Hazards((counts * used).sum(axis=-2), (counts.cumsum(axis=-1) * used).sum(axis=-2))


def survival(stays: Floats) -> Floats:
    """F(0..D) from the factors 1 - g(0..D) along the last axis (the factor of delay 0 plays no part)."""
    found = np.ones_like(stays)
    found[..., :-1] = np.cumprod(stays[..., :0:-1], axis=-1)[..., ::-1]
    return found


def at_age(cdf: Floats, known: Flags) -> Floats:
    """F at the last known delay of each day: (..., D + 1) and (..., days, D + 1) give (..., days)."""
    return np.take_along_axis(cdf, known.sum(axis=-1) - 1, axis=-1)


def over_share(reported: Floats, share: Floats) -> Floats:
    """Reported over the part expected to be reported; NaN where that part is 0."""
    return np.divide(reported, share, out=np.full_like(reported, np.nan), where=share > 0)


def _recent(days: int, window: int) -> Flags:
    if window < 1:
        raise Refused("number.out_of_range", "window", low=1, high=days)
    return np.arange(days) >= days - 1 - window

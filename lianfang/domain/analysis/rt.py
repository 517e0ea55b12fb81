"""Reproduction numbers (再生数): by date of infection (Cori), by case (Wallinga-Teunis), and when to rely on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.cori import (
    PRIOR,
    WEEK,
    Reproduction,
    cori,
    epidemic,
    gamma_prior,
    refuse_unpaired,
    too_early,
)  # fmt: skip
from lianfang.domain.analysis.discrete import ShiftedGamma, discretise_si, infectivity, serial_interval
from lianfang.domain.analysis.mixture import UncertainGamma, cori_mixture
from lianfang.domain.analysis.series import Flags, within
from lianfang.domain.analysis.wallinga import SEEN_ENOUGH, CaseReproduction, wallinga_teunis
from lianfang.domain.analysis.windows import Asked, Days, windows_of

__all__ = [
    "PRIOR", "SEEN_ENOUGH", "CaseReproduction", "Reliable", "Reproduction", "ShiftedGamma", "UncertainGamma",
    "cori", "cori_mixture", "discretise_si", "infectivity", "reliable", "wallinga_teunis",
]  # fmt: skip

VARIATION: Final = 0.3
"""The coefficient of variation of R above which Cori et al. (2013) call a window too thin."""


@dataclass(frozen=True, slots=True)
class Reliable:
    """Which windows can be relied on, and why the others cannot: `early`, `few` and `unfinished` may hold together."""

    t_start: Days
    t_end: Days
    flags: Flags
    early: Flags
    few: Flags
    unfinished: Flags

    @property
    def reasons(self) -> Mapping[str, Flags]:
        """Each reason by name."""
        return {"early": self.early, "few": self.few, "unfinished": self.unfinished}


def fewest_cases(*, variation: float = VARIATION, prior: tuple[float, float] = PRIOR) -> int:
    """Local cases a window needs for a coefficient of variation of R up to this: 1/variation^2 - a, rounded up.

    The posterior's is 1 / sqrt(a + cases) with the prior's shape a; with the default prior 11 cases give 0.29.
    """
    shape, _scale = gamma_prior(prior)
    allowed = within(variation, "variation", low=0, high=1, open_ends=True)
    return max(0, math.ceil(round(1 / allowed**2 - shape, 9)))


def reliable(
    incidence: ArrayLike,
    si: ArrayLike | ShiftedGamma,
    *,
    windows: Asked = WEEK,
    imported: ArrayLike | None = None,
    prior: tuple[float, float] = PRIOR,
    variation: float = VARIATION,
    unfinished_days: int = 0,
) -> Reliable:
    """Which windows of `cori` can be relied on; flags in the shape of its mean.

    A window is `early` when it ends on or before the mean serial interval, `few` when it has fewer local cases than
    `fewest_cases`, `unfinished` when it reaches into the last `unfinished_days` days, whose cases are still being
    reported (the reporting delay: nowcast first, then R by onset; Gostic et al. 2020). Reliable is what is none of it.
    Refused: as `cori`.
    """
    known = epidemic(incidence, imported)
    length = known.cases.shape[-1]
    chosen = windows_of(windows, length=length)
    weights = serial_interval(si, length=length)
    refuse_unpaired(known.cases, weights)
    last = length - within(unfinished_days, "unfinished_days", low=0, high=length)
    few = chosen.total(known.local) < fewest_cases(variation=variation, prior=prior)
    early = np.broadcast_to(too_early(chosen, weights), few.shape)
    unfinished = np.broadcast_to(chosen.t_end > last, few.shape)
    return Reliable(chosen.t_start, chosen.t_end, ~(early | few | unfinished), early, few, unfinished)

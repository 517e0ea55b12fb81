"""Bound of the Robert Koch Institute (罗伯特·科赫研究所界): a Poisson limit of the reference weeks' mean.

Means up to 20 take the upper 95 % limit of Crow & Gardner 1959 (Biometrika 46, 441-453), larger ones mean + 2
standard deviations.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.detect.bayes import Bound
from lianfang.domain.analysis.detect.history import references
from lianfang.domain.analysis.detect.placing import placed
from lianfang.domain.analysis.series import counts, rows

LIMITS: Final = np.array([
    3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
    19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017,
])  # fmt: skip
"""Upper 95 % limits of a Poisson mean when 0, 1, ... 20 cases were seen (Crow & Gardner 1959, table 1)."""
LARGE: Final = 20
SPREADS: Final = 2


def rki(values: ArrayLike, *, b: int = 0, w: int = 6, act_y: bool = True, freq: int = 52) -> Bound:
    """Alarm above the limit of the mean of the reference counts; settings and refusals as in `bayes`."""
    given = counts(values)
    many, first = references(rows(given), b=b, w=w, act_y=act_y, freq=freq)
    mean = many.mean(axis=0)
    spread = many.std(axis=0, ddof=1) if len(many) > 1 else np.sqrt(mean)
    listed = LIMITS[np.minimum(mean, LARGE).astype(np.intp)]
    upper = placed(np.where(mean > LARGE, mean + SPREADS * spread, listed), given, first)
    return Bound(upper, given > upper)

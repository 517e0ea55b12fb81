"""What was found for the judged places, put back beside the counts (结果归位): nothing is said of the places before."""

from __future__ import annotations

import numpy as np

from lianfang.domain.analysis.series import Flags, Floats, rows


def placed(judged: Floats, given: Floats, start: int) -> Floats:
    """Values of the places from `start` on in an array of the shape of `given`, NaN before."""
    found = np.full(rows(given).shape, np.nan)
    found[:, start:] = judged
    return found.reshape(given.shape)


def flagged(judged: Flags, given: Floats, start: int) -> Flags:
    """The same of alarms; no alarm before."""
    found = np.zeros(rows(given).shape, dtype=np.bool_)
    found[:, start:] = judged
    return found.reshape(given.shape)

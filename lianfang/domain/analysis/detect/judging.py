"""How well alarms find outbreaks (预警效果评价): against days of which it is known whether there was one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lianfang.domain.analysis.series import Flags, within
from lianfang.domain.refusals import Refused

PENALTY = 20
"""Places counted as lag for an outbreak that was missed (R surveillance `algo.quality`)."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Places by truth and alarm, and what follows from them.

    `sens` and `spec` are NaN where there is no place of that kind; `dist` = sqrt((1 - sens)^2 + (1 - spec)^2), NaN with
    either. `mlag`: mean places from the start of an outbreak to its first alarm, a missed one counting `penalty`; 0
    without outbreaks. `pod`: share of outbreaks with an alarm, NaN without any.
    """

    tp: int
    fp: int
    tn: int
    fn: int
    sens: float
    spec: float
    dist: float
    mlag: float
    pod: float
    outbreaks: int


def quality(alarms: ArrayLike, outbreak: ArrayLike, *, penalty: int = PENALTY) -> Quality:
    """The quality of alarms (0 or 1 a place) given which places belong to an outbreak, over one series or many.

    An outbreak is a run of such places in one series. Refused `series.shape` (not the same shape),
    `series.not_numbers`.
    """
    found, truth = _flags(alarms, "alarms"), _flags(outbreak, "outbreak")
    if found.shape != truth.shape:
        raise Refused("series.shape", "alarms", axes=found.ndim)
    missed = int(within(penalty, "penalty", low=0, high=1e6))
    tp, fp = int((found & truth).sum()), int((found & ~truth).sum())
    tn, fn = int((~found & ~truth).sum()), int((~found & truth).sum())
    sens, spec = _share(tp, tp + fn), _share(tn, tn + fp)
    lags = _lags(found, truth)
    known = [lag for lag in lags if lag is not None]
    mlag = (sum(known) + missed * (len(lags) - len(known))) / len(lags) if lags else 0.0
    dist = float(np.hypot(1 - sens, 1 - spec))
    return Quality(tp, fp, tn, fn, sens, spec, dist, mlag, _share(len(known), len(lags)), len(lags))


def _lags(found: Flags, truth: Flags) -> list[int | None]:
    """Of each outbreak, the places until its first alarm; None for a missed one."""
    edges = np.diff(np.pad(truth.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    lags: list[int | None] = []
    for (series, start), (_same, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        during = found[series, start:end]
        lags.append(int(during.argmax()) if during.any() else None)
    return lags


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _flags(values: ArrayLike, field: str) -> Flags:
    given = np.atleast_2d(np.asarray(values))
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        raise Refused("series.not_numbers", field)
    return given.astype(np.bool_)

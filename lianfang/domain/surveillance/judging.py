"""Judging a day's counts by a setting (判定): what was usual, the bound, and which units are above it.

`auto` takes negative-binomial CUSUM for series of four weeks and more and EARS C2 or C1 below that (analysis note,
section 4). A unit where fewer than the setting's `cases` are ill today raises no alarm, however quiet it was before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lianfang.domain.analysis.detect import cusum_daily, ears
from lianfang.domain.analysis.detect.ears import GUARD, moving_baseline
from lianfang.domain.analysis.detect.expected import benjamini_hochberg, next_count_probability
from lianfang.domain.analysis.series import Flags, Floats, counts
from lianfang.domain.surveillance.terms import AT_LEAST, AUTO, C1, C2, C3, CUSUM, Terms

CUSUM_GAP: Final = 2
"""Days between the baseline of CUSUM and today (Watkins et al. 2008)."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How many days of records the methods learn from, and the least spread EARS assumes, in people."""

    baseline: int
    cusum_days: int
    min_sigma: float

    def fewest(self, method: str) -> int:
        """Days before today that a method needs at least."""
        return {AT_LEAST: 0, CUSUM: self.cusum_days, C2: self.baseline + GUARD, C3: self.baseline + 2 * GUARD}.get(
            method, self.baseline
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """Of each series: what was usual, the bound (NaN where there is none), the chance on a quiet day, the alarm."""

    method: str
    expected: Floats
    upper: Floats
    p: Floats
    alarm: Flags


def method_for(terms: Terms, days: int, usual: Usual) -> str:
    """The method for series with so many days before today; "" when these are too few."""
    if terms.method != AUTO:
        return terms.method if days >= usual.fewest(terms.method) else ""
    return next((one for one in (CUSUM, C2, C1) if days >= usual.fewest(one)), "")


def judge(values: Floats, *, terms: Terms, usual: Usual) -> Judged | None:
    """The last day of each series (in rows, all equally long); None when there are too few days before it.

    For a fixed number of people the series is the window: its days are added up. Refused as `analysis.series.counts`.
    """
    given = np.atleast_2d(counts(values))
    method = method_for(terms, given.shape[1] - 1, usual)
    if not method:
        return None
    if method == AT_LEAST:
        summed = given.sum(axis=1)
        nothing = np.full(len(given), np.nan)
        return Judged(method, nothing, np.full(len(given), float(terms.cases)), nothing, summed >= terms.cases)
    expected, upper, alarm = _charted(given, method, terms, usual)
    today = given[:, -1]
    # A unit in which nobody was ill before is not one in which nobody ever will be: its first case has a chance too.
    days = _learnt_from(given, method, usual)
    p = next_count_probability(today, seen=expected[:, -1] * days, days=days)
    return Judged(method, expected[:, -1], upper[:, -1], p, alarm[:, -1] & (today >= max(terms.cases, 1)))


def chart(terms: Terms, usual: Usual) -> Callable[[Floats], Flags]:
    """The same over every day of made-up series, for reckoning how often a setting is wrong."""

    def alarms(values: Floats) -> Flags:
        method = method_for(terms, values.shape[1] - 1, usual)
        _expected, _upper, alarm = _charted(values, method, terms, usual)
        return np.asarray(alarm & (values >= max(terms.cases, 1)))

    return alarms


def _learnt_from(given: Floats, method: str, usual: Usual) -> int:
    return min(usual.cusum_days, given.shape[1] - 1 - CUSUM_GAP) if method == CUSUM else usual.baseline


def _charted(given: Floats, method: str, terms: Terms, usual: Usual) -> tuple[Floats, Floats, Flags]:
    if method == CUSUM:
        summed = cusum_daily(given, baseline=_learnt_from(given, method, usual), gap=CUSUM_GAP)
        return summed.expected, summed.upper, summed.alarm
    found = ears(given, baseline=usual.baseline, min_sigma=usual.min_sigma, alpha=terms.alpha)
    mean, _spread = moving_baseline(given, baseline=usual.baseline, gap=0 if method == C1 else GUARD)
    bounds = {
        C1: (found.c1_upper, found.c1_alarm),
        C2: (found.c2_upper, found.c2_alarm),
        C3: (found.c3_upper, found.c3_alarm),
    }
    return (mean, *bounds[method])


def standing(alarms: Flags, p: Floats, *, among: int, fdr: float) -> Flags:
    """The alarms that stand when of those called a share `fdr` may be false, `among` units looked at (BH 1995).

    Units without anybody ill are not in `p`; their chance is 1, so they only count in `among`.
    """
    padded = np.ones(max(among, len(p)))
    padded[: len(p)] = np.where(np.isnan(p), 1.0, p)
    called, _adjusted = benjamini_hochberg(padded, fdr=fdr)
    return np.asarray(alarms & called[: len(p)])

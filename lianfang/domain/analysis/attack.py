"""Attack rates and what they have to do with an exposure (罹患率): proportions with limits, two-by-two tables.

Sources: Clopper & Pearson 1934; Wilson 1927; Jewell 2004 (mid-p, median-unbiased); Rothman 2008; the R package epitools
computes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from lianfang.domain.analysis import odds_coarse
from lianfang.domain.analysis.odds import Corner, limit, median_unbiased
from lianfang.domain.analysis.series import Floats, counts, within
from lianfang.domain.refusals import Refused

_NO_EVIDENCE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Proportion:
    """`cases` of `persons` with limits by three methods, each field in the shape of the arguments.

    Where there is nobody at risk the proportion is NaN, the exact and Wilson limits are 0 and 1 (nothing is known), and
    the Wald limits NaN. Wald limits are as the formula gives them: they can leave 0..1, and have no width at 0 and 1.
    """

    proportion: Floats
    exact_low: Floats
    exact_high: Floats
    wilson_low: Floats
    wilson_high: Floats
    wald_low: Floats
    wald_high: Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio with its limits. NaN where a zero cell leaves nothing to compute it from."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """An exposure and an illness: attack rates, risk ratio, odds ratio by three methods, and tests of no association.

    `risk_exposed` and `risk_unexposed` are NaN where nobody was (un)exposed. Wald limits are NaN where a cell is zero:
    use the exact ones. `p_chi2` (no continuity correction) is NaN where a margin is zero.
    """

    risk_exposed: float
    risk_unexposed: float
    risk_ratio: Estimate
    odds_wald: Estimate
    odds_mid_p: Estimate
    odds_fisher: Estimate
    p_mid: float
    p_fisher: float
    p_chi2: float


def proportion(cases: ArrayLike, persons: ArrayLike, *, level: float = 0.95) -> Proportion:
    """Proportions with exact (Clopper-Pearson), Wilson and Wald limits, for one pair or for arrays of them.

    Refused as `series.counts`; `attack.more_cases` (cases, persons) where there are more cases than persons.
    """
    x, n = np.broadcast_arrays(_whole(cases, "cases"), _whole(persons, "persons"))
    if (x > n).any():
        at = int(np.argmax((x > n).ravel()))
        raise Refused("attack.more_cases", "cases", cases=int(x.ravel()[at]), persons=int(n.ravel()[at]))
    half = (1 - within(level, "level", low=0, high=1, open_ends=True)) / 2
    z = float(scipy.stats.norm.isf(half))
    known = np.where(n > 0, n, 1.0)
    p = x / known
    middle, reach = p + z**2 / (2 * known), z * np.sqrt(p * (1 - p) / known + z**2 / (4 * known**2))
    wide = 1 + z**2 / known
    wald = z * np.sqrt(p * (1 - p) / known)
    found = (
        p,
        betaincinv(np.where(x > 0, x, 1.0), n - x + 1, half) * (x > 0),
        np.where(x < n, betaincinv(x + 1, np.where(x < n, n - x, 1.0), 1 - half), 1.0),
        np.where(x > 0, (middle - reach) / wide, 0.0),
        np.where(x < n, (middle + reach) / wide, 1.0),
        p - wald,
        p + wald,
    )
    nobody = (np.nan, 0.0, 1.0, 0.0, 1.0, np.nan, np.nan)
    return Proportion(*(np.where(n > 0, one, empty)[()] for one, empty in zip(found, nobody, strict=True)))


def two_by_two(
    exposed_ill: int, exposed_well: int, unexposed_ill: int, unexposed_well: int, *,
    level: float = 0.95, compat: str = "",
) -> TwoByTwo:  # fmt: skip
    """The table of one exposure. Refused as `series.counts`, and `series.short` when the table is empty.

    Risk ratio and `odds_wald`: limits on the log scale. `odds_mid_p`: median-unbiased, with mid-p limits.
    `odds_fisher`: conditional maximum likelihood, with exact limits. `p_mid`: twice the smaller mid-p tail.
    `p_fisher`: two-sided. `compat="epitools"` stops the searches of the latter two where R's do, at an absolute 1.2e-4
    of the odds ratio or of its inverse, which moves third to sixth digits; by default they are found to the last digit.
    """
    if compat not in ("", "epitools"):
        raise Refused("analysis.compat_unknown", "compat", known="epitools")
    cells = counts([exposed_ill, exposed_well, unexposed_ill, unexposed_well], field="table")
    if not cells.sum():
        raise Refused("series.short", "table", length=0, fewest=1)
    half = (1 - within(level, "level", low=0, high=1, open_ends=True)) / 2
    a, b, c, d = (int(cell) for cell in cells)
    corner = Corner(a, a + b, a + c, a + b + c + d)
    below, here, above = corner.tails(1.0)
    return TwoByTwo(
        _ratio(a, a + b), _ratio(c, c + d), _risk_ratio(a, b, c, d, half), _odds_ratio(a, b, c, d, half),
        _exact(corner, half, mid=True, coarse=bool(compat)), _exact(corner, half, mid=False, coarse=bool(compat)),
        min(_NO_EVIDENCE, 2 * min(below, above) + here), corner.two_sided(), _chi_square(a, b, c, d),
    )  # fmt: skip


def tables(exposed: ArrayLike, ill: ArrayLike) -> tuple[int, int, int, int]:
    """The four cells from a line list: `exposed` and `ill` as 1 or 0, NaN (unknown) leaves a person out."""
    yes, sick = np.asarray(exposed, np.float64), np.asarray(ill, np.float64)
    known = ~(np.isnan(yes) | np.isnan(sick))
    code = np.bincount((2 * (1 - yes[known]) + (1 - sick[known])).astype(np.int64), minlength=4)
    return int(code[0]), int(code[1]), int(code[2]), int(code[3])


def _whole(values: ArrayLike, field: str) -> Floats:
    found = np.asarray(values)
    return counts(np.atleast_1d(found), field=field).reshape(found.shape)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _risk_ratio(a: int, b: int, c: int, d: int, half: float) -> Estimate:
    first, second = _ratio(a, a + b), _ratio(c, c + d)
    value = first / second if second else float("inf" if first > 0 else "nan")
    if not a or not c:
        return Estimate(value, float("nan"), float("nan"))
    return _around(value, np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)), half)


def _odds_ratio(a: int, b: int, c: int, d: int, half: float) -> Estimate:
    if min(a, b, c, d) == 0:
        top, bottom = a * d, b * c
        value = top / bottom if bottom else float("inf" if top else "nan")
        return Estimate(value, float("nan"), float("nan"))
    return _around(a * d / (b * c), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d), half)


def _around(value: float, error: float, half: float) -> Estimate:
    reach = float(np.exp(scipy.stats.norm.isf(half) * error))
    return Estimate(value, value / reach, value * reach)


def _exact(corner: Corner, half: float, *, mid: bool, coarse: bool) -> Estimate:
    if corner.low == corner.high:  # a margin is zero: every odds ratio fits alike
        return Estimate(float("nan"), 0.0, float("inf"))
    if coarse and corner.low < corner.a < corner.high:
        return Estimate(*(odds_coarse.mid_p(corner, half) if mid else odds_coarse.fisher(corner, half)))
    value = median_unbiased(corner) if mid else corner.most_likely()
    low = limit(corner, chance=half, mid=mid, upper=False)
    return Estimate(value, low, limit(corner, chance=half, mid=mid, upper=True))


def _chi_square(a: int, b: int, c: int, d: int) -> float:
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return float("nan")
    return float(scipy.stats.chi2.sf((a + b + c + d) * (a * d - b * c) ** 2 / margins, 1))

"""How many persons both lists missed (捕获再捕获): Chapman's estimate, its limits, and what each list is worth.

Chapman 1951, variance after Seber 1982, log-normal limits after Chao 1987, transformed-logit limits after Sadinle 2009.
All of it holds only for two independent lists of the same closed population, which `why_not_readable` asks about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from lianfang.domain.two_lists.overlap import Overlap, share

CONFIDENCE: Final = 0.95
FEWEST_IN_BOTH: Final = 7  # fewer in common leave Chapman's estimate biased (Robson and Regier 1964, Seber 1982)
_WIDEST = 3.0  # standard errors of a logit: beyond it, the upper limit is hundreds of times the unknown part
_HALF = 0.5  # added to each cell, so that an empty one has a logarithm (Sadinle 2009)

Reason = Literal["empty_list", "few_in_both", "dependent", "truncated"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper confidence limit, in persons."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Persons there are in all, by Chapman, and limits in three ways.

    Wald's may fall below the number already known. `limits` are the ones to show: the transformed-logit ones, which
    have no upper end to speak of once nearly everybody is on both lists; there the log-normal ones stand in.
    """

    persons: float
    variance: float
    wald: Limits
    log_normal: Limits
    transformed_logit: Limits
    limits: Limits

    @property
    def error(self) -> float:
        """Standard error."""
        return math.sqrt(self.variance)


def lincoln_petersen(found: Overlap) -> float:
    """Persons in all by the plain ratio; infinite when the lists have nobody in common."""
    return found.ours * found.theirs / found.both if found.both else math.inf


def chapman(found: Overlap, *, confidence: float = CONFIDENCE) -> Estimate:
    """Chapman's estimate of all persons, with limits of this confidence."""
    both, ours, theirs = found.both, found.ours, found.theirs
    persons = (ours + 1) * (theirs + 1) / (both + 1) - 1
    spread = (ours + 1) * (theirs + 1) * found.only_ours * found.only_theirs
    variance = spread / ((both + 1) ** 2 * (both + 2))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    reach = z * math.sqrt(variance)
    log_normal = _log_normal(found.union, persons - found.union, variance, z)
    logit, error = _transformed_logit(found, z)
    return Estimate(
        persons=persons,
        variance=variance,
        wald=Limits(persons - reach, persons + reach),
        log_normal=log_normal,
        transformed_logit=logit,
        limits=logit if error <= _WIDEST else log_normal,
    )


def _log_normal(known: float, unknown: float, variance: float, z: float) -> Limits:
    """The unknown part is log-normal, so the lower limit is never below what is known."""
    if unknown <= 0 or variance <= 0:
        return Limits(known, known)
    factor = math.exp(z * math.sqrt(math.log1p(variance / unknown**2)))
    return Limits(known + unknown / factor, known + unknown * factor)


def _transformed_logit(found: Overlap, z: float) -> tuple[Limits, float]:
    """(limits, the standard error of the logit)."""
    both, ours, theirs = found.both + _HALF, found.only_ours + _HALF, found.only_theirs + _HALF
    error = math.sqrt(1 / both + 1 / ours + 1 / theirs + both / (ours * theirs))
    unknown, known = ours * theirs / both, found.union - _HALF
    return Limits(known + unknown * math.exp(-z * error), known + unknown * math.exp(z * error)), error


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What share of persons each list has: of the other list, and of both together."""

    ours_by_theirs: float | None  # ours has so many of theirs
    theirs_by_ours: float | None
    ours_of_union: float | None
    theirs_of_union: float | None


def sensitivity(found: Overlap) -> Sensitivity:
    """Each list measured by the other (unbiased only when the lists are independent) and by the union."""
    return Sensitivity(
        ours_by_theirs=share(found.both, found.theirs),
        theirs_by_ours=share(found.both, found.ours),
        ours_of_union=share(found.ours, found.union),
        theirs_of_union=share(found.theirs, found.union),
    )


@dataclass(frozen=True, slots=True)
class Completeness:
    """What share of all persons, known and unknown, is on ours, on theirs, on either."""

    ours: float | None
    theirs: float | None
    union: float | None


def completeness(found: Overlap, persons: float) -> Completeness:
    """The lists measured by the estimated number of all persons."""
    return Completeness(share(found.ours, persons), share(found.theirs, persons), share(found.union, persons))


@dataclass(frozen=True, slots=True)
class Links:
    """How sure the links are: sums of probabilities over the accepted pairs and over those left out.

    `accepted` counts pairs; `true_accepted` and `true_left_out` are the sums of their probabilities; `possible` counts
    the pairs of the review band, which are among those left out.
    """

    accepted: int
    true_accepted: float
    true_left_out: float = 0.0
    possible: int = 0

    @property
    def precision(self) -> float:
        """Accepted pairs that are right."""
        return self.true_accepted / self.accepted if self.accepted else 1.0

    @property
    def recall(self) -> float:
        """Right pairs that were accepted."""
        right = self.true_accepted + self.true_left_out
        return self.true_accepted / right if right else 1.0


def corrected(found: Overlap, links: Links) -> Overlap:
    """The overlap without linkage error: `both` times precision by recall (Brenner 1994, van Hest 2006).

    Missed links make the number of persons too large, false ones too small.
    """
    return found.with_both(found.both * links.precision / links.recall if links.recall else found.both)


@dataclass(frozen=True, slots=True)
class Estimates:
    """All that two lists say of the number of persons; figures are to be read only when `why_not` is empty.

    `fewest` and `most` are the estimates were all, or none, of the possible pairs the same person.
    """

    found: Overlap
    sensitivity: Sensitivity
    chapman: Estimate
    corrected: Estimate
    corrected_both: float
    completeness: Completeness
    fewest: float
    most: float
    why_not: tuple[Reason, ...]

    @property
    def readable(self) -> bool:
        """Whether the estimate of all persons may be shown."""
        return not self.why_not


def estimates(
    found: Overlap, links: Links | None = None, *, dependent: bool = False, truncated: bool = False
) -> Estimates:
    """Everything at once; `dependent` and `truncated` as for `why_not_readable`."""
    links = links or Links(accepted=round(found.both), true_accepted=found.both)
    true = corrected(found, links)
    best = chapman(true)
    return Estimates(
        found=found,
        sensitivity=sensitivity(found),
        chapman=chapman(found),
        corrected=best,
        corrected_both=true.both,
        completeness=completeness(true, best.persons),
        fewest=chapman(found.with_both(found.both + links.possible)).persons,
        most=chapman(found).persons,
        why_not=why_not_readable(found, dependent=dependent, truncated=truncated),
    )


def why_not_readable(found: Overlap, *, dependent: bool = False, truncated: bool = False) -> tuple[Reason, ...]:
    """Why the number of persons must not be read; empty when it may.

    `dependent`: one list was fed by the other, or being on one makes being on the other likelier (too small) or less
    likely (too large). `truncated`: one list leaves out persons by rule, or ends earlier than the other.
    """
    empty: tuple[Reason, ...] = ("empty_list",) if not found.ours or not found.theirs else ()
    few: tuple[Reason, ...] = ("few_in_both",) if found.both < FEWEST_IN_BOTH else ()
    fed: tuple[Reason, ...] = ("dependent",) if dependent else ()
    cut: tuple[Reason, ...] = ("truncated",) if truncated else ()
    return empty + few + fed + cut

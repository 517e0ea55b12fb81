"""How far two lists agree (一致性): concordance, kappa, McNemar, and agreement field by field and date by date.

Formulas: positive and negative agreement (Cicchetti and Feinstein 1990), kappa and its standard error (Cohen 1960),
McNemar's test without correction and its exact form.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from lianfang.domain.two_lists.overlap import Overlap, share

_LOG_HALF = math.log(0.5)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the lists agree, each between 0 and 1 (kappa from -1); None where nothing can be said.

    Whatever counts the persons on neither list (`observed`, `kappa`, `negative`) needs the roster both were drawn from.
    """

    concordance: float | None  # on both, of those on either (Jaccard)
    positive: float | None
    negative: float | None
    observed: float | None
    kappa: float | None
    kappa_error: float | None  # standard error
    mcnemar: float | None  # chi-squared with one degree of freedom
    mcnemar_p: float | None
    mcnemar_exact_p: float


def agreement(found: Overlap, *, roster: float | None = None) -> Agreement:
    """How far two lists agree; `roster` is the number of persons both lists were drawn from.

    Raises ValueError when the roster is smaller than the lists together.
    """
    neither = None if roster is None else roster - found.union
    if neither is not None and neither < 0:
        raise ValueError("the roster has fewer persons than the lists")
    apart = found.only_ours + found.only_theirs
    observed, kappa, error = _kappa(found, roster) if roster else (None, None, None)
    statistic = (found.only_ours - found.only_theirs) ** 2 / apart if apart else None
    return Agreement(
        concordance=share(found.both, found.union),
        positive=share(2 * found.both, found.ours + found.theirs),
        negative=None if neither is None else share(2 * neither, 2 * neither + apart),
        observed=observed,
        kappa=kappa,
        kappa_error=error,
        mcnemar=statistic,
        mcnemar_p=None if statistic is None else math.erfc(math.sqrt(statistic / 2)),
        mcnemar_exact_p=mcnemar_exact(round(found.only_ours), round(found.only_theirs)),
    )


def _kappa(found: Overlap, roster: float) -> tuple[float, float | None, float | None]:
    """(observed agreement, kappa, its standard error); without kappa where chance alone agrees wholly."""
    observed = 1 - (found.only_ours + found.only_theirs) / roster
    expected = found.ours / roster * (found.theirs / roster) + (1 - found.ours / roster) * (1 - found.theirs / roster)
    if expected >= 1:
        return observed, None, None
    error = math.sqrt(observed * (1 - observed) / roster) / (1 - expected)
    return observed, (observed - expected) / (1 - expected), error


def mcnemar_exact(only_ours: int, only_theirs: int) -> float:
    """Two-sided probability that one list has so many more of its own by chance alone (binomial, one half)."""
    apart, fewer = only_ours + only_theirs, min(only_ours, only_theirs)
    if only_ours == only_theirs:
        return 1.0
    whole = math.lgamma(apart + 1) + apart * _LOG_HALF
    terms = (math.exp(whole - math.lgamma(k + 1) - math.lgamma(apart - k + 1)) for k in range(fewer + 1))
    return min(1.0, 2 * math.fsum(terms))


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """One field over the linked pairs: how many could be compared, and how many were equal."""

    field: str
    compared: int
    equal: int

    @property
    def share(self) -> float | None:
        """Equal ones of those compared."""
        return share(self.equal, self.compared)


def field_agreement(field: str, pairs: Iterable[tuple[Hashable, Hashable]]) -> FieldAgreement:
    """Agreement of one field; a pair counts only where both sides say something (neither None nor "")."""
    said = [(ours, theirs) for ours, theirs in pairs if ours not in (None, "") and theirs not in (None, "")]
    return FieldAgreement(field, len(said), sum(ours == theirs for ours, theirs in said))


def field_agreements(pairs: Mapping[str, Iterable[tuple[Hashable, Hashable]]]) -> tuple[FieldAgreement, ...]:
    """Agreement of each field, in the order given."""
    return tuple(field_agreement(field, some) for field, some in pairs.items())


@dataclass(frozen=True, slots=True)
class DateAgreement:
    """A date over the linked pairs: days by which theirs is later than ours."""

    compared: int
    median_days: float | None
    equal: float | None  # share
    within_one_day: float | None  # share


def date_agreement(pairs: Iterable[tuple[date | None, date | None]]) -> DateAgreement:
    """Agreement of a date; a pair counts only where both sides give one."""
    days = [(theirs - ours).days for ours, theirs in pairs if ours is not None and theirs is not None]
    return DateAgreement(
        compared=len(days),
        median_days=float(median(days)) if days else None,
        equal=share(sum(one == 0 for one in days), len(days)),
        within_one_day=share(sum(abs(one) <= 1 for one in days), len(days)),
    )

"""Reports that look copied (照抄): the same figures day after day, where chance would hardly have them so.

How many are absent or ill on two days of one unit differs as a Skellam number does: with mean m a day and a share of
`turnover` others each day, both days are equal with probability exp(-2 m t) I0(2 m t). Of several items the one that
varies most counts, never their product: who has a fever is absent too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scipy.special import bdtrc, ive

from lianfang.domain.report_quality.terms import Asked, Given, Limits, by_unit

_RARE = 2  # an item is rare where its sum is at most half of the largest item's: its complement says no more
_PERMILLE, _PERCENT = 1000, 100


@dataclass(frozen=True, slots=True)
class Copied:
    """A unit's reports: the longest run of equal ones, how many equal the one before, how many chance would have.

    `chance` is the smaller of the probabilities of such a run and of so many pairs.
    """

    unit: int
    since: date
    until: date
    run: int
    equal: int
    pairs: int
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class _Usual:
    """Rare items with their sums, over the sum of the largest item or, where there is none, over reports."""

    sums: Mapping[str, int]
    whole: int
    size: str
    reports: int

    def mean(self, code: str, reports: Sequence[Given]) -> float:
        """What a unit has of an item a day: its own mean, or the one of all for its size where that is more."""
        own = sum(one.figures.get(code, 0) for one in reports) / len(reports)
        people = sum(one.figures.get(self.size, 0) for one in reports) / len(reports)
        rate = people / self.whole if self.whole else 1 / self.reports
        return max(own, self.sums[code] * rate)


def copies(reports: Sequence[Given], items: Sequence[Asked], limits: Limits) -> tuple[Copied, ...]:
    """Units whose reports look copied, the least likely first. Zero reports are no copies and break a run."""
    told = [one for one in reports if not one.nothing and one.figures]
    if not told:
        return ()
    usual = _usual(told, items)
    found = [_of_unit(own, usual, limits) for own in by_unit(told).values()]
    shown = [one for one in found if one is not None and one.chance * _PERMILLE <= limits.copied_permille]
    return tuple(sorted(shown, key=lambda one: (one.chance, one.unit)))


def _usual(reports: Sequence[Given], items: Iterable[Asked]) -> _Usual:
    sums = {item.code: sum(one.figures.get(item.code, 0) for one in reports) for item in items}
    size = max(sums, key=lambda code: sums[code], default="")
    whole = sums.get(size, 0)
    rare = {code: n for code, n in sums.items() if n * _RARE <= whole}
    return _Usual(rare, whole, size, len(reports))


def _of_unit(reports: Sequence[Given], usual: _Usual, limits: Limits) -> Copied | None:
    same = [before.figures == after.figures for before, after in pairwise(reports)]
    if not any(same):
        return None
    turnover = limits.turnover_percent / _PERCENT
    means = [usual.mean(code, reports) * turnover for code in usual.sums]
    alike = min((float(ive(0, 2 * mean)) for mean in means), default=1.0)
    start, length = _longest(same)
    equal = sum(same)
    chances = [float(bdtrc(equal - 1, len(same), alike)) if alike < 1 else 1.0]
    if length + 1 >= limits.copied_days:
        chances.append(min(1.0, alike**length * len(same)))
    first, last = reports[start], reports[start + length]
    return Copied(first.unit, first.day, last.day, length + 1, equal, len(same), alike * len(same), min(chances))


def _longest(same: Sequence[bool]) -> tuple[int, int]:
    """Where the longest run of equal pairs begins, and how many pairs it has."""
    best, at = (0, 0), 0
    for place, equal in enumerate([*same, False]):
        if not equal:
            best = max(best, (place - at, -at))
            at = place + 1
    return -best[1], best[0]

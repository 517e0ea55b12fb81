"""Poisson regression of many series at once (泊松回归): levels of season and a line in time, solved in closed form.

Iterated weighted least squares with a logarithmic link. With one constant a level and one slope the normal equations
need no matrix solver: slope = (Stz - sum Tg Zg / Wg) / Stt', a_g = (Zg - slope Tg) / Wg (analysis note, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lianfang.domain.analysis.detect._reference import Reference
from lianfang.domain.analysis.series import Flags, Floats

_START: Final = 0.1  # the first expectation of a count y is y + 0.1
_CLOSE: Final = 1e-8  # relative change of the deviance at which a series has settled, as reference programs take it
_ROUNDS: Final = 25
_STEEPEST: Final = 300.0  # bound of the logarithm, so that no expectation overflows
_LEAST: Final = 1e-290
_AWAY: Final = 1e-40  # a slope that leads to such expectations followed one or two counts out of bounds
_SMALL: Final = 250_000  # a product of matrices up to this many steps is done on one core, without waiting for others
_FLAT: Final = 1e-13  # below this share, what is left of the spread in time is rounding


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit of S series to n points on p levels.

    `coefs` (S, p + 1): the constants on the scale of logarithms, time being zero now, then the slope. `fitted` and
    `working` (S, n): expectations, and the weights of the last step. `weight` and `moment` (S, p): sums of the weights
    and of weight by time on each level. `spread` (S,): what time varies within levels; 0 where no slope was fitted.
    `settled` (S,): not where the rounds ran out, or away.
    """

    coefs: Floats
    fitted: Floats
    working: Floats
    weight: Floats
    moment: Floats
    spread: Floats
    settled: Flags

    def replaced(self, rows: Flags, other: Fit) -> Fit:
        """This fit, with the marked series from `other`, which has just those."""
        pairs = zip(self._parts, other._parts, strict=True)
        return Fit(*(put(mine, rows, theirs) for mine, theirs in pairs))

    @property
    def _parts(self) -> tuple[np.ndarray, ...]:
        return (
            self.coefs, self.fitted, self.working, self.weight, self.moment, self.spread, self.settled,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """Counts y of series with what each fit needs of them, computed once for all weeks; arrays of the same shape.

    `powers` y^(2/3); `full` y log y; `start` log of the first expectation y + 0.1; `gap` what each count adds to half
    the first deviance.
    """

    counts: Floats
    powers: Floats
    full: Floats
    start: Floats
    gap: Floats

    @classmethod
    def of(cls, counts: Floats) -> Prepared:
        """Of counts, series in rows."""
        start = np.log(counts + _START)
        full = counts * np.log(np.maximum(counts, 1.0))
        return cls(counts, counts ** (2 / 3), full, start, full - counts * start + _START)

    def take(self, places: np.ndarray, *, axis: int) -> Prepared:
        """The given times (axis 1) or the marked series (axis 0)."""
        parts = (self.counts, self.powers, self.full, self.start, self.gap)
        return Prepared(*(part[:, places] if axis else part[places] for part in parts))


@dataclass(frozen=True, slots=True)
class Sample:
    """Counts (S, n) at the points of a reference, prior weights (S, n) or None for one, offsets (S or 1, n) or None."""

    known: Prepared
    points: Reference
    prior: Floats | None = None
    offset: Floats | None = None

    @property
    def counts(self) -> Floats:
        """The counts."""
        return self.known.counts

    def of(self, rows: Flags) -> Sample:
        """The marked series."""
        offset = self.offset if self.offset is None or len(self.offset) == 1 else self.offset[rows]
        prior = None if self.prior is None else self.prior[rows]
        return Sample(self.known.take(rows, axis=0), self.points, prior, offset)

    def weighted(self, values: Floats) -> Floats:
        """Values times prior weights."""
        return values if self.prior is None else values * self.prior

    def summed(self, values: Floats) -> Floats:
        """Sums of values times prior weights, (S,)."""
        return np.asarray(values.sum(axis=1) if self.prior is None else np.einsum("ij,ij->i", values, self.prior))


class _Rounds:
    """The rounds of one fit: what stays the same for each series, and the series that have not settled yet."""

    def __init__(self, sample: Sample, *, trend: bool) -> None:
        self.sample, self.trend = sample, trend
        basis = sample.points.basis
        self.basis = basis
        self.columns = columns_of(basis)
        counts = sample.counts
        self.sums = product(sample.weighted(counts), basis.T)
        full = sample.known.full if sample.offset is None else sample.known.full - counts * sample.offset
        self.constant = sample.summed(full)

    def fit(self) -> Fit:
        """Rounds until every series has settled; each keeps the result of its own last round."""
        fitted = self.sample.counts + _START
        rows, prior = np.arange(len(fitted)), self.sample.prior
        working, deviance = self.sample.weighted(fitted), 2 * self.sample.summed(self.sample.known.gap)
        weighed, score = product(working, self.columns), self._first_score(fitted)
        kept = self._nothing()
        for turn in range(_ROUNDS):
            coefs, spread = self._solved(weighed, score)
            fitted = self._expected(coefs, rows)
            weight = fitted if prior is None else fitted * prior
            sums = product(weight, self.columns)
            now = self._deviance(coefs, sums, rows)
            done = np.abs(now - deviance) < _CLOSE * (np.abs(now) + _START)
            _keep(kept, rows, done | (turn == _ROUNDS - 1), (coefs, fitted, working, weighed, spread, done))
            going = ~done
            if not going.any():
                break
            rows, deviance, working, weighed = rows[going], now[going], weight[going], sums[going]
            prior = None if prior is None else prior[going]
            score = self._score(coefs[going], weighed, rows)
        return self._described(kept)

    def _first_score(self, fitted: Floats) -> Floats:
        """Sums of weight by working response (log fitted + (y - fitted) / fitted) by level, then by time."""
        eta = self.sample.known.start if self.sample.offset is None else self.sample.known.start - self.sample.offset
        return product(self.sample.weighted(fitted * eta - _START), self.basis.T)

    def _score(self, coefs: Floats, weighed: Floats, rows: np.ndarray) -> Floats:
        """The same in later rounds, where the linear predictor is a constant and a slope, so that sums are enough."""
        levels = coefs.shape[1] - 1
        weight, moment, square = weighed[:, :levels], weighed[:, levels:-1], weighed[:, -1]
        constants, slope = coefs[:, :-1], coefs[:, -1]
        on_levels = constants * weight + slope[:, None] * moment - weight
        on_time = (constants * moment).sum(axis=1) + slope * square - moment.sum(axis=1)
        return np.asarray(self.sums[rows] + np.column_stack([on_levels, on_time]))

    def _solved(self, weighed: Floats, score: Floats) -> tuple[Floats, Floats]:
        levels = score.shape[1] - 1
        weight = np.maximum(weighed[:, :levels], _LEAST)
        moment, square = weighed[:, levels:-1], weighed[:, -1]
        slope, spread = np.zeros(len(score)), np.zeros(len(score))
        if self.trend:
            spread = square - (moment * moment / weight).sum(axis=1)
            spread = np.where(spread > _FLAT * square, spread, 0.0)
            across = score[:, -1] - (moment * score[:, :-1] / weight).sum(axis=1)
            slope = np.divide(across, spread, out=slope, where=spread > 0)
        constants = (score[:, :-1] - slope[:, None] * moment) / weight
        return np.column_stack([np.clip(constants, -_STEEPEST, _STEEPEST), slope]), spread

    def _expected(self, coefs: Floats, rows: np.ndarray) -> Floats:
        eta = product(coefs, self.basis)
        if self.sample.offset is not None:
            eta += self.sample.offset if len(self.sample.offset) == 1 else self.sample.offset[rows]
        np.clip(eta, -_STEEPEST, _STEEPEST, out=eta)
        return np.exp(eta, out=eta)

    def _deviance(self, coefs: Floats, weighed: Floats, rows: np.ndarray) -> Floats:
        levels, observed = coefs.shape[1] - 1, self.sums[rows]
        above = weighed[:, :levels].sum(axis=1) - observed[:, :-1].sum(axis=1)
        return 2 * np.asarray(self.constant[rows] - (coefs * observed).sum(axis=1) + above)

    def _nothing(self) -> tuple[np.ndarray, ...]:
        series, points = self.sample.counts.shape
        sizes = (len(self.basis), points, points, self.columns.shape[1])
        return (*(np.empty((series, size)) for size in sizes), np.empty(series), np.zeros(series, dtype=bool))

    def _described(self, kept: tuple[np.ndarray, ...]) -> Fit:
        coefs, fitted, working, weighed, spread, settled = kept
        levels = len(self.basis) - 1
        settled &= (fitted.min(axis=1) > _AWAY) & (fitted.max(axis=1) < 1 / _AWAY)
        return Fit(coefs, fitted, working, weighed[:, :levels], weighed[:, levels:-1], spread, settled)


def fit(sample: Sample, *, trend: bool) -> Fit:
    """Fits every series of the sample. A level without cases has a constant far below zero, not minus infinity."""
    return _Rounds(sample, trend=trend).fit()


def hat_values(found: Fit, points: Reference) -> Floats:
    """How much each point pulls its own expectation, (S, n): working weight by (1 / Wg + (t - Tg / Wg)^2 / Stt')."""
    weight = np.maximum(found.weight, _LEAST)
    middle = found.moment / weight
    slope = np.divide(1.0, found.spread, out=np.zeros_like(found.spread), where=found.spread > 0)[:, None]
    parts = np.hstack([1 / weight + middle * middle * slope, -2 * middle * slope, slope])
    return np.asarray(found.working * product(parts, columns_of(points.basis).T))


def columns_of(basis: Floats) -> Floats:
    """Level, level by time, and squared time, (n, 2 p + 1): what sums of weights are taken by."""
    levels, time = basis[:-1], basis[-1]
    return np.vstack([levels, levels * time, time * time]).T.copy()


def spread_now(found: Fit, points: Reference) -> tuple[Floats, Floats]:
    """Variances, before dispersion, of the linear predictor now and of the slope (0 where there is none), each (S,)."""
    weight = np.maximum(found.weight[:, points.now_level], _LEAST)
    slope = np.divide(1.0, found.spread, out=np.zeros_like(found.spread), where=found.spread > 0)
    return 1 / weight + (found.moment[:, points.now_level] / weight) ** 2 * slope, slope


def _keep(kept: tuple[np.ndarray, ...], rows: np.ndarray, done: Flags, found: tuple[np.ndarray, ...]) -> None:
    for place, value in zip(kept, found, strict=True):
        place[rows[done]] = value[done]


def put(mine: np.ndarray, rows: Flags, theirs: np.ndarray) -> np.ndarray:
    """A copy of `mine` with the marked rows replaced."""
    copy = mine.copy()
    copy[rows] = theirs
    return copy


def product(left: Floats, right: Floats) -> Floats:
    """The product of two matrices in blocks so small that cores need not meet: much faster beside other work."""
    block = max(1, _SMALL // right.size)
    found = np.empty((len(left), right.shape[1]))
    for start in range(0, len(left), block):
        np.matmul(left[start : start + block], right, out=found[start : start + block])
    return found

"""Scenarios of one well-mixed population (传播推演): SEIQR as differential equations, and as a chain of binomial draws.

dS = -b S I/N, dE = b S I/N - (s + q) E, dI = s E - (g + iso) I, dQ = q E + iso I - g Q, dR = g (I + Q); rates are per
day. Classes, dormitories, tests and quarantine are in `scenario_stochastic`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from lianfang.domain.analysis.series import Floats, counts, within
from lianfang.domain.refusals import Refused

COMPARTMENTS: Final = ("S", "E", "I", "Q", "R")
MOST_DAYS: Final = 10_000
MOST_RATE: Final = 100.0
Start = Mapping[str, float] | Sequence[float]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """Per day: infection `beta`, E to I `sigma`, recovery `gamma`, isolation of I `iso`, quarantine of E `q`."""

    beta: float
    sigma: float
    gamma: float
    iso: float = 0.0
    q: float = 0.0

    def checked(self) -> Rates:
        """Itself. Refused `number.out_of_range` naming the rate: each is 0 to 100 a day."""
        for name in ("beta", "sigma", "gamma", "iso", "q"):
            within(getattr(self, name), name, low=0, high=MOST_RATE)
        return self


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one scenario or of several: each array is scenarios x days (days alone for one)."""

    time: Floats
    s: Floats
    e: Floats
    i: Floats
    q: Floats
    r: Floats

    @property
    def peak_day(self) -> Floats:
        """The day on which most are infectious."""
        return np.asarray(self.time[np.argmax(self.i, axis=-1)])[()]

    @property
    def peak_infectious(self) -> Floats:
        """How many are infectious on that day."""
        return np.asarray(self.i.max(axis=-1))[()]

    @property
    def attack(self) -> Floats:
        """Share of all who were infected after the start: (S at the start - S at the end) / N."""
        total = sum(part[..., 0] for part in (self.s, self.e, self.i, self.q, self.r))
        return np.asarray((self.s[..., 0] - self.s[..., -1]) / total)[()]


def seiqr(
    *, beta: ArrayLike, sigma: ArrayLike, gamma: ArrayLike, iso: ArrayLike = 0.0, q: ArrayLike = 0.0,
    y0: Start, days: int,
) -> Course:  # fmt: skip
    """Days 0 to `days` of the equations, within 1e-5 of the exact solution; each rate a number, or one a scenario.

    `y0`: persons by compartment (S, E, I, Q, R), as a mapping or in this order. Refused `number.out_of_range` naming
    the rate, `days` or the compartment; `number.format`; `scenario.empty` when nobody is there at all.
    """
    last = int(within(days, "days", low=1, high=MOST_DAYS))
    rates = [_rate(one, name) for one, name in zip((beta, sigma, gamma, iso, q), _RATES, strict=True)]
    shape = np.broadcast_shapes(*(one.shape for one in rates))
    start, many = starting(y0), int(np.prod(shape))
    total = sum(start)
    flat_rates = [np.broadcast_to(one, shape).ravel() for one in rates]
    b, s, g, away, held = [one.item() for one in flat_rates] if many == 1 else flat_rates

    def slopes(_t: float, flat: Floats) -> Floats:
        # A single scenario is quicker as plain numbers than as arrays of one.
        susceptible, exposed, infectious, isolated, _gone = flat.tolist() if many == 1 else flat.reshape(5, many)
        new, ill, held_back = b * susceptible * infectious / total, s * exposed, held * exposed
        taken, well, released = away * infectious, g * infectious, g * isolated
        change = (-new, new - ill - held_back, ill - well - taken, taken + held_back - released, well + released)
        return np.array(change).ravel()

    begin = np.repeat(np.asarray(start), many)
    found = solve_ivp(
        slopes, (0, last), begin, method="DOP853", t_eval=np.arange(last + 1), rtol=_PRECISION, atol=_PRECISION * total,
    )  # fmt: skip
    parts = found.y.reshape(5, many, last + 1).reshape(5, *shape, last + 1)
    return Course(found.t, *np.maximum(parts, 0.0))


def stochastic(
    *, beta: float, sigma: float, gamma: float, iso: float = 0.0, q: float = 0.0,
    y0: Start, days: int, runs: int = 1000, seed: int = 1,
) -> Course:  # fmt: skip
    """So many `runs` of the same population by whole persons: arrays of runs x (days + 1), counts.

    A chain of binomial draws with a step of one day. What becomes of E, I and Q within a day is the exact solution of
    the linear equations (a matrix exponential). New infections are drawn with the expected pressure of the day,
    followed through the day by the same equations, so that the mean keeps to the differential equations and not to a
    day's steps. The same seed gives the same runs. Refused as `seiqr`; `series.fraction` for parts of a person.
    """
    rates = Rates(beta, sigma, gamma, iso, q).checked()
    last, many = (int(within(one, name, low=1, high=MOST_DAYS)) for one, name in ((days, "days"), (runs, "runs")))
    whole = counts(starting(y0), field="y0").astype(np.int64)
    rng = np.random.Generator(np.random.SFC64(seed))
    day = np.repeat(whole[:, None], many, axis=1)
    kept = np.empty((last + 1, 5, many), np.int64)
    kept[0] = day
    step = _Step(rates, int(whole.sum()))
    for at in range(1, last + 1):
        day = step.next(day, rng)
        kept[at] = day
    return Course(np.arange(last + 1.0), *kept.transpose(1, 2, 0).astype(np.float64))


def starting(y0: Start) -> tuple[float, ...]:
    """The five compartments at the start, checked."""
    if isinstance(y0, Mapping):
        unknown = next((name for name in y0 if name not in COMPARTMENTS), None)
        if unknown is not None:
            raise Refused("analysis.parameter_unknown", "y0", name=unknown, known=", ".join(COMPARTMENTS))
        y0 = [y0.get(name, 0.0) for name in COMPARTMENTS]
    if len(y0) != len(COMPARTMENTS):
        raise Refused("series.short", "y0", length=len(y0), fewest=len(COMPARTMENTS))
    found = tuple(within(value, name, low=0, high=1e12) for name, value in zip(COMPARTMENTS, y0, strict=True))
    if not sum(found):
        raise Refused("scenario.empty", "y0")
    return found


_RATES: Final = ("beta", "sigma", "gamma", "iso", "q")
_PRECISION: Final = 1e-11
_PARTS: Final = 2
"""Parts of a day in which new infections are followed by Runge-Kutta steps: within 1e-4 at a rate of one a day."""


class _Step:
    """One day of the chain for all runs: fates of those already infected, and of those infected during the day."""

    def __init__(self, rates: Rates, persons: int) -> None:
        self._rates, self._persons = rates, persons
        linear = np.zeros((4, 4))  # from E, I, Q, R (columns) to them
        linear[:, 0] = -(rates.sigma + rates.q), rates.sigma, rates.q, 0
        linear[:, 1] = 0, -(rates.gamma + rates.iso), rates.iso, rates.gamma
        linear[:, 2] = 0, 0, -rates.gamma, rates.gamma
        self._linear = linear
        self._parts = max(_PARTS, int(np.ceil(2 * max(rates.sigma + rates.q, rates.gamma + rates.iso, rates.beta))))
        self._within = [expm(linear * at / (2 * self._parts)) for at in range(2 * self._parts + 1)]

    def next(self, day: Ints, rng: Generator) -> Ints:
        """The next day from this one: both 5 x runs."""
        susceptible, exposed, infectious, isolated, gone = day
        chance, fates = self._infected(day)
        new = rng.binomial(susceptible, chance)
        fixed = self._within[-1]
        parts = [
            _dealt(exposed, fixed[:, 0], rng),
            _dealt(infectious, fixed[:, 1], rng),
            _dealt(isolated, fixed[:, 2], rng),
            _dealt(new, fates, rng),
        ]
        moved = sum(parts[1:], parts[0])
        moved[3] += gone
        return np.vstack([susceptible - new, moved])

    def _infected(self, day: Ints) -> tuple[Floats, Floats]:
        """The chance of a susceptible to be infected today, and where those will stand tonight (shares, 4 x runs)."""
        living = day.astype(np.float64)
        started = living[0]
        held = (living[0], np.zeros((4, living.shape[1])))
        size = 1 / self._parts
        for part in range(self._parts):
            held = self._advanced(held, living, 2 * part, size)
        left, cohort = held
        some = np.maximum(started - left, 1e-300)
        return np.clip(1 - left / np.maximum(started, 1e-300), 0, 1) * (started > 0), np.clip(cohort / some, 0, 1)

    def _advanced(self, held: tuple[Floats, Floats], living: Floats, at: int, size: float) -> tuple[Floats, Floats]:
        """One Runge-Kutta step of the susceptible and of today's new infections."""

        def slope(state: tuple[Floats, Floats], half: int) -> tuple[Floats, Floats]:
            left, cohort = state
            known = self._within[at + half][1, 0] * living[1] + self._within[at + half][1, 1] * living[2]
            new = self._rates.beta / self._persons * left * (known + cohort[1])
            change = self._linear @ cohort
            change[0] += new
            return -new, change

        def after(slope_: tuple[Floats, Floats], width: float) -> tuple[Floats, Floats]:
            return held[0] + width * slope_[0], held[1] + width * slope_[1]

        first = slope(held, 0)
        second = slope(after(first, size / 2), 1)
        third = slope(after(second, size / 2), 1)
        fourth = slope(after(third, size), 2)
        mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(first, second, third, fourth, strict=True)]
        return after((mean[0], mean[1]), size)


def _dealt(many: Ints, shares: Floats, rng: Generator) -> Ints:
    """So many persons dealt to four places by their shares (one column, or one a run), as draws one after another."""
    rest = np.maximum(np.cumsum(shares[::-1], axis=0)[::-1], 1e-300)
    chances = np.minimum(shares / rest, 1.0)
    left, dealt = many, np.zeros((len(shares), len(many)), np.int64)
    for place, chance in enumerate(chances[:-1]):
        if chance.any():
            dealt[place] = rng.binomial(left, chance)
            left = left - dealt[place]
    dealt[-1] = left
    return dealt


def _rate(value: ArrayLike, name: str) -> Floats:
    found = np.asarray(value, np.float64)
    for one in (found.min(initial=0.0), found.max(initial=0.0)):
        within(cast(float, one), name, low=0, high=MOST_RATE)
    return found

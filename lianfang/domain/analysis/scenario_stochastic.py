"""Scenarios of an institution by persons (班级宿舍推演): chance decides who is met, infected, noticed and kept away.

Each infectious person meets a Poisson number of others at the desk, in the room, in the class and anywhere; whoever is
met, is not away and was never infected before, is infected. All runs go on side by side; only infected persons cost
time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from lianfang.domain.analysis.attack import proportion
from lianfang.domain.analysis.scenario_school import CONTACTS, Assumed, Contacts, Ints, Plan, School
from lianfang.domain.analysis.series import Floats, within

__all__ = [
    "CONTACTS", "Assumed", "Contacts", "Interval", "Outcome", "Pairs", "Plan", "Runs", "School", "compare", "simulate",
]  # fmt: skip
MOST_DAYS: Final = 400
MOST_RUNS: Final = 5_000
_LIMITS: Final = (0.025, 0.5, 0.975)
_MORNING: Final = 0.3
"""Part of the day at which tests are taken."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle run, and the limits between which 95 of 100 runs lie."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Runs:
    """What happened: each array is runs x days. `infected` counts new infections; on day 0 also the imported ones."""

    infected: Ints
    isolated: Ints  # cases away on that day
    quarantined: Ints  # others away on that day
    imported: int

    @property
    def cases(self) -> Ints:
        """Persons infected by the end, the imported ones among them."""
        return np.asarray(self.infected.sum(axis=1))

    @property
    def days_lost(self) -> Ints:
        """Persons times days away."""
        return np.asarray((self.isolated + self.quarantined).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan in figures. `no_further` is a share of runs with its Wilson limits; `curve` by day: low, mean, high."""

    cases: Interval
    peak_isolated: Interval
    peak_away: Interval
    days_lost: Interval
    no_further: Interval
    curve: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Shares of all pairs of runs, one of each plan: fewer cases with the second plan, and the same number in both."""

    fewer: float
    same: float


@dataclass(frozen=True, slots=True)
class _Ill:
    """Infected persons, one place each: the run, the person, and moments in days from the start."""

    run: Ints
    person: Ints
    begins: Floats  # infectious from
    ends: Floats  # no longer infectious
    noticed: Floats  # isolated because of symptoms or a test; infinite when never
    told: NDArray[np.bool_]  # whether the contacts have been looked for

    def where(self, chosen: NDArray[np.bool_]) -> _Ill:
        """These of them."""
        return _Ill(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def and_(self, others: _Ill) -> _Ill:
        """Both together."""
        return _Ill(*(np.concatenate([getattr(self, one.name), getattr(others, one.name)]) for one in fields(self)))


def simulate(plan: Plan, *, assumed: Assumed, days: int = 90, runs: int = 300, seed: int = 1) -> Runs:
    """So many runs of a plan; the same seed gives the same runs. Refused as `School`; `days`, `runs` out of range."""
    within(days, "days", low=1, high=MOST_DAYS)
    within(runs, "runs", low=1, high=MOST_RUNS)
    spread = _Spread(School(plan, assumed), runs, np.random.Generator(np.random.SFC64(seed)))
    kept = np.zeros((3, days, runs), np.int64)
    spread.import_cases()
    kept[0, 0] = plan.imported
    for day in range(days):
        kept[0, day] += spread.infect(day)
        kept[1, day], kept[2, day] = spread.keep_away(day)
    return Runs(kept[0].T, kept[1].T, kept[2].T, plan.imported)


def outcome(runs: Runs) -> Outcome:
    """Runs in figures."""
    away = runs.isolated + runs.quarantined
    alone = int((runs.cases == runs.imported).sum())
    chance = proportion(alone, len(runs.cases))
    low, _middle, high = np.quantile(runs.infected, _LIMITS, axis=0)
    return Outcome(
        _interval(runs.cases), _interval(runs.isolated.max(axis=1)), _interval(away.max(axis=1)),
        _interval(runs.days_lost),
        Interval(float(chance.proportion), float(chance.wilson_low), float(chance.wilson_high)),
        (low, runs.infected.mean(axis=0), high),
    )  # fmt: skip


def compare(first: Runs, second: Runs) -> Pairs:
    """Every run of the first plan beside every run of the second: how often the second has fewer cases, or as many."""
    ours, theirs = np.sort(first.cases), second.cases
    more = len(ours) - np.searchsorted(ours, theirs, side="right")
    equal = len(ours) - more - np.searchsorted(ours, theirs, side="left")
    return Pairs(float(more.mean() / len(ours)), float(equal.mean() / len(ours)))


class _Spread:
    """All runs of one plan, day by day."""

    def __init__(self, school: School, runs: int, rng: Generator) -> None:
        self._school, self._runs, self._rng = school, runs, rng
        self._plan, self._assumed = school.plan, school.assumed
        self._never = np.ones((runs, self._plan.persons), np.bool_)  # infected
        self._away = np.zeros((runs, self._plan.persons), np.int16)  # until the morning of this day
        self._ill = self._fallen(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))

    def import_cases(self) -> None:
        """The infected who come in on day 0, as they become infectious."""
        order = np.argpartition(self._rng.random(self._never.shape), self._plan.imported - 1, axis=1)
        person = order[:, : self._plan.imported].ravel().astype(np.int64)
        run = np.repeat(np.arange(self._runs), self._plan.imported)
        self._never[run, person] = False
        ill = self._fallen(run, person, np.zeros(len(run)))
        since = ill.begins
        self._ill = replace(ill, begins=np.zeros(len(run)), ends=ill.ends - since, noticed=ill.noticed - since)

    def infect(self, day: int) -> Ints:
        """The infections of one day, and how many there were in each run."""
        ill = self._ill
        present = self._away[ill.run, ill.person] <= day
        stops = np.minimum(ill.ends, ill.noticed)
        part = np.clip(np.minimum(stops, day + 1) - np.maximum(ill.begins, day), 0, 1) * present
        active = np.flatnonzero(part > 0)
        of, met = self._school.met(ill.person[active], part[active], self._rng)
        run = ill.run[active][of]
        hit = self._never[run, met] & (self._away[run, met] <= day)
        new = np.unique(run[hit] * self._plan.persons + met[hit])
        run, person = new // self._plan.persons, new % self._plan.persons
        self._never[run, person] = False
        self._ill = ill.and_(self._fallen(run, person, day + self._rng.random(len(new))))
        return np.bincount(run, minlength=self._runs)

    def keep_away(self, day: int) -> tuple[Ints, Ints]:
        """Tests, isolation and quarantine at the end of a day; how many cases and how many others were away on it."""
        self._test(day)
        ill = self._ill
        found = np.flatnonzero((ill.noticed < day + 1) & ~ill.told)
        before = self._away[ill.run[found], ill.person[found]] > day
        self._isolate(found)
        away = np.count_nonzero(self._away > day, axis=1)
        self._quarantine(ill.run[found][~before], ill.person[found][~before], day)
        ill.told[found] = True
        kept = (ill.noticed < day + 1) & (ill.ends > day)
        isolated = np.bincount(ill.run[kept], minlength=self._runs)
        self._ill = ill.where((ill.ends > day + 1) | ~(ill.told | np.isinf(ill.noticed)))
        return isolated, np.maximum(away - isolated, 0)

    def _test(self, day: int) -> None:
        a_week, ill = self._plan.tests, self._ill
        if (day + 1) * a_week // 7 == day * a_week // 7:
            return
        moment = day + _MORNING
        taken = (ill.begins <= moment) & (ill.ends > moment) & (ill.noticed > day + 1)
        taken &= self._away[ill.run, ill.person] <= day
        positive = taken & (self._rng.random(len(taken)) < self._plan.sensitivity)
        ill.noticed[positive] = np.nextafter(day + 1.0, 0.0)  # the result is there in the evening

    def _isolate(self, found: Ints) -> None:
        run, person = self._ill.run[found], self._ill.person[found]
        until = np.ceil(self._ill.ends[found]).clip(max=np.iinfo(np.int16).max).astype(np.int16)
        self._away[run, person] = np.maximum(self._away[run, person], until)

    def _quarantine(self, run: Ints, person: Ints, day: int) -> None:
        """From the next morning; who was away already when noticed has met nobody, and nobody is looked for."""
        if self._plan.contacts == "none" or not len(run):
            return
        of, others = (self._school.near if self._plan.contacts == "near" else self._school.classmates)(person)
        until = np.int16(day + 1 + self._assumed.quarantine)
        np.maximum.at(self._away, (run[of], others), until)

    def _fallen(self, run: Ints, person: Ints, moment: Floats) -> _Ill:
        """Newly infected persons and what will become of them."""
        begins = moment + self._times(self._school.latent, len(run))
        ends = begins + self._times(self._school.infectious, len(run))
        symptoms = self._rng.random(len(run)) < self._assumed.with_symptoms
        noticed = begins + self._assumed.before_symptoms + self._plan.delay
        told = np.zeros(len(run), np.bool_)
        return _Ill(run, person, begins, ends, np.where(symptoms, noticed, np.inf), told)

    def _times(self, mean: float, many: int) -> Floats:
        cv2 = self._assumed.spread_of_times**2
        return self._rng.gamma(1 / cv2, mean * cv2, many) if cv2 else np.full(many, mean)


def _interval(values: Ints) -> Interval:
    low, middle, high = np.quantile(values, _LIMITS)
    return Interval(float(middle), float(low), float(high))

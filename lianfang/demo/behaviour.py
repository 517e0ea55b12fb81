"""What people and units of the synthetic province do on a day (一日行为): who is ill, who answers, who reports when.

Rates and their sources are in `province.toml`. Deadlines come from the policy that the caller gives. The same province,
day and policy give the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import log
from random import Random
from zoneinfo import ZoneInfo

from lianfang.demo.anchors import BehaviourRates, anchors
from lianfang.demo.people import rosters
from lianfang.demo.plan import School
from lianfang.demo.population import Province
from lianfang.domain.policy import Policy

_PEAK = timedelta(hours=1)
_FIVE_MINUTES = timedelta(minutes=5)
_A_DAY = timedelta(days=1)
Draw = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Absentee:
    """A learner who is absent ill; `member` is the place on the unit's roster of learners, from 0."""

    member: int
    influenza_like: bool
    symptoms: tuple[str, ...]
    onset: date


@dataclass(frozen=True, slots=True)
class Answered:
    """One person answered; `ill` is what the answer says if the person is not well."""

    at: datetime
    unit: str
    kind: str  # learner or staff
    member: int  # place among the unit's learners or staff, from 0
    ill: Absentee | None


@dataclass(frozen=True, slots=True)
class ClassClosed:
    """A class head closed the list: everyone but the absentees is there and well."""

    at: datetime
    unit: str
    learners: int
    absentees: tuple[Absentee, ...]
    unanswered: tuple[int, ...]  # members who have not answered by themselves


@dataclass(frozen=True, slots=True)
class UnitReported:
    """A school sent its daily report."""

    at: datetime
    unit: str
    learners: int
    absent: int
    influenza_like: int
    late: bool

    @property
    def nothing_to_report(self) -> bool:
        """Whether it is a zero report (零报告)."""
        return self.absent == 0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A school corrected its report of `day`, on the day after."""

    at: datetime
    unit: str
    day: date
    absent_before: int
    absent: int


Event = Answered | ClassClosed | UnitReported | Corrected


@dataclass(frozen=True, slots=True)
class Outbreak:
    """An outbreak in one class (code), from its first case on; new cases multiply daily: 1, 2, 4, ..."""

    unit: str
    first_day: date


def day_of(
    province: Province,
    day: date,
    policy: Policy,
    *,
    everyone_answers: bool = False,
    outbreak: Outbreak | None = None,
) -> Iterator[Event]:
    """All events of the day, school by school; sort by `at` for a timeline. Corrections fall on the next day.

    Without `everyone_answers` only class lists and unit reports are sent (exception-first); the same people are ill,
    and the same units late or silent, either way.
    """
    for school in province.schools:
        yield from _Day(province, school, day, policy, outbreak).events(everyone_answers=everyone_answers)


def timeline(events: Iterator[Event]) -> list[Event]:
    """The events in the order of time; ties by unit."""
    return sorted(events, key=lambda event: (event.at, event.unit))


def expected_absence(province: Province) -> tuple[float, float]:
    """How many learners the rates let expect absent ill, and with influenza-like illness, on a quiet day."""
    rates = anchors().behaviour
    ill = sum(school.students * rates.absent[school.kind.code] for school in province.schools)
    return ill, sum(school.students * rates.influenza_like[school.kind.code] for school in province.schools)


class _Day:
    """One school on one day."""

    def __init__(
        self, province: Province, school: School, day: date, policy: Policy, outbreak: Outbreak | None
    ) -> None:
        self._school, self._day, self._policy, self._outbreak = school, day, policy, outbreak
        self._rates: BehaviourRates = anchors().behaviour
        self._zone = ZoneInfo(anchors().top.zone)
        self._seed = f"{province.seed}|{day.isoformat()}|{school.code}"
        self._facts: Draw = Random(self._seed).random  # noqa: S311  made-up behaviour, repeatable on purpose
        # Times of answers have a source of their own, so that asking for them does not change who is ill.
        self._answer_times: Draw = Random(f"{self._seed}|answers").random  # noqa: S311

    def events(self, *, everyone_answers: bool) -> Iterator[Event]:
        absent = influenza_like = 0
        for unit, learners in self._classes():
            closed = self._close(unit, learners)
            absent += len(closed.absentees)
            influenza_like += sum(ill.influenza_like for ill in closed.absentees)
            if everyone_answers:
                yield from self._answers(closed)
            if self._school.kind.mean_class:
                yield closed
        if everyone_answers:
            yield from self._staff_answers()
        yield from self._reports(absent, influenza_like)

    def _classes(self) -> list[tuple[str, int]]:
        """(unit, learners) for each class, or once for a school without classes."""
        if not self._school.kind.mean_class:
            return [(self._school.code, self._school.students)]
        return [(unit, learners) for unit, _, learners in rosters(self._school)]

    def _close(self, unit: str, learners: int) -> ClassClosed:
        absentees = {member: self._ill(member) for member in self._some(learners, self._share_absent())}
        if self._outbreak and self._outbreak.unit == unit:
            absentees |= {ill.member: ill for ill in outbreak_cases(self._outbreak, learners, self._day)}
        unanswered = tuple(self._some(learners, self._rates.no_answer))
        ordered = tuple(absentees[member] for member in sorted(absentees))
        return ClassClosed(self._answer_time(self._facts), unit, learners, ordered, unanswered)

    def _share_absent(self) -> float:
        return self._rates.absent[self._school.kind.code]

    def _ill(self, member: int) -> Absentee:
        kind = self._school.kind.code
        influenza_like = self._facts() * self._rates.absent[kind] < self._rates.influenza_like[kind]
        others = self._rates.other_symptoms
        other = others[int(self._facts() * len(others))]
        return Absentee(member, influenza_like, self._rates.influenza_symptoms if influenza_like else other, self._day)

    def _answers(self, closed: ClassClosed) -> Iterator[Answered]:
        ill = {absentee.member: absentee for absentee in closed.absentees}
        silent = set(closed.unanswered)
        for member in range(closed.learners):
            if member not in silent:
                at = self._answer_time(self._answer_times)
                yield Answered(at, closed.unit, "learner", member, ill.get(member))

    def _staff_answers(self) -> Iterator[Answered]:
        for member in range(self._school.staff):
            if self._answer_times() >= self._rates.no_answer:
                yield Answered(self._answer_time(self._answer_times), self._school.code, "staff", member, None)

    def _reports(self, absent: int, influenza_like: int) -> Iterator[UnitReported | Corrected]:
        rates, chance = self._rates, self._facts()
        if chance < rates.units_missing:
            return
        at = self._report_time()
        late = chance < rates.units_missing + rates.units_late
        if late:
            at = self._deadline() + self._minutes(*rates.timing.late_minutes)
        yield UnitReported(at, self._school.code, self._school.students, absent, influenza_like, late)
        if self._facts() < rates.corrections:
            at = self._moment(self._policy.opens_at) + _A_DAY + self._minutes(*rates.timing.correction_minutes)
            yield Corrected(at, self._school.code, self._day, absent, absent + 1)

    def _answer_time(self, draw: Draw) -> datetime:
        """A moment from opening to the due time; the last hour is the peak, and its first minutes the busiest."""
        timing, due = self._rates.timing, self._moment(self._policy.answer_due)
        peak, chance = due - _PEAK, draw()
        if chance < timing.answers_in_peak_five:
            return _between(draw, peak, peak + _FIVE_MINUTES)
        if chance < timing.answers_in_peak_hour:
            return _between(draw, peak + _FIVE_MINUTES, due)
        return _between(draw, self._moment(self._policy.opens_at), peak)

    def _report_time(self) -> datetime:
        due, timing = self._deadline(), self._rates.timing
        if self._facts() < timing.reports_in_last_five:
            return _between(self._facts, due - _FIVE_MINUTES, due)
        return _between(self._facts, due - timedelta(minutes=timing.report_window_minutes), due - _FIVE_MINUTES)

    def _deadline(self) -> datetime:
        deadlines = self._policy.deadlines
        kind = {"other": "institute"}.get(self._school.kind.code, self._school.kind.code)
        return self._moment(deadlines.get(kind, deadlines["school"]))

    def _moment(self, local: time) -> datetime:
        return datetime.combine(self._day, local, self._zone)

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=int(60 * (least + self._facts() * (most - least))))

    def _some(self, number: int, share: float) -> Iterator[int]:
        """Each of `number` places with the probability `share`, in time proportional to those chosen."""
        if share <= 0:
            return
        place = -1
        while True:
            place += 1 + int(log(1 - self._facts()) / log(1 - share))
            if place >= number:
                return
            yield place


def outbreak_cases(outbreak: Outbreak, learners: int, day: date) -> list[Absentee]:
    """Who of the class is ill from the outbreak on that day; each falls ill once, in an order fixed by the class."""
    rates = anchors().behaviour.outbreak
    draw = Random(outbreak.unit).random  # noqa: S311
    order = sorted(range(learners), key=lambda _: draw())
    cases, new, onset = [], 1, outbreak.first_day
    while order and onset <= day:
        fresh, order = order[:new], order[new:]
        if onset > day - timedelta(days=rates.days_ill):
            cases += [Absentee(member, False, rates.symptoms, onset) for member in fresh]
        new, onset = new * rates.reproduction, onset + _A_DAY
    return cases


def _between(draw: Draw, start: datetime, end: datetime) -> datetime:
    """A whole second after `start`, up to and including `end`."""
    return start + timedelta(seconds=1 + int(draw() * (end - start).total_seconds()))

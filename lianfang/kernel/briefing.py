"""What a day's briefing says (日报内容): each capability says its own sections; the briefing asks them all.

The briefing therefore knows of sites, cases and stores without importing them. Sections are counted as the system sees
them, not as the reader does: a count of what somebody may not see is never zero for that reason. Only counts leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.db.models import Q
from django.utils.translation import override

from lianfang.domain.briefing.figures import Figure, Name, Section, in_order
from lianfang.domain.outcomes import Outcome
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.board import Board, board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within

MOST_NAMED = 12
"""So many units are named in one sentence; the others are counted."""


class Called(Protocol):
    """What has a name in Chinese and perhaps in English: a unit, or its row on a board."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def name_en(self) -> str:
        """The name in English, or nothing."""


@dataclass(slots=True)
class Asked:
    """Of what a briefing is asked: a unit with all below it, a day, and the moment up to which things count."""

    unit: Unit
    day: date
    at: datetime
    fewest: int
    boards: dict[date, Board] = field(default_factory=dict)

    @property
    def starts(self) -> datetime:
        """The first moment of the day, where the unit is."""
        return datetime.combine(self.day, time(0), self.unit.zone)

    def board(self, day: date) -> Board:
        """The board of one day; asked for twice, it is counted once."""
        if day not in self.boards:
            named = MOST_NAMED if day == self.day else 0
            self.boards[day] = board(self.unit, form_on(DAILY, day), day, named=named, brief=True)
        return self.boards[day]

    def within(self, prefix: str = "unit__") -> Q:
        """The condition that a row's unit is this unit or lies below it."""
        low, high = below(self.unit.path)
        return Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})


Says = Callable[[Asked], Iterable[Figure]]
Finds = Callable[[Unit, date, date], Iterable[Outcome]]
Settles = Callable[[Unit, Sequence[date]], Mapping[date, int]]
_sections: dict[str, list[Says]] = {}
_outcomes: list[Finds] = []
_settled: list[Settles] = []


def briefed(section: str) -> Callable[[Says], Says]:
    """Register a function that says what belongs to a section of the briefing."""

    def declare(says: Says) -> Says:
        known = _sections.setdefault(section, [])
        if says not in known:
            known.append(says)
        return says

    return declare


def measured(finds: Finds) -> Finds:
    """Register a function that finds outcome indicators of a unit from one day to another, both counted."""
    if finds not in _outcomes:
        _outcomes.append(finds)
    return finds


def newly_ill_settled_by(settles: Settles) -> Settles:
    """Register who settles below what number the newly ill of a unit's days are said to be for their neighbours."""
    if settles not in _settled:
        _settled.append(settles)
    return settles


def newly_ill_bounds(unit: Unit, days: Sequence[date]) -> list[int]:
    """Of each day below what number the newly ill are said to be; 0 where they are not hidden beside others."""
    kept = [settles(unit, days) for settles in _settled]
    return [max((one.get(day, 0) for one in kept), default=0) for day in days]


def asked_of(unit: Unit, day: date, *, now: datetime) -> Asked:
    """What a briefing of this day asks: as things stand now, or as they stood when the day was over."""
    over = datetime.combine(day + timedelta(days=1), time(0), unit.zone)
    return Asked(unit, day, min(now, over), policy_of(unit, on=day).small_cell)


def sections(asked: Asked) -> tuple[Section, ...]:
    """What every capability has to say, in order."""
    with within(EVERYTHING):
        return in_order({code: list(_said(code, asked)) for code in _sections})


def outcomes(unit: Unit, since: date, until: date) -> list[Outcome]:
    """The indicators that records of this unit and below give for a period."""
    with within(EVERYTHING):
        return [one for finds in _outcomes for one in finds(unit, since, until)]


def name_of(unit: Called) -> Name:
    """What a unit is called in both languages."""
    return Name.of(unit.name, unit.name_en)


def both(say: Callable[[], object]) -> Name:
    """What is said in the language in force, said in both."""
    with override("zh-hans"):
        zh = str(say())
    with override("en"):
        return Name.of(zh, str(say()))


def _said(code: str, asked: Asked) -> Iterator[Figure]:
    for says in _sections[code]:
        yield from says(asked)

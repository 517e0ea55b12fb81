"""A province for the wall (大屏的小世界): prefectures with schools, weeks of reports, a class that answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lianfang.capabilities.cases.casework import classify_case, open_case
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Person
from lianfang.kernel.reporting.fold import fold_all
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.reports import freeze
from lianfang.kernel.reporting.tally import open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses import ops as statuses
from tests import make
from tests.incidents_world import answered
from tests.make import DAY, at

FIGURES = {"expected": 40, "present": 40, "absent": 0, "fever": 0, "isolated": 0}


@dataclass(slots=True)
class Province:
    """The units by code, the people of the class that answers, and the days on record, oldest first."""

    top: Unit
    prefectures: list[Unit] = field(default_factory=list)
    schools: list[Unit] = field(default_factory=list)
    klass: Unit | None = None
    people: list[Person] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def province(codes: Sequence[str], *, schools: int = 2, code: str = "P", people: int = 0) -> Province:
    """A province of these prefectures with so many schools each; the first school has a class of `people`."""
    with clock.at(at(6, day=date(2025, 1, 1))):
        made = Province(make.root(code, "province"))
        for one in codes:
            prefecture = make.unit(made.top, one, "prefecture", f"{one}市")
            made.prefectures.append(prefecture)
            made.schools += [make.unit(prefecture, f"{one}-{n}", "school") for n in range(schools)]
        if people:
            made.klass = make.unit(made.schools[0], f"{codes[0]}-K", "class")
            made.people = make.members(made.klass, people)
    return made


def opened(made: Province, days: int, *, last: date = DAY) -> None:
    """Days on which reports are owed, the last of them `last`."""
    made.days = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    for day in made.days:
        with clock.at(at(6, day=day)), within(EVERYTHING):
            open_day(day)
            open_tallies(day)


def reported(unit: Unit, day: date, *, moment: datetime | None = None, **figures: int) -> None:
    """A unit's daily report, in time unless said otherwise."""
    with clock.at(moment or at(15, day=day)), within(EVERYTHING):
        freeze(
            SYSTEM, unit, form_on(DAILY, day), day, {**FIGURES, **figures}, nothing=False, remark="", reason="",
            mode="self",
        )  # fmt: skip


def ill(made: Province, day: date, who: Sequence[int]) -> None:
    """Who of the class answers with a fever on a day; all others are well."""
    assert made.klass is not None
    for number, person in enumerate(made.people):
        answered(made.klass, person, day=day, symptoms=("fever",) if number in who else ())


def observed(unit: Unit, person: Person, kind: str, since: datetime, until: datetime | None = None) -> None:
    """Somebody's observation by a rule: `observation`, `isolation` or `home`."""
    with clock.at(since), within(EVERYTHING):
        statuses.give(
            unit=unit, person=person, kind=kind, value="under_observation", rule="test", edition="test 1", facts={},
            since=since, until=until, by=SYSTEM,
        )  # fmt: skip


def folded(made: Province) -> None:
    """What the worker adds up."""
    with within(EVERYTHING):
        fold_all(made.days)


def case(unit: Unit, person: Person, began: date, told: date) -> None:
    """A confirmed case by day of onset and day reported, through the actions of whoever opens and classifies one."""
    with clock.at(at(10, day=told)):
        doctor = make.actor(unit, "doctor")
        with make.acting(doctor):
            opened_case = open_case(
                doctor, unit=unit, person=person, definition="fever_respiratory", source="lab", date_onset=began
            )
            classify_case(doctor, case=opened_case, into="confirmed", reason="laboratory")

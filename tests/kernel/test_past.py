"""A unit's days (逐日数字): what is read by a short way equals the sum over the records, also after they change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest

from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.dues.ops import open_day, reopen, settle
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.reporting.board_asked import ask
from lianfang.kernel.reporting.children import as_history, as_trouble, history_asked, trouble_asked
from lianfang.kernel.reporting.fold import fold, fold_all
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import Answer, Tally, UnitReport
from lianfang.kernel.reporting.office_days import HELD_KINDS, Health, health_by_day
from lianfang.kernel.reporting.past import Past, past
from lianfang.kernel.reporting.reports import freeze
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.kernel.statuses.models import Status
from tests import make, walls
from tests.make import DAY, at
from tests.one_by_one import HEADS

pytestmark = pytest.mark.django_db
DAYS = [DAY - timedelta(days=back) for back in range(3, -1, -1)]
A_DAY = timedelta(days=1)
Owed = dict[date, dict[int, tuple[int, int]]]


@pytest.fixture
def top() -> Unit:
    """A university right under the province, and two schools under a county; each with two classes."""
    made = make.root("P")
    county = make.unit(make.unit(made, "A", "prefecture"), "C", "county")
    for parent, code, kind in ((made, "U", "university"), (county, "S0", "school"), (county, "S1", "school")):
        institution = make.unit(parent, code, kind)
        for number in range(2):
            make.unit(institution, f"{code}K{number}", "class")
    for day in DAYS:
        with make.clock.at(at(6, day=day)), within(EVERYTHING):
            open_day(day)
    return made


def act(draw: Random) -> None:
    """Something happens to some unit's day, noted as the product notes it."""
    unit, day = draw.choice(list(Unit.objects.order_by("code"))), draw.choice(DAYS)
    happening = draw.choice([_report, _check, _check, _excuse, _count, _count])
    happening(draw, unit, day)


def _report(draw: Random, unit: Unit, day: date) -> None:
    if unit.reports:
        body = {"expected": 40, "present": 38, "absent": 2, "fever": draw.randrange(4), "isolated": 0}
        with make.clock.at(at(draw.choice([9, 18]), day=day)):
            freeze(
                make.SYSTEM, unit, form_on(DAILY, day), day, body, nothing=False, remark="", reason="correction",
                mode="self",
            )  # fmt: skip


def _check(draw: Random, unit: Unit, day: date) -> None:
    settle(ROLL_CALL, unit, day, at=at(draw.choice([9, 18]), day=day), by="test", slot="am")
    if draw.random() < 0.2:
        reopen(ROLL_CALL, unit, day, at=at(19, day=day), slot="am")


def _excuse(draw: Random, unit: Unit, day: date) -> None:
    Due.objects.filter(unit=unit, day=day).update(excused=draw.choice(["closed for the day", ""]))
    touch(day, [unit.pk])


def _count(draw: Random, unit: Unit, day: date) -> None:
    if unit.kind == "class":
        figures = {name: 1 + draw.randrange(50) for name in HEADS}
        Tally.objects.bulk_create(
            [Tally(day=day, slot="am", **place_of(unit), **figures)],
            update_conflicts=True, unique_fields=["unit", "day", "slot"], update_fields=HEADS,
        )  # fmt: skip
        touch(day, [unit.pk])


@pytest.mark.parametrize("seed", range(3))
def test_the_days_of_a_unit_are_the_sums_of_its_records_through_random_corrections_folded_or_not(top, seed):
    draw = Random(seed)  # noqa: S311  made-up days, repeatable on purpose
    fold_all(DAYS)
    for _round in range(4):
        with within(EVERYTHING):
            for _ in range(8):
                act(draw)
            assert_days([one for one in Unit.objects.exclude(kind="class") if one.kind not in OFFICES])
        fold()
        with within(EVERYTHING):
            assert_days(list(Unit.objects.exclude(kind="class")))


def assert_days(units: Sequence[Unit]) -> None:
    for unit in units:
        whole, brief = past(unit, DAYS, DAYS), past(unit, DAYS, DAYS, brief=True)
        owed = owed_below(unit)
        for found in (whole, brief):
            assert complete(found) == owed, unit.code
            assert {day: (one.expected, one.received) for day, one in found.counts.items() if day in owed} == {
                day: tuple(map(sum, zip(*parts.values(), strict=True))) for day, parts in owed.items()
            }, unit.code
            assert found.answered == answered_below(unit), unit.code
            silent = {day: one for day, one in found.fever.items() if day not in found.answered and one != (0, 0)}
            assert silent == fever_below(unit, found.answered), unit.code
        assert_marks(unit)


def complete(found: Past) -> Owed:
    return {day: {part: (one[0], one[1]) for part, one in parts.items()} for day, parts in found.by_part.items()}


def owed_below(unit: Unit) -> Owed:
    """Day -> lower unit -> expected and received, a due at a time: the reports below, else the class checks."""
    found: Owed = {}
    for day in DAYS:
        dues = Due.objects.filter(day=day, source=True, path__startswith=unit.path).exclude(unit=unit)
        reports = [due for due in dues if due.kind == REPORT]
        for due in reports or [due for due in dues if due.kind == ROLL_CALL]:
            part = int(due.path.removeprefix(unit.path).split("/")[0])
            expected, received = found.setdefault(day, {}).get(part, (0, 0))
            settled = due.settled_at is not None
            found[day][part] = (expected + int(settled or not due.excused), received + int(settled))
    return found


def answered_below(unit: Unit) -> dict[date, int]:
    found: dict[date, int] = {}
    for one in Tally.objects.filter(path__startswith=unit.path, rostered__gt=0):
        found[one.day] = found.get(one.day, 0) + one.answered
    return found


def fever_below(unit: Unit, answered: dict[date, int]) -> dict[date, tuple[int, int]]:
    found: dict[date, tuple[int, int]] = {}
    for report in UnitReport.objects.filter(path__startswith=unit.path, current=True, returned_at=None):
        owed = Due.objects.filter(unit=report.unit_id, day=report.day, kind=REPORT, source=True)
        if report.unit_id != unit.pk and report.day not in answered and owed.exists():
            people, reports = found.get(report.day, (0, 0))
            found[report.day] = (people + report.values["fever"], reports + 1)
    return found


def assert_marks(unit: Unit) -> None:
    units = list(Unit.objects.filter(parent=unit).values_list("pk", flat=True))
    every, trouble = ask(history_asked(units, DAYS[0], DAY), trouble_asked(units, DAYS[0], DAY))
    told = ("late", "returned", "missing")
    expected = {pk: {day: mark for day, mark in days.items() if mark in told} for pk, days in as_history(every).items()}
    assert as_trouble(trouble) == expected


def test_who_is_held_and_newly_ill_in_an_institution_is_counted_as_person_by_person(top):
    school = Unit.objects.get(code="S0")
    made = walls.Province(top, klass=Unit.objects.get(code="S0K0"))
    made.people = make.members(made.klass, 8)
    elsewhere = Unit.objects.get(code="S1K0")
    (other,) = make.members(elsewhere, 1)
    for day, who in zip(DAYS, ([0, 1], [1, 2, 3], [3], [0, 3, 4]), strict=True):
        walls.ill(made, day, who)
    noon = at(12, day=DAYS[1])
    walls.observed(made.klass, made.people[0], "observation", noon, noon + A_DAY)
    walls.observed(made.klass, made.people[0], "home", noon, noon + 2 * A_DAY)
    walls.observed(school, made.people[1], "isolation", at(9, day=DAYS[0]))
    walls.observed(made.klass, made.people[2], "home", at(9, day=DAYS[0]), at(9, day=DAYS[0]))  # was never so
    walls.observed(elsewhere, other, "observation", noon)
    with make.clock.at(at(18)), within(EVERYTHING):
        found, _as_of = health_by_day(school, DAYS)
        assert found == {day: health_on(school, day) for day in DAYS}
        assert found[DAYS[1]] == Health(held=2, at_site=1, on_campus=1, at_home=1, ended=0, newly_ill=2)
    walls.ill(made, DAYS[1], [1])  # the two others turn out to be well
    with make.clock.at(at(18)), within(EVERYTHING):
        assert health_by_day(school, DAYS)[0] == {day: health_on(school, day) for day in DAYS}


def health_on(unit: Unit, day: date) -> Health:
    """Person by person."""
    began = datetime.combine(day, datetime.min.time(), unit.zone)
    end = min(began + A_DAY, at(18))
    holds = [
        one for one in Status.objects.filter(unit__path__startswith=unit.path, kind__in=HELD_KINDS)
        if one.since <= end and (one.until is None or one.until > began) and one.until != one.since
    ]  # fmt: skip
    still = [one for one in holds if one.until is None or one.until > end]
    people = {one.person_id for one in still}
    by_kind = {kind: len({one.person_id for one in still if one.kind == kind}) for kind in HELD_KINDS}
    new = len(ill_on(unit, day) - ill_on(unit, day - A_DAY))
    return Health(
        len(people), by_kind["observation"], by_kind["isolation"], by_kind["home"],
        len({one.person_id for one in holds} - people), new,
    )  # fmt: skip


def ill_on(unit: Unit, day: date) -> set[object]:
    answers = Answer.objects.filter(unit__path__startswith=unit.path, day=day)
    return {one.person_id for one in answers if one.fever or one.symptoms or one.state == "unwell"}

"""The fold (汇总): whatever is folded equals what is counted at opening, which equals one due and counter at a time."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from lianfang.kernel.dues.models import REPORT, ROLL_CALL, Due
from lianfang.kernel.dues.ops import open_day, reopen, settle
from lianfang.kernel.dues.stale import touch
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit, place_of
from lianfang.kernel.reporting import fold as folding
from lianfang.kernel.reporting.board import Board, Counts, board
from lianfang.kernel.reporting.figures import added
from lianfang.kernel.reporting.fold import fold, fold_next_day, open_days_anew
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import Tally, UnitReport
from lianfang.kernel.reporting.reports import freeze, return_report
from lianfang.kernel.reporting.tally import recount_day
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.one_by_one import HEADS, assert_same

pytestmark = pytest.mark.django_db
BODY = {"expected": 40, "present": 38, "absent": 2, "fever": 1, "isolated": 0}


@pytest.fixture
def province(monkeypatch) -> Unit:
    """A province of two prefectures, counties, schools, classes, and universities with a sector's office."""
    monkeypatch.setattr(folding, "COUNTED_AT_OPENING", 0)
    top = make.root("P")
    sector = make.unit(top, "HE", "sector")
    for a in range(2):
        prefecture = make.unit(top, f"A{a}", "prefecture")
        make.unit(prefecture, f"A{a}D", "school")
        make.unit(prefecture, f"A{a}U", "university", sector_parent=sector)
        for c in range(2):
            _county(make.unit(prefecture, f"A{a}C{c}", "county"))
    with within(EVERYTHING):
        open_day(DAY)
    return top


def _county(county: Unit) -> None:
    for s in range(2):
        school = make.unit(county, f"{county.code}S{s}", "school")
        for k in range(2):
            make.unit(school, f"{school.code}K{k}", "class")


def seen(unit: Unit) -> Board:
    with within(EVERYTHING):
        return board(unit, form_on(DAILY, DAY), DAY)


def act(draw: Random) -> None:
    """Something happens to some unit, noted as the product notes it."""
    unit = draw.choice(list(Unit.objects.order_by("code")))
    happening = draw.choice([_report, _report, _send_back, _check, _excuse, _count])
    happening(draw, unit)


def _report(draw: Random, unit: Unit) -> None:
    if unit.reports:
        moment = at(draw.choice([9, 18]), draw.randrange(60))
        with make.clock.at(moment):
            freeze(
                make.SYSTEM, unit, form_on(DAILY, DAY), DAY, {**BODY, "fever": draw.randrange(4)},
                nothing=draw.random() < 0.3, remark="", reason="correction", mode="self",
            )  # fmt: skip


def _send_back(draw: Random, unit: Unit) -> None:
    report = UnitReport.objects.filter(unit=unit, day=DAY, current=True, returned_at=None).first()
    if report is not None:
        return_report(make.SYSTEM, report, "figures do not fit")


def _check(draw: Random, unit: Unit) -> None:
    settle(ROLL_CALL, unit, DAY, at=at(9, 30), by="test", slot="am")
    if draw.random() < 0.2:
        reopen(ROLL_CALL, unit, DAY, at=at(9, 40), slot="am")


def _excuse(draw: Random, unit: Unit) -> None:
    Due.objects.filter(unit=unit, day=DAY).update(excused=draw.choice(["closed for the day", ""]))
    touch(DAY, [unit.pk])


def _count(draw: Random, unit: Unit) -> None:
    figures = {name: draw.randrange(50) for name in HEADS}
    Tally.objects.bulk_create(
        [Tally(day=DAY, slot="am", **place_of(unit), **figures, by_self=draw.randrange(9))],
        update_conflicts=True, unique_fields=["unit", "day", "slot"], update_fields=[*HEADS, "by_self"],
    )  # fmt: skip
    touch(DAY, [unit.pk])


@pytest.mark.parametrize("seed", range(4))
def test_A06_boards_at_every_level_equal_a_count_one_by_one_through_random_days(province, seed):
    draw = Random(seed)  # noqa: S311  made-up days, repeatable on purpose
    for _ in range(6):
        with within(EVERYTHING):
            for _ in range(8):
                act(draw)
        fold()
        with within(EVERYTHING):
            for unit in Unit.objects.exclude(kind="class"):
                assert_same(unit, seen(unit))


@pytest.mark.parametrize("seed", range(2))
def test_A06_folding_bit_by_bit_gives_what_folding_whole_days_gives(province, seed):
    draw = Random(seed)  # noqa: S311  made-up days, repeatable on purpose
    for _ in range(5):
        with within(EVERYTHING):
            for _ in range(6):
                act(draw)
        fold()
    step_by_step = _kept()
    with within(EVERYTHING):
        open_days_anew()
    fold()
    assert _kept() == step_by_step
    assert len(step_by_step) > len(OFFICES)


def _kept() -> dict[str, object]:
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SELECT path, figures::text FROM reporting_folded WHERE day = %s", [DAY])
        return dict(cursor.fetchall())


def test_C04_every_level_shows_three_numbers_and_the_province_is_the_exact_sum(province):
    draw = Random(7)  # noqa: S311  made-up days, repeatable on purpose
    with within(EVERYTHING):
        for _ in range(60):
            act(draw)
    fold()
    top = seen(province)
    offices = [row for row in top.rows if row.unit.kind == "prefecture"]
    assert top.as_of < top.at or top.age_seconds == 0
    together = Counts()
    for row in offices:
        together.add(row.counts)
        lower = seen(row.unit)
        assert lower.counts == row.counts
        assert sum(one.counts.expected for one in lower.rows) == lower.counts.expected
        assert sum(one.counts.received for one in lower.rows) == lower.counts.received
        assert sum(one.counts.on_time for one in lower.rows) == lower.counts.on_time
    assert together == top.counts
    assert top.counts.expected == top.counts.received + top.counts.missing
    assert top.counts.received == top.counts.on_time + top.counts.late


def test_sums_of_a_folded_board_are_those_of_the_reports(province):
    draw = Random(11)  # noqa: S311  made-up days, repeatable on purpose
    with within(EVERYTHING):
        for _ in range(60):
            act(draw)
    fold()
    schools = Due.objects.filter(day=DAY, kind=REPORT, source=True, line="territory", excused="").values("unit_id")
    with within(EVERYTHING):
        reports = UnitReport.objects.filter(unit__in=schools, day=DAY, current=True, returned_at=None)
        figures = [report.values["fever"] for report in reports]
        asked = schools.count()
    total = seen(province).totals["fever"]
    assert (total.value, total.reporting, total.expected) == (sum(figures), len(figures), asked)


def test_what_is_committed_after_the_fold_took_its_notes_is_in_the_next_fold(province):
    school = Unit.objects.get(code="A0C0S0")
    fold()
    before = seen(province).counts.received
    with within(EVERYTHING):
        settle(REPORT, school, DAY, at=at(9), by="test")
    assert seen(province).counts.received == before
    assert fold() > 0
    assert seen(province).counts.received == before + 1
    assert fold() == 0


def test_a_county_is_counted_at_opening_without_any_fold(province):
    school = Unit.objects.get(code="A0C0S0")
    fold()
    with within(EVERYTHING):
        settle(REPORT, school, DAY, at=at(9), by="test")
    county = seen(school.parent)
    assert (county.counts.received, county.age_seconds) == (1, 0)


def test_a_folded_board_says_how_old_it_is(province):
    with make.clock.at(at(10)):
        fold()
    with make.clock.at(at(10) + timedelta(seconds=3)):
        assert seen(province).age_seconds == 3


def test_what_is_not_yet_due_turns_missing_at_its_time_though_nobody_touches_it(province):
    seen_at = []
    for hour in (9, 23):
        with make.clock.at(at(hour)):
            fold()
            top = seen(province)
            with within(EVERYTHING):
                assert_same(province, top)
            seen_at.append((top.counts.not_yet > 0, top.counts.overdue > 0, [row.counts.not_yet for row in top.rows]))
            assert fold() == 0
    assert [one[:2] for one in seen_at] == [(True, False), (False, True)]
    assert any(seen_at[0][2]) and not any(seen_at[1][2])


def test_a_day_that_was_never_folded_is_counted_at_opening_and_then_folded_in_its_turn(province):
    assert seen(province).age_seconds == 0
    with within(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reporting_stale")
    assert fold_next_day() == DAY
    assert fold_next_day() is None
    with within(EVERYTHING):
        assert folding.read(province, DAY) is not None


def test_an_office_that_gets_offices_below_it_is_added_up_from_them(province):
    fold()
    county = Unit.objects.get(code="A0C0")
    with make.clock.at(at(9)):
        make.unit(county, "T", "county")
    fold()
    with within(EVERYTHING):
        school = Unit.objects.get(code="A0C0S1")
        settle(REPORT, school, DAY, at=at(9), by="test")
    fold()
    with within(EVERYTHING):
        assert_same(county, seen(county))
        assert_same(province, seen(province))


def test_counters_set_anew_for_a_day_reach_the_folded_board(province):
    with within(EVERYTHING):
        make.member(Unit.objects.get(code="A0C0S0K0"))
        Tally.objects.create(day=DAY, slot="am", **place_of(Unit.objects.get(code="A0C0S0K0")))
    fold()
    assert seen(province).people.rostered == 0
    with within(EVERYTHING):
        recount_day(DAY)
    fold()
    assert seen(province).people.rostered == 1


def test_sums_are_added_item_by_item():
    assert added({"a": (1, 1)}, {"a": (2, 1), "b": (5, 2)}) == {"a": (3, 2), "b": (5, 2)}

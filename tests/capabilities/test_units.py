"""The tree of units changes, its history does not (单位调整)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianfang.capabilities.daily_report.actions import excuse
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.units.actions import merge_unit, move_unit
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Placement, Unit
from lianfang.kernel.orgs.ops import apply_moves
from lianfang.kernel.people.models import Membership, on_roster
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = pytest.mark.django_db
YESTERDAY = DAY - timedelta(days=1)


@pytest.fixture
def counties():
    city = make.root("C1", "city")
    return city, make.unit(city, "N1", "county"), make.unit(city, "N2", "county")


def counted(unit: Unit, day):
    with within(EVERYTHING):
        return board(Unit.objects.get(pk=unit.pk), form_on(DAILY, day), day).counts


def test_a_moved_school_is_expected_by_the_new_county_and_stays_in_yesterdays_board_of_the_old(counties):
    _, old, new = counties
    school = make.unit(old, "S1", "school")
    with clock.at(at(6, day=YESTERDAY)), within(EVERYTHING):
        open_day(YESTERDAY)
    with clock.at(at(6)), within(EVERYTHING):
        move_unit(SYSTEM, unit=school, new_parent=new, since=DAY)
        open_day(DAY)
        assert Unit.objects.get(code="S1").path.startswith(new.path)
        assert [p.until for p in Placement.objects.filter(unit=school).order_by("since")] == [YESTERDAY, None]
    assert (counted(old, YESTERDAY).expected, counted(new, YESTERDAY).expected) == (1, 0)
    assert (counted(old, DAY).expected, counted(new, DAY).expected) == (0, 1)


def test_a_move_in_the_future_happens_when_its_day_comes(counties):
    _, old, new = counties
    school = make.unit(old, "S1", "school")
    with clock.at(at(9, day=YESTERDAY)), within(EVERYTHING):
        move_unit(SYSTEM, unit=school, new_parent=new, since=DAY)
        assert Unit.objects.get(code="S1").path.startswith(old.path)
        assert apply_moves(YESTERDAY) == 0
        assert apply_moves(DAY) == 1
        assert Unit.objects.get(code="S1").path.startswith(new.path)
        assert apply_moves(DAY) == 0


def test_a_unit_cannot_be_put_under_itself(counties):
    city, old, _ = counties
    with within(EVERYTHING), pytest.raises(Refused) as refused:
        move_unit(SYSTEM, unit=city, new_parent=old, since=DAY)
    assert refused.value.code == "unit.circular"


def test_merging_moves_the_people_and_keeps_where_they_were(counties):
    _, county, _ = counties
    school = make.unit(county, "S1", "school")
    first, second = (make.unit(school, f"S1-K{n}", "class") for n in (1, 2))
    people = make.members(first, 3)
    with clock.at(at(9)), within(EVERYTHING):
        merge_unit(SYSTEM, unit=first, into=second, since=DAY)
        assert Unit.objects.get(pk=first.pk).closed_on == YESTERDAY
        assert Membership.objects.filter(on_roster(DAY), unit=second).count() == len(people)
        assert Membership.objects.filter(on_roster(YESTERDAY), unit=first).count() == len(people)
        assert Membership.objects.filter(on_roster(DAY), unit=first).count() == 0


def test_an_excused_unit_is_neither_expected_nor_missing(counties):
    _, county, _ = counties
    schools = [make.unit(county, f"S{n}", "school") for n in range(2)]
    with clock.at(at(9)):
        with within(EVERYTHING):
            open_day(DAY)
            due = Due.objects.get(unit=schools[0], kind=REPORT)
        officer = make.actor(county, Role.OFFICER)
        with make.acting(officer):
            excuse(officer, superior=county, due=due, reason="假期")
    counts = counted(county, DAY)
    assert (counts.expected, counts.missing, counts.excused) == (1, 1, 1)


def test_two_lines_see_one_report_and_each_counts_it_once(counties):
    city, county, _ = counties
    sector = make.unit(city, "C1-HE", "sector")
    university = make.unit(county, "U1", "university", sector_parent=sector)
    with clock.at(at(9)):
        with within(EVERYTHING):
            open_day(DAY)
            assert Due.objects.filter(unit=university, kind=REPORT).count() == 2
        officer = make.actor(university, Role.DUTY_OFFICER)
        with make.acting(officer):
            receive_report(officer, {"unit": "U1", "day": str(DAY), "nothing_to_report": True}, channel="json")
    for above in (county, sector, city):
        assert (counted(above, DAY).received, counted(above, DAY).zero) == (1, 1), above.code

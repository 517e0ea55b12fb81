"""Counts of illness beside their sums (监测互补隐藏): no office can reckon what is hidden from it, on any level."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lianfang.capabilities.surveillance import counting
from lianfang.capabilities.surveillance.actions import propose_setting
from lianfang.capabilities.surveillance.bounds import Row, bounds_of
from lianfang.capabilities.surveillance.models import Alarm, DayCount
from lianfang.capabilities.surveillance.reading import watched
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.ops import new_token
from lianfang.kernel.briefing import newly_ill_bounds
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at
from tests.surveillance_world import World, answered, built, counted, lived, opened

pytestmark = pytest.mark.django_db
COUGH = ["cough"]


def shown(units: list[Unit]) -> list[str]:
    """What an office is told of the coughs of units on the day."""
    with within(EVERYTHING):
        rows = {row.unit_id: row for row in DayCount.objects.filter(day=DAY)}
    return [str(rows[unit.pk].count("respiratory", hidden=True).shown) for unit in units]


@pytest.fixture
def world() -> World:
    """Three schools of one class: 3, 12 and 15 cough."""
    found = built(schools=3, classes=1)
    lived(found, DAY, {"S1-K1": [COUGH] * 3, "S2-K1": [COUGH] * 12, "S3-K1": [COUGH] * 15})
    return found


def test_a_school_hidden_for_its_neighbour_is_not_told_by_its_classes(world):
    assert shown([world.county, *world.schools]) == ["30", "<5", "<20", "15"]
    assert shown(world.classes) == ["<5", "<20", "15"]


def test_when_the_small_count_is_corrected_all_that_was_hidden_for_it_is_shown_again(world):
    for place in range(3):
        answered(world, world.classes[0], place, DAY)
    counted()
    assert shown([world.county, *world.schools, *world.classes]) == ["27", "0", "12", "15", "0", "12", "15"]


def test_where_each_of_five_schools_has_one_their_county_does_not_say_five():
    world = built(schools=5, classes=1)
    lived(world, DAY, {klass.code: [COUGH] for klass in world.classes})
    assert shown(world.schools) == ["<5"] * 5
    assert shown([world.county, world.province]) == ["<15", "<15"]


def test_an_alarm_does_not_tell_a_count_that_is_hidden_for_its_neighbour(world):
    with clock.at(at(18)), within(EVERYTHING):
        setting = propose_setting(
            SYSTEM, unit=world.county, method="c1", syndrome="respiratory", level="school", cases=2,
            alpha_percent=Decimal(1), adjusted=False,
        )  # fmt: skip
        for unit, many in zip(world.schools, (3, 12, 15), strict=True):
            Alarm.objects.create(
                setting=setting, unit=unit, day=DAY, syndrome="respiratory", method="c1", observed=many, answered=20,
                expected=Decimal("1.4286"), upper=Decimal("4.9"), p=Decimal("0.000001"), fewest=5, found_at=clock.now(),
            )  # fmt: skip
    with clock.at(at(7)), within(EVERYTHING):
        token = new_token(make.account(world.county, "officer"))[1]
    with clock.at(at(18)):
        asked = Client().get("/api/v1/alarms/", headers={"Authorization": f"Bearer {token}"})
    rows = {row["unit"]: row for row in asked.json()["rows"]}
    assert [rows[code]["observed"] for code in ("S1", "S2", "S3")] == [{"below": 5}, {"below": 20}, 15]
    told = [Decimal(str(rows["S3"][name])) for name in ("expected", "upper")]
    assert told == [1, 5] and rows["S3"]["p"] is None  # a mean of days that may be hidden: no decimals
    assert rows["S2"]["expected"] is None


def test_a_sector_adds_up_schools_of_several_counties_and_tells_none_of_them():
    with clock.at(at(6, day=DAY - timedelta(days=90))):
        province = make.root("P", "province")
        sector = make.unit(province, "E", "sector")
        counties = [make.unit(province, f"N{n}", "county") for n in (1, 2)]
        world = World(province, counties[0])
        for number, (county, line) in enumerate([(0, sector), (0, None), (1, sector)]):
            school = make.unit(counties[county], f"S{number}", "school", sector_parent=line)
            world.schools.append(school)
            world.classes.append(make.unit(school, f"S{number}-K", "class"))
            world.people[f"S{number}-K"] = make.members(world.classes[-1], 20)
    lived(world, DAY, {"S0-K": [COUGH] * 3, "S1-K": [COUGH] * 12, "S2-K": [COUGH] * 14})
    assert shown(world.schools) == ["<5", "<20", "14"]
    with within(EVERYTHING):
        found = watched(sector, until=DAY, days=1)
    told = found.count(found.own, DAY, "respiratory", hidden=True)
    assert (told.count, str(told.shown)) == (17, "<25")  # beside the fourteen it would give the three away
    with within(EVERYTHING):
        assert newly_ill_bounds(sector, [DAY - timedelta(days=1), DAY]) == [0, 25]  # all of them are new


def test_counts_of_different_syndromes_do_not_hide_each_other():
    rows = [
        Row(1, "1/", "", {"any": 30, "rash": 9}, {}),
        Row(2, "1/2/", "1/", {"any": 3, "rash": 9}, {}),
        Row(3, "1/3/", "1/", {"any": 27}, {}),
    ]
    assert bounds_of(rows, 5) == {3: {"any": 35}}


def bounds(counts: dict[str, tuple[int, int]], code: str) -> dict[str, int]:
    """Of units by path (all who are ill, newly ill) what is said of one of the two."""
    paths = dict(enumerate(counts))
    rows = [
        Row(number, path, path[: path[:-1].rfind("/") + 1], {"any": counts[path][0], "new": counts[path][1]}, {})
        for number, path in paths.items()
    ]
    found = bounds_of(rows, 5)
    return {paths[number]: said[code] for number, said in found.items() if code in said}


def test_where_few_are_ill_still_all_who_are_ill_and_the_newly_ill_are_hidden_alike():
    counts = {"1/": (44, 24), "1/2/": (12, 3), "1/3/": (12, 12), "1/4/": (20, 9)}
    assert (bounds(counts, "new"), bounds(counts, "any")) == ({"1/4/": 15}, {})  # eleven are ill still, many enough
    counts |= {"1/": (36, 24), "1/4/": (12, 9)}
    assert (bounds(counts, "new"), bounds(counts, "any")) == ({"1/4/": 15}, {"1/4/": 20, "1/2/": 20})


def test_what_is_hidden_of_all_who_are_ill_is_hidden_of_the_newly_ill_on_every_level():
    counts = {"1/": (30, 30), "1/2/": (3, 3), "1/3/": (12, 12), "1/4/": (15, 15), "1/3/5/": (12, 12), "1/3/6/": (0, 0)}
    assert bounds(counts, "new") == bounds(counts, "any") == {"1/3/": 20, "1/3/5/": 20}


@given(st.data())
def test_in_any_tree_the_two_counts_of_a_unit_are_hidden_alike_where_few_are_ill_still(data: st.DataObject):
    leaves = data.draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4)), min_size=2, max_size=6))
    parts = {f"1/{n + 2}/": (new + still, new) for n, (new, still) in enumerate(leaves)}
    counts = {"1/": tuple(map(sum, zip(*parts.values(), strict=True))), **parts}
    told = {code: bounds(counts, code) for code in ("any", "new")}
    for path, both in counts.items():
        hidden = [code for code, n in zip(("any", "new"), both, strict=True) if 0 < n < 5 or path in told[code]]
        if both[1] and both[0] - both[1] < 5:
            assert len(hidden) in (0, 2)


def test_what_is_counted_as_before_stays_as_it_was_settled_and_is_not_settled_again(world, monkeypatch):
    settled = []
    monkeypatch.setattr(counting, "settle", lambda *given: settled.append(set(given[-1])))
    answered(world, world.classes[0], 19, DAY)
    counted()
    answered(world, world.classes[0], 18, DAY, symptoms=["rash"])
    counted()
    assert settled == [set(), {"any", "new", "rash"}]
    assert shown([world.county, *world.schools]) == ["30", "<5", "<20", "15"]  # of coughs nothing has changed


def test_a_day_nobody_is_ill_hides_nothing():
    world = built()
    opened(DAY)
    lived(world, DAY)
    assert shown([world.county, *world.schools]) == ["0", "0", "0"]

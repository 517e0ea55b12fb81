"""The rule packs that come with the product (随附规则包): dated without gap or overlap, each number with its source."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lianfang.capabilities.rules.actions import adopt_edition
from lianfang.domain.policy import policy_from
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.actions import store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import (
    ANY,
    DEFAULT,
    SHIPPED,
    Rules,
    as_json,
    default_policy,
    edition_of,
    policy_of,
    shipped,
    shipped_codes,
)
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

PACKS: dict[str, dict[str, Any]] = {code: shipped(code)["pack"] for code in shipped_codes()}
EDITIONS = [code for code in PACKS if code != DEFAULT]
SERIES = sorted({PACKS[code]["series"] for code in EDITIONS})
LATER = date(2030, 1, 1)


def held_on(series: str, day: date) -> list[str]:
    """The shipped editions of a series that say they hold on a day."""
    return [
        code for code in EDITIONS
        if PACKS[code]["series"] == series and PACKS[code]["valid_from"] <= day <= PACKS[code].get("valid_until", LATER)
    ]  # fmt: skip


def of(series: str) -> list[dict[str, Any]]:
    return sorted((PACKS[one] for one in EDITIONS if PACKS[one]["series"] == series), key=lambda one: one["valid_from"])


def edges() -> list[date]:
    """The first and the last day of every edition, and their neighbours."""
    firsts = [PACKS[code]["valid_from"] for code in EDITIONS]
    return sorted({day + timedelta(days=step) for day in firsts for step in (-1, 0, 1)})


@pytest.mark.parametrize("code", EDITIONS)
def test_an_edition_says_for_whom_for_what_since_when_and_by_whom(code: str):
    pack = PACKS[code]
    assert pack["code"] == code
    for name in ("series", "title_zh", "title_en", "issuer", "hazard", "jurisdiction", "basis", "grade"):
        assert pack[name].strip(), name
    assert pack["hazard"] != ANY, "rules for any hazard would stand beside the default ones"
    assert pack["valid_from"] <= pack.get("valid_until", LATER)


@pytest.mark.parametrize("code", PACKS)
def test_every_number_of_a_pack_has_its_source_beside_it(code: str):
    text = (SHIPPED / f"{code}.toml").read_text("utf-8")
    plain = {name for name, value in shipped(code)["parameters"].items() if not isinstance(value, dict)}
    assert plain <= set(shipped(code)["sources"])
    mappings = [line for line in text.splitlines() if line.startswith("[parameters.")]
    assert not [line for line in mappings if "#" not in line]
    assert tomllib.loads(text)["pack"] == PACKS[code]


@pytest.mark.parametrize("series", SERIES)
def test_editions_of_a_series_follow_each_other_without_gap_or_overlap_and_only_the_last_is_open(series: str):
    for before, after in pairwise(of(series)):
        assert before["valid_until"] + timedelta(days=1) == after["valid_from"], (before["code"], after["code"])
        assert (before["hazard"], before["jurisdiction"]) == (after["hazard"], after["jurisdiction"])
    assert "valid_until" not in of(series)[-1]


def test_of_a_jurisdiction_and_a_hazard_one_series_is_shipped_and_one_edition_holds_on_any_day():
    places = {(PACKS[code]["jurisdiction"], PACKS[code]["hazard"], PACKS[code]["series"]) for code in EDITIONS}
    assert len(places) == len({place[:2] for place in places}) == len(SERIES)
    for series in SERIES:
        first = of(series)[0]["valid_from"]
        day = first
        while day < date(2023, 3, 1):
            assert len(held_on(series, day)) == 1, day
            day += timedelta(days=1)
        assert held_on(series, first - timedelta(days=1)) == []


def test_the_default_pack_holds_for_any_hazard_on_every_day_and_has_every_number():
    pack = PACKS[DEFAULT]
    assert (pack["hazard"], pack["valid_from"] <= date(2000, 1, 1), "valid_until" in pack) == (ANY, True, False)
    assert policy_from(shipped(DEFAULT)["parameters"]) == default_policy()


def refused_at_every_door(pack: RulePack) -> None:
    """In words where it is stored by an action, and by the database where that is left out."""
    with within(EVERYTHING):
        with pytest.raises(ValidationError, match="in force"), transaction.atomic():
            store(pack)
        with pytest.raises(IntegrityError, match="one_edition_at_a_time"), transaction.atomic():
            pack.save()


@pytest.mark.django_db
class TestAdopted:
    """Every edition adopted for one unit, the oldest first."""

    @pytest.fixture
    def school(self) -> Unit:
        school = make.unit(make.root("C", "county"), "S", "school")
        with within(EVERYTHING):
            for code in EDITIONS:
                adopt_edition(SYSTEM, unit=school, edition=code, basis="文号")
        return school

    @pytest.mark.parametrize("day", edges(), ids=str)
    def test_just_the_edition_of_the_day_holds_and_gives_its_numbers(self, school: Unit, day: date):
        hazard = PACKS[EDITIONS[0]]["hazard"]
        wanted = held_on(SERIES[0], day)
        assert [one.code for one in Rules(day).chain(school, hazard)] == wanted
        assert edition_of(school, day, hazard).code == (wanted[0] if wanted else DEFAULT)
        numbers = as_json(shipped(wanted[0])["parameters"]) if wanted else {}
        found = policy_of(school, on=day, hazard=hazard)
        assert found == policy_from(as_json(shipped(DEFAULT)["parameters"]) | numbers)
        assert policy_of(school, on=day) == default_policy(), "another hazard has its own rules"

    def test_a_second_edition_at_the_same_time_is_refused_by_the_database(self, school: Unit):
        now = RulePack.objects.get(code="cn-8th")
        again = RulePack(
            unit=school, code="other", series=now.series, hazard=now.hazard, title="x", basis="x",
            valid_from=now.valid_from + timedelta(days=3), valid_until=now.valid_until, parameters=now.parameters,
        )  # fmt: skip
        refused_at_every_door(again)


@pytest.mark.django_db
def test_two_editions_for_all_do_not_overlap_either():
    given = {"series": "own", "hazard": ANY, "title": "x", "basis": "x", "parameters": {"remind_minutes": 20}}
    with within(EVERYTHING):
        store(RulePack(code="a", valid_from=date(2020, 1, 1), valid_until=date(2020, 6, 30), **given))
        again = RulePack(code="b", valid_from=date(2020, 6, 30), **given)
        refused_at_every_door(again)
        again.valid_from = date(2020, 7, 1)
        store(again)

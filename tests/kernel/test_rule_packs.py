"""Rule packs (规则包): editions dated and laid over each other; whom a change touches is shown before it applies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianfang.capabilities.rules.actions import adopt_edition, adopt_rules, end_rules
from lianfang.capabilities.rules.adopting import preview, shipped_pack
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import DEFAULT, edition_of, policy_of, shipped, shipped_codes
from lianfang.kernel.policies.touched import Touched, registered
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.make import DAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
HAZARD = "respiratory-2019"


@pytest.fixture
def county() -> Unit:
    return make.root("C", "county")


@pytest.fixture
def school(county: Unit) -> Unit:
    return make.unit(county, "S", "school")


def adopted(unit: Unit, edition: str, by: Actor = SYSTEM, **more: Any) -> RulePack:
    with within(EVERYTHING):
        pack: RulePack = adopt_edition(by, unit=unit, edition=edition, basis="文号", **more)
        return pack


def own(unit: Unit, by: Actor = SYSTEM, **more: Any) -> RulePack:
    given = {
        "code": "own",
        "title": "自定",
        "basis": "文号",
        "valid_from": date(2020, 1, 1),
        "parameters": {"remind_minutes": 20},
    }
    with within(EVERYTHING):
        pack: RulePack = adopt_rules(by, unit=unit, **(given | more))
        return pack


def problems(act: Any, *given: Any, **more: Any) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        act(*given, **more)
    return {one.field: one.code for one in refused.value.problems}


def officer(unit: Unit) -> Actor:
    with clock.at(at(5)):
        return make.actor(unit, "officer")


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        ("cn-2nd", (14, 0, 0, False, ())),
        ("cn-5th", (14, 0, 2, False, ())),
        ("cn-6th", (14, 0, 2, False, ())),
        ("cn-7th", (14, 0, 2, True, ())),
        ("cn-8th", (14, 7, 2, True, (14,))),
        ("cn-9th", (7, 3, 2, True, (1, 2, 3, 5, 7))),
        ("cn-20-measures", (5, 3, 2, False, (1, 2, 3, 5))),
        ("cn-class-b", (0, 0, 2, False, ())),
    ],
)
def test_the_shipped_editions_hold_the_time_line_of_the_rules(school: Unit, edition: str, expected: Any) -> None:
    pack = adopted(school, edition)
    found = policy_of(school, on=pack.valid_from, hazard=HAZARD)
    numbers = (found.observation_days, found.home_days, found.lookback_days, found.secondary_contacts, found.test_days)
    assert numbers == expected


@pytest.mark.parametrize("code", shipped_codes())
def test_every_number_of_a_shipped_edition_names_its_source(code: str) -> None:
    found = shipped(code)
    named = {name for name, value in found["parameters"].items() if not isinstance(value, dict)}
    assert named <= set(found["sources"])


def test_no_edition_is_in_force_until_one_is_adopted(school: Unit) -> None:
    assert edition_of(school, DAY, HAZARD).code == DEFAULT
    adopted(school, "cn-8th")
    assert edition_of(school, date(2021, 5, 13), HAZARD).code == DEFAULT, "the day before it begins"
    assert edition_of(school, date(2021, 5, 14), HAZARD).text == "cn-8th 2021-05-14"
    assert edition_of(school, DAY).code == DEFAULT, "it is about one hazard"
    assert policy_of(school, on=DAY).home_days == 0


def test_the_next_edition_ends_the_one_before_on_the_day_before(school: Unit) -> None:
    adopted(school, "cn-8th")
    adopted(school, "cn-9th")
    assert edition_of(school, date(2022, 6, 26), HAZARD).code == "cn-8th"
    assert edition_of(school, date(2022, 6, 27), HAZARD).code == "cn-9th"
    assert policy_of(school, on=date(2022, 6, 27), hazard=HAZARD).observation_days == 7


def test_two_units_adopt_the_same_edition_from_the_same_day(county: Unit, school: Unit) -> None:
    adopted(county, "cn-8th")
    adopted(school, "cn-8th")


def test_editions_that_would_overlap_are_refused_by_field(school: Unit) -> None:
    adopted(school, "cn-8th", valid_until=date(2021, 12, 31))
    assert problems(adopted, school, "cn-9th", valid_from=date(2021, 7, 1)) == {"valid_from": "rules.overlap"}
    assert problems(adopted, school, "cn-7th") == {"valid_until": "rules.overlap"}
    adopted(school, "cn-7th", valid_until=date(2021, 5, 13))
    adopted(school, "cn-9th")


def test_an_edition_that_ends_before_it_begins_and_an_unknown_one_are_refused_by_field(school: Unit) -> None:
    assert problems(adopted, school, "cn-8th", valid_until=date(2021, 5, 1)) == {"valid_until": "cross.order"}
    assert problems(adopted, school, "cn-99th") == {"edition": "choice.unknown"}
    assert problems(adopted, school, "../settings") == {"edition": "choice.unknown"}
    with within(EVERYTHING):
        assert problems(adopt_edition, SYSTEM, unit=school, edition="cn-8th", basis=" ") == {"basis": "basis.required"}
    assert not RulePack.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"nothing": 1}, {"observation_days": "many"}, {"observation_days": -1}, {"observation_days": 7.5},
        {"secondary_contacts": "yes"}, {"count_from": "birth"}, {"test_days": 7}, {"test_days": [1, 1]},
        {"reading_slots": ["midnight"]}, {"release_conditions": ["payment"]}, {"contact_metres": "far"},
    ],
    ids=str,
)  # fmt: skip
def test_numbers_that_nobody_could_follow_are_refused(school: Unit, wrong: dict[str, Any]) -> None:
    assert problems(own, school, parameters=wrong) == {"parameters": "rules.invalid"}


def test_a_lower_unit_may_ask_for_more_but_not_for_less(county: Unit, school: Unit) -> None:
    adopted(county, "cn-8th")
    stricter = {"observation_days": 21, "transfer_hours": 6}
    own(school, officer(school), parameters=stricter, hazard=HAZARD, valid_from=date(2022, 1, 1))
    assert policy_of(school, on=DAY, hazard=HAZARD).observation_days == 21
    assert policy_of(school, on=DAY, hazard=HAZARD).test_days == (14,), "what the county asks besides holds on"


def test_rules_older_than_the_countys_give_way_to_it_where_they_ask_for_less(county: Unit, school: Unit) -> None:
    adopted(county, "cn-8th")
    own(school, officer(school), parameters={"observation_days": 7, "remind_minutes": 5}, hazard=HAZARD)
    found = policy_of(school, on=DAY, hazard=HAZARD)
    assert (found.observation_days, found.remind_minutes) == (14, 5)
    assert policy_of(school, on=date(2021, 5, 13), hazard=HAZARD).observation_days == 7


def test_a_looser_number_names_the_parameter_and_who_asks_for_more(county: Unit, school: Unit) -> None:
    adopted(county, "cn-8th")
    looser = {"observation_days": 7, "transfer_hours": 24, "test_days": [7], "secondary_contacts": False}
    given = {"parameters": looser, "hazard": HAZARD, "valid_from": date(2022, 1, 1)}
    assert problems(own, school, officer(school), **given) == {
        f"parameters.{name}": "rule.looser" for name in looser
    }  # fmt: skip
    pack = own(school, officer(county), **given)
    assert pack.loosens == sorted(looser), "the county itself lets the school ask for less"
    assert policy_of(school, on=DAY, hazard=HAZARD).observation_days == 7


def test_what_a_higher_unit_tightens_later_holds_below_at_once(county: Unit, school: Unit) -> None:
    own(school, officer(school), parameters={"observation_days": 7})
    assert policy_of(school, on=DAY).observation_days == 7
    own(county, officer(county), parameters={"observation_days": 14}, valid_from=date(2021, 1, 1))
    assert policy_of(school, on=DAY).observation_days == 14


def test_the_preview_names_each_number_and_whom_it_touches_and_writes_nothing(school: Unit) -> None:
    adopted(school, "cn-8th")
    with within(EVERYTHING):
        open_day(DAY)
    registered.append(lambda _unit, changes: [Touched("stay", "Stays", 178 * ("observation_days" in changes))])
    try:
        with within(EVERYTHING):
            seen = preview(shipped_pack(school, "cn-9th"))
            deadlines = preview(RulePack(unit=school, code="d", series="d", valid_from=DAY, hazard="any",
                                         parameters={"deadlines": {"school": "15:00"}}))  # fmt: skip
            nothing = preview(shipped_pack(school, "cn-8th"))
    finally:
        registered.pop()
    changes = {one.name: (one.old, one.new) for one in seen.changes.items}
    assert changes["observation_days"] == (14, 7)
    assert changes["transfer_hours"] == (12, 8)
    assert next(one.source for one in seen.changes.items if one.name == "transfer_hours") == "grade C; src2, src7"
    assert [(one.kind, one.count) for one in seen.touched] == [("stay", 178)]
    assert [(one.kind, one.count) for one in deadlines.touched] == [("due", 1)], "the school's own report"
    assert nothing.changes.items == () and nothing.touched == ()
    assert RulePack.objects.count() == 1


def test_rules_end_at_the_earliest_today(school: Unit) -> None:
    pack = own(school)
    with within(EVERYTHING):
        assert problems(end_rules, SYSTEM, pack=pack, last_day=date(2026, 3, 1), reason="x") == {
            "last_day": "cross.order"
        }
        end_rules(SYSTEM, pack=pack, last_day=DAY, reason="over")
        assert RulePack.objects.get().valid_until == DAY
